/* What lines of an incident add up to, and which may follow which: by tables. */
#include "answer/incident/fold.h"

#include "prop.h"

#include <string.h>

#define T(text) SLICE_TEXT(text)
enum { ANA = 1, BUDI, CITRA };

static const struct slice one_evidence[] = {{(const uint8_t *)"log", 3}};
#define SHOWN           \
    {                   \
        one_evidence, 1 \
    }

static void take(struct fold *fold, struct line line)
{
    line.n = fold->line_count + 1;
    line.entry = line.n + 100;
    if (line.time_us == 0) line.time_us = (int64_t)line.n;
    if (line.author == 0) line.author = ANA;
    assert_ok(fold_take(fold, &line));
}

static void ask_and_take(struct fold *fold, struct line line)
{
    if (line.author == 0) line.author = ANA;
    assert_ok(fold_may(fold, &line));
    take(fold, line);
}

/* Lines 1 … 7: opened, hypothesis, claim, task that needs evidence, suspect Budi, request, recovery. */
static void begun(struct fold *fold)
{
    take(fold, (struct line){.kind = LINE_OPENED, .text = T("leak"), .name = T("other")});
    take(fold, (struct line){.kind = LINE_HYPOTHESIS, .text = T("a key was kept")});
    take(fold, (struct line){.kind = LINE_CLAIM, .text = T("no card data")});
    take(fold, (struct line){.kind = LINE_TASK, .text = T("ask the host"), .needs_evidence = true});
    take(fold, (struct line){.kind = LINE_SUSPECT, .who = BUDI});
    take(fold, (struct line){.kind = LINE_REQUEST, .text = T("the logs"), .name = T("authority")});
    take(fold, (struct line){.kind = LINE_RECOVERY, .text = T("one laptop")});
}

static void refuses_what_may_not_follow(void **state)
{
    (void)state;
    const struct {
        const char *name;
        struct line line;
        enum cause want;
    } cases[] = {
        {"a note without words", {.kind = LINE_NOTE}, CAUSE_MEMBER_MISSING},
        {"a note with a due date", {.kind = LINE_NOTE, .text = T("x"), .due = 1}, CAUSE_MEMBER_UNKNOWN},
        {"a note on a line to come", {.kind = LINE_NOTE, .text = T("x"), .of = 8}, CAUSE_NOT_FOUND},
        {"a task in a claim's state",
         {.kind = LINE_TASK, .text = T("x"), .state = T("verified")},
         CAUSE_INVALID},
        {"a task of a claim", {.kind = LINE_TASK, .of = 3, .state = T("done")}, CAUSE_NOT_FOUND},
        {"done without evidence", {.kind = LINE_TASK, .of = 4, .state = T("done")}, CAUSE_CHECK_NOT_MET},
        {"verified by who claimed it",
         {.kind = LINE_CLAIM, .of = 3, .state = T("verified"), .evidence = SHOWN},
         CAUSE_CHECK_NOT_MET},
        {"verified without evidence",
         {.kind = LINE_CLAIM, .author = CITRA, .of = 3, .state = T("verified")},
         CAUSE_CHECK_NOT_MET},
        {"verified from the start",
         {.kind = LINE_CLAIM, .text = T("x"), .state = T("verified"), .evidence = SHOWN},
         CAUSE_CHECK_NOT_MET},
        {"a suspect as member", {.kind = LINE_MEMBER, .who = BUDI}, CAUSE_CONFLICT},
        {"a suspect as owner", {.kind = LINE_OWNER, .who = BUDI}, CAUSE_CONFLICT},
        {"the owner as suspect", {.kind = LINE_SUSPECT, .who = ANA}, CAUSE_CONFLICT},
        {"the owner taken out", {.kind = LINE_MEMBER, .who = ANA, .state = T("out")}, CAUSE_CONFLICT},
        {"a cause that is open", {.kind = LINE_HYPOTHESIS, .of = 2, .cause = true}, CAUSE_CHECK_NOT_MET},
        {"delivered without a hash",
         {.kind = LINE_REQUEST, .of = 6, .state = T("delivered")},
         CAUSE_CHECK_NOT_MET},
        {"got back, verified by word alone",
         {.kind = LINE_RECOVERY, .of = 7, .state = T("verified")},
         CAUSE_CHECK_NOT_MET},
        {"an instant of no name", {.kind = LINE_INSTANT, .name = T("noon"), .at = 1}, CAUSE_INVALID},
        {"prevention of what is no cause",
         {.kind = LINE_PREVENTION, .text = T("x"), .check = T("y"), .fixes = 2},
         CAUSE_CHECK_NOT_MET},
        {"prevention of nothing",
         {.kind = LINE_PREVENTION, .text = T("x"), .check = T("y"), .fixes = 9},
         CAUSE_NOT_FOUND},
        {"how sure, in other words",
         {.kind = LINE_NOTE, .text = T("x"), .confidence = T("very")},
         CAUSE_INVALID},
        {"reopened while open", {.kind = LINE_REOPENED, .text = T("x")}, CAUSE_CONFLICT},
    };
    SCOPED(fold_done) struct fold fold = {0};
    begun(&fold);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct line line = cases[i].line;
        if (line.author == 0) line.author = ANA;
        struct result got = fold_may(&fold, &line);
        if (got.cause != cases[i].want)
            fail_msg("%s: got %s: %s", cases[i].name, cause_row(got.cause)->slug, result_text());
    }
}

static void what_is_wanted_is_taken(void **state)
{
    (void)state;
    SCOPED(fold_done) struct fold fold = {0};
    begun(&fold);
    ask_and_take(&fold, (struct line){.kind = LINE_TASK, .of = 4, .state = T("done"), .evidence = SHOWN});
    ask_and_take(
        &fold, (struct line){
                   .kind = LINE_CLAIM, .author = CITRA, .of = 3, .state = T("verified"), .evidence = SHOWN});
    ask_and_take(&fold,
                 (struct line){.kind = LINE_REQUEST, .of = 6, .state = T("delivered"), .hash = T("ab")});
    const struct item *claim = fold_item(&fold, LINE_CLAIM, 3);
    assert_true(slice_is(claim->now.state, "verified") && claim->decided_by == CITRA &&
                claim->now.author == ANA);
    assert_true(slice_is(claim->now.text, "no card data")); /* a remark takes nobody's words */
    assert_true(slice_is(fold_item(&fold, LINE_TASK, 4)->now.state, "done"));
    assert_null(fold_item(&fold, LINE_CLAIM, 4));
}

static void evidence_given_earlier_counts(void **state)
{
    (void)state;
    SCOPED(fold_done) struct fold fold = {0};
    begun(&fold);
    ask_and_take(&fold, (struct line){.kind = LINE_TASK, .of = 4, .evidence = SHOWN});
    ask_and_take(&fold, (struct line){.kind = LINE_TASK, .of = 4, .state = T("done")});
}

static void there_is_one_cause(void **state)
{
    (void)state;
    SCOPED(fold_done) struct fold fold = {0};
    begun(&fold);
    ask_and_take(&fold, (struct line){.kind = LINE_HYPOTHESIS, .text = T("a plugin")}); /* 8 */
    ask_and_take(&fold,
                 (struct line){.kind = LINE_HYPOTHESIS, .of = 2, .state = T("confirmed"), .cause = true});
    struct line other = {.kind = LINE_HYPOTHESIS, .of = 8, .state = T("confirmed"), .cause = true};
    assert_int_equal(fold_may(&fold, &other).cause, CAUSE_CONFLICT);
    ask_and_take(&fold, (struct line){.kind = LINE_HYPOTHESIS, .of = 2, .state = T("refuted")});
    assert_ok(fold_may(&fold, &other));
}

static bool misses(const struct fold *fold, const char *code)
{
    struct missing missing[MISSING_MAX];
    size_t count = fold_missing(fold, missing);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(missing[i].code, code) == 0) return true;
    }
    return false;
}

/* Each step takes one thing off the list, in the order of a real incident. */
static void closing_wants_cause_audit_and_prevention_that_was_tried(void **state)
{
    (void)state;
    SCOPED(fold_done) struct fold fold = {0};
    struct missing missing[MISSING_MAX];
    begun(&fold);
    const struct {
        struct line line;
        const char *gone, *still;
    } steps[] = {
        {{.kind = LINE_TASK, .of = 4, .state = T("dropped")}, "task.open", "request.open"},
        {{.kind = LINE_REQUEST, .of = 6, .state = T("withdrawn")}, "request.open", "cause"},
        {{.kind = LINE_HYPOTHESIS, .of = 2, .state = T("confirmed"), .cause = true}, "cause", "audit.none"},
        {{.kind = LINE_AUDIT, .text = T("who holds keys")}, "audit.none", "audit.open"}, /* 11 */
        {{.kind = LINE_AUDIT, .of = 11, .state = T("done")}, "audit.open", "prevention.none"},
        {{.kind = LINE_PREVENTION, .text = T("keys end"), .check = T("probe"), .fixes = 2},
         "prevention.none",
         "prevention.unfailed"}, /* 13 */
        {{.kind = LINE_CHECK, .of = 13, .state = T("passed"), .hash = T("aa")},
         NULL,
         "prevention.unfailed"}, /* passing alone shows nothing */
        {{.kind = LINE_CHECK, .of = 13, .state = T("failed"), .hash = T("bb")},
         "prevention.unfailed",
         "prevention.unpassed"},
        {{.kind = LINE_CHECK, .of = 13, .state = T("passed"), .hash = T("cc")}, "prevention.unpassed", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        if (steps[i].gone) assert_true(misses(&fold, steps[i].gone));
        ask_and_take(&fold, steps[i].line);
        if (steps[i].gone) assert_false(misses(&fold, steps[i].gone));
        if (steps[i].still) assert_true(misses(&fold, steps[i].still));
    }
    assert_int_equal(fold_missing(&fold, missing), 0);
    ask_and_take(&fold, (struct line){.kind = LINE_CHECK, .of = 13, .state = T("failed"), .hash = T("dd")});
    assert_true(misses(&fold, "prevention.unpassed")); /* it fails again */
    ask_and_take(&fold, (struct line){.kind = LINE_CLOSED});
    struct line note = {.kind = LINE_NOTE, .text = T("late")};
    assert_int_equal(fold_may(&fold, &note).cause, CAUSE_CONFLICT);
    ask_and_take(&fold, (struct line){.kind = LINE_REOPENED, .text = T("it came back")});
    assert_ok(fold_may(&fold, &note));
}

static void the_circle_follows_its_lines(void **state)
{
    (void)state;
    SCOPED(fold_done) struct fold fold = {0};
    begun(&fold);
    assert_true(circle_has_member(&fold.circle, ANA) && !circle_has_member(&fold.circle, CITRA));
    assert_true(circle_has_suspect(&fold.circle, BUDI));
    ask_and_take(&fold, (struct line){.kind = LINE_MEMBER, .who = CITRA});
    assert_true(circle_has_member(&fold.circle, CITRA));
    ask_and_take(&fold, (struct line){.kind = LINE_OWNER, .who = CITRA, .text = T("on leave")});
    assert_true(fold.circle.owner == CITRA &&
                !circle_has_member(&fold.circle, ANA)); /* who hands it over is out */
    ask_and_take(&fold, (struct line){.kind = LINE_SUSPECT, .who = BUDI, .state = T("cleared")});
    assert_false(circle_has_suspect(&fold.circle, BUDI));
    ask_and_take(&fold, (struct line){.kind = LINE_MEMBER, .who = BUDI});
    ask_and_take(&fold, (struct line){.kind = LINE_MEMBER, .who = BUDI, .state = T("out")});
    assert_false(circle_has_member(&fold.circle, BUDI));
}

static void the_chosen_candidate_counts_else_the_earliest(void **state)
{
    (void)state;
    SCOPED(fold_done) struct fold fold = {0};
    begun(&fold);
    assert_null(fold_instant(&fold, "aware"));
    take(&fold, (struct line){.kind = LINE_INSTANT, .name = T("aware"), .at = 500}); /* 8 */
    take(&fold, (struct line){.kind = LINE_INSTANT, .name = T("aware"), .at = 400}); /* 9 */
    take(&fold, (struct line){.kind = LINE_INSTANT, .name = T("detected"), .at = 100});
    assert_int_equal(fold_instant(&fold, "aware")->now.n, 9);
    take(&fold, (struct line){.kind = LINE_INSTANT, .of = 8, .state = T("chosen")});
    assert_int_equal(fold_instant(&fold, "aware")->now.n, 8);
    take(&fold, (struct line){.kind = LINE_INSTANT, .of = 8, .state = T("withdrawn")});
    assert_int_equal(fold_instant(&fold, "aware")->now.n, 9);
}

static void hours_and_money_add_up(void **state)
{
    (void)state;
    SCOPED(fold_done) struct fold fold = {0};
    begun(&fold);
    take(&fold,
         (struct line){
             .kind = LINE_COST, .text = T("lawyer"), .minutes = 90, .amount = 500, .currency = T("IDR")});
    take(&fold, (struct line){
                    .kind = LINE_COST, .text = T("host"), .minutes = 30, .amount = 7, .currency = T("KRW")});
    take(&fold, (struct line){.kind = LINE_COST, .text = T("lawyer"), .amount = 1, .currency = T("IDR")});
    assert_int_equal(fold.minutes, 120);
    assert_int_equal(fold.cost_count, 2);
    assert_int_equal(fold.costs[0].amount, 501);
}

static void a_missing_line_is_found(void **state)
{
    (void)state;
    SCOPED(fold_done) struct fold fold = {0};
    begun(&fold);
    struct line gap = {.n = 9, .kind = LINE_NOTE, .text = T("x")};
    assert_int_equal(fold_take(&fold, &gap).cause, CAUSE_TAMPERED);
}

static void a_line_is_read_as_it_was_written(void **state)
{
    (void)state;
    const struct line line = {.kind = LINE_TASK,
                              .time_us = 7,
                              .author = 9,
                              .text = T("x"),
                              .who = 3,
                              .due = -5,
                              .evidence = SHOWN,
                              .needs_evidence = true,
                              .minutes = 4,
                              .body = T("\x01")};
    SCOPED(buf_done) struct buf bytes = {0}, again = {0};
    SCOPED(arena_done) struct arena arena = {0};
    struct line back = {0};
    line_write(&line, &bytes);
    assert_ok(line_read(buf_slice(&bytes), &arena, &back));
    line_write(&back, &again);
    assert_true(slice_equal(buf_slice(&bytes), buf_slice(&again)));
    assert_int_equal(back.due, -5);
    for (size_t len = 0; len < bytes.len; len++) {
        struct line none = {0};
        assert_int_equal(line_read((struct slice){bytes.at, len}, &arena, &none).code, CODE_CORRUPT);
        assert_int_equal(none.kind, 0);
    }
}

static void every_kind_says_what_it_needs_of_what_it_takes(void **state)
{
    (void)state;
    size_t count = 0;
    const struct line_row *rows = line_rows(&count);
    for (size_t i = 0; i < count; i++) {
        assert_true(line_row_of(slice_text(rows[i].name)) == &rows[i]);
        for (const char *at = rows[i].needs; *at; at += strcspn(at, " "), at += *at == ' ')
            assert_true(words_have(rows[i].takes, words_first(at)));
        if (rows[i].states[0]) assert_true(words_have(rows[i].takes, T("state")));
        for (size_t k = 0; k < i; k++) assert_true(rows[k].kind != rows[i].kind);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_may_not_follow),
        cmocka_unit_test(what_is_wanted_is_taken),
        cmocka_unit_test(evidence_given_earlier_counts),
        cmocka_unit_test(there_is_one_cause),
        cmocka_unit_test(closing_wants_cause_audit_and_prevention_that_was_tried),
        cmocka_unit_test(the_circle_follows_its_lines),
        cmocka_unit_test(the_chosen_candidate_counts_else_the_earliest),
        cmocka_unit_test(hours_and_money_add_up),
        cmocka_unit_test(a_missing_line_is_found),
        cmocka_unit_test(a_line_is_read_as_it_was_written),
        cmocka_unit_test(every_kind_says_what_it_needs_of_what_it_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * An incident on paper: two pages for those who answer for the shop, one page for the next 24 hours. Nothing is worked out
 * here but deadlines, by the rules of amanah law: every number is one of the incident's state or of its newest count, and
 * what is not there is said to be not yet known.
 */
#include "base/clock.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/incident/books.h"
#include "cli/incident/paper.h"
#include "cli/incident/reconcile.h"
#include "cli/incident/report_promises.h"
#include "cli/input.h"
#include "cli/law/case.h"
#include "cli/law/clocks.h"
#include "cli/law/command.h"
#include "cli/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIELD_KEY_BYTES = 80,
    FIELDS_SHOWN = 8,
    CLOCKS_SHOWN = 6,
    ITEMS_SHOWN = 3,
    TASKS_SHOWN = 9,
    TASKS_MAX = 2000
};

struct report {
    struct paper paper;
    struct doc state, scope; /* scope empty: nothing was counted yet */
    struct doc claims;       /* of how many, beside the count */
    struct doc promises;     /* empty: not for who asks */
    struct playbooks *books;
    struct law *law;
    struct case_read facts;
    struct law_clocks clocks;
    bool placed; /* where the people or the shop are is known */
};

static void report_done(struct report *report)
{
    paper_done(&report->paper);
    playbooks_free(&report->books);
    law_clocks_done(&report->clocks);
    law_free(&report->law);
    case_done(&report->facts);
}

/* "{n} more" below a list that was cut. */
static void more_row(struct report *report, size_t count, size_t shown)
{
    SCOPED(buf_done) struct buf text = {0};
    if (count <= shown) return;
    words_count(report->paper.sheet.language, "report.more", count - shown, &text);
    paper_row(&report->paper, SLICE_TEXT("…"), buf_slice(&text));
}

/* The incident's own instants among the facts, beside those of the command line. */
static void instants_add(struct report *report)
{
    static const struct {
        const char *name;
        enum law_from kind;
    } kinds[] = {{"aware", LAW_FROM_AWARE}, {"occurred", LAW_FROM_OCCURRED}};
    struct law_case *facts = &report->facts.facts;
    struct docs items = docs_of(doc_get(report->state, "instants"));
    struct doc item = {{0}};
    size_t room = facts->instant_count + items.left, count = facts->instant_count;
    struct law_instant *at = arena_take(&report->facts.arena, (room + 1) * sizeof *at);
    if (count > 0) memcpy(at, facts->instants, count * sizeof *at);
    while (docs_next(&items, &item)) {
        for (size_t i = 0; i < COUNT_OF(kinds); i++) {
            int64_t us = 0;
            size_t same = 0, twice = 0;
            bool taken = doc_is(doc_get(item, "name"), kinds[i].name) &&
                         !doc_is(doc_get(item, "state"), "withdrawn") &&
                         time_get(doc_text(doc_get(item, "at")), &us).code == CODE_OK;
            for (size_t j = 0; j < count; j++) {
                same += at[j].kind == kinds[i].kind;
                twice += at[j].kind == kinds[i].kind && at[j].us == us;
            }
            if (taken && same < LAW_CANDIDATES_MAX && twice == 0)
                at[count++] = (struct law_instant){.kind = kinds[i].kind, .us = us};
        }
    }
    facts->instants = at;
    facts->instant_count = count;
}

/* Where the people of the newest count are, unless the command line says it. Those of no country stand under ZZ. */
static void people_add(struct report *report)
{
    struct law_case *facts = &report->facts.facts;
    struct docs items = docs_of(doc_get(report->scope, "countries"));
    struct doc item = {{0}};
    struct law_people *people = arena_take(&report->facts.arena, (items.left + 1) * sizeof *people);
    size_t count = 0;
    if (facts->people_count > 0) return;
    while (docs_next(&items, &item)) {
        struct slice code = doc_text(doc_get(item, "country"));
        uint64_t hit = doc_number(doc_get(item, "known")) + doc_number(doc_get(item, "possible"));
        char *country = arena_take(&report->facts.arena, 3);
        if (hit == 0) continue;
        memcpy(country, code.len == 2 ? code.at : (const uint8_t *)"ZZ", 2);
        country[2] = 0;
        people[count++] = (struct law_people){country, hit};
    }
    facts->people = people;
    facts->people_count = count;
}

/* To the second, as the other times of the page are. */
static void now_put(int64_t us, struct buf *out)
{
    SCOPED(buf_done) struct buf text = {0};
    time_put(&text, us - us % SECOND_US);
    buf_slice_put(out, slice_part(buf_slice(&text), 0, 10));
    buf_byte(out, ' ');
    buf_slice_put(out, slice_part(buf_slice(&text), 11, 8));
    buf_text(out, " UTC");
}

static void head_rows(struct report *report)
{
    struct slice kind = doc_text(doc_get(report->state, "kind"));
    const struct playbook *book = playbook_of(report->books, kind);
    SCOPED(buf_done) struct buf opened = {0}, now = {0};
    time_words_put(&opened, doc_get(report->state, "opened"));
    now_put(report->facts.facts.now_us, &now);
    paper_row_of(&report->paper, "report.id", doc_text(doc_get(report->state, "id")));
    paper_row_of(&report->paper, "report.kind",
                 book ? slice_text(form_text(&book->title, report->paper.sheet.language)) : kind);
    paper_row_of(&report->paper, "report.owner", doc_text(doc_get(report->state, "owner")));
    paper_row_of(&report->paper, "report.opened", buf_slice(&opened));
    paper_row_of(&report->paper, "report.now", buf_slice(&now));
}

static void instant_rows(struct report *report)
{
    static const char *const names[][2] = {{"occurred", "report.occurred"}, {"detected", "report.detected"},
                                           {"aware", "report.aware"},       {"contained", "report.contained"},
                                           {"notified", "report.notified"}, {"closed", "report.closed"}};
    paper_head(&report->paper, "report.when");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct docs items = docs_of(doc_get(report->state, "instants"));
        struct doc item = {{0}};
        SCOPED(buf_done) struct buf text = {0};
        while (docs_next(&items, &item)) {
            if (doc_is(doc_get(item, "name"), names[i][0]) && doc_true(doc_get(item, "counts")))
                time_words_put(&text, doc_get(item, "at"));
        }
        paper_row_of(&report->paper, names[i][1], buf_slice(&text));
    }
}

static void three_row(struct report *report, struct slice label, struct doc row)
{
    static const char *const parts[] = {"known", "possible", "excluded"};
    SCOPED(buf_done) struct buf text = {0};
    struct buf numbers[COUNT_OF(parts)] = {{0}};
    struct mail_value values[COUNT_OF(parts)];
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        count_put(&numbers[i], doc_number(doc_get(doc_get(row, parts[i]), "count")));
        values[i] = (struct mail_value){parts[i], buf_slice(&numbers[i])};
    }
    words_put(report->paper.sheet.language, "report.three", values, COUNT_OF(parts), &text);
    for (size_t i = 0; i < COUNT_OF(parts); i++) buf_done(&numbers[i]);
    paper_row(&report->paper, label, buf_slice(&text));
}

/* The field in the language of the page; a shop's own under its name. */
static void field_row(struct report *report, struct doc field)
{
    struct slice language = report->paper.sheet.language, name = doc_text(doc_get(field, "field"));
    SCOPED(buf_done) struct buf label = {0};
    char key[FIELD_KEY_BYTES];
    int len = snprintf(key, sizeof key, "field.%.*s", (int)name.len, (const char *)name.at);
    if (len > 0 && len < FIELD_KEY_BYTES && words_has(language, key))
        words_put(language, key, NULL, 0, &label);
    else
        buf_slice_put(&label, name);
    three_row(report, buf_slice(&label), field);
}

static void scope_rows(struct report *report)
{
    struct docs fields = docs_of(doc_get(report->scope, "fields"));
    struct doc field = {{0}};
    SCOPED(buf_done) struct buf any = {0}, text = {0};
    size_t count = fields.left;
    paper_head(&report->paper, "report.whose");
    if (!doc_there(report->scope)) {
        paper_row_of(&report->paper, "report.any", (struct slice){0});
        return;
    }
    item_words_put(&text, doc_get(report->scope, "version"));
    buf_text(&text, ", ");
    time_words_put(&text, doc_get(report->scope, "counted"));
    paper_row_of(&report->paper, "report.count", buf_slice(&text));
    word_put(&report->paper.sheet, &any, "report.any");
    three_row(report, buf_slice(&any), doc_get(report->scope, "any"));
    for (size_t i = 0; i < FIELDS_SHOWN && docs_next(&fields, &field); i++) field_row(report, field);
    more_row(report, count, FIELDS_SHOWN);
}

/* Rows of those items of a kind that are in that state (NULL: in any); at least one row, "none". */
static void item_rows(struct report *report, const char *kind, const char *state, const char *label)
{
    struct docs items = docs_of(doc_get(report->state, kind));
    struct doc item = {{0}};
    size_t count = 0;
    while (docs_next(&items, &item)) {
        if (state && !doc_is(doc_get(item, "state"), state)) continue;
        if (++count <= ITEMS_SHOWN) paper_row_of(&report->paper, label, doc_text(doc_get(item, "text")));
    }
    if (count == 0) {
        SCOPED(buf_done) struct buf none = {0};
        word_put(&report->paper.sheet, &none, "report.none");
        paper_row_of(&report->paper, label, buf_slice(&none));
    }
    more_row(report, count, ITEMS_SHOWN);
}

/* What others say of how many, beside the count: both stand. */
static void claim_rows(struct report *report)
{
    struct docs claims = docs_of(doc_get(report->claims, "claims"));
    struct doc claim = {{0}};
    size_t count = 0;
    while (docs_next(&claims, &claim)) {
        SCOPED(buf_done) struct buf text = {0}, relation = {0};
        if (++count > ITEMS_SHOWN) continue;
        reconcile_claim_put(report->paper.sheet.language, claim, &text, &relation);
        paper_row_of(&report->paper, "report.said_count", buf_slice(&text));
        paper_row(&report->paper, SLICE_TEXT("…"), buf_slice(&relation));
    }
    more_row(report, count, ITEMS_SHOWN);
}

static void confirmed_row(struct report *report)
{
    struct docs items = docs_of(doc_get(report->state, "hypotheses"));
    struct doc item = {{0}};
    struct slice text = {0};
    while (docs_next(&items, &item)) {
        if (doc_true(doc_get(item, "cause")) && doc_is(doc_get(item, "state"), "confirmed"))
            text = doc_text(doc_get(item, "text"));
    }
    paper_row_of(&report->paper, "report.cause", text);
}

static bool clock_shown(const struct law_clock *clock, int64_t before_us)
{
    bool number = clock->duty->due || clock->policy;
    if (clock->owed == LAW_NO || clock->count == 0) return false;
    return before_us == 0 || (number && !clock->done && clock->at[0].due_us <= before_us);
}

/* Those due before an instant and not done; 0: all. */
static void clock_rows(struct report *report, int64_t before_us)
{
    struct sheet *sheet = &report->paper.sheet;
    size_t count = 0;
    paper_head(&report->paper, "report.owed");
    for (size_t i = 0; i < report->clocks.count && report->placed; i++) {
        const struct law_clock *clock = &report->clocks.at[i];
        SCOPED(buf_done) struct buf label = {0}, text = {0};
        if (!clock_shown(clock, before_us) || ++count > CLOCKS_SHOWN) continue;
        buf_print(&label, "%s/%s: ", clock->applied.regime->id, clock->duty->id);
        word_of(sheet, &label, "to", law_to_name(clock->duty->to));
        if (clock->duty->due || clock->policy) {
            zone_put(&text, &clock->zone, clock->at[0].due_us);
            buf_text(&text, ": ");
        }
        clock_state_put(sheet, &text, &clock->at[0], clock->done);
        if (clock->owed == LAW_MAYBE) {
            buf_text(&text, " (");
            word_put(sheet, &text, "report.perhaps");
            buf_text(&text, ")");
        }
        paper_row(&report->paper, buf_slice(&label), buf_slice(&text));
    }
    more_row(report, count, CLOCKS_SHOWN);
    if (!report->placed) paper_row_of(&report->paper, "report.where", (struct slice){0});
    paper_row_of(&report->paper, "report.note", slice_text("amanah law clocks"));
}

struct due_task {
    struct doc doc;
    int64_t due_us; /* INT64_MAX: none */
};

static int by_due(const void *a, const void *b)
{
    const struct due_task *one = a, *other = b;
    return (one->due_us > other->due_us) - (one->due_us < other->due_us);
}

/* Open ones that are due before an instant, and those without a time, the earliest first. */
static size_t tasks_take(const struct report *report, int64_t before_us, struct due_task *out)
{
    struct docs items = docs_of(doc_get(report->state, "tasks"));
    struct doc item = {{0}};
    size_t count = 0;
    while (docs_next(&items, &item) && count < TASKS_MAX) {
        int64_t us = INT64_MAX;
        if (!doc_is(doc_get(item, "state"), "open")) continue;
        if (time_get(doc_text(doc_get(item, "due")), &us).code != CODE_OK) us = INT64_MAX;
        if (us <= before_us || us == INT64_MAX) out[count++] = (struct due_task){item, us};
    }
    qsort(out, count, sizeof *out, by_due);
    return count;
}

/* A task of a playbook in the language of the page; any other as it was written. */
static struct slice task_text(const struct report *report, struct doc task)
{
    struct slice name = doc_text(doc_get(task, "name")), text = doc_text(doc_get(task, "text"));
    const uint8_t *slash = name.len > 0 ? memchr(name.at, '/', name.len) : NULL;
    if (!slash || !doc_is(doc_get(task, "source"), "playbook")) return text;
    size_t len = (size_t)(slash - name.at);
    const struct playbook *book = playbook_of(report->books, slice_part(name, 0, len));
    const struct playbook_task *of = book ? playbook_task(book, slice_from(name, len + 1)) : NULL;
    return of ? slice_text(form_text(&of->text, report->paper.sheet.language)) : text;
}

static RESULT task_rows(struct report *report, int64_t before_us, size_t shown, const char *head)
{
    struct due_task *tasks = calloc(TASKS_MAX, sizeof *tasks);
    if (!tasks) return FAIL(UNAVAILABLE, "report: no memory");
    size_t count = tasks_take(report, before_us, tasks);
    paper_head(&report->paper, head);
    for (size_t i = 0; i < count && i < shown; i++) {
        SCOPED(buf_done) struct buf label = {0};
        buf_print(&label, "[ ] %llu  ", (unsigned long long)doc_number(doc_get(tasks[i].doc, "line")));
        if (tasks[i].due_us < INT64_MAX) time_words_put(&label, doc_get(tasks[i].doc, "due"));
        if (tasks[i].due_us <= report->facts.facts.now_us) {
            buf_text(&label, " ");
            word_put(&report->paper.sheet, &label, "report.late");
        }
        paper_row(&report->paper, buf_slice(&label), task_text(report, tasks[i].doc));
    }
    if (count == 0) paper_row_of(&report->paper, "report.tasks", SLICE_TEXT("0"));
    more_row(report, count, shown);
    free(tasks);
    return OK;
}

static void done_row(struct report *report)
{
    struct docs items = docs_of(doc_get(report->state, "tasks"));
    struct doc item = {{0}};
    SCOPED(buf_done) struct buf text = {0};
    size_t all = items.left, done = 0;
    while (docs_next(&items, &item)) done += doc_is(doc_get(item, "state"), "done");
    buf_print(&text, "%zu / %zu", done, all);
    paper_row_of(&report->paper, "report.done", buf_slice(&text));
}

static void cost_rows(struct report *report)
{
    struct docs costs = docs_of(doc_get(report->state, "costs"));
    struct doc cost = {{0}};
    SCOPED(buf_done) struct buf minutes = {0}, money = {0};
    uint64_t spent = doc_number(doc_get(report->state, "minutes"));
    if (spent > 0) count_put(&minutes, spent);
    while (docs_next(&costs, &cost)) {
        if (money.len > 0) buf_text(&money, "; ");
        buf_slice_put(&money, doc_text(doc_get(cost, "currency")));
        buf_byte(&money, ' ');
        count_put(&money, doc_number(doc_get(cost, "amount")));
    }
    paper_row_of(&report->paper, "report.minutes", buf_slice(&minutes));
    paper_row_of(&report->paper, "report.money", buf_slice(&money));
}

static RESULT board_put(struct report *report)
{
    struct slice title = doc_text(doc_get(report->state, "title"));
    paper_begin(&report->paper, "report.board", title);
    head_rows(report);
    instant_rows(report);
    scope_rows(report);
    paper_head(&report->paper, "report.why");
    confirmed_row(report);
    paper_end(&report->paper);
    paper_begin(&report->paper, "report.board2", title);
    clock_rows(report, 0);
    TRY(task_rows(report, report->facts.facts.now_us, ITEMS_SHOWN, "report.overdue"));
    paper_head(&report->paper, "report.said");
    done_row(report);
    claim_rows(report);
    item_rows(report, "claims", "verified", "report.claim");
    item_rows(report, "decisions", NULL, "report.decision");
    item_rows(report, "requests", "open", "report.request");
    report_promises(&report->paper, report->promises);
    paper_head(&report->paper, "report.cost");
    cost_rows(report);
    paper_end(&report->paper);
    return OK;
}

static RESULT day_put(struct report *report)
{
    int64_t end_us = report->facts.facts.now_us + DAY_US;
    paper_begin(&report->paper, "report.day", doc_text(doc_get(report->state, "title")));
    head_rows(report);
    TRY(task_rows(report, end_us, TASKS_SHOWN, "report.todo"));
    clock_rows(report, end_us);
    paper_end(&report->paper);
    return OK;
}

static RESULT report_make(struct call *call, struct report *report, bool board)
{
    TRY(case_read(call, &report->facts));
    people_add(report);
    report->placed = report->facts.facts.people_count > 0 || report->facts.facts.seat;
    instants_add(report);
    TRY(law_case_check(report->law, &report->facts.facts));
    TRY(law_clocks(report->law, &report->facts.facts, false, &report->clocks));
    paper_open(&report->paper, doc_text(doc_get(report->state, "title")), report->facts.facts.now_us);
    TRY(board ? board_put(report) : day_put(report));
    return paper_close(&report->paper);
}

RESULT command_incident_report(struct call *call)
{
    SCOPED(report_done) struct report report = {0};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer state = {0}, scope = {0}, claims = {0}, promises = {0};
    struct incident_show_ask show = {.id = slice_text(call->args[0])};
    struct incident_exposures_ask exposures = {.id = show.id};
    bool board = strcmp(call->args[1], "board") == 0;
    if (!board && strcmp(call->args[1], "next-24h") != 0) return FAIL(USAGE, "report: board, or next-24h");
    TRY(paper_format_of(call_slice(call, OPT_FORMAT), &report.paper.format));
    TRY(law_language(call, &report.paper.sheet.language));
    TRY(books_open(call, &report.books));
    TRY(law_open_anyway(call, &report.law));
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_INCIDENT_SHOW, &show, &state));
    report.state = answer_doc(&state);
    struct result counted = ask_answer(call, client, VERB_INCIDENT_EXPOSURES, &exposures, &scope);
    if (counted.code == CODE_OK)
        report.scope = answer_doc(&scope);
    else if (counted.cause != CAUSE_NOT_FOUND) /* which says that nothing was counted yet */
        return counted;
    const struct incident_reconcile_ask reconcile = {.id = show.id};
    TRY(ask_answer(call, client, VERB_INCIDENT_RECONCILE, &reconcile, &claims));
    report.claims = answer_doc(&claims);
    const struct promise_list_ask promised = {.incident = show.id};
    struct result listed = ask_answer(call, client, VERB_PROMISE_LIST, &promised, &promises);
    if (listed.code == CODE_OK) report.promises = answer_doc(&promises);
    if (listed.code != CODE_OK && listed.code != CODE_DENIED) return listed; /* a role need not see them */
    TRY(report_make(call, &report, board));
    return output_write(call_has(call, OPT_OUT) ? call_text(call, OPT_OUT) : "-",
                        buf_slice(&report.paper.sheet.out));
}

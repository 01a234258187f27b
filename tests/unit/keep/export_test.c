/* Exports: what a row says, what it adds to budgets, and the job that may be cut off behind any of its slices. */
#include "people.h"

#include "answer/export/job.h"
#include "keep/export/export.h"
#include "keep/verify.h"
#include "keep/watch/canary.h"

#include <dirent.h>

enum { SOME = 700, SLICES_MAX = 400 };

static struct people people;

static struct export small(void)
{
    static const uint8_t secret[SECRET_BYTES] = {1};
    struct secret identity;
    struct export export = {.state = EXPORT_APPROVED,
                            .asker = reader_no(READER_OPERATOR, 0),
                            .role = 1,
                            .who = EXPORT_ALL,
                            .format = EXPORT_JSONL,
                            .purpose = SLICE_TEXT("support"),
                            .reason = SLICE_TEXT("a letter"),
                            .fields = {SLICE_TEXT("ref"), SLICE_TEXT("email")},
                            .field_count = 2,
                            .asked_people = SOME};
    memcpy(identity.bytes, secret, sizeof secret);
    assert_ok(age_identity_recipient(&identity, &export.recipient));
    export.id = (uint32_t)export_count(people.shop) + 1;
    export.asked_us = people.now_us;
    export.last = people.shop->last;
    return export;
}

static void put(const struct export *export)
{
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    SCOPED(batch_done) struct batch batch = {0};
    struct receipt receipt = {0};
    assert_ok(batch_begin(people.shop, &people.keeper->arena, &batch));
    assert_ok(export_put(&batch, &system, export, &receipt));
    assert_ok(batch_settle(&batch));
    arena_reset(&people.keeper->arena);
}

static void fill(void)
{
    for (size_t i = 0; i < SOME; i++) {
        char ref[16], id[ID_BYTES_MAX + 1];
        (void)snprintf(ref, sizeof ref, "R%04zu", i);
        people_make(&people, ref, id);
    }
}

static void plan(void)
{
    static const struct slice domain[] = {{(const uint8_t *)"mail.shop.example", 17}};
    struct canary_begin_ask ask = {.domains = {domain, 1}};
    struct buf bearer = TAKE(people.bearer); /* the operator sets it up */
    assert_int_equal(people_once(&people, VERB_CANARY_BEGIN, &ask), CAUSE_OK);
    people.bearer = bearer;
}

static void verified(void)
{
    const struct verify_options options = {.home = people.home, .clock = people.shop->clock};
    static struct verify_report report;
    report = (struct verify_report){0};
    assert_ok(verify_home(&options, &report));
    assert_int_equal(report.finding_count, 0);
}

static void a_row_says_what_it_was_given(void **state)
{
    (void)state;
    people_begin(&people);
    struct export export = small();
    uint8_t numbers[24], index[8];
    for (uint64_t i = 0; i < 3; i++) be64_put(numbers + 8 * i, 5 + i);
    be64_put(index, 77);
    export.who = EXPORT_LISTED;
    export.listed = SLICE_OF(numbers);
    export.entries = SLICE_OF(index);
    export.person_count = 2;
    export.persons[1] = 9;
    export.state = EXPORT_DONE;
    export.counted = true;
    export.people = 3;
    export.full = 6;
    export.logged_us = export.done_us = people.now_us;
    export.note = SLICE_TEXT("a note");
    export.why = EXPORT_WHY_COUNT;
    put(&export);
    people_reopen(&people);
    const struct export *back = export_by_id(people.shop, 1);
    assert_non_null(back);
    assert_null(export_by_id(people.shop, 0));
    assert_null(export_by_id(people.shop, 2));
    assert_true(slice_equal(back->listed, SLICE_OF(numbers)) && slice_equal(back->entries, SLICE_OF(index)));
    assert_true(slice_is(back->note, "a note") && slice_is(back->reason, "a letter"));
    assert_true(slice_is(back->fields[1], "email") && back->field_count == 2);
    assert_memory_equal(&back->recipient, &export.recipient, sizeof export.recipient);
    assert_true(back->state == EXPORT_DONE && back->people == 3 && back->full == 6 && back->counted);
    assert_int_equal(back->persons[1], 9);
    assert_int_equal(back->why, EXPORT_WHY_COUNT);
    SCOPED(buf_done) struct buf sealed = {0};
    export_write(people.shop, back, &sealed);
    assert_null(memmem(sealed.at, sealed.len, "a letter", 8));
    assert_code(CODE_CORRUPT, export_take(people.shop, 2, buf_slice(&sealed))); /* of another row */
    PROPERTY(200, rng) {
        size_t at = prop_below(&rng, sealed.len);
        sealed.at[at] ^= (uint8_t)(1u << prop_below(&rng, 8));
        assert_code(CODE_CORRUPT, export_take(people.shop, 1, buf_slice(&sealed)));
        buf_clear(&sealed);
        export_write(people.shop, back, &sealed);
    }
    people_end(&people);
}

/* To the end, or for so many slices. */
static void work(size_t slices)
{
    for (size_t i = 0; i < slices && keeper_jobs(people.keeper); i++) people.now_us += 1000;
}

static void limits_are_higher_for_as_long_as_the_people_count(void **state)
{
    (void)state;
    people_begin(&people);
    fill();
    people.now_us += 40 * DAY_US; /* so that nothing of the test's own counts */
    struct export export = small();
    put(&export);
    work(SLICES_MAX);
    const uint64_t reader = reader_no(READER_OPERATOR, 0);
    uint64_t counted = export_by_id(people.shop, 1)->people;
    assert_int_equal(counted, SOME);
    static const int64_t steps_us[] = {
        0,       30 * SECOND_US, 40 * SECOND_US, MINUTE_US,   50 * MINUTE_US, 9 * MINUTE_US, 2 * MINUTE_US,
        HOUR_US, 20 * HOUR_US,   2 * HOUR_US,    2 * HOUR_US, 20 * DAY_US,    8 * DAY_US,    DAY_US,
        DAY_US,  DAY_US};
    for (size_t i = 0; i < COUNT_OF(steps_us); i++) {
        struct limits limits = {{10, 10, 10, 10}};
        uint64_t used[WINDOW_COUNT];
        people.now_us += steps_us[i];
        budget_used(people.shop->budgets, BUDGET_READER, reader, people.now_us, used);
        exports_allow(people.shop, BUDGET_READER, reader, people.now_us, &limits);
        for (size_t window = 0; window < WINDOW_COUNT; window++) {
            assert_true(used[window] == 0 || used[window] == counted);
            assert_int_equal(limits.at[window], 10 + used[window]); /* neither more nor less */
        }
    }
    struct limits none = {{UINT64_MAX, 1, 1, 1}};
    exports_allow(people.shop, BUDGET_ROLE, 77, people.now_us, &none);
    assert_true(none.at[0] == UINT64_MAX && none.at[3] == 1); /* another role's */
    people_end(&people);
}

static uint64_t entries_of_kind(enum entry_kind kind)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < ledger_durable(people.shop->ledger); i++) {
        struct entry entry = {0};
        SCOPED(buf_done) struct buf bytes = {0};
        assert_ok(ledger_entry(people.shop->ledger, i, &bytes, NULL));
        assert_ok(entry_read(buf_slice(&bytes), &entry));
        count += entry.kind == kind;
    }
    return count;
}

static size_t files(void)
{
    SCOPED(buf_done) struct buf path = {0};
    size_t count = 0;
    shop_path(people.shop->home, people.shop->name, "exports", &path);
    DIR *folder = opendir(buf_c(&path));
    if (!folder) return 0;
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        count += entry->d_name[0] != '.';
    (void)closedir(folder);
    return count;
}

static void a_restart_behind_any_slice_doubles_nothing(void **state)
{
    (void)state;
    people_begin(&people);
    plan();
    fill();
    uint64_t exports = 0;
    for (size_t slices = 1;; slices++) {
        struct export export = small();
        put(&export);
        work(slices);
        bool whole = !export_waits(people.shop);
        people_reopen(&people);                     /* what was in memory is gone */
        assert_int_equal(files(), exports + whole); /* and so is a part of a file */
        work(SLICES_MAX);
        const struct export *done = export_by_id(people.shop, export.id);
        assert_int_equal(done->state, EXPORT_DONE);
        assert_int_equal(entries_of_kind(ENTRY_EXPORT), ++exports);
        assert_int_equal(done->entries.len, 8);
        SCOPED(batch_done) struct batch batch = {0};
        struct subject_no canaries[CANARY_EXPORT_MAX];
        size_t count = 0;
        assert_ok(batch_begin(people.shop, &people.keeper->arena, &batch));
        assert_ok(canaries_of_export(&batch, NULL, export.id, 0, canaries, &count));
        batch_rollback(&batch);
        assert_int_equal(count, 2);
        assert_int_equal(done->people, SOME + count);
        if (whole) break;
    }
    assert_true(exports > 5); /* it was cut off in each of its parts */
    verified();
    people_end(&people);
}

static void somebody_erased_between_two_slices_is_left_out_and_the_set_still_proves(void **state)
{
    (void)state;
    people_begin(&people);
    fill();
    for (size_t slices = 1; slices < 8; slices++) {
        struct export export = small();
        SCOPED(buf_done) struct buf id = {0};
        put(&export);
        work(slices);
        id_put(people.shop, ID_SUBJECT, 3 + slices, &id);
        struct subject_erase_ask ask = {.id = buf_slice(&id), .reason = SLICE_TEXT("asked")};
        assert_int_equal(people_once(&people, VERB_SUBJECT_ERASE, &ask), CAUSE_OK);
        work(SLICES_MAX);
        const struct export *done = export_by_id(people.shop, export.id);
        assert_int_equal(done->state, EXPORT_DONE);
        assert_true(done->people == SOME - slices || done->people == SOME - slices + 1);
        verified();
    }
    people_end(&people);
}

static void a_file_that_cannot_be_made_is_tried_again(void **state)
{
    (void)state;
    people_begin(&people);
    fill();
    SCOPED(buf_done) struct buf path = {0};
    shop_path(people.shop->home, people.shop->name, "exports", &path);
    FILE *in_the_way = fopen(buf_c(&path), "w");
    assert_non_null(in_the_way);
    (void)fclose(in_the_way);
    struct export export = small();
    struct export_progress progress = {0};
    put(&export);
    work(SLICES_MAX);
    assert_int_equal(export_by_id(people.shop, 1)->state, EXPORT_RUNNING);
    export_progress(people.shop, export_by_id(people.shop, 1), &progress);
    assert_int_equal(progress.failures, 1);
    assert_int_equal(entries_of_kind(ENTRY_EXPORT), 1);
    work(SLICES_MAX); /* not at once */
    assert_int_equal(remove(buf_c(&path)), 0);
    people.now_us += (EXPORT_AGAIN_S + 1) * SECOND_US;
    work(SLICES_MAX);
    assert_int_equal(export_by_id(people.shop, 1)->state, EXPORT_DONE);
    assert_int_equal(entries_of_kind(ENTRY_EXPORT), 1);
    people_end(&people);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_says_what_it_was_given),
        cmocka_unit_test(limits_are_higher_for_as_long_as_the_people_count),
        cmocka_unit_test(a_restart_behind_any_slice_doubles_nothing),
        cmocka_unit_test(somebody_erased_between_two_slices_is_left_out_and_the_set_still_proves),
        cmocka_unit_test(a_file_that_cannot_be_made_is_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Chunks of a log from outside: taken where the last one ended and nowhere else, and nobody's budget is touched. */
#include "people.h"

#include "base/weblog/seen.h"
#include "keep/observe/outside.h"

static const char route_text[] = "GET /c/{ref}";

struct log {
    struct people people;
    char ids[2][ID_BYTES_MAX + 1];
    uint8_t first[32], hash[32];
    struct slice route;
    struct buf rows;
    struct observe_ask ask; /* the next good one */
};

static void rows_make(struct log *log, const char *const *refs, size_t count)
{
    uint64_t line = 0;
    const struct seen_reader reader = {SEEN_USER, SLICE_TEXT("kim")};
    buf_clear(&log->rows);
    buf_varint(&log->rows, 1);
    seen_reader_put(&reader, &log->rows);
    buf_varint(&log->rows, count);
    for (size_t i = 0; i < count; i++) {
        const struct seen_row row = {.hour = 472000,
                                     .line = log->ask.lines_from + i + 1,
                                     .lines = 1,
                                     .rows = 1,
                                     .kind = ROUTE_REF,
                                     .subject = slice_text(refs[i])};
        seen_row_put(&row, &line, &log->rows);
    }
    log->ask.rows = buf_slice(&log->rows);
    log->ask.lines_to = log->ask.lines_from + count;
}

static void log_begin(struct log *log)
{
    const struct slice field = SLICE_TEXT("name"), purpose = SLICE_TEXT("support"),
                       route = SLICE_TEXT("GET /c/{ref} = name");
    struct service_put_ask service = {
        .name = SLICE_TEXT("shop"), .fields = {&field, 1}, .purposes = {&purpose, 1}, .routes = {&route, 1}};
    *log = (struct log){.first = {1}, .hash = {2}};
    people_begin(&log->people);
    people_make(&log->people, "one", log->ids[0]);
    people_make(&log->people, "two", log->ids[1]);
    assert_int_equal(people_once(&log->people, VERB_SERVICE_PUT, &service), CAUSE_OK);
    log->route = slice_text(route_text);
    log->ask = (struct observe_ask){.system = SLICE_TEXT("shop"),
                                    .first = SLICE_OF(log->first),
                                    .hash = SLICE_OF(log->hash),
                                    .to = 100,
                                    .routes = {&log->route, 1}};
    rows_make(log, (const char *[]){"one", "two", "nobody"}, 3);
}

static void log_end(struct log *log)
{
    buf_done(&log->rows);
    people_end(&log->people);
}

static enum cause observe(struct log *log)
{
    return people_once(&log->people, VERB_OBSERVE, &log->ask);
}

/* The chunk was taken: the ask becomes the one behind it. */
static void next(struct log *log)
{
    struct outside_file_row row;
    SCOPED(buf_done) struct buf sealed = {0};
    assert_ok(log->people.shop->store->observed->file_get(log->people.shop->store, 1, &row, &sealed));
    assert_int_equal(row.bytes, log->ask.to);
    assert_int_equal(row.lines, log->ask.lines_to);
    log->ask.file = 1;
    log->ask.from = row.bytes;
    log->ask.lines_from = row.lines;
    log->ask.to = row.bytes + 100;
}

static void a_chunk_is_taken_once(void **state)
{
    (void)state;
    struct log log;
    log_begin(&log);
    assert_int_equal(observe(&log), CAUSE_OK);
    assert_int_equal(observe(&log), CAUSE_CONFLICT); /* the same again, as a new file */
    next(&log);
    rows_make(&log, (const char *[]){"one"}, 1);
    struct observe_ask good = log.ask;
    log.ask.from++;
    assert_int_equal(observe(&log), CAUSE_CONFLICT); /* a gap */
    log.ask = good;
    log.ask.from--;
    assert_int_equal(observe(&log), CAUSE_CONFLICT); /* read twice */
    log.ask = good;
    log.ask.first.at = log.hash;
    assert_int_equal(observe(&log), CAUSE_CONFLICT); /* of another file */
    log.ask = good;
    log.ask.file = 2;
    assert_int_equal(observe(&log), CAUSE_CONFLICT); /* which there is not */
    log.ask = good;
    assert_int_equal(observe(&log), CAUSE_OK);
    next(&log);
    assert_int_equal(people_once(&log.people, VERB_OBSERVE, &good), CAUSE_CONFLICT);
    log_end(&log);
}

static void bad_chunks_are_refused_and_leave_nothing(void **state)
{
    (void)state;
    struct log log;
    log_begin(&log);
    uint64_t entries = ledger_size(log.people.shop->ledger);
    const struct observe_ask good = log.ask;
    const struct slice other = SLICE_TEXT("GET /other");
    log.ask.routes.at = &other;
    assert_int_equal(observe(&log), CAUSE_CONFLICT); /* the service changed meanwhile */
    log.ask = good;
    log.ask.system = SLICE_TEXT("nobody");
    assert_int_equal(observe(&log), CAUSE_NOT_FOUND);
    log.ask = good;
    log.ask.to = 0;
    assert_int_equal(observe(&log), CAUSE_INVALID);
    log.ask = good;
    log.ask.first.len = 31;
    assert_int_equal(observe(&log), CAUSE_INVALID);
    log.ask = good;
    log.ask.lines_to = 2; /* its last row lies behind */
    assert_int_equal(observe(&log), CAUSE_INVALID);
    for (size_t cut = 1; cut < good.rows.len; cut++) {
        log.ask = good;
        log.ask.rows.len = cut;
        if (observe(&log) != CAUSE_INVALID) fail_msg("cut at %zu", cut);
    }
    assert_int_equal(ledger_size(log.people.shop->ledger), entries);
    log.ask = good;
    assert_int_equal(observe(&log), CAUSE_OK);
    log_end(&log);
}

static void what_was_seen_outside_spends_nobodys_budget(void **state)
{
    (void)state;
    struct log log;
    log_begin(&log);
    log.ask.newest_us = (uint64_t)log.people.now_us;
    assert_int_equal(observe(&log), CAUSE_OK);
    for (int i = 0; i < 2; i++) { /* as it runs, and as it is put together again at a start */
        uint64_t used[WINDOW_COUNT];
        budget_used(log.people.shop->budgets, BUDGET_SHOP, 0, log.people.now_us, used);
        for (size_t window = 0; window < WINDOW_COUNT; window++) assert_int_equal(used[window], 0);
        (void)keeper_idle(log.people.keeper);
        people_reopen(&log.people);
    }
    log_end(&log);
}

struct told {
    struct people *people;
    size_t groups, sights;
    uint64_t of_group, full, lines;
    uint32_t reader, hour;
    uint64_t line, index;
};

static RESULT group_note(void *context, const struct outside_group *group)
{
    struct told *told = context;
    told->groups++;
    told->of_group = set_count(group->subjects);
    told->reader = group->reader;
    told->hour = group->hour;
    told->full = group->full;
    for (int i = 0; i < 2; i++) assert_true(set_has(group->subjects, (uint64_t)i + 1));
    return OK;
}

static RESULT count_note(void *context, const struct unattributed_row *row)
{
    struct told *told = context;
    assert_true(row->named);
    told->lines += row->lines;
    return OK;
}

static RESULT sight_note(void *context, const struct outside_sight *sight)
{
    struct told *told = context;
    static const uint8_t hash[32] = {2};
    told->sights++;
    told->line = sight->one->line;
    told->index = sight->index;
    assert_int_equal(sight->one->hour, 472000);
    assert_int_equal(sight->file, 1);
    assert_memory_equal(sight->hash->bytes, hash, sizeof hash);
    assert_true(sight->taken_us > 0 && sight->bytes == (told->sights == 1 ? 100 : 200));
    return OK;
}

static void who_saw_whom_outside_is_told_as_groups_and_of_one(void **state)
{
    (void)state;
    struct log log;
    log_begin(&log);
    struct shop *shop = log.people.shop;
    struct told told = {.people = &log.people};
    uint32_t reader = 0, system = 0;
    const struct seen_reader kim = {SEEN_USER, SLICE_TEXT("kim")}, lee = {SEEN_USER, SLICE_TEXT("lee")};
    SCOPED(buf_done) struct buf name = {0};
    assert_ok(outside_each(shop, 0, UINT32_MAX, group_note, &told));
    assert_int_equal(told.groups, 0);
    assert_int_equal(observe(&log), CAUSE_OK);
    next(&log);
    rows_make(&log, (const char *[]){"two"}, 1);
    assert_int_equal(observe(&log), CAUSE_OK);

    assert_ok(outside_reader_find(shop, 1, &kim, &reader));
    assert_code(CODE_NOT_FOUND, outside_reader_find(shop, 1, &lee, &reader));
    assert_code(CODE_NOT_FOUND, outside_reader_find(shop, 2, &kim, &reader));
    assert_ok(outside_reader_open(shop, reader, &system, &name));
    assert_true(slice_is(buf_slice(&name), "kim") && system == 1);

    assert_ok(outside_each(shop, 472000, 472000, group_note, &told));
    assert_int_equal(told.groups, 1); /* both chunks' are one */
    assert_int_equal(told.of_group, 2);
    assert_int_equal(told.reader, reader);
    assert_int_equal(told.full, field_bit(field_find(&shop->fields, SLICE_TEXT("name"))));
    assert_ok(outside_each(shop, 0, 471999, group_note, &told));
    assert_ok(outside_each(shop, 472001, UINT32_MAX, group_note, &told));
    assert_int_equal(told.groups, 1);
    assert_ok(outside_counts(shop, 472000, 472000, count_note, &told));
    assert_int_equal(told.lines, 1);

    assert_ok(outside_of(shop, people_no(&log.people, log.ids[1]), sight_note, &told));
    assert_int_equal(told.sights, 2);
    assert_int_equal(told.line, 4); /* of the second chunk */
    told.sights = 0;
    assert_ok(outside_of(shop, people_no(&log.people, log.ids[0]), sight_note, &told));
    assert_int_equal(told.sights, 1);
    assert_int_equal(told.line, 1);
    log_end(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chunk_is_taken_once),
        cmocka_unit_test(bad_chunks_are_refused_and_leave_nothing),
        cmocka_unit_test(what_was_seen_outside_spends_nobodys_budget),
        cmocka_unit_test(who_saw_whom_outside_is_told_as_groups_and_of_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

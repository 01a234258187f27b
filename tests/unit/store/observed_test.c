/* What logs of systems outside told, in the embedded store: what is put comes back, in order, after all. */
#include "prop.h"
#include "store/observed.h"
#include "store/sqlite/sqlite.h"

struct base {
    char folder[64], path[80];
    struct store *store;
};

static void base_begin(struct base *base)
{
    *base = (struct base){.folder = "/tmp/amanah-observed-XXXXXX"};
    assert_non_null(mkdtemp(base->folder));
    (void)snprintf(base->path, sizeof base->path, "%s/shop.db", base->folder);
    assert_ok(sqlite_open(base->path, SQLITE_CREATE, &base->store));
    assert_ok(base->store->batch->begin(base->store));
}

/* Closed and opened: what was committed is there. */
static void base_again(struct base *base)
{
    assert_ok(base->store->batch->commit(base->store));
    base->store->batch->close(&base->store);
    assert_ok(sqlite_open(base->path, SQLITE_WRITER, &base->store));
    assert_ok(base->store->batch->begin(base->store));
}

static void base_end(struct base *base)
{
    char command[80];
    base->store->batch->close(&base->store);
    (void)snprintf(command, sizeof command, "rm -r '%s'", base->folder);
    assert_int_equal(system(command), 0);
}

static void keeps_readers_by_system_and_tag(void **state)
{
    (void)state;
    struct base base;
    uint32_t id = 9;
    struct outside_reader_row row = {1, 4, {1, 2, 3}, SLICE_TEXT("box")}, back;
    SCOPED(buf_done) struct buf sealed = {0};
    base_begin(&base);
    const struct observed_store *observed = base.store->observed;
    assert_ok(observed->reader_last(base.store, &id));
    assert_int_equal(id, 0);
    assert_code(CODE_NOT_FOUND, observed->reader_find(base.store, 4, row.tag, &id));
    assert_code(CODE_NOT_FOUND, observed->reader_get(base.store, 1, &back, &sealed));
    assert_ok(observed->reader_add(base.store, &row));
    base_again(&base);
    observed = base.store->observed;
    assert_ok(observed->reader_find(base.store, 4, row.tag, &id));
    assert_int_equal(id, 1);
    assert_code(CODE_NOT_FOUND, observed->reader_find(base.store, 5, row.tag, &id)); /* another system's */
    assert_ok(observed->reader_get(base.store, 1, &back, &sealed));
    assert_int_equal(back.system, 4);
    assert_memory_equal(back.tag, row.tag, TAG_BYTES);
    assert_true(slice_is(buf_slice(&sealed), "box"));
    row.id = 2;
    assert_true(observed->reader_add(base.store, &row).code != CODE_OK); /* one number for each */
    base_end(&base);
}

static struct outside_file_row some_file(uint32_t id, uint8_t first)
{
    static uint8_t marks[64];
    struct outside_file_row row = {.id = id,
                                   .system = 4,
                                   .first = {first},
                                   .hash = {(uint8_t)id},
                                   .bytes = id * 1000U,
                                   .lines = id * 10U,
                                   .broken = id,
                                   .attributed = id + 1U,
                                   .unattributed = id + 2U,
                                   .behind = id + 3U,
                                   .newest_us = id + 4,
                                   .read_us = id + 5,
                                   .entry = id + 6U,
                                   .sealed = SLICE_TEXT("name")};
    row.marks = (struct slice){marks, sizeof marks};
    return row;
}

static RESULT file_check(void *context, const struct outside_file_row *row)
{
    uint32_t *sum = context;
    struct outside_file_row want = some_file(row->id, row->first[0]);
    assert_memory_equal(row->first, want.first, sizeof want.first);
    assert_memory_equal(row->hash, want.hash, sizeof want.hash);
    assert_true(row->system == want.system && row->bytes == want.bytes && row->lines == want.lines &&
                row->broken == want.broken && row->attributed == want.attributed &&
                row->unattributed == want.unattributed && row->behind == want.behind &&
                row->newest_us == want.newest_us && row->read_us == want.read_us && row->entry == want.entry);
    assert_true(slice_is(row->sealed, "name") && row->marks.len == 64);
    *sum = *sum * 10 + row->id;
    return OK;
}

static void keeps_files_and_finds_those_that_begin_alike(void **state)
{
    (void)state;
    struct base base;
    uint32_t last = 9, all = 0, alike = 0, later = 0;
    struct outside_file_row back;
    SCOPED(buf_done) struct buf sealed = {0};
    base_begin(&base);
    assert_ok(base.store->observed->file_last(base.store, &last));
    assert_int_equal(last, 0);
    for (uint32_t id = 3; id > 0; id--) {
        struct outside_file_row row = some_file(id, id == 2 ? 8 : 7);
        row.lines = 0;
        assert_ok(base.store->observed->file_put(base.store, &row));
        row.lines = id * 10U; /* replaced */
        assert_ok(base.store->observed->file_put(base.store, &row));
    }
    base_again(&base);
    const uint8_t first[32] = {7};
    assert_ok(base.store->observed->file_last(base.store, &last));
    assert_int_equal(last, 3);
    assert_ok(base.store->observed->file_each(base.store, 0, NULL, file_check, &all));
    assert_ok(base.store->observed->file_each(base.store, 0, first, file_check, &alike));
    assert_ok(base.store->observed->file_each(base.store, 2, first, file_check, &later));
    assert_int_equal(all, 123);
    assert_int_equal(alike, 13);
    assert_int_equal(later, 3);
    assert_ok(base.store->observed->file_get(base.store, 2, &back, &sealed));
    assert_int_equal(back.lines, 20);
    assert_true(slice_is(back.sealed, "name"));
    assert_code(CODE_NOT_FOUND, base.store->observed->file_get(base.store, 4, &back, &sealed));
    base_end(&base);
}

static RESULT seen_add(void *context, const struct observed_row *row)
{
    buf_print(context, "%u.%u.%llu.%llu=%.*s ", row->hour, row->reader, (unsigned long long)row->full,
              (unsigned long long)row->chunk, (int)row->bitmap.len, row->bitmap.at);
    return OK;
}

static RESULT count_add(void *context, const struct unattributed_row *row)
{
    buf_print(context, "%u.%u.%llu.%d=%llu/%llu ", row->hour, row->reader, (unsigned long long)row->full,
              row->named, (unsigned long long)row->lines, (unsigned long long)row->rows);
    return OK;
}

static void keeps_who_saw_whom_by_hour(void **state)
{
    (void)state;
    struct base base;
    SCOPED(buf_done) struct buf text = {0}, bitmap = {0};
    base_begin(&base);
    const struct observed_row rows[] = {{2, 11, 3, 0, SLICE_TEXT("d")},
                                        {1, 10, UINT64_MAX, 1, SLICE_TEXT("b")},
                                        {1, 10, 3, 0, SLICE_TEXT("old")},
                                        {1, 10, 3, 0, SLICE_TEXT("a")},
                                        {2, 10, 3, 0, SLICE_TEXT("c")}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) assert_ok(base.store->observed->put(base.store, &rows[i]));
    base_again(&base);
    assert_ok(base.store->observed->get(base.store, &rows[2], &bitmap));
    assert_true(slice_is(buf_slice(&bitmap), "a"));
    struct observed_row none = rows[2];
    none.chunk = 7;
    assert_code(CODE_NOT_FOUND, base.store->observed->get(base.store, &none, &bitmap));
    assert_ok(base.store->observed->each(base.store, 10, 10, seen_add, &text));
    assert_string_equal(buf_c(&text), "10.1.18446744073709551615.1=b 10.1.3.0=a 10.2.3.0=c ");
    buf_clear(&text);
    assert_ok(base.store->observed->each(base.store, 11, UINT32_MAX, seen_add, &text));
    assert_string_equal(buf_c(&text), "11.2.3.0=d ");
    base_end(&base);
}

static void adds_up_what_nobody_can_be_told_of(void **state)
{
    (void)state;
    struct base base;
    SCOPED(buf_done) struct buf text = {0};
    base_begin(&base);
    const struct unattributed_row rows[] = {
        {1, 10, 3, 2, 200, false}, {1, 10, 3, 1, 1, true}, {1, 10, 3, 5, 7, false}, {2, 12, 3, 1, 1, false}};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_ok(base.store->observed->count_add(base.store, &rows[i]));
    base_again(&base);
    assert_ok(base.store->observed->count_each(base.store, 0, 11, count_add, &text));
    assert_string_equal(buf_c(&text), "10.1.3.0=7/207 10.1.3.1=1/1 ");
    base_end(&base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_readers_by_system_and_tag),
        cmocka_unit_test(keeps_files_and_finds_those_that_begin_alike),
        cmocka_unit_test(keeps_who_saw_whom_by_hour),
        cmocka_unit_test(adds_up_what_nobody_can_be_told_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

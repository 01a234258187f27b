/* Every function of the embedded store but those of tags (tag_test.c): what is put comes back, at once and after all. */
#include "prop.h"
#include "store/alert.h"
#include "store/exposure.h"
#include "store/matter.h"
#include "store/right.h"
#include "store/run.h"
#include "store/sqlite/sqlite.h"
#include "store/voucher.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 64 };

/* A database in a folder of its own. */
struct base {
    char folder[PATH_BYTES], path[PATH_BYTES + 16];
    struct store *store;
};

static void base_begin(struct base *base)
{
    *base = (struct base){.folder = "/tmp/amanah-store-XXXXXX"};
    assert_non_null(mkdtemp(base->folder));
    (void)snprintf(base->path, sizeof base->path, "%s/shop.db", base->folder);
    assert_ok(sqlite_open(base->path, SQLITE_CREATE, &base->store));
}

static void base_end(struct base *base)
{
    char command[PATH_BYTES + 16];
    base->store->batch->close(&base->store);
    (void)snprintf(command, sizeof command, "rm -r '%s'", base->folder);
    assert_int_equal(system(command), 0);
}

static void base_again(struct base *base)
{
    base->store->batch->close(&base->store);
    assert_ok(sqlite_open(base->path, SQLITE_WRITER, &base->store));
}

static void begin(struct base *base)
{
    assert_ok(base->store->batch->begin(base->store));
}

static void commit(struct base *base)
{
    assert_ok(base->store->batch->commit(base->store));
}

static void keeps_what_was_committed_and_nothing_else(void **state)
{
    (void)state;
    struct base base;
    uint64_t value = 0;
    base_begin(&base);
    struct store *store = base.store;
    assert_code(CODE_NOT_FOUND, store->fact->get(store, "upto", &value));
    begin(&base);
    assert_ok(store->fact->put(store, "upto", 7));
    commit(&base);
    begin(&base);
    assert_ok(store->fact->put(store, "upto", 8));
    assert_ok(store->fact->put(store, "other", UINT64_MAX));
    assert_ok(store->fact->get(store, "upto", &value));
    assert_int_equal(value, 8); /* within the transaction it is seen */
    store->batch->rollback(store);
    store->batch->rollback(store); /* also when nothing was begun */
    assert_ok(store->fact->get(store, "upto", &value));
    assert_int_equal(value, 7);
    assert_code(CODE_NOT_FOUND, store->fact->get(store, "other", &value));
    assert_code(CODE_UNAVAILABLE, store->batch->commit(store)); /* of nothing */
    begin(&base);
    assert_ok(store->fact->put(store, "upto", 9));
    base_again(&base); /* a transaction that was never committed is gone */
    assert_ok(base.store->fact->get(base.store, "upto", &value));
    assert_int_equal(value, 7);
    assert_true(base.store->batch->bytes(base.store) > 0);
    base_end(&base);
}

static void opens_only_what_is_its_own(void **state)
{
    (void)state;
    struct base base;
    struct store *store = NULL;
    char other[PATH_BYTES + 32], command[4 * PATH_BYTES];
    base_begin(&base);
    assert_code(CODE_CONFLICT, sqlite_open(base.path, SQLITE_CREATE, &store)); /* exists already */
    (void)snprintf(other, sizeof other, "%s/none.db", base.folder);
    assert_code(CODE_NOT_FOUND, sqlite_open(other, SQLITE_WRITER, &store));
    assert_code(CODE_NOT_FOUND, sqlite_open(other, SQLITE_READER, &store));
    (void)snprintf(command, sizeof command, "echo 'this is a text, not a database' > '%s'", other);
    assert_int_equal(system(command), 0);
    assert_code(CODE_CORRUPT, sqlite_open(other, SQLITE_WRITER, &store));
    (void)snprintf(command, sizeof command, "> '%s'", other);
    assert_int_equal(system(command), 0);
    assert_code(CODE_CORRUPT, sqlite_open(other, SQLITE_WRITER, &store)); /* an empty file is no shop */
    assert_null(store);
    base_end(&base);
}

/* The version of the schema lies in four bytes of the file, from byte 60 on. */
static void refuses_a_database_of_a_newer_version(void **state)
{
    (void)state;
    struct base base;
    struct store *store = NULL;
    static const uint8_t newer[4] = {0, 0, 0x7f, 0xff};
    base_begin(&base);
    base_again(&base);
    base.store->batch->close(&base.store);
    int fd = open(base.path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, newer, sizeof newer, 60), sizeof newer);
    assert_int_equal(close(fd), 0);
    struct result got = sqlite_open(base.path, SQLITE_WRITER, &store);
    assert_int_equal(got.cause, CAUSE_STORE_NEWER);
    got = sqlite_open(base.path, SQLITE_READER, &store);
    assert_int_equal(got.cause, CAUSE_STORE_NEWER);
    char command[PATH_BYTES + 16];
    (void)snprintf(command, sizeof command, "rm -r '%s'", base.folder);
    assert_int_equal(system(command), 0);
}

static void a_view_sees_one_moment(void **state)
{
    (void)state;
    struct base base;
    struct store *reader = NULL;
    uint64_t value = 0;
    base_begin(&base);
    begin(&base);
    assert_ok(base.store->fact->put(base.store, "upto", 1));
    commit(&base);
    assert_ok(sqlite_open(base.path, SQLITE_READER, &reader));
    assert_ok(reader->batch->view(reader));
    assert_ok(reader->fact->get(reader, "upto", &value));
    begin(&base);
    assert_ok(base.store->fact->put(base.store, "upto", 2));
    commit(&base);
    assert_ok(reader->fact->get(reader, "upto", &value));
    assert_int_equal(value, 1);
    reader->batch->view_end(reader);
    assert_ok(reader->fact->get(reader, "upto", &value));
    assert_int_equal(value, 2);
    reader->batch->close(&reader);
    base_end(&base);
}

struct writing {
    struct store *store;
    atomic_bool stop;
    enum code failed;
};

static void *write_on(void *context)
{
    struct writing *writing = context;
    struct store *store = writing->store;
    for (uint64_t value = 1; !atomic_load(&writing->stop) && writing->failed == CODE_OK; value++) {
        struct result done = store->batch->begin(store);
        if (done.code == CODE_OK) done = store->fact->put(store, "upto", value);
        if (done.code == CODE_OK) done = store->batch->commit(store);
        writing->failed = done.code;
        (void)usleep(100); /* the gap that a busy writer leaves */
    }
    return NULL;
}

static void views_beside_a_writer_see_the_same_moment(void **state)
{
    (void)state;
    enum { VIEWS = 3, ROUNDS = 10 };
    struct base base;
    struct writing writing = {.failed = CODE_OK};
    pthread_t thread;
    uint64_t last = 0;
    base_begin(&base);
    writing.store = base.store;
    assert_int_equal(pthread_create(&thread, NULL, write_on, &writing), 0);
    for (unsigned round = 0; round < ROUNDS || last < 2; round++) {
        struct store *views[VIEWS] = {NULL};
        uint64_t value[VIEWS] = {0};
        size_t count = VIEWS;
        assert_ok(sqlite_views(base.path, &count, views));
        for (size_t i = 0; i < count; i++)
            (void)views[i]->fact->get(views[i], "upto", &value[i]).code; /* 0: none yet */
        for (size_t i = 1; i < count; i++) assert_int_equal(value[i], value[0]);
        assert_true(value[0] >= last);
        last = value[0];
        for (size_t i = 0; i < count; i++) views[i]->batch->close(&views[i]);
    }
    atomic_store(&writing.stop, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(writing.failed, CODE_OK);
    base_end(&base);
}

struct gathered {
    uint64_t numbers[64];
    size_t count, stop;
};

static RESULT gather_subject(void *context, const struct subject_row *row)
{
    struct gathered *gathered = context;
    if (gathered->count == gathered->stop) return FAIL(CONFLICT, "enough");
    assert_int_equal(row->entry, row->no.at * 10);
    assert_int_equal(row->record.len, row->no.at);
    gathered->numbers[gathered->count++] = row->no.at;
    return OK;
}

static RESULT gather_number(void *context, uint64_t number)
{
    struct gathered *gathered = context;
    gathered->numbers[gathered->count++] = number;
    return OK;
}

static void keeps_subjects(void **state)
{
    (void)state;
    struct base base;
    struct subject_no last = {9};
    static const uint8_t bytes[64] = {1, 2, 3};
    SCOPED(buf_done) struct buf record = {0};
    uint64_t entry = 0;
    base_begin(&base);
    const struct subject_store *subject = base.store->subject;
    assert_ok(subject->last(base.store, &last));
    assert_int_equal(last.at, 0);
    begin(&base);
    for (uint64_t no = 1; no <= 20; no++) {
        struct subject_row row = {{no}, no * 10, {bytes, no}};
        assert_ok(subject->add(base.store, &row));
    }
    commit(&base);
    base_again(&base);
    assert_ok(subject->last(base.store, &last));
    assert_int_equal(last.at, 20);
    struct gathered gathered = {.stop = 64};
    assert_ok(subject->each(base.store, (struct subject_no){5}, gather_subject, &gathered));
    assert_int_equal(gathered.count, 16);
    for (size_t i = 0; i < gathered.count; i++) assert_int_equal(gathered.numbers[i], 5 + i);
    gathered = (struct gathered){.stop = 3};
    assert_code(CODE_CONFLICT, subject->each(base.store, (struct subject_no){1}, gather_subject, &gathered));
    struct subject_row fresh = {{7}, 71, {bytes, 40}}, nobody = {{99}, 1, {bytes, 1}};
    begin(&base);
    assert_ok(subject->replace(base.store, &fresh));
    assert_code(CODE_NOT_FOUND, subject->replace(base.store, &nobody));
    base.store->batch->rollback(base.store);
    begin(&base);
    assert_ok(subject->replace(base.store, &fresh));
    commit(&base);
    assert_ok(subject->get(base.store, fresh.no, &entry, &record));
    assert_true(entry == 71 && slice_equal(buf_slice(&record), fresh.record));
    assert_code(CODE_NOT_FOUND, subject->get(base.store, nobody.no, &entry, &record));
    begin(&base);
    assert_code(CODE_CORRUPT, subject->add(base.store, &fresh)); /* a number is given out once */
    base.store->batch->rollback(base.store);
    base_end(&base);
}

static void keeps_hashes_of_past_records_and_leaves_of_the_erased(void **state)
{
    (void)state;
    struct base base;
    uint8_t hash[32] = {7}, got[32];
    base_begin(&base);
    const struct subject_store *subject = base.store->subject;
    begin(&base);
    static const uint64_t entries[] = {30, 4, 12};
    for (size_t i = 0; i < COUNT_OF(entries); i++) {
        hash[1] = (uint8_t)entries[i];
        assert_ok(subject->past_put(base.store, (struct subject_no){3}, entries[i], hash));
        assert_ok(subject->leaf_put(base.store, (struct subject_no){3}, entries[i] + 1, hash));
    }
    assert_ok(subject->past_put(base.store, (struct subject_no){4}, 5, hash));
    commit(&base);
    assert_ok(subject->past_get(base.store, (struct subject_no){3}, 12, got));
    assert_int_equal(got[1], 12);
    assert_ok(subject->leaf_get(base.store, (struct subject_no){3}, 13, got));
    assert_int_equal(got[1], 12);
    assert_code(CODE_NOT_FOUND, subject->past_get(base.store, (struct subject_no){3}, 13, got));
    assert_code(CODE_NOT_FOUND, subject->leaf_get(base.store, (struct subject_no){3}, 12, got));
    assert_code(CODE_NOT_FOUND, subject->past_get(base.store, (struct subject_no){5}, 12, got));
    struct gathered gathered = {0};
    assert_ok(subject->past_each(base.store, (struct subject_no){3}, gather_number, &gathered));
    assert_int_equal(gathered.count, 3);
    assert_true(gathered.numbers[0] == 4 && gathered.numbers[1] == 12 && gathered.numbers[2] == 30);
    base_end(&base);
}

static RESULT gather_tail(void *context, const struct tail_row *row)
{
    struct gathered *gathered = context;
    assert_int_equal(row->leaves.len, 32 * row->count);
    assert_true(slice_is(row->entries, "entries") && slice_is(row->aside, "aside"));
    gathered->numbers[gathered->count++] = row->first;
    return OK;
}

static RESULT gather_checkpoint(void *context, const struct checkpoint_row *row)
{
    struct gathered *gathered = context;
    gathered->numbers[gathered->count++] = row->size * 10 + row->kind;
    return OK;
}

static void keeps_the_tail_bundles_and_tiles(void **state)
{
    (void)state;
    struct base base;
    static const uint8_t hashes[256 * 32] = {5};
    SCOPED(buf_done) struct buf entries = {0}, aside = {0}, tile = {0};
    int64_t first_us = 0;
    base_begin(&base);
    const struct ledger_store *ledger = base.store->ledger;
    begin(&base);
    struct tail_row rows[] = {{256, 2, SLICE_TEXT("entries"), {hashes, 64}, SLICE_TEXT("aside")},
                              {258, 1, SLICE_TEXT("entries"), {hashes, 32}, SLICE_TEXT("aside")}};
    for (size_t i = COUNT_OF(rows); i > 0; i--) assert_ok(ledger->tail_add(base.store, &rows[i - 1]));
    assert_ok(ledger->bundle_add(base.store, 0, 12345, SLICE_TEXT("full"), SLICE_TEXT("beside")));
    assert_ok(ledger->tile_put(base.store, 0, 0, (struct slice){hashes, sizeof hashes}));
    assert_ok(ledger->tile_put(base.store, 1, 0, (struct slice){hashes, 32}));
    assert_ok(ledger->tile_put(base.store, 1, 0, (struct slice){hashes, 64})); /* it grows */
    commit(&base);
    struct gathered gathered = {0};
    assert_ok(ledger->tail_each(base.store, gather_tail, &gathered));
    assert_true(gathered.count == 2 && gathered.numbers[0] == 256 && gathered.numbers[1] == 258);
    assert_ok(ledger->bundle_get(base.store, 0, &entries, &aside));
    assert_ok(ledger->bundle_get(base.store, 0, &entries, NULL));
    assert_ok(ledger->bundle_get(base.store, 0, NULL, &aside));
    assert_true(slice_is(buf_slice(&entries), "fullfull") && slice_is(buf_slice(&aside), "besidebeside"));
    assert_ok(ledger->bundle_time(base.store, 0, &first_us));
    assert_int_equal(first_us, 12345);
    assert_code(CODE_NOT_FOUND, ledger->bundle_get(base.store, 1, &entries, &aside));
    assert_code(CODE_NOT_FOUND, ledger->bundle_time(base.store, 1, &first_us));
    assert_ok(ledger->tile_get(base.store, 1, 0, &tile));
    assert_int_equal(tile.len, 64);
    assert_code(CODE_NOT_FOUND, ledger->tile_get(base.store, 1, 1, &tile));
    begin(&base);
    assert_ok(ledger->aside_replace(base.store, 0, SLICE_TEXT("less")));
    assert_ok(ledger->tail_clear(base.store));
    commit(&base);
    buf_clear(&aside);
    assert_ok(ledger->bundle_get(base.store, 0, NULL, &aside));
    assert_true(slice_is(buf_slice(&aside), "less"));
    gathered = (struct gathered){0};
    assert_ok(ledger->tail_each(base.store, gather_tail, &gathered));
    assert_int_equal(gathered.count, 0);
    base_end(&base);
}

static void keeps_checkpoints_by_kind_and_size(void **state)
{
    (void)state;
    struct base base;
    const struct checkpoint_row rows[] = {
        {CHECKPOINT_NEWEST, 5, 50, SLICE_TEXT("five")},     {CHECKPOINT_NEWEST, 9, 90, SLICE_TEXT("nine")},
        {CHECKPOINT_MINUTE, 3, 30, SLICE_TEXT("three")},    {CHECKPOINT_MINUTE, 8, 80, SLICE_TEXT("eight")},
        {CHECKPOINT_COSIGNED, 4, 40, SLICE_TEXT("signed")},
    };
    static const struct {
        enum checkpoint_kind kind;
        uint64_t most, size;
        const char *note; /* NULL: there is none */
    } cases[] = {
        {CHECKPOINT_NEWEST, UINT64_MAX, 9, "nine"},
        {CHECKPOINT_NEWEST, 8, 0, NULL},
        {CHECKPOINT_MINUTE, UINT64_MAX, 8, "eight"},
        {CHECKPOINT_MINUTE, 7, 3, "three"},
        {CHECKPOINT_MINUTE, 2, 0, NULL},
        {CHECKPOINT_COSIGNED, 4, 4, "signed"},
        {CHECKPOINT_COSIGNED, 3, 0, NULL},
    };
    base_begin(&base);
    const struct ledger_store *ledger = base.store->ledger;
    begin(&base);
    for (size_t i = 0; i < COUNT_OF(rows); i++) assert_ok(ledger->checkpoint_put(base.store, &rows[i]));
    assert_ok(ledger->authority_add(base.store, 12));
    assert_ok(ledger->authority_add(base.store, 4));
    commit(&base);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf note = {0};
        uint64_t size = 0;
        int64_t time_us = 0;
        struct result got =
            ledger->checkpoint_get(base.store, cases[i].kind, cases[i].most, &size, &time_us, &note);
        assert_int_equal(got.code, cases[i].note ? CODE_OK : CODE_NOT_FOUND);
        if (!cases[i].note) continue;
        assert_true(size == cases[i].size && time_us == (int64_t)cases[i].size * 10);
        assert_true(slice_is(buf_slice(&note), cases[i].note));
    }
    struct gathered gathered = {0};
    assert_ok(ledger->checkpoint_each(base.store, gather_checkpoint, &gathered));
    assert_true(gathered.count == 3 && gathered.numbers[0] == 32 && gathered.numbers[1] == 43 &&
                gathered.numbers[2] == 82);
    gathered = (struct gathered){0};
    assert_ok(ledger->authority_each(base.store, gather_number, &gathered));
    assert_true(gathered.count == 2 && gathered.numbers[0] == 4 && gathered.numbers[1] == 12);
    base_end(&base);
}

static RESULT gather_sighting(void *context, const struct sighting_row *row)
{
    struct gathered *gathered = context;
    gathered->numbers[gathered->count++] = row->hour * 1000 + row->reader * 100 + row->full * 10 + row->chunk;
    assert_true(row->bitmap.len == 4 && row->masked == UINT64_MAX);
    return OK;
}

static void keeps_sightings_by_hour(void **state)
{
    (void)state;
    struct base base;
    SCOPED(buf_done) struct buf bitmap = {0};
    base_begin(&base);
    const struct sighting_store *sighting = base.store->sighting;
    struct sighting_row row = {2, 7, 1, UINT64_MAX, 3, SLICE_TEXT("bits")};
    assert_code(CODE_NOT_FOUND, sighting->get(base.store, &row, &bitmap));
    begin(&base);
    for (uint32_t hour = 9; hour > 4; hour--) {
        row.hour = hour;
        row.bitmap = SLICE_TEXT("old");
        assert_ok(sighting->put(base.store, &row));
        row.bitmap = SLICE_TEXT("bits"); /* replaces */
        assert_ok(sighting->put(base.store, &row));
    }
    commit(&base);
    assert_ok(sighting->get(base.store, &row, &bitmap));
    assert_true(slice_is(buf_slice(&bitmap), "bits"));
    row.masked = 0;
    assert_code(CODE_NOT_FOUND, sighting->get(base.store, &row, &bitmap));
    struct gathered gathered = {0};
    assert_ok(sighting->each(base.store, 6, 8, gather_sighting, &gathered));
    assert_true(gathered.count == 3 && gathered.numbers[0] == 6213 && gathered.numbers[2] == 8213);
    struct gathered one = {0};
    assert_ok(sighting->of_reader(base.store, SPAN_HOUR, 7, 2, gather_sighting, &one));
    assert_true(one.count == 1 && one.numbers[0] == 7213);
    assert_ok(sighting->of_reader(base.store, SPAN_HOUR, 7, 6, gather_sighting, &one));
    assert_int_equal(one.count, 1);
    begin(&base);
    assert_ok(sighting->clear(base.store));
    commit(&base);
    gathered = (struct gathered){0};
    assert_ok(sighting->each(base.store, 0, UINT32_MAX, gather_sighting, &gathered));
    assert_int_equal(gathered.count, 0);
    base_end(&base);
}

static void keeps_sightings_of_days_and_months_apart(void **state)
{
    (void)state;
    struct base base;
    SCOPED(buf_done) struct buf bitmap = {0};
    base_begin(&base);
    const struct sighting_store *sighting = base.store->sighting;
    struct sighting_row row = {2, 0, 1, UINT64_MAX, 3, SLICE_TEXT("bits")};
    begin(&base);
    for (row.hour = 24; row.hour < 100; row.hour += 24) {
        assert_ok(sighting->span_put(base.store, SPAN_DAY, &row));
        assert_ok(sighting->span_put(base.store, SPAN_DAY, &row)); /* replaces */
    }
    row.hour = 0;
    assert_ok(sighting->span_put(base.store, SPAN_MONTH, &row));
    commit(&base);
    assert_ok(sighting->span_get(base.store, SPAN_MONTH, &row, &bitmap));
    assert_true(slice_is(buf_slice(&bitmap), "bits"));
    assert_code(CODE_NOT_FOUND, sighting->span_get(base.store, SPAN_DAY, &row, &bitmap));
    assert_code(CODE_NOT_FOUND, sighting->get(base.store, &row, &bitmap));
    struct gathered gathered = {0};
    assert_ok(sighting->span_each(base.store, SPAN_DAY, 25, 72, gather_sighting, &gathered));
    assert_true(gathered.count == 2 && gathered.numbers[0] == 48213 && gathered.numbers[1] == 72213);
    assert_ok(sighting->of_reader(base.store, SPAN_DAY, 96, 2, gather_sighting, &gathered));
    assert_true(gathered.count == 3 && gathered.numbers[2] == 96213);
    assert_ok(sighting->of_reader(base.store, SPAN_DAY, 96, 3, gather_sighting, &gathered));
    assert_int_equal(gathered.count, 3);
    begin(&base);
    assert_ok(sighting->clear(base.store));
    commit(&base);
    assert_code(CODE_NOT_FOUND, sighting->span_get(base.store, SPAN_MONTH, &row, &bitmap));
    base_end(&base);
}

struct run_gathered {
    struct run_row rows[4];
    struct run_odd odds[4];
    uint64_t states, chunks, bytes, said;
    size_t row_count, odd_count;
};

static RESULT gather_run(void *context, const struct run_row *row)
{
    struct run_gathered *got = context;
    got->rows[got->row_count++] = *row;
    return OK;
}

static RESULT gather_states(void *context, enum person_state state, uint64_t chunk, struct slice bitmap)
{
    struct run_gathered *got = context;
    got->states += state;
    got->chunks += chunk;
    got->bytes += bitmap.len;
    return OK;
}

static RESULT gather_odd(void *context, const struct run_odd *odd)
{
    struct run_gathered *got = context;
    got->odds[got->odd_count++] = *odd;
    return OK;
}

static RESULT gather_said(void *context, uint64_t entry, struct slice bytes)
{
    struct run_gathered *got = context;
    got->said += entry;
    got->bytes += bytes.len;
    return OK;
}

struct matters_gathered {
    struct matter_row rows[8];
    size_t count, lines;
    uint64_t entries, bytes;
};

static RESULT gather_matter(void *context, const struct matter_row *row)
{
    struct matters_gathered *got = context;
    got->rows[got->count++] = *row;
    return OK;
}

static RESULT gather_matter_line(void *context, const struct matter_line_row *row)
{
    struct matters_gathered *got = context;
    got->lines++;
    got->entries += row->entry;
    got->bytes += row->bytes.len;
    return OK;
}

static void matters_are_found_by_kind_person_pool_and_due(void **state)
{
    (void)state;
    struct base base;
    const struct matter_row rows[] = {{1, 1, 7, 0, 1, 0, 100, 900, 0, 1},
                                      {2, 6, 0, 5, 1, 3, 110, 800, 50, 1},
                                      {3, 7, 7, 2, 1, 0, 120, 0, 40, 1},
                                      {4, 7, 8, 2, 1, 0, 130, 0, 30, 1}};
    struct matter_row row = {0};
    struct matter_sums sums = {2, 2, 1, 40, 0}, read = {.pool = 2};
    struct matters_gathered got = {0}, due = {0}, whose = {0}, pool = {0}, behind = {0}, all = {0};
    SCOPED(buf_done) struct buf key = {0};
    uint64_t last = 9;
    base_begin(&base);
    const struct matter_store *matter = base.store->matter;
    begin(&base);
    assert_ok(matter->last(base.store, &last));
    assert_int_equal(last, 0);
    assert_code(CODE_NOT_FOUND, matter->get(base.store, 1, &row));
    assert_code(CODE_NOT_FOUND, matter->sums_get(base.store, &read));
    assert_code(CODE_NOT_FOUND, matter->key_get(base.store, 1, &key));
    for (size_t i = 0; i < COUNT_OF(rows); i++) assert_ok(matter->put(base.store, &rows[i]));
    for (uint32_t n = 1; n <= 2; n++) {
        const struct matter_line_row line = {3, n, 40 + n, SLICE_TEXT("abc")};
        assert_ok(matter->line_add(base.store, &line));
        if (n == 2)
            assert_int_not_equal(matter->line_add(base.store, &line).code, CODE_OK); /* never another */
    }
    assert_ok(matter->sums_put(base.store, &sums));
    assert_ok(matter->key_put(base.store, 1, SLICE_TEXT("key")));
    commit(&base);
    base_again(&base);
    matter = base.store->matter;
    assert_ok(matter->last(base.store, &last));
    assert_int_equal(last, 4);
    assert_ok(matter->get(base.store, 2, &row));
    assert_int_equal(row.kind * 100 + row.about * 10 + row.owner, 653);
    assert_int_equal(row.made_us + row.due_us + (int64_t)row.amount, 110 + 800 + 50);
    assert_ok(matter->each(base.store, 0, 1, gather_matter, &all));
    assert_int_equal(all.count, 3);
    assert_ok(matter->each(base.store, 7, 3, gather_matter, &behind));
    assert_int_equal(behind.count, 1);
    assert_int_equal(behind.rows[0].no, 4);
    assert_ok(matter->of_subject(base.store, 7, gather_matter, &whose));
    assert_int_equal(whose.count, 2);
    assert_ok(matter->of_about(base.store, 7, 2, 0, gather_matter, &pool));
    assert_int_equal(pool.count, 2);
    assert_ok(matter->due(base.store, 850, gather_matter, &due));
    assert_int_equal(due.count, 1);
    assert_int_equal(due.rows[0].no, 2);
    assert_ok(matter->line_each(base.store, 3, gather_matter_line, &got));
    assert_int_equal(got.lines * 1000 + got.entries + got.bytes, 2000 + 41 + 42 + 6);
    assert_ok(matter->sums_get(base.store, &read));
    assert_memory_equal(&read, &sums, sizeof read);
    assert_ok(matter->key_get(base.store, 1, &key));
    assert_true(slice_is(buf_slice(&key), "key"));
    begin(&base);
    assert_ok(matter->key_drop(base.store, 1));
    commit(&base);
    assert_code(CODE_NOT_FOUND, matter->key_get(base.store, 1, &key));
    base_end(&base);
}

struct vouchers_gathered {
    struct account_row accounts[4];
    struct voucher_row vouchers[4];
    struct redemption_row taken[4];
    uint64_t account_count, voucher_count, taken_count, acts, entries, chunks, bytes, wrongs;
};

static RESULT gather_account(void *context, const struct account_row *row)
{
    struct vouchers_gathered *got = context;
    got->accounts[got->account_count++] = *row;
    return OK;
}

static RESULT gather_voucher(void *context, const struct voucher_row *row)
{
    struct vouchers_gathered *got = context;
    got->vouchers[got->voucher_count++] = *row;
    return OK;
}

static RESULT gather_taken(void *context, const struct redemption_row *row)
{
    struct vouchers_gathered *got = context;
    got->taken[got->taken_count++] = *row;
    return OK;
}

static RESULT gather_act(void *context, const struct act_row *row)
{
    struct vouchers_gathered *got = context;
    assert_true(got->acts == 0 || row->entry > got->entries);
    got->entries = row->entry;
    got->acts++;
    return OK;
}

static RESULT gather_given(void *context, uint64_t chunk, struct slice bitmap)
{
    struct vouchers_gathered *got = context;
    got->chunks += chunk;
    got->bytes += bitmap.len;
    return OK;
}

static RESULT gather_wrong(void *context, const struct wrong_row *row)
{
    struct vouchers_gathered *got = context;
    got->wrongs += row->count;
    return OK;
}

static void vouchers_keep_what_was_taken_and_what_is_left(void **state)
{
    (void)state;
    struct base base;
    struct vouchers_gathered got = {0};
    struct voucher_row one = {.at = {1, 2, 77}}, kept = {.at = {1, 2, 78}, .used = 5, .until_us = 900};
    struct redemption_row taken = {1, {1, 2, 77}, 1, 50, 0, 0, 100, 200, 9, 40, 1}, read = {0};
    const struct payment_row paid[] = {
        {{1, 2, 7}, 1, 1, 70, 0x41433034}, {{1, 2, 7}, 2, 2, 71, 0}, {{1, 2, 9}, 1, 1, 72, 0}};
    const struct act_row acts[] = {{50, 1, 2, 50}, {12, 0, 8, 1000}};
    const struct wrong_row wrong = {5, 1000, 3}, over = {6, 10, 4};
    uint64_t last = 9, count = 0, gone = 0;
    base_begin(&base);
    const struct voucher_store *voucher = base.store->voucher;
    begin(&base);
    assert_ok(voucher->taken_last(base.store, &last));
    assert_int_equal(last, 0);
    assert_code(CODE_NOT_FOUND, voucher->get(base.store, &one));
    assert_code(CODE_NOT_FOUND, voucher->taken_due(base.store, &read));
    assert_ok(voucher->account_put(base.store, &(struct account_row){1, 2, 1000, 950, 50, 0, 0, 0}));
    one.reserved = 50;
    assert_ok(voucher->put(base.store, &one));
    assert_ok(voucher->put(base.store, &kept));
    assert_ok(voucher->taken_add(base.store, &taken));
    taken.id = 2;
    taken.entry = 41;
    assert_ok(voucher->taken_add(base.store, &taken));
    assert_int_not_equal(voucher->taken_add(base.store, &taken).code, CODE_OK); /* never two of one id */
    taken.due_us = 150;
    assert_ok(voucher->taken_put(base.store, &taken));
    for (size_t i = 0; i < COUNT_OF(acts); i++) assert_ok(voucher->act_add(base.store, &acts[i]));
    for (size_t i = 0; i < COUNT_OF(paid); i++) assert_ok(voucher->payment_put(base.store, &paid[i]));
    assert_ok(voucher->given_put(base.store, 1, 1, 3, SLICE_TEXT("abc")));
    assert_ok(voucher->given_put(base.store, 1, 2, 4, SLICE_TEXT("abcde")));
    assert_ok(voucher->wrong_put(base.store, &wrong));
    assert_ok(voucher->wrong_put(base.store, &over));
    assert_ok(voucher->wrong_sweep(base.store, 10));
    commit(&base);
    base_again(&base);
    voucher = base.store->voucher;
    assert_ok(voucher->account_each(base.store, gather_account, &got));
    assert_int_equal(got.account_count, 1);
    assert_int_equal(got.accounts[0].open, 950);
    struct voucher_row again = {.at = one.at};
    assert_ok(voucher->get(base.store, &again));
    assert_memory_equal(&again, &one, sizeof one);
    assert_ok(voucher->each(base.store, gather_voucher, &got));
    assert_int_equal(got.voucher_count, 2);
    assert_memory_equal(&got.vouchers[1], &kept, sizeof kept);
    assert_ok(voucher->later(base.store, 1, 2, 899, &count, &gone));
    assert_int_equal(count, 1);
    assert_int_equal(gone, 5);
    assert_ok(voucher->later(base.store, 1, 2, 900, &count, &gone));
    assert_int_equal(count, 0);
    assert_ok(voucher->taken_due(base.store, &read));
    assert_int_equal(read.id, 2);
    assert_int_equal(read.at.serial + read.state + read.reserved, 77 + 1 + 50);
    assert_int_equal(read.made_us + read.due_us, 100 + 150);
    assert_int_equal(read.reader, 9);
    assert_ok(voucher->taken_get(base.store, 1, &read));
    assert_int_equal(read.due_us, 200);
    assert_code(CODE_NOT_FOUND, voucher->taken_get(base.store, 3, &read));
    assert_ok(voucher->taken_last(base.store, &last));
    assert_int_equal(last, 2);
    assert_ok(voucher->taken_each(base.store, gather_taken, &got));
    assert_int_equal(got.taken_count, 2);
    assert_ok(voucher->act_each(base.store, gather_act, &got));
    assert_int_equal(got.acts, 4); /* those that a redemption began with stand in its row */
    assert_ok(voucher->given_each(base.store, 1, 2, gather_given, &got));
    assert_int_equal(got.chunks, 4);
    assert_int_equal(got.bytes, 5);
    struct payment_row payment = {.at = paid[0].at};
    assert_ok(voucher->payment_newest(base.store, &payment));
    assert_memory_equal(&payment, &paid[1], sizeof payment);
    payment = (struct payment_row){.at = {1, 2, 0}, .batch = 1};
    assert_ok(voucher->payment_next(base.store, &payment));
    assert_memory_equal(&payment, &paid[0], sizeof payment);
    assert_ok(voucher->payment_next(base.store, &payment));
    assert_memory_equal(&payment, &paid[2], sizeof payment);
    assert_code(CODE_NOT_FOUND, voucher->payment_next(base.store, &payment));
    assert_ok(voucher->wrong_each(base.store, gather_wrong, &got));
    assert_int_equal(got.wrongs, 3);
    /* an account that does not add up is not even stored */
    begin(&base);
    struct result bad = voucher->account_put(base.store, &(struct account_row){1, 2, 1000, 950, 51, 0, 0, 0});
    assert_int_not_equal(bad.code, CODE_OK);
    base.store->batch->rollback(base.store);
    base_end(&base);
}

static void runs_keep_where_everybody_stands(void **state)
{
    (void)state;
    struct base base;
    struct run_gathered got = {0};
    uint64_t last = 9;
    base_begin(&base);
    const struct run_store *run = base.store->run;
    struct run_row row = {1, 77, 5, RUN_DRAFT, 10, 0, 0, 0, 0, 0, 0};
    struct run_odd odd = {1, {66000}, 100, 90, 2, 1, 450};
    begin(&base);
    assert_ok(run->put(base.store, &row));
    row = (struct run_row){1, 77, 5, RUN_SENDING, 10, 20, 30, 40, 50, 60, 70};
    assert_ok(run->put(base.store, &row)); /* in its place */
    row.id = 2;
    assert_ok(run->put(base.store, &row));
    assert_ok(run->chunk_put(base.store, 1, PERSON_QUEUED, 3, SLICE_TEXT("abc")));
    assert_ok(run->chunk_put(base.store, 1, PERSON_QUEUED, 4, SLICE_TEXT("abcd")));
    assert_ok(run->chunk_put(base.store, 1, PERSON_ACCEPTED, 3, SLICE_TEXT("x")));
    assert_ok(run->chunk_put(base.store, 1, PERSON_QUEUED, 4, (struct slice){0})); /* nobody of it is left */
    assert_ok(run->odd_put(base.store, &odd));
    odd.attempts = 3;
    assert_ok(run->odd_put(base.store, &odd));
    assert_ok(run->said_last(base.store, 1, &last));
    assert_int_equal(last, 0);
    assert_ok(run->said_add(base.store, 1, 1, 1000, 5, 9, SLICE_TEXT("one")));
    assert_ok(run->said_add(base.store, 1, 2, 2000, 8, 20, SLICE_TEXT("three")));
    commit(&base);
    base_again(&base);
    run = base.store->run;
    assert_ok(run->each(base.store, gather_run, &got));
    assert_int_equal(got.row_count, 2);
    assert_memory_equal(&got.rows[1], &row, sizeof row);
    assert_ok(run->chunk_each(base.store, 1, gather_states, &got));
    assert_int_equal(got.states, PERSON_QUEUED + PERSON_ACCEPTED);
    assert_int_equal(got.chunks, 6);
    assert_int_equal(got.bytes, 4);
    assert_ok(run->odd_each(base.store, 1, gather_odd, &got));
    assert_int_equal(got.odd_count, 1);
    assert_memory_equal(&got.odds[0], &odd, sizeof odd);
    assert_ok(run->said_last(base.store, 1, &last));
    assert_int_equal(last, 2);
    assert_ok(run->said_each(base.store, 1, (struct subject_no){9}, gather_said, &got));
    assert_int_equal(got.said, 3000);
    assert_ok(run->said_each(base.store, 1, (struct subject_no){20}, gather_said, &got));
    assert_int_equal(got.said, 5000);
    assert_ok(run->said_each(base.store, 2, (struct subject_no){9}, gather_said, &got));
    assert_int_equal(got.said, 5000);
    base_end(&base);
}

static RESULT gather_part(void *context, const struct exposure_part_row *row)
{
    struct gathered *gathered = context;
    assert_true(row->set[0] == row->part && row->masked == UINT64_MAX && row->count == 5);
    gathered->numbers[gathered->count++] = row->version * 100 + row->part * 10 + row->source;
    return OK;
}

static RESULT gather_chunk(void *context, uint64_t chunk, struct slice bitmap)
{
    struct gathered *gathered = context;
    assert_true(slice_is(bitmap, "bits"));
    gathered->numbers[gathered->count++] = chunk;
    return OK;
}

static void keeps_counts_by_version_and_sets_by_hash(void **state)
{
    (void)state;
    struct base base;
    uint32_t newest = 7;
    bool there = true;
    uint8_t set[SET_HASH_BYTES] = {9};
    SCOPED(buf_done) struct buf bitmap = {0};
    base_begin(&base);
    const struct exposure_store *exposure = base.store->exposure;
    assert_ok(exposure->newest(base.store, 4, &newest));
    assert_int_equal(newest, 0);
    assert_ok(exposure->set_there(base.store, set, &there));
    assert_false(there);
    begin(&base);
    for (uint32_t version = 2; version > 0; version--) {
        for (uint32_t part = 2; part > 0; part--) {
            struct exposure_part_row row = {4, version, part, 3, 0, 6, UINT64_MAX, 5, {(uint8_t)part}};
            assert_ok(exposure->part_add(base.store, &row));
        }
    }
    for (uint64_t chunk = 3; chunk > 0; chunk--)
        assert_ok(exposure->chunk_put(base.store, set, chunk, SLICE_TEXT("bits")));
    commit(&base);
    struct gathered gathered = {0};
    assert_ok(exposure->newest(base.store, 4, &newest));
    assert_int_equal(newest, 2);
    assert_ok(exposure->newest(base.store, 5, &newest));
    assert_int_equal(newest, 0);
    assert_ok(exposure->part_each(base.store, 4, 1, gather_part, &gathered));
    assert_true(gathered.count == 2 && gathered.numbers[0] == 113 && gathered.numbers[1] == 123);
    assert_ok(exposure->set_there(base.store, set, &there));
    assert_true(there);
    assert_ok(exposure->chunk_get(base.store, set, 2, &bitmap));
    assert_true(slice_is(buf_slice(&bitmap), "bits"));
    assert_code(CODE_NOT_FOUND, exposure->chunk_get(base.store, set, 4, &bitmap));
    gathered = (struct gathered){0};
    assert_ok(exposure->chunk_each(base.store, set, gather_chunk, &gathered));
    assert_true(gathered.count == 3 && gathered.numbers[0] == 1 && gathered.numbers[2] == 3);
    base_end(&base);
}

static RESULT gather_authority(void *context, const struct authority_row *row)
{
    struct gathered *gathered = context;
    assert_true(row->mac[0] == row->id && row->entry == row->id + 100u);
    gathered->numbers[gathered->count++] = row->kind * 100u + row->id;
    return slice_is(row->body, "new") || slice_is(row->body, "row") ? OK : FAIL(CORRUPT, "another body");
}

static void keeps_authority_rows_in_order(void **state)
{
    (void)state;
    struct base base;
    static const uint16_t order[][2] = {{3, 2}, {1, 1}, {3, 1}, {2, 5}, {3, 2}};
    base_begin(&base);
    begin(&base);
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        struct authority_row row = {
            order[i][0], order[i][1], order[i][1] + 100u, SLICE_TEXT("row"), {(uint8_t)order[i][1]}};
        if (i == COUNT_OF(order) - 1) row.body = SLICE_TEXT("new"); /* replaces the first */
        assert_ok(base.store->authority->put(base.store, &row));
    }
    commit(&base);
    struct gathered gathered = {0};
    assert_ok(base.store->authority->each(base.store, gather_authority, &gathered));
    assert_int_equal(gathered.count, 4);
    assert_true(gathered.numbers[0] == 101 && gathered.numbers[1] == 205 && gathered.numbers[2] == 301 &&
                gathered.numbers[3] == 302);
    base_end(&base);
}

static void keeps_answers_until_their_time(void **state)
{
    (void)state;
    struct base base;
    uint8_t ask[32] = {0};
    int64_t until_us = 0;
    SCOPED(buf_done) struct buf answer = {0};
    base_begin(&base);
    const struct replay_store *replay = base.store->replay;
    begin(&base);
    for (uint8_t i = 0; i < 10; i++) {
        struct replay_row row = {{i}, {i, 9}, 100 + i, SLICE_TEXT("frame")};
        assert_ok(replay->put(base.store, &row));
    }
    assert_ok(replay->sweep(base.store, 104));
    commit(&base);
    for (uint8_t i = 0; i < 10; i++) {
        const uint8_t key[32] = {i};
        struct result got = replay->get(base.store, key, ask, &until_us, &answer);
        assert_int_equal(got.code, i <= 4 ? CODE_NOT_FOUND : CODE_OK);
        if (i > 4) assert_true(ask[0] == i && ask[1] == 9 && until_us == 100 + i);
    }
    assert_int_equal(answer.len, 5 * 5);
    base_end(&base);
}

static RESULT mail_count_add(void *context, enum mail_state state, unsigned kind, uint64_t count)
{
    uint64_t *counts = context;
    assert_in_range(kind, 1, 2);
    counts[state * 2 + kind - 1] = count;
    return OK;
}

static RESULT mail_id_add(void *context, const struct mail_row *row)
{
    struct buf *ids = context;
    buf_print(ids, "%llu:%zu ", (unsigned long long)row->id, row->message.len);
    return OK;
}

static const char *mails_due(struct base *base, enum mail_state state, int64_t now_us, size_t most,
                             struct buf *out)
{
    buf_clear(out);
    assert_ok(base->store->mail->due(base->store, state, now_us, most, mail_id_add, out));
    return buf_c(out);
}

static void keeps_mails_in_the_order_they_are_due(void **state)
{
    (void)state;
    struct base base;
    uint64_t last = 9, counts[12] = {0};
    int64_t due_us = 0;
    size_t dropped = 9;
    SCOPED(buf_done) struct buf ids = {0};
    base_begin(&base);
    struct store *store = base.store;
    const struct mail_store *mail = store->mail;
    assert_ok(mail->last(store, &last));
    assert_int_equal(last, 0);
    assert_code(CODE_NOT_FOUND, mail->next(store, MAIL_WAITING, &due_us));
    begin(&base);
    static const int64_t due[] = {30, 10, 20, 40};
    for (uint64_t id = 1; id <= 4; id++) {
        struct mail_row row = {.id = id,
                               .state = MAIL_WAITING,
                               .due_us = due[id - 1],
                               .made_us = 5,
                               .kind = (uint16_t)(1 + (id == 4)),
                               .subject = {id == 1 || id == 3 ? 7 : 0},
                               .message = SLICE_TEXT("sealed")};
        assert_ok(mail->add(store, &row));
    }
    commit(&base);
    assert_ok(mail->last(store, &last));
    assert_int_equal(last, 4);
    assert_ok(mail->next(store, MAIL_WAITING, &due_us));
    assert_int_equal(due_us, 10);
    assert_string_equal(mails_due(&base, MAIL_WAITING, 30, 9, &ids), "2:6 3:6 1:6 ");
    assert_string_equal(mails_due(&base, MAIL_WAITING, 30, 2, &ids), "2:6 3:6 ");
    assert_string_equal(mails_due(&base, MAIL_SENDING, 30, 9, &ids), "");
    begin(&base);
    struct mail_row row = {.id = 2, .state = MAIL_SENDING, .due_us = 11, .attempts = 1};
    assert_ok(mail->move(store, &row));
    row = (struct mail_row){.id = 2, .state = MAIL_SENT, .due_us = 50, .attempts = 1, .reply = 250};
    assert_ok(mail->move(store, &row));
    row.id = 9;
    assert_code(CODE_NOT_FOUND, mail->move(store, &row));
    row = (struct mail_row){.id = 4, .state = MAIL_UNKNOWN, .due_us = 40};
    assert_ok(mail->move(store, &row));
    commit(&base);
    assert_string_equal(mails_due(&base, MAIL_SENT, 50, 9, &ids), "2:0 ");
    assert_string_equal(mails_due(&base, MAIL_UNKNOWN, 50, 9, &ids), "4:6 ");
    assert_ok(mail->counts(store, mail_count_add, counts));
    assert_int_equal(counts[MAIL_WAITING * 2], 2);
    assert_int_equal(counts[MAIL_SENDING * 2], 0);
    assert_int_equal(counts[MAIL_SENT * 2], 1);
    assert_int_equal(counts[MAIL_UNKNOWN * 2 + 1], 1);
    begin(&base);
    assert_ok(mail->drop_subject(store, (struct subject_no){7}, &dropped));
    assert_int_equal(dropped, 2);
    assert_ok(mail->sweep(store, 49, 9));
    assert_string_equal(mails_due(&base, MAIL_SENT, 50, 9, &ids), "2:0 ");
    assert_ok(mail->sweep(store, 50, 0));
    assert_string_equal(mails_due(&base, MAIL_SENT, 50, 9, &ids), "2:0 ");
    assert_ok(mail->sweep(store, 50, 9));
    commit(&base);
    base_again(&base);
    memset(counts, 0, sizeof counts);
    assert_ok(base.store->mail->counts(base.store, mail_count_add, counts));
    for (size_t i = 0; i < COUNT_OF(counts); i++) assert_int_equal(counts[i], i == MAIL_UNKNOWN * 2 + 1);
    base_end(&base);
}

static RESULT right_note(void *context, const struct right_row *row, bool *stop)
{
    struct gathered *gathered = context;
    assert_int_equal(row->body.len, row->entry);
    assert_int_equal(row->mac[0], row->entry);
    assert_int_equal(row->keep_us, row->until_us + 100);
    gathered->numbers[gathered->count++] = row->entry;
    *stop = gathered->count == gathered->stop;
    return OK;
}

static void keeps_rights_by_kind_subject_and_end(void **state)
{
    (void)state;
    struct base base;
    static const uint8_t bytes[64] = {1, 2, 3};
    static const struct {
        uint16_t kind;
        uint64_t entry, no;
        int64_t until_us;
    } rows[] = {{6, 3, 1, 50}, {6, 5, 1, 40}, {6, 9, 2, 60}, {14, 4, 1, 70}, {6, 11, 1, 10}};
    struct right_row row = {0};
    SCOPED(buf_done) struct buf body = {0};
    base_begin(&base);
    struct store *store = base.store;
    const struct right_store *right = store->right;
    begin(&base);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        row = (struct right_row){.kind = rows[i].kind,
                                 .entry = rows[i].entry,
                                 .no = {rows[i].no},
                                 .until_us = rows[i].until_us,
                                 .keep_us = rows[i].until_us + 100,
                                 .body = {bytes, rows[i].entry},
                                 .mac = {(uint8_t)rows[i].entry}};
        assert_ok(right->put(store, &row));
    }
    commit(&base);
    assert_ok(right->get(store, 14, 4, &row, &body));
    assert_int_equal(row.no.at, 1);
    assert_true(slice_equal(row.body, (struct slice){bytes, 4}));
    assert_code(CODE_NOT_FOUND, right->get(store, 6, 4, &row, &body));
    struct gathered of_one = {.stop = 9}, of_kind = {.stop = 2}, left = {.stop = 9};
    assert_ok(right->of_subject(store, 6, (struct subject_no){1}, 10, right_note, &of_one));
    assert_int_equal(of_one.count, 2); /* one of another kind, and one that ended, are not among them */
    assert_int_equal(of_one.numbers[0], 5);
    assert_int_equal(of_one.numbers[1], 3);
    assert_ok(right->of_kind(store, 6, 4, right_note, &of_kind));
    assert_int_equal(of_kind.count, 2);
    assert_int_equal(of_kind.numbers[0], 5);
    assert_int_equal(of_kind.numbers[1], 9);
    begin(&base);
    assert_ok(right->sweep(store, 140));
    assert_ok(right->drop_of(store, (struct subject_no){2}));
    commit(&base);
    assert_ok(right->of_kind(store, 6, 0, right_note, &left));
    assert_int_equal(left.count, 1);
    assert_int_equal(left.numbers[0], 3);
    assert_ok(right->get(store, 14, 4, &row, &body));
    base_end(&base);
}

static RESULT telling_note(void *context, const struct telling_row *row)
{
    struct gathered *gathered = context;
    assert_int_equal(row->body.len, row->id);
    assert_int_equal(row->time_us, row->id * 10);
    gathered->numbers[gathered->count++] = row->id;
    return OK;
}

static void tellings_are(struct base *base, uint32_t sink, uint64_t from, size_t most, const char *want)
{
    struct gathered gathered = {0};
    SCOPED(buf_done) struct buf ids = {0};
    assert_ok(base->store->alert->each(base->store, sink, from, most, telling_note, &gathered));
    for (size_t i = 0; i < gathered.count; i++)
        buf_print(&ids, "%llu ", (unsigned long long)gathered.numbers[i]);
    assert_string_equal(buf_c(&ids), want);
}

static void keeps_what_is_told_of_alerts_for_all_and_for_one(void **state)
{
    (void)state;
    static const uint8_t bytes[16] = {1, 2, 3};
    static const uint32_t sinks[] = {0, 2, 0, 3, 0, 0};
    struct base base;
    uint64_t number = 9;
    base_begin(&base);
    struct store *store = base.store;
    const struct alert_store *alert = store->alert;
    assert_ok(alert->last(store, &number));
    assert_int_equal(number, 0);
    assert_code(CODE_NOT_FOUND, alert->since(store, 0, &number));
    begin(&base);
    for (uint64_t id = 1; id <= COUNT_OF(sinks); id++) {
        struct telling_row row = {id, sinks[id - 1], (int64_t)id * 10, {bytes, id}};
        assert_ok(alert->add(store, &row));
    }
    commit(&base);
    base_again(&base);
    store = base.store;
    alert = store->alert;
    assert_ok(alert->last(store, &number));
    assert_int_equal(number, 6);
    tellings_are(&base, 0, 0, 9, "1 3 5 6 ");
    tellings_are(&base, 2, 0, 9, "1 2 3 5 6 ");
    tellings_are(&base, 2, 2, 2, "2 3 ");
    tellings_are(&base, 9, 6, 9, "6 ");
    assert_ok(alert->count(store, 2, 2, INT64_MAX, &number));
    assert_int_equal(number, 4);
    assert_ok(alert->count(store, 0, 1, 30, &number));
    assert_int_equal(number, 2);
    assert_ok(alert->behind(store, 2, 1, 3, &number));
    assert_int_equal(number, 5);
    assert_code(CODE_NOT_FOUND, alert->behind(store, 2, 1, 5, &number));
    assert_ok(alert->since(store, 25, &number));
    assert_int_equal(number, 3);
    begin(&base);
    assert_ok(alert->sweep(store, 3, 0, 1));
    commit(&base);
    tellings_are(&base, 2, 0, 9, "2 3 5 6 ");
    begin(&base);
    assert_ok(alert->sweep(store, 0, 30, 9));
    commit(&base);
    tellings_are(&base, 3, 0, 9, "4 5 6 ");
    begin(&base);
    assert_ok(alert->sweep(store, 99, INT64_MAX, 9));
    commit(&base);
    tellings_are(&base, 0, 0, 9, "6 "); /* the latest stays, so that no number is given twice */
    base_end(&base);
}

static void keeps_how_far_each_sink_was_told_and_sums_by_day(void **state)
{
    (void)state;
    struct base base;
    struct sink_place got = {0};
    uint64_t sum = 0;
    const struct sink_place put = {7, 11, 2, 9, 5, 3, 1000, 900, true};
    base_begin(&base);
    struct store *store = base.store;
    assert_code(CODE_NOT_FOUND, store->alert->place_get(store, 7, &got));
    begin(&base);
    assert_ok(store->alert->place_put(store, &(struct sink_place){.sink = 7, .next = 1}));
    assert_ok(store->alert->place_put(store, &put));
    assert_ok(store->alert->tally_add(store, TALLY_BUDGET_REFUSED, 100, 2));
    assert_ok(store->alert->tally_add(store, TALLY_BUDGET_REFUSED, 100, 3));
    assert_ok(store->alert->tally_add(store, TALLY_BUDGET_REFUSED, 101, 4));
    commit(&base);
    assert_ok(store->alert->place_get(store, 7, &got));
    assert_memory_equal(&got, &put, sizeof put);
    assert_ok(store->alert->tally_sum(store, TALLY_BUDGET_REFUSED, 100, &sum));
    assert_int_equal(sum, 9);
    begin(&base);
    assert_ok(store->alert->tally_sweep(store, 101));
    commit(&base);
    assert_ok(store->alert->tally_sum(store, TALLY_BUDGET_REFUSED, 0, &sum));
    assert_int_equal(sum, 4);
    assert_ok(store->alert->tally_sum(store, TALLY_BUDGET_REFUSED, 102, &sum));
    assert_int_equal(sum, 0);
    base_end(&base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_keep_where_everybody_stands),
        cmocka_unit_test(matters_are_found_by_kind_person_pool_and_due),
        cmocka_unit_test(vouchers_keep_what_was_taken_and_what_is_left),
        cmocka_unit_test(keeps_what_was_committed_and_nothing_else),
        cmocka_unit_test(opens_only_what_is_its_own),
        cmocka_unit_test(refuses_a_database_of_a_newer_version),
        cmocka_unit_test(a_view_sees_one_moment),
        cmocka_unit_test(views_beside_a_writer_see_the_same_moment),
        cmocka_unit_test(keeps_subjects),
        cmocka_unit_test(keeps_hashes_of_past_records_and_leaves_of_the_erased),
        cmocka_unit_test(keeps_the_tail_bundles_and_tiles),
        cmocka_unit_test(keeps_checkpoints_by_kind_and_size),
        cmocka_unit_test(keeps_sightings_by_hour),
        cmocka_unit_test(keeps_sightings_of_days_and_months_apart),
        cmocka_unit_test(keeps_counts_by_version_and_sets_by_hash),
        cmocka_unit_test(keeps_authority_rows_in_order),
        cmocka_unit_test(keeps_mails_in_the_order_they_are_due),
        cmocka_unit_test(keeps_answers_until_their_time),
        cmocka_unit_test(keeps_rights_by_kind_subject_and_end),
        cmocka_unit_test(keeps_what_is_told_of_alerts_for_all_and_for_one),
        cmocka_unit_test(keeps_how_far_each_sink_was_told_and_sums_by_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

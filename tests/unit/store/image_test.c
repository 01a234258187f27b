/* A database as a file of one moment, while its writer goes on. */
#include "prop.h"
#include "store/sqlite/image.h"
#include "store/sqlite/sqlite.h"

#include <fcntl.h>
#include <unistd.h>

enum { FOLDER_BYTES = 32, PATH_BYTES = 64, RECORD_BYTES = 3000, READ_PAGES = 7, ROUNDS = 25, BATCHES = 12 };

struct base {
    char folder[FOLDER_BYTES], path[PATH_BYTES], copy[PATH_BYTES];
    struct store *store;
    uint64_t last;
};

static void base_begin(struct base *base)
{
    *base = (struct base){.folder = "/tmp/amanah-image-XXXXXX"};
    assert_non_null(mkdtemp(base->folder));
    (void)snprintf(base->path, sizeof base->path, "%s/shop.db", base->folder);
    (void)snprintf(base->copy, sizeof base->copy, "%s/copy.db", base->folder);
    assert_ok(sqlite_open(base->path, SQLITE_CREATE, &base->store));
}

static void base_end(struct base *base)
{
    base->store->batch->close(&base->store);
    (void)unlink(base->path); /* one of the two may be all that was opened last */
    (void)unlink(base->copy);
    (void)rmdir(base->folder);
}

/* Adds some, and changes some: pages of before are written again. */
static void write_some(struct base *base, struct prop_rng *rng)
{
    uint8_t record[RECORD_BYTES];
    assert_ok(base->store->batch->begin(base->store));
    for (size_t i = prop_below(rng, 40); i > 0; i--) {
        size_t len = prop_fill(rng, record, sizeof record);
        struct subject_row row = {.entry = prop_u64(rng) >> 1, .record = {record, len}};
        bool change = base->last > 0 && prop_below(rng, 3) == 0;
        row.no.at = change ? 1 + prop_below(rng, base->last) : ++base->last;
        assert_ok(change ? base->store->subject->replace(base->store, &row)
                         : base->store->subject->add(base->store, &row));
    }
    assert_ok(base->store->batch->commit(base->store));
    if (prop_below(rng, 6) == 0) { /* refused while somebody reads: that is its answer then */
        struct result scrubbed = base->store->batch->scrub(base->store);
        (void)scrubbed;
    }
}

static RESULT digest_row(void *context, const struct subject_row *row)
{
    uint64_t *sum = context;
    *sum = (*sum ^ row->no.at ^ row->entry) * 0x100000001b3U;
    for (size_t i = 0; i < row->record.len; i++) *sum = (*sum ^ row->record.at[i]) * 0x100000001b3U;
    return OK;
}

static uint64_t digest(struct store *store)
{
    uint64_t sum = 1;
    assert_ok(store->subject->each(store, (struct subject_no){1}, digest_row, &sum));
    return sum;
}

static void copy_out(const struct base *base, struct image *image)
{
    size_t bytes = image_page_bytes(image);
    uint8_t *pages = malloc(READ_PAGES * bytes);
    int fd = open(base->copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && pages);
    for (uint64_t at = 1; at <= image_pages(image); at += READ_PAGES) {
        uint64_t rest = image_pages(image) - at + 1;
        size_t count = rest < READ_PAGES ? (size_t)rest : READ_PAGES;
        assert_ok(image_read(image, at, count, pages));
        assert_int_equal(write(fd, pages, count * bytes), (ssize_t)(count * bytes));
    }
    assert_int_equal(close(fd), 0);
    free(pages);
}

static void is_the_store_of_its_moment_while_the_writer_goes_on(void **state)
{
    (void)state;
    PROPERTY(ROUNDS, rng) {
        struct base base;
        base_begin(&base);
        for (size_t i = 1 + prop_below(&rng, BATCHES); i > 0; i--) write_some(&base, &rng);
        struct image *image = NULL;
        uint64_t then = digest(base.store);
        assert_ok(image_open(base.path, &image));
        for (size_t i = prop_below(&rng, BATCHES); i > 0; i--) write_some(&base, &rng);
        assert_int_equal(digest(image_view(image)), then);
        copy_out(&base, image);
        image_close(&image);
        struct store *copy = NULL;
        assert_ok(sqlite_open(base.copy, SQLITE_WRITER, &copy));
        assert_int_equal(digest(copy), then);
        copy->batch->close(&copy);
        write_some(&base, &rng); /* the writer's locks are as they were */
        base_end(&base);
    }
}

static void read_runs(struct image *image, struct prop_rng *rng)
{
    size_t bytes = image_page_bytes(image), all = (size_t)image_pages(image);
    uint8_t *whole = malloc(all * bytes), *part = malloc(all * bytes);
    assert_true(whole && part);
    assert_ok(image_read(image, 1, all, whole));
    for (int turn = 0; turn < 100; turn++) {
        size_t first = prop_below(rng, all), count = 1 + prop_below(rng, all - first);
        assert_ok(image_read(image, first + 1, count, part));
        assert_memory_equal(part, whole + first * bytes, count * bytes);
    }
    free(whole);
    free(part);
}

static void reads_any_run_of_pages(void **state)
{
    (void)state;
    PROPERTY(4, rng) {
        struct base base;
        struct image *image = NULL;
        base_begin(&base);
        for (size_t i = 0; i < BATCHES; i++) write_some(&base, &rng);
        assert_ok(image_open(base.path, &image));
        read_runs(image, &rng);
        image_close(&image);
        base_end(&base);
    }
}

static void reads_one_whose_log_is_empty(void **state)
{
    (void)state;
    struct base base;
    struct image *image = NULL;
    struct prop_rng rng = {7};
    base_begin(&base);
    for (size_t i = 0; i < BATCHES; i++) write_some(&base, &rng);
    uint64_t then = digest(base.store);
    base.store->batch->close(&base.store); /* the last one out copies the log and removes it */
    assert_ok(image_open(base.path, &image));
    copy_out(&base, image);
    image_close(&image);
    assert_ok(sqlite_open(base.copy, SQLITE_WRITER, &base.store));
    assert_int_equal(digest(base.store), then);
    base_end(&base);
}

static void tells_whether_its_writer_goes_on(void **state)
{
    (void)state;
    struct base base;
    struct image *image = NULL;
    struct prop_rng rng = {9};
    base_begin(&base);
    for (int empty = 0; empty < 2; empty++) {
        for (size_t i = 0; i < BATCHES; i++) write_some(&base, &rng);
        if (empty) assert_ok(base.store->batch->scrub(base.store)); /* a log without a frame */
        assert_ok(image_open(base.path, &image));
        assert_false(image_stirred(image));
        assert_ok(base.store->batch->begin(base.store));
        assert_false(image_stirred(image));
        base.store->batch->rollback(base.store);
        assert_false(image_stirred(image));
        assert_ok(base.store->batch->begin(base.store));
        assert_ok(base.store->fact->put(base.store, "tested", (uint64_t)empty));
        assert_ok(base.store->batch->commit(base.store));
        assert_true(image_stirred(image));
        assert_false(image_stirred(image)); /* since then nothing was */
        image_close(&image);
    }
    base_end(&base);
}

static void says_when_there_is_none(void **state)
{
    (void)state;
    struct image *image = NULL;
    assert_code(CODE_NOT_FOUND, image_open("/tmp/amanah-no-such-database", &image));
    assert_null(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_store_of_its_moment_while_the_writer_goes_on),
        cmocka_unit_test(reads_any_run_of_pages),
        cmocka_unit_test(reads_one_whose_log_is_empty),
        cmocka_unit_test(tells_whether_its_writer_goes_on),
        cmocka_unit_test(says_when_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The list of erasures: whole or not, whatever was done to the file. */
#include "keep/erased.h"

#include "crypto/keyring.h"
#include "prop.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROW = ERASED_ROW_BYTES, ROWS = 9 };

struct list {
    char path[40];
    struct crypto *crypto;
    struct prf *mac;
    struct buf bytes;
};

static void list_begin(struct list *list)
{
    static const struct secret key = {{7}};
    *list = (struct list){.path = "/tmp/amanah-erased-XXXXXX"};
    int fd = mkstemp(list->path);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    assert_ok(crypto_new(&list->crypto));
    assert_ok(prf_new(list->crypto, &key, &list->mac));
    for (uint64_t i = 1; i <= ROWS; i++)
        assert_ok(erased_add(list->mac, list->path, (struct erasure){i, (int64_t)(1000 * i)}, 1));
    assert_ok(file_read(list->path, 4096, &list->bytes));
    assert_int_equal(list->bytes.len, (ROWS + 1) * ROW);
}

static void list_end(struct list *list)
{
    buf_done(&list->bytes);
    prf_free(&list->mac);
    crypto_free(&list->crypto);
    assert_int_equal(unlink(list->path), 0);
}

static struct erased_look look(const struct list *list, struct slice bytes)
{
    struct erased_look out;
    assert_ok(erased_look(list->mac, bytes, NULL, NULL, &out));
    return out;
}

static void whole_is_told_from_cut_at_every_byte(void **state)
{
    (void)state;
    struct list list;
    list_begin(&list);
    struct erased_look whole = look(&list, buf_slice(&list.bytes));
    assert_true(whole.whole);
    assert_int_equal(whole.count, ROWS);
    assert_int_equal(whole.newest_us, 1000 * ROWS);
    for (size_t len = 0; len < list.bytes.len; len++) {
        struct erased_look cut = look(&list, (struct slice){list.bytes.at, len});
        assert_false(cut.whole);
        assert_int_equal(cut.count, len / ROW); /* its good rows are known all the same */
        assert_false(look(&list, (struct slice){list.bytes.at + list.bytes.len - len, len}).whole);
    }
    list_end(&list);
}

static void whole_is_told_from_flipped_in_every_bit(void **state)
{
    (void)state;
    struct list list;
    list_begin(&list);
    for (size_t bit = 0; bit < 8 * list.bytes.len; bit++) {
        list.bytes.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(look(&list, buf_slice(&list.bytes)).whole);
        list.bytes.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(look(&list, buf_slice(&list.bytes)).whole);
    list_end(&list);
}

/* Rows `from` to `to`, where ROWS is the end. */
static void rows_put(struct buf *out, const struct list *list, size_t from, size_t to)
{
    buf_put(out, list->bytes.at + from * ROW, (to - from) * ROW);
}

static void good_rows_put_together_anew_are_not_whole(void **state)
{
    (void)state;
    static const struct secret other_key = {{8}};
    struct list list;
    SCOPED(buf_done) struct buf made = {0};
    SCOPED(prf_free) struct prf *other = NULL;
    list_begin(&list);
    rows_put(&made, &list, 0, ROWS - 1); /* one left out before the end */
    rows_put(&made, &list, ROWS, ROWS + 1);
    assert_false(look(&list, buf_slice(&made)).whole);
    be64_put(made.at + made.len - ROW + 8, ROWS - 1); /* and counted right */
    assert_false(look(&list, buf_slice(&made)).whole);
    buf_clear(&made);
    rows_put(&made, &list, 0, ROWS); /* a row doubled */
    rows_put(&made, &list, ROWS - 1, ROWS + 1);
    assert_false(look(&list, buf_slice(&made)).whole);
    buf_clear(&made);
    rows_put(&made, &list, 0, ROWS + 1); /* the file doubled */
    rows_put(&made, &list, 0, ROWS + 1);
    assert_false(look(&list, buf_slice(&made)).whole);
    buf_clear(&made);
    rows_put(&made, &list, 1, 2); /* two in another order */
    rows_put(&made, &list, 0, 1);
    rows_put(&made, &list, 2, ROWS + 1);
    assert_int_equal(made.len, list.bytes.len);
    assert_false(look(&list, buf_slice(&made)).whole);
    assert_int_equal(look(&list, buf_slice(&made)).count, ROWS);
    assert_ok(prf_new(list.crypto, &other_key, &other));
    struct erased_look foreign;
    assert_ok(erased_look(other, buf_slice(&list.bytes), NULL, NULL, &foreign));
    assert_false(foreign.whole);
    assert_int_equal(foreign.count, 0);
    list_end(&list);
}

static void a_list_without_an_end_is_mended_and_goes_on(void **state)
{
    (void)state;
    struct list list;
    SCOPED(buf_done) struct buf made = {0}, now = {0};
    const size_t end = (size_t)ROWS * ROW;
    list_begin(&list);
    rows_put(&made, &list, 0, ROWS); /* as older versions wrote it, and torn */
    buf_text(&made, "torn");
    assert_ok(file_replace(list.path, buf_slice(&made)));
    assert_ok(erased_mend(list.mac, list.path));
    assert_ok(file_read(list.path, 4096, &now));
    assert_true(slice_equal(buf_slice(&now), buf_slice(&list.bytes)));
    assert_ok(erased_add(list.mac, list.path, (struct erasure){77, 99}, 1));
    for (size_t written = 0; written < ROW;
         written++) { /* the machine went down between the new end and the new row */
        uint8_t torn[(ROWS + 2) * ROW];
        buf_clear(&now);
        assert_ok(file_read(list.path, 4096, &now));
        assert_int_equal(now.len, sizeof torn);
        memcpy(torn, now.at, sizeof torn);
        memcpy(torn + end + written, list.bytes.at + end + written, ROW - written);
        assert_ok(file_replace(list.path, (struct slice){torn, sizeof torn}));
        assert_ok(erased_add(list.mac, list.path, (struct erasure){77, 99}, 1));
    }
    buf_clear(&now);
    assert_ok(file_read(list.path, 4096, &now));
    assert_true(look(&list, buf_slice(&now)).whole);
    assert_int_equal(look(&list, buf_slice(&now)).count, ROWS + 1);
    list_end(&list);
}

/* Who changes a row in the home itself has it told by the next restore, however many erasures follow. */
static void an_end_that_was_changed_is_not_made_good(void **state)
{
    (void)state;
    struct list list;
    SCOPED(buf_done) struct buf made = {0}, now = {0};
    list_begin(&list);
    rows_put(&made, &list, 0, ROWS - 1);
    rows_put(&made, &list, ROWS, ROWS + 1);
    be64_put(made.at + made.len - ROW + 8, ROWS - 1);
    assert_ok(file_replace(list.path, buf_slice(&made)));
    assert_ok(erased_add(list.mac, list.path, (struct erasure){77, 99}, 1));
    assert_ok(file_read(list.path, 4096, &now));
    assert_false(look(&list, buf_slice(&now)).whole);
    assert_int_equal(look(&list, buf_slice(&now)).count, ROWS);
    list_end(&list);
}

static double cpu_s(void)
{
    struct timespec now = {0};
    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now), 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A MAC at each byte would be 48 of them a row, for as long as 256 MB of rows last. */
static void another_shops_list_costs_a_mac_a_row(void **state)
{
    (void)state;
    enum { MANY = 20000, MACS = 30 /* a sanitizer slows some of it down more than the rest */ };
    struct list list;
    SCOPED(buf_done) struct buf made = {0};
    struct prop_rng rng = {prop_seed()};
    struct hash sum = {{0}};
    list_begin(&list);
    for (uint64_t i = 0; i < MANY; i++) {
        uint8_t *row = buf_extend(&made, ROW);
        be64_put(row, i + 1);
        be64_put(row + 8, 1790000000000000 + i);
        for (size_t at = 16; at < ROW; at++) row[at] = (uint8_t)prop_u64(&rng);
    }
    buf_slice_put(&made, buf_slice(&list.bytes)); /* what is good behind it is found all the same */
    double begun_s = cpu_s();
    for (size_t i = 0; i < MANY; i++) {
        const struct slice row = {made.at + i * ROW, ROW};
        prf_run(list.mac, &row, 1, &sum);
    }
    double macs_s = cpu_s() - begun_s;
    begun_s = cpu_s();
    assert_int_equal(look(&list, buf_slice(&made)).count, ROWS);
    double look_s = cpu_s() - begun_s;
    if (look_s > MACS * macs_s) fail_msg("%.1f times a MAC a row", look_s / macs_s);
    list_end(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_is_told_from_cut_at_every_byte),
        cmocka_unit_test(whole_is_told_from_flipped_in_every_bit),
        cmocka_unit_test(good_rows_put_together_anew_are_not_whole),
        cmocka_unit_test(a_list_without_an_end_is_mended_and_goes_on),
        cmocka_unit_test(an_end_that_was_changed_is_not_made_good),
        cmocka_unit_test(another_shops_list_costs_a_mac_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

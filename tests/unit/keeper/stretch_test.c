/* Passwords apart: what is put aside comes back stretched, known networks first, and strangers fill only their half. */
#include "prop.h"

#include "keeper/stretch.h"

#include <poll.h>

enum { MEMORY_KIB = 64, SLOW_PASSES = 60 };

static int start(void **state)
{
    struct stretcher *stretcher = NULL;
    assert_ok(stretcher_new(&stretcher));
    *state = stretcher;
    return 0;
}

static int finish(void **state)
{
    struct stretcher *stretcher = *state;
    stretcher_free(&stretcher);
    return 0;
}

static bool put(struct stretcher *stretcher, void *from, uint8_t network, bool known, uint32_t memory_kib)
{
    static const char frame[] = "..a password..";
    const uint8_t where[NETWORK_BYTES] = {[15] = network};
    struct slice bytes = slice_text(frame);
    struct keeper_ask ask = {.frame = bytes, .from = from};
    struct stretching wanted = {.password = slice_part(bytes, 2, 10),
                                .salt = {network},
                                .memory_kib = memory_kib,
                                .passes = memory_kib == MEMORY_KIB ? 1 : SLOW_PASSES,
                                .known = known};
    return stretcher_put(stretcher, &ask, where, &wanted);
}

/* Wait until something is done, and take it. */
static size_t take(struct stretcher *stretcher, struct keeper_ask *out)
{
    struct pollfd wait = {.fd = stretcher_fd(stretcher), .events = POLLIN};
    assert_int_equal(poll(&wait, 1, 60000), 1);
    return stretcher_take(stretcher, out, 2 * STRETCH_WAITING_MAX);
}

static void what_was_put_aside_comes_back_stretched(void **state)
{
    struct stretcher *stretcher = *state;
    struct keeper_ask asks[2 * STRETCH_WAITING_MAX];
    uint8_t want[STRETCH_BYTES];
    const uint8_t salt[STRETCH_SALT_BYTES] = {9};
    int me = 0;
    assert_ok(passphrase_stretch(SLICE_TEXT("a password"), salt, MEMORY_KIB, 1, want));
    assert_true(put(stretcher, &me, 9, false, MEMORY_KIB));
    assert_int_equal(take(stretcher, asks), 1);
    assert_true(slice_is(asks[0].frame, "..a password.."));
    assert_ptr_equal(asks[0].from, &me);
    assert_false(asks[0].stretched->failed);
    assert_memory_equal(asks[0].stretched->hash, want, sizeof want);
    assert_memory_equal(asks[0].stretched->salt, salt, sizeof salt);
    stretcher_taken(stretcher);
    assert_int_equal(stretcher_take(stretcher, asks, COUNT_OF(asks)), 0);
}

static void costs_out_of_range_come_back_as_failed(void **state)
{
    struct stretcher *stretcher = *state;
    struct keeper_ask asks[2 * STRETCH_WAITING_MAX];
    assert_true(put(stretcher, NULL, 1, false, 1));
    assert_int_equal(take(stretcher, asks), 1);
    assert_true(asks[0].stretched->failed);
    stretcher_taken(stretcher);
}

static void strangers_fill_their_half_and_no_network_more_than_its_share(void **state)
{
    struct stretcher *stretcher = *state;
    struct keeper_ask asks[2 * STRETCH_WAITING_MAX];
    size_t strangers = 0, known = 0, of_one = 0, count = 0;
    assert_true(put(stretcher, NULL, 200, true, 32768)); /* the thread is busy with it meanwhile */
    for (uint8_t i = 0; i < 100; i++) of_one += put(stretcher, NULL, 100, false, MEMORY_KIB);
    for (uint8_t i = 0; i < 100; i++) strangers += put(stretcher, NULL, i, false, MEMORY_KIB);
    for (uint8_t i = 0; i < 100; i++) known += put(stretcher, NULL, i, true, MEMORY_KIB);
    assert_int_equal(of_one, STRETCH_NETWORK_MAX);
    assert_int_equal(strangers, STRETCH_WAITING_MAX - STRETCH_NETWORK_MAX);
    assert_int_equal(known, STRETCH_WAITING_MAX - 1);
    while (count < 2 * STRETCH_WAITING_MAX) {
        size_t got = take(stretcher, asks);
        stretcher_taken(stretcher);
        count += got;
    }
    assert_true(put(stretcher, NULL, 100, false, MEMORY_KIB)); /* and there is room again */
}

static void whoever_is_gone_is_not_answered(void **state)
{
    struct stretcher *stretcher = *state;
    struct keeper_ask asks[2 * STRETCH_WAITING_MAX];
    int gone = 0, here = 0;
    assert_true(put(stretcher, &gone, 1, false, 32768));
    assert_true(put(stretcher, &gone, 2, false, MEMORY_KIB));
    assert_true(put(stretcher, &here, 3, false, MEMORY_KIB));
    stretcher_forget(stretcher, &gone);
    size_t count = 0;
    while (count == 0) count = take(stretcher, asks);
    assert_int_equal(count, 1);
    assert_ptr_equal(asks[0].from, &here);
    stretcher_taken(stretcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_put_aside_comes_back_stretched, start, finish),
        cmocka_unit_test_setup_teardown(costs_out_of_range_come_back_as_failed, start, finish),
        cmocka_unit_test_setup_teardown(strangers_fill_their_half_and_no_network_more_than_its_share, start,
                                        finish),
        cmocka_unit_test_setup_teardown(whoever_is_gone_is_not_answered, start, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

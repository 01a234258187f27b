/* Sessions: a token opens its own session only, while it lives, and nobody can crowd others out. */
#include "two_shops.h"

#include "keep/access/session.h"

static const int64_t life_us = 15 * MINUTE_US, idle_us = 5 * MINUTE_US;

static struct shop *shop_of(void **state)
{
    return ((const struct two_shops *)*state)->shops[0];
}

static int64_t now_of(void **state)
{
    return ((const struct two_shops *)*state)->now_us;
}

static struct result open_one(struct shop *shop, uint32_t id, int64_t now_us, struct buf *token)
{
    struct session_terms terms = {.kind = READER_KEY, .id = id, .life_us = life_us};
    int64_t expires_us = 0;
    struct result opened = session_open(shop, &terms, now_us, token, &expires_us);
    if (opened.code == CODE_OK) assert_int_equal(expires_us, now_us + life_us);
    return opened;
}

static void a_token_opens_its_session_until_it_ends(void **state)
{
    struct shop *shop = shop_of(state);
    int64_t now_us = now_of(state);
    SCOPED(buf_done) struct buf token = {0};
    uint8_t tag[4];
    assert_ok(open_one(shop, 1, now_us, &token));
    sessions_settle(shop->sessions);
    assert_true(token_shop(buf_slice(&token), tag));
    assert_memory_equal(tag, keyring_shop_id(shop->keyring), sizeof tag);
    const struct session *session = session_find(shop, buf_slice(&token), now_us);
    assert_non_null(session);
    assert_int_equal(session->id, 1);
    assert_non_null(session_find(shop, buf_slice(&token), now_us + life_us - 1));
    assert_null(session_find(shop, buf_slice(&token), now_us + life_us));
}

static void an_idle_session_ends_and_a_used_one_does_not(void **state)
{
    struct shop *shop = shop_of(state);
    int64_t now_us = now_of(state), expires_us = 0;
    SCOPED(buf_done) struct buf token = {0};
    struct session_terms terms = {.kind = READER_STAFF, .id = 3, .life_us = life_us, .idle_us = idle_us};
    assert_ok(session_open(shop, &terms, now_us, &token, &expires_us));
    for (int i = 0; i < 2; i++) assert_non_null(session_find(shop, buf_slice(&token), now_us += idle_us - 1));
    assert_null(session_find(shop, buf_slice(&token), now_us + idle_us));
}

static void a_bound_session_says_where_it_is_good(void **state)
{
    struct shop *shop = shop_of(state);
    int64_t now_us = now_of(state), expires_us = 0;
    SCOPED(buf_done) struct buf token = {0};
    static const uint8_t here[NETWORK_BYTES] = {[10] = 0xff, 0xff, 192, 0, 2, 1};
    static const uint8_t there[NETWORK_BYTES] = {[10] = 0xff, 0xff, 192, 0, 2, 2};
    struct session_terms terms = {.kind = READER_STAFF, .id = 3, .life_us = life_us, .network = here};
    assert_ok(session_open(shop, &terms, now_us, &token, &expires_us));
    const struct session *session = session_find(shop, buf_slice(&token), now_us);
    assert_non_null(session);
    assert_true(session_here(session, here));
    assert_false(session_here(session, there));
}

/* An IPv6 address changes by itself within a household; the household does not. */
static void a_session_is_bound_to_the_first_64_bits_of_ipv6(void **state)
{
    struct shop *shop = shop_of(state);
    int64_t now_us = now_of(state), expires_us = 0;
    SCOPED(buf_done) struct buf token = {0};
    static const uint8_t here[NETWORK_BYTES] = {0x20, 1, 0xd, 0xb8, [7] = 1, [15] = 1};
    static const uint8_t later[NETWORK_BYTES] = {0x20, 1, 0xd, 0xb8, [7] = 1, [8] = 9, [15] = 7};
    static const uint8_t there[NETWORK_BYTES] = {0x20, 1, 0xd, 0xb8, [7] = 2, [15] = 1};
    struct session_terms terms = {.kind = READER_STAFF, .id = 3, .life_us = life_us, .network = here};
    assert_ok(session_open(shop, &terms, now_us, &token, &expires_us));
    const struct session *session = session_find(shop, buf_slice(&token), now_us);
    assert_non_null(session);
    assert_true(session_here(session, here) && session_here(session, later));
    assert_false(session_here(session, there));
}

static void refuses_any_other_token(void **state)
{
    struct two_shops *two = *state;
    struct prop_rng rng = {prop_seed()};
    SCOPED(buf_done) struct buf token = {0};
    assert_ok(open_one(two->shops[0], 1, two->now_us, &token));
    assert_null(session_find(two->shops[1], buf_slice(&token), two->now_us));
    for (size_t i = 4 + 7; i < token.len; i++) { /* what stands before names the shop */
        uint8_t was = token.at[i];
        token.at[i] = other_symbol(&rng, was);
        assert_null(session_find(two->shops[0], buf_slice(&token), two->now_us));
        token.at[i] = was;
    }
    for (size_t len = 0; len < token.len; len++)
        assert_null(session_find(two->shops[0], slice_part(buf_slice(&token), 0, len), two->now_us));
    assert_non_null(session_find(two->shops[0], buf_slice(&token), two->now_us));
}

static void ending_is_undone_with_its_batch(void **state)
{
    struct shop *shop = shop_of(state);
    int64_t now_us = now_of(state);
    SCOPED(buf_done) struct buf old = {0}, new = {0};
    assert_ok(open_one(shop, 5, now_us, &old));
    sessions_settle(shop->sessions);
    assert_ok(open_one(shop, 5, now_us, &new));
    session_end_of(shop, READER_KEY, 5);
    assert_null(session_find(shop, buf_slice(&old), now_us));
    sessions_undo(shop->sessions);
    assert_non_null(session_find(shop, buf_slice(&old), now_us));
    assert_null(session_find(shop, buf_slice(&new), now_us)); /* it was never opened */
    assert_int_equal(session_count_of(shop, READER_KEY, 5, now_us), 1);
    session_end(shop, session_find(shop, buf_slice(&old), now_us)->no);
    sessions_settle(shop->sessions);
    sessions_undo(shop->sessions);
    assert_null(session_find(shop, buf_slice(&old), now_us));
}

static void one_proof_opens_one_session(void **state)
{
    struct shop *shop = shop_of(state);
    int64_t now_us = now_of(state), expires_us = 0;
    SCOPED(buf_done) struct buf token = {0}, other = {0};
    static const uint8_t once[SESSION_ONCE_BYTES] = {1, 2, 3};
    struct session_terms terms = {.kind = READER_KEY, .id = 6, .life_us = life_us, .once = once};
    assert_ok(session_open(shop, &terms, now_us, &token, &expires_us));
    sessions_undo(shop->sessions);
    assert_ok(session_open(shop, &terms, now_us, &token, &expires_us)); /* the first did not come true */
    session_end_of(shop, READER_KEY, 6);
    sessions_settle(shop->sessions);
    struct result again = session_open(shop, &terms, now_us + SESSION_ONCE_US - 1, &other, &expires_us);
    assert_int_equal(again.cause, CAUSE_CREDENTIAL_UNKNOWN); /* ended, yet known */
    terms.id = 7;
    assert_ok(session_open(shop, &terms, now_us, &other, &expires_us)); /* another reader's proof */
}

static void a_clock_put_back_ends_all(void **state)
{
    struct shop *shop = shop_of(state);
    int64_t now_us = now_of(state) + HOUR_US;
    uint8_t boot[SESSION_BOOT_BYTES];
    SCOPED(buf_done) struct buf token = {0};
    assert_ok(open_one(shop, 1, now_us, &token));
    memcpy(boot, session_boot(shop), sizeof boot);
    assert_non_null(
        session_find(shop, buf_slice(&token), now_us - SECOND_US)); /* so much may be a correction */
    assert_memory_equal(boot, session_boot(shop), sizeof boot);
    assert_null(session_find(shop, buf_slice(&token), now_us - MINUTE_US));
    assert_memory_not_equal(boot, session_boot(shop), sizeof boot);
    assert_null(session_find(shop, buf_slice(&token), now_us));
}

static void who_opens_too_many_loses_their_own(void **state)
{
    struct shop *shop = shop_of(state);
    int64_t now_us = now_of(state) + 2 * HOUR_US;
    SCOPED(buf_done) struct buf other = {0}, first = {0}, last = {0};
    assert_ok(open_one(shop, 1, now_us, &other));
    assert_ok(open_one(shop, 2, now_us, &first));
    for (int i = 1; i < SESSIONS_OF_ONE_MAX; i++) {
        SCOPED(buf_done) struct buf token = {0};
        assert_ok(open_one(shop, 2, now_us + 1, &token));
    }
    struct result more = open_one(shop, 2, now_us + 2, &last);
    assert_int_equal(more.cause, CAUSE_TOO_BUSY); /* in the same minute */
    assert_non_null(session_find(shop, buf_slice(&first), now_us));
    now_us += SESSION_ONCE_US;
    assert_ok(open_one(shop, 2, now_us, &last));
    assert_non_null(session_find(shop, buf_slice(&last), now_us));
    assert_null(session_find(shop, buf_slice(&first), now_us));
    assert_non_null(session_find(shop, buf_slice(&other), now_us));
    assert_int_equal(session_count_of(shop, READER_KEY, 2, now_us), SESSIONS_OF_ONE_MAX);
    session_end_of(shop, READER_KEY, 2);
    sessions_settle(shop->sessions);
    assert_int_equal(session_count_of(shop, READER_KEY, 2, now_us), 0);
}

static void a_batch_may_change_more_than_is_listed(void **state)
{
    struct shop *shop = shop_of(state);
    int64_t now_us = now_of(state);
    for (uint32_t id = 1; id <= 8; id++) {
        for (int i = 0; i < SESSIONS_OF_ONE_MAX; i++) {
            SCOPED(buf_done) struct buf token = {0};
            assert_ok(open_one(shop, id, now_us, &token));
        }
    }
    sessions_undo(shop->sessions);
    for (uint32_t id = 1; id <= 8; id++) assert_int_equal(session_count_of(shop, READER_KEY, id, now_us), 0);
    SCOPED(buf_done) struct buf token = {0};
    assert_ok(open_one(shop, 9, now_us, &token));
    sessions_settle(shop->sessions);
    assert_int_equal(session_count_of(shop, READER_KEY, 9, now_us), 1);
}

static int begin(void **state)
{
    static struct two_shops two;
    two_shops_begin(&two);
    *state = &two;
    return 0;
}

static int end(void **state)
{
    two_shops_end(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_token_opens_its_session_until_it_ends, begin, end),
        cmocka_unit_test_setup_teardown(an_idle_session_ends_and_a_used_one_does_not, begin, end),
        cmocka_unit_test_setup_teardown(a_bound_session_says_where_it_is_good, begin, end),
        cmocka_unit_test_setup_teardown(a_session_is_bound_to_the_first_64_bits_of_ipv6, begin, end),
        cmocka_unit_test_setup_teardown(refuses_any_other_token, begin, end),
        cmocka_unit_test_setup_teardown(ending_is_undone_with_its_batch, begin, end),
        cmocka_unit_test_setup_teardown(one_proof_opens_one_session, begin, end),
        cmocka_unit_test_setup_teardown(a_clock_put_back_ends_all, begin, end),
        cmocka_unit_test_setup_teardown(a_batch_may_change_more_than_is_listed, begin, end),
        cmocka_unit_test_setup_teardown(who_opens_too_many_loses_their_own, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Credentials: the whole token opens, nothing near it does, and none of them says why. */
#include "two_shops.h"

#include <time.h>

enum { PREFIX = 4, SYMBOLS = 64, TAG_BITS = 32, SYMBOL_BITS = 5, NETWORK_LAST = 15 };

/* As access_reader() answers a token from this machine. */
static struct result ask(const struct two_shops *two, size_t shop, struct slice token, struct reader *out)
{
    struct ask_head head = {.bearer = token};
    return access_reader(two->shops[shop], &head, false, out);
}

static void unknown(const struct two_shops *two, size_t shop, struct slice token)
{
    struct reader reader = {.no = 7};
    struct result got = ask(two, shop, token, &reader);
    assert_int_equal(got.cause, CAUSE_CREDENTIAL_UNKNOWN);
    assert_string_equal(result_text(), "credential: not one of this shop");
    assert_int_equal(reader.no, 0);
    assert_null(reader.role);
}

static void opens_with_the_key_that_was_told(void **state)
{
    const struct two_shops *two = *state;
    for (size_t i = 0; i < SHOPS; i++) {
        struct reader reader = {0};
        uint8_t tag[4];
        struct slice token = buf_slice(&two->keys[i]);
        assert_int_equal(token.len, PREFIX + SYMBOLS);
        assert_ok(ask(two, i, token, &reader));
        assert_int_equal(reader.no, reader_no(READER_KEY, 1));
        assert_string_equal(reader.role->name, "admin");
        assert_true(token_shop(token, tag));
        assert_memory_equal(tag, keyring_shop_id(two->shops[i]->keyring), sizeof tag);
    }
}

static void refuses_any_changed_symbol(void **state)
{
    const struct two_shops *two = *state;
    struct prop_rng rng = {prop_seed()};
    for (size_t turn = 0; turn < 10 * (size_t)SYMBOLS; turn++) {
        SCOPED(buf_done) struct buf token = {0};
        uint8_t tag[4], home[4];
        size_t symbol = turn % SYMBOLS;
        buf_slice_put(&token, buf_slice(&two->keys[0]));
        assert_true(token_shop(buf_slice(&token), home));
        token.at[PREFIX + symbol] = other_symbol(&rng, token.at[PREFIX + symbol]);
        assert_true(token_shop(buf_slice(&token), tag));
        if ((symbol + 1) * SYMBOL_BITS <= TAG_BITS) {
            assert_memory_not_equal(tag, home, sizeof tag); /* it asks for a shop that is not there */
        } else if (symbol * SYMBOL_BITS >= TAG_BITS) {
            unknown(two, 0, buf_slice(&token));
        }
    }
}

static void refuses_what_is_cut_or_longer(void **state)
{
    const struct two_shops *two = *state;
    struct slice whole = buf_slice(&two->keys[0]);
    SCOPED(buf_done) struct buf longer = {0};
    uint8_t tag[4];
    for (size_t len = 1; len < whole.len; len++) {
        assert_false(token_shop(slice_part(whole, 0, len), tag));
        unknown(two, 0, slice_part(whole, 0, len));
        unknown(two, 0, slice_from(whole, len));
    }
    buf_slice_put(&longer, whole);
    buf_byte(&longer, '0');
    assert_false(token_shop(buf_slice(&longer), tag));
    unknown(two, 0, buf_slice(&longer));
}

static void refuses_the_token_of_another_shop(void **state)
{
    const struct two_shops *two = *state;
    for (size_t i = 0; i < SHOPS; i++) unknown(two, 1 - i, buf_slice(&two->keys[i]));
}

static void refuses_a_number_of_no_key(void **state) /* the secret of a key never taken into the shop */
{
    const struct two_shops *two = *state;
    static const uint32_t numbers[] = {0, 1, 2, 1000, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        SCOPED(buf_done) struct buf token = {0};
        struct key key = {.id = numbers[i]};
        key_secret_make(two->shops[0], &key, &token);
        unknown(two, 0, buf_slice(&token));
    }
}

static void no_two_keys_share_a_secret(void **state)
{
    const struct two_shops *two = *state;
    SCOPED(buf_done) struct buf one = {0}, other = {0};
    struct key a = {.id = 5}, b = {.id = 5};
    key_secret_make(two->shops[0], &a, &one);
    key_secret_make(two->shops[0], &b, &other);
    assert_false(slice_equal(buf_slice(&one), buf_slice(&other)));
    assert_false(hash_equal(&a.proof, &b.proof));
}

static void no_token_is_the_operator_only_here(void **state)
{
    const struct two_shops *two = *state;
    struct ask_head head = {0};
    struct reader reader = {0};
    struct result far = access_reader(two->shops[0], &head, false, &reader);
    assert_int_equal(far.cause, CAUSE_CREDENTIAL_MISSING);
    assert_null(reader.role);
    assert_ok(access_reader(two->shops[0], &head, true, &reader));
    assert_int_equal(reader.no, reader_no(READER_OPERATOR, 0));
    head.bearer = SLICE_TEXT("amk_wrong"); /* a wrong credential is never taken for none */
    struct result wrong = access_reader(two->shops[0], &head, true, &reader);
    assert_int_equal(wrong.cause, CAUSE_CREDENTIAL_UNKNOWN);
}

static enum cause later(struct two_shops *two, int64_t after_us, const uint8_t network[NETWORK_BYTES])
{
    struct ask_head head = {.bearer = buf_slice(&two->keys[0])};
    struct reader reader = {0};
    int64_t made_us = two->now_us;
    memcpy(head.network, network, NETWORK_BYTES);
    two->now_us += after_us;
    struct result got = access_reader(two->shops[0], &head, false, &reader);
    two->now_us = made_us;
    return got.cause;
}

static void ends_a_day_later_from_afar_and_in_ninety_days_here(void **state)
{
    struct two_shops *two = *state;
    static const uint8_t far[NETWORK_BYTES] = {0x20, 0x01, 0x0d, 0xb8, [NETWORK_LAST] = 1};
    static const uint8_t far4[NETWORK_BYTES] = {[10] = 0xff, 0xff, 192, 0, 2, 1};
    static const uint8_t near6[NETWORK_BYTES] = {[NETWORK_LAST] = 1};
    static const uint8_t near4[NETWORK_BYTES] = {[10] = 0xff, 0xff, 127, 0, 0, 1};
    static const struct {
        const uint8_t *network;
        int64_t after_us;
        enum cause want;
    } cases[] = {
        {far, 0, CAUSE_OK},
        {far, KEY_FAR_HOURS_MAX * HOUR_US - 1, CAUSE_OK},
        {far, KEY_FAR_HOURS_MAX * HOUR_US, CAUSE_CREDENTIAL_UNKNOWN},
        {far4, KEY_FAR_HOURS_MAX * HOUR_US, CAUSE_CREDENTIAL_UNKNOWN},
        {near6, KEY_FAR_HOURS_MAX * HOUR_US, CAUSE_OK},
        {near4, KEY_UNUSED_DAYS * DAY_US, CAUSE_OK},
        {near4, 2 * KEY_UNUSED_DAYS * DAY_US, CAUSE_OK},
        {near4, 3 * KEY_UNUSED_DAYS * DAY_US, CAUSE_OK},
        {near4, 4 * KEY_UNUSED_DAYS * DAY_US, CAUSE_OK},
        {near4, 5 * KEY_UNUSED_DAYS * DAY_US, CAUSE_OK},
        {near4, 6 * KEY_UNUSED_DAYS * DAY_US, CAUSE_OK},
        {near4, KEY_DAYS_MAX * DAY_US - 1, CAUSE_OK},
        {near4, KEY_DAYS_MAX * DAY_US, CAUSE_CREDENTIAL_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        enum cause got = later(two, cases[i].after_us, cases[i].network);
        if (got != cases[i].want) fail_msg("case %zu: %s", i, cause_row(got)->slug);
    }
}

static void a_revoked_key_is_refused(void **state)
{
    struct two_shops *two = *state;
    struct key *key = key_by_id(&two->shops[0]->access, 1);
    assert_non_null(key);
    key->ended_us = two->now_us;
    enum cause got = later(two, 0, (const uint8_t[NETWORK_BYTES]){0});
    key->ended_us = 0;
    assert_int_equal(got, CAUSE_CREDENTIAL_UNKNOWN);
    assert_int_equal(later(two, 0, (const uint8_t[NETWORK_BYTES]){0}), CAUSE_OK);
}

static int64_t cpu_ns(void)
{
    struct timespec now = {0};
    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now), 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The least time that a run of refusals took: whatever else the machine does only makes others longer. */
static int64_t least_ns(const struct two_shops *two, struct slice token, int64_t least)
{
    struct ask_head head = {.bearer = token};
    int64_t began_ns = cpu_ns();
    for (int i = 0; i < 2000; i++) {
        struct reader reader = {0};
        struct result got = access_reader(two->shops[0], &head, false, &reader);
        if (got.cause != CAUSE_CREDENTIAL_UNKNOWN) fail_msg("%s", cause_row(got.cause)->slug);
    }
    int64_t took_ns = cpu_ns() - began_ns;
    return took_ns < least ? took_ns : least;
}

/* Whether a number is a key's, and how much of a secret is right, is not told by time. An early exit saves the HMAC, which is
 * more than a third of it. */
static void wrong_secrets_take_the_same_time(void **state)
{
    const struct two_shops *two = *state;
    struct buf tokens[4] = {{0}};
    int64_t least[4] = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX};
    struct key nobody = {.id = 1000};
    static const size_t changed[3] = {PREFIX + 14, PREFIX + 40,
                                      PREFIX + SYMBOLS - 1}; /* symbols of the secret */
    for (size_t i = 0; i < 3; i++) {
        buf_slice_put(&tokens[i], buf_slice(&two->keys[0]));
        tokens[i].at[changed[i]] = tokens[i].at[changed[i]] == '0' ? '1' : '0';
    }
    key_secret_make(two->shops[0], &nobody, &tokens[3]);
    for (int turn = 0; turn < 40; turn++) {
        for (size_t i = 0; i < 4; i++) least[i] = least_ns(two, buf_slice(&tokens[i]), least[i]);
    }
    for (size_t i = 1; i < 4; i++) {
        int64_t apart = least[i] > least[0] ? least[i] - least[0] : least[0] - least[i];
        if (apart * 4 > least[0])
            fail_msg("case %zu: %lld ns, not %lld", i, (long long)least[i], (long long)least[0]);
    }
    for (size_t i = 0; i < 4; i++) buf_done(&tokens[i]);
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
        cmocka_unit_test(opens_with_the_key_that_was_told),
        cmocka_unit_test(refuses_any_changed_symbol),
        cmocka_unit_test(refuses_what_is_cut_or_longer),
        cmocka_unit_test(refuses_the_token_of_another_shop),
        cmocka_unit_test(refuses_a_number_of_no_key),
        cmocka_unit_test(no_two_keys_share_a_secret),
        cmocka_unit_test(no_token_is_the_operator_only_here),
        cmocka_unit_test(ends_a_day_later_from_afar_and_in_ninety_days_here),
        cmocka_unit_test(a_revoked_key_is_refused),
        cmocka_unit_test(wrong_secrets_take_the_same_time),
    };
    return cmocka_run_group_tests(tests, begin, end);
}

/* Budgets of wrong codes: what a network, a key and the shop may get wrong, and which of them have an entry. */
#include "answer/redress/wrongs.h"
#include "prop.h"

#define NOW_US (1800000000LL * SECOND_US)

static RESULT nothing_kept(struct store *store, RESULT (*each)(void *context, const struct wrong_row *row),
                           void *context)
{
    (void)store, (void)each, (void)context;
    return OK;
}

static struct wrongs *fresh(void)
{
    static const struct voucher_store kept = {.wrong_each = nothing_kept};
    static struct store store = {.voucher = &kept};
    static struct shop shop = {.store = &store};
    struct wrongs *wrongs = NULL;
    assert_int_equal(wrongs_new(&shop, &wrongs).code, CODE_OK);
    return wrongs;
}

static bool may(const struct wrongs *wrongs, struct wrong_from from, int64_t now_us)
{
    uint32_t after_s = 0;
    struct result got = wrongs_may(wrongs, &from, now_us, &after_s);
    if (got.code == CODE_OK) return true;
    assert_int_equal(got.cause, CAUSE_VOUCHER_GUESSES);
    assert_in_range(after_s, 1, 3600);
    return false;
}

/* So many wrong codes from ever new networks, as far as they are let; how many were. */
static size_t guess(struct wrongs *wrongs, uint64_t key, size_t tries, uint64_t *network)
{
    size_t let = 0;
    for (size_t i = 0; i < tries; i++) {
        const struct wrong_from from = {.source = *network, .key = key};
        *network += 2;
        if (!may(wrongs, from, NOW_US)) continue;
        wrongs_count(wrongs, &from, NOW_US);
        let++;
    }
    return let;
}

static void a_network_has_ten(void **state)
{
    (void)state;
    struct wrongs *wrongs = fresh();
    const struct wrong_from from = {.source = 42, .key = 7}, other = {.source = 44, .key = 7};
    for (size_t i = 0; i < WRONGS_SOURCE; i++) {
        assert_true(may(wrongs, from, NOW_US));
        wrongs_count(wrongs, &from, NOW_US);
    }
    assert_false(may(wrongs, from, NOW_US));
    assert_true(may(wrongs, other, NOW_US));
    assert_true(may(wrongs, from, NOW_US + HOUR_US));
    wrongs_free(&wrongs);
}

static void a_key_has_an_end_whatever_networks_it_names(void **state)
{
    (void)state;
    struct wrongs *wrongs = fresh();
    uint64_t network = 1000;
    assert_int_equal(guess(wrongs, 7, 50000, &network), WRONGS_KEY_END);
    const struct wrong_from none = {.key = 7}, other = {.source = 2, .key = 9};
    assert_false(may(wrongs, none, NOW_US));
    assert_true(may(wrongs, other, NOW_US)); /* another key is not locked out with it */
    assert_true(may(wrongs, none, NOW_US + HOUR_US));
    wrongs_free(&wrongs);
}

static void a_key_that_names_no_network_has_fewer(void **state)
{
    (void)state;
    struct wrongs *wrongs = fresh();
    const struct wrong_from none = {.key = 7}, named = {.source = 8, .key = 7};
    for (size_t i = 0; i < WRONGS_KEY; i++) {
        assert_true(may(wrongs, none, NOW_US));
        wrongs_count(wrongs, &none, NOW_US);
    }
    assert_false(may(wrongs, none, NOW_US));
    assert_true(may(wrongs, named, NOW_US)); /* a customer's network has its first one still */
    wrongs_count(wrongs, &named, NOW_US);
    assert_false(may(wrongs, named, NOW_US));
    wrongs_free(&wrongs);
}

static void the_shop_has_an_end_however_many_keys(void **state)
{
    (void)state;
    struct wrongs *wrongs = fresh();
    uint64_t network = 1000;
    size_t let = 0;
    for (uint64_t key = 3; key < 203; key += 2) let += guess(wrongs, key, 1500, &network);
    assert_int_equal(let, WRONGS_SHOP_END);
    const struct wrong_from fresh_key = {.source = 2, .key = 1001};
    assert_false(may(wrongs, fresh_key, NOW_US));
    wrongs_free(&wrongs);
}

static void the_first_of_a_minute_are_entries(void **state)
{
    (void)state;
    struct wrongs *wrongs = fresh();
    const struct reader one = {.no = 5}, two = {.no = 6};
    size_t told = 0;
    for (size_t i = 0; i < 1000; i++) told += wrongs_tell(wrongs, &one, NOW_US + (int64_t)i);
    assert_int_equal(told, WRONGS_TOLD);
    assert_true(wrongs_tell(wrongs, &two, NOW_US));
    /* a minute that was not written yet is not forgotten: it goes on being counted */
    assert_false(wrongs_tell(wrongs, &one, NOW_US + 2 * MINUTE_US));
    wrongs_free(&wrongs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_has_ten),
        cmocka_unit_test(a_key_has_an_end_whatever_networks_it_names),
        cmocka_unit_test(a_key_that_names_no_network_has_fewer),
        cmocka_unit_test(the_shop_has_an_end_however_many_keys),
        cmocka_unit_test(the_first_of_a_minute_are_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

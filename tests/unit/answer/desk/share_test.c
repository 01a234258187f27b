#include "prop.h"

#include "answer/desk/share.h"

/* What nobody could object to: all of the pool or all that was granted, nobody more than granted, nobody off by a unit. */
static void shares_add_up_to_the_unit(void **state)
{
    (void)state;
    PROPERTY(2000, rng) {
        uint64_t granted[40], shares[40], total = 0, sum = 0;
        size_t count = 1 + prop_below(&rng, 40);
        uint64_t most = prop_below(&rng, 2) ? SHARE_AMOUNT_MAX : 1000;
        uint64_t pool = 1 + prop_below(&rng, most);
        for (size_t i = 0; i < count; i++) {
            granted[i] = 1 + prop_below(&rng, most);
            total += granted[i];
        }
        shares_of(pool, granted, count, shares);
        for (size_t i = 0; i < count; i++) {
            long double exact = (long double)granted[i] * (long double)pool / (long double)total;
            if (total <= pool) exact = (long double)granted[i];
            assert_true(shares[i] <= granted[i]);
            assert_true((long double)shares[i] > exact - 1.001L && (long double)shares[i] < exact + 1.001L);
            sum += shares[i];
        }
        assert_int_equal(sum, total < pool ? total : pool);
    }
}

static void the_larger_remainder_is_rounded_up(void **state)
{
    (void)state;
    static const struct {
        uint64_t pool, granted[4], shares[4];
    } cases[] = {
        {100, {100, 100, 100, 0}, {34, 33, 33, 0}}, /* all alike: the earlier one */
        {10, {1, 1, 1, 1}, {1, 1, 1, 1}},           /* it reaches */
        {4, {1, 1, 1, 1}, {1, 1, 1, 1}},            /* just */
        {3, {1, 1, 1, 1}, {1, 1, 1, 0}},
        {100, {50, 30, 19, 2}, {49, 30, 19, 2}}, /* 49.5, 29.7, 18.8, 1.98: the three larger remainders */
        {1, {1, 2, 4, 3}, {0, 0, 1, 0}},
        {0, {5, 5, 5, 5}, {0, 0, 0, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t shares[4] = {9, 9, 9, 9};
        shares_of(cases[i].pool, cases[i].granted, 4, shares);
        for (size_t k = 0; k < 4; k++) assert_int_equal(shares[k], cases[i].shares[k]);
    }
    shares_of(7, NULL, 0, NULL); /* nobody claimed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_add_up_to_the_unit),
        cmocka_unit_test(the_larger_remainder_is_rounded_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

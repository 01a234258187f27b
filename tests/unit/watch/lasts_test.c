#include "watch/budget/lasts.h"

#include "prop.h"

enum { NUMBERS = 300000, STEPS = 400000 };

/* Sparse, dense, and sparse again: the map agrees with a plain array whatever is swept. */
static void agrees_with_a_plain_array(void **state)
{
    (void)state;
    uint32_t *plain = calloc(NUMBERS, sizeof *plain);
    if (!plain) fail();
    PROPERTY(4, rng) {
        struct lasts lasts = {0};
        uint32_t stale = LASTS_NEVER, minute = 2;
        size_t swept = 0, spread = prop_below(&rng, 2) ? NUMBERS : NUMBERS / 4;
        memset(plain, 0, NUMBERS * sizeof *plain);
        for (int step = 0; step < STEPS; step++) {
            uint64_t number = prop_below(&rng, prop_below(&rng, 2) ? spread : spread / 16);
            if (prop_below(&rng, 8) == 0) minute++;
            if (prop_below(&rng, 4000) == 0) stale += (minute - stale) / 2;
            uint32_t before = lasts_swap(&lasts, number, minute, stale);
            if (plain[number] > stale) assert_int_equal(before, plain[number]);
            if (plain[number] <= stale) assert_true(before <= stale);
            plain[number] = minute;
            if (prop_below(&rng, 500) == 0) (void)lasts_sweep(&lasts, &swept, stale, 100000);
        }
        for (swept = 0; lasts_sweep(&lasts, &swept, minute, NUMBERS) > 1 && swept != 0;) {}
        assert_true(lasts_empty(&lasts));
        lasts_done(&lasts);
    }
    free(plain);
}

static void few_numbers_take_little_and_many_four_bytes_each(void **state)
{
    (void)state;
    struct lasts lasts = {0};
    (void)lasts_swap(&lasts, 5, 100, LASTS_NEVER);
    assert_true(lasts_bytes(&lasts) < 200);
    for (uint64_t i = 0; i < (uint64_t)1 << 20; i++) (void)lasts_swap(&lasts, i, 100, LASTS_NEVER);
    assert_true(lasts_bytes(&lasts) < ((size_t)1 << 20) * 4 + 4096);
    lasts_done(&lasts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_plain_array),
        cmocka_unit_test(few_numbers_take_little_and_many_four_bytes_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "prop.h"

#include "watch/detect/measure/sketch.h"
#include "watch/detect/measure/statistic.h"

#include <math.h>

/* Two independent normal values of one rng (Box and Muller); one is thrown away, for simplicity. */
static double normal(struct prop_rng *rng)
{
    double u = ((double)(prop_u64(rng) >> 11) + 1) / 9007199254740993.0;
    double v = (double)(prop_u64(rng) >> 11) / 9007199254740992.0;
    return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

static double run_length(double shift, double limit, unsigned runs)
{
    struct prop_rng rng = {20260};
    double steps = 0;
    for (unsigned i = 0; i < runs; i++) {
        for (double sum = 0; sum <= limit; steps++) sum = cusum_step(sum, normal(&rng) + shift, 0.5);
    }
    return steps / runs;
}

/* Montgomery, table 9.3, k = 0.5: h = 4: 168 and 8.38; h = 5: 465 and 10.4, for two sums that watch both sides; one
 * alone gives false alarms half as often, and sees a shift as soon. */
static void alarms_as_often_as_published(void **state)
{
    (void)state;
    assert_true(fabs(run_length(0, 4, 4000) / 336 - 1) < 0.06);
    assert_true(fabs(run_length(1, 4, 4000) / 8.38 - 1) < 0.06);
    assert_true(fabs(run_length(0, 5, 3000) / 930 - 1) < 0.06);
    assert_true(fabs(run_length(1, 5, 4000) / 10.4 - 1) < 0.06);
}

/* The closed form of the recursion: S_n is the greatest sum of a tail of z - k, or 0. */
static void is_the_greatest_sum_of_a_tail(void **state)
{
    (void)state;
    PROPERTY(200, rng) {
        double z[50], sum = 0;
        size_t count = 1 + prop_below(&rng, 50);
        for (size_t i = 0; i < count; i++) {
            z[i] = normal(&rng);
            sum = cusum_step(sum, z[i], 0.5);
        }
        double greatest = 0, tail = 0;
        for (size_t i = count; i-- > 0;) {
            tail += z[i] - 0.5;
            greatest = fmax(greatest, tail);
        }
        assert_true(fabs(sum - greatest) < 1e-9);
    }
}

static void bounds_a_share_as_wilson_does(void **state)
{
    (void)state;
    /* Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I:
     * method 3, without continuity correction, 95 %. */
    static const struct {
        double hits, tries, low;
    } cases[] = {{81, 263, 0.2553}, {15, 148, 0.0624}, {0, 20, 0.0000}, {1, 29, 0.0061}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        double low = wilson_lower(cases[i].hits, cases[i].tries, 1.959964);
        if (fabs(low - cases[i].low) > 0.00006) fail_msg("%g of %g: %g", cases[i].hits, cases[i].tries, low);
    }
    assert_true(wilson_lower(0, 0, 3) == 0);
    assert_true(fabs(wilson_lower(64, 64, 3) - 64.0 / 73) < 1e-12); /* p = 1: n / (n + z^2) */
}

static void ranks_as_sorting_does(void **state)
{
    (void)state;
    double odd[] = {5, 1, 3}, even[] = {4, 1, 3, 2}, same[] = {7, 7, 7}, spread[] = {1, 1, 2, 2, 4, 6, 9};
    assert_true(median(odd, 3) == 3 && median(even, 4) == 2.5 && median(same, 3) == 7);
    assert_true(quantile(odd, 3, 0.9) == 5 && quantile(odd, 3, 0) == 1 && quantile(even, 4, 0.5) == 2);
    assert_true(fabs(spread_of(spread, 7, 2) - 1.4826) < 1e-12); /* the known example: median deviation 1 */
    assert_true(moved(10, 20, 1, 2) == 12 && moved(10, 0, 1, 2) == 9 && moved(10, 10.5, 1, 2) == 10.5);
}

static void counts_within_its_error(void **state)
{
    (void)state;
    struct sketch sketch = {0};
    uint64_t next = 1;
    assert_true(sketch_count(&sketch) == 0);
    static const unsigned upto[] = {1, 10, 100, 200, 1000, 3000, 10000, 100000, 1000000};
    double squares = 0;
    for (size_t i = 0; i < COUNT_OF(upto); i++) {
        for (; next <= upto[i]; next++) (void)sketch_add(&sketch, sketch_mix(next));
        double off = sketch_count(&sketch) / upto[i] - 1;
        squares += off * off;
        if (fabs(off) > 3 * 1.04 / 32) fail_msg("%u: off by %g", upto[i], off);
        if (upto[i] <= 10) assert_true(fabs(off) * upto[i] < 0.5);
    }
    assert_true(sqrt(squares / COUNT_OF(upto)) < 1.5 * 1.04 / 32);
}

static void repeats_change_nothing(void **state)
{
    (void)state;
    PROPERTY(20, rng) {
        struct sketch once = {0}, twice = {0};
        uint64_t base = prop_u64(&rng);
        for (uint64_t i = 0; i < 500; i++) (void)sketch_add(&once, sketch_mix(base + i));
        for (uint64_t i = 0; i < 1000; i++) (void)sketch_add(&twice, sketch_mix(base + i % 500));
        assert_memory_equal(&once, &twice, sizeof once);
        struct sketch back = once;
        memset(back.many, 7, sizeof back.many);
        assert_true(sketch_restore(&back));
        back.many[0] = once.many[0];
        assert_memory_equal(&once, &back, sizeof once);
        back.rank[prop_below(&rng, SKETCH_REGISTERS)] = SKETCH_RANK_MAX + 1;
        assert_false(sketch_restore(&back));
        assert_true(sketch_count(&back) == 0);
    }
}

static void keeps_numbers_that_come_back(void **state)
{
    (void)state;
    PROPERTY(200, rng) {
        double value = fixed((double)(int64_t)prop_u64(&rng) / (double)(1ULL << prop_below(&rng, 63)));
        assert_true((double)llrint(value * FIXED_ONE) / FIXED_ONE == value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alarms_as_often_as_published),  cmocka_unit_test(is_the_greatest_sum_of_a_tail),
        cmocka_unit_test(bounds_a_share_as_wilson_does), cmocka_unit_test(ranks_as_sorting_does),
        cmocka_unit_test(counts_within_its_error),       cmocka_unit_test(repeats_change_nothing),
        cmocka_unit_test(keeps_numbers_that_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

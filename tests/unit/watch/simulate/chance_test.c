/* Numbers from a seed: the same again, and with the mean and deviation that they should have. */
#include "prop.h"

#include "watch/simulate/chance.h"

#include <math.h>

enum { DRAWS = 40000 };

static void gives_the_same_again_for_a_seed(void **state)
{
    (void)state;
    struct chance one = chance_seed(7, 1), same = chance_seed(7, 1), seed = chance_seed(8, 1),
                  stream = chance_seed(7, 2);
    uint64_t equal_seed = 0, equal_stream = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t bits = chance_bits(&one);
        assert_true(bits == chance_bits(&same));
        equal_seed += bits == chance_bits(&seed);
        equal_stream += bits == chance_bits(&stream);
    }
    assert_int_equal(equal_seed + equal_stream, 0);
}

/* Within five standard errors of what it should be. */
static void assert_mean(double sum, double mean, double deviation)
{
    double error = fabs(sum / DRAWS - mean);
    if (error > 5 * deviation / sqrt(DRAWS)) fail_msg("mean %g, not %g", sum / DRAWS, mean);
}

static void counts_as_poisson(void **state)
{
    (void)state;
    static const double means[] = {0.01, 0.5, 3, 29, 31, 5000};
    for (size_t i = 0; i < COUNT_OF(means); i++) {
        struct chance chance = chance_seed(11, i);
        double sum = 0, squares = 0, mean = means[i];
        for (int draw = 0; draw < DRAWS; draw++) {
            double count = (double)chance_count(&chance, mean);
            sum += count;
            squares += (count - mean) * (count - mean);
        }
        assert_mean(sum, mean, sqrt(mean));
        assert_mean(squares, mean, sqrt(mean + 2 * mean * mean)); /* the variance is the mean */
    }
    struct chance chance = chance_seed(1, 1);
    assert_int_equal(chance_count(&chance, 0), 0);
}

static void draws_from_its_ranges(void **state)
{
    (void)state;
    struct chance chance = chance_seed(3, 1);
    double shares = 0, normals = 0, squares = 0, logs = 0;
    uint64_t seen[7] = {0};
    for (int i = 0; i < DRAWS; i++) {
        double share = chance_share(&chance), normal = chance_normal(&chance);
        assert_true(share >= 0 && share < 1);
        shares += share;
        normals += normal;
        squares += normal * normal;
        logs += log(chance_around(&chance, 60, 0.3));
        seen[chance_below(&chance, COUNT_OF(seen))]++;
    }
    assert_mean(shares, 0.5, sqrt(1.0 / 12));
    assert_mean(normals, 0, 1);
    assert_mean(squares, 1, sqrt(2));
    assert_mean(logs, log(60), 0.3);
    for (size_t i = 0; i < COUNT_OF(seen); i++) assert_in_range(seen[i], 5300, 6130);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_same_again_for_a_seed),
        cmocka_unit_test(counts_as_poisson),
        cmocka_unit_test(draws_from_its_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

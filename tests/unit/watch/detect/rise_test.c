#include "prop.h"

#include "watch/detect/measure/statistic.h"
#include "watch/detect/rule/slow_rise.h"

#include <math.h>

static const struct slow_rise_peers nobody = {-1, -1, -1, -1};

static struct params params_now(void)
{
    struct params params;
    params_default(&params);
    return params;
}

/* Days of `people` each, learned from unless they alert; the day after the last. */
static int64_t live(struct slow_rise *state, const struct params *params, int64_t day, unsigned days,
                    double people)
{
    for (unsigned i = 0; i < days; i++, day++) {
        bool alert = slow_rise_score(state, params, people, &nobody) >= 1;
        slow_rise_close(state, params, &nobody, (struct slow_rise_day){day, people, !alert});
    }
    return day;
}

/* The recursion of the header, written plainly, over random days. */
static void sums_as_the_recursion_says(void **state)
{
    (void)state;
    struct params params = params_now();
    double slack = params.at[PARAM_SLOW_RISE_SLACK], limit = params.at[PARAM_SLOW_RISE_LIMIT];
    PROPERTY(50, rng) {
        struct slow_rise rise = {0};
        int64_t day = live(&rise, &params, 20000, 10, 100);
        double sum = rise.sum;
        for (unsigned i = 0; i < 60; i++, day++) {
            double people = (double)(20 + prop_below(&rng, 300));
            double z = (log(1 + people) - rise.baseline) / rise.spread;
            z = z < -2 ? -2 : z > 10 ? 10 : z;
            double partial = people < 10 ? 0 : (z > slack ? sum + z - slack : sum) / limit;
            assert_true(fabs(slow_rise_score(&rise, &params, people, &nobody) - partial) < 1e-9);
            sum = sum + z - slack;
            sum = sum < 0 ? 0 : sum > 2 * limit ? 2 * limit : sum;
            slow_rise_close(&rise, &params, &nobody, (struct slow_rise_day){day, people, partial < 1});
            assert_true(fabs(rise.sum - sum) < 1e-5);
            sum = rise.sum;
        }
    }
}

static void tells_of_a_rise_that_is_kept_up(void **state)
{
    enum { NEVER = 90 };
    (void)state;
    static const struct {
        double times;
        unsigned
            days_most; /* NEVER: a rise of a third is not told from chance; until the alert, the rise being of a habit of 100 people without any noise */
    } cases[] = {{1.3, NEVER}, {1.5, 12}, {2, 4}, {3.5, 2}, {8, 1}, {50, 1}};
    struct params params = params_now();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct slow_rise rise = {0};
        int64_t day = live(&rise, &params, 20000, 30, 100);
        unsigned days = 1;
        while (days < NEVER && slow_rise_score(&rise, &params, 100 * cases[i].times, &nobody) < 1) {
            day = live(&rise, &params, day, 1, 100 * cases[i].times);
            days++;
        }
        if (days > cases[i].days_most || (days < NEVER && cases[i].days_most == NEVER))
            fail_msg("%g times: %u days", cases[i].times, days);
    }
}

static void leaves_honest_readers_alone(void **state)
{
    (void)state;
    struct params params = params_now();
    unsigned alerts = 0;
    PROPERTY(100, rng) {
        struct slow_rise rise = {0};
        for (int64_t day = 20000; day < 20100;
             day++) { /* a week's rhythm, and a fifth more or less by chance */
            double people = (day % 7 < 2 ? 60 : 100) * (0.8 + 0.4 * (double)prop_below(&rng, 1000) / 1000);
            bool alert = slow_rise_score(&rise, &params, people, &nobody) >= 1;
            alerts += alert;
            slow_rise_close(&rise, &params, &nobody, (struct slow_rise_day){day, people, !alert});
        }
    }
    assert_int_equal(alerts, 0); /* in 10,000 days */
}

static void a_thief_trains_it_but_little(void **state)
{
    (void)state;
    struct params params = params_now();
    struct slow_rise rise = {0};
    int64_t day = live(&rise, &params, 20000, 30, 100);
    double before = expm1(rise.baseline), gained = 0, today = 100;
    unsigned days = 0, alerted = 0;
    for (; days < 56; days++, day++) { /* 8 weeks of ten percent a week, day by day */
        today *= pow(1.1, 1 / 7.0);
        bool alert = slow_rise_score(&rise, &params, today, &nobody) >= 1;
        if (alert && alerted == 0) alerted = days + 1;
        if (!alerted) gained += today - 100;
        slow_rise_close(&rise, &params, &nobody, (struct slow_rise_day){day, today, !alert});
    }
    double times = expm1(rise.baseline) / before;
    /* so slow a growth is not told from a shop that does well: what is bounded is the habit that comes of it */
    if (gained > 3000) fail_msg("%g people beyond the habit", gained);
    if (times > 1.51) fail_msg("the baseline is %g times what it was", times);
    day = live(&rise, &params, day, 3, 3 * today);
    assert_true(slow_rise_score(&rise, &params, 3 * today, &nobody) >= 1);
    print_message("8 weeks of +10 %%: alert on day %u, %.0f people beyond a habit of 100 a day until then, "
                  "baseline x %.2f\n",
                  alerted, gained, times);
}

/* The most patient thief, who stays just under the alert each day: what he may take grows no faster than promised. */
static void patience_gains_no_more_than_the_bound(void **state)
{
    (void)state;
    struct params params = params_now();
    struct slow_rise rise = {0};
    int64_t day = live(&rise, &params, 20000, 30, 100);
    double first = rise.baseline;
    for (unsigned i = 0; i < 56; i++, day++) {
        double low = 0, high = 1e6;
        while (high - low > 0.5) {
            double middle = (low + high) / 2;
            if (slow_rise_score(&rise, &params, middle, &nobody) < 0.99)
                low = middle;
            else
                high = middle;
        }
        slow_rise_close(&rise, &params, &nobody, (struct slow_rise_day){day, low, true});
        double weeks = (i + 1) / 7.0;
        assert_true(rise.baseline <= first + weeks * log(1.1) + 0.001);
        assert_true(rise.baseline <= first + log(1.5) + 0.001);
    }
    print_message("8 weeks just under the alert: baseline x %.2f\n", exp(rise.baseline - first));
}

static void starts_from_the_peers(void **state)
{
    (void)state;
    struct params params = params_now();
    struct slow_rise rise = {0};
    struct slow_rise_peers peers = {slow_rise_x(100), slow_rise_x(150), 0.2, 0};
    assert_true(slow_rise_score(&rise, &params, 100, &peers) < 1);
    assert_true(slow_rise_score(&rise, &params, 6000, &peers) >= 1); /* on the very first day */
    assert_true(slow_rise_score(&rise, &params, 6000, &nobody) < 1);
    for (int64_t day = 0; day < 7; day++)
        slow_rise_close(&rise, &params, &peers, (struct slow_rise_day){20000 + day, 400, true});
    assert_true(fabs(expm1(rise.baseline) - 150) <
                0.1); /* the peers' quantile, not what he made of himself */
}

static void a_sale_lifts_everybody(void **state)
{
    (void)state;
    struct params params = params_now();
    struct slow_rise rise = {0};
    int64_t day = live(&rise, &params, 20000, 30, 100);
    struct slow_rise_peers peers = {-1, -1, -1, log(10)};
    double before = rise.baseline;
    assert_true(slow_rise_score(&rise, &params, 1000, &nobody) >= 1);
    for (unsigned i = 0; i < 7; i++) {
        assert_true(slow_rise_score(&rise, &params, 1000, &peers) < 0.2);
        slow_rise_close(&rise, &params, &peers, (struct slow_rise_day){day + i, 1000, true});
    }
    assert_true(fabs(rise.baseline - before) < 0.02); /* and is not taken for the habit */
}

static void acceptance_makes_it_the_habit(void **state)
{
    (void)state;
    struct params params = params_now();
    struct slow_rise rise = {0};
    int64_t day = live(&rise, &params, 20000, 30, 100);
    day = live(&rise, &params, day, 5, 400);
    assert_true(slow_rise_score(&rise, &params, 400, &nobody) >= 1);
    slow_rise_accept(&rise, &params, day, 400);
    assert_true(slow_rise_score(&rise, &params, 400, &nobody) == 0);
    assert_true(slow_rise_score(&rise, &params, 4000, &nobody) >= 1);
    slow_rise_close(&rise, &params, &nobody, (struct slow_rise_day){day, 4000, false});
    slow_rise_calm(&rise);
    assert_true(slow_rise_score(&rise, &params, 400, &nobody) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_as_the_recursion_says),
        cmocka_unit_test(tells_of_a_rise_that_is_kept_up),
        cmocka_unit_test(leaves_honest_readers_alone),
        cmocka_unit_test(a_thief_trains_it_but_little),
        cmocka_unit_test(patience_gains_no_more_than_the_bound),
        cmocka_unit_test(starts_from_the_peers),
        cmocka_unit_test(a_sale_lifts_everybody),
        cmocka_unit_test(acceptance_makes_it_the_habit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The small rules, each against a model that keeps everything and counts again. */
#include "prop.h"

#include "watch/detect/measure/statistic.h"
#include "watch/detect/rule/canary.h"
#include "watch/detect/rule/coverage.h"
#include "watch/detect/rule/dormant.h"
#include "watch/detect/rule/first_seen.h"
#include "watch/detect/rule/fruitless.h"
#include "watch/detect/rule/grantless.h"
#include "watch/detect/rule/passes.h"
#include "watch/detect/rule/riding.h"

#include <math.h>

static struct params params_now(void)
{
    struct params params;
    params_default(&params);
    return params;
}

static void near(double a, double b)
{
    if (fabs(a - b) > 1e-6) fail_msg("%.9f is not %.9f", a, b);
}

static void one_canary_is_enough(void **state)
{
    (void)state;
    struct params params = params_now();
    assert_true(canary_look(&(struct look){.canaries = 0}) == 0);
    double score = canary_look(&(struct look){.canaries = 1});
    assert_true(score >= 1 && score >= detector_trip(&params, DETECTOR_CANARY));
}

static void counts_unknown_passes_by_the_hour(void **state)
{
    (void)state;
    struct params params = params_now();
    struct passes passes = {0};
    struct look unknown = {.kind = LOOK_PASS_UNKNOWN};
    for (unsigned i = 1; i <= 7; i++) near(passes_look(&passes, &params, &unknown, 500), i / 5.0);
    near(passes_look(&passes, &params, &unknown, 501), 1 / 5.0);
    struct look many = {.kind = LOOK_REVEAL, .passed = true, .network_people = 300};
    near(passes_look(&passes, &params, &many, 501), 300 / 200.0);
}

static void wakes_only_who_slept(void **state)
{
    (void)state;
    struct params params = params_now();
    static const struct {
        int64_t day, next;
        size_t people;
        double score;
    } cases[] = {
        {0, 20000, 9, 0},     {20000, 20001, 9, 0}, {20000, 20021, 9, 0}, {20000, 20022, 9, 1},
        {20000, 20022, 2, 0}, {20000, 20043, 3, 2}, {20000, 19000, 9, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dormant dormant = {.last_day = cases[i].day};
        struct look look = {.count = cases[i].people};
        near(dormant_look(&dormant, &params, &look, cases[i].next), cases[i].score);
        dormant_close(&dormant);
        near(dormant_look(&dormant, &params, &look, cases[i].next + 1), 0);
    }
}

static void judges_misses_as_the_model(void **state)
{
    (void)state;
    struct params params = params_now();
    struct fruitless_table table;
    fruitless_table_make(&params, &table);
    PROPERTY(60, rng) {
        struct fruitless fruitless = {0};
        bool tries[300];
        size_t rate = 1 + prop_below(&rng, 10), count = 0;
        for (; count < 300; count++) {
            bool missed = tries[count] = prop_below(&rng, 10) < rate;
            struct look look = {.kind = missed ? LOOK_MISSED : LOOK_FOUND};
            bool ask = fruitless_look(&fruitless, &table, &look);
            double all = 0, latest = 0, from = count >= 63 ? (double)count - 63 : 0;
            for (size_t i = 0; i <= count; i++) {
                all += tries[i];
                if ((double)i >= from) latest += tries[i];
            }
            double share = count + 1 < 20 ? 0 : wilson_lower(all, (double)count + 1, 3);
            if (count + 1 >= 20) share = fmax(share, wilson_lower(latest, (double)count + 1 - from, 3));
            double score = fruitless_score(&fruitless, &params, -1);
            near(score, share / 0.4);
            if (missed && wilson_lower(latest, (double)count + 1 - from, 3) >= 0.4 && count + 1 >= 20)
                assert_true(ask);
            if (ask) assert_true(score >= 1);
        }
    }
}

static void habits_of_missing_count(void **state)
{
    (void)state;
    struct params params = params_now();
    struct fruitless fruitless = {.missed = UINT64_C(0xffffffffffff), .latest = 64}; /* 48 of 64 */
    double share = wilson_lower(48, 64, 3);
    near(fruitless_score(&fruitless, &params, -1), share / 0.4);
    near(fruitless_score(&fruitless, &params, 0.3), share / 0.6);
    near(fruitless_score(&fruitless, &params, 0.9), share / 0.95);
    fruitless.known = true;
    fruitless.usual = 0.1;
    for (unsigned i = 0; i < 5; i++) { /* a share learned grows by 0.02 a day */
        fruitless.day_tries = fruitless.day_misses = 100;
        fruitless_close(&fruitless, &params, true);
    }
    assert_true(fabs(fruitless.usual - 0.2) < 1e-5);
    fruitless.day_tries = fruitless.day_misses = 100;
    fruitless_close(&fruitless, &params, false);
    assert_true(fabs(fruitless.usual - 0.2) < 1e-5 && fruitless.day_tries == 0);
}

static void asks_for_grants_where_they_are_usual(void **state)
{
    (void)state;
    struct params params = params_now();
    struct grantless grantless = {0};
    for (unsigned i = 0; i < 30; i++) grantless_look(&grantless, &(struct look){.count = 1, .granted = true});
    for (unsigned i = 0; i < 30; i++) grantless_look(&grantless, &(struct look){.count = 2});
    grantless_look(&grantless, &(struct look){.count = 50, .passed = true}); /* not counted */
    double share = wilson_lower(60, 90, 3);
    near(grantless_score(&grantless, &params, 0.05), share / 0.25);
    near(grantless_score(&grantless, &params, 0.5), 0);
    near(grantless_score(&grantless, &params, -1), 0);
    grantless_close(&grantless, &params, true);
    near(grantless.usual, fixed(60.0 / 90));
    near(grantless_score(&grantless, &params, 0.05), 0);
}

static void rides_as_the_model(void **state)
{
    (void)state;
    struct params params = params_now();
    PROPERTY(100, rng) {
        struct riding riding = {0};
        bool days[40];
        for (size_t day = 0; day < 40; day++) {
            bool rides = days[day] = prop_below(&rng, 3) > 0;
            bool over = prop_below(&rng, 4) == 0;
            struct look look = {.limit_day = 1000, .used_day = rides ? (over ? 1000 : 800) : 799};
            riding_look(&riding, 800, 10, &look, 0);
            double run = 0, ridden = 0, before = fmin(14, (double)day);
            for (size_t i = day + 1; i-- > 0 && days[i];) run++;
            for (size_t i = 1; i <= (size_t)before; i++) ridden += days[day - i];
            double score = rides ? run / 3 : 0;
            if (rides && before >= 7) score = fmax(score, ridden / before / 0.4);
            near(riding_score(&riding, &params, 5), score);
            riding_close(&riding);
        }
    }
    struct riding riding = {0};
    struct look hour = {.limit_hour = 100, .used_hour = 95};
    for (int64_t i = 100; i < 110; i++) {
        riding_look(&riding, 800, 10, &hour, i);
        riding_look(&riding, 800, 10, &hour, i);
        near(riding_score(&riding, &params, i), (double)(i - 99) / 5);
    }
    riding_look(&riding, 800, 10, &hour, 50); /* a clock put back changes nothing */
    near(riding_score(&riding, &params, 109), 2);
    riding_look(&riding, 800, 10, &hour, 111);
    near(riding_score(&riding, &params, 111), 0.2);
    struct look small = {.limit_day = 9, .used_day = 9},
                huge = {.limit_day = UINT64_MAX, .used_day = UINT64_MAX};
    struct riding other = {0};
    riding_look(&other, 800, 10, &small, 1);
    assert_false(other.today);
    riding_look(&other, 800, 10, &huge, 1);
    assert_true(other.today);
}

static void compares_a_lone_reader_with_its_habit(void **state)
{
    (void)state;
    struct params params;
    struct coverage coverage = {0};
    const double habit = 1.0 / 128;
    params_default(&params);
    coverage_learn(&coverage, &params, habit, (uint32_t)params.at[PARAM_LEARN_DAYS] - 1);
    near(coverage.habit, 0);
    coverage_learn(&coverage, &params, habit, (uint32_t)params.at[PARAM_LEARN_DAYS]);
    near(coverage.habit, habit);
    near(coverage_score(&coverage, &params, 0.5, habit, -1), 1 / params.at[PARAM_COVERAGE_TIMES]);
    near(coverage_score(&coverage, &params, 0.5, 5 * habit, -1), 5 / params.at[PARAM_COVERAGE_TIMES]);
    for (uint32_t day = 8; day < 8 + 7; day++) coverage_learn(&coverage, &params, 1, day);
    assert_true(fabs(coverage.habit - habit * (1 + params.at[PARAM_SLOW_RISE_GROW])) < 1e-4);
    for (uint32_t day = 15; day < 60; day++) coverage_learn(&coverage, &params, habit / 4, day);
    near(coverage.habit, habit / 4);
}

static void compares_coverage_by_age(void **state)
{
    (void)state;
    struct params params = params_now();
    struct coverage coverage = {0};
    /* Two readers who pick at random with one and the same zeal, one for 10 days, one for 100. */
    double young = 1 - exp(-0.01 * 10), old = 1 - exp(-0.01 * 100);
    near(coverage_intensity(&params, young, 10), coverage_intensity(&params, old, 100));
    near(coverage_score(&coverage, &params, young, 0.01, 0.01), 0.5);
    near(coverage_score(&coverage, &params, 1 - exp(-0.5), 0.05, 0.01), 2.5);
    near(coverage_score(&coverage, &params, params.at[PARAM_COVERAGE_ALONE], 1, -1), 1);
    assert_true(coverage_score(&coverage, &params, 0.999, 1, -1) < params.at[PARAM_COVERAGE_TRIP]);
    assert_true(coverage_matters(&coverage, &params, 20, 0.02));
    assert_false(coverage_matters(&coverage, &params, 19, 0.02));
    assert_false(coverage_matters(&coverage, &params, 20, 0.019));
    coverage.accepted = 0.3;
    assert_false(coverage_matters(&coverage, &params, 1000, 0.44));
    assert_true(coverage_matters(&coverage, &params, 1000, 0.46));
    assert_true(coverage_share(5000, 1000) < 1 && coverage_share(5, 0) == 0);
}

static const struct first_seen_at usual = {.day = 20000, .hour = 9};

static void gives_points_once(void **state)
{
    (void)state;
    struct params params = params_now();
    struct first_seen seen = {0};
    struct look look = {.network = 7, .country = 0x4944, .fields = 3, .purpose = 2};
    near(first_seen_look(&seen, &params, &look, usual), (1 + 3 + 1 + 4 + 2) / 3.0);
    near(first_seen_look(&seen, &params, &look, usual), 0);
    look.network = 8;
    near(first_seen_look(&seen, &params, &look, usual), 12 / 3.0);
    first_seen_close(&seen, usual.day, true, NULL);
    near(first_seen_look(&seen, &params, &look, usual), 0);
    look.network = 7;
    near(first_seen_look(&seen, &params, &look, usual), 0);
    look.fields = 7;
    near(first_seen_look(&seen, &params, &look, usual), 2 / 3.0);
    look.network = 99; /* behind a pass: the customer's own */
    look.passed = true;
    near(first_seen_look(&seen, &params, &look, usual), 0);
}

static void learns_nothing_on_a_day_of_alerts(void **state)
{
    (void)state;
    struct params params = params_now();
    struct first_seen seen = {0};
    struct look home = {.network = 7, .country = 0x4944, .fields = 1},
                away = {.network = 9, .country = 0x5255, .fields = 1};
    struct first_seen_at at = usual;
    (void)first_seen_look(&seen, &params, &home, at);
    first_seen_close(&seen, at.day++, true, NULL);
    for (unsigned i = 0; i < 3; i++) {
        near(first_seen_look(&seen, &params, &away, at), 4 / 3.0);
        near(first_seen_look(&seen, &params, &home, at), 0);
        first_seen_close(&seen, at.day++, false, NULL);
    }
}

static void peers_make_it_weaker(void **state)
{
    (void)state;
    struct params params = params_now();
    struct first_seen one = {0}, other = {0}, young = {0};
    struct first_seen_peers peers = {0};
    struct look look = {.network = 7, .country = 0x4944, .fields = 1, .purpose = 1};
    (void)first_seen_look(&one, &params, &look, usual);
    first_seen_close(&one, usual.day, true, &peers);
    struct first_seen_at at = {.day = 20001, .hour = 9, .peers = &peers};
    near(first_seen_look(&other, &params, &look, at), (1 + 3 + 1 + 2 + 2) / 2.0 / 3);
    at.learning = true;
    near(first_seen_look(&young, &params, &look, at), 0);
    look.country = 0x5255;
    near(first_seen_look(&young, &params, &look, at), 1);
    at.peers = NULL;
    look.country = 0x5553;
    near(first_seen_look(&young, &params, &look, at), 0); /* nobody to compare with yet */
}

static void forgets_the_network_used_longest_ago(void **state)
{
    (void)state;
    struct params params = params_now();
    struct first_seen seen = {0};
    for (uint64_t i = 1; i <= 1000; i++) { /* a state of fixed size, whatever comes */
        struct first_seen_at at = {.day = 20000 + (int64_t)i, .hour = 9};
        double score = first_seen_look(&seen, &params, &(struct look){.network = i}, at);
        assert_true(score > 0);
        first_seen_close(&seen, at.day, true, NULL);
    }
    struct first_seen_at at = {.day = 21001, .hour = 9};
    near(first_seen_look(&seen, &params, &(struct look){.network = 1000 - FIRST_SEEN_NETWORKS + 1}, at), 0);
    near(first_seen_look(&seen, &params, &(struct look){.network = 1000 - FIRST_SEEN_NETWORKS}, at), 1 / 3.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_canary_is_enough),
        cmocka_unit_test(counts_unknown_passes_by_the_hour),
        cmocka_unit_test(wakes_only_who_slept),
        cmocka_unit_test(judges_misses_as_the_model),
        cmocka_unit_test(habits_of_missing_count),
        cmocka_unit_test(asks_for_grants_where_they_are_usual),
        cmocka_unit_test(rides_as_the_model),
        cmocka_unit_test(compares_coverage_by_age),
        cmocka_unit_test(compares_a_lone_reader_with_its_habit),
        cmocka_unit_test(gives_points_once),
        cmocka_unit_test(learns_nothing_on_a_day_of_alerts),
        cmocka_unit_test(peers_make_it_weaker),
        cmocka_unit_test(forgets_the_network_used_longest_ago),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

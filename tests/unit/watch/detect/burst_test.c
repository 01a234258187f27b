/* Many more people within minutes than ever: held against counts made plainly, against chance, sales and patience. */
#include "prop.h"

#include "watch/detect/measure/sketch.h"
#include "watch/detect/rule/burst.h"

#include <math.h>

static const double nobody[BURST_WINDOWS] = {-1, -1};
static const struct burst_of known = {30, false};

static struct params params_now(void)
{
    struct params params;
    params_default(&params);
    return params;
}

static double allowed(const struct params *params, double usual, double chance)
{
    return params->at[PARAM_BURST_LEAST] +
           params->at[PARAM_BURST_TIMES] * fmax(0, usual - chance * sqrt(usual));
}

static void look(struct burst *burst, int64_t now_us, uint64_t first, uint64_t people)
{
    burst_turn(burst, now_us);
    for (uint64_t i = 0; i < people; i++) (void)burst_add(burst, sketch_mix(first + i));
}

/* Days whose busiest five minutes have so many people, spread over their hour. */
static void live(struct burst *burst, const struct params *params, uint32_t days, uint64_t people)
{
    for (uint32_t day = 1; day <= days; day++) {
        for (int64_t at_us = 0; at_us < HOUR_US; at_us += 5 * MINUTE_US)
            look(burst, day * DAY_US + at_us, (uint64_t)(day * DAY_US + at_us), people);
        burst_minute(burst);
        burst_close(burst, params, true, day);
    }
}

static void scores_as_the_formula_says(void **state)
{
    (void)state;
    struct params params = params_now();
    PROPERTY(50, rng) {
        struct burst burst = {0};
        uint64_t usual = 1 + prop_below(&rng, 60), people = 12 + prop_below(&rng, 150);
        live(&burst, &params, 10, usual);
        double minutes = burst.windows[0].usual, hour = burst.windows[1].usual;
        assert_true(fabs(minutes - (double)usual) < 2 && fabs(hour / (12 * (double)usual) - 1) < 0.12);
        look(&burst, 100 * DAY_US, 1, people);
        look(&burst, 100 * DAY_US, 1, people); /* the same people again are nobody new */
        burst_minute(&burst);
        double seen = burst.windows[0].people;
        assert_true(fabs(seen / (double)people - 1) < 0.12);
        double score = fmax(seen / allowed(&params, minutes, 1.5), seen / allowed(&params, hour, 1));
        assert_true(fabs(burst_score(&burst, &params, nobody, known) - score) < 1e-9);
    }
}

static void a_thief_is_found_within_the_look(void **state)
{
    (void)state;
    struct params params = params_now();
    struct burst burst = {0};
    live(&burst, &params, 10, 3); /* a small shop's front end */
    unsigned people = 0;
    int64_t now_us = 100 * DAY_US;
    while (burst_score(&burst, &params, nobody, known) < 1) {
        look(&burst, now_us, people++, 1); /* no minute is over yet */
        now_us += SECOND_US / 3;
    }
    assert_in_range(people, 12, 16);
}

static void windows_are_by_the_clock(void **state)
{
    (void)state;
    struct params params = params_now();
    struct burst burst = {0};
    live(&burst, &params, 10, 3);
    look(&burst, 100 * DAY_US, 1, 10);
    look(&burst, 100 * DAY_US + 5 * MINUTE_US, 100, 10);
    assert_true(burst.windows[0].people == 10 && burst.windows[1].people == 20);
    look(&burst, 100 * DAY_US + HOUR_US, 200, 10);
    assert_true(burst.windows[0].people == 10 && burst.windows[1].people == 10);
    look(&burst, 99 * DAY_US, 300, 1); /* a clock that was put back begins a window */
    assert_true(burst.windows[0].people == 1 && burst.windows[1].people == 1);
}

static void a_sale_is_no_burst(void **state)
{
    (void)state;
    struct params params = params_now();
    for (uint64_t usual = 4; usual <= 400; usual *= 10) {
        struct burst burst = {0};
        live(&burst, &params, 30, usual);
        look(&burst, 100 * DAY_US, 1, 5 * (usual - (uint64_t)(1.5 * sqrt((double)usual))));
        burst_minute(&burst);
        assert_true(burst_score(&burst, &params, nobody, known) < 1);
    }
}

static void patience_trains_it_by_a_tenth_a_week(void **state)
{
    (void)state;
    struct params params = params_now();
    struct burst burst = {0};
    live(&burst, &params, 20, 100);
    double before = burst.windows[0].usual;
    for (uint32_t day = 0; day < 28; day++) {
        look(&burst, (200 + day) * DAY_US, 1, 5000);
        burst_minute(&burst);
        burst_close(&burst, &params, true, 21 + day);
    }
    assert_true(burst.windows[0].usual < before * pow(1.1, 4) + 1);
    before = burst.windows[0].usual;
    look(&burst, 300 * DAY_US, 1, 5000);
    burst_close(&burst, &params, false, 60); /* a day with an alert teaches nothing */
    assert_true(burst.windows[0].usual == before && burst.windows[0].people == 0);
}

static void without_a_habit_the_peers_count(void **state)
{
    (void)state;
    struct params params = params_now();
    struct burst burst = {0};
    const double peers[BURST_WINDOWS] = {4, 20};
    look(&burst, DAY_US, 1, 100);
    assert_true(burst_score(&burst, &params, nobody, (struct burst_of){0, false}) == 0);
    assert_true(burst_score(&burst, &params, peers, (struct burst_of){0, false}) > 1);
    double once = burst_score(&burst, &params, peers, (struct burst_of){0, true});
    assert_true(once < burst_score(&burst, &params, peers, (struct burst_of){0, false}));
    burst_accept(&burst);
    burst_calm(&burst);
    look(&burst, 2 * DAY_US, 1, 100);
    assert_true(burst_score(&burst, &params, nobody, known) < 0.5); /* that is its work, people said */
}

/* Held against counts made plainly: whatever hours are passed over, days are closed, or minutes fall together. */
static void hours_are_what_was_seen_in_them(void **state)
{
    (void)state;
    struct params params = params_now();
    PROPERTY(50, rng) {
        struct burst burst = {0};
        uint32_t plain[500] = {0}, told[HOURS_KEPT];
        bool sure[500] = {0};
        int64_t hour = 0;
        const int64_t first = 480000;
        while (hour < 380) {
            uint32_t people = (uint32_t)prop_below(&rng, 60);
            look(&burst, (first + hour) * HOUR_US + (int64_t)prop_below(&rng, 59) * MINUTE_US,
                 (uint64_t)hour * 1000 + 1, people);
            bool minute = prop_below(&rng, 2) == 0; /* else what is surely new alone is counted */
            if (minute) burst_minute(&burst);
            sure[hour] = minute;
            plain[hour] = people;
            if (prop_below(&rng, 20) == 0) burst_close(&burst, &params, true, 9);
            hour += 1 + (int64_t)prop_below(&rng, prop_below(&rng, 10) == 0 ? 70 : 4);
        }
        burst_minute(&burst);
        burst_calm(&burst);
        hours_get(&burst.hours, first + hour, told);
        for (int64_t i = 0; i < HOURS_KEPT; i++) {
            int64_t at = hour - (HOURS_KEPT - 1) + i;
            uint32_t within = 1 + plain[at] / 8;
            assert_true(told[i] <= plain[at] + within);
            assert_true(!sure[at] || told[i] + within >= plain[at]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_as_the_formula_says),
        cmocka_unit_test(a_thief_is_found_within_the_look),
        cmocka_unit_test(windows_are_by_the_clock),
        cmocka_unit_test(a_sale_is_no_burst),
        cmocka_unit_test(patience_trains_it_by_a_tenth_a_week),
        cmocka_unit_test(without_a_habit_the_peers_count),
        cmocka_unit_test(hours_are_what_was_seen_in_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

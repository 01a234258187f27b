/* When readers of one role that were stopped stop all of it. */
#include "prop.h"

#include "watch/policy.h"
#include "watch/together.h"

#define NOW (20600 * DAY_US)

static struct params params;

static struct breaker stopped_by(unsigned detector, int64_t ago_us)
{
    return (struct breaker){
        .state = BREAKER_OPEN, .since_us = NOW - ago_us, .detector = detector, .trips = 1};
}

static double score_of(const struct breaker *role, const struct breaker *readers, size_t count)
{
    struct together together = together_begin(&params, role, NOW);
    for (size_t i = 0; i < count; i++) together_count(&together, &readers[i]);
    return together_score(&together);
}

static void three_in_a_day_are_enough_and_two_by_a_canary(void **state)
{
    (void)state;
    const struct breaker burst = stopped_by(DETECTOR_BURST, HOUR_US);
    const struct breaker canary = stopped_by(DETECTOR_CANARY, HOUR_US);
    const struct breaker three[] = {burst, burst, burst}, two[] = {canary, canary}, mixed[] = {canary, burst};
    assert_true(score_of(NULL, three, 2) < 1);
    assert_true(score_of(NULL, three, 3) >= 1);
    assert_true(score_of(NULL, two, 1) < 1);
    assert_true(score_of(NULL, two, 2) >= 1);
    assert_true(score_of(NULL, mixed, 2) < 1);
}

static void who_was_stopped_long_ago_by_people_or_looks_again_does_not_count(void **state)
{
    (void)state;
    static const enum breaker_state others[] = {BREAKER_CLOSED, BREAKER_SLOWED, BREAKER_HALF_OPEN};
    struct breaker readers[3];
    for (size_t i = 0; i < COUNT_OF(readers); i++) readers[i] = stopped_by(DETECTOR_BURST, DAY_US);
    assert_true(score_of(NULL, readers, 3) >= 1); /* the last moment of the day */
    readers[0] = stopped_by(DETECTOR_BURST, DAY_US + 1);
    assert_true(score_of(NULL, readers, 3) < 1);
    readers[0] = stopped_by(0, 0);
    assert_true(score_of(NULL, readers, 3) < 1);
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        readers[0] = stopped_by(DETECTOR_BURST, 0);
        readers[0].state = others[i];
        assert_true(score_of(NULL, readers, 3) < 1);
    }
}

static void after_a_reset_those_before_are_forgiven_and_one_more_is_enough(void **state)
{
    (void)state;
    const struct breaker before[] = {
        stopped_by(DETECTOR_BURST, 3 * HOUR_US), stopped_by(DETECTOR_BURST, 3 * HOUR_US),
        stopped_by(DETECTOR_BURST, 3 * HOUR_US), stopped_by(DETECTOR_BURST, HOUR_US)};
    struct breaker role = {.state = BREAKER_HALF_OPEN, .since_us = NOW - 2 * HOUR_US, .trips = 1};
    assert_true(score_of(&role, before, 3) == 0);
    assert_true(score_of(&role, before, 4) >= 1);
    role.state = BREAKER_CLOSED;
    assert_true(score_of(&role, before, 4) > 0 && score_of(&role, before, 4) < 1);
}

static void it_stops_the_role_under_every_policy_and_can_be_switched_off(void **state)
{
    (void)state;
    const struct breaker burst = stopped_by(DETECTOR_BURST, HOUR_US);
    const struct finding last = {.detector = DETECTOR_BURST, .reader = 7, .at_us = NOW, .people = 30};
    struct together together = together_begin(&params, NULL, NOW);
    for (int i = 0; i < 3; i++) together_count(&together, &burst);
    const struct finding all = together_finding(&together, 9, &last);
    assert_true(all.reader == 9 && all.detector == DETECTOR_ROLE && all.times == 3 && all.people == 30);
    assert_true(all.trips && !all.few && all.at_us == NOW && policy_heeds(all.detector));
    for (enum stance stance = STANCE_DEFAULT; stance < STANCES; stance++) {
        struct breaker role = {0};
        struct breaker_policy policy;
        policy_of(&params, &(struct standing){.stance = stance}, &policy);
        assert_true(breaker_finding(&policy, &role, &all));
        assert_int_equal(role.state, BREAKER_OPEN);
    }
    struct params none = params;
    none.at[PARAM_ROLE_READERS] = 0;
    together = together_begin(&none, NULL, NOW);
    for (int i = 0; i < 100; i++) together_count(&together, &burst);
    assert_true(together_score(&together) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_in_a_day_are_enough_and_two_by_a_canary),
        cmocka_unit_test(who_was_stopped_long_ago_by_people_or_looks_again_does_not_count),
        cmocka_unit_test(after_a_reset_those_before_are_forgiven_and_one_more_is_enough),
        cmocka_unit_test(it_stops_the_role_under_every_policy_and_can_be_switched_off),
    };
    params_default(&params);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

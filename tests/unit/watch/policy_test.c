/* What a finding may do: by a role's stance, the shop's age and its size. */
#include "prop.h"

#include "watch/policy.h"

enum { YOUNG = 6, OLD = 7, SMALL = 150, LARGE = 151 };

static void does_what_the_table_says(void **state)
{
    (void)state;
    static const struct {
        struct standing standing;
        enum stance want;
    } cases[] = {
        {{STANCE_DEFAULT, false, LARGE, OLD * DAY_US}, STANCE_TRIP},
        {{STANCE_DEFAULT, false, LARGE, YOUNG * DAY_US}, STANCE_ALERT},
        {{STANCE_DEFAULT, false, SMALL, OLD * DAY_US}, STANCE_ALERT},
        {{STANCE_DEFAULT, true, LARGE, OLD * DAY_US}, STANCE_ALERT},
        {{STANCE_ALERT, false, LARGE, OLD * DAY_US}, STANCE_ALERT},
        {{STANCE_SLOW, false, SMALL, 0}, STANCE_SLOW},
        {{STANCE_TRIP, true, SMALL, 0}, STANCE_TRIP},
        {{STANCE_DEFAULT, false, LARGE, -DAY_US}, STANCE_ALERT}, /* a clock that was set back */
    };
    struct params params;
    params_default(&params);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (stance_of(&params, &cases[i].standing) != cases[i].want) fail_msg("case %zu", i);
    }
}

static enum breaker_state after(enum stance stance, struct finding finding)
{
    struct params params;
    struct breaker_policy policy;
    struct breaker breaker = {0};
    params_default(&params);
    policy_of(&params, &(struct standing){.stance = stance}, &policy);
    (void)breaker_finding(&policy, &breaker, &finding);
    return breaker.state;
}

static void a_canary_stops_whatever_the_stance_and_few_people_nobody(void **state)
{
    (void)state;
    for (enum stance stance = STANCE_DEFAULT; stance < STANCES; stance++) {
        struct finding canary = {DETECTOR_CANARY, 1, DAY_US, 1, 1, 1, true, false};
        struct finding few = {DETECTOR_ENUMERATION, 1, DAY_US, 19, 1, 2, false, true};
        assert_int_equal(after(stance, canary), BREAKER_OPEN);
        assert_int_equal(after(stance, few), BREAKER_CLOSED);
    }
    struct finding many = {DETECTOR_ENUMERATION, 1, DAY_US, 20, 1, 2, true, false};
    assert_int_equal(after(STANCE_ALERT, many), BREAKER_CLOSED);
    assert_int_equal(after(STANCE_SLOW, many), BREAKER_SLOWED);
    assert_int_equal(after(STANCE_TRIP, many), BREAKER_OPEN);
}

static void looser_is_not_within_stricter(void **state)
{
    (void)state;
    static const enum stance order[] = {STANCE_ALERT, STANCE_SLOW, STANCE_DEFAULT, STANCE_TRIP};
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        for (size_t j = 0; j < COUNT_OF(order); j++)
            assert_int_equal(stance_within(order[i], false, order[j], false), i >= j);
    }
    assert_false(stance_within(STANCE_DEFAULT, true, STANCE_SLOW, true)); /* of an admin it only alerts */
    assert_true(stance_within(STANCE_ALERT, true, STANCE_DEFAULT, true));
}

static void is_found_by_its_name(void **state)
{
    (void)state;
    for (enum stance stance = STANCE_DEFAULT; stance < STANCES; stance++) {
        enum stance found = STANCES;
        assert_true(stance_by_name(slice_text(stance_name(stance)), &found));
        assert_int_equal(found, stance);
    }
    enum stance found = STANCES;
    assert_true(stance_by_name((struct slice){0}, &found));
    assert_int_equal(found, STANCE_DEFAULT);
    assert_false(stance_by_name(SLICE_TEXT("loud"), &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(does_what_the_table_says),
        cmocka_unit_test(a_canary_stops_whatever_the_stance_and_few_people_nobody),
        cmocka_unit_test(looser_is_not_within_stricter),
        cmocka_unit_test(is_found_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

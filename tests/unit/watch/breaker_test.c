#include "prop.h"

#include "watch/breaker.h"

static struct breaker_policy policy_now(void)
{
    struct params params;
    struct breaker_policy policy;
    params_default(&params);
    breaker_policy_default(&params, &policy);
    return policy;
}

static struct finding finding_of(enum detector detector, bool trips, int64_t at_us)
{
    return (struct finding){
        .detector = detector, .reader = 1, .at_us = at_us, .times = 1, .score = 1, .trips = trips};
}

/* What happens to a breaker in a state: the whole machine, as a table. */
static void moves_as_the_table_says(void **state)
{
    (void)state;
    enum act { HIGH, LOW, TRIP, PEOPLE_TRIP, RESET, QUIET };
    static const struct {
        enum breaker_state from;
        enum act act;
        enum breaker_state to;
    } cases[] = {
        {BREAKER_CLOSED, HIGH, BREAKER_SLOWED},     {BREAKER_CLOSED, LOW, BREAKER_CLOSED},
        {BREAKER_CLOSED, TRIP, BREAKER_OPEN},       {BREAKER_CLOSED, PEOPLE_TRIP, BREAKER_OPEN},
        {BREAKER_CLOSED, RESET, BREAKER_CLOSED},    {BREAKER_CLOSED, QUIET, BREAKER_CLOSED},
        {BREAKER_SLOWED, HIGH, BREAKER_SLOWED},     {BREAKER_SLOWED, LOW, BREAKER_SLOWED},
        {BREAKER_SLOWED, TRIP, BREAKER_OPEN},       {BREAKER_SLOWED, PEOPLE_TRIP, BREAKER_OPEN},
        {BREAKER_SLOWED, RESET, BREAKER_CLOSED},    {BREAKER_SLOWED, QUIET, BREAKER_CLOSED},
        {BREAKER_OPEN, HIGH, BREAKER_OPEN},         {BREAKER_OPEN, LOW, BREAKER_OPEN},
        {BREAKER_OPEN, TRIP, BREAKER_OPEN},         {BREAKER_OPEN, PEOPLE_TRIP, BREAKER_OPEN},
        {BREAKER_OPEN, RESET, BREAKER_HALF_OPEN},   {BREAKER_OPEN, QUIET, BREAKER_OPEN},
        {BREAKER_HALF_OPEN, HIGH, BREAKER_OPEN},    {BREAKER_HALF_OPEN, LOW, BREAKER_OPEN},
        {BREAKER_HALF_OPEN, TRIP, BREAKER_OPEN},    {BREAKER_HALF_OPEN, PEOPLE_TRIP, BREAKER_OPEN},
        {BREAKER_HALF_OPEN, RESET, BREAKER_CLOSED}, {BREAKER_HALF_OPEN, QUIET, BREAKER_CLOSED},
    };
    struct breaker_policy policy = policy_now();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct breaker breaker = {.state = cases[i].from, .since_us = DAY_US, .last_us = DAY_US};
        struct finding finding = {0};
        bool moved = false;
        switch (cases[i].act) {
        case HIGH:
        case LOW:
        case TRIP:
            finding = finding_of(cases[i].act == LOW ? DETECTOR_RIDING : DETECTOR_COVERAGE,
                                 cases[i].act == TRIP, 2 * DAY_US);
            moved = breaker_finding(&policy, &breaker, &finding);
            break;
        case PEOPLE_TRIP:
            moved = breaker_trip(&breaker, 2 * DAY_US);
            break;
        case RESET:
            moved = breaker_reset(&breaker, 2 * DAY_US);
            break;
        case QUIET:
            moved = breaker_minute(&policy, &breaker, 2 * DAY_US);
            break;
        }
        if (breaker.state != cases[i].to) fail_msg("case %zu: %s", i, breaker_state_name(breaker.state));
        assert_int_equal(moved, cases[i].from != cases[i].to);
        assert_true(!moved || breaker.since_us == 2 * DAY_US);
    }
}

static void findings_keep_a_slowed_one_slowed(void **state)
{
    (void)state;
    struct breaker_policy policy = policy_now();
    struct breaker breaker = {0};
    struct finding finding = finding_of(DETECTOR_COVERAGE, false, 0);
    assert_true(breaker_finding(&policy, &breaker, &finding));
    for (int64_t hour = 1; hour < 10; hour++) {
        finding.at_us = hour * HOUR_US;
        assert_false(breaker_finding(&policy, &breaker, &finding));
        assert_false(breaker_minute(&policy, &breaker, hour * HOUR_US + 59 * MINUTE_US));
    }
    assert_false(breaker_minute(&policy, &breaker, 3 * HOUR_US)); /* a clock put back closes nothing */
    assert_false(breaker_minute(&policy, &breaker, 11 * HOUR_US - 1));
    assert_true(breaker_minute(&policy, &breaker, 11 * HOUR_US));
    assert_int_equal(breaker.state, BREAKER_CLOSED);
}

static void refuses_from_the_next_ask_on(void **state)
{
    (void)state;
    struct breaker_policy policy = policy_now();
    struct breaker breaker = {0};
    assert_false(breaker_ask(&policy, &breaker, 1000).refused);
    struct finding finding = finding_of(DETECTOR_CANARY, true, HOUR_US);
    assert_true(breaker_finding(&policy, &breaker, &finding));
    assert_true(breaker_ask(&policy, &breaker, 1).refused);
    assert_true(breaker_ask(&policy, &breaker, 0).refused);
    assert_true(breaker.trips == 1 && breaker.detector == DETECTOR_CANARY);
    assert_false(breaker_minute(&policy, &breaker, 1000 * DAY_US)); /* only people */
    policy.open_us = DAY_US;
    assert_false(breaker_minute(&policy, &breaker, DAY_US));
    assert_true(breaker_minute(&policy, &breaker, DAY_US + HOUR_US));
    assert_int_equal(breaker.state, BREAKER_HALF_OPEN);
}

static void half_open_lets_an_allowance_through(void **state)
{
    (void)state;
    struct breaker_policy policy = policy_now();
    PROPERTY(50, rng) {
        struct breaker breaker = {.state = BREAKER_HALF_OPEN};
        uint64_t through = 0;
        for (unsigned i = 0; i < 200; i++) {
            uint64_t people = prop_below(&rng, 6);
            bool fits = through + people <= policy.allowance;
            assert_int_equal(breaker_ask(&policy, &breaker, people).refused, !fits);
            if (fits) through += people;
            if (fits && prop_below(&rng, 3) == 0) {
                breaker_give_back(&breaker, people);
                through -= people;
            }
        }
        assert_true(breaker.used == through && through <= policy.allowance);
        assert_true(breaker_ask(&policy, &breaker, UINT64_MAX).refused);
        assert_int_equal(breaker_limit(&policy, &breaker, 1000), policy.allowance);
        assert_int_equal(breaker_limit(&policy, &breaker, 3), 3);
    }
}

static void a_slowed_one_waits_and_keeps_a_part(void **state)
{
    (void)state;
    struct breaker_policy policy = policy_now();
    struct breaker breaker = {.state = BREAKER_SLOWED};
    struct breaker_answer answer = breaker_ask(&policy, &breaker, 5);
    assert_true(!answer.refused && answer.delay_ms == 250);
    static const uint64_t limits[][2] = {{0, 0}, {1, 1}, {3, 1}, {100, 25}, {1000001, 250000}};
    for (size_t i = 0; i < COUNT_OF(limits); i++)
        assert_int_equal(breaker_limit(&policy, &breaker, limits[i][0]), limits[i][1]);
    policy.share = 1;
    assert_true(breaker_limit(&policy, &breaker, UINT64_MAX) == UINT64_MAX);
    breaker.state = BREAKER_OPEN;
    assert_int_equal(breaker_limit(&policy, &breaker, 100), 0);
    breaker.state = BREAKER_CLOSED;
    assert_int_equal(breaker_limit(&policy, &breaker, 100), 100);
}

static void a_policy_says_what_moves_it(void **state)
{
    (void)state;
    struct breaker_policy policy = policy_now();
    struct breaker breaker = {0};
    struct finding riding = finding_of(DETECTOR_RIDING, true, 1),
                   canary = finding_of(DETECTOR_CANARY, true, 2);
    policy.slows = policy.opens = 0;
    assert_false(breaker_finding(&policy, &breaker, &canary));
    policy.opens = SEVERITY_HIGH;
    assert_false(breaker_finding(&policy, &breaker, &riding));
    policy.slows = SEVERITY_CRITICAL;
    assert_true(breaker_finding(&policy, &breaker, &riding) && breaker.state == BREAKER_SLOWED);
    assert_true(breaker_finding(&policy, &breaker, &canary) && breaker.state == BREAKER_OPEN);
}

static void comes_back_from_its_text(void **state)
{
    (void)state;
    struct breaker fixed = {BREAKER_HALF_OPEN, 1767225600000000, -5, DETECTOR_SLOW_RISE, 3, 17}, back = {0};
    SCOPED(buf_done) struct buf text = {0};
    breaker_put(&text, &fixed);
    assert_true(
        slice_is(buf_slice(&text), "half_open since=1767225600000000 last=-5 by=slow_rise trips=3 used=17"));
    PROPERTY(300, rng) {
        struct breaker one = {(enum breaker_state)prop_below(&rng, 4),
                              (int64_t)prop_u64(&rng) >> prop_below(&rng, 64),
                              (int64_t)prop_u64(&rng) >> prop_below(&rng, 64),
                              (unsigned)prop_below(&rng, DETECTORS_END),
                              (uint32_t)prop_u64(&rng),
                              prop_u64(&rng) >> (1 + prop_below(&rng, 63))};
        buf_clear(&text);
        breaker_put(&text, &one);
        assert_true(text.len <= BREAKER_TEXT_MAX);
        if (one.since_us == INT64_MIN || one.last_us == INT64_MIN) continue;
        assert_ok(breaker_get(buf_slice(&text), &back));
        assert_true(back.state == one.state && back.since_us == one.since_us && back.last_us == one.last_us &&
                    back.detector == one.detector && back.trips == one.trips && back.used == one.used);
        struct breaker before = back;
        text.at[prop_below(&rng, text.len)] = (uint8_t)prop_u64(&rng);
        text.len -= prop_below(&rng, 3) == 0;
        if (breaker_get(buf_slice(&text), &back).code == CODE_OK) { /* then it is another state's text */
            SCOPED(buf_done) struct buf again = {0};
            breaker_put(&again, &back);
            assert_true(slice_equal(buf_slice(&again), buf_slice(&text)));
        } else {
            assert_memory_equal(&before, &back, sizeof back);
        }
    }
}

static void refuses_other_texts(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "closed",
        "ajar since=0 last=0 by=none trips=0 used=0",
        "open since=00 last=0 by=none trips=0 used=0",
        "open since=-0 last=0 by=none trips=0 used=0",
        "open since=0 last=0 by=nobody trips=0 used=0",
        "open since=0 last=0 by=none trips=0 used=-1",
        "open since=0 last=0 by=none trips=4294967296 used=0",
        "open since=9223372036854775808 last=0 by=none trips=0 used=0",
        "open since=0 last=0 by=none trips=0 used=0 ",
        "open  since=0 last=0 by=none trips=0 used=0",
        "open last=0 since=0 by=none trips=0 used=0",
    };
    struct breaker breaker = {0};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (breaker_get(slice_text(texts[i]), &breaker).code != CODE_INVALID) fail_msg("%s", texts[i]);
    }
    assert_ok(breaker_get(SLICE_TEXT("open since=0 last=0 by=none trips=0 used=0"), &breaker));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_as_the_table_says),
        cmocka_unit_test(findings_keep_a_slowed_one_slowed),
        cmocka_unit_test(refuses_from_the_next_ask_on),
        cmocka_unit_test(half_open_lets_an_allowance_through),
        cmocka_unit_test(a_slowed_one_waits_and_keeps_a_part),
        cmocka_unit_test(a_policy_says_what_moves_it),
        cmocka_unit_test(comes_back_from_its_text),
        cmocka_unit_test(refuses_other_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

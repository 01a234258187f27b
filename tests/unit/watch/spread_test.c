/* How many different members each group has within an hour, against a naive count. */
#include "prop.h"

#include "watch/spread.h"

static void agrees_with_a_naive_count(void **state)
{
    (void)state;
    enum { GROUPS = 9, MEMBERS = 12 };
    PROPERTY(100, rng) {
        SCOPED(spread_free) struct spread *spread = NULL;
        bool seen[GROUPS][MEMBERS] = {{false}};
        uint64_t groups = 0, most = 0, want_groups = 0, want_most = 0;
        int64_t now_us = (int64_t)prop_below(&rng, 1000) * HOUR_US + 5;
        assert_ok(spread_new(&spread));
        for (size_t i = prop_below(&rng, 150); i > 0; i--) {
            size_t group = prop_below(&rng, GROUPS), member = prop_below(&rng, MEMBERS);
            spread_add(spread, now_us, group, member);
            seen[group][member] = true;
        }
        for (size_t group = 0; group < GROUPS; group++) {
            uint64_t members = 0;
            for (size_t member = 0; member < MEMBERS; member++) members += seen[group][member];
            want_groups += members > 0;
            if (members > want_most) want_most = members;
        }
        spread_now(spread, now_us, &groups, &most);
        assert_int_equal(groups, want_groups);
        assert_int_equal(most, want_most);
        spread_now(spread, now_us + HOUR_US, &groups, &most);
        assert_int_equal(groups + most, 0); /* another hour */
        spread_add(spread, now_us + HOUR_US, 1, 1);
        spread_now(spread, now_us + HOUR_US, &groups, &most);
        assert_int_equal(groups, 1);
        assert_int_equal(most, 1);
    }
}

static void stops_counting_at_its_bound(void **state)
{
    (void)state;
    SCOPED(spread_free) struct spread *spread = NULL;
    uint64_t groups = 0, most = 0;
    assert_ok(spread_new(&spread));
    for (uint64_t i = 0; i < SPREAD_PAIRS_MAX + 100; i++) spread_add(spread, 0, i, 7);
    spread_now(spread, 0, &groups, &most);
    assert_int_equal(groups, SPREAD_PAIRS_MAX);
    assert_int_equal(most, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_naive_count),
        cmocka_unit_test(stops_counting_at_its_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

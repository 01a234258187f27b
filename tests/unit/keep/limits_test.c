/* How many people somebody may look at: by the shop's size, by the role, by a budget of its own. */
#include "keep/access/limits.h"

#include "prop.h"

static const struct role service, people = {.reason = true},
                                  granted = {.acts = 1U << ACT_REVEAL, .grant = true},
                                  customers_self = {.acts = 1U << ACT_REVEAL, .pass = true};

/* The table of docs/budgets.md. */
static void a_day_goes_by_the_size_of_the_shop(void **state)
{
    (void)state;
    static const struct {
        uint64_t customers, service, people, granted, self;
    } rows[] = {
        {0, 150, 50, 150, 300},
        {10, 150, 50, 150, 300},
        {50, 150, 50, 150, 300},
        {100, 150, 25, 150, 300},
        {300, 75, 20, 75, 300},
        {800, 32, 20, 80, 240},
        {5000, 200, 100, 500, 1500},
        {20000, 800, 200, 2000, 6000},
        {100000, 4000, 200, 5000, 30000},
        {1000000, 40000, 200, 5000, 100000},
        {34000000, 100000, 200, 5000, 100000},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(limits_of_role(&service, rows[i].customers).at[WINDOW_DAY], rows[i].service);
        assert_int_equal(limits_of_role(&people, rows[i].customers).at[WINDOW_DAY], rows[i].people);
        assert_int_equal(limits_of_role(&granted, rows[i].customers).at[WINDOW_DAY], rows[i].granted);
        assert_int_equal(limits_of_role(&customers_self, rows[i].customers).at[WINDOW_DAY], rows[i].self);
    }
}

static void from_800_customers_on_one_key_sees_less_than_5_in_100_a_day(void **state)
{
    (void)state;
    for (uint64_t customers = 800; customers < 100000000; customers += customers / 7 + 1) {
        assert_true(limits_of_role(&service, customers).at[WINDOW_DAY] * 20 < customers);
        assert_true(limits_of_role(&people, customers).at[WINDOW_DAY] * 20 < customers);
    }
}

static void windows_go_with_the_day(void **state)
{
    (void)state;
    static const struct limits want[] = {
        {{7, 7, 7, 70}}, {{300, 300, 400, 4000}}, {{2000, 5000, 10000, 100000}}};
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        struct limits got = limits_of_day(want[i].at[WINDOW_DAY]);
        assert_memory_equal(&got, &want[i], sizeof got);
    }
    assert_int_equal(limits_of_day(UINT64_MAX).at[WINDOW_MONTH], UINT64_MAX);
}

static void what_a_role_says_holds_as_it_is(void **state)
{
    (void)state;
    struct role role = {.limits = {{0, 0, 5000, 0}}};
    assert_int_equal(limits_of_role(&role, 10).at[WINDOW_DAY], 5000);
    assert_int_equal(limits_of_role(&role, 10).at[WINDOW_HOUR], 2500);
    role.limits = (struct limits){{3, 0, 0, 9}};
    struct limits got = limits_of_role(&role, 800);
    assert_memory_equal(&got, (&(struct limits){{3, 32, 32, 9}}), sizeof got);
}

static void what_stands_above_a_reader_is_wider_in_every_window(void **state)
{
    (void)state;
    PROPERTY(500, rng) {
        uint64_t customers = prop_u64(&rng) >> (20 + prop_below(&rng, 44));
        struct role role = {.limits = {{0, prop_below(&rng, 50), prop_below(&rng, 5000), 0}}};
        struct limits own = limits_of_role(&role, customers);
        for (int scope = BUDGET_HOLDER; scope <= BUDGET_SHOP; scope++) {
            struct limits above = limits_of_scope((enum budget_scope)scope, &own, customers);
            assert_true(limits_within(&own, &above));
        }
        struct limits role_above = limits_of_scope(BUDGET_ROLE, &own, customers),
                      shop_above = limits_of_scope(BUDGET_SHOP, &own, customers);
        assert_true(limits_within(&role_above, &shop_above));
    }
}

static void a_budget_of_its_own_stands_in_the_place_of_a_window(void **state)
{
    (void)state;
    struct budget_row rows[] = {{1, BUDGET_ROLE, 3, {{0, 0, 8, 0}}}, {2, BUDGET_SHOP, 0, {{5, 0, 0, 6}}}};
    const struct access access = {.budgets = rows, .budget_count = COUNT_OF(rows)};
    struct limits base = {{1, 2, 3, 4}};
    struct limits got = limits_put(&access, BUDGET_ROLE, 3, base);
    assert_memory_equal(&got, (&(struct limits){{1, 2, 8, 4}}), sizeof got);
    got = limits_put(&access, BUDGET_SHOP, 0, base);
    assert_memory_equal(&got, (&(struct limits){{5, 2, 3, 6}}), sizeof got);
    got = limits_put(&access, BUDGET_ROLE, 4, base);
    assert_memory_equal(&got, &base, sizeof got);
}

static void a_role_of_fewer_people_is_within_one_of_more(void **state)
{
    (void)state;
    struct role small = {.limits = {{0, 0, 10, 0}}}, by_size = {0},
                some = {.classes = {[CLASS_IDENTITY] = 5}}, fewer = {.classes = {[CLASS_IDENTITY] = 4}};
    assert_true(role_within(&small, &by_size, 800)); /* 10 of 32 */
    assert_false(role_within(&by_size, &small, 800));
    assert_true(role_within(&fewer, &some, 800));
    assert_false(role_within(&some, &fewer, 800));
    assert_false(role_within(&by_size, &some, 800)); /* it has no limit for that class */
    assert_true(role_within(&some, &by_size, 800));
}

static void a_network_is_an_ipv4_address_or_an_ipv6_block(void **state)
{
    (void)state;
    const uint8_t four[NETWORK_BYTES] = {[10] = 0xff, 0xff, 192, 0, 2, 7},
                  other[NETWORK_BYTES] = {[10] = 0xff, 0xff, 192, 0, 2, 8};
    const uint8_t six[NETWORK_BYTES] = {0x20, 1, 0xd, 0xb8, [15] = 1},
                  same[NETWORK_BYTES] = {0x20, 1, 0xd, 0xb8, [9] = 7};
    const uint8_t loopback[NETWORK_BYTES] = {[15] = 1}, here[NETWORK_BYTES] = {0};
    assert_true(network_id(four) != network_id(other));
    assert_true(network_id(six) == network_id(same));
    assert_int_equal(network_id(loopback), 1);
    assert_int_equal(network_id(here), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_goes_by_the_size_of_the_shop),
        cmocka_unit_test(from_800_customers_on_one_key_sees_less_than_5_in_100_a_day),
        cmocka_unit_test(windows_go_with_the_day),
        cmocka_unit_test(what_a_role_says_holds_as_it_is),
        cmocka_unit_test(what_stands_above_a_reader_is_wider_in_every_window),
        cmocka_unit_test(a_budget_of_its_own_stands_in_the_place_of_a_window),
        cmocka_unit_test(a_role_of_fewer_people_is_within_one_of_more),
        cmocka_unit_test(a_network_is_an_ipv4_address_or_an_ipv6_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

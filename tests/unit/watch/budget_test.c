#include "watch/budget.h"

#include "prop.h"

enum { READERS = 4, SUBJECTS = 30, ASK_MAX = 6, STEPS = 400 };

/* The same said naively: who saw whom on their day, with every state of the past kept for undoing. */
struct naive {
    int64_t day[READERS];
    bool seen[READERS][SUBJECTS];
};

static uint64_t seen_count(const struct naive *naive, size_t reader)
{
    uint64_t count = 0;
    for (size_t i = 0; i < SUBJECTS; i++) count += naive->seen[reader][i];
    return count;
}

static bool naive_reserve(struct naive *naive, size_t reader, int64_t now_us, uint64_t limit,
                          const uint64_t *subjects, size_t count)
{
    if (naive->day[reader] < now_us / DAY_US) {
        naive->day[reader] = now_us / DAY_US;
        memset(naive->seen[reader], 0, sizeof naive->seen[reader]);
    }
    struct naive before = *naive;
    bool fresh = false;
    for (size_t i = 0; i < count; i++) {
        fresh = fresh || !naive->seen[reader][subjects[i]];
        naive->seen[reader][subjects[i]] = true;
    }
    if (!fresh || seen_count(naive, reader) <= limit) return true;
    *naive = before;
    return false;
}

static void agrees_with_a_naive_count(void **state)
{
    (void)state;
    PROPERTY(60, rng) {
        struct budgets *budgets = NULL;
        struct naive naive = {{0}}, committed;
        int64_t now_us = 20000 * DAY_US;
        assert_ok(budgets_new(&budgets));
        committed = naive;
        for (int step = 0; step < STEPS; step++) {
            uint64_t subjects[ASK_MAX], limit = prop_below(&rng, SUBJECTS);
            size_t reader = prop_below(&rng, READERS), count = prop_below(&rng, ASK_MAX + 1);
            for (size_t i = 0; i < count; i++) subjects[i] = prop_below(&rng, SUBJECTS);
            size_t mark = budget_mark(budgets);
            struct naive before = naive;
            struct result got = budget_reserve(budgets, reader + 10, now_us, limit, subjects, count);
            bool want = naive_reserve(&naive, reader, now_us, limit, subjects, count);
            assert_int_equal(got.cause, want ? CAUSE_OK : CAUSE_BUDGET_DAY);
            if (want && naive.day[reader] == before.day[reader] &&
                prop_below(&rng, 8) == 0) { /* the ask failed */
                budget_undo(budgets, mark);
                naive = before;
            }
            assert_int_equal(budget_used(budgets, reader + 10, now_us), seen_count(&naive, reader));
            if (prop_below(&rng, 10) > 0) continue;
            if (prop_below(&rng, 4) == 0) { /* the batch failed */
                budget_undo(budgets, 0);
                naive = committed;
            } else {
                budget_settle(budgets);
            }
            /* a day turns between batches only, as a batch has one time */
            now_us += prop_below(&rng, 3) ? 0 : (int64_t)prop_below(&rng, 30) * HOUR_US;
            for (size_t i = 0; i < READERS;
                 i++) { /* everybody's day turns with the next look at the latest */
                (void)naive_reserve(&naive, i, now_us, 0, NULL, 0);
                (void)budget_used(budgets, i + 10, now_us);
            }
            committed = naive;
        }
        budgets_free(&budgets);
    }
}

static void the_last_one_is_in_and_one_more_is_out(void **state)
{
    (void)state;
    struct budgets *budgets = NULL;
    int64_t now_us = 20000 * DAY_US + 5;
    assert_ok(budgets_new(&budgets));
    for (uint64_t subject = 1; subject <= 200; subject++) {
        assert_ok(budget_reserve(budgets, 7, now_us, 200, &subject, 1));
    }
    const uint64_t one_more = 201, known = 50, both[] = {50, 201};
    assert_code(CODE_SPENT, budget_reserve(budgets, 7, now_us, 200, &one_more, 1));
    assert_code(CODE_SPENT, budget_reserve(budgets, 7, now_us, 200, both, 2));
    assert_ok(budget_reserve(budgets, 7, now_us, 200, &known, 1)); /* whom it saw today it may see again */
    assert_ok(budget_reserve(budgets, 8, now_us, 200, &one_more, 1));
    assert_int_equal(budget_used(budgets, 7, now_us), 200);
    assert_ok(budget_reserve(budgets, 7, now_us + DAY_US, 200, &one_more, 1));
    assert_int_equal(budget_used(budgets, 7, now_us + DAY_US), 1);
    budgets_free(&budgets);
}

static void a_clock_put_back_refills_nothing(void **state)
{
    (void)state;
    struct budgets *budgets = NULL;
    int64_t now_us = 20000 * DAY_US;
    const uint64_t first = 1, second = 2;
    assert_ok(budgets_new(&budgets));
    assert_ok(budget_reserve(budgets, 7, now_us, 1, &first, 1));
    assert_code(CODE_SPENT, budget_reserve(budgets, 7, now_us - 1, 1, &second, 1));
    assert_code(CODE_SPENT, budget_reserve(budgets, 7, now_us - 30 * DAY_US, 1, &second, 1));
    budgets_free(&budgets);
}

static void what_the_ledger_says_of_today_is_put_back(void **state)
{
    (void)state;
    struct budgets *budgets = NULL;
    int64_t now_us = 20000 * DAY_US + 9 * HOUR_US;
    const uint64_t third = 3;
    assert_ok(budgets_new(&budgets));
    budget_restore(budgets, 7, now_us - 2 * HOUR_US, 1);
    budget_restore(budgets, 7, now_us - 1 * HOUR_US, 2);
    budget_restore(budgets, 7, now_us - 1 * HOUR_US, 1); /* sets of the hours overlap */
    assert_int_equal(budget_used(budgets, 7, now_us), 2);
    assert_code(CODE_SPENT, budget_reserve(budgets, 7, now_us, 2, &third, 1));
    budgets_free(&budgets);
}

static void says_when_it_refills(void **state)
{
    (void)state;
    static const struct {
        int64_t now_us;
        uint32_t want;
    } cases[] = {
        {20000 * DAY_US, 86401},
        {20000 * DAY_US + DAY_US - SECOND_US, 2},
        {20000 * DAY_US + DAY_US - 1, 1},
        {20000 * DAY_US + 12 * HOUR_US, 43201},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(budget_refill_s(cases[i].now_us), cases[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_naive_count),
        cmocka_unit_test(the_last_one_is_in_and_one_more_is_out),
        cmocka_unit_test(a_clock_put_back_refills_nothing),
        cmocka_unit_test(what_the_ledger_says_of_today_is_put_back),
        cmocka_unit_test(says_when_it_refills),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

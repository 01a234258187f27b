#include "watch/budget/budget.h"

#include "prop.h"

enum {
    METERS = 4,
    SUBJECTS = 60,
    ASK_MAX = 6,
    STEPS = 250,
    EVENTS_MAX = STEPS * ASK_MAX,
    MINUTES_DAY = 1440
};

/* The same said naively: every look with its minute. A subject counts in a window if a look lies in a live slot. */
struct naive {
    struct {
        uint64_t subject;
        uint32_t minute;
        unsigned meter;
    } looks[EVENTS_MAX * METERS];
    size_t count;
    int64_t time_us, clock_us;
};

static void naive_time(struct naive *naive, int64_t clock_us)
{
    int64_t went = clock_us - naive->clock_us;
    if (clock_us >= naive->time_us) {
        naive->time_us = clock_us;
    } else if (went > 0) {
        naive->time_us += went < MINUTE_US ? went : MINUTE_US;
    }
    naive->clock_us = clock_us;
}

/* Distinct subjects of a window at a minute, those of `more` included. */
static uint64_t naive_used(const struct naive *naive, unsigned meter, int window, uint32_t now,
                           const uint64_t *more, size_t more_count)
{
    static const uint32_t slots[] = {1, 60, 24, 30}, unit[] = {1, 1, 60, MINUTES_DAY};
    bool seen[SUBJECTS] = {false};
    uint64_t count = 0;
    for (size_t i = 0; i < naive->count; i++) {
        uint32_t age = now / unit[window] - naive->looks[i].minute / unit[window];
        if (naive->looks[i].meter == meter && age < slots[window]) seen[naive->looks[i].subject] = true;
    }
    for (size_t i = 0; i < more_count; i++) seen[more[i]] = true;
    for (size_t i = 0; i < SUBJECTS; i++) count += seen[i];
    return count;
}

static bool naive_fits(const struct naive *naive, const struct plan *plan, uint32_t now)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct charge *charge = &plan->charges[i];
        for (int window = 0; window < WINDOW_COUNT; window++) {
            uint64_t before = naive_used(naive, (unsigned)charge->id, window, now, NULL, 0);
            uint64_t after =
                naive_used(naive, (unsigned)charge->id, window, now, charge->subjects, charge->count);
            if (after > before && after > charge->limits.at[window]) return false;
        }
    }
    return true;
}

static void naive_look(struct naive *naive, const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct charge *charge = &plan->charges[i];
        for (size_t at = 0; at < charge->count; at++) {
            assert_true(naive->count < COUNT_OF(naive->looks));
            naive->looks[naive->count].subject = charge->subjects[at];
            naive->looks[naive->count].meter = (unsigned)charge->id;
            naive->looks[naive->count++].minute = (uint32_t)(naive->time_us / MINUTE_US);
        }
    }
}

/* Minutes, hours, days on; and back. */
static int64_t some_step(struct prop_rng *rng)
{
    static const int64_t units[] = {SECOND_US, MINUTE_US, HOUR_US, DAY_US};
    int64_t step = (int64_t)prop_below(rng, 40) * units[prop_below(rng, COUNT_OF(units))] +
                   (int64_t)prop_below(rng, SECOND_US);
    if (prop_below(rng, 3) == 0) step = 0;
    return prop_below(rng, 5) == 0 ? -step : step;
}

static enum cause cause_of(enum window window)
{
    static const enum cause causes[] = {CAUSE_BUDGET_MINUTE, CAUSE_BUDGET_HOUR, CAUSE_BUDGET_DAY,
                                        CAUSE_BUDGET_MONTH};
    return causes[window];
}

/* A refusal names a budget that is full, and the minute from which the ask would fit. */
static void refusal_holds(const struct naive *naive, const struct plan *plan,
                          const struct budget_refusal *refusal)
{
    const struct charge *charge = &plan->charges[refusal->id];
    uint32_t now = (uint32_t)(naive->time_us / MINUTE_US);
    uint64_t used = naive_used(naive, (unsigned)refusal->id, (int)refusal->window, now, NULL, 0);
    assert_int_equal(refusal->used, used);
    assert_int_equal(refusal->limit, charge->limits.at[refusal->window]);
    int64_t refills_us = refusal->refills_us + naive->time_us - naive->clock_us;
    assert_int_equal(refills_us % MINUTE_US, 0);
    assert_true(refills_us > naive->time_us);
    uint32_t then = (uint32_t)(refills_us / MINUTE_US);
    for (size_t i = 0; i < plan->count; i++) {
        for (int window = 0; window < WINDOW_COUNT; window++) {
            uint64_t limit = plan->charges[i].limits.at[window];
            if (plan->charges[i].count > limit) return; /* it never fits */
            if (naive_used(naive, (unsigned)plan->charges[i].id, window, now, NULL, 0) > limit)
                return; /* the limit was lowered: others who count again may be in the way by then */
        }
    }
    assert_true(naive_fits(naive, plan, then));
    assert_false(naive_fits(naive, plan, then - 1));
}

static void used_agrees(struct budgets *budgets, struct naive *naive, int64_t now_us)
{
    naive_time(naive, now_us);
    for (unsigned meter = 0; meter < METERS; meter++) {
        uint64_t used[WINDOW_COUNT];
        budget_used(budgets, BUDGET_READER, meter, now_us, used);
        for (int window = 0; window < WINDOW_COUNT; window++) {
            assert_int_equal(used[window], naive_used(naive, meter, window,
                                                      (uint32_t)(naive->time_us / MINUTE_US), NULL, 0));
        }
    }
}

static void charges_draw(struct prop_rng *rng, struct charge *charges, uint64_t (*subjects)[ASK_MAX])
{
    bool shared = prop_below(rng, 2) == 0;
    for (unsigned i = 0; i < METERS; i++) {
        charges[i] = (struct charge){.scope = BUDGET_READER, .id = i, .subjects = subjects[shared ? 0 : i]};
        charges[i].count = prop_below(rng, 4) == 0 ? 0 : 1 + prop_below(rng, ASK_MAX);
        for (size_t at = 0; at < ASK_MAX; at++) subjects[i][at] = prop_below(rng, SUBJECTS);
        for (int window = 0; window < WINDOW_COUNT; window++) {
            charges[i].limits.at[window] =
                prop_below(rng, 3) == 0 ? UINT64_MAX : 3 + prop_below(rng, 12 * (size_t)(window + 1));
        }
    }
}

static void agrees_with_sets_of_every_slot(void **state)
{
    (void)state;
    struct naive *naive = malloc(sizeof *naive), *committed = malloc(sizeof *committed);
    if (!naive || !committed) fail();
    PROPERTY(40, rng) {
        struct budgets *budgets = NULL;
        int64_t now_us = 20000 * DAY_US + (int64_t)prop_below(&rng, MINUTES_DAY) * MINUTE_US;
        memset(naive, 0, sizeof *naive);
        assert_ok(budgets_new(&budgets));
        budget_start(budgets, now_us, now_us);
        naive->time_us = naive->clock_us = now_us;
        *committed = *naive;
        for (int step = 0; step < STEPS; step++) {
            struct charge charges[METERS];
            uint64_t subjects[METERS][ASK_MAX];
            struct budget_refusal refusal = {0};
            charges_draw(&rng, charges, subjects);
            struct plan plan = {now_us, charges, METERS};
            size_t mark = budget_mark(budgets), before = naive->count;
            struct result got = budget_reserve(budgets, &plan, &refusal);
            naive_time(naive, now_us);
            bool want = naive_fits(naive, &plan, (uint32_t)(naive->time_us / MINUTE_US));
            assert_int_equal(got.cause, want ? CAUSE_OK : cause_of(refusal.window));
            if (!want) refusal_holds(naive, &plan, &refusal);
            if (want) naive_look(naive, &plan);
            if (want && prop_below(&rng, 8) == 0) { /* the ask failed */
                budget_undo(budgets, mark);
                naive->count = before;
            }
            used_agrees(budgets, naive, now_us);
            if (prop_below(&rng, 6) == 0) { /* the batch became durable, or came to nothing */
                bool durable = prop_below(&rng, 3) != 0;
                if (!durable) budget_undo(budgets, 0);
                if (!durable) naive->count = committed->count;
                budget_settle(budgets);
                *committed = *naive;
            }
            now_us += some_step(&rng);
            if (prop_below(&rng, 2) == 0) {
                budget_tick(budgets, now_us);
                naive_time(naive, now_us);
            }
            used_agrees(budgets, naive, now_us);
        }
        budgets_free(&budgets);
    }
    free(naive);
    free(committed);
}

/* A plan of one charge. */
static RESULT look(struct budgets *budgets, int64_t now_us, uint64_t limit_day, uint64_t subject,
                   struct budget_refusal *refusal)
{
    struct charge charge = {BUDGET_READER, 7, {{UINT64_MAX, UINT64_MAX, limit_day, UINT64_MAX}}, &subject, 1};
    struct plan plan = {now_us, &charge, 1};
    return budget_reserve(budgets, &plan, refusal);
}

static void the_last_one_is_in_and_one_more_is_out(void **state)
{
    (void)state;
    struct budgets *budgets = NULL;
    struct budget_refusal refusal = {0};
    int64_t now_us = 20000 * DAY_US;
    assert_ok(budgets_new(&budgets));
    for (uint64_t i = 0; i < 500; i++) assert_ok(look(budgets, now_us, 500, i * 40000, &refusal));
    assert_code(CODE_SPENT, look(budgets, now_us, 500, 7, &refusal));
    assert_ok(look(budgets, now_us, 500, 40000, &refusal)); /* who counts already may be seen again */
    assert_ok(look(budgets, now_us, 3, 40000, &refusal));   /* even when the limit was lowered */
    assert_code(CODE_SPENT, look(budgets, now_us, 3, 7, &refusal));
    assert_int_equal(refusal.used, 500);
    assert_int_equal(refusal.limit, 3);
    assert_int_equal(refusal.window, WINDOW_DAY);
    assert_int_equal(refusal.refills_us, now_us + DAY_US);
    assert_ok(look(budgets, refusal.refills_us, 3, 7, &refusal));
    budgets_free(&budgets);
}

static void all_budgets_or_none(void **state)
{
    (void)state;
    struct budgets *budgets = NULL;
    struct budget_refusal refusal = {0};
    const uint64_t subjects[] = {1, 2, 3};
    struct limits wide = {{9, 9, 9, 9}}, narrow = {{9, 2, 9, 9}};
    const struct charge charges[] = {{BUDGET_READER, 1, wide, subjects, 3},
                                     {BUDGET_NETWORK, 1, narrow, subjects, 3},
                                     {BUDGET_SHOP, 0, wide, subjects, 3}};
    struct plan plan = {20000 * DAY_US, charges, COUNT_OF(charges)};
    uint64_t used[WINDOW_COUNT];
    assert_ok(budgets_new(&budgets));
    assert_int_equal(budget_reserve(budgets, &plan, &refusal).cause, CAUSE_BUDGET_HOUR);
    assert_int_equal(refusal.scope, BUDGET_NETWORK);
    for (size_t i = 0; i < COUNT_OF(charges); i++) {
        budget_used(budgets, charges[i].scope, charges[i].id, plan.now_us, used);
        for (int window = 0; window < WINDOW_COUNT; window++) assert_int_equal(used[window], 0);
    }
    budgets_free(&budgets);
}

static void a_clock_put_back_refills_nothing(void **state)
{
    (void)state;
    struct budgets *budgets = NULL;
    struct budget_refusal refusal = {0};
    int64_t now_us = 20000 * DAY_US;
    assert_ok(budgets_new(&budgets));
    assert_ok(look(budgets, now_us, 1, 1, &refusal));
    assert_code(CODE_SPENT, look(budgets, now_us - 1, 1, 2, &refusal));
    assert_code(CODE_SPENT, look(budgets, now_us - 30 * DAY_US, 1, 2, &refusal));
    assert_code(CODE_SPENT, look(budgets, now_us, 1, 2, &refusal)); /* nor does it when it comes back */
    budgets_free(&budgets);
}

static void a_clock_that_was_far_ahead_holds_up_for_a_window_only(void **state)
{
    (void)state;
    struct budgets *budgets = NULL;
    struct budget_refusal refusal = {0};
    int64_t now_us = 20000 * DAY_US, minutes = 0;
    assert_ok(budgets_new(&budgets));
    assert_ok(look(budgets, now_us + 400 * DAY_US, 1, 1, &refusal));
    while (look(budgets, now_us + minutes * MINUTE_US, 1, 2, &refusal).code != CODE_OK) {
        assert_true(refusal.refills_us <= now_us + DAY_US + MINUTE_US);
        assert_true(++minutes <= MINUTES_DAY);
    }
    assert_int_equal(minutes, MINUTES_DAY);
    budgets_free(&budgets);
}

static void what_the_ledger_says_is_put_back(void **state)
{
    (void)state;
    struct budgets *budgets = NULL;
    struct budget_refusal refusal = {0};
    int64_t now_us = 20000 * DAY_US + 9 * HOUR_US;
    const uint64_t first = 1, second = 2, fourth = 4;
    uint64_t used[WINDOW_COUNT];
    assert_ok(budgets_new(&budgets));
    budget_start(budgets, now_us, now_us);
    budget_restore(budgets, BUDGET_READER, 7, now_us - HOUR_US, &second, 1);
    budget_restore(budgets, BUDGET_READER, 7, now_us, &first, 1);
    budget_restore(budgets, BUDGET_READER, 7, now_us - 2 * HOUR_US, &first,
                   1); /* an older look of the same */
    budget_restore(budgets, BUDGET_READER, 7, now_us - 29 * DAY_US, &fourth, 1);
    budget_restore(budgets, BUDGET_READER, 7, now_us - 31 * DAY_US, &(uint64_t){5}, 1);
    budget_used(budgets, BUDGET_READER, 7, now_us, used);
    assert_int_equal(used[WINDOW_MINUTE], 1);
    assert_int_equal(used[WINDOW_HOUR], 1);
    assert_int_equal(used[WINDOW_DAY], 2);
    assert_int_equal(used[WINDOW_MONTH], 3);
    assert_code(CODE_SPENT, look(budgets, now_us, 2, 3, &refusal));
    budgets_free(&budgets);
}

/* Many people, few of them twice, over months: memory stays that of 30 days, and the count stays right. */
static void what_no_window_holds_is_forgotten(void **state)
{
    (void)state;
    struct budgets *budgets = NULL;
    struct limits none = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    size_t most = 0;
    assert_ok(budgets_new(&budgets));
    for (uint64_t day = 0; day < 120; day++) {
        int64_t now_us = (20000 + (int64_t)day) * DAY_US;
        uint64_t used[WINDOW_COUNT];
        for (uint64_t i = 0; i < 3000; i++) {
            uint64_t subject = day * 3000 + i;
            struct charge charges[] = {{BUDGET_READER, 1, none, &subject, 1},
                                       {BUDGET_NETWORK, subject, none, &subject, 1}};
            struct plan plan = {now_us, charges, COUNT_OF(charges)};
            assert_ok(budget_reserve(budgets, &plan, &(struct budget_refusal){0}));
        }
        budget_settle(budgets);
        for (int minute = 0; minute < 3; minute++) budget_tick(budgets, now_us + minute * MINUTE_US);
        budget_used(budgets, BUDGET_READER, 1, now_us, used);
        assert_int_equal(used[WINDOW_DAY], 3000);
        assert_int_equal(used[WINDOW_MONTH], 3000 * (day < 30 ? day + 1 : 30));
        struct budget_size size = budget_size(budgets);
        if (day == 60) most = size.bytes;
        assert_true(size.meters <= 1 + 3 * 3000); /* networks of a day or two */
        assert_true(day < 61 || size.bytes <= most * 2);
    }
    budgets_free(&budgets);
}

/* No order of looks gets more people out of a plan than its reach says, and some order gets as many. */
static void nobody_sees_more_than_the_reach(void **state)
{
    (void)state;
    PROPERTY(60, rng) {
        struct budgets *budgets = NULL;
        struct charge charges[2];
        uint64_t subject = 0, seen[WINDOW_COUNT] = {0};
        assert_ok(budgets_new(&budgets));
        for (unsigned i = 0; i < 2; i++) {
            charges[i] = (struct charge){BUDGET_READER, i, {{0}}, &subject, 1};
            for (int window = 0; window < WINDOW_COUNT; window++)
                charges[i].limits.at[window] = 1 + prop_below(&rng, 20U << (unsigned)(2 * window));
        }
        struct plan plan = {20000 * DAY_US, charges, 2};
        const int64_t ends[] = {MINUTE_US, HOUR_US, DAY_US, METER_DAYS * DAY_US};
        for (int64_t past_us = 0; past_us < METER_DAYS * DAY_US; past_us += MINUTE_US) {
            plan.now_us = 20000 * DAY_US + past_us;
            while (budget_reserve(budgets, &plan, &(struct budget_refusal){0}).code == CODE_OK) {
                for (int window = 0; window < WINDOW_COUNT; window++) seen[window] += past_us < ends[window];
                subject++;
            }
        }
        for (int window = 0; window < WINDOW_COUNT; window++) {
            assert_true(seen[window] <= budget_reach(&plan, (enum window)window));
        }
        assert_int_equal(seen[WINDOW_MINUTE], budget_reach(&plan, WINDOW_MINUTE));
        assert_int_equal(seen[WINDOW_HOUR], budget_reach(&plan, WINDOW_HOUR));
        budgets_free(&budgets);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_sets_of_every_slot),
        cmocka_unit_test(the_last_one_is_in_and_one_more_is_out),
        cmocka_unit_test(all_budgets_or_none),
        cmocka_unit_test(a_clock_put_back_refills_nothing),
        cmocka_unit_test(a_clock_that_was_far_ahead_holds_up_for_a_window_only),
        cmocka_unit_test(what_the_ledger_says_is_put_back),
        cmocka_unit_test(what_no_window_holds_is_forgotten),
        cmocka_unit_test(nobody_sees_more_than_the_reach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Budgets: how many distinct subjects a reader, a holder, a network, a role and the whole shop may look at in a minute,
 * an hour, a day and 30 days, counted exactly and reserved before a record is opened, in all of them or in none.
 *
 * Plain numbers; knows nothing of roles. One thread: so nothing overshoots by one, whatever the order of asks. A
 * reservation of an ask or batch that came to nothing is undone by its mark. A minute (hour, day, month) here is the
 * present one and the 0 (59, 23, 29) slots before it, so 60 seconds that lie across two minutes may hold two minutes'
 * worth; an hour 61/60, a day 25/24, a month 31/30 of its limit. Main calls: budget_reserve(), budget_undo(). Example:
 *     size_t mark = budget_mark(budgets);  TRY(budget_reserve(budgets, &plan, &refusal));
 *
 * Time: budgets have a clock of their own that never goes back. A clock that is put back refills nothing, and one that
 * returns to where it was does not either. While the clock is behind, budgets' time goes on with it, by at most a
 * minute a call: so a clock that was far ahead holds a budget up for no longer than its window, if asks come.
 */
#ifndef AMN_WATCH_BUDGET_H
#define AMN_WATCH_BUDGET_H

#include "base/clock.h"
#include "base/set.h"
#include "watch/budget/meter.h"

/* Whose looks a meter counts. Stored in authority rows: never reuse a number. */
enum budget_scope {
    BUDGET_READER = 1,
    BUDGET_HOLDER,  /* a member of staff, by whatever key */
    BUDGET_NETWORK, /* kept for a day only: has no month */
    BUDGET_ROLE,
    BUDGET_SHOP,
    BUDGET_CLASS, /* of fields, under a reader */
    BUDGET_TRIES, /* distinct values that a reader tried in lookups; kept for a day only */
    BUDGET_SCOPES
};
const char *budget_scope_name(enum budget_scope scope);

/* Most distinct subjects of each window. UINT64_MAX: no limit. */
struct limits {
    uint64_t at[WINDOW_COUNT];
};

/* One meter that an ask counts against. */
struct charge {
    enum budget_scope scope;
    uint64_t id; /* 0 of the shop */
    struct limits limits;
    const uint64_t *subjects; /* below LASTS_SUBJECTS_MAX; repeats are fine */
    size_t count;
};

/* Everything that one ask counts against. */
struct plan {
    int64_t now_us;
    const struct charge *charges;
    size_t count;
};

/* Which budget refused: of several, the one that refills last. */
struct budget_refusal {
    enum budget_scope scope;
    enum window window;
    uint64_t id, limit, used; /* used: without the ask */
    int64_t refills_us; /* when there is room for this ask, unless it asks for more than `limit` at once */
};

struct budgets;

RESULT budgets_new(struct budgets **out);
void budgets_free(struct budgets **budgets);

/*
 * Count the subjects in every charge. SPENT (BUDGET_MINUTE, _HOUR, _DAY, _MONTH) when some window would hold more than
 * its limit and more than before: then nothing was counted anywhere, and `out` says which. People who count already
 * may be looked at again whatever the limit is now, and count on from now.
 * Cost: one subject over five charges 0.13 us where 20,000 people were looked at, 0.65 us where 34 million were.
 */
RESULT budget_reserve(struct budgets *budgets, const struct plan *plan, struct budget_refusal *out);

/* Where the journal of reservations stands; back to a mark; or forget the journal, as what it holds is durable. */
size_t budget_mark(const struct budgets *budgets);
void budget_undo(struct budgets *budgets, size_t mark);
void budget_settle(struct budgets *budgets);

/* Time goes on, and a part of what no window holds any more is forgotten: at most 1 ms of it. For a quiet moment. */
void budget_tick(struct budgets *budgets, int64_t now_us);

/* Distinct subjects of each window. */
void budget_used(struct budgets *budgets, enum budget_scope scope, uint64_t id, int64_t now_us,
                 uint64_t out[WINDOW_COUNT]);

/* At start: the time of budgets, no earlier than any look that is put back, and the clock; and looks of the past. */
void budget_start(struct budgets *budgets, int64_t time_us, int64_t clock_us);
void budget_restore(struct budgets *budgets, enum budget_scope scope, uint64_t id, int64_t at_us,
                    const uint64_t *subjects, size_t count);

/*
 * How many people the charges of a plan would let through in one window at the most, from nothing used: the least over
 * the charges, where a window holds no more than its limit, than the longer windows allow, and than its shorter ones
 * add up to. A charge with `count` 0 is of another kind of number, and passed over.
 */
uint64_t budget_reach(const struct plan *plan, enum window window);

struct budget_size {
    size_t meters, bytes;
};
struct budget_size budget_size(const struct budgets *budgets); /* a walk over all of it */

#endif

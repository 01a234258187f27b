/*
 * Budgets: how many distinct subjects a reader has looked at today (UTC), exactly, and the refusal beyond the limit.
 *
 * Plain numbers; knows nothing of roles. A reservation is made before a record is opened; those of an ask or a batch
 * that came to nothing are undone by their mark. Main calls: budget_reserve(), budget_undo(). Example:
 *     size_t mark = budget_mark(budgets);  TRY(budget_reserve(budgets, reader, now_us, limit, subjects, count));
 */
#ifndef AMN_WATCH_BUDGET_H
#define AMN_WATCH_BUDGET_H

#include "base/clock.h"

struct budgets;

RESULT budgets_new(struct budgets **out);
void budgets_free(struct budgets **budgets);

/*
 * Count `count` subjects (repeats are fine) against the reader's day.
 * SPENT (BUDGET_DAY) when the day's distinct subjects would exceed `limit`: then nothing was counted.
 * Cost: about 50 ns a subject.
 */
RESULT budget_reserve(struct budgets *budgets, uint64_t reader, int64_t now_us, uint64_t limit,
                      const uint64_t *subjects, size_t count);

/* Where the journal of reservations stands; back to a mark; or forget the journal, as what it holds is durable. */
size_t budget_mark(const struct budgets *budgets);
void budget_undo(struct budgets *budgets, size_t mark);
void budget_settle(struct budgets *budgets);

/* Distinct subjects of the reader's day, and seconds until the next day begins. */
uint64_t budget_used(struct budgets *budgets, uint64_t reader, int64_t now_us);
uint32_t budget_refill_s(int64_t now_us);

/* Put back what the ledger says of today, at start. */
void budget_restore(struct budgets *budgets, uint64_t reader, int64_t at_us, uint64_t subject);

#endif

/*
 * A second pair of hands: one thread more, for one call. It is for work that is the same for each of many items and
 * that touches nothing but its item and what belongs to its hand. Nothing outlives the call: no queue, no lock, no
 * thread that waits. The keeper is single-threaded but for this.
 *
 * Must never be given work that reads or writes the store or the ledger. Main call: hands_run(). Example:
 *     hands_run(import->row_count, row_take, import);
 */
#ifndef AMN_BASE_HANDS_H
#define AMN_BASE_HANDS_H

#include <stddef.h>

enum {
    HANDS = 2,                   /* the caller is hand 0 */
    HANDS_TAKE = 16,             /* items that a hand takes at a time, so that both end together */
    HANDS_LEAST = 8 * HANDS_TAKE /* below so many items the caller works alone */
};

/**
 * Do `work` once for each item, from 0 to `count` - 1. Returns when all of it is done; what the hands wrote is then the
 * caller's to read. Which hand does which item is not said; without memory for a thread the caller does everything.
 *
 * @param work  hand: 0 or 1, never both at once for one hand; item: below `count`
 * Cost: about 40 us for the thread.
 */
void hands_run(size_t count, void (*work)(void *context, unsigned hand, size_t item), void *context);

#endif

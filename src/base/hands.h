/*
 * A second pair of hands: one thread more, for work that is the same for each of many items and that touches nothing but
 * its item and what belongs to its hand. There is no queue, no lock and no thread that waits: each job has a thread of
 * its own, which is joined when the job ends. The keeper is single-threaded but for this.
 *
 * Must never be given work that reads or writes the store or the ledger. Main call: hands_run(). Example:
 *     hands_run(chunk->change_count, change_seal, chunk);
 * or, while the caller does something else that has nothing to do with it:
 *     hands_begin(&reading->job, reading->row_count, row_take, reading); … hands_end(&reading->job);
 */
#ifndef AMN_BASE_HANDS_H
#define AMN_BASE_HANDS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HANDS = 2,                   /* the caller is hand 0 */
    HANDS_TAKE = 16,             /* items that a hand takes at a time, so that both end together */
    HANDS_LEAST = 8 * HANDS_TAKE /* below so many items the caller works alone */
};

#define HANDS_NOTHING SIZE_MAX
#define HANDS_TAKING (SIZE_MAX - 1) /* nobody can say yet which */

typedef void hands_work(void *context, unsigned hand, size_t item);

/* A job on its way; empty: none. It must stay where it is until it ends. */
struct hands {
    size_t count;
    hands_work *work;
    void *context;
    atomic_size_t next;      /* first item that nobody took; they are taken in order */
    atomic_size_t second_at; /* first of those that hand 1 has in hand; HANDS_NOTHING, HANDS_TAKING */
    pthread_t second;
    bool two; /* there is a second hand, which hands_end() waits for */
};

/**
 * Do `work` once for each item, from 0 to `count` - 1: hand 1 begins at once, and the caller goes on. What the hands
 * write is the caller's to read after hands_end(). Which hand does which item is not said; without memory for a thread
 * hands_end() does everything.
 *
 * @param work  hand: 0 or 1, never both at once for one hand; item: below `count`
 * Cost: about 40 us for the thread.
 */
void hands_begin(struct hands *job, size_t count, hands_work *work, void *context);
/* Do what nobody took as hand 0, and wait for hand 1. Nothing when the job has ended, or never began. */
void hands_end(struct hands *job);

/* Return when item `item` is done, whoever did it; as hand 0 does others meanwhile. For a caller that goes over the
 * results in order while the rest is under way. At once when the job has ended. */
void hands_until(struct hands *job, size_t item);
/* Take nothing more, and wait for hand 1 to end what it has in hand: some items were not done. */
void hands_stop(struct hands *job);

/* Begin and end in one. */
void hands_run(size_t count, hands_work *work, void *context);

#endif

/*
 * Errands apart from the keeper's thread: one thread reads the shop as it is at one moment, by a view and keys of its
 * own, while the keeper goes on answering. What is found is written by the keeper, when the ask is run again.
 *
 * Must never write: its shop is opened for reading. Main calls: errands_put(), errands_take(). Example:
 *     if (!errands_put(errands, ask, shop->name, &batch->errand)) refuse;
 */
#ifndef AMN_KEEPER_ERRANDS_H
#define AMN_KEEPER_ERRANDS_H

#include "keep/batch.h"
#include "keeper/keeper.h"

enum { ERRANDS_MAX = 8 /* waiting, running and done */ };

struct errands;

/*
 * Starts the thread.
 * @param home     open, and as long as the errands
 * @param ring_fd  an eventfd that is rung when one is done; the caller's, and open longer than the errands
 * UNAVAILABLE without memory or threads. Freeing breaks off what runs.
 */
RESULT errands_new(const struct home *home, struct clock clock, int ring_fd, struct errands **out);
void errands_free(struct errands **errands);

/* Put an ask aside, copied, with its errand, which is taken over. False when there is no room: it is the caller's still. */
bool errands_put(struct errands *errands, const struct keeper_ask *ask, const char *shop,
                 struct errand **errand);

/* Asks whose errands are done, ready to be run again; at most `room`. They stay the errands' until errands_taken(). */
size_t errands_take(struct errands *errands, struct keeper_ask *out, size_t room);
void errands_taken(struct errands *errands);

/* Whoever asked is gone: what waits is dropped, what is being read is broken off. */
void errands_forget(struct errands *errands, const void *from);

#endif

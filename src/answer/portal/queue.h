/*
 * Asks for one-time codes that nobody looked at yet, in order. How many of one source wait is known without looking
 * through them, also while the queue is full.
 *
 * Must never tell anybody whose address waits. Main calls: queue_add(), queue_at(), queue_take(). Example:
 *     if (queue_of(queue, source) < VISIT_SOURCE_WAITING_MAX) waiting = queue_add(queue, source);
 */
#ifndef AMN_ANSWER_PORTAL_QUEUE_H
#define AMN_ANSWER_PORTAL_QUEUE_H

#include "crypto/crypto.h"

enum { QUEUE_PLACES = 65536 };

/* One ask. */
struct waiting {
    struct buf email;
    char lang[4];
    uint32_t place; /* of its visit */
    uint32_t next;  /* of the same chain: place in the queue + 1; 0: the last */
    uint64_t source;
    struct hash token; /* of its visit then: it may have become another's */
    bool failed;       /* in the group at hand */
};

struct queue {
    struct waiting at[QUEUE_PLACES]; /* a ring */
    uint32_t chains[QUEUE_PLACES];   /* by source: the newest, place + 1; 0: none */
    size_t first, count;
};

struct waiting *queue_at(struct queue *queue, size_t i);         /* from 0, the oldest, below `count` */
size_t queue_of(const struct queue *queue, uint64_t source);     /* how many of this source wait */
struct waiting *queue_add(struct queue *queue, uint64_t source); /* at the end, empty; there must be room */
void queue_take(struct queue *queue, struct waiting *out); /* the oldest leaves; who calls has its email */
void queue_undo(struct queue *queue);                      /* the newest leaves, as if it had not come */
void queue_done(struct queue *queue);                      /* all leave */

#endif

/*
 * When each subject was looked at last: a map from subject number to minute. Chunks of 65,536 numbers, each a small
 * hash while few of them were looked at and a plain array when many were, so 34 million people are 136 MB and a few
 * are a few hundred bytes. A minute that is stale (at or before a bound the caller knows) is as good as none, and is
 * dropped when a chunk is laid out anew. Example: `uint32_t before = lasts_swap(&lasts, subject, minute, stale);`
 */
#ifndef AMN_WATCH_LASTS_H
#define AMN_WATCH_LASTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Subject numbers are below it: a directory of chunks is 8 MB at most. */
#define LASTS_SUBJECTS_MAX ((uint64_t)1 << 36)
/* Stands for "never": older than any window. */
#define LASTS_NEVER ((uint32_t)1)

struct lasts_chunk;

/* `{0}` holds nothing. Running out of memory aborts, as everywhere. */
struct lasts {
    struct lasts_chunk **chunks; /* by chunk number; NULL where nobody was looked at */
    size_t count;
};
void lasts_done(struct lasts *lasts);

/*
 * Set the subject's minute (from LASTS_NEVER up) and give the one before; 0: none is held.
 * @param subject  below LASTS_SUBJECTS_MAX
 * @param stale    minutes up to it may be forgotten
 * Cost: 5 to 20 ns, and a miss of the cache; now and then a chunk is laid out anew, 100 us at most.
 */
uint32_t lasts_swap(struct lasts *lasts, uint64_t subject, uint32_t minute, uint32_t stale);

/* Have the processor fetch what a lasts_swap() of this subject will read: several at once take as long as one. */
void lasts_fetch(const struct lasts *lasts, uint64_t subject);

/*
 * Forget what is stale in the chunks from number `*at` on, until about `room` numbers were examined or the end came.
 * @param at  in: where to begin; out: where to go on, 0 after the end
 * @return numbers examined, at least 1
 */
size_t lasts_sweep(struct lasts *lasts, size_t *at, uint32_t stale, size_t room);

bool lasts_empty(const struct lasts *lasts);

/* Bytes it holds. Cost: a walk over its chunks. */
size_t lasts_bytes(const struct lasts *lasts);

#endif

/*
 * The matching kernel: who has this tag? A table of the blind index in memory, 64 bytes a bucket of five, so that a tag
 * that nobody has costs one read of memory; asked for in batches whose buckets are fetched ahead.
 *
 *     place   tag bytes 0 to 7 choose the bucket; what belongs into a full one goes into the next, and it is marked
 *     bucket  five times tag bytes 8 to 15, five times u32: subject number << 2 | MATCHER_PAST | MATCHER_CANONICAL; mark
 *
 * Tags are outputs of a keyed hash: a lookup compares 64 bits, which the place did not decide, with those of some three
 * tags; of 2^28 lookups one takes an unlike tag for the same once in 2^34 times. Must never be given tags of two keys for
 * one kind. Main calls: matcher_add(), matcher_find().
 */
#ifndef AMN_ANSWER_EVIDENCE_MATCHER_H
#define AMN_ANSWER_EVIDENCE_MATCHER_H

#include "base/bytes.h"

enum {
    MATCHER_TAG_BYTES = 16,
    MATCHER_CANONICAL = 1,
    MATCHER_PAST = 2,
    MATCHER_SHIFT = 2,
    MATCHER_SAME_MAX = 32
};
#define MATCHER_SUBJECT_MAX (UINT32_MAX >> MATCHER_SHIFT)

struct matcher;

/* Room for `tags` of them at first; grows. UNAVAILABLE without memory. */
RESULT matcher_new(uint64_t tags, struct matcher **out);
void matcher_free(struct matcher **matcher);

/*
 * A subject has the tag. @param flags  MATCHER_CANONICAL, MATCHER_PAST. TOO_MANY beyond MATCHER_SUBJECT_MAX. About 40 ns.
 * Of one tag MATCHER_SAME_MAX are kept: a number that a million left in a form is nobody's.
 */
RESULT matcher_add(struct matcher *matcher, const uint8_t tag[MATCHER_TAG_BYTES], uint64_t subject,
                   unsigned flags);

/* Have the processor fetch what matcher_find() will read. */
void matcher_soon(const struct matcher *matcher, const uint8_t tag[MATCHER_TAG_BYTES]);

/* Up to `room` of those who have it, as subject << MATCHER_SHIFT | flags; how many there are in all. 30 ns when fetched ahead. */
size_t matcher_find(const struct matcher *matcher, const uint8_t tag[MATCHER_TAG_BYTES], uint32_t *out,
                    size_t room);

uint64_t matcher_count(const struct matcher *matcher);
uint64_t matcher_bytes(const struct matcher *matcher); /* of memory */

#endif

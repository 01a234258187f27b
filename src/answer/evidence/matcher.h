/*
 * The matching kernel: who has this tag? A table of the blind index in memory, 64 bytes a bucket of four, so that a tag
 * that nobody has costs one read of memory; asked for in batches whose buckets are fetched ahead.
 *
 *     slot   tag bytes 0 to 11 · u32: subject number << 2 | MATCHER_PAST | MATCHER_CANONICAL; 0: free
 *     place  tag bytes 0 to 7 choose the bucket; a full one goes on in the next
 *
 * Tags are outputs of a keyed hash: 96 equal bits of 128 decide, which two unlike values share once in 2^42 times of 2^27
 * lookups among 2^27 tags. Must never be given tags of two keys for one kind. Main calls: matcher_add(), matcher_find().
 */
#ifndef AMN_ANSWER_EVIDENCE_MATCHER_H
#define AMN_ANSWER_EVIDENCE_MATCHER_H

#include "base/bytes.h"

enum { MATCHER_TAG_BYTES = 16, MATCHER_CANONICAL = 1, MATCHER_PAST = 2, MATCHER_SHIFT = 2 };
#define MATCHER_SUBJECT_MAX (UINT32_MAX >> MATCHER_SHIFT)

struct matcher;

/* Room for `tags` of them at first; grows. UNAVAILABLE without memory. */
RESULT matcher_new(uint64_t tags, struct matcher **out);
void matcher_free(struct matcher **matcher);

/* A subject has the tag. @param flags  MATCHER_CANONICAL, MATCHER_PAST. TOO_MANY beyond MATCHER_SUBJECT_MAX. About 40 ns. */
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

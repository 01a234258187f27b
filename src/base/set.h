/*
 * Sets of subject numbers (64 bit): sorted chunks of 65,536 numbers, each a roaring bitmap.
 *
 * 34 million people are about 520 chunks; the store keeps one row a chunk. A set is one thread's at a time. Stored
 * chunks must never reach the bitmap library unchecked: set_chunk_put() is the only way in. Main calls: set_add(),
 * set_has(), set_union_in(). Example:
 *     SCOPED(set_done) struct set seen = {0};  if (set_add(&seen, number)) fresh++;
 */
#ifndef AMN_BASE_SET_H
#define AMN_BASE_SET_H

#include "base/bytes.h"

enum {
    SET_CHUNK_BITS = 16,
    SET_CHUNK_NUMBERS = 1 << SET_CHUNK_BITS,
    SET_CHUNK_BYTES_MAX = 131072 + 16 /* of a stored chunk: at worst 32,768 runs, which nobody writes */
};
#define SET_CHUNK_MAX (UINT64_MAX >> SET_CHUNK_BITS)

struct set_chunk;

/* `{0}` is the empty set. Never holds an empty chunk. Running out of memory aborts, as everywhere. */
struct set {
    struct set_chunk *chunks;
    size_t count, cap;
};

void set_done(struct set *set);  /* free, leave empty */
void set_clear(struct set *set); /* = set_done() */

/* About 20 ns when numbers come in order, 50 ns else. True when the number was not (add) or was (remove) in the set. */
bool set_add(struct set *set, uint64_t number);
bool set_remove(struct set *set, uint64_t number);
bool set_has(const struct set *set, uint64_t number);
void set_add_range(struct set *set, uint64_t first,
                   uint64_t last); /* both included; nothing when first > last */
uint64_t set_count(const struct set *set);
uint64_t set_common(const struct set *a, const struct set *b); /* how many are in both */
bool set_equal(const struct set *a, const struct set *b);

/* Change `set` by `other`, another set: 10 to 50 us a chunk of mixed density. */
void set_union_in(struct set *set, const struct set *other);
void set_intersect_in(struct set *set, const struct set *other);
void set_minus_in(struct set *set, const struct set *other);

/* Call `each` with every number in ascending order until it returns false; whether it never did. About 2 ns a number. */
bool set_each(const struct set *set, bool (*each)(uint64_t number, void *context), void *context);

/* All numbers ascending into `out`, which has room for set_count() of them. */
void set_list(const struct set *set, uint64_t *out);

size_t set_chunk_count(const struct set *set);

/**
 * Chunk `index` as it is stored.
 *
 * @param set    compacted on the way (its numbers stay)
 * @param index  below set_chunk_count()
 * @param out_chunk  the chunk's number: its members are out_chunk * 65,536 + 0 … 65,535
 * @param out    appended to: roaring's portable format with exactly one container, at most 8,208 bytes
 * Source: RoaringFormatSpec, "Roaring bitmaps serialization format".
 */
void set_chunk_get(struct set *set, size_t index, uint64_t *out_chunk, struct buf *out);

/* The place of a chunk by its number; SIZE_MAX when nobody of it is in the set. */
size_t set_chunk_find(const struct set *set, uint64_t chunk);

/* The lowest number of the set that is `from` or above; false when there is none. About 30 ns. */
bool set_next(const struct set *set, uint64_t from, uint64_t *out);

/**
 * Unite a stored chunk with the set.
 *
 * @param chunk  0 … SET_CHUNK_MAX
 * @param bytes  what set_chunk_get() gave; every length, order and count in it is checked first
 * @return CORRUPT  anything else, the empty chunk included; `set` is as before
 * Cost: 2 to 15 us.
 */
RESULT set_chunk_put(struct set *set, uint64_t chunk, struct slice bytes);

#endif

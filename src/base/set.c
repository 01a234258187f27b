#include "base/set.h"

#include <assert.h>
#include <roaring/roaring.h>
#include <stdlib.h>
#include <string.h>

enum { LOW_MASK = SET_CHUNK_NUMBERS - 1 };

struct set_chunk {
    uint64_t number;
    roaring_bitmap_t *bits; /* of numbers below 65,536: one container */
};

void set_done(struct set *set)
{
    for (size_t i = 0; i < set->count; i++) roaring_bitmap_free(set->chunks[i].bits);
    free(set->chunks);
    *set = (struct set){0};
}

void set_clear(struct set *set)
{
    set_done(set);
}

/*
 * Where the chunk is, or belongs. Most callers come in order, so the last one is tried first; most sets have no gap, so
 * that a place is told by counting.
 */
static size_t chunk_place(const struct set *set, uint64_t number)
{
    size_t low = 0, high = set->count;
    if (high == 0) return 0;
    uint64_t first = set->chunks[0].number, last = set->chunks[high - 1].number;
    if (last <= number) return last == number ? high - 1 : high;
    if (last - first == high - 1 && number >= first) return (size_t)(number - first);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->chunks[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static roaring_bitmap_t *chunk_find(const struct set *set, uint64_t number)
{
    size_t place = chunk_place(set, number);
    return place < set->count && set->chunks[place].number == number ? set->chunks[place].bits : NULL;
}

static roaring_bitmap_t *chunk_insert(struct set *set, size_t place, uint64_t number, roaring_bitmap_t *bits)
{
    if (!bits) abort(); /* out of memory */
    if (set->count == set->cap) {
        size_t cap = set->cap ? set->cap * 2 : 4;
        set->chunks = reallocarray(set->chunks, cap, sizeof *set->chunks);
        if (!set->chunks) abort();
        set->cap = cap;
    }
    memmove(set->chunks + place + 1, set->chunks + place, (set->count - place) * sizeof *set->chunks);
    set->chunks[place] = (struct set_chunk){number, bits};
    set->count++;
    return bits;
}

static void chunk_drop(struct set *set, size_t place)
{
    roaring_bitmap_free(set->chunks[place].bits);
    set->count--;
    memmove(set->chunks + place, set->chunks + place + 1, (set->count - place) * sizeof *set->chunks);
}

size_t set_chunk_find(const struct set *set, uint64_t chunk)
{
    size_t place = chunk_place(set, chunk);
    return place < set->count && set->chunks[place].number == chunk ? place : SIZE_MAX;
}

bool set_next(const struct set *set, uint64_t from, uint64_t *out)
{
    uint64_t chunk = from >> SET_CHUNK_BITS;
    for (size_t place = chunk_place(set, chunk); place < set->count; place++) {
        const struct set_chunk *at = &set->chunks[place];
        uint32_t low = at->number == chunk ? (uint32_t)(from & LOW_MASK) : 0;
        roaring_uint32_iterator_t each;
        roaring_init_iterator(at->bits, &each);
        if (!roaring_move_uint32_iterator_equalorlarger(&each, low)) continue;
        *out = at->number << SET_CHUNK_BITS | each.current_value;
        return true;
    }
    return false;
}

bool set_add(struct set *set, uint64_t number)
{
    uint64_t chunk = number >> SET_CHUNK_BITS;
    size_t place = chunk_place(set, chunk);
    bool there = place < set->count && set->chunks[place].number == chunk;
    roaring_bitmap_t *bits =
        there ? set->chunks[place].bits : chunk_insert(set, place, chunk, roaring_bitmap_create());
    return roaring_bitmap_add_checked(bits, (uint32_t)(number & LOW_MASK));
}

bool set_remove(struct set *set, uint64_t number)
{
    uint64_t chunk = number >> SET_CHUNK_BITS;
    size_t place = chunk_place(set, chunk);
    if (place == set->count || set->chunks[place].number != chunk) return false;
    bool was = roaring_bitmap_remove_checked(set->chunks[place].bits, (uint32_t)(number & LOW_MASK));
    if (roaring_bitmap_is_empty(set->chunks[place].bits)) chunk_drop(set, place);
    return was;
}

bool set_has(const struct set *set, uint64_t number)
{
    const roaring_bitmap_t *bits = chunk_find(set, number >> SET_CHUNK_BITS);
    return bits && roaring_bitmap_contains(bits, (uint32_t)(number & LOW_MASK));
}

void set_add_range(struct set *set, uint64_t first, uint64_t last)
{
    while (first <= last) {
        uint64_t chunk = first >> SET_CHUNK_BITS, end = first | LOW_MASK;
        size_t place = chunk_place(set, chunk);
        bool there = place < set->count && set->chunks[place].number == chunk;
        roaring_bitmap_t *bits =
            there ? set->chunks[place].bits : chunk_insert(set, place, chunk, roaring_bitmap_create());
        if (end > last) end = last;
        roaring_bitmap_add_range_closed(bits, (uint32_t)(first & LOW_MASK), (uint32_t)(end & LOW_MASK));
        if (end == UINT64_MAX) return;
        first = end + 1;
    }
}

uint64_t set_common(const struct set *a, const struct set *b)
{
    uint64_t count = 0;
    for (size_t i = 0; i < a->count; i++) {
        const roaring_bitmap_t *other = chunk_find(b, a->chunks[i].number);
        if (other) count += roaring_bitmap_and_cardinality(a->chunks[i].bits, other);
    }
    return count;
}

uint64_t set_count(const struct set *set)
{
    uint64_t count = 0;
    for (size_t i = 0; i < set->count; i++) count += roaring_bitmap_get_cardinality(set->chunks[i].bits);
    return count;
}

bool set_equal(const struct set *a, const struct set *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++) {
        if (a->chunks[i].number != b->chunks[i].number) return false;
        if (!roaring_bitmap_equals(a->chunks[i].bits, b->chunks[i].bits)) return false;
    }
    return true;
}

void set_union_in(struct set *set, const struct set *other)
{
    assert(set != other);
    for (size_t i = 0; i < other->count; i++) {
        const struct set_chunk *from = &other->chunks[i];
        size_t place = chunk_place(set, from->number);
        if (place < set->count && set->chunks[place].number == from->number) {
            roaring_bitmap_or_inplace(set->chunks[place].bits, from->bits);
        } else {
            (void)chunk_insert(set, place, from->number,
                               roaring_bitmap_copy(from->bits)); /* needed for its place only */
        }
    }
}

/* Apply one of the library's two-operand calls to every chunk, and drop those that became empty. */
static void narrow(struct set *set, const struct set *other, bool keep_alone,
                   void (*apply)(roaring_bitmap_t *, const roaring_bitmap_t *))
{
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++) {
        struct set_chunk chunk = set->chunks[i];
        const roaring_bitmap_t *bits = chunk_find(other, chunk.number);
        if (bits) apply(chunk.bits, bits);
        if ((bits || keep_alone) && !roaring_bitmap_is_empty(chunk.bits)) {
            set->chunks[kept++] = chunk;
        } else {
            roaring_bitmap_free(chunk.bits);
        }
    }
    set->count = kept;
}

void set_intersect_in(struct set *set, const struct set *other)
{
    assert(set != other);
    narrow(set, other, false, roaring_bitmap_and_inplace);
}

void set_minus_in(struct set *set, const struct set *other)
{
    assert(set != other);
    narrow(set, other, true, roaring_bitmap_andnot_inplace);
}

bool set_each(const struct set *set, bool (*each)(uint64_t number, void *context), void *context)
{
    for (size_t i = 0; i < set->count; i++) {
        uint64_t first = set->chunks[i].number << SET_CHUNK_BITS;
        if (!roaring_iterate64(set->chunks[i].bits, each, first, context)) return false;
    }
    return true;
}

static bool list_one(uint64_t number, void *context)
{
    uint64_t **at = context;
    *(*at)++ = number;
    return true;
}

void set_list(const struct set *set, uint64_t *out)
{
    (void)set_each(set, list_one, &out); /* list_one never stops it */
}

size_t set_chunk_count(const struct set *set)
{
    return set->count;
}

void set_chunk_get(struct set *set, size_t index, uint64_t *out_chunk, struct buf *out)
{
    assert(index < set->count);
    roaring_bitmap_t *bits = set->chunks[index].bits;
    (void)roaring_bitmap_run_optimize(bits); /* tells only whether it helped */
    size_t size = roaring_bitmap_portable_size_in_bytes(bits);
    size_t wrote = roaring_bitmap_portable_serialize(bits, (char *)buf_extend(out, size));
    assert(wrote == size);
    *out_chunk = set->chunks[index].number;
}

/*
 * The portable format of one container (RoaringFormatSpec), little endian:
 *   without runs: cookie 12346 u32, containers u32 = 1, key u16 = 0, members - 1 u16, offset u32 = 16, then the members
 *                 ascending (u16 each, up to 4,096) or 65,536 bits
 *   with runs:    cookie 12347 u32 (containers - 1 in its high half), flags u8 = 1, key u16 = 0, members - 1 u16,
 *                 runs u16, then first and length - 1 of each (u16 each)
 */
enum {
    COOKIE_PLAIN = 12346,
    COOKIE_RUNS = 12347,
    PLAIN_HEAD_BYTES = 16,
    ARRAY_MEMBERS_MAX = 4096,
    BITSET_BYTES = SET_CHUNK_NUMBERS / 8
};

static uint16_t le16(struct cursor *cursor)
{
    uint8_t low = cursor_byte(cursor), high = cursor_byte(cursor);
    return (uint16_t)(high << 8 | low);
}

static uint32_t le32(struct cursor *cursor)
{
    uint32_t low = le16(cursor);
    return (uint32_t)le16(cursor) << 16 | low;
}

/* No early way out: the loop is then done many members at a time, and a bad chunk is nobody's hurry. */
static bool members_ascend(struct cursor *cursor, uint32_t members)
{
    struct slice all = cursor_take(cursor, (size_t)members * 2);
    unsigned falls = 0;
    for (size_t at = 2; at < all.len; at += 2) {
        uint16_t before = (uint16_t)(all.at[at - 1] << 8 | all.at[at - 2]);
        uint16_t member = (uint16_t)(all.at[at + 1] << 8 | all.at[at]);
        falls += member <= before;
    }
    return falls == 0;
}

#if defined(__x86_64__)
__attribute__((target_clones("popcnt", "default")))
#endif
static uint32_t
ones(struct slice bits)
{
    uint32_t count = 0;
    for (size_t at = 0; at < bits.len; at += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, bits.at + at, sizeof word);
        count += (uint32_t)__builtin_popcountll(word);
    }
    return count;
}

static bool bits_count(struct cursor *cursor, uint32_t members)
{
    return ones(cursor_take(cursor, BITSET_BYTES)) == members;
}

static bool plain_good(struct cursor *cursor)
{
    bool head = le32(cursor) == 1 && le16(cursor) == 0;
    uint32_t members = le16(cursor) + 1U;
    if (!head || le32(cursor) != PLAIN_HEAD_BYTES) return false;
    return members <= ARRAY_MEMBERS_MAX ? members_ascend(cursor, members) : bits_count(cursor, members);
}

static bool runs_good(struct cursor *cursor)
{
    bool head = cursor_byte(cursor) == 1 && le16(cursor) == 0;
    uint32_t members = le16(cursor) + 1U, runs = le16(cursor), count = 0;
    int32_t before = -1;
    if (!head || cursor->bad) return false;
    for (uint32_t i = 0; i < runs; i++) {
        int32_t first = le16(cursor), more = le16(cursor);
        if (first <= before || first + more > LOW_MASK) return false;
        before = first + more;
        count += (uint32_t)more + 1;
    }
    return count == members;
}

static bool container_good(struct slice bytes)
{
    struct cursor cursor = {bytes, false};
    uint32_t cookie = le32(&cursor);
    bool good = cookie == COOKIE_PLAIN ? plain_good(&cursor) : cookie == COOKIE_RUNS && runs_good(&cursor);
    return good && !cursor.bad && cursor.rest.len == 0;
}

RESULT set_chunk_put(struct set *set, uint64_t chunk, struct slice bytes)
{
    if (chunk > SET_CHUNK_MAX || !container_good(bytes)) {
        return FAIL(CORRUPT, "set: a stored chunk is not one; restore it or recount the set from the ledger");
    }
    roaring_bitmap_t *bits = roaring_bitmap_portable_deserialize_safe((const char *)bytes.at, bytes.len);
    if (!bits) return FAIL(CORRUPT, "set: a stored chunk is not readable");
    assert(roaring_bitmap_maximum(bits) <= LOW_MASK);
    size_t place = chunk_place(set, chunk);
    if (place < set->count && set->chunks[place].number == chunk) {
        roaring_bitmap_or_inplace(set->chunks[place].bits, bits);
        roaring_bitmap_free(bits);
    } else {
        (void)chunk_insert(set, place, chunk, bits); /* needed for its place only */
    }
    return OK;
}

#include "answer/evidence/matcher.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { SLOTS = 5, BUCKET_BYTES = 64, LEAST_BUCKETS = 64, TABLES_MAX = 32 };
/* Of ten slots six are filled by as many tags as were foretold, and seven are when a table is full. */
enum { FILLED = 6, FULL = 7, OF_TEN = 10 };

struct bucket {
    uint64_t tags[SLOTS]; /* tag bytes 8 to 15: bytes 0 to 7 chose the bucket */
    uint32_t who[SLOTS];  /* 0: free, and so are those behind it */
    uint32_t spilled;     /* somebody who belongs here stands in one of the next */
};
_Static_assert(sizeof(struct bucket) == BUCKET_BYTES, "a bucket is a line of the cache");

struct table {
    struct bucket *buckets;
    uint64_t bucket_count;
};

struct matcher {
    struct table
        tables[TABLES_MAX]; /* the first nearly always alone: what comes when it is full goes into the next */
    size_t table_count;
    uint64_t count, room; /* of tags: in all, and what all tables take */
};

/* Zeroed, and in large pages where the system has them: every read goes to another place. */
static RESULT buckets_new(uint64_t count, struct bucket **out)
{
    enum { LARGE_PAGE = 2 * 1024 * 1024 };
    size_t bytes = count * sizeof **out;
    size_t align = bytes >= LARGE_PAGE ? LARGE_PAGE : BUCKET_BYTES;
    void *at = aligned_alloc(align, (bytes + align - 1) / align * align);
    if (!at)
        return FAIL(UNAVAILABLE, "evidence: %zu MB of memory for the index are not to be had", bytes >> 20);
    (void)madvise(at, bytes, MADV_HUGEPAGE); /* only makes it quicker */
    memset(at, 0, bytes);
    *out = at;
    return OK;
}

static RESULT table_add(struct matcher *matcher, uint64_t tags)
{
    struct table table = {.bucket_count = tags * OF_TEN / ((uint64_t)SLOTS * FILLED) + 1};
    if (table.bucket_count < LEAST_BUCKETS) table.bucket_count = LEAST_BUCKETS;
    if (matcher->table_count == TABLES_MAX) return FAIL(TOO_MANY, "evidence: too many values to be matched");
    TRY(buckets_new(table.bucket_count, &table.buckets));
    matcher->tables[matcher->table_count++] = table;
    matcher->room += table.bucket_count * SLOTS / OF_TEN * FULL;
    return OK;
}

RESULT matcher_new(uint64_t tags, struct matcher **out)
{
    SCOPED(matcher_free) struct matcher *matcher = calloc(1, sizeof *matcher);
    if (!matcher) return FAIL(UNAVAILABLE, "evidence: out of memory");
    TRY(table_add(matcher, tags));
    *out = TAKE(matcher);
    return OK;
}

void matcher_free(struct matcher **matcher)
{
    if (!*matcher) return;
    for (size_t i = 0; i < (*matcher)->table_count; i++) free((*matcher)->tables[i].buckets);
    free(*matcher);
    *matcher = NULL;
}

uint64_t matcher_count(const struct matcher *matcher)
{
    return matcher->count;
}

uint64_t matcher_bytes(const struct matcher *matcher)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < matcher->table_count; i++)
        bytes += matcher->tables[i].bucket_count * sizeof(struct bucket);
    return bytes;
}

static inline struct bucket *place_of(const struct table *table, const uint8_t tag[MATCHER_TAG_BYTES])
{
    __extension__ typedef unsigned __int128 wide;
    return &table->buckets[(uint64_t)(((wide)be64_get(tag) * table->bucket_count) >> 64)];
}

static inline struct bucket *next_of(const struct table *table, struct bucket *bucket)
{
    return bucket + 1 == table->buckets + table->bucket_count ? table->buckets : bucket + 1;
}

static size_t filled_of(const struct bucket *bucket)
{
    size_t filled = 0;
    for (size_t i = 0; i < SLOTS; i++) filled += bucket->who[i] != 0;
    return filled;
}

/* The slots that hold it, a bit for each: no branch, as nobody can guess it. */
static inline unsigned slots_with(const struct bucket *bucket, uint64_t low)
{
    unsigned found = 0;
    for (size_t i = 0; i < SLOTS; i++)
        found |= (unsigned)(bucket->tags[i] == low && bucket->who[i] != 0) << i;
    return found;
}

RESULT matcher_add(struct matcher *matcher, const uint8_t tag[MATCHER_TAG_BYTES], uint64_t subject,
                   unsigned flags)
{
    assert(subject > 0 && flags < 1U << MATCHER_SHIFT);
    if (subject > MATCHER_SUBJECT_MAX)
        return FAIL(TOO_MANY, "evidence: more than %u customers cannot be matched", MATCHER_SUBJECT_MAX);
    if (matcher->count >= matcher->room) TRY(table_add(matcher, matcher->count));
    const struct table *newest = &matcher->tables[matcher->table_count - 1];
    const uint64_t low = be64_get(tag + sizeof(uint64_t));
    struct bucket *bucket = place_of(newest, tag);
    size_t filled = filled_of(bucket), same = 0;
    while (filled == SLOTS) { /* never all around: a table is left before it is full */
        same += (size_t)__builtin_popcount(slots_with(bucket, low));
        if (same >= MATCHER_SAME_MAX) return OK;
        bucket->spilled = 1;
        bucket = next_of(newest, bucket);
        filled = filled_of(bucket);
    }
    bucket->tags[filled] = low;
    bucket->who[filled] = (uint32_t)subject << MATCHER_SHIFT | flags;
    matcher->count++;
    return OK;
}

void matcher_soon(const struct matcher *matcher, const uint8_t tag[MATCHER_TAG_BYTES])
{
    for (size_t i = 0; i < matcher->table_count; i++) __builtin_prefetch(place_of(&matcher->tables[i], tag));
}

size_t matcher_find(const struct matcher *matcher, const uint8_t tag[MATCHER_TAG_BYTES], uint32_t *out,
                    size_t room)
{
    const uint64_t low = be64_get(tag + sizeof(uint64_t));
    size_t count = 0;
    for (size_t i = 0; i < matcher->table_count; i++) {
        const struct table *table = &matcher->tables[i];
        struct bucket *bucket = place_of(table, tag);
        for (bool more = true; more; bucket = next_of(table, bucket)) {
            for (unsigned found = slots_with(bucket, low); found; found &= found - 1) {
                if (count < room) out[count] = bucket->who[__builtin_ctz(found)];
                count++;
            }
            more = bucket->spilled;
        }
    }
    return count;
}

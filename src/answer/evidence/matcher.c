#include "answer/evidence/matcher.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { SLOTS = 4, BUCKET_BYTES = 64, FULL_OF_FIVE = 4, LEAST_BUCKETS = 64 };

struct slot {
    uint64_t high; /* tag bytes 0 to 7 */
    uint32_t low;  /* 8 to 11 */
    uint32_t who;
};

struct bucket {
    struct slot slots[SLOTS];
};
_Static_assert(sizeof(struct bucket) == BUCKET_BYTES, "a bucket is a line of the cache");

struct matcher {
    struct bucket *buckets;
    uint64_t bucket_count, count;
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

static uint64_t buckets_for(uint64_t tags)
{
    uint64_t buckets = tags / (SLOTS - 1) + 1;
    return buckets < LEAST_BUCKETS ? LEAST_BUCKETS : buckets;
}

RESULT matcher_new(uint64_t tags, struct matcher **out)
{
    SCOPED(matcher_free) struct matcher *matcher = calloc(1, sizeof *matcher);
    if (!matcher) return FAIL(UNAVAILABLE, "evidence: out of memory");
    matcher->bucket_count = buckets_for(tags);
    TRY(buckets_new(matcher->bucket_count, &matcher->buckets));
    *out = TAKE(matcher);
    return OK;
}

void matcher_free(struct matcher **matcher)
{
    if (!*matcher) return;
    free((*matcher)->buckets);
    free(*matcher);
    *matcher = NULL;
}

uint64_t matcher_count(const struct matcher *matcher)
{
    return matcher->count;
}

uint64_t matcher_bytes(const struct matcher *matcher)
{
    return matcher->bucket_count * sizeof *matcher->buckets;
}

static uint64_t place_of(const struct matcher *matcher, uint64_t high)
{
    __extension__ typedef unsigned __int128 wide;
    return (uint64_t)(((wide)high * matcher->bucket_count) >> 64);
}

static void slot_put(struct matcher *matcher, struct slot slot)
{
    for (uint64_t at = place_of(matcher, slot.high);; at = at + 1 == matcher->bucket_count ? 0 : at + 1) {
        for (size_t i = 0; i < SLOTS; i++) {
            if (matcher->buckets[at].slots[i].who != 0) continue;
            matcher->buckets[at].slots[i] = slot;
            return;
        }
    }
}

static RESULT grow(struct matcher *matcher)
{
    struct matcher larger = {.bucket_count = matcher->bucket_count + matcher->bucket_count / 2};
    TRY(buckets_new(larger.bucket_count, &larger.buckets));
    for (uint64_t at = 0; at < matcher->bucket_count; at++) {
        for (size_t i = 0; i < SLOTS; i++) {
            if (matcher->buckets[at].slots[i].who != 0) slot_put(&larger, matcher->buckets[at].slots[i]);
        }
    }
    free(matcher->buckets);
    matcher->buckets = larger.buckets;
    matcher->bucket_count = larger.bucket_count;
    return OK;
}

RESULT matcher_add(struct matcher *matcher, const uint8_t tag[MATCHER_TAG_BYTES], uint64_t subject,
                   unsigned flags)
{
    assert(subject > 0 && flags < 1U << MATCHER_SHIFT);
    if (subject > MATCHER_SUBJECT_MAX)
        return FAIL(TOO_MANY, "evidence: more than %u customers cannot be matched", MATCHER_SUBJECT_MAX);
    if (matcher->count >= matcher->bucket_count * SLOTS / (FULL_OF_FIVE + 1) * FULL_OF_FIVE)
        TRY(grow(matcher));
    slot_put(matcher,
             (struct slot){be64_get(tag), be32_get(tag + 8), (uint32_t)subject << MATCHER_SHIFT | flags});
    matcher->count++;
    return OK;
}

void matcher_soon(const struct matcher *matcher, const uint8_t tag[MATCHER_TAG_BYTES])
{
    __builtin_prefetch(&matcher->buckets[place_of(matcher, be64_get(tag))]);
}

size_t matcher_find(const struct matcher *matcher, const uint8_t tag[MATCHER_TAG_BYTES], uint32_t *out,
                    size_t room)
{
    const uint64_t high = be64_get(tag);
    const uint32_t low = be32_get(tag + 8);
    size_t count = 0;
    for (uint64_t at = place_of(matcher, high);; at = at + 1 == matcher->bucket_count ? 0 : at + 1) {
        const struct bucket *bucket = &matcher->buckets[at];
        for (size_t i = 0; i < SLOTS; i++) {
            const struct slot *slot = &bucket->slots[i];
            if (slot->who == 0) return count;
            if (slot->high != high || slot->low != low) continue;
            if (count < room) out[count] = slot->who;
            count++;
        }
    }
}

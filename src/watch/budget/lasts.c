#include "watch/budget/lasts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK_BITS = 16,
    CHUNK_NUMBERS = 1 << CHUNK_BITS,
    SLOTS_LEAST = 8,
    SLOTS_MOST = 32768 /* more would take as much as the array of all numbers */
};

/* A hash of low halves with linear probing; or, `lows` NULL, one minute for every number. Minute 0 is a free slot. */
struct lasts_chunk {
    uint32_t used, slots;
    uint32_t *minutes;
    uint16_t *lows;
};

static struct lasts_chunk *chunk_new(uint32_t slots)
{
    struct lasts_chunk *chunk = malloc(sizeof *chunk);
    bool array = slots == CHUNK_NUMBERS;
    uint32_t *minutes = calloc(slots, sizeof *minutes + (array ? 0 : sizeof *chunk->lows));
    if (!chunk || !minutes) abort();
    *chunk = (struct lasts_chunk){
        .slots = slots, .minutes = minutes, .lows = array ? NULL : (uint16_t *)(void *)(minutes + slots)};
    return chunk;
}

static void chunk_free(struct lasts_chunk *chunk)
{
    if (!chunk) return;
    free(chunk->minutes);
    free(chunk);
}

void lasts_done(struct lasts *lasts)
{
    for (size_t i = 0; i < lasts->count; i++) chunk_free(lasts->chunks[i]);
    free(lasts->chunks);
    *lasts = (struct lasts){0};
}

/* The slot where a number's search begins. */
static uint32_t first_slot(const struct lasts_chunk *chunk, uint16_t low)
{
    static const uint32_t spread = 2654435769U; /* 2^32 / the golden ratio: neighbours fall far apart */
    return chunk->lows ? (low * spread) >> CHUNK_BITS & (chunk->slots - 1) : low;
}

/* The slot of a number, or the free one where it belongs. */
static uint32_t slot_of(const struct lasts_chunk *chunk, uint16_t low)
{
    uint32_t mask = chunk->slots - 1, at = first_slot(chunk, low);
    if (!chunk->lows) return at;
    while (chunk->minutes[at] != 0 && chunk->lows[at] != low) at = (at + 1) & mask;
    return at;
}

static void chunk_set(struct lasts_chunk *chunk, uint16_t low, uint32_t minute)
{
    uint32_t slot = slot_of(chunk, low);
    chunk->used += chunk->minutes[slot] == 0;
    if (chunk->lows) chunk->lows[slot] = low;
    chunk->minutes[slot] = minute;
}

static uint32_t chunk_live(const struct lasts_chunk *chunk, uint32_t stale)
{
    uint32_t live = 0;
    for (uint32_t i = 0; i < chunk->slots; i++) live += chunk->minutes[i] > stale;
    return live;
}

/* The same without what is stale, with room for as many again. */
static struct lasts_chunk *chunk_anew(struct lasts_chunk *old, uint32_t live, uint32_t stale)
{
    uint32_t slots = SLOTS_LEAST;
    while (slots < 2 * (live + 1)) slots *= 2;
    struct lasts_chunk *chunk = chunk_new(slots > SLOTS_MOST ? CHUNK_NUMBERS : slots);
    for (uint32_t i = 0; i < old->slots; i++) {
        if (old->minutes[i] <= stale) continue;
        chunk_set(chunk, old->lows ? old->lows[i] : (uint16_t)i, old->minutes[i]);
    }
    chunk_free(old);
    return chunk;
}

static struct lasts_chunk **chunk_place(struct lasts *lasts, uint64_t number)
{
    if (number >= lasts->count) {
        size_t count = lasts->count + lasts->count / 2;
        if (count <= number) count = (size_t)number + 1;
        lasts->chunks = realloc(lasts->chunks, count * sizeof(struct lasts_chunk *));
        if (!lasts->chunks) abort();
        memset(lasts->chunks + lasts->count, 0, (count - lasts->count) * sizeof(struct lasts_chunk *));
        lasts->count = count;
    }
    return &lasts->chunks[number];
}

void lasts_fetch(const struct lasts *lasts, uint64_t subject)
{
    uint64_t number = subject >> CHUNK_BITS;
    const struct lasts_chunk *chunk = number < lasts->count ? lasts->chunks[number] : NULL;
    if (!chunk) return;
    uint32_t slot = first_slot(chunk, (uint16_t)subject);
    __builtin_prefetch(&chunk->minutes[slot], 1);
    if (chunk->lows) __builtin_prefetch(&chunk->lows[slot], 1);
}

uint32_t lasts_swap(struct lasts *lasts, uint64_t subject, uint32_t minute, uint32_t stale)
{
    assert(subject < LASTS_SUBJECTS_MAX && minute != 0);
    struct lasts_chunk **place = chunk_place(lasts, subject >> CHUNK_BITS);
    struct lasts_chunk *chunk = *place;
    uint16_t low = (uint16_t)subject;
    if (!chunk) chunk = *place = chunk_new(SLOTS_LEAST);
    uint32_t slot = slot_of(chunk, low), before = chunk->minutes[slot];
    if (before != 0 || chunk->used * 4 < chunk->slots * 3 || !chunk->lows) {
        chunk->used += before == 0;
        if (chunk->lows) chunk->lows[slot] = low;
        chunk->minutes[slot] = minute;
        return before;
    }
    *place = chunk_anew(chunk, chunk_live(chunk, stale), stale);
    chunk_set(*place, low, minute);
    return 0;
}

size_t lasts_sweep(struct lasts *lasts, size_t *at, uint32_t stale, size_t room)
{
    size_t examined = 1;
    for (; *at < lasts->count && examined < room; (*at)++) {
        struct lasts_chunk *chunk = lasts->chunks[*at];
        examined++;
        if (!chunk) continue;
        uint32_t live = chunk_live(chunk, stale);
        examined += chunk->slots;
        if (live == 0) {
            chunk_free(chunk);
            lasts->chunks[*at] = NULL;
        } else if (live < chunk->used / 2) {
            lasts->chunks[*at] = chunk_anew(chunk, live, stale);
        }
    }
    if (*at >= lasts->count) *at = 0;
    return examined;
}

bool lasts_empty(const struct lasts *lasts)
{
    for (size_t i = 0; i < lasts->count; i++) {
        if (lasts->chunks[i]) return false;
    }
    return true;
}

size_t lasts_bytes(const struct lasts *lasts)
{
    size_t bytes = lasts->count * sizeof(struct lasts_chunk *);
    for (size_t i = 0; i < lasts->count; i++) {
        const struct lasts_chunk *chunk = lasts->chunks[i];
        if (!chunk) continue;
        bytes +=
            sizeof *chunk + chunk->slots * (sizeof *chunk->minutes + (chunk->lows ? sizeof *chunk->lows : 0));
    }
    return bytes;
}

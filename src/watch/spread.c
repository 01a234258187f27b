#include "watch/spread.h"

#include <stdlib.h>
#include <string.h>

enum { PLACES = 2 * SPREAD_PAIRS_MAX }; /* at most half full, so that a search is short */

struct spread {
    int64_t hour;
    size_t pair_count;
    uint64_t group_count, members_most;
    uint64_t pairs[PLACES];  /* hashes of pairs; 0: free */
    uint64_t groups[PLACES]; /* hashes of groups; 0: free */
    uint32_t members[PLACES];
};

RESULT spread_new(struct spread **out)
{
    struct spread *spread = calloc(1, sizeof *spread);
    if (!spread) return FAIL(UNAVAILABLE, "spread: out of memory");
    *out = spread;
    return OK;
}

void spread_free(struct spread **spread)
{
    free(*spread);
    *spread = NULL;
}

/* Never 0. The finaliser of splitmix64: a bijection. */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9U;
    x = (x ^ x >> 27) * 0x94d049bb133111ebU;
    x ^= x >> 31;
    return x ? x : 1;
}

/* The place of a hash, or the free one where it would stand. */
static size_t place_of(const uint64_t *hashes, uint64_t hash)
{
    size_t at = hash % PLACES;
    while (hashes[at] != 0 && hashes[at] != hash) at = (at + 1) % PLACES;
    return at;
}

void spread_add(struct spread *spread, int64_t now_us, uint64_t group, uint64_t member)
{
    int64_t hour = now_us / HOUR_US;
    if (hour != spread->hour) {
        memset(spread, 0, sizeof *spread);
        spread->hour = hour;
    }
    uint64_t group_hash = mix(group), pair_hash = mix(group_hash + member);
    size_t pair = place_of(spread->pairs, pair_hash);
    if (spread->pairs[pair] != 0 || spread->pair_count == SPREAD_PAIRS_MAX) return;
    spread->pairs[pair] = pair_hash;
    spread->pair_count++;
    size_t at = place_of(spread->groups, group_hash);
    spread->group_count += spread->groups[at] == 0;
    spread->groups[at] = group_hash;
    spread->members[at]++;
    if (spread->members[at] > spread->members_most) spread->members_most = spread->members[at];
}

void spread_now(const struct spread *spread, int64_t now_us, uint64_t *groups, uint64_t *members_most)
{
    bool same = spread->hour == now_us / HOUR_US;
    *groups = same ? spread->group_count : 0;
    *members_most = same ? spread->members_most : 0;
}

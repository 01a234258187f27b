#include "serve/sources.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* IPv4 whole, IPv6 without its lower half. */
static void name_of(const uint8_t network[NETWORK_BYTES], uint64_t out[2])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    memcpy(out, network, 2 * sizeof *out);
    if (memcmp(network, mapped, sizeof mapped) != 0) out[1] = 0;
}

static size_t row_of(const struct sources *sources, const uint64_t name[2])
{
    uint64_t mixed = sources->seed;
    for (size_t i = 0; i < 2; i++) {
        mixed =
            (mixed ^ name[i]) * 0x9e3779b97f4a7c15u; /* odd, by the golden ratio: every bit reaches the top */
        mixed ^= mixed >> 32;
    }
    return mixed % SOURCES_ROWS;
}

static struct source *find(const struct sources *sources, const uint64_t name[2])
{
    struct source *at = sources->rows[row_of(sources, name)];
    while (at && memcmp(at->name, name, sizeof at->name) != 0) at = at->next;
    return at;
}

size_t sources_count(const struct sources *sources, const uint8_t network[NETWORK_BYTES])
{
    uint64_t name[2];
    name_of(network, name);
    const struct source *source = find(sources, name);
    return source ? source->count : 0;
}

struct source *sources_add(struct sources *sources, const uint8_t network[NETWORK_BYTES])
{
    uint64_t name[2];
    name_of(network, name);
    struct source *source = find(sources, name);
    if (!source) {
        struct source **row = &sources->rows[row_of(sources, name)];
        source = calloc(1, sizeof *source);
        if (!source) abort(); /* as all memory: see bytes.h */
        memcpy(source->name, name, sizeof source->name);
        source->next = *row;
        *row = source;
    }
    source->count++;
    return source;
}

void sources_drop(struct sources *sources, struct source **source)
{
    struct source *gone = TAKE(*source);
    if (!gone) return;
    assert(gone->count > 0);
    if (--gone->count > 0) return;
    struct source **at = &sources->rows[row_of(sources, gone->name)];
    while (*at != gone) at = &(*at)->next;
    *at = gone->next;
    free(gone);
}

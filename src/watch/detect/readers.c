#include "watch/detect/watch_priv.h"

#include <assert.h>
#include <stdlib.h>

enum { SLOTS_FIRST = 64, LIST_FIRST = 32, QUIET_LOOKED_AT = 64 };

static size_t place_of(const struct readers *readers, uint64_t reader)
{
    size_t mask = readers->slots_count - 1, at = sketch_mix(reader) & mask;
    while (readers->slots[at].reader != 0 && readers->slots[at].reader != reader) at = (at + 1) & mask;
    return at;
}

struct reader_state *readers_find(const struct readers *readers, uint64_t reader)
{
    if (readers->slots_count == 0) return NULL;
    return readers->slots[place_of(readers, reader)].state;
}

static void *grown(void *from, size_t count, size_t size)
{
    void *to = reallocarray(from, count, size);
    if (!to) abort();
    return to;
}

static void slots_grow(struct readers *readers)
{
    struct slot *before = readers->slots;
    size_t count = readers->slots_count;
    readers->slots_count = count ? count * 2 : SLOTS_FIRST;
    readers->slots = calloc(readers->slots_count, sizeof *readers->slots);
    if (!readers->slots) abort();
    for (size_t i = 0; i < count; i++)
        if (before[i].reader != 0) readers->slots[place_of(readers, before[i].reader)] = before[i];
    free(before);
}

/* Of some, in turn, the one that looked longest ago; a reader with an alert today only when all of them have. */
static uint64_t quietest(struct readers *readers)
{
    const struct reader_state *found = NULL;
    for (size_t i = 0; i < QUIET_LOOKED_AT && i < readers->count; i++) {
        const struct reader_state *one = readers->list[readers->hand++ % readers->count];
        bool better = !found || (found->alerted && !one->alerted) ||
                      (found->alerted == one->alerted && one->last_us < found->last_us);
        if (better) found = one;
    }
    assert(found);
    return found->reader;
}

struct reader_state *readers_add(struct readers *readers, uint64_t reader)
{
    assert(reader != 0 && !readers_find(readers, reader));
    if (readers->count == readers->max) {
        readers_remove(readers, quietest(readers));
        readers->evicted++;
    }
    if (readers->count == readers->cap) {
        readers->cap = readers->cap ? readers->cap * 2 : LIST_FIRST;
        readers->list = grown(readers->list, readers->cap, sizeof(struct reader_state *));
    }
    if (2 * (readers->count + 1) > readers->slots_count) slots_grow(readers);
    struct reader_state *state = calloc(1, sizeof *state);
    if (!state) abort();
    state->reader = reader;
    readers->list[readers->count++] = state;
    readers->slots[place_of(readers, reader)] = (struct slot){reader, state};
    return state;
}

/* Close the hole at `hole`, so that every search still finds its end (Knuth, volume 3, section 6.4, algorithm R). */
static void slots_close(struct readers *readers, size_t hole)
{
    size_t mask = readers->slots_count - 1;
    for (size_t at = (hole + 1) & mask; readers->slots[at].reader != 0; at = (at + 1) & mask) {
        size_t home = sketch_mix(readers->slots[at].reader) & mask;
        if (((at - home) & mask) < ((at - hole) & mask)) continue;
        readers->slots[hole] = readers->slots[at];
        hole = at;
    }
    readers->slots[hole] = (struct slot){0};
}

void readers_remove(struct readers *readers, uint64_t reader)
{
    struct reader_state *state = readers_find(readers, reader);
    if (!state) return;
    slots_close(readers, place_of(readers, reader));
    size_t at = 0;
    while (readers->list[at] != state) at++;
    readers->list[at] = readers->list[--readers->count];
    free(state);
}

void readers_done(struct readers *readers)
{
    for (size_t i = 0; i < readers->count; i++) free(readers->list[i]);
    free(readers->list);
    free(readers->slots);
    *readers = (struct readers){0};
}

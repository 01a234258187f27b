#include "store/sqlite/tag_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void tag_bytes_of(const struct tag_row *row, struct tag_bytes *out)
{
    be32_put(out->at, row->index);
    memcpy(out->at + 4, row->tag, TAG_BYTES);
    be16_put(out->at + 20, (uint16_t)(row->no.at >> 32));
    be32_put(out->at + 22, (uint32_t)row->no.at);
    be32_put(out->at + 26, row->since_s);
}

void tag_row_of(const uint8_t *bytes, struct tag_row *out)
{
    *out = (struct tag_row){.index = be32_get(bytes),
                            .no = {(uint64_t)be16_get(bytes + 20) << 32 | be32_get(bytes + 22)},
                            .since_s = be32_get(bytes + 26)};
    memcpy(out->tag, bytes + 4, TAG_BYTES);
}

/* An index number never has its highest bit set: it marks a row as dead. */
bool tag_row_dead(const struct tag_bytes *row)
{
    return row->at[0] & 0x80;
}

void tag_row_kill(struct tag_bytes *row, bool dead)
{
    row->at[0] = (uint8_t)(dead ? row->at[0] | 0x80 : row->at[0] & 0x7f);
}

void tag_mem_done(struct tag_mem *mem)
{
    free(mem->rows);
    free(mem->slots);
    *mem = (struct tag_mem){0};
}

static uint64_t hash_of(const uint8_t *row)
{
    return be64_get(row + 4) ^ (uint64_t)(be32_get(row) & 0x7fffffff) * 0x9e3779b97f4a7c15U;
}

/* The half that stands in a slot; the slot's place comes from the other one. */
static uint64_t mark_of(uint64_t hash)
{
    return hash & 0xffffffff00000000U;
}

static size_t row_of(uint64_t slot)
{
    return (size_t)(slot & 0xffffffff) - 1;
}

static void slot_put(struct tag_mem *mem, size_t row)
{
    uint64_t hash = hash_of(mem->rows[row].at);
    size_t at = hash & (mem->slot_count - 1);
    while (mem->slots[at] != 0) at = (at + 1) & (mem->slot_count - 1);
    mem->slots[at] = mark_of(hash) | (row + 1);
}

static void grow(struct tag_mem *mem)
{
    size_t cap = mem->cap ? mem->cap * 2 : 1024;
    struct tag_bytes *rows = realloc(mem->rows, cap * sizeof *rows);
    uint64_t *slots = calloc(cap * 2, sizeof *slots);
    if (!rows || !slots) abort();
    free(mem->slots);
    mem->rows = rows;
    mem->slots = slots;
    mem->cap = cap;
    mem->slot_count = cap * 2;
    for (size_t i = 0; i < mem->count; i++) slot_put(mem, i);
}

struct tag_bytes *tag_mem_find(const struct tag_mem *mem, const uint8_t key[TAG_KEY_BYTES])
{
    if (mem->slot_count == 0) return NULL;
    uint64_t hash = hash_of(key);
    for (size_t at = hash & (mem->slot_count - 1); mem->slots[at] != 0;
         at = (at + 1) & (mem->slot_count - 1)) {
        if (mark_of(mem->slots[at]) != mark_of(hash)) continue;
        struct tag_bytes *row = &mem->rows[row_of(mem->slots[at])];
        if (memcmp(row->at, key, TAG_KEY_BYTES) == 0) return row; /* a dead one differs in its first bit */
    }
    return NULL;
}

void tag_mem_add(struct tag_mem *mem, const struct tag_bytes *row)
{
    if (mem->count == mem->cap) grow(mem); /* there is a free slot from here on */
    uint64_t hash = hash_of(row->at);
    size_t at = hash & (mem->slot_count - 1);
    for (; mem->slots[at] != 0; at = (at + 1) & (mem->slot_count - 1)) {
        if (mark_of(mem->slots[at]) == mark_of(hash) &&
            memcmp(mem->rows[row_of(mem->slots[at])].at, row->at, TAG_KEY_BYTES) == 0)
            return;
    }
    mem->rows[mem->count++] = *row;
    mem->slots[at] = mark_of(hash) | mem->count;
}

void tag_mem_clear(struct tag_mem *mem)
{
    if (mem->slot_count > 0) memset(mem->slots, 0, mem->slot_count * sizeof *mem->slots);
    mem->count = mem->dead = 0;
}

void tag_mem_back(struct tag_mem *mem, size_t count)
{
    /* the newest row took the last free slot of its row of slots, so slots empty in the reverse order */
    while (mem->count > count) {
        size_t row = --mem->count, at = hash_of(mem->rows[row].at) & (mem->slot_count - 1);
        while (mem->slots[at] == 0 || row_of(mem->slots[at]) != row) at = (at + 1) & (mem->slot_count - 1);
        mem->slots[at] = 0;
    }
}

void tag_mem_each(const struct tag_mem *mem, const uint8_t fence[TAG_FENCE_BYTES],
                  void (*each)(void *context, const uint8_t *row), void *context)
{
    if (mem->slot_count == 0) return;
    uint64_t hash = hash_of(fence);
    for (size_t at = hash & (mem->slot_count - 1); mem->slots[at] != 0;
         at = (at + 1) & (mem->slot_count - 1)) {
        if (mark_of(mem->slots[at]) != mark_of(hash)) continue;
        const struct tag_bytes *row = &mem->rows[row_of(mem->slots[at])];
        if (memcmp(row->at, fence, TAG_FENCE_BYTES) == 0) each(context, row->at);
    }
}

void tag_mem_soon(const struct tag_mem *mem, const uint8_t fence[TAG_FENCE_BYTES])
{
    if (mem->slot_count > 0) __builtin_prefetch(&mem->slots[hash_of(fence) & (mem->slot_count - 1)], 1);
}

struct sort_key {
    uint64_t prefix;
    uint32_t row;
};

/* False, and nothing moved, when all have the same byte there: of an index number most are. */
static bool sort_pass(const struct sort_key *from, struct sort_key *to, size_t count, unsigned shift)
{
    size_t places[256] = {0}, at = 0;
    for (size_t i = 0; i < count; i++) places[from[i].prefix >> shift & 255]++;
    if (places[from[0].prefix >> shift & 255] == count) return false;
    for (size_t byte = 0; byte < 256; byte++) {
        size_t here = places[byte];
        places[byte] = at;
        at += here;
    }
    for (size_t i = 0; i < count; i++) to[places[from[i].prefix >> shift & 255]++] = from[i];
    return true;
}

/* Rows whose first eight bytes are equal stand side by side: put them in order. */
static void sort_equals(const struct tag_bytes *rows, const struct sort_key *keys, uint32_t *order,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        for (; at > 0 && keys[at - 1].prefix == keys[i].prefix &&
               memcmp(rows[order[at - 1]].at, rows[keys[i].row].at, TAG_KEY_BYTES) > 0;
             at--)
            order[at] = order[at - 1];
        order[at] = keys[i].row;
    }
}

void tag_sort(const struct tag_bytes *rows, uint32_t *order, size_t count)
{
    if (count == 0) return;
    struct sort_key *keys = malloc(count * sizeof *keys), *other = malloc(count * sizeof *other);
    if (!keys || !other) abort();
    for (size_t i = 0; i < count; i++) keys[i] = (struct sort_key){be64_get(rows[order[i]].at), order[i]};
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if (!sort_pass(keys, other, count, shift)) continue;
        struct sort_key *swap = keys;
        keys = other;
        other = swap;
    }
    sort_equals(rows, keys, order, count);
    free(keys);
    free(other);
}

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

static size_t slot_of(const struct tag_mem *mem, const uint8_t *row)
{
    uint64_t hash = be64_get(row + 4) ^ (uint64_t)(be32_get(row) & 0x7fffffff) * 0x9e3779b97f4a7c15U;
    return (size_t)(hash & (mem->slot_count - 1));
}

static void slot_put(struct tag_mem *mem, size_t row)
{
    size_t at = slot_of(mem, mem->rows[row].at);
    while (mem->slots[at] != 0) at = (at + 1) & (mem->slot_count - 1);
    mem->slots[at] = (uint32_t)row + 1;
}

static void grow(struct tag_mem *mem)
{
    size_t cap = mem->cap ? mem->cap * 2 : 1024;
    struct tag_bytes *rows = realloc(mem->rows, cap * sizeof *rows);
    uint32_t *slots = calloc(cap * 2, sizeof *slots);
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
    for (size_t at = slot_of(mem, key); mem->slots[at] != 0; at = (at + 1) & (mem->slot_count - 1)) {
        struct tag_bytes *row = &mem->rows[mem->slots[at] - 1];
        if (memcmp(row->at, key, TAG_KEY_BYTES) == 0) return row; /* a dead one differs in its first bit */
    }
    return NULL;
}

void tag_mem_add(struct tag_mem *mem, const struct tag_bytes *row)
{
    if (tag_mem_find(mem, row->at)) return;
    if (mem->count == mem->cap) grow(mem);
    mem->rows[mem->count] = *row;
    slot_put(mem, mem->count);
    mem->count++;
}

void tag_mem_back(struct tag_mem *mem, size_t count)
{
    /* the newest row took the last free slot of its row of slots, so slots empty in the reverse order */
    while (mem->count > count) {
        size_t row = --mem->count, at = slot_of(mem, mem->rows[row].at);
        while (mem->slots[at] != row + 1) at = (at + 1) & (mem->slot_count - 1);
        mem->slots[at] = 0;
    }
}

void tag_mem_each(const struct tag_mem *mem, const uint8_t fence[TAG_FENCE_BYTES],
                  void (*each)(void *context, const uint8_t *row), void *context)
{
    if (mem->slot_count == 0) return;
    for (size_t at = slot_of(mem, fence); mem->slots[at] != 0; at = (at + 1) & (mem->slot_count - 1)) {
        const struct tag_bytes *row = &mem->rows[mem->slots[at] - 1];
        if (memcmp(row->at, fence, TAG_FENCE_BYTES) == 0) each(context, row->at);
    }
}

struct sort_key {
    uint64_t prefix;
    uint32_t row;
};

static void sort_pass(const struct sort_key *from, struct sort_key *to, size_t count, unsigned shift)
{
    size_t places[256] = {0}, at = 0;
    for (size_t i = 0; i < count; i++) places[from[i].prefix >> shift & 255]++;
    for (size_t byte = 0; byte < 256; byte++) {
        size_t here = places[byte];
        places[byte] = at;
        at += here;
    }
    for (size_t i = 0; i < count; i++) to[places[from[i].prefix >> shift & 255]++] = from[i];
}

void tag_sort(struct tag_bytes *rows, size_t count)
{
    struct sort_key *keys = malloc((count + 1) * sizeof *keys), *other = malloc((count + 1) * sizeof *other);
    struct tag_bytes *sorted = malloc((count + 1) * sizeof *sorted);
    if (!keys || !other || !sorted) abort();
    for (size_t i = 0; i < count; i++) keys[i] = (struct sort_key){be64_get(rows[i].at), (uint32_t)i};
    for (unsigned shift = 0; shift < 64; shift += 8) {
        sort_pass(keys, other, count, shift);
        struct sort_key *swap = keys;
        keys = other;
        other = swap;
    }
    for (size_t i = 0; i < count; i++) {
        struct tag_bytes row = rows[keys[i].row];
        size_t at = i;
        for (; at > 0 && memcmp(sorted[at - 1].at, row.at, TAG_KEY_BYTES) > 0; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = row;
    }
    memcpy(rows, sorted, count * sizeof *rows);
    free(keys);
    free(other);
    free(sorted);
}

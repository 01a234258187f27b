#include "answer/portal/gate.h"

#include <assert.h>
#include <stdlib.h>

struct gate_row {
    uint64_t tag; /* 0: free */
    int64_t until_us;
    uint32_t count;
    uint8_t kind;
};

/* A row as it was before the open batch. */
struct gate_change {
    struct gate_row *row, was;
};

struct gate {
    struct gate_row at[GATE_ROWS]; /* a hash table: a row stands at its tag, or in one of the next places */
    struct gate_row all[GATE_COUNT];
    struct gate_change *changes;
    size_t change_count, change_cap;
};

static const struct {
    uint32_t source, all, end;
} bounds[] = {
#define GATE(NAME, source, all, end) {source, all, end},
#include "answer/portal/gates.def"
#undef GATE
};

RESULT gate_new(struct gate **out)
{
    struct gate *gate = calloc(1, sizeof *gate);
    if (!gate) return FAIL(UNAVAILABLE, "portal: out of memory");
    *out = gate;
    return OK;
}

void gate_free(struct gate **gate)
{
    if (*gate) free((*gate)->changes);
    free(*gate);
    *gate = NULL;
}

static bool row_is(const struct gate_row *row, enum gate_kind kind, uint64_t tag)
{
    return row->tag == tag && row->kind == kind;
}

/* The row of a tag; else NULL. */
static const struct gate_row *row_find(const struct gate *gate, enum gate_kind kind, uint64_t tag)
{
    for (size_t i = 0; i < GATE_PLACES; i++) {
        const struct gate_row *row = &gate->at[(tag + i) % GATE_ROWS];
        if (row_is(row, kind, tag)) return row;
    }
    return NULL;
}

/* The same, else where it would go: the place whose hour is over first. */
static struct gate_row *row_place(struct gate *gate, enum gate_kind kind, uint64_t tag)
{
    struct gate_row *best = NULL;
    for (size_t i = 0; i < GATE_PLACES; i++) {
        struct gate_row *row = &gate->at[(tag + i) % GATE_ROWS];
        if (row_is(row, kind, tag)) return row;
        if (!best || row->until_us < best->until_us) best = row;
    }
    return best;
}

static uint32_t count_of(const struct gate_row *row, int64_t now_us, int64_t *until_us)
{
    if (!row || row->until_us <= now_us) return 0;
    if (row->until_us > *until_us) *until_us = row->until_us;
    return row->count;
}

RESULT gate_may(const struct gate *gate, enum gate_kind kind, uint64_t tag, int64_t now_us,
                uint32_t *retry_after_s)
{
    assert(tag != 0 && kind < GATE_COUNT);
    int64_t source_us = 0, all_us = 0;
    uint32_t all = count_of(&gate->all[kind], now_us, &all_us);
    uint32_t source = count_of(row_find(gate, kind, tag), now_us, &source_us);
    uint32_t most = all >= bounds[kind].end ? 0 : all >= bounds[kind].all ? 1 : bounds[kind].source;
    if (source < most) return OK;
    int64_t until_us = source_us > 0 ? source_us : all_us;
    *retry_after_s = (uint32_t)((until_us - now_us + SECOND_US - 1) / SECOND_US);
    return FAIL(PORTAL_WAIT, "portal: too many tries came from there; wait, then try again");
}

static void change_note(struct gate *gate, struct gate_row *row)
{
    if (gate->change_count == gate->change_cap) {
        size_t cap = gate->change_cap ? gate->change_cap * 2 : 64;
        struct gate_change *changes = realloc(gate->changes, cap * sizeof *changes);
        if (!changes) abort(); /* as all memory: see bytes.h */
        gate->changes = changes;
        gate->change_cap = cap;
    }
    assert(gate->changes);
    gate->changes[gate->change_count++] = (struct gate_change){row, *row};
}

void gate_ended(struct gate *gate, bool durable)
{
    for (size_t i = gate->change_count; !durable && i > 0; i--)
        *gate->changes[i - 1].row = gate->changes[i - 1].was;
    gate->change_count = 0;
}

static void row_count(struct gate *gate, struct gate_row *row, enum gate_kind kind, uint64_t tag,
                      int64_t now_us)
{
    change_note(gate, row);
    if (!row_is(row, kind, tag) || row->until_us <= now_us)
        *row = (struct gate_row){.tag = tag, .until_us = now_us + HOUR_US, .kind = (uint8_t)kind};
    row->count++;
}

void gate_count(struct gate *gate, enum gate_kind kind, uint64_t tag, int64_t now_us)
{
    row_count(gate, row_place(gate, kind, tag), kind, tag, now_us);
    row_count(gate, &gate->all[kind], kind, 1, now_us);
}

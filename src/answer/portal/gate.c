#include "answer/portal/gate.h"

#include "base/undo.h"

#include <assert.h>
#include <stdlib.h>

struct gate_row {
    uint64_t tag; /* 0: free */
    int64_t until_us;
    uint32_t count;
    uint8_t kind, width;
};

struct gate {
    struct gate_row at[GATE_ROWS]; /* a hash table: a row stands at its tag, or in one of the next places */
    struct gate_row all[GATE_COUNT];
    struct undo undo;
};

static const struct {
    uint32_t of[SOURCE_WIDTHS], all, end;
} bounds[] = {
#define GATE(NAME, one, in56, in48, in32, all, end) {{one, in56, in48, in32}, all, end},
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
    if (*gate) undo_done(&(*gate)->undo);
    free(*gate);
    *gate = NULL;
}

static bool row_is(const struct gate_row *row, const struct gate_row *want)
{
    return row->tag == want->tag && row->kind == want->kind && row->width == want->width;
}

/* Which of two rows is missed less: one whose hour is over, else the one with fewer counts, else the older. */
static bool less(const struct gate_row *a, const struct gate_row *b, int64_t now_us)
{
    bool a_over = a->until_us <= now_us, b_over = b->until_us <= now_us;
    if (a_over || b_over) return a_over && !b_over;
    return a->count < b->count || (a->count == b->count && a->until_us < b->until_us);
}

/* Where the row of a tag is, else where it would go; whoever reads it compares. */
static size_t place_of(const struct gate *gate, const struct gate_row *row, int64_t now_us)
{
    size_t best = row->tag % GATE_ROWS;
    for (size_t i = 0; i < GATE_PLACES; i++) {
        size_t place = (row->tag + i) % GATE_ROWS;
        if (row_is(&gate->at[place], row)) return place;
        if (less(&gate->at[place], &gate->at[best], now_us)) best = place;
    }
    return best;
}

static uint32_t count_of(const struct gate_row *row, int64_t now_us, int64_t *until_us)
{
    if (row->until_us <= now_us) return 0;
    *until_us = row->until_us;
    return row->count;
}

RESULT gate_may(const struct gate *gate, enum gate_kind kind, const struct source *from, int64_t now_us,
                uint32_t *retry_after_s)
{
    assert(from->tags[0] != 0 && kind < GATE_COUNT);
    int64_t all_us = 0, until_us = 0;
    uint32_t all = count_of(&gate->all[kind], now_us, &all_us);
    for (unsigned width = 0; width < SOURCE_WIDTHS && until_us == 0; width++) {
        if (from->tags[width] == 0) continue;
        const struct gate_row want = {
            .tag = from->tags[width], .kind = (uint8_t)kind, .width = (uint8_t)width};
        const struct gate_row *row = &gate->at[place_of(gate, &want, now_us)];
        int64_t row_us = all_us;
        uint32_t count = row_is(row, &want) ? count_of(row, now_us, &row_us) : 0,
                 most = bounds[kind].of[width];
        if (all >= bounds[kind].all && width == 0) most = 1;
        if (all >= bounds[kind].end) most = 0;
        if (count >= most) until_us = row_us;
    }
    if (until_us == 0) return OK;
    *retry_after_s = (uint32_t)((until_us - now_us + SECOND_US - 1) / SECOND_US);
    return FAIL(PORTAL_WAIT, "portal: too many tries came from there; wait, then try again");
}

void gate_ended(struct gate *gate, bool durable)
{
    undo_ended(&gate->undo, durable);
}

static void row_count(struct gate *gate, struct gate_row *row, const struct gate_row *want, int64_t now_us)
{
    undo_note(&gate->undo, row, sizeof *row);
    if (!row_is(row, want) || row->until_us <= now_us) {
        *row = *want;
        row->until_us = now_us + HOUR_US;
    }
    row->count++;
}

void gate_count(struct gate *gate, enum gate_kind kind, const struct source *from, int64_t now_us)
{
    struct gate_row want = {.tag = 1, .kind = (uint8_t)kind};
    row_count(gate, &gate->all[kind], &want, now_us);
    for (unsigned width = 0; width < SOURCE_WIDTHS; width++) {
        want.tag = from->tags[width];
        want.width = (uint8_t)width;
        if (want.tag != 0) row_count(gate, &gate->at[place_of(gate, &want, now_us)], &want, now_us);
    }
}

#include "answer/evidence/match_state.h"

#include <assert.h>

/* Every number of a match that grows with its rows, in the order in which they are written. */
#define STATE_COUNTS(EACH) \
    EACH(rows)             \
    EACH(keyed) EACH(hit) EACH(shared) EACH(crossed) EACH(agreeing) EACH(past) EACH(canonical) EACH(random)
#define STATE_COUNTS_BY_KEY(EACH) EACH(by) EACH(keys)

static void set_put(struct set *set, struct buf *out)
{
    size_t count = set_chunk_count(set);
    buf_be32(out, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        uint64_t chunk = 0;
        SCOPED(buf_done) struct buf bytes = {0};
        set_chunk_get(set, i, &chunk, &bytes);
        buf_be64(out, chunk);
        buf_be32(out, (uint32_t)bytes.len);
        buf_slice_put(out, buf_slice(&bytes));
    }
}

static RESULT set_take(struct cursor *state, struct set *out)
{
    uint32_t count = cursor_be32(state);
    for (uint32_t i = 0; i < count && !state->bad; i++) {
        uint64_t chunk = cursor_be64(state);
        struct slice bytes = cursor_take(state, cursor_be32(state));
        if (!state->bad) TRY(set_chunk_put(out, chunk, bytes));
    }
    return OK;
}

static void kept_rows_put(const struct match_row *rows, size_t count, struct buf *out)
{
    buf_be32(out, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        buf_be64(out, rows[i].line);
        buf_be32(out, rows[i].subject);
        buf_byte(out, rows[i].file);
        buf_byte(out, rows[i].past);
        buf_be32(out, (uint32_t)rows[i].text.len);
        buf_slice_put(out, buf_slice(&rows[i].text));
    }
}

static void kept_rows_take(struct cursor *state, struct match_row *rows, size_t room, size_t *out)
{
    uint32_t count = cursor_be32(state);
    if (count > room) state->bad = true;
    for (uint32_t i = 0; i < count && !state->bad; i++) {
        struct match_row *row = &rows[(*out)++];
        row->line = cursor_be64(state);
        row->subject = cursor_be32(state);
        row->file = cursor_byte(state);
        row->past = cursor_byte(state) != 0;
        buf_slice_put(&row->text, cursor_take(state, cursor_be32(state)));
    }
}

static void sketch_put(struct sketch *sketch, struct buf *out)
{
    sketch_close(sketch);
    buf_be32(out, (uint32_t)(sketch->count * sizeof sketch->at[0]));
    sketch_write(sketch, out);
}

static RESULT sketch_take(struct cursor *state, struct sketch *out)
{
    struct slice bytes = cursor_take(state, cursor_be32(state));
    return state->bad ? OK : sketch_read(bytes, out);
}

void match_state_put(struct match *match, struct buf *out)
{
#define PUT(name) buf_be64(out, match->name);
    STATE_COUNTS(PUT)
#undef PUT
    for (size_t key = 0; key < MATCH_KEYS; key++) {
#define PUT(name) buf_be64(out, match->name[key]);
        STATE_COUNTS_BY_KEY(PUT)
#undef PUT
    }
    buf_byte(out, match->combinations_cut);
    set_put(&match->people, out);
    set_put(&match->maybe, out);
    buf_be32(out, (uint32_t)match->combination_count);
    for (size_t i = 0; i < match->combination_count; i++) {
        buf_be64(out, match->combinations[i].fields);
        set_put(&match->combinations[i].people, out);
    }
    kept_rows_put(match->sample, match->sample_count, out);
    kept_rows_put(match->newest, match->newest_count, out);
    sketch_put(match->sketch, out);
    sketch_put(match->rows_sketch, out);
}

static RESULT combinations_take(struct cursor *state, struct match *match)
{
    uint32_t count = cursor_be32(state);
    if (count > MATCH_COMBINATIONS) state->bad = true;
    for (uint32_t i = 0; i < count && !state->bad; i++) {
        struct match_combination *at = &match->combinations[match->combination_count++];
        at->fields = cursor_be64(state);
        TRY(set_take(state, &at->people));
    }
    return OK;
}

RESULT match_state_take(struct cursor *state, struct match *match)
{
    assert(match->rows == 0 && match->combination_count == 0);
#define TAKE_ONE(name) match->name = cursor_be64(state);
    STATE_COUNTS(TAKE_ONE)
#undef TAKE_ONE
    for (size_t key = 0; key < MATCH_KEYS; key++) {
#define TAKE_ONE(name) match->name[key] = cursor_be64(state);
        STATE_COUNTS_BY_KEY(TAKE_ONE)
#undef TAKE_ONE
    }
    match->combinations_cut = cursor_byte(state) != 0;
    TRY(set_take(state, &match->people));
    TRY(set_take(state, &match->maybe));
    TRY(combinations_take(state, match));
    kept_rows_take(state, match->sample, MATCH_SAMPLE, &match->sample_count);
    kept_rows_take(state, match->newest, MATCH_NEWEST, &match->newest_count);
    TRY(sketch_take(state, match->sketch));
    TRY(sketch_take(state, match->rows_sketch));
    bool fits = !state->bad && match->random != 0 && match->hit <= match->rows;
    return fits ? OK : FAIL(CORRUPT, "evidence: what was kept of a match cannot be read");
}

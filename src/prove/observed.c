#include "prove/observed.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ONE_BYTES = 4 + 4 + 8 + 8 + 8 };

void observed_done(struct observed *observed)
{
    free(observed->ones);
    free(observed->ends);
    free(observed->others);
    *observed = (struct observed){0};
}

struct observations observed_of(const struct observed *observed, size_t position)
{
    assert(position < observed->set_count);
    uint32_t from = position > 0 ? observed->ends[position - 1] : 0;
    return (struct observations){observed->ones + from, observed->ends[position] - from};
}

/* Zigzag: hours and lines go up and down by little. */
static void step_put(struct buf *out, uint64_t from, uint64_t to)
{
    uint64_t step = to - from;
    buf_varint(out, step << 1 ^ (step >> 63 ? UINT64_MAX : 0));
}

static uint64_t step_take(struct cursor *cursor, uint64_t from)
{
    uint64_t step = cursor_varint(cursor);
    return from + (step >> 1 ^ (step & 1 ? UINT64_MAX : 0));
}

void observed_write(const struct observed *observed, struct buf *out)
{
    uint64_t hour = 0, line = observed->line_from;
    buf_put(out, observed->salt, OBSERVED_SALT_BYTES);
    buf_varint(out, observed->file);
    buf_varint(out, observed->from);
    buf_varint(out, observed->to - observed->from);
    buf_put(out, observed->hash.bytes, HASH_BYTES);
    buf_varint(out, observed->line_from);
    buf_varint(out, observed->line_to - observed->line_from);
    buf_varint(out, observed->broken);
    buf_varint(out, (uint64_t)observed->newest_us);
    for (size_t i = 0; i < observed->set_count; i++) {
        struct observations of = observed_of(observed, i);
        buf_varint(out, of.count);
        for (size_t at = 0; at < of.count; at++) {
            const struct observation *one = &of.at[at];
            buf_varint(out, one->reader);
            step_put(out, hour, one->hour);
            buf_varint(out, one->full);
            step_put(out, line, one->line);
            buf_varint(out, one->lines);
            hour = one->hour;
            line = one->line;
        }
    }
    buf_varint(out, observed->other_count);
    for (size_t i = 0; i < observed->other_count; i++) {
        const struct unattributed *other = &observed->others[i];
        buf_varint(out, other->reader);
        step_put(out, hour, other->hour);
        buf_varint(out, other->full);
        buf_varint(out, other->lines);
        buf_varint(out, other->rows);
        buf_byte(out, other->named);
        hour = other->hour;
    }
}

static RESULT malformed(void)
{
    return FAIL(CORRUPT, "ledger: what was observed beside an entry is malformed");
}

static void head_read(struct cursor *cursor, struct observed *out)
{
    struct slice salt = cursor_take(cursor, OBSERVED_SALT_BYTES);
    if (salt.len == OBSERVED_SALT_BYTES) memcpy(out->salt, salt.at, salt.len);
    uint64_t file = cursor_varint(cursor);
    if (file == 0 || file > UINT32_MAX) cursor->bad = true;
    out->file = (uint32_t)file;
    out->from = cursor_varint(cursor);
    out->to = out->from + cursor_varint(cursor);
    struct slice hash = cursor_take(cursor, HASH_BYTES);
    if (hash.len == HASH_BYTES) memcpy(out->hash.bytes, hash.at, hash.len);
    out->line_from = cursor_varint(cursor);
    out->line_to = out->line_from + cursor_varint(cursor);
    out->broken = cursor_varint(cursor);
    out->newest_us = (int64_t)cursor_varint(cursor);
    if (out->to < out->from || out->line_to < out->line_from || out->newest_us < 0) cursor->bad = true;
}

static uint32_t u32_of(struct cursor *cursor, uint64_t number)
{
    if (number > UINT32_MAX) cursor->bad = true;
    return (uint32_t)number;
}

static RESULT ones_read(struct cursor *cursor, struct observed *out, uint64_t *hour)
{
    size_t room = out->set_count, count = 0;
    uint64_t line = out->line_from;
    for (size_t i = 0; i < out->set_count; i++) {
        uint64_t of = cursor_varint(cursor);
        if (cursor->bad || of == 0 || of > OBSERVED_ONES_MAX - count) return malformed();
        if (count + of > room || !out->ones) {
            room = (count + of) * 2 + out->set_count;
            struct observation *ones = realloc(out->ones, room * sizeof *ones);
            if (!ones) return FAIL(UNAVAILABLE, "ledger: out of memory");
            out->ones = ones;
        }
        for (uint64_t at = 0; at < of; at++) {
            struct observation *one = &out->ones[count++];
            one->reader = u32_of(cursor, cursor_varint(cursor));
            *hour = one->hour = u32_of(cursor, step_take(cursor, *hour));
            one->full = cursor_varint(cursor);
            line = one->line = step_take(cursor, line);
            one->lines = cursor_varint(cursor);
        }
        out->ends[i] = (uint32_t)count;
    }
    return OK;
}

static RESULT others_read(struct cursor *cursor, struct observed *out, uint64_t hour)
{
    uint64_t count = cursor_varint(cursor);
    if (cursor->bad || count > OBSERVED_ONES_MAX || count > cursor->rest.len) return malformed();
    if (count == 0) return OK;
    out->others = calloc(count, sizeof *out->others);
    if (!out->others) return FAIL(UNAVAILABLE, "ledger: out of memory");
    for (; out->other_count < count; out->other_count++) {
        struct unattributed *other = &out->others[out->other_count];
        other->reader = u32_of(cursor, cursor_varint(cursor));
        hour = other->hour = u32_of(cursor, step_take(cursor, hour));
        other->full = cursor_varint(cursor);
        other->lines = cursor_varint(cursor);
        other->rows = cursor_varint(cursor);
        uint8_t named = cursor_byte(cursor);
        if (named > 1) return malformed();
        other->named = named == 1;
    }
    return OK;
}

RESULT observed_read(struct slice bytes, size_t set_count, struct observed *out)
{
    SCOPED(observed_done) struct observed read = {.set_count = set_count};
    struct cursor cursor = {bytes, false};
    uint64_t hour = 0;
    head_read(&cursor, &read);
    if (cursor.bad || set_count > OBSERVED_ONES_MAX || set_count > cursor.rest.len) return malformed();
    read.ends = calloc(set_count + 1, sizeof *read.ends);
    if (!read.ends) return FAIL(UNAVAILABLE, "ledger: out of memory");
    TRY(ones_read(&cursor, &read, &hour));
    TRY(others_read(&cursor, &read, hour));
    if (cursor.bad || cursor.rest.len > 0) return malformed();
    *out = TAKE(read);
    return OK;
}

void observed_hash(struct crypto *crypto, struct slice bytes, struct hash *out)
{
    const struct slice parts[] = {SLICE_TEXT("amanah observed 1"), bytes};
    sha256(crypto, parts, COUNT_OF(parts), out);
}

static void one_put(const struct observation *one, uint8_t at[ONE_BYTES])
{
    be32_put(at, one->reader);
    be32_put(at + 4, one->hour);
    be64_put(at + 8, one->full);
    be64_put(at + 16, one->line);
    be64_put(at + 24, one->lines);
}

void observed_bind(struct crypto *crypto, const struct observed *observed, size_t position, struct hash *out)
{
    struct observations of = observed_of(observed, position);
    SCOPED(buf_done) struct buf many = {0};
    uint8_t few[4 * ONE_BYTES], *at = few;
    if (of.count > sizeof few / ONE_BYTES) at = buf_extend(&many, of.count * ONE_BYTES);
    for (size_t i = 0; i < of.count; i++) one_put(&of.at[i], at + i * ONE_BYTES);
    const struct slice parts[] = {
        SLICE_TEXT("amanah observation 1"), SLICE_OF(observed->hash), {at, of.count * ONE_BYTES}};
    sha256(crypto, parts, COUNT_OF(parts), out);
}

#include "base/weblog/seen.h"

#include "base/text.h"

void seen_reader_put(const struct seen_reader *reader, struct buf *out)
{
    buf_byte(out, (uint8_t)reader->kind);
    buf_varint(out, reader->name.len);
    buf_slice_put(out, reader->name);
}

void seen_row_put(const struct seen_row *row, uint64_t *line, struct buf *out)
{
    uint64_t step = row->line - *line;
    *line = row->line;
    buf_varint(out, row->reader);
    buf_varint(out, row->route);
    buf_varint(out, row->hour);
    buf_varint(out, step << 1 ^ (step >> 63 ? UINT64_MAX : 0));
    buf_varint(out, row->lines);
    buf_varint(out, row->rows);
    buf_byte(out, (uint8_t)row->kind);
    buf_varint(out, row->subject.len);
    buf_slice_put(out, row->subject);
}

static struct slice text_take(struct cursor *cursor, size_t most)
{
    uint64_t len = cursor_varint(cursor);
    if (len > most) cursor->bad = true;
    return cursor_take(cursor, cursor->bad ? 0 : (size_t)len);
}

static uint32_t u32_take(struct cursor *cursor)
{
    uint64_t number = cursor_varint(cursor);
    if (number > UINT32_MAX) cursor->bad = true;
    return (uint32_t)number;
}

bool seen_reader_get(struct cursor *cursor, struct seen_reader *out)
{
    uint8_t kind = cursor_byte(cursor);
    out->name = text_take(cursor, SEEN_NAME_BYTES_MAX);
    if (cursor->bad || kind < SEEN_USER || kind > SEEN_UNNAMED || !utf8_valid(out->name)) return false;
    out->kind = (enum seen_reader_kind)kind;
    return (out->kind == SEEN_UNNAMED) == (out->name.len == 0);
}

bool seen_row_get(struct cursor *cursor, uint64_t *line, struct seen_row *out)
{
    out->reader = u32_take(cursor);
    out->route = u32_take(cursor);
    out->hour = u32_take(cursor);
    uint64_t step = cursor_varint(cursor);
    *line += step >> 1 ^ (step & 1 ? UINT64_MAX : 0);
    out->line = *line;
    out->lines = cursor_varint(cursor);
    out->rows = cursor_varint(cursor);
    uint8_t kind = cursor_byte(cursor);
    out->subject = text_take(cursor, SEEN_SUBJECT_BYTES_MAX);
    if (cursor->bad || kind > ROUTE_ID || out->lines == 0) return false;
    if (out->lines > SEEN_LINES_MAX || out->rows > SEEN_RETURNED_MAX) return false;
    out->kind = (enum route_subject)kind;
    return (out->kind == ROUTE_NOBODY) == (out->subject.len == 0);
}

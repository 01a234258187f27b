#include "answer/evidence/dump/frames.h"

#include "base/text.h"

#include <assert.h>

void frame_put(enum frame_type type, struct slice body, struct buf *out)
{
    assert(body.len <= FRAME_BYTES_MAX);
    buf_byte(out, (uint8_t)type);
    buf_be32(out, (uint32_t)body.len);
    buf_slice_put(out, body);
}

void frame_want_put(const struct frame_want *want, struct buf *out)
{
    SCOPED(buf_done) struct buf body = {0};
    buf_be64(&body, want->from);
    buf_be32(&body, want->len);
    frame_put(FRAME_WANT, buf_slice(&body), out);
}

void frame_columns_put(const struct frame_columns *columns, struct buf *out)
{
    SCOPED(buf_done) struct buf body = {0};
    buf_byte(&body, (uint8_t)columns->format);
    buf_byte(&body, (uint8_t)columns->encoding);
    buf_byte(&body, (uint8_t)columns->count);
    for (size_t i = 0; i < columns->count; i++) {
        struct slice name = slice_text(columns->at[i].name);
        buf_byte(&body, columns->at[i].kind);
        buf_byte(&body, (uint8_t)name.len);
        buf_slice_put(&body, name);
    }
    frame_put(FRAME_COLUMNS, buf_slice(&body), out);
}

void frame_end_put(const struct frame_end *end, struct buf *out)
{
    SCOPED(buf_done) struct buf body = {0};
    buf_be64(&body, end->rows);
    buf_be64(&body, end->broken);
    buf_be64(&body, end->unreadable);
    buf_be64(&body, end->unpack.members);
    buf_be64(&body, end->unpack.nested);
    buf_be64(&body, end->unpack.bytes);
    buf_byte(&body, (uint8_t)end->unpack.kind);
    buf_byte(&body, (uint8_t)end->unpack.stop);
    frame_put(FRAME_END, buf_slice(&body), out);
}

void frame_rows_put(uint32_t unreadable, struct slice rows, struct buf *out)
{
    assert(rows.len + sizeof unreadable <= FRAME_BYTES_MAX);
    buf_byte(out, FRAME_ROWS);
    buf_be32(out, (uint32_t)(rows.len + sizeof unreadable));
    buf_be32(out, unreadable);
    buf_slice_put(out, rows);
}

void frame_row_put(uint64_t line, const struct sheet_value *values, size_t count, struct buf *rows)
{
    buf_varint(rows, line);
    buf_varint(rows, count);
    for (size_t i = 0; i < count; i++) {
        struct slice text = slice_part(values[i].text, 0, FRAME_VALUE_BYTES_MAX);
        buf_byte(rows, values[i].column);
        buf_byte(rows, values[i].kind);
        buf_varint(rows, text.len);
        buf_slice_put(rows, text);
    }
}

RESULT frame_head(const uint8_t head[FRAME_HEAD_BYTES], enum frame_type *type, size_t *len)
{
    uint32_t length = be32_get(head + 1);
    if (head[0] < FRAME_WANT || head[0] > FRAME_END || length > FRAME_BYTES_MAX)
        return FAIL(CORRUPT, "dump: the child that reads it wrote something that is no frame");
    *type = (enum frame_type)head[0];
    *len = length;
    return OK;
}

static void columns_read(struct cursor *cursor, struct frame_columns *out)
{
    uint8_t format = cursor_byte(cursor), encoding = cursor_byte(cursor), count = cursor_byte(cursor);
    if (format >= DUMP_FORMATS || encoding > ENCODING_UTF_16BE || count > SHEET_COLUMNS_MAX) {
        cursor->bad = true;
        return;
    }
    out->format = (enum dump_format)format;
    out->encoding = (enum encoding)encoding;
    out->count = count;
    for (size_t i = 0; i < count; i++) {
        out->at[i].kind = cursor_byte(cursor);
        uint8_t len = cursor_byte(cursor);
        struct slice name = cursor_take(cursor, len);
        bool good = len <= SHEET_NAME_BYTES_MAX && kind_name(out->at[i].kind) && text_plain(name);
        if (!good) cursor->bad = true;
        if (cursor->bad) return;
        if (name.len > 0) memcpy(out->at[i].name, name.at, name.len);
        out->at[i].name[name.len] = '\0';
    }
}

static void end_read(struct cursor *cursor, struct frame_end *out)
{
    out->rows = cursor_be64(cursor);
    out->broken = cursor_be64(cursor);
    out->unreadable = cursor_be64(cursor);
    out->unpack.members = cursor_be64(cursor);
    out->unpack.nested = cursor_be64(cursor);
    out->unpack.bytes = cursor_be64(cursor);
    uint8_t kind = cursor_byte(cursor), stop = cursor_byte(cursor);
    if (kind >= UNPACK_KINDS || stop >= UNPACK_STOPS || out->broken > out->rows) cursor->bad = true;
    out->unpack.kind = (enum unpack_kind)kind;
    out->unpack.stop = (enum unpack_stop)stop;
}

RESULT frame_read(enum frame_type type, struct slice body, struct frame *out)
{
    struct cursor cursor = {body, false};
    struct frame frame = {.type = type};
    switch (type) {
    case FRAME_WANT:
        frame.want.from = cursor_be64(&cursor);
        frame.want.len = cursor_be32(&cursor);
        if (frame.want.len == 0 || frame.want.len > UNPACK_PART_BYTES) cursor.bad = true;
        break;
    case FRAME_COLUMNS:
        columns_read(&cursor, &frame.columns);
        break;
    case FRAME_ROWS:
        frame.rows.unreadable = cursor_be32(&cursor);
        frame.rows.at = cursor.rest;
        cursor.rest = (struct slice){0}; /* rows_next() looks into it */
        break;
    case FRAME_END:
        end_read(&cursor, &frame.end);
        break;
    }
    if (cursor.bad || cursor.rest.len > 0)
        return FAIL(CORRUPT, "dump: the child that reads it wrote a frame that is none");
    *out = frame;
    return OK;
}

bool rows_next(struct cursor *rows, uint64_t *line, struct sheet_value *values, size_t *count)
{
    if (rows->bad || rows->rest.len == 0) return false;
    *line = cursor_varint(rows);
    uint64_t many = cursor_varint(rows);
    if (many > SHEET_VALUES_MAX) rows->bad = true;
    for (uint64_t i = 0; i < many && !rows->bad; i++) {
        values[i].column = cursor_byte(rows);
        values[i].kind = cursor_byte(rows);
        uint64_t len = cursor_varint(rows);
        if (len > FRAME_VALUE_BYTES_MAX || values[i].column >= SHEET_COLUMNS_MAX ||
            !kind_name(values[i].kind))
            rows->bad = true;
        values[i].text = cursor_take(rows, (size_t)len);
    }
    *count = (size_t)many;
    return !rows->bad;
}

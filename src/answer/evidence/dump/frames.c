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

void frame_rows_begin(struct buf *out)
{
    assert(out->len == 0);
    memset(buf_extend(out, FRAME_ROWS_HEAD_BYTES), 0, FRAME_ROWS_HEAD_BYTES);
}

void frame_rows_end(uint32_t unreadable, struct buf *out)
{
    assert(out->len >= FRAME_ROWS_HEAD_BYTES && out->len - FRAME_HEAD_BYTES <= FRAME_BYTES_MAX);
    out->at[0] = FRAME_ROWS;
    be32_put(out->at + 1, (uint32_t)(out->len - FRAME_HEAD_BYTES));
    be32_put(out->at + FRAME_HEAD_BYTES, unreadable);
}

static uint8_t *number_write(uint8_t *at, uint64_t number)
{
    for (; number >= 0x80; number >>= 7) *at++ = (uint8_t)(number | 0x80);
    *at++ = (uint8_t)number;
    return at;
}

void frame_row_put(uint64_t line, const struct sheet_value *values, size_t count, struct buf *rows)
{
    enum { NUMBER_BYTES = 10, VALUE_HEAD_BYTES = 2 + NUMBER_BYTES };
    size_t most = (size_t)2 * NUMBER_BYTES, start = rows->len;
    for (size_t i = 0; i < count; i++) most += VALUE_HEAD_BYTES + values[i].text.len;
    uint8_t *at = buf_extend(rows, most);
    at = number_write(number_write(at, line), count);
    for (size_t i = 0; i < count; i++) {
        struct slice text = slice_part(values[i].text, 0, FRAME_VALUE_BYTES_MAX);
        *at++ = values[i].column;
        *at++ = values[i].kind;
        at = number_write(at, text.len);
        if (text.len > 0) memcpy(at, text.at, text.len);
        at += text.len;
    }
    rows->len = start + (size_t)(at - (rows->at + start));
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

/* A varint, which nearly always is one byte. */
static inline uint64_t number_next(struct cursor *rows)
{
    if (rows->rest.len == 0 || rows->rest.at[0] >= 0x80) return cursor_varint(rows);
    uint8_t number = rows->rest.at[0];
    rows->rest.at++;
    rows->rest.len--;
    return number;
}

/* Is there a kind of that number? */
static inline bool kind_known(uint8_t kind)
{
    static const uint64_t known = 0
#define KIND(NAME, number, name) | (uint64_t)1 << (number)
#include "answer/evidence/dump/kinds.def"
#undef KIND
        ;
    return kind <= KIND_MAX && (known >> kind & 1);
}

bool rows_next(struct cursor *rows, uint64_t *line, struct sheet_value *values, size_t *count)
{
    if (rows->bad || rows->rest.len == 0) return false;
    *line = number_next(rows);
    uint64_t many = number_next(rows);
    if (many > SHEET_VALUES_MAX) rows->bad = true;
    for (uint64_t i = 0; i < many && !rows->bad; i++) {
        values[i].column = cursor_byte(rows);
        values[i].kind = cursor_byte(rows);
        uint64_t len = number_next(rows);
        if (len > FRAME_VALUE_BYTES_MAX || values[i].column >= SHEET_COLUMNS_MAX ||
            !kind_known(values[i].kind))
            rows->bad = true;
        values[i].text = cursor_take(rows, (size_t)len);
    }
    *count = (size_t)many;
    return !rows->bad;
}

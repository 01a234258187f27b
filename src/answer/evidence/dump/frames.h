/*
 * What passes between the vault and the child that reads a dump. The child asks for parts of the file and gives rows; the
 * vault believes none of it: frames are bounded, and checked to the last byte. One stream format, whatever the dump is:
 *
 *     from the child  u8 type, be32 length of the rest
 *       want      be64 from, be32 len: these bytes of the file, please
 *       columns   u8 format, u8 encoding, u8 count, each: u8 kind, u8 length, name
 *       rows      be32 values of keys that had no normal form since the frame of rows before, then to the end:
 *                 varint line, varint count, each: u8 column, u8 kind, varint length, text
 *       end       be64 of rows, broken, unreadable, members, nested, bytes; u8 of container and why it ended
 *     to the child    be32 length, bytes: fewer than were wanted at the end of the file alone
 *
 * Main calls: frame_read(), rows_next(). Example: see feed_run() in answer/evidence/dump/feed.c.
 */
#ifndef AMN_ANSWER_EVIDENCE_FRAMES_H
#define AMN_ANSWER_EVIDENCE_FRAMES_H

#include "answer/evidence/dump/dump.h"
#include "answer/evidence/dump/unpack.h"

enum frame_type { FRAME_WANT = 1, FRAME_COLUMNS, FRAME_ROWS, FRAME_END };
enum { FRAME_HEAD_BYTES = 5, FRAME_BYTES_MAX = 256 * 1024, FRAME_VALUE_BYTES_MAX = 1024 };

struct frame_want {
    uint64_t from;
    uint32_t len;
};

struct frame_columns {
    enum dump_format format;
    enum encoding encoding;
    struct sheet_column at[SHEET_COLUMNS_MAX];
    size_t count;
};

struct frame_end {
    uint64_t rows, broken, unreadable;
    struct unpack_summary unpack;
};

struct frame {
    enum frame_type type;
    union {
        struct frame_want want;
        struct frame_columns columns;
        struct {
            uint32_t unreadable;
            struct slice at; /* for rows_next(); borrowed */
        } rows;
        struct frame_end end;
    };
};

void frame_put(enum frame_type type, struct slice body, struct buf *out);
void frame_want_put(const struct frame_want *want, struct buf *out);
void frame_columns_put(const struct frame_columns *columns, struct buf *out);
void frame_end_put(const struct frame_end *end, struct buf *out);
/* A frame of rows is made in its place: begin in an empty buf, put rows behind it, end. */
enum { FRAME_ROWS_HEAD_BYTES = FRAME_HEAD_BYTES + 4 };
void frame_rows_begin(struct buf *out);
void frame_rows_end(uint32_t unreadable, struct buf *out);
void frame_row_put(uint64_t line, const struct sheet_value *values, size_t count, struct buf *rows);

/* Of a whole frame's head: its type and length; CORRUPT for a type or length that there is not. */
RESULT frame_head(const uint8_t head[FRAME_HEAD_BYTES], enum frame_type *type, size_t *len);
/* The rest of it. CORRUPT for anything that the functions above did not make. */
RESULT frame_read(enum frame_type type, struct slice body, struct frame *out);

/* The next row; `values` has room for SHEET_VALUES_MAX. False at the end, or, with rows->bad, for bytes that are none. */
bool rows_next(struct cursor *rows, uint64_t *line, struct sheet_value *values, size_t *count);

#endif

#include "answer/evidence/dump/reader.h"

#include "child/child.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS_BYTES = 128 * 1024 }; /* given at once */

struct reader {
    struct result (*write)(void *context, struct slice bytes);
    void *context;
    struct dump *dump; /* of the member at hand */
    struct buf rows, frame;
    struct frame_end end;
    uint64_t skip, unreadable; /* still to be passed over; told so far */
};

static void reader_done(struct reader *reader)
{
    dump_free(&reader->dump);
    buf_done(&reader->rows);
    buf_done(&reader->frame);
}

static RESULT frame_give(struct reader *reader)
{
    struct result given = reader->write(reader->context, buf_slice(&reader->frame));
    reader->frame.len = 0; /* overwritten by what follows, wiped at the end */
    return given;
}

static RESULT rows_give(struct reader *reader)
{
    if (reader->rows.len == 0) return OK;
    uint64_t all = reader->end.unreadable + (reader->dump ? dump_summary(reader->dump).unreadable : 0);
    frame_rows_end((uint32_t)(all - reader->unreadable), &reader->rows);
    reader->unreadable = all;
    struct result given = reader->write(reader->context, buf_slice(&reader->rows));
    reader->rows.len = 0; /* overwritten by what follows, wiped at the end */
    return given;
}

static RESULT columns_take(void *context, const struct sheet_column *columns, size_t count)
{
    struct reader *reader = context;
    struct dump_summary summary = dump_summary(reader->dump);
    struct frame_columns frame = {.format = summary.format, .encoding = summary.encoding, .count = count};
    memcpy(frame.at, columns, count * sizeof *columns);
    TRY(rows_give(reader));
    frame_columns_put(&frame, &reader->frame);
    return frame_give(reader);
}

static RESULT row_take(void *context, uint64_t line, const struct sheet_value *values, size_t count)
{
    struct reader *reader = context;
    if (reader->rows.len == 0) frame_rows_begin(&reader->rows);
    frame_row_put(line, values, count, &reader->rows);
    return reader->rows.len >= ROWS_BYTES ? rows_give(reader) : OK;
}

static RESULT member_begin(void *context)
{
    struct reader *reader = context;
    return dump_new((struct sheet_sink){reader, columns_take, row_take}, &reader->skip, &reader->dump);
}

static RESULT member_bytes(void *context, struct slice bytes)
{
    struct reader *reader = context;
    return dump_push(reader->dump, bytes);
}

static RESULT member_end(void *context)
{
    struct reader *reader = context;
    TRY(dump_end(reader->dump));
    struct dump_summary summary = dump_summary(reader->dump);
    reader->end.rows += summary.rows;
    reader->end.broken += summary.broken;
    reader->end.unreadable += summary.unreadable;
    dump_free(&reader->dump);
    return rows_give(reader);
}

RESULT reader_run(const struct unpack_source *source, uint64_t skip,
                  struct result (*write)(void *context, struct slice bytes), void *context)
{
    SCOPED(reader_done) struct reader reader = {.write = write, .context = context, .skip = skip};
    const struct unpack_sink sink = {&reader, member_begin, member_bytes, member_end};
    TRY(unpack_run(source, &sink, &reader.end.unpack));
    frame_end_put(&reader.end, &reader.frame);
    return frame_give(&reader);
}

/* What is read ahead: asked for while the part before it is worked on. */
struct asking {
    uint64_t size, ahead_from;
    size_t ahead_len; /* 0: nothing is on its way */
};

static RESULT write_out(void *context, struct slice bytes)
{
    (void)context;
    while (bytes.len > 0) {
        ssize_t put = write(STDOUT_FILENO, bytes.at, bytes.len);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return FAIL(UNAVAILABLE, "reader: nobody listens");
        bytes = slice_from(bytes, (size_t)put);
    }
    return OK;
}

static RESULT read_in(uint8_t *at, size_t len)
{
    while (len > 0) {
        ssize_t got = read(STDIN_FILENO, at, len);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return FAIL(UNAVAILABLE, "reader: nobody answers");
        at += got;
        len -= (size_t)got;
    }
    return OK;
}

static RESULT want(struct asking *asking, uint64_t from, size_t len)
{
    SCOPED(buf_done) struct buf frame = {0};
    frame_want_put(&(struct frame_want){from, (uint32_t)len}, &frame);
    asking->ahead_from = from;
    asking->ahead_len = len;
    return write_out(NULL, buf_slice(&frame));
}

/* What was wanted last. */
static RESULT answer_take(struct asking *asking, struct buf *out)
{
    uint8_t head[4];
    TRY(read_in(head, sizeof head));
    uint32_t len = be32_get(head);
    if (len > asking->ahead_len) return FAIL(CORRUPT, "reader: more than was wanted");
    asking->ahead_len = 0;
    return read_in(buf_extend(out, len), len);
}

static RESULT part_read(void *context, uint64_t at, size_t len, struct buf *out)
{
    struct asking *asking = context;
    uint64_t left = at < asking->size ? asking->size - at : 0;
    if (len > left) len = (size_t)left;
    if (asking->ahead_len > 0 && asking->ahead_from != at) { /* it went elsewhere: that part is not needed */
        SCOPED(buf_done) struct buf unused = {0};
        TRY(answer_take(asking, &unused));
    }
    if (len == 0) return OK;
    if (asking->ahead_len == 0) TRY(want(asking, at, len));
    TRY(answer_take(asking, out));
    uint64_t next = at + len;
    size_t more = asking->size - next < UNPACK_PART_BYTES ? (size_t)(asking->size - next) : UNPACK_PART_BYTES;
    return more > 0 ? want(asking, next, more) : OK;
}

static bool number_take(const char *text, uint64_t *out)
{
    char *end = NULL;
    *out = strtoull(text, &end, 10);
    return end != text && *end == '\0';
}

int reader_main(int argc, char **argv)
{
    static const struct child_limits limits = {READER_MEMORY_BYTES, READER_CPU_S, SANDBOX_FILTER};
    struct asking asking = {0};
    struct encodings_held held = {{0}};
    uint64_t skip = 0;
    if (argc != 3 || !number_take(argv[1], &asking.size) || !number_take(argv[2], &skip)) return 2;
    encodings_hold(&held); /* no file can be opened later */
    if (child_enter(&limits).code != CODE_OK) return 1;
    const struct unpack_source source = {&asking, asking.size, part_read};
    struct result done = reader_run(&source, skip, write_out, NULL);
    encodings_release(&held);
    return done.code == CODE_OK ? 0 : 1;
}

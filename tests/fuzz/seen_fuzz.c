/* What the keeper reads of a chunk: readers and rows. What is good is written as it was read, or shorter. */
#include "base/weblog/seen.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct cursor cursor = {{data, len}, false};
    uint64_t readers = cursor_varint(&cursor), from = 0, to = 0;
    SCOPED(buf_done) struct buf again = {0};
    for (; readers > 0 && readers <= SEEN_READERS_MAX; readers--) {
        struct seen_reader reader = {0}, back = {0};
        if (!seen_reader_get(&cursor, &reader)) return 0;
        buf_clear(&again);
        seen_reader_put(&reader, &again);
        struct cursor written = {buf_slice(&again), false};
        if (!seen_reader_get(&written, &back) || written.rest.len > 0 || back.kind != reader.kind ||
            !slice_equal(back.name, reader.name))
            __builtin_trap();
    }
    uint64_t rows = cursor_varint(&cursor);
    for (; rows > 0 && rows <= SEEN_ROWS_MAX; rows--) {
        struct seen_row row = {0}, back = {0};
        uint64_t before = from;
        if (!seen_row_get(&cursor, &from, &row)) return 0;
        if (row.subject.len > SEEN_SUBJECT_BYTES_MAX || row.lines > SEEN_LINES_MAX ||
            row.rows > SEEN_RETURNED_MAX)
            __builtin_trap();
        buf_clear(&again);
        to = before;
        seen_row_put(&row, &to, &again);
        struct cursor written = {buf_slice(&again), false};
        to = before;
        if (!seen_row_get(&written, &to, &back) || written.rest.len > 0 || to != from ||
            back.reader != row.reader || back.route != row.route || back.hour != row.hour ||
            back.lines != row.lines || back.rows != row.rows || back.kind != row.kind ||
            !slice_equal(back.subject, row.subject))
            __builtin_trap();
    }
    return 0;
}

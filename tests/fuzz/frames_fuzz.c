/* What the child that reads a dump may write, when it was taken over: the first byte is a frame's type. */
#include "answer/evidence/dump/frames.h"

#include <string.h>

static void again(const struct frame *frame, struct slice body)
{
    SCOPED(buf_done) struct buf out = {0};
    if (frame->type == FRAME_WANT) frame_want_put(&frame->want, &out);
    if (frame->type == FRAME_COLUMNS) frame_columns_put(&frame->columns, &out);
    if (frame->type == FRAME_END) frame_end_put(&frame->end, &out);
    if (frame->type == FRAME_ROWS) {
        frame_rows_begin(&out);
        buf_slice_put(&out, frame->rows.at);
        frame_rows_end(frame->rows.unreadable, &out);
    }
    if (!slice_equal(slice_from(buf_slice(&out), FRAME_HEAD_BYTES), body)) __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct frame frame = {.type = FRAME_END};
    enum frame_type type = FRAME_END;
    size_t said = 0;
    if (len >= FRAME_HEAD_BYTES) (void)frame_head(data, &type, &said).code;
    if (len == 0 || data[0] < FRAME_WANT || data[0] > FRAME_END || len - 1 > FRAME_BYTES_MAX) return 0;
    struct slice body = {data + 1, len - 1};
    if (frame_read((enum frame_type)data[0], body, &frame).code != CODE_OK) return 0;
    again(&frame, body);
    if (frame.type != FRAME_ROWS) return 0;
    struct sheet_value values[SHEET_VALUES_MAX];
    struct cursor rows = {frame.rows.at, false};
    uint64_t line = 0;
    size_t count = 0;
    while (rows_next(&rows, &line, values, &count)) {
        if (count > SHEET_VALUES_MAX) __builtin_trap();
        for (size_t i = 0; i < count; i++) {
            if (values[i].text.len > FRAME_VALUE_BYTES_MAX || !kind_name(values[i].kind)) __builtin_trap();
        }
    }
    return 0;
}

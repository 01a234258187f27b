/* A file, packed or not, as the child sees it: it ends, whatever it is, and its rows are frames. */
#include "answer/evidence/dump/feed.h"

static struct result memory_read(void *context, uint64_t at, size_t len, struct buf *out)
{
    const struct slice *file = context;
    buf_slice_put(out, slice_part(slice_from(*file, (size_t)at), 0, len));
    return OK;
}

static struct result note_columns(void *context, const struct frame_columns *columns)
{
    (void)context;
    if (columns->count > SHEET_COLUMNS_MAX) __builtin_trap();
    return OK;
}

static struct result note_row(void *context, uint64_t line, const struct sheet_value *values, size_t count)
{
    (void)context, (void)line, (void)values;
    if (count > SHEET_VALUES_MAX) __builtin_trap();
    return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct slice file = {data, len};
    const struct unpack_source source = {&file, len, memory_read};
    const struct feed_sink sink = {NULL, note_columns, note_row, NULL, NULL};
    struct frame_end end = {0};
    if (feed_here(&source, 0, &sink, &end).code != CODE_OK) __builtin_trap();
    if (end.unpack.bytes > (uint64_t)len * UNPACK_RATIO + UNPACK_FREE_BYTES + (1 << 20)) __builtin_trap();
    return 0;
}

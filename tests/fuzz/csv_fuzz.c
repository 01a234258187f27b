/* The first byte chooses pieces and delimiter, the rest is the list. How it is cut must change nothing. */
#include "base/rows/csv.h"

#include <string.h>

enum { ROW_BYTES = 48, COLUMNS = 6 };

static struct result note_row(void *context, uint64_t line, const struct slice *cells, size_t count)
{
    if (count == 0 || count > COLUMNS) __builtin_trap();
    buf_be64(context, line);
    for (size_t i = 0; i < count; i++) {
        if (cells[i].len > ROW_BYTES || (cells[i].len > 0 && memchr(cells[i].at, 0, cells[i].len)))
            __builtin_trap();
        buf_be64(context, cells[i].len);
        buf_slice_put(context, cells[i]);
    }
    return OK;
}

static struct result note_reject(void *context, uint64_t line, const char *reason)
{
    buf_print(context, "%llu!%s", (unsigned long long)line, reason);
    return OK;
}

static void read_list(struct slice list, char delimiter, size_t piece, struct buf *out)
{
    SCOPED(csv_free) struct csv *csv = NULL;
    csv_new((struct csv_options){delimiter, ROW_BYTES, COLUMNS},
            (struct csv_sink){out, note_row, note_reject}, &csv);
    while (list.len > 0) {
        struct slice part = slice_part(list, 0, piece);
        if (csv_push(csv, part).code != CODE_OK) __builtin_trap();
        list = slice_from(list, part.len);
    }
    if (csv_end(csv).code != CODE_OK) __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0) return 0;
    static const char delimiters[] = {0, ',', ';', '\t'};
    struct slice list = {data + 1, len - 1};
    SCOPED(buf_done) struct buf whole = {0}, pieces = {0};
    read_list(list, delimiters[data[0] & 3], list.len, &whole);
    read_list(list, delimiters[data[0] & 3], 1U + (data[0] >> 2), &pieces);
    if (!slice_equal(buf_slice(&whole), buf_slice(&pieces))) __builtin_trap();
    return 0;
}

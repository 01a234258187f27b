/* The first byte chooses the pieces, the rest is the dump. How it is cut must change nothing. */
#include "answer/evidence/dump/dump.h"

static struct result note_columns(void *context, const struct sheet_column *columns, size_t count)
{
    if (count > SHEET_COLUMNS_MAX) __builtin_trap();
    for (size_t i = 0; i < count; i++) {
        if (!kind_name(columns[i].kind)) __builtin_trap();
        buf_text(context, columns[i].name);
    }
    return OK;
}

static struct result note_row(void *context, uint64_t line, const struct sheet_value *values, size_t count)
{
    if (count > SHEET_VALUES_MAX) __builtin_trap();
    buf_be64(context, line);
    for (size_t i = 0; i < count; i++) {
        if (values[i].text.len > SHEET_VALUE_BYTES_MAX || values[i].column >= SHEET_COLUMNS_MAX)
            __builtin_trap();
        buf_byte(context, values[i].kind);
        buf_slice_put(context, values[i].text);
    }
    return OK;
}

static struct dump_summary read_dump(struct slice text, size_t piece, struct buf *out)
{
    SCOPED(dump_free) struct dump *dump = NULL;
    if (dump_new((struct sheet_sink){out, note_columns, note_row}, NULL, &dump).code != CODE_OK)
        __builtin_trap();
    while (text.len > 0) {
        struct slice part = slice_part(text, 0, piece);
        if (dump_push(dump, part).code != CODE_OK) __builtin_trap();
        text = slice_from(text, part.len);
    }
    if (dump_end(dump).code != CODE_OK) __builtin_trap();
    return dump_summary(dump);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0) return 0;
    struct slice text = {data + 1, len - 1};
    SCOPED(buf_done) struct buf whole = {0}, pieces = {0};
    struct dump_summary a = read_dump(text, text.len, &whole), b = read_dump(text, 1U + data[0], &pieces);
    if (!slice_equal(buf_slice(&whole), buf_slice(&pieces)) || a.rows != b.rows || a.broken != b.broken)
        __builtin_trap();
    if (a.broken > a.rows) __builtin_trap();
    return 0;
}

/* What the tests of base/rows share: a sink that writes down all it gets, one line of text for each call. */
#ifndef AMN_TESTS_ROWS_FIXTURE_H
#define AMN_TESTS_ROWS_FIXTURE_H

#include "base/rows/csv.h"
#include "base/rows/jsonl.h"
#include "base/rows/rows.h"
#include "prop.h"

/* "1:a|b|c\n" a row, "2!reason\n" a reject. */
static inline struct result note_row(void *context, uint64_t line, const struct slice *cells, size_t count)
{
    buf_print(context, "%llu:", (unsigned long long)line);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) buf_byte(context, '|');
        buf_slice_put(context, cells[i]);
    }
    buf_byte(context, '\n');
    return OK;
}

static inline struct result note_reject(void *context, uint64_t line, const char *reason)
{
    buf_print(context, "%llu!%s\n", (unsigned long long)line, reason);
    return OK;
}

/* "2:ref=C1 address.1=…\n" */
static inline struct result note_values(void *context, uint64_t line, const struct row_value *values,
                                        size_t count)
{
    buf_print(context, "%llu:", (unsigned long long)line);
    for (size_t i = 0; i < count; i++) {
        buf_print(context, "%s%s", i > 0 ? " " : "", values[i].target);
        if (values[i].item > 0) buf_print(context, ".%u", values[i].item);
        buf_byte(context, '=');
        buf_slice_put(context, values[i].text);
    }
    buf_byte(context, '\n');
    return OK;
}

/* Read a whole list in pieces of `piece` bytes (0: at once). Rejects and rows are noted in `out`. */
static inline struct result list_read(const struct rows_options *options, struct slice list, size_t piece,
                                      struct buf *out)
{
    SCOPED(rows_free) struct rows *rows = NULL;
    TRY(rows_new(options, (struct rows_sink){out, note_values, note_reject}, &rows));
    while (list.len > 0) {
        struct slice part = slice_part(list, 0, piece ? piece : list.len);
        TRY(rows_push(rows, part));
        list = slice_from(list, part.len);
    }
    return rows_end(rows);
}

static inline void assert_text(const char *name, struct buf *got, const char *want)
{
    if (!slice_is(buf_slice(got), want)) fail_msg("%s: got\n%s\nwant\n%s", name, buf_c(got), want);
}

#endif

#include "base/rows/rows.h"

#include "base/rows/csv.h"
#include "base/rows/jsonl.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAD_BYTES = 4096 };

_Static_assert(JSONL_VALUES_MAX + 1 <= ROWS_VALUES_MAX, "a line's values and the joined name fit");
_Static_assert(ROWS_COLUMNS_MOST <= ROWS_VALUES_MAX, "a row's cells fit");

struct rows {
    struct rows_options options;
    struct rows_sink sink;
    enum rows_format format;
    struct decoder *decoder;
    struct columns *columns;
    struct csv *csv;
    struct jsonl *jsonl;
    uint64_t done, rejects, bytes;
    const char *ref, *name;  /* the targets' pointers */
    struct buf lead;         /* the first bytes, until one that is not blank tells the format */
    bool header_seen, parts; /* `parts`: a CSV column holds a part of the name */
    struct row_value *values;
    size_t count;
    struct slice first, last; /* the parts of this row's name */
    struct buf joined;
};

static RESULT reject(void *context, uint64_t line, const char *reason)
{
    struct rows *rows = context;
    if (rows->format == ROWS_CSV && !rows->header_seen)
        return FAIL(INVALID, "list: line %llu, the header: %s; save the list as CSV in UTF-8",
                    (unsigned long long)line, reason);
    rows->rejects++;
    return rows->sink.reject(rows->sink.context, line, reason);
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static struct slice trim(struct slice text)
{
    while (text.len > 0 && is_blank(text.at[0])) text = slice_from(text, 1);
    while (text.len > 0 && is_blank(text.at[text.len - 1])) text.len--;
    return text;
}

/* Korean names put the family first, without a blank. UTF-8 of Hangul syllables starts with 0xEA … 0xED. */
static void name_join(struct rows *rows)
{
    struct slice first = trim(rows->first), last = trim(rows->last);
    bool hangul = last.len > 0 && last.at[0] >= 0xea && last.at[0] <= 0xed;
    buf_clear(&rows->joined);
    buf_slice_put(&rows->joined, hangul ? last : first);
    if (!hangul && first.len > 0 && last.len > 0) buf_byte(&rows->joined, ' ');
    buf_slice_put(&rows->joined, hangul ? first : last);
}

/* A whole name beats its parts; beside a family name alone, "name" is the given name. */
static void parts_take(struct rows *rows)
{
    struct row_value *whole = NULL;
    for (size_t i = 0; i < rows->count && !whole; i++)
        if (rows->values[i].target == rows->name) whole = &rows->values[i];
    if (whole && rows->first.len > 0) return;
    if (whole) rows->first = whole->text;
    name_join(rows);
    if (!whole) whole = &rows->values[rows->count++];
    *whole = (struct row_value){rows->name, buf_slice(&rows->joined), 0};
}

static inline void value_add(struct rows *rows, const struct column *column, uint16_t item, struct slice text)
{
    if (column->group == TARGET_PART) {
        struct slice *part = strcmp(column->target, "first_name") == 0 ? &rows->first : &rows->last;
        if (part->len == 0) *part = text;
        return;
    }
    if (column->group == TARGET_CONTROL) text = trim(text);
    rows->values[rows->count++] = (struct row_value){column->target, text, item};
}

/* `parts`: the row has a column for a part of the name. */
static RESULT row_finish(struct rows *rows, uint64_t line, bool parts)
{
    if (parts) parts_take(rows);
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->values[i].target != rows->ref || rows->values[i].text.len == 0) continue;
        rows->done++;
        return rows->sink.row(rows->sink.context, line, rows->values, rows->count);
    }
    return reject(rows, line, "no ref: the customer's number is empty");
}

static RESULT csv_header(struct rows *rows, const struct slice *cells, size_t count)
{
    TRY(columns_header(rows->columns, cells, count));
    rows->header_seen = true;
    rows->parts = columns_find(rows->columns, "first_name") || columns_find(rows->columns, "last_name");
    return OK;
}

static RESULT csv_row(void *context, uint64_t line, const struct slice *cells, size_t count)
{
    struct rows *rows = context;
    if (!rows->header_seen) return csv_header(rows, cells, count);
    size_t want = 0;
    const struct column *columns = columns_list(rows->columns, &want);
    if (count != want) {
        char reason[CSV_REASON_BYTES];
        (void)snprintf(reason, sizeof reason, "too %s columns: %zu where the header has %zu",
                       count < want ? "few" : "many", count, want);
        return reject(rows, line, reason);
    }
    rows->count = 0;
    rows->first = rows->last = (struct slice){0};
    for (size_t i = 0; i < count; i++)
        if (columns[i].target) value_add(rows, &columns[i], columns[i].item, cells[i]);
    return row_finish(rows, line, rows->parts);
}

static bool value_taken(const struct rows *rows, const char *target, size_t item)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->values[i].item == item && strcmp(rows->values[i].target, target) == 0) return true;
    return false;
}

static RESULT jsonl_row(void *context, uint64_t line, const struct jsonl_value *values, size_t count)
{
    struct rows *rows = context;
    char reason[JSONL_REASON_BYTES];
    bool parts = false;
    rows->count = 0;
    rows->first = rows->last = (struct slice){0};
    for (size_t i = 0; i < count; i++) {
        const struct column *column = columns_member(rows->columns, values[i].name, values[i].group);
        if (!column->target) continue;
        size_t item = values[i].group == TARGET_PLAIN ? column->item : values[i].item;
        if (item >= TARGET_ITEMS_MAX) return reject(rows, line, "too many addresses or orders");
        if (values[i].other) {
            (void)snprintf(reason, sizeof reason, "%s: not a text or a number", column->target);
            return reject(rows, line, reason);
        }
        if (column->group == TARGET_PART) parts = true;
        if (!value_taken(rows, column->target, item)) value_add(rows, column, (uint16_t)item, values[i].text);
    }
    return row_finish(rows, line, parts);
}

static void reader_open(struct rows *rows, enum rows_format format)
{
    assert(!rows->csv && !rows->jsonl);
    rows->format = format;
    if (format == ROWS_JSONL) {
        jsonl_new(rows->options.row_bytes_max, (struct jsonl_sink){rows, jsonl_row, reject}, &rows->jsonl);
        return;
    }
    struct csv_options options = {rows->options.delimiter, rows->options.row_bytes_max,
                                  rows->options.columns_max};
    csv_new(options, (struct csv_sink){rows, csv_row, reject}, &rows->csv);
}

static RESULT reader_push(struct rows *rows, struct slice text)
{
    return rows->jsonl ? jsonl_push(rows->jsonl, text) : csv_push(rows->csv, text);
}

/* The decoder's UTF-8. */
static RESULT text_take(void *context, struct slice text)
{
    struct rows *rows = context;
    if (rows->csv || rows->jsonl) return reader_push(rows, text);
    if (rows->format != ROWS_AUTO) {
        reader_open(rows, rows->format);
        return reader_push(rows, text);
    }
    struct slice head = slice_part(text, 0, LEAD_BYTES - rows->lead.len);
    buf_slice_put(&rows->lead, head);
    struct slice first = trim(buf_slice(&rows->lead));
    if (first.len == 0 && rows->lead.len < LEAD_BYTES) return OK;
    if (first.len > 0 && first.at[0] == '[')
        return FAIL(INVALID, "list: one JSON array; write one object a line, or give --format csv");
    reader_open(rows, first.len > 0 && first.at[0] == '{' ? ROWS_JSONL : ROWS_CSV);
    TRY(reader_push(rows, buf_slice(&rows->lead)));
    buf_done(&rows->lead);
    return reader_push(rows, slice_from(text, head.len));
}

RESULT rows_new(const struct rows_options *options, struct rows_sink sink, struct rows **out)
{
    assert(options && sink.row && sink.reject && out);
    if (options->delimiter != 0 && !strchr(CSV_DELIMITERS, options->delimiter))
        return FAIL(INVALID, "delimiter: not one of comma, semicolon, tab and |");
    if (options->row_bytes_max > ROWS_ROW_BYTES_MOST)
        return FAIL(INVALID, "row length: above %d bytes", ROWS_ROW_BYTES_MOST);
    if (options->columns_max > ROWS_COLUMNS_MOST)
        return FAIL(INVALID, "columns: above %d", ROWS_COLUMNS_MOST);
    SCOPED(rows_free) struct rows *rows = calloc(1, sizeof *rows);
    if (!rows) abort();
    rows->options = *options;
    rows->options.map = NULL; /* copied below */
    if (rows->options.row_bytes_max == 0) rows->options.row_bytes_max = ROWS_ROW_BYTES;
    if (rows->options.columns_max == 0) rows->options.columns_max = ROWS_COLUMNS;
    rows->format = options->format;
    rows->sink = sink;
    rows->ref = columns_target("ref");
    rows->name = columns_target("name");
    rows->values = calloc(ROWS_VALUES_MAX, sizeof *rows->values);
    if (!rows->values) abort();
    TRY(columns_new(options->map, rows->options.columns_max, &rows->columns));
    TRY(decoder_new(options->encoding, (struct decoder_sink){rows, text_take}, &rows->decoder));
    *out = TAKE(rows);
    return OK;
}

void rows_free(struct rows **rows)
{
    if (!*rows) return;
    decoder_free(&(*rows)->decoder);
    columns_free(&(*rows)->columns);
    csv_free(&(*rows)->csv);
    jsonl_free(&(*rows)->jsonl);
    buf_done(&(*rows)->lead);
    buf_done(&(*rows)->joined);
    free((*rows)->values);
    free(*rows);
    *rows = NULL;
}

RESULT rows_push(struct rows *rows, struct slice bytes)
{
    assert(rows && (bytes.at || bytes.len == 0));
    rows->bytes += bytes.len;
    return decoder_push(rows->decoder, bytes);
}

RESULT rows_end(struct rows *rows)
{
    assert(rows);
    TRY(decoder_end(rows->decoder));
    if (rows->jsonl) return jsonl_end(rows->jsonl);
    if (rows->csv) TRY(csv_end(rows->csv));
    if (rows->format != ROWS_JSONL && !rows->header_seen)
        return FAIL(INVALID, "list: empty; its first line must name the columns");
    return OK;
}

struct rows_summary rows_summary(const struct rows *rows)
{
    assert(rows);
    struct rows_summary summary = {.rows = rows->done, .rejects = rows->rejects, .bytes = rows->bytes};
    summary.format = rows->format;
    summary.delimiter = rows->csv ? csv_delimiter(rows->csv) : (char)0;
    summary.encoding = decoder_found(rows->decoder);
    summary.columns = columns_list(rows->columns, &summary.column_count);
    for (size_t i = 0; i < summary.column_count; i++) summary.unmapped += summary.columns[i].target == NULL;
    return summary;
}

const char *rows_format_name(enum rows_format format)
{
    static const char *const names[] = {[ROWS_AUTO] = "auto", [ROWS_CSV] = "csv", [ROWS_JSONL] = "jsonl"};
    assert((size_t)format < COUNT_OF(names));
    return names[format];
}

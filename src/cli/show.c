#include "cli/show.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REPLACEMENT = 0xfffd, DELETE = 0x7f, CONTROL_HIGH_END = 0xa0 };

void show_words(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vprintf(format, arguments); /* a failed write is seen in show_end() */
    va_end(arguments);
}

void show_slice(struct slice bytes)
{
    if (bytes.len > 0) (void)fwrite(bytes.at, 1, bytes.len, stdout);
}

/* C0, C1, DEL, and the marks that turn the direction of writing. */
static bool control_point(uint32_t point)
{
    if (point < ' ' || (point >= DELETE && point < CONTROL_HIGH_END)) return true;
    return (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

static void clean_put(struct buf *out, struct slice value)
{
    for (struct slice rest = value; rest.len > 0;) {
        uint32_t point = utf8_next(&rest);
        utf8_put(out, point == UTF8_BAD || control_point(point) ? REPLACEMENT : point);
    }
}

void show_value(struct slice value)
{
    SCOPED(buf_done) struct buf clean = {0};
    clean_put(&clean, value);
    show_slice(buf_slice(&clean));
}

void show_each_line(struct slice text, const char *before)
{
    while (text.len > 0) {
        const uint8_t *end = memchr(text.at, '\n', text.len);
        size_t len = end ? (size_t)(end - text.at) : text.len;
        show_words("%s", before);
        show_value(slice_part(text, 0, len));
        show_words("\n");
        text = slice_from(text, end ? len + 1 : len);
    }
}

void show_state_of(struct doc answer, const char *name)
{
    show_value(doc_text(doc_get(answer, name)));
    show_words(": ");
    show_value(doc_text(doc_get(answer, "state")));
}

void show_remark(const struct call *call, const char *format, ...)
{
    va_list arguments;
    if (call_has(call, OPT_QUIET)) return;
    (void)fflush(stdout); /* so that the two come in order; a failed write is seen in show_end() */
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
}

RESULT show_json(struct doc doc)
{
    SCOPED(buf_done) struct buf text = {0};
    TRY(json_from_cbor(doc.item, &text));
    buf_byte(&text, '\n');
    show_slice(buf_slice(&text));
    return OK;
}

/* The members of RFC 9457 that conventions ask for; `instance` and `type` belong to HTTP. */
bool show_json_problem(enum cause cause, struct doc members)
{
    const struct cause_row *row = cause_row(cause);
    SCOPED(buf_done) struct buf problem = {0};
    struct docs pairs = docs_of(members);
    struct slice name = {0};
    struct doc value = {0};
    size_t map = cbor_map_open(&problem), count = 4;
    cbor_text(&problem, SLICE_TEXT("code"));
    cbor_text(&problem, slice_text(row->slug));
    cbor_text(&problem, SLICE_TEXT("title"));
    cbor_text(&problem, slice_text(row->title));
    cbor_text(&problem, SLICE_TEXT("status"));
    cbor_uint(&problem, (uint64_t)row->http);
    cbor_text(&problem, SLICE_TEXT("detail"));
    cbor_text(&problem, slice_text(result_text()));
    while (docs_pair(&pairs, &name, &value)) {
        if (slice_is(name, "code") || slice_is(name, "title") || slice_is(name, "status") ||
            slice_is(name, "detail")) {
            continue;
        }
        cbor_text(&problem, name);
        buf_slice_put(&problem, value.item);
        count++;
    }
    cbor_map_close(&problem, map, count);
    return show_json(doc_of(buf_slice(&problem))).code == CODE_OK;
}

bool colour_wanted(int fd)
{
    const char *no_color = getenv("NO_COLOR");
    return isatty(fd) == 1 && (!no_color || no_color[0] == '\0');
}

void show_failure(struct result failure)
{
    const struct cause_row *cause = cause_row(failure.cause);
    const char *name = colour_wanted(STDERR_FILENO) ? "\033[31mamanah:\033[0m" : "amanah:";
    const char *text = result_text()[0] ? result_text() : cause->title;
    SCOPED(buf_done) struct buf clean = {0};
    clean_put(&clean, slice_text(text));
    (void)fflush(stdout);
    (void)fprintf(stderr, "%s %s [%s]\n", name, buf_c(&clean), cause->slug);
}

void time_words_put(struct buf *out, struct doc time)
{
    if (!doc_time_put(time, out)) clean_put(out, doc_text(time));
}

static void scalar_put(struct buf *out, struct doc value)
{
    struct cbor reader = cbor_reader(value.item);
    struct slice bytes = {0};
    if (!doc_there(value)) return;
    switch (cbor_next(&reader)) {
    case CBOR_TEXT:
        clean_put(out, doc_text(value));
        return;
    case CBOR_UINT:
        count_put(out, doc_number(value));
        return;
    case CBOR_BYTES:
        if (cbor_read_bytes(&reader, &bytes).code == CODE_OK) base64_put(out, bytes);
        return;
    case CBOR_SIMPLE:
        if (value.item.at[0] != ((CBOR_SIMPLE << 5) | CBOR_NULL))
            buf_text(out, doc_true(value) ? "yes" : "no");
        return;
    case CBOR_NEGATIVE:
    case CBOR_ARRAY:
    case CBOR_MAP:
    case CBOR_TAG:
        return;
    }
}

void item_words_put(struct buf *out, struct doc value)
{
    if (!doc_there(value) || value.item.at[0] >> 5 != CBOR_ARRAY) {
        scalar_put(out, value);
        return;
    }
    struct docs items = docs_of(value);
    struct doc item = {0};
    for (size_t i = 0; docs_next(&items, &item); i++) {
        if (i > 0) buf_text(out, ", ");
        scalar_put(out, item);
    }
}

/* Wide in East Asian typesetting, as far as names and addresses need it. Source: Unicode 15, EastAsianWidth. */
static bool wide_point(uint32_t point)
{
    static const uint32_t ranges[][2] = {
        {0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},
        {0xa000, 0xa4cf}, {0xa960, 0xa97f}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
        {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
    for (size_t i = 0; i < COUNT_OF(ranges); i++) {
        if (point >= ranges[i][0] && point <= ranges[i][1]) return true;
    }
    return false;
}

size_t text_width(struct slice text)
{
    size_t width = 0;
    for (struct slice rest = text; rest.len > 0;) {
        uint32_t point = utf8_next(&rest);
        if (point >= 0x300 && point <= 0x36f) continue; /* combining marks stand on the letter before */
        width += point != UTF8_BAD && wide_point(point) ? 2 : 1;
    }
    return width;
}

const char *plural(uint64_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}

void table_cell(struct table *table, struct slice text)
{
    SCOPED(buf_done) struct buf clean = {0};
    assert(table->columns > 0 && table->columns <= TABLE_COLUMNS_MAX);
    clean_put(&clean, text);
    size_t column = table->count++ % table->columns;
    size_t width = text_width(buf_slice(&clean));
    if (width > table->width[column]) table->width[column] = width;
    buf_be32(&table->cells, (uint32_t)clean.len);
    buf_slice_put(&table->cells, buf_slice(&clean));
}

static void member_put(struct buf *out, struct doc value, enum column_kind kind)
{
    switch (kind) {
    case COLUMN_WORDS:
        item_words_put(out, value);
        return;
    case COLUMN_TIME:
        time_words_put(out, value);
        return;
    case COLUMN_PLAIN:
        buf_decimal(out, doc_number(value));
        return;
    }
}

void table_doc(struct table *table, struct doc value, enum column_kind kind)
{
    SCOPED(buf_done) struct buf words = {0};
    member_put(&words, value, kind);
    table_cell(table, buf_slice(&words));
}

/* Empty cells at the end of a row leave no blanks. */
void table_show(const struct table *table)
{
    struct cursor cells = {buf_slice(&table->cells), false};
    size_t owed = 0;
    assert(table->columns > 0);
    for (size_t i = 0; i < table->count; i++) {
        size_t column = i % table->columns;
        struct slice cell = cursor_take(&cells, cursor_be32(&cells));
        if (cell.len > 0) {
            show_words("%*s", (int)owed, "");
            show_slice(cell);
            owed = 0;
        }
        owed += table->width[column] - text_width(cell) + 2;
        if (column + 1 < table->columns) continue;
        show_words("\n");
        owed = 0;
    }
}

void table_done(struct table *table)
{
    buf_done(&table->cells);
    *table = (struct table){0};
}

void show_table(struct doc answer, const struct table_column *columns)
{
    show_rows(docs_of(doc_get(answer, "items")), columns);
}

void show_rows(struct docs items, const struct table_column *columns)
{
    struct doc item = {0};
    SCOPED(table_done) struct table table = {0};
    while (columns[table.columns].name) table.columns++;
    if (items.left == 0) {
        show_words("None.\n");
        return;
    }
    for (size_t i = 0; i < table.columns; i++)
        table_cell(&table, slice_text(columns[i].heading ? columns[i].heading : columns[i].name));
    while (docs_next(&items, &item)) {
        for (size_t i = 0; i < table.columns; i++) {
            table_doc(&table, doc_get(item, columns[i].name), columns[i].kind);
        }
    }
    table_show(&table);
}

void show_blocks_and(struct doc answer, const struct table_column *columns, void (*more)(struct doc item))
{
    struct docs items = docs_of(doc_get(answer, "items"));
    struct doc item = {0};
    if (items.left == 0) show_words("None.\n");
    for (size_t n = 0; docs_next(&items, &item); n++) {
        SCOPED(table_done) struct table table = {.columns = 2};
        if (n > 0) show_words("\n");
        show_value(doc_text(doc_get(item, columns[0].name)));
        show_words("\n");
        for (size_t i = 1; columns[i].name; i++) {
            SCOPED(buf_done) struct buf heading = {0};
            buf_print(&heading, "  %s", columns[i].name);
            table_cell(&table, buf_slice(&heading));
            table_doc(&table, doc_get(item, columns[i].name), columns[i].kind);
        }
        table_show(&table);
        if (more) more(item);
    }
}

void show_blocks(struct doc answer, const struct table_column *columns)
{
    show_blocks_and(answer, columns, NULL);
}

RESULT show_end(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return OK;
    return FAIL(UNAVAILABLE, "standard output: cannot be written; is the disk full or the reader gone?");
}

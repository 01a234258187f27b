/*
 * Customer lists: bytes of a CSV or JSON-lines file go in, rows of named values come out.
 *
 * For the command line and the HTTP front, which make chunks of them. Encoding, format, delimiter and the meaning of
 * the columns are found, or told. Memory stays flat whatever the size; a row that is wrong is reported by line and the
 * rest goes on. Must never put a value into a reason. Main call: rows_push(). Example:
 *     SCOPED(rows_free) struct rows *rows = NULL;
 *     TRY(rows_new(&(struct rows_options){.map = "ref=Kode"}, sink, &rows));
 *     while (more(&bytes)) TRY(rows_push(rows, bytes));
 *     TRY(rows_end(rows));
 */
#ifndef AMN_BASE_ROWS_ROWS_H
#define AMN_BASE_ROWS_ROWS_H

#include "base/rows/columns.h"
#include "base/rows/encoding.h"

enum rows_format { ROWS_AUTO, ROWS_CSV, ROWS_JSONL };

enum {
    ROWS_ROW_BYTES = 256 * 1024,            /* default of row_bytes_max */
    ROWS_ROW_BYTES_MOST = 16 * 1024 * 1024, /* its bound */
    ROWS_COLUMNS = 256,                     /* default of columns_max */
    ROWS_COLUMNS_MOST = 4096,               /* its bound */
    ROWS_VALUES_MAX = 4096                  /* values of one row */
};

struct rows_options {
    enum rows_format format; /* ROWS_AUTO: JSON lines if the first character is a brace */
    char delimiter;          /* , ; tab or |; 0: the most frequent of them in the header */
    enum encoding encoding;
    const char *map;      /* text of --map, see columns_new(); NULL for none */
    size_t row_bytes_max; /* 0 for ROWS_ROW_BYTES; up to ROWS_ROW_BYTES_MOST */
    size_t columns_max;   /* 0 for ROWS_COLUMNS; up to ROWS_COLUMNS_MOST */
};

/*
 * `target` is "ref", "lang", "country" or "status"; a field ("name", "email", …, or a shop's own by --map); or a member
 * of addresses ("recipient", "address", "postcode", "door_code") or orders ("order_ref", "ordered_at", "goods",
 * "total"), then `item` says of which one, from 0. Targets of columns.def have one pointer each through a list.
 * `text` is valid UTF-8 without zero bytes, as it stands in the list; only ref, lang, country and status are trimmed.
 * Empty: the cell was empty, the member null. Not there: the list does not have it.
 */
struct row_value {
    const char *target;
    struct slice text;
    uint16_t item;
};

/* A failure of either call ends the reading and comes back from rows_push() or rows_end(). */
struct rows_sink {
    void *context;
    /* `line` is the physical line where the row begins, from 1. Always holds a ref that is not empty; one value a
       target and item; all lives for the call only. `count` at most ROWS_VALUES_MAX. */
    RESULT (*row)(void *context, uint64_t line, const struct row_value *values, size_t count);
    /* `reason`: what and which column, never a value. */
    RESULT (*reject)(void *context, uint64_t line, const char *reason);
};

/* What was read so far. */
struct rows_summary {
    uint64_t rows, rejects, bytes;
    enum rows_format format;      /* ROWS_AUTO until found */
    char delimiter;               /* 0 until found, and for JSON lines */
    enum encoding encoding;       /* ENCODING_AUTO until found */
    const struct column *columns; /* in the list's order; lives as long as the rows */
    size_t column_count;          /* of JSON members at most columns_max are remembered */
    size_t unmapped;              /* columns without a target */
};

struct rows;

/*
 * @param out  the caller frees it
 * @return INVALID  the map is malformed, the delimiter unknown or a number out of its bounds
 * Memory: row_bytes_max and 64 KiB, 1 MiB while the encoding is looked for; for JSON lines four times row_bytes_max.
 */
RESULT rows_new(const struct rows_options *options, struct rows_sink sink, struct rows **out);

/*
 * The next bytes, cut anywhere. Rows are delivered as they end. After a failure only rows_summary() and rows_free() may
 * follow. About 130 ns a row of ten short ASCII columns, 400 ns in Hangul, 1.1 us as JSON.
 * @return INVALID      no header, no ref column, or a header that the map names is not there: says what to do
 *         UNAVAILABLE  no converter for the encoding
 */
RESULT rows_push(struct rows *rows, struct slice bytes);
RESULT rows_end(struct rows *rows);
struct rows_summary rows_summary(const struct rows *rows);
const char *rows_format_name(enum rows_format format); /* "auto", "csv", "jsonl" */
void rows_free(struct rows **rows);                    /* wipes what it holds */

#endif

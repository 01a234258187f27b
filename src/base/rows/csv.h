/*
 * CSV by RFC 4180, in a stream: UTF-8 bytes go in by any pieces, rows of cells come out.
 *
 * Beyond the RFC: line ends may be CRLF, LF or CR; the delimiter may be , ; tab or |; empty lines are skipped. A quote
 * inside an unquoted cell is taken as it stands. Must never lose more than the row that is wrong: where a quote stays
 * open too long, its row is refused and reading goes on at the line after the row's first, line by line up to where the
 * quote had been followed. So the work stays linear whatever comes. Main call: csv_push().
 */
#ifndef AMN_BASE_ROWS_CSV_H
#define AMN_BASE_ROWS_CSV_H

#include "base/bytes.h"

enum {
    CSV_REASON_BYTES = 160 /* a reason with its zero */
};

#define CSV_DELIMITERS ",;\t|"

struct csv_options {
    char delimiter;       /* of CSV_DELIMITERS; 0: the one most frequent in the first row */
    size_t row_bytes_max; /* 1 … 2^30: content of one row, quotes included, its line end not */
    size_t columns_max;   /* 1 … 65,535 */
};

/* What comes out. `line` is the physical line where the row begins, from 1. A failure of the sink ends the stream. */
struct csv_sink {
    void *context;
    /* `cells` (1 … columns_max) and what they borrow live for the call; valid UTF-8 without zero bytes. */
    RESULT (*row)(void *context, uint64_t line, const struct slice *cells, size_t count);
    /* `reason` says what and in which column, never a value. */
    RESULT (*reject)(void *context, uint64_t line, const char *reason);
};

struct csv;

/* `out` is the caller's to free. Memory: row_bytes_max + 64 KiB + 32 bytes a column, rounded up, all taken here. */
void csv_new(struct csv_options options, struct csv_sink sink, struct csv **out);

/*
 * Give the next bytes, any number. Rows that end in them are delivered before the return; how the bytes are cut
 * changes nothing. Returns a failure of the sink, then only csv_free() may follow. About 1 ns a byte.
 */
RESULT csv_push(struct csv *csv, struct slice bytes);
RESULT csv_end(struct csv *csv);           /* the last row may lack its line end */
char csv_delimiter(const struct csv *csv); /* 0 until the first row was seen */
void csv_free(struct csv **csv);           /* wipes what it holds */

#endif

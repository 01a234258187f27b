/*
 * Sheets: rows of cells from any parser of a dump become rows of known values. What each column holds is found by content
 * (the share of its cells that look like it) and by its name where it has one; values to look up leave in normal form.
 *
 * Must never hold more than its sample: it is let go as soon as the columns are known. Main calls: sheet_begin(),
 * sheet_row(), sheet_end(). Example:
 *     sheet_begin(sheet, names, count);  TRY(sheet_row(sheet, line, cells, count));  TRY(sheet_end(sheet));
 */
#ifndef AMN_ANSWER_EVIDENCE_SHEET_H
#define AMN_ANSWER_EVIDENCE_SHEET_H

#include "answer/evidence/dump/content.h"

enum {
    SHEET_COLUMNS_MAX = 64,
    SHEET_NAME_BYTES_MAX = 48,
    SHEET_SAMPLE_ROWS = 512,
    SHEET_SAMPLE_BYTES = 256 * 1024,
    SHEET_VALUE_BYTES_MAX = 512, /* of a value that is no key: what is longer is cut */
    SHEET_KEYS_MAX = 16,         /* values of a row that are looked up */
    SHEET_VALUES_MAX = SHEET_COLUMNS_MAX + SHEET_KEYS_MAX
};

struct sheet_value {
    uint8_t column, kind; /* enum kind */
    struct slice
        text; /* EMAIL, EMAIL_CANONICAL, PHONE and NATIONAL_ID in normal form; all others as written */
};

struct sheet_column {
    char name[SHEET_NAME_BYTES_MAX + 1]; /* cut, UTF-8; empty: none */
    uint8_t kind;
};

/* What comes out; all of it lives for the call. A failure ends the reading. */
struct sheet_sink {
    void *context;
    RESULT (*columns)(void *context, const struct sheet_column *columns, size_t count);
    RESULT (*row)(void *context, uint64_t line, const struct sheet_value *values, size_t count);
};

struct sheet;
RESULT sheet_new(struct sheet_sink sink, struct sheet **out);
void sheet_free(struct sheet **sheet); /* wipes what it holds */

/* Pass over so many rows with values, counted down; they count as nothing but rows. NULL: none. Borrowed. */
void sheet_skip(struct sheet *sheet, uint64_t *skip);

/* What comes from now on was seen to be UTF-8 without zero bytes. */
void sheet_checked(struct sheet *sheet);

/* Rows of another table begin. `names` NULL: it has none, then its first row may be their names. */
RESULT sheet_begin(struct sheet *sheet, const struct slice *names, size_t count);

/* The number of the column of that name, made when there is none; SHEET_COLUMNS_MAX when there are too many. */
size_t sheet_column_of(struct sheet *sheet, struct slice name);

/*
 * One row: its cells in the order of the columns, empty where there is nothing. Those beyond SHEET_COLUMNS_MAX are
 * passed over. False in `good`: bytes that are no text, counted as broken and passed over.
 */
RESULT sheet_row(struct sheet *sheet, uint64_t line, const struct slice *cells, size_t count, bool *good);
RESULT sheet_end(struct sheet *sheet);

/* Values in columns of keys that have no normal form: no telephone number though the column is one of those. */
uint64_t sheet_unreadable(const struct sheet *sheet);

#endif

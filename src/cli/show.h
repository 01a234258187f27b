/*
 * What a person reads on the terminal: words, counts, times and aligned tables on standard output; remarks and errors
 * on standard error. Control characters of a value never reach a terminal: they could rewrite what is on it.
 *
 * Main calls: show_words(), table_put(), show_remark(). Example:
 *     SCOPED(table_done) struct table table = {.columns = 2};  table_cell(&table, SLICE_TEXT("id"));
 */
#ifndef AMN_CLI_SHOW_H
#define AMN_CLI_SHOW_H

#include "base/doc.h"
#include "base/text.h"
#include "cli/call.h"

/* Formatted words on standard output. Nothing that a person gave may be an argument: that is for show_value(). */
void show_words(const char *format, ...) __attribute__((format(printf, 1, 2)));
void show_slice(struct slice bytes); /* as they are */
void show_value(struct slice value); /* control characters become U+FFFD */
/* Each line of it as show_value() has it, behind `before`. */
void show_each_line(struct slice text, const char *before);

/* What has been done, by the member of that name, and its state: "clm_…: granted", without the line's end. */
void show_state_of(struct doc answer, const char *name);

/* A line on standard error, unless --quiet. */
void show_remark(const struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The latest failure as "amanah: what: why; what to do [slug]"; "amanah:" in red on a terminal, unless NO_COLOR. */
void show_failure(struct result failure);

/* One item as a JSON document on a line of standard output. INVALID when it is not one. */
RESULT show_json(struct doc doc);

/* A refusal as such a document: {code, title, status, detail}, the last being the latest failure's words, and what
 * else `members` says. Was it printed? */
bool show_json_problem(enum cause cause, struct doc members);

/* May colours be used on this file descriptor? A terminal, and NO_COLOR is empty or not set. */
bool colour_wanted(int fd);

void time_words_put(struct buf *out, struct doc time);  /* 2026-11-22 03:24:00 UTC */
void item_words_put(struct buf *out, struct doc value); /* any scalar, or a list of them with commas */
size_t text_width(struct slice text);                   /* columns on a terminal: Hangul takes two */
const char *plural(uint64_t count, const char *one, const char *many);

/* Rows of cells, printed with every column as wide as its widest cell. The first row is the heading. */
enum { TABLE_COLUMNS_MAX = 9 };
struct table {
    size_t columns; /* 1 … TABLE_COLUMNS_MAX */
    size_t count;   /* cells so far */
    size_t width[TABLE_COLUMNS_MAX];
    struct buf cells; /* each its length as 4 bytes, then its text */
};

/* How a member is written. */
enum column_kind { COLUMN_WORDS, COLUMN_TIME, COLUMN_PLAIN /* a number to be copied: no commas */ };

void table_cell(struct table *table, struct slice text);
void table_doc(struct table *table, struct doc value, enum column_kind kind);
void table_show(const struct table *table);
void table_done(struct table *table);

/* The `items` of an answer as a table with one column a member; `columns` ends with an empty row. Says when there are
 * none. */
struct table_column {
    const char *name; /* of the member, and the heading if there is no other */
    enum column_kind kind;
    const char *heading; /* NULL: the name */
};
void show_table(struct doc answer, const struct table_column *columns);
void show_rows(struct docs items,
               const struct table_column *columns); /* the same of a list that has another name */

/* The same with a paragraph an item, for members that are long lists; the first column is its heading. */
void show_blocks(struct doc answer, const struct table_column *columns);
/* And below each paragraph what `more` says of the item. */
void show_blocks_and(struct doc answer, const struct table_column *columns, void (*more)(struct doc item));

/* Standard output is written out; UNAVAILABLE when that failed. */
RESULT show_end(void);

#endif

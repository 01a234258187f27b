/*
 * What the lines of a log come to, on its way to the keeper: readers by name, and who of them asked for which route of
 * whom in which hour. Lines that say the same are one row with a count.
 *
 *     rows  varint readers · readers x (u8 kind · varint length, name) · varint count · count x (varint reader ·
 *           varint route · varint hour · zigzag line, from the row before · varint lines · varint rows returned ·
 *           u8 kind of subject · varint length, subject)
 *
 * Main calls: seen_row_put(), seen_row_get().
 */
#ifndef AMN_BASE_WEBLOG_SEEN_H
#define AMN_BASE_WEBLOG_SEEN_H

#include "base/weblog/route.h"

enum {
    SEEN_ROWS_MAX = 4096,
    SEEN_READERS_MAX = 4096,
    SEEN_NAME_BYTES_MAX = 256,
    SEEN_SUBJECT_BYTES_MAX = 200 /* longer than any ref or id */
};
/* Bounds of a row, so that no line of a log can say numbers whose sums run over: of its lines, and of what they returned. */
#define SEEN_LINES_MAX ((uint64_t)1 << 40)
#define SEEN_RETURNED_MAX ((uint64_t)1 << 44)

/* In rows stand the first three; the vault makes the others of them. */
enum seen_reader_kind { SEEN_USER = 1, SEEN_ADDRESS, SEEN_UNNAMED, SEEN_NETWORK, SEEN_SYSTEM };

struct seen_reader {
    enum seen_reader_kind kind;
    struct slice name; /* UTF-8; empty if UNNAMED */
};

struct seen_row {
    uint32_t reader; /* place among the readers */
    uint32_t route;  /* place among the routes that were asked for */
    uint32_t hour;   /* since 1970 */
    uint64_t line;   /* the first that says so */
    uint64_t lines, rows;
    enum route_subject kind;
    struct slice subject; /* empty when kind is ROUTE_NOBODY */
};

void seen_reader_put(const struct seen_reader *reader, struct buf *out);
/* `line` is the line of the row before, 0 at first; it moves along. */
void seen_row_put(const struct seen_row *row, uint64_t *line, struct buf *out);

/* False when the bytes are bad: above a bound, no UTF-8, an unknown kind. Slices borrow. */
bool seen_reader_get(struct cursor *cursor, struct seen_reader *out);
bool seen_row_get(struct cursor *cursor, uint64_t *line, struct seen_row *out);

#endif

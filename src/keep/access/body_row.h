/*
 * Authority rows whose bodies are kept as they are: what they mean is known by rows of the house below. Main calls:
 * body_row(), body_row_take(). Example: `struct slice body = body_row(&access->redress, id);`
 */
#ifndef AMN_KEEP_ACCESS_BODY_ROW_H
#define AMN_KEEP_ACCESS_BODY_ROW_H

#include "base/bytes.h"

struct body_row {
    uint32_t id;
    struct buf body;
};

struct body_rows {
    struct body_row *at;
    size_t count;
    uint64_t changes; /* rows taken since the start: who keeps what they say reads them anew when it moved */
};

/* The body of a row; empty: there is none. Lives until the rows change. */
struct slice body_row(const struct body_rows *rows, uint32_t id);

/* CORRUPT when it is longer than `bytes_max`. */
RESULT body_row_take(struct body_rows *rows, uint32_t id, struct slice body, size_t bytes_max);
void body_rows_done(struct body_rows *rows); /* `changes` stays, one higher */

#endif

#include "keep/access/body_row.h"

#include <stdlib.h>

static struct body_row *row_find(const struct body_rows *rows, uint32_t id)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->at[i].id == id) return &rows->at[i];
    }
    return NULL;
}

struct slice body_row(const struct body_rows *rows, uint32_t id)
{
    const struct body_row *row = row_find(rows, id);
    return row ? buf_slice(&row->body) : (struct slice){0};
}

RESULT body_row_take(struct body_rows *rows, uint32_t id, struct slice body, size_t bytes_max)
{
    struct body_row *row = row_find(rows, id);
    SCOPED(buf_done) struct buf copy = {0}; /* the body may be the row's own */
    if (body.len > bytes_max) return FAIL(CORRUPT, "authority: a stored body is too long");
    if (!row) {
        struct body_row *grown = reallocarray(rows->at, rows->count + 1, sizeof *grown);
        if (!grown) return FAIL(UNAVAILABLE, "authority: out of memory");
        rows->at = grown;
        row = &grown[rows->count++];
        *row = (struct body_row){.id = id};
    }
    buf_slice_put(&copy, body);
    buf_done(&row->body);
    row->body = TAKE(copy);
    rows->changes++;
    return OK;
}

void body_rows_done(struct body_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) buf_done(&rows->at[i].body);
    free(rows->at);
    *rows = (struct body_rows){.changes = rows->changes + 1};
}

#include "keep/access/notice_row.h"

#include <stdlib.h>

static struct notice_row *row_find(const struct access *access, uint32_t id)
{
    for (size_t i = 0; i < access->notice_count; i++) {
        if (access->notices[i].id == id) return &access->notices[i];
    }
    return NULL;
}

struct slice notice_row(const struct access *access, uint32_t id)
{
    const struct notice_row *row = row_find(access, id);
    return row ? buf_slice(&row->body) : (struct slice){0};
}

RESULT notice_row_take(struct access *access, uint32_t id, struct slice body)
{
    struct notice_row *row = row_find(access, id);
    if (body.len > NOTICE_ROW_BYTES_MAX)
        return FAIL(CORRUPT, "authority: a stored text of a notice is too long");
    if (!row) {
        struct notice_row *grown = reallocarray(access->notices, access->notice_count + 1, sizeof *grown);
        if (!grown) return FAIL(UNAVAILABLE, "authority: out of memory");
        access->notices = grown;
        row = &grown[access->notice_count++];
        *row = (struct notice_row){.id = id};
    }
    buf_clear(&row->body);
    buf_slice_put(&row->body, body);
    return OK;
}

void notice_rows_done(struct access *access)
{
    for (size_t i = 0; i < access->notice_count; i++) buf_done(&access->notices[i].body);
    free(access->notices);
    access->notices = NULL;
    access->notice_count = 0;
}

#include "keep/access/notice_row.h"

struct slice notice_row(const struct access *access, uint32_t id)
{
    return body_row(&access->notices, id);
}

RESULT notice_row_take(struct access *access, uint32_t id, struct slice body)
{
    return body_row_take(&access->notices, id, body, NOTICE_ROW_BYTES_MAX);
}

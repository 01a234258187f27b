/* Budget rows: limits that were put for one scope, in memory and as bodies of their rows. */
#include "keep/access/budget.h"
#include "keep/access/access_priv.h"

#include <string.h>

void budget_body_write(const struct budget_row *row, struct buf *out)
{
    cbor_array(out, 3);
    cbor_uint(out, row->scope);
    cbor_uint(out, row->target);
    cbor_array(out, WINDOW_COUNT);
    for (size_t i = 0; i < WINDOW_COUNT; i++) cbor_uint(out, row->limits.at[i]);
}

RESULT budget_take(struct access *access, uint32_t id, struct slice body)
{
    struct cbor reader = cbor_reader(body);
    struct budget_row row = {.id = id};
    size_t members = 0;
    uint64_t scope = 0;
    void *rows = access->budgets, *at = NULL;
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_uint(&reader, &scope));
    TRY(cbor_read_uint(&reader, &row.target));
    TRY(body_limits_read(&reader, &row.limits));
    TRY(cbor_end(&reader));
    if (members != 3 || scope < BUDGET_READER || scope > BUDGET_SHOP)
        return FAIL(CORRUPT, "authority: a stored budget is malformed");
    row.scope = (enum budget_scope)scope;
    TRY(row_place(&rows, &access->budget_count, sizeof row, id, &at));
    access->budgets = rows;
    memcpy(at, &row, sizeof row);
    return OK;
}

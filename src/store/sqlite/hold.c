#include "store/hold.h"

#include "store/sqlite/sqlite_priv.h"

static RESULT hold_add(struct store *store, const struct waiting_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_WAITING_ADD, &query));
    bind_u64(&query, ":no", row->no.at);
    bind_u64(&query, ":entry", row->entry);
    bind_blob(&query, ":sealed", row->sealed);
    return query_run(&query);
}

static RESULT hold_get(struct store *store, struct subject_no no, uint64_t *entry)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_WAITING_GET, &query));
    bind_u64(&query, ":no", no.at);
    TRY(query_one(&query, "erasure that waits"));
    *entry = column_u64(&query, 0);
    return OK;
}

static RESULT hold_first(struct store *store, struct waiting_row *row, struct buf *sealed)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_WAITING_FIRST, &query));
    TRY(query_one(&query, "erasure that waits"));
    buf_slice_put(sealed, column_blob(&query, 2));
    *row = (struct waiting_row){{column_u64(&query, 0)}, column_u64(&query, 1), buf_slice(sealed)};
    return OK;
}

static RESULT hold_drop(struct store *store, struct subject_no no)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_WAITING_DROP, &query));
    bind_u64(&query, ":no", no.at);
    return query_run(&query);
}

const struct hold_store sqlite_hold = {
    .add = hold_add, .get = hold_get, .first = hold_first, .drop = hold_drop};

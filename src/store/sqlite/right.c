#include "store/right.h"

#include "store/sqlite/sqlite_priv.h"

#include <string.h>

static RESULT right_put(struct store *store, const struct right_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_RIGHT_PUT, &query));
    bind_u64(&query, ":kind", row->kind);
    bind_u64(&query, ":entry", row->entry);
    bind_u64(&query, ":no", row->no.at);
    bind_u64(&query, ":until", (uint64_t)row->until_us);
    bind_u64(&query, ":keep", (uint64_t)row->keep_us);
    bind_blob(&query, ":body", row->body);
    bind_blob(&query, ":mac", (struct slice){row->mac, sizeof row->mac});
    return query_run(&query);
}

static RESULT row_of(struct query *query, struct right_row *out)
{
    struct slice mac = column_blob(query, 6);
    if (mac.len != sizeof out->mac) return FAIL(CORRUPT, "store: a right without a MAC");
    *out = (struct right_row){.kind = (uint16_t)column_u64(query, 0),
                              .entry = column_u64(query, 1),
                              .no = {column_u64(query, 2)},
                              .until_us = (int64_t)column_u64(query, 3),
                              .keep_us = (int64_t)column_u64(query, 4),
                              .body = column_blob(query, 5)};
    memcpy(out->mac, mac.at, sizeof out->mac);
    return OK;
}

static RESULT right_get(struct store *store, uint16_t kind, uint64_t entry, struct right_row *row,
                        struct buf *body)
{
    QUERY query = {0};
    struct right_row found = {0};
    TRY(query_begin(store, STATEMENT_RIGHT_GET, &query));
    bind_u64(&query, ":kind", kind);
    bind_u64(&query, ":entry", entry);
    TRY(query_one(&query, "right"));
    TRY(row_of(&query, &found));
    buf_slice_put(body, found.body);
    found.body = buf_slice(body);
    *row = found;
    return OK;
}

static RESULT walk(struct query *query, right_each each, void *context)
{
    for (bool more = true, stop = false; !stop;) {
        struct right_row row = {0};
        TRY(query_row(query, &more));
        if (!more) return OK;
        TRY(row_of(query, &row));
        TRY(each(context, &row, &stop));
    }
    return OK;
}

static RESULT right_of_subject(struct store *store, uint16_t kind, struct subject_no no, int64_t after_us,
                               right_each each, void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_RIGHT_OF_SUBJECT, &query));
    bind_u64(&query, ":kind", kind);
    bind_u64(&query, ":no", no.at);
    bind_u64(&query, ":after", (uint64_t)after_us);
    return walk(&query, each, context);
}

static RESULT right_of_kind(struct store *store, uint16_t kind, uint64_t from, right_each each, void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_RIGHT_OF_KIND, &query));
    bind_u64(&query, ":kind", kind);
    bind_u64(&query, ":from", from);
    return walk(&query, each, context);
}

static RESULT right_sweep(struct store *store, int64_t now_us)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_RIGHT_SWEEP, &query));
    bind_u64(&query, ":now", (uint64_t)now_us);
    return query_run(&query);
}

static RESULT right_drop_of(struct store *store, struct subject_no no)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_RIGHT_DROP_OF, &query));
    bind_u64(&query, ":no", no.at);
    return query_run(&query);
}

const struct right_store sqlite_right = {.put = right_put,
                                         .get = right_get,
                                         .of_subject = right_of_subject,
                                         .of_kind = right_of_kind,
                                         .sweep = right_sweep,
                                         .drop_of = right_drop_of};

#include "store/incident.h"

#include "store/sqlite/sqlite_priv.h"

#include <assert.h>

static RESULT incident_add(struct store *store, const struct incident_row *row)
{
    QUERY query = {0};
    assert(row->no > 0 && row->no <= INT64_MAX);
    TRY(query_begin(store, STATEMENT_INCIDENT_ADD, &query));
    bind_u64(&query, ":no", row->no);
    bind_u64(&query, ":made", (uint64_t)row->made_us);
    bind_blob(&query, ":key", row->key);
    return query_run(&query);
}

static RESULT incident_each(struct store *store,
                            RESULT (*each)(void *context, const struct incident_row *row), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_INCIDENT_EACH, &query));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct incident_row row = {.no = column_u64(&query, 0),
                                   .made_us = (int64_t)column_u64(&query, 1),
                                   .key = column_blob(&query, 2)};
        TRY(each(context, &row));
    }
}

static RESULT line_add(struct store *store, const struct incident_line_row *row)
{
    QUERY query = {0};
    assert(row->n > 0);
    TRY(query_begin(store, STATEMENT_INCIDENT_LINE_ADD, &query));
    bind_u64(&query, ":incident", row->incident);
    bind_u64(&query, ":n", row->n);
    bind_u64(&query, ":entry", row->entry);
    bind_blob(&query, ":sealed", row->sealed);
    return query_run(&query);
}

static RESULT line_each(struct store *store, uint64_t incident, uint64_t from,
                        RESULT (*each)(void *context, const struct incident_line_row *row), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_INCIDENT_LINE_EACH, &query));
    bind_u64(&query, ":incident", incident);
    bind_u64(&query, ":from", from);
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct incident_line_row row = {.incident = incident,
                                        .n = column_u64(&query, 0),
                                        .entry = column_u64(&query, 1),
                                        .sealed = column_blob(&query, 2)};
        TRY(each(context, &row));
    }
}

const struct incident_store sqlite_incident = {
    .add = incident_add, .each = incident_each, .line_add = line_add, .line_each = line_each};

#include "store/matter.h"

#include "store/sqlite/sqlite_priv.h"

#include <assert.h>

static struct matter_row row_of(struct query *query)
{
    return (struct matter_row){.no = column_u64(query, 0),
                               .kind = (uint32_t)column_u64(query, 1),
                               .subject = column_u64(query, 2),
                               .about = column_u64(query, 3),
                               .state = (uint32_t)column_u64(query, 4),
                               .owner = column_u64(query, 5),
                               .made_us = (int64_t)column_u64(query, 6),
                               .due_us = (int64_t)column_u64(query, 7),
                               .amount = column_u64(query, 8),
                               .lines = (uint32_t)column_u64(query, 9)};
}

static RESULT rows_each(struct query *query, matter_each *each, void *context)
{
    for (bool more = true;;) {
        TRY(query_row(query, &more));
        if (!more) return OK;
        const struct matter_row row = row_of(query);
        TRY(each(context, &row));
    }
}

static RESULT matter_last(struct store *store, uint64_t *no)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MATTER_LAST, &query));
    TRY(query_one(&query, "matter"));
    *no = column_u64(&query, 0);
    return OK;
}

static RESULT matter_put(struct store *store, const struct matter_row *row)
{
    QUERY query = {0};
    assert(row->no > 0 && row->lines > 0);
    TRY(query_begin(store, STATEMENT_MATTER_PUT, &query));
    bind_u64(&query, ":no", row->no);
    bind_u64(&query, ":kind", row->kind);
    bind_u64(&query, ":subject", row->subject);
    bind_u64(&query, ":about", row->about);
    bind_u64(&query, ":state", row->state);
    bind_u64(&query, ":owner", row->owner);
    bind_u64(&query, ":made", (uint64_t)row->made_us);
    bind_u64(&query, ":due", (uint64_t)row->due_us);
    bind_u64(&query, ":amount", row->amount);
    bind_u64(&query, ":lines", row->lines);
    return query_run(&query);
}

static RESULT matter_get(struct store *store, uint64_t no, struct matter_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MATTER_GET, &query));
    bind_u64(&query, ":no", no);
    TRY(query_one(&query, "matter"));
    *row = row_of(&query);
    return OK;
}

static RESULT matters_each(struct store *store, uint32_t kind, uint64_t after, matter_each *each,
                           void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, kind > 0 ? STATEMENT_MATTER_OF_KIND : STATEMENT_MATTER_EACH, &query));
    if (kind > 0) bind_u64(&query, ":kind", kind);
    bind_u64(&query, ":after", after);
    return rows_each(&query, each, context);
}

static RESULT matters_of_subject(struct store *store, uint64_t subject, matter_each *each, void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MATTER_OF_SUBJECT, &query));
    bind_u64(&query, ":subject", subject);
    return rows_each(&query, each, context);
}

static RESULT matters_due(struct store *store, int64_t now_us, matter_each *each, void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MATTER_DUE, &query));
    bind_u64(&query, ":now", (uint64_t)now_us);
    return rows_each(&query, each, context);
}

static RESULT matter_line_add(struct store *store, const struct matter_line_row *row)
{
    QUERY query = {0};
    assert(row->n > 0);
    TRY(query_begin(store, STATEMENT_MATTER_LINE_ADD, &query));
    bind_u64(&query, ":matter", row->matter);
    bind_u64(&query, ":n", row->n);
    bind_u64(&query, ":entry", row->entry);
    bind_blob(&query, ":bytes", row->bytes);
    return query_run(&query);
}

static RESULT matter_lines_each(struct store *store, uint64_t matter, matter_line_each *each, void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MATTER_LINE_EACH, &query));
    bind_u64(&query, ":matter", matter);
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        const struct matter_line_row row = {.matter = matter,
                                            .n = (uint32_t)column_u64(&query, 0),
                                            .entry = column_u64(&query, 1),
                                            .bytes = column_blob(&query, 2)};
        TRY(each(context, &row));
    }
}

static RESULT matters_of_about(struct store *store, uint32_t kind, uint64_t about, uint64_t after,
                               matter_each *each, void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MATTER_OF_ABOUT, &query));
    bind_u64(&query, ":kind", kind);
    bind_u64(&query, ":about", about);
    bind_u64(&query, ":after", after);
    return rows_each(&query, each, context);
}

static RESULT sums_put(struct store *store, const struct matter_sums *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MATTER_SUMS_PUT, &query));
    bind_u64(&query, ":pool", row->pool);
    bind_u64(&query, ":claims", row->claims);
    bind_u64(&query, ":waiting", row->waiting);
    bind_u64(&query, ":granted", row->granted);
    bind_u64(&query, ":shared", row->shared);
    return query_run(&query);
}

static RESULT sums_get(struct store *store, struct matter_sums *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MATTER_SUMS_GET, &query));
    bind_u64(&query, ":pool", row->pool);
    TRY(query_one(&query, "pool"));
    *row = (struct matter_sums){row->pool, column_u64(&query, 0), column_u64(&query, 1),
                                column_u64(&query, 2), column_u64(&query, 3)};
    return OK;
}

static RESULT key_put(struct store *store, uint64_t matter, struct slice key)
{
    QUERY query = {0};
    assert(matter > 0 && key.len > 0);
    TRY(query_begin(store, STATEMENT_MATTER_KEY_PUT, &query));
    bind_u64(&query, ":matter", matter);
    bind_blob(&query, ":key", key);
    return query_run(&query);
}

static RESULT key_get(struct store *store, uint64_t matter, struct buf *out)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MATTER_KEY_GET, &query));
    bind_u64(&query, ":matter", matter);
    TRY(query_one(&query, "matter"));
    buf_slice_put(out, column_blob(&query, 0));
    return OK;
}

static RESULT key_drop(struct store *store, uint64_t matter)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MATTER_KEY_DROP, &query));
    bind_u64(&query, ":matter", matter);
    return query_run(&query);
}

const struct matter_store sqlite_matter = {.last = matter_last,
                                           .put = matter_put,
                                           .get = matter_get,
                                           .each = matters_each,
                                           .of_subject = matters_of_subject,
                                           .of_about = matters_of_about,
                                           .due = matters_due,
                                           .line_add = matter_line_add,
                                           .line_each = matter_lines_each,
                                           .sums_put = sums_put,
                                           .sums_get = sums_get,
                                           .key_put = key_put,
                                           .key_get = key_get,
                                           .key_drop = key_drop};

#include "store/sqlite/sqlite_priv.h"

static RESULT tail_add(struct store *store, const struct tail_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAIL_ADD, &query));
    bind_u64(&query, ":first", row->first);
    bind_u64(&query, ":count", row->count);
    bind_blob(&query, ":entries", row->entries);
    bind_blob(&query, ":leaves", row->leaves);
    bind_blob(&query, ":aside", row->aside);
    return query_run(&query);
}

static RESULT tail_clear(struct store *store)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAIL_CLEAR, &query));
    return query_run(&query);
}

static RESULT tail_each(struct store *store, RESULT (*each)(void *context, const struct tail_row *row),
                        void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAIL_EACH, &query));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct tail_row row = {column_u64(&query, 0), (uint32_t)column_u64(&query, 1), column_blob(&query, 2),
                               column_blob(&query, 3), column_blob(&query, 4)};
        TRY(each(context, &row));
    }
}

static RESULT bundle_add(struct store *store, uint64_t n, int64_t first_us, struct slice entries,
                         struct slice aside)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_BUNDLE_ADD, &query));
    bind_u64(&query, ":n", n);
    bind_u64(&query, ":first_us", (uint64_t)first_us);
    bind_blob(&query, ":entries", entries);
    bind_blob(&query, ":aside", aside);
    return query_run(&query);
}

static RESULT bundle_get(struct store *store, uint64_t n, struct buf *entries, struct buf *aside)
{
    enum statement which = !aside     ? STATEMENT_BUNDLE_ENTRIES
                           : !entries ? STATEMENT_BUNDLE_ASIDE
                                      : STATEMENT_BUNDLE_GET;
    QUERY query = {0};
    TRY(query_begin(store, which, &query));
    bind_u64(&query, ":n", n);
    TRY(query_one(&query, "bundle of entries"));
    if (entries) buf_slice_put(entries, column_blob(&query, 0));
    if (aside) buf_slice_put(aside, column_blob(&query, entries ? 1 : 0));
    return OK;
}

static RESULT bundle_time(struct store *store, uint64_t n, int64_t *first_us)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_BUNDLE_TIME, &query));
    bind_u64(&query, ":n", n);
    TRY(query_one(&query, "bundle of entries"));
    *first_us = (int64_t)column_u64(&query, 0);
    return OK;
}

static RESULT aside_replace(struct store *store, uint64_t n, struct slice aside)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_ASIDE_REPLACE, &query));
    bind_u64(&query, ":n", n);
    bind_blob(&query, ":aside", aside);
    return query_run(&query);
}

static RESULT tile_put(struct store *store, unsigned level, uint64_t n, struct slice hashes)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TILE_PUT, &query));
    bind_u64(&query, ":level", level);
    bind_u64(&query, ":n", n);
    bind_blob(&query, ":hashes", hashes);
    return query_run(&query);
}

static RESULT tile_get(struct store *store, unsigned level, uint64_t n, struct buf *out)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TILE_GET, &query));
    bind_u64(&query, ":level", level);
    bind_u64(&query, ":n", n);
    TRY(query_one(&query, "tile"));
    buf_slice_put(out, column_blob(&query, 0));
    return OK;
}

static RESULT checkpoint_put(struct store *store, const struct checkpoint_row *row)
{
    bool newest = row->kind == CHECKPOINT_NEWEST;
    QUERY query = {0};
    TRY(query_begin(store, newest ? STATEMENT_CHECKPOINT_NEWEST_PUT : STATEMENT_CHECKPOINT_PUT, &query));
    if (!newest) bind_u64(&query, ":kind", row->kind);
    bind_u64(&query, ":size", row->size);
    bind_u64(&query, ":time_us", (uint64_t)row->time_us);
    bind_blob(&query, ":note", row->note);
    return query_run(&query);
}

static RESULT checkpoint_get(struct store *store, enum checkpoint_kind kind, uint64_t size_most,
                             uint64_t *size, int64_t *time_us, struct buf *note)
{
    bool newest = kind == CHECKPOINT_NEWEST;
    QUERY query = {0};
    TRY(query_begin(store, newest ? STATEMENT_CHECKPOINT_NEWEST_GET : STATEMENT_CHECKPOINT_GET, &query));
    if (!newest) bind_u64(&query, ":kind", kind);
    bind_u64(&query, ":size", size_most > INT64_MAX ? INT64_MAX : size_most);
    TRY(query_one(&query, "checkpoint"));
    *size = column_u64(&query, 0);
    *time_us = (int64_t)column_u64(&query, 1);
    buf_slice_put(note, column_blob(&query, 2));
    return OK;
}

static RESULT checkpoint_each(struct store *store,
                              RESULT (*each)(void *context, const struct checkpoint_row *row), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_CHECKPOINT_EACH, &query));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct checkpoint_row row = {(enum checkpoint_kind)column_u64(&query, 0), column_u64(&query, 1),
                                     (int64_t)column_u64(&query, 2), column_blob(&query, 3)};
        TRY(each(context, &row));
    }
}

static RESULT authority_add(struct store *store, uint64_t index)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_AUTHORITY_ADD, &query));
    bind_u64(&query, ":entry", index);
    return query_run(&query);
}

static RESULT authority_each(struct store *store, RESULT (*each)(void *context, uint64_t index),
                             void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_AUTHORITY_ENTRIES, &query));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        TRY(each(context, column_u64(&query, 0)));
    }
}

const struct ledger_store sqlite_ledger = {
    .tail_add = tail_add,
    .tail_clear = tail_clear,
    .tail_each = tail_each,
    .bundle_add = bundle_add,
    .bundle_get = bundle_get,
    .bundle_time = bundle_time,
    .aside_replace = aside_replace,
    .tile_put = tile_put,
    .tile_get = tile_get,
    .checkpoint_put = checkpoint_put,
    .checkpoint_get = checkpoint_get,
    .checkpoint_each = checkpoint_each,
    .authority_add = authority_add,
    .authority_each = authority_each,
};

static void bind_sighting(struct query *query, const struct sighting_row *row)
{
    bind_u64(query, ":hour", row->hour);
    bind_u64(query, ":reader", row->reader);
    bind_u64(query, ":full", row->full);
    bind_u64(query, ":masked", row->masked);
    bind_u64(query, ":chunk", row->chunk);
}

static RESULT sighting_put(struct store *store, const struct sighting_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_SIGHTING_PUT, &query));
    bind_sighting(&query, row);
    bind_blob(&query, ":bitmap", row->bitmap);
    return query_run(&query);
}

static RESULT sighting_get(struct store *store, const struct sighting_row *key, struct buf *bitmap)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_SIGHTING_GET, &query));
    bind_sighting(&query, key);
    TRY(query_one(&query, "sighting"));
    buf_slice_put(bitmap, column_blob(&query, 0));
    return OK;
}

static RESULT sighting_rows(struct query *query,
                            RESULT (*each)(void *context, const struct sighting_row *row), void *context)
{
    for (bool more = true;;) {
        TRY(query_row(query, &more));
        if (!more) return OK;
        struct sighting_row row = {.hour = (uint32_t)column_u64(query, 0),
                                   .reader = column_u64(query, 1),
                                   .full = column_u64(query, 2),
                                   .masked = column_u64(query, 3),
                                   .chunk = column_u64(query, 4),
                                   .bitmap = column_blob(query, 5)};
        TRY(each(context, &row));
    }
}

static RESULT sighting_each(struct store *store, uint32_t from_hour, uint32_t to_hour,
                            RESULT (*each)(void *context, const struct sighting_row *row), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_SIGHTING_EACH, &query));
    bind_u64(&query, ":from", from_hour);
    bind_u64(&query, ":to", to_hour);
    return sighting_rows(&query, each, context);
}

static RESULT sighting_of_chunk(struct store *store, uint64_t chunk, uint32_t from_hour,
                                RESULT (*each)(void *context, const struct sighting_row *row), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_SIGHTING_OF_CHUNK, &query));
    bind_u64(&query, ":chunk", chunk);
    bind_u64(&query, ":from", from_hour);
    return sighting_rows(&query, each, context);
}

static RESULT sighting_clear(struct store *store)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_SIGHTING_CLEAR, &query));
    TRY(query_run(&query));
    query_end(&query);
    TRY(query_begin(store, STATEMENT_SPAN_CLEAR, &query));
    return query_run(&query);
}

static RESULT span_put(struct store *store, enum sighting_span span, const struct sighting_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_SPAN_PUT, &query));
    bind_u64(&query, ":span", span);
    bind_sighting(&query, row);
    bind_blob(&query, ":bitmap", row->bitmap);
    return query_run(&query);
}

static RESULT span_get(struct store *store, enum sighting_span span, const struct sighting_row *key,
                       struct buf *bitmap)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_SPAN_GET, &query));
    bind_u64(&query, ":span", span);
    bind_sighting(&query, key);
    TRY(query_one(&query, "sighting"));
    buf_slice_put(bitmap, column_blob(&query, 0));
    return OK;
}

static RESULT span_each(struct store *store, enum sighting_span span, uint32_t from_hour, uint32_t to_hour,
                        RESULT (*each)(void *context, const struct sighting_row *row), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_SPAN_EACH, &query));
    bind_u64(&query, ":span", span);
    bind_u64(&query, ":from", from_hour);
    bind_u64(&query, ":to", to_hour);
    return sighting_rows(&query, each, context);
}

static RESULT span_of_reader(struct store *store, enum sighting_span span, uint32_t hour, uint64_t reader,
                             RESULT (*each)(void *context, const struct sighting_row *row), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, span == SPAN_HOUR ? STATEMENT_SIGHTING_OF_READER : STATEMENT_SPAN_OF_READER,
                    &query));
    if (span != SPAN_HOUR) bind_u64(&query, ":span", span);
    bind_u64(&query, ":hour", hour);
    bind_u64(&query, ":reader", reader);
    return sighting_rows(&query, each, context);
}

const struct sighting_store sqlite_sighting = {
    .put = sighting_put,
    .get = sighting_get,
    .each = sighting_each,
    .of_chunk = sighting_of_chunk,
    .clear = sighting_clear,
    .span_put = span_put,
    .span_get = span_get,
    .span_each = span_each,
    .of_reader = span_of_reader,
};

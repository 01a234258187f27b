#include "store/exposure.h"

#include "store/sqlite/sqlite_priv.h"

#include <assert.h>
#include <string.h>

static struct slice hash_slice(const uint8_t set[SET_HASH_BYTES])
{
    return (struct slice){set, SET_HASH_BYTES};
}

static RESULT exposure_newest(struct store *store, uint64_t incident, uint32_t *version)
{
    QUERY query = {0};
    bool row = false;
    TRY(query_begin(store, STATEMENT_EXPOSURE_NEWEST, &query));
    bind_u64(&query, ":incident", incident);
    TRY(query_row(&query, &row));
    *version = row ? (uint32_t)column_u64(&query, 0) : 0;
    return OK;
}

static RESULT part_add(struct store *store, const struct exposure_part_row *row)
{
    QUERY query = {0};
    assert(row->version > 0 && row->part > 0);
    TRY(query_begin(store, STATEMENT_EXPOSURE_PART_ADD, &query));
    bind_u64(&query, ":incident", row->incident);
    bind_u64(&query, ":version", row->version);
    bind_u64(&query, ":part", row->part);
    bind_u64(&query, ":source", row->source);
    bind_u64(&query, ":at", row->at);
    bind_u64(&query, ":full", row->full);
    bind_u64(&query, ":masked", row->masked);
    bind_u64(&query, ":count", row->count);
    bind_blob(&query, ":set", hash_slice(row->set));
    return query_run(&query);
}

static RESULT part_each(struct store *store, uint64_t incident, uint32_t version,
                        RESULT (*each)(void *context, const struct exposure_part_row *row), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_EXPOSURE_PART_EACH, &query));
    bind_u64(&query, ":incident", incident);
    bind_u64(&query, ":version", version);
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct exposure_part_row row = {.incident = incident,
                                        .version = version,
                                        .part = (uint32_t)column_u64(&query, 0),
                                        .source = (uint32_t)column_u64(&query, 1),
                                        .at = (uint32_t)column_u64(&query, 2),
                                        .full = column_u64(&query, 3),
                                        .masked = column_u64(&query, 4),
                                        .count = column_u64(&query, 5)};
        struct slice set = column_blob(&query, 6);
        if (set.len != SET_HASH_BYTES) return FAIL(CORRUPT, "store: the hash of a set is none");
        memcpy(row.set, set.at, SET_HASH_BYTES);
        TRY(each(context, &row));
    }
}

static RESULT set_there(struct store *store, const uint8_t set[SET_HASH_BYTES], bool *out)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_EXPOSURE_SET_THERE, &query));
    bind_blob(&query, ":set", hash_slice(set));
    return query_row(&query, out);
}

static RESULT chunk_put(struct store *store, const uint8_t set[SET_HASH_BYTES], uint64_t chunk,
                        struct slice bitmap)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_EXPOSURE_CHUNK_PUT, &query));
    bind_blob(&query, ":set", hash_slice(set));
    bind_u64(&query, ":chunk", chunk);
    bind_blob(&query, ":bitmap", bitmap);
    return query_run(&query);
}

static RESULT chunk_get(struct store *store, const uint8_t set[SET_HASH_BYTES], uint64_t chunk,
                        struct buf *bitmap)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_EXPOSURE_CHUNK_GET, &query));
    bind_blob(&query, ":set", hash_slice(set));
    bind_u64(&query, ":chunk", chunk);
    TRY(query_one(&query, "part of a set"));
    buf_slice_put(bitmap, column_blob(&query, 0));
    return OK;
}

static RESULT chunk_each(struct store *store, const uint8_t set[SET_HASH_BYTES],
                         RESULT (*each)(void *context, uint64_t chunk, struct slice bitmap), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_EXPOSURE_CHUNK_EACH, &query));
    bind_blob(&query, ":set", hash_slice(set));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        TRY(each(context, column_u64(&query, 0), column_blob(&query, 1)));
    }
}

const struct exposure_store sqlite_exposure = {.newest = exposure_newest,
                                               .part_add = part_add,
                                               .part_each = part_each,
                                               .set_there = set_there,
                                               .chunk_put = chunk_put,
                                               .chunk_get = chunk_get,
                                               .chunk_each = chunk_each};

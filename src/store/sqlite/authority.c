#include "store/sqlite/sqlite_priv.h"

#include <string.h>

static RESULT authority_put(struct store *store, const struct authority_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_AUTHORITY_PUT, &query));
    bind_u64(&query, ":kind", row->kind);
    bind_u64(&query, ":id", row->id);
    bind_u64(&query, ":entry", row->entry);
    bind_blob(&query, ":body", row->body);
    bind_blob(&query, ":mac", (struct slice){row->mac, sizeof row->mac});
    return query_run(&query);
}

static RESULT authority_each(struct store *store,
                             RESULT (*each)(void *context, const struct authority_row *row), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_AUTHORITY_EACH, &query));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct slice mac = column_blob(&query, 4);
        struct authority_row row = {(uint16_t)column_u64(&query, 0),
                                    (uint32_t)column_u64(&query, 1),
                                    column_u64(&query, 2),
                                    column_blob(&query, 3),
                                    {0}};
        if (mac.len != sizeof row.mac) return FAIL(CORRUPT, "store: an authority row without a MAC");
        memcpy(row.mac, mac.at, sizeof row.mac);
        TRY(each(context, &row));
    }
}

const struct authority_store sqlite_authority = {.put = authority_put, .each = authority_each};

static RESULT key_use_put(struct store *store, const struct key_use_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_KEY_USE_PUT, &query));
    bind_u64(&query, ":id", row->id);
    bind_u64(&query, ":day", row->day);
    bind_u64(&query, ":told", row->told);
    bind_blob(&query, ":mac", (struct slice){row->mac, sizeof row->mac});
    return query_run(&query);
}

static RESULT key_use_each(struct store *store, RESULT (*each)(void *context, const struct key_use_row *row),
                           void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_KEY_USE_EACH, &query));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct slice mac = column_blob(&query, 3);
        struct key_use_row row = {(uint32_t)column_u64(&query, 0),
                                  (uint32_t)column_u64(&query, 1),
                                  (uint32_t)column_u64(&query, 2),
                                  {0}};
        if (mac.len == sizeof row.mac) memcpy(row.mac, mac.at, sizeof row.mac); /* else it is nobody's */
        TRY(each(context, &row));
    }
}

const struct key_use_store sqlite_key_use = {.put = key_use_put, .each = key_use_each};

static RESULT replay_put(struct store *store, const struct replay_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_REPLAY_PUT, &query));
    bind_blob(&query, ":key", (struct slice){row->key, sizeof row->key});
    bind_blob(&query, ":ask", (struct slice){row->ask, sizeof row->ask});
    bind_u64(&query, ":until", (uint64_t)row->until_us);
    bind_blob(&query, ":answer", row->answer);
    return query_run(&query);
}

static RESULT replay_get(struct store *store, const uint8_t key[32], uint8_t ask[32], int64_t *until_us,
                         struct buf *answer)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_REPLAY_GET, &query));
    bind_blob(&query, ":key", (struct slice){key, 32});
    TRY(query_one(&query, "idempotency key"));
    struct slice hash = column_blob(&query, 0);
    if (hash.len != 32) return FAIL(CORRUPT, "store: a replay row without its hash");
    memcpy(ask, hash.at, 32);
    *until_us = (int64_t)column_u64(&query, 1);
    buf_slice_put(answer, column_blob(&query, 2));
    return OK;
}

static RESULT replay_sweep(struct store *store, int64_t now_us)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_REPLAY_SWEEP, &query));
    bind_u64(&query, ":now", (uint64_t)now_us);
    return query_run(&query);
}

const struct replay_store sqlite_replay = {.put = replay_put, .get = replay_get, .sweep = replay_sweep};

#include "store/rotation.h"

#include "store/sqlite/sqlite_priv.h"

static RESULT rotation_put(struct store *store, const struct rotation_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_ROTATION_PUT, &query));
    bind_u64(&query, ":epoch", row->epoch);
    bind_u64(&query, ":rekey", row->rekey);
    bind_u64(&query, ":state", row->state);
    bind_u64(&query, ":again", row->again);
    bind_u64(&query, ":at", row->at.at);
    bind_u64(&query, ":moved", row->moved);
    bind_u64(&query, ":stuck", row->stuck);
    bind_u64(&query, ":began", (uint64_t)row->began_us);
    bind_u64(&query, ":moved_us", (uint64_t)row->moved_us);
    bind_u64(&query, ":ended", (uint64_t)row->ended_us);
    bind_u64(&query, ":entry", row->entry);
    return query_run(&query);
}

static void row_take(struct query *query, struct rotation_row *out)
{
    *out = (struct rotation_row){.epoch = (uint16_t)column_u64(query, 0),
                                 .rekey = column_u64(query, 1) != 0,
                                 .state = (enum rotation_state)column_u64(query, 2),
                                 .again = column_u64(query, 3) != 0,
                                 .at = {column_u64(query, 4)},
                                 .moved = column_u64(query, 5),
                                 .stuck = column_u64(query, 6),
                                 .began_us = (int64_t)column_u64(query, 7),
                                 .moved_us = (int64_t)column_u64(query, 8),
                                 .ended_us = (int64_t)column_u64(query, 9),
                                 .entry = column_u64(query, 10)};
}

static RESULT rotation_newest(struct store *store, struct rotation_row *out)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_ROTATION_NEWEST, &query));
    TRY(query_one(&query, "rotation"));
    row_take(&query, out);
    return OK;
}

static RESULT rotation_each(struct store *store,
                            RESULT (*each)(void *context, const struct rotation_row *row), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_ROTATION_EACH, &query));
    for (bool more = true;;) {
        struct rotation_row row = {0};
        TRY(query_row(&query, &more));
        if (!more) return OK;
        row_take(&query, &row);
        TRY(each(context, &row));
    }
}

const struct rotation_store sqlite_rotation = {
    .put = rotation_put, .newest = rotation_newest, .each = rotation_each};

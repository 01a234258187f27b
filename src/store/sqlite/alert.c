#include "store/alert.h"

#include "store/sqlite/sqlite_priv.h"

#include <assert.h>

static RESULT alert_last(struct store *store, uint64_t *id)
{
    QUERY query = {0};
    bool row = false;
    TRY(query_begin(store, STATEMENT_TELLING_LAST, &query));
    TRY(query_row(&query, &row));
    *id = row ? column_u64(&query, 0) : 0;
    return OK;
}

static RESULT alert_add(struct store *store, const struct telling_row *row)
{
    QUERY query = {0};
    assert(row->id > 0);
    TRY(query_begin(store, STATEMENT_TELLING_ADD, &query));
    bind_u64(&query, ":id", row->id);
    bind_u64(&query, ":sink", row->sink);
    bind_u64(&query, ":time", (uint64_t)row->time_us);
    bind_blob(&query, ":body", row->body);
    return query_run(&query);
}

static RESULT alert_each(struct store *store, uint32_t sink, uint64_t from, size_t most,
                         RESULT (*each)(void *context, const struct telling_row *row), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TELLING_EACH, &query));
    bind_u64(&query, ":sink", sink);
    bind_u64(&query, ":from", from);
    bind_u64(&query, ":most", most);
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct telling_row row = {.id = column_u64(&query, 0),
                                  .sink = (uint32_t)column_u64(&query, 1),
                                  .time_us = (int64_t)column_u64(&query, 2),
                                  .body = column_blob(&query, 3)};
        TRY(each(context, &row));
    }
}

static RESULT alert_count(struct store *store, uint32_t sink, uint64_t from, int64_t until_us, uint64_t *out)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TELLING_COUNT, &query));
    bind_u64(&query, ":sink", sink);
    bind_u64(&query, ":from", from);
    bind_u64(&query, ":until", (uint64_t)until_us);
    TRY(query_one(&query, "telling"));
    *out = column_u64(&query, 0);
    return OK;
}

static RESULT alert_behind(struct store *store, uint32_t sink, uint64_t from, uint64_t skip, uint64_t *id)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TELLING_BEHIND, &query));
    bind_u64(&query, ":sink", sink);
    bind_u64(&query, ":from", from);
    bind_u64(&query, ":skip", skip);
    TRY(query_one(&query, "telling"));
    *id = column_u64(&query, 0);
    return OK;
}

static RESULT alert_since(struct store *store, int64_t from_us, uint64_t *id)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TELLING_SINCE, &query));
    bind_u64(&query, ":from", (uint64_t)from_us);
    TRY(query_one(&query, "telling"));
    *id = column_u64(&query, 0);
    return OK;
}

static RESULT alert_sweep(struct store *store, uint64_t below, int64_t until_us, size_t most)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TELLING_SWEEP, &query));
    bind_u64(&query, ":below", below);
    bind_u64(&query, ":until", (uint64_t)until_us);
    bind_u64(&query, ":most", most);
    return query_run(&query);
}

static RESULT place_get(struct store *store, uint32_t sink, struct sink_place *out)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_PLACE_GET, &query));
    bind_u64(&query, ":sink", sink);
    TRY(query_one(&query, "sink"));
    *out = (struct sink_place){.sink = sink,
                               .next = column_u64(&query, 0),
                               .more = column_u64(&query, 1),
                               .told = column_u64(&query, 2),
                               .folded = column_u64(&query, 3),
                               .failures = (uint32_t)column_u64(&query, 4),
                               .due_us = (int64_t)column_u64(&query, 5),
                               .arrived_us = (int64_t)column_u64(&query, 6),
                               .gone = column_u64(&query, 7) != 0};
    return OK;
}

static RESULT place_put(struct store *store, const struct sink_place *place)
{
    QUERY query = {0};
    assert(place->sink > 0);
    TRY(query_begin(store, STATEMENT_PLACE_PUT, &query));
    bind_u64(&query, ":sink", place->sink);
    bind_u64(&query, ":next", place->next);
    bind_u64(&query, ":more", place->more);
    bind_u64(&query, ":told", place->told);
    bind_u64(&query, ":folded", place->folded);
    bind_u64(&query, ":failures", place->failures);
    bind_u64(&query, ":due", (uint64_t)place->due_us);
    bind_u64(&query, ":arrived", (uint64_t)place->arrived_us);
    bind_u64(&query, ":gone", place->gone);
    return query_run(&query);
}

static RESULT tally_add(struct store *store, enum tally tally, uint32_t day, uint64_t n)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TALLY_ADD, &query));
    bind_u64(&query, ":kind", tally);
    bind_u64(&query, ":day", day);
    bind_u64(&query, ":n", n);
    return query_run(&query);
}

static RESULT tally_sum(struct store *store, enum tally tally, uint32_t from_day, uint64_t *out)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TALLY_SUM, &query));
    bind_u64(&query, ":kind", tally);
    bind_u64(&query, ":day", from_day);
    TRY(query_one(&query, "tally"));
    *out = column_u64(&query, 0);
    return OK;
}

static RESULT tally_sweep(struct store *store, uint32_t before_day)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TALLY_SWEEP, &query));
    bind_u64(&query, ":day", before_day);
    return query_run(&query);
}

const struct alert_store sqlite_alert = {.last = alert_last,
                                         .add = alert_add,
                                         .each = alert_each,
                                         .count = alert_count,
                                         .behind = alert_behind,
                                         .since = alert_since,
                                         .sweep = alert_sweep,
                                         .place_get = place_get,
                                         .place_put = place_put,
                                         .tally_add = tally_add,
                                         .tally_sum = tally_sum,
                                         .tally_sweep = tally_sweep};

#include "store/run.h"

#include "store/sqlite/sqlite_priv.h"

#include <assert.h>

static RESULT run_put(struct store *store, const struct run_row *row)
{
    QUERY query = {0};
    assert(row->id > 0 && row->state > 0);
    TRY(query_begin(store, STATEMENT_RUN_PUT, &query));
    bind_u64(&query, ":id", row->id);
    bind_u64(&query, ":incident", row->incident);
    bind_u64(&query, ":line", row->line);
    bind_u64(&query, ":state", row->state);
    bind_u64(&query, ":made", (uint64_t)row->made_us);
    bind_u64(&query, ":started", (uint64_t)row->started_us);
    bind_u64(&query, ":ended", (uint64_t)row->ended_us);
    bind_u64(&query, ":entered", row->entered);
    bind_u64(&query, ":asked_by", row->asked_by);
    bind_u64(&query, ":day", row->day);
    bind_u64(&query, ":today", row->today);
    return query_run(&query);
}

static RESULT run_each(struct store *store, RESULT (*each)(void *context, const struct run_row *row),
                       void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_RUN_EACH, &query));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct run_row row = {.id = (uint32_t)column_u64(&query, 0),
                              .incident = column_u64(&query, 1),
                              .line = column_u64(&query, 2),
                              .state = (enum run_state)column_u64(&query, 3),
                              .made_us = (int64_t)column_u64(&query, 4),
                              .started_us = (int64_t)column_u64(&query, 5),
                              .ended_us = (int64_t)column_u64(&query, 6),
                              .entered = column_u64(&query, 7),
                              .asked_by = column_u64(&query, 8),
                              .day = (uint32_t)column_u64(&query, 9),
                              .today = (uint32_t)column_u64(&query, 10)};
        TRY(each(context, &row));
    }
}

static RESULT chunk_put(struct store *store, uint32_t run, enum person_state state, uint64_t chunk,
                        struct slice bitmap)
{
    QUERY query = {0};
    TRY(query_begin(store, bitmap.len > 0 ? STATEMENT_RUN_CHUNK_PUT : STATEMENT_RUN_CHUNK_DROP, &query));
    bind_u64(&query, ":run", run);
    bind_u64(&query, ":state", state);
    bind_u64(&query, ":chunk", chunk);
    if (bitmap.len > 0) bind_blob(&query, ":bitmap", bitmap);
    return query_run(&query);
}

static RESULT chunk_each(struct store *store, uint32_t run,
                         RESULT (*each)(void *context, enum person_state state, uint64_t chunk,
                                        struct slice bitmap),
                         void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_RUN_CHUNK_EACH, &query));
    bind_u64(&query, ":run", run);
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        uint64_t state = column_u64(&query, 0);
        if (state == 0 || state >= PERSON_STATES)
            return FAIL(CORRUPT, "store: a state of a notice that there is not");
        TRY(each(context, (enum person_state)state, column_u64(&query, 1), column_blob(&query, 2)));
    }
}

static RESULT odd_put(struct store *store, const struct run_odd *odd)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_RUN_ODD_PUT, &query));
    bind_u64(&query, ":run", odd->run);
    bind_u64(&query, ":no", odd->no.at);
    bind_u64(&query, ":due", (uint64_t)odd->due_us);
    bind_u64(&query, ":made", (uint64_t)odd->made_us);
    bind_u64(&query, ":attempts", odd->attempts);
    bind_u64(&query, ":doubts", odd->doubts);
    bind_u64(&query, ":reply", odd->reply);
    return query_run(&query);
}

static RESULT odd_each(struct store *store, uint32_t run,
                       RESULT (*each)(void *context, const struct run_odd *odd), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_RUN_ODD_EACH, &query));
    bind_u64(&query, ":run", run);
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct run_odd odd = {.run = run,
                              .no = {column_u64(&query, 0)},
                              .due_us = (int64_t)column_u64(&query, 1),
                              .made_us = (int64_t)column_u64(&query, 2),
                              .attempts = (uint32_t)column_u64(&query, 3),
                              .doubts = (uint32_t)column_u64(&query, 4),
                              .reply = (uint16_t)column_u64(&query, 5)};
        TRY(each(context, &odd));
    }
}

static RESULT said_last(struct store *store, uint32_t run, uint64_t *n)
{
    QUERY query = {0};
    bool row = false;
    TRY(query_begin(store, STATEMENT_RUN_SAID_LAST, &query));
    bind_u64(&query, ":run", run);
    TRY(query_row(&query, &row));
    *n = row ? column_u64(&query, 0) : 0;
    return OK;
}

/* NOLINTNEXTLINE(readability-function-size): the columns of one row */
static RESULT said_add(struct store *store, uint32_t run, uint64_t n, uint64_t entry, uint64_t first,
                       uint64_t last, struct slice bytes)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_RUN_SAID_ADD, &query));
    bind_u64(&query, ":run", run);
    bind_u64(&query, ":n", n);
    bind_u64(&query, ":entry", entry);
    bind_u64(&query, ":first", first);
    bind_u64(&query, ":last", last);
    bind_blob(&query, ":bytes", bytes);
    return query_run(&query);
}

static RESULT said_each(struct store *store, uint32_t run, struct subject_no no,
                        RESULT (*each)(void *context, uint64_t entry, struct slice bytes), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_RUN_SAID_EACH, &query));
    bind_u64(&query, ":run", run);
    bind_u64(&query, ":no", no.at);
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        TRY(each(context, column_u64(&query, 0), column_blob(&query, 1)));
    }
}

const struct run_store sqlite_run = {
    .put = run_put,
    .each = run_each,
    .chunk_put = chunk_put,
    .chunk_each = chunk_each,
    .odd_put = odd_put,
    .odd_each = odd_each,
    .said_last = said_last,
    .said_add = said_add,
    .said_each = said_each,
};

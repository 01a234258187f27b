#include "store/voucher.h"

#include "store/sqlite/sqlite_priv.h"

#include <assert.h>

static RESULT account_put(struct store *store, const struct account_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_ACCOUNT_PUT, &query));
    bind_u64(&query, ":campaign", row->campaign);
    bind_u64(&query, ":part", row->part);
    bind_u64(&query, ":budget", row->budget);
    bind_u64(&query, ":open", row->open);
    bind_u64(&query, ":reserved", row->reserved);
    bind_u64(&query, ":used", row->used);
    bind_u64(&query, ":refunded", row->refunded);
    bind_u64(&query, ":expired", row->expired);
    return query_run(&query);
}

static RESULT account_each(struct store *store, RESULT (*each)(void *context, const struct account_row *row),
                           void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_ACCOUNT_EACH, &query));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        const struct account_row row = {.campaign = (uint32_t)column_u64(&query, 0),
                                        .part = (uint32_t)column_u64(&query, 1),
                                        .budget = column_u64(&query, 2),
                                        .open = column_u64(&query, 3),
                                        .reserved = column_u64(&query, 4),
                                        .used = column_u64(&query, 5),
                                        .refunded = column_u64(&query, 6),
                                        .expired = column_u64(&query, 7)};
        TRY(each(context, &row));
    }
}

/* A voucher's key in the tables: one number, so that a lookup compares integers. */
enum { SERIAL_BITS = 32, PART_BITS = 8 };

static uint64_t key_of(const struct voucher_at *at)
{
    assert(at->part < 1 << PART_BITS && at->serial >> SERIAL_BITS == 0);
    return (uint64_t)at->campaign << (SERIAL_BITS + PART_BITS) | (uint64_t)at->part << SERIAL_BITS |
           at->serial;
}

static struct voucher_at at_of(uint64_t key)
{
    return (struct voucher_at){(uint32_t)(key >> (SERIAL_BITS + PART_BITS)),
                               (uint32_t)(key >> SERIAL_BITS) & ((1 << PART_BITS) - 1),
                               key & (((uint64_t)1 << SERIAL_BITS) - 1)};
}

static RESULT voucher_get(struct store *store, struct voucher_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_GET, &query));
    bind_u64(&query, ":voucher", key_of(&row->at));
    TRY(query_one(&query, "voucher: nobody touched it yet"));
    row->used = column_u64(&query, 0);
    row->reserved = column_u64(&query, 1);
    row->until_us = (int64_t)column_u64(&query, 2);
    return OK;
}

static RESULT voucher_put(struct store *store, const struct voucher_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_PUT, &query));
    bind_u64(&query, ":voucher", key_of(&row->at));
    bind_u64(&query, ":used", row->used);
    bind_u64(&query, ":reserved", row->reserved);
    bind_u64(&query, ":until", (uint64_t)row->until_us);
    return query_run(&query);
}

static RESULT voucher_later(struct store *store, uint32_t campaign, uint32_t part, int64_t now_us,
                            uint64_t *count, uint64_t *gone)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_LATER, &query));
    bind_u64(&query, ":first", key_of(&(struct voucher_at){campaign, part, 0}));
    bind_u64(&query, ":behind", key_of(&(struct voucher_at){campaign, part + 1, 0}));
    bind_u64(&query, ":now", (uint64_t)now_us);
    TRY(query_one(&query, "voucher: nothing was counted"));
    *count = column_u64(&query, 0);
    *gone = column_u64(&query, 1);
    return OK;
}

static RESULT voucher_each(struct store *store, RESULT (*each)(void *context, const struct voucher_row *row),
                           void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_EACH, &query));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        const struct voucher_row row = {.at = at_of(column_u64(&query, 0)),
                                        .used = column_u64(&query, 1),
                                        .reserved = column_u64(&query, 2),
                                        .until_us = (int64_t)column_u64(&query, 3)};
        TRY(each(context, &row));
    }
}

static RESULT taken_last(struct store *store, uint64_t *id)
{
    QUERY query = {0};
    bool row = false;
    TRY(query_begin(store, STATEMENT_VOUCHER_TAKEN_LAST, &query));
    TRY(query_row(&query, &row));
    *id = row ? column_u64(&query, 0) : 0;
    return OK;
}

static struct redemption_row taken_row(struct query *query)
{
    return (struct redemption_row){.id = column_u64(query, 0),
                                   .at = at_of(column_u64(query, 1)),
                                   .state = (uint32_t)column_u64(query, 2),
                                   .reserved = column_u64(query, 3),
                                   .captured = column_u64(query, 4),
                                   .refunded = column_u64(query, 5),
                                   .made_us = (int64_t)column_u64(query, 6),
                                   .due_us = (int64_t)column_u64(query, 7),
                                   .reader = column_u64(query, 8),
                                   .entry = column_u64(query, 9),
                                   .made = (uint32_t)column_u64(query, 10)};
}

static RESULT taken_get(struct store *store, uint64_t id, struct redemption_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_TAKEN_GET, &query));
    bind_u64(&query, ":id", id);
    TRY(query_one(&query, "redemption: there is none of that id"));
    *row = taken_row(&query);
    return OK;
}

static RESULT taken_due(struct store *store, struct redemption_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_TAKEN_DUE, &query));
    TRY(query_one(&query, "redemption: none waits"));
    *row = taken_row(&query);
    return OK;
}

static RESULT taken_add(struct store *store, const struct redemption_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_TAKEN_ADD, &query));
    bind_u64(&query, ":id", row->id);
    bind_u64(&query, ":voucher", key_of(&row->at));
    bind_u64(&query, ":state", row->state);
    bind_u64(&query, ":reserved", row->reserved);
    bind_u64(&query, ":captured", row->captured);
    bind_u64(&query, ":refunded", row->refunded);
    bind_u64(&query, ":made_us", (uint64_t)row->made_us);
    bind_u64(&query, ":due", (uint64_t)row->due_us);
    bind_u64(&query, ":reader", row->reader);
    bind_u64(&query, ":entry", row->entry);
    bind_u64(&query, ":made", row->made);
    return query_run(&query);
}

static RESULT taken_put(struct store *store, const struct redemption_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_TAKEN_PUT, &query));
    bind_u64(&query, ":id", row->id);
    bind_u64(&query, ":state", row->state);
    bind_u64(&query, ":captured", row->captured);
    bind_u64(&query, ":refunded", row->refunded);
    bind_u64(&query, ":due", (uint64_t)row->due_us);
    return query_run(&query);
}

static RESULT taken_each(struct store *store, RESULT (*each)(void *context, const struct redemption_row *row),
                         void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_TAKEN_EACH, &query));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        const struct redemption_row row = taken_row(&query);
        TRY(each(context, &row));
    }
}

static RESULT act_add(struct store *store, const struct act_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_ACT_ADD, &query));
    bind_u64(&query, ":entry", row->entry);
    bind_u64(&query, ":redemption", row->redemption);
    bind_u64(&query, ":act", row->act);
    bind_u64(&query, ":amount", row->amount);
    return query_run(&query);
}

static RESULT act_each(struct store *store, RESULT (*each)(void *context, const struct act_row *row),
                       void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_ACT_EACH, &query));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        const struct act_row row = {.entry = column_u64(&query, 0),
                                    .redemption = column_u64(&query, 1),
                                    .act = (uint32_t)column_u64(&query, 2),
                                    .amount = column_u64(&query, 3)};
        TRY(each(context, &row));
    }
}

static RESULT given_put(struct store *store, uint32_t campaign, uint32_t version, uint64_t chunk,
                        struct slice bitmap)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_GIVEN_PUT, &query));
    bind_u64(&query, ":campaign", campaign);
    bind_u64(&query, ":version", version);
    bind_u64(&query, ":chunk", chunk);
    bind_blob(&query, ":bitmap", bitmap);
    return query_run(&query);
}

static RESULT given_each(struct store *store, uint32_t campaign, uint32_t version,
                         RESULT (*each)(void *context, uint64_t chunk, struct slice bitmap), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_GIVEN_EACH, &query));
    bind_u64(&query, ":campaign", campaign);
    bind_u64(&query, ":version", version);
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        TRY(each(context, column_u64(&query, 0), column_blob(&query, 1)));
    }
}

static RESULT payment_put(struct store *store, const struct payment_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_PAYMENT_PUT, &query));
    bind_u64(&query, ":voucher", key_of(&row->at));
    bind_u64(&query, ":attempt", row->attempt);
    bind_u64(&query, ":batch", row->batch);
    bind_u64(&query, ":redemption", row->redemption);
    bind_u64(&query, ":reason", row->reason);
    return query_run(&query);
}

static RESULT payment_found(struct query *query, struct payment_row *row)
{
    TRY(query_one(query, "payment: there is none"));
    *row = (struct payment_row){at_of(column_u64(query, 0)), (uint32_t)column_u64(query, 1),
                                (uint32_t)column_u64(query, 2), column_u64(query, 3),
                                (uint32_t)column_u64(query, 4)};
    return OK;
}

static RESULT payment_newest(struct store *store, struct payment_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_PAYMENT_NEWEST, &query));
    bind_u64(&query, ":voucher", key_of(&row->at));
    return payment_found(&query, row);
}

static RESULT payment_next(struct store *store, struct payment_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_PAYMENT_NEXT, &query));
    bind_u64(&query, ":batch", row->batch);
    bind_u64(&query, ":voucher", key_of(&row->at));
    return payment_found(&query, row);
}

static RESULT wrong_put(struct store *store, const struct wrong_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_WRONG_PUT, &query));
    bind_u64(&query, ":source", row->source);
    bind_u64(&query, ":until", (uint64_t)row->until_us);
    bind_u64(&query, ":count", row->count);
    return query_run(&query);
}

static RESULT wrong_each(struct store *store, RESULT (*each)(void *context, const struct wrong_row *row),
                         void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_WRONG_EACH, &query));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        const struct wrong_row row = {column_u64(&query, 0), (int64_t)column_u64(&query, 1),
                                      column_u64(&query, 2)};
        TRY(each(context, &row));
    }
}

static RESULT wrong_sweep(struct store *store, int64_t now_us)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_VOUCHER_WRONG_SWEEP, &query));
    bind_u64(&query, ":now", (uint64_t)now_us);
    return query_run(&query);
}

const struct voucher_store sqlite_voucher = {
    .account_put = account_put,
    .account_each = account_each,
    .get = voucher_get,
    .put = voucher_put,
    .later = voucher_later,
    .each = voucher_each,
    .taken_last = taken_last,
    .taken_get = taken_get,
    .taken_add = taken_add,
    .taken_put = taken_put,
    .taken_due = taken_due,
    .taken_each = taken_each,
    .act_add = act_add,
    .act_each = act_each,
    .given_put = given_put,
    .given_each = given_each,
    .payment_put = payment_put,
    .payment_newest = payment_newest,
    .payment_next = payment_next,
    .wrong_put = wrong_put,
    .wrong_each = wrong_each,
    .wrong_sweep = wrong_sweep,
};

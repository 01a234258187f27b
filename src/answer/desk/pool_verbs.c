/*
 * Pools for losses that somebody proves: limited, opened by two people, and once one has closed shared out, in proportion
 * where it does not reach.
 */
#include "answer/desk/desk_priv.h"
#include "answer/desk/share.h"
#include "answer/desk/verbs.h"
#include "answer/incident/incident.h"
#include "answer/redress/money.h"
#include "keep/matter_sums.h"
#include "keep/put.h"
#include "keep/record.h"

#include <stdlib.h>

enum { POOLS_MAX = 256 };

static RESULT pools_count(void *context, const struct matter_row *row)
{
    uint64_t *count = context;
    (void)row;
    ++*count;
    return OK;
}

RESULT verb_pool_open(struct batch *batch, const struct reader *reader, const struct pool_open_ask *ask,
                      struct answer *out)
{
    struct matter_row row = {
        .kind = MATTER_POOL, .state = POOL_ASKED, .amount = ask->amount, .owner = reader->no};
    struct receipt receipt = {0};
    unsigned digits = 0;
    SCOPED(buf_done) struct buf text = {0};
    uint64_t pools = 0;
    TRY(batch->shop->store->matter->each(batch->shop->store, MATTER_POOL, 0, pools_count, &pools));
    if (pools >= POOLS_MAX) return FAIL(TOO_MANY, "pool: %d are all that a shop may have", POOLS_MAX);
    if (ask->amount == 0) return FAIL(INVALID, "amount: at least 1, in minor units of the currency");
    TRY(currency_find(ask->currency, &digits));
    TRY(desk_day_get(ask->until, batch->now_us, &row.due_us));
    if (ask->incident.len > 0) {
        struct incident *incident = NULL;
        TRY(incident_find(batch, reader, ask->incident, &incident));
        row.about = incident->no;
    }
    cbor_map(&text, 4);
    put_text(&text, "act", SLICE_TEXT("opened"));
    put_text(&text, "title", ask->title);
    put_text(&text, "currency", ask->currency);
    put_text(&text, "text", ask->text);
    TRY(matter_add(batch, reader, &row, buf_slice(&text), &receipt));
    desk_made_put(batch, &row, &receipt, "until", out);
    return OK;
}

/* Its amount is bounded where it comes in; what is beyond was not written by us. */
static RESULT claim_held(struct shop *shop, const struct matter_row *row)
{
    TRY(matter_held(shop, row));
    return row->amount <= SHARE_AMOUNT_MAX ? OK : FAIL(TAMPERED, "claim: an amount beyond all bounds");
}

static RESULT pool_words(void *context, const struct matter_line *line)
{
    struct buf *out = context;
    if (line->n > 1) return OK;
    put_text(out, "title", matter_text(line->text, "title"));
    put_text(out, "currency", matter_text(line->text, "currency"));
    put_text(out, "text", matter_text(line->text, "text"));
    return OK;
}

struct pools {
    struct shop *shop;
    struct buf *out;
};

static RESULT pool_put(void *context, const struct matter_row *row)
{
    struct pools *pools = context;
    struct matter_sums sums = {0};
    TRY(matter_sums_of(pools->shop, row->no, &sums));
    cbor_map(pools->out, 11);
    put_id(pools->shop, pools->out, "id", ID_POOL, row->no);
    TRY(matter_read(pools->shop, row, pool_words, pools->out));
    put_text(pools->out, "state", slice_text(matter_state_name(row->kind, row->state)));
    put_time_or_null(pools->out, "until", row->due_us);
    put_number(pools->out, "amount", row->amount);
    put_number(pools->out, "claims", sums.claims);
    put_number(pools->out, "waiting", sums.waiting);
    put_number(pools->out, "granted", sums.granted);
    put_number(pools->out, "shared", sums.shared);
    return OK;
}

RESULT verb_pool_list(struct batch *batch, const struct reader *reader, const struct pool_list_ask *ask,
                      struct answer *out)
{
    struct pools pools = {batch->shop, &out->body};
    struct desk_list found = {.most = POOLS_MAX};
    (void)ask;
    TRY(desk_list(batch, reader, MATTER_POOL, &found));
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("items"));
    cbor_array(&out->body, found.count);
    for (size_t i = 0; i < found.count; i++) TRY(pool_put(&pools, &found.at[i]));
    return OK;
}

/* Claims of a pool that were granted, as they are shared out. */
struct granted {
    struct shop *shop;
    uint64_t pool;
    struct matter_row *at;
    uint64_t *amounts, *shares;
    size_t count;
};

static void granted_done(struct granted *granted)
{
    free(granted->at);
    free(granted->amounts);
    free(granted->shares);
}

static RESULT granted_add(void *context, const struct matter_row *row)
{
    struct granted *granted = context;
    bool stands = false;
    if (row->about != granted->pool || row->state != CLAIM_GRANTED || granted->count == SHARES_MAX) return OK;
    TRY(desk_claim_stands(granted->shop, row, &stands));
    if (!stands) return OK;
    granted->at[granted->count] = *row;
    granted->amounts[granted->count++] = row->amount;
    return OK;
}

static RESULT shares_write(struct batch *batch, const struct reader *reader, struct matter_row *pool)
{
    struct shop *shop = batch->shop;
    struct receipt receipt = {0};
    SCOPED(granted_done)
    struct granted granted = {.shop = shop,
                              .pool = pool->no,
                              .at = calloc(SHARES_MAX, sizeof *granted.at),
                              .amounts = calloc(SHARES_MAX, sizeof *granted.amounts),
                              .shares = calloc(SHARES_MAX, sizeof *granted.shares)};
    SCOPED(buf_done) struct buf text = {0};
    if (!granted.at || !granted.amounts || !granted.shares) return FAIL(UNAVAILABLE, "pool: out of memory");
    TRY(shop->store->matter->each(shop->store, MATTER_CLAIM, 0, granted_add, &granted));
    shares_of(pool->amount, granted.amounts, granted.count, granted.shares);
    desk_line_text("shared", (struct slice){0}, &text);
    for (size_t i = 0; i < granted.count; i++) {
        granted.at[i].state = CLAIM_SHARED;
        granted.at[i].amount = granted.shares[i];
        TRY(matter_add(batch, reader, &granted.at[i], buf_slice(&text), &receipt));
    }
    pool->state = POOL_SHARED;
    pool->due_us = 0;
    return OK;
}

/* All claims, each held against its newest line: a changed row could hide that it is of this pool. How many wait. */
struct waiting {
    struct shop *shop;
    uint64_t pool, count;
};

static RESULT waiting_add(void *context, const struct matter_row *row)
{
    struct waiting *waiting = context;
    bool waits = row->state == CLAIM_MADE || row->state == CLAIM_PROPOSED;
    TRY(claim_held(waiting->shop, row));
    if (row->about == waiting->pool && waits) TRY(desk_claim_stands(waiting->shop, row, &waits));
    waiting->count += row->about == waiting->pool && waits;
    return OK;
}

static RESULT pool_share(struct batch *batch, const struct reader *reader, struct matter_row *pool)
{
    struct store *store = batch->shop->store;
    struct waiting waiting = {.shop = batch->shop, .pool = pool->no};
    if (pool->state != POOL_OPEN) return FAIL(CONFLICT, "pool: not open, or shared out already");
    if (pool->amount > SHARE_AMOUNT_MAX) return FAIL(TAMPERED, "pool: an amount beyond all bounds");
    if (batch->now_us < pool->due_us) return FAIL(CHECK_NOT_MET, "pool: claims may still be made");
    TRY(store->matter->each(store, MATTER_CLAIM, 0, waiting_add, &waiting));
    if (waiting.count > 0)
        return FAIL(CHECK_NOT_MET, "pool: %llu claims wait for a decision",
                    (unsigned long long)waiting.count);
    return shares_write(batch, reader, pool);
}

RESULT verb_pool_act(struct batch *batch, const struct reader *reader, const struct pool_act_ask *ask,
                     struct answer *out)
{
    struct matter_row pool = {0};
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf text = {0};
    TRY(desk_find(batch->shop, reader, ID_POOL, ask->id, &pool));
    if (slice_is(ask->act, "confirm")) {
        if (pool.state != POOL_ASKED) return FAIL(CONFLICT, "pool: it was confirmed");
        TRY(desk_second_check(batch, reader, &pool));
        pool.state = POOL_OPEN;
        pool.owner = 0;
    } else if (slice_is(ask->act, "share")) {
        TRY(pool_share(batch, reader, &pool));
    } else {
        return FAIL(INVALID, "act: confirm or share");
    }
    desk_line_text(pool.state == POOL_OPEN ? "confirmed" : "shared", ask->text, &text);
    TRY(matter_add(batch, reader, &pool, buf_slice(&text), &receipt));
    batch_receipt(out, &receipt);
    struct pools pools = {batch->shop, &out->body};
    return pool_put(&pools, &pool);
}

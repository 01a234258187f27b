/*
 * Claims for a loss that somebody proves, out of a pool that is limited: claimed with the hash of the evidence, decided by
 * two people, and when the pool has closed shared out, in proportion where it does not reach.
 */
#include "answer/desk/desk_priv.h"
#include "answer/desk/share.h"
#include "answer/desk/verbs.h"
#include "answer/incident/incident.h"
#include "answer/redress/money.h"
#include "base/text.h"
#include "keep/access/second.h"
#include "keep/put.h"
#include "keep/record.h"
#include "keep/watch/canary.h"

#include <stdlib.h>
#include <string.h>

/* Numbers are stored: never reuse one. */
enum pool_state { POOL_ASKED = 1, POOL_OPEN, POOL_SHARED };
enum claim_state { CLAIM_MADE = 1, CLAIM_PROPOSED, CLAIM_GRANTED, CLAIM_REFUSED, CLAIM_SHARED };
enum { EVIDENCE_BYTES = 32, ALONE_HOURS = 24, POOLS_MAX = 256 };

static const char *pool_state_name(uint32_t state)
{
    static const char *const names[] = {"?", "asked", "open", "shared"};
    return state < COUNT_OF(names) ? names[state] : names[0];
}

static const char *claim_state_name(uint32_t state)
{
    static const char *const names[] = {"?", "made", "proposed", "granted", "refused", "shared"};
    return state < COUNT_OF(names) ? names[state] : names[0];
}

static RESULT pool_get(struct shop *shop, const struct reader *reader, struct slice id,
                       struct matter_row *out)
{
    uint64_t no = 0;
    TRY(id_get(shop, ID_POOL, id, &no));
    TRY(desk_find(shop, reader, no, out));
    return out->kind == MATTER_POOL ? OK : FAIL(NOT_FOUND, "pool: none of that id");
}

static RESULT claim_get(struct shop *shop, const struct reader *reader, struct slice id,
                        struct matter_row *out)
{
    uint64_t no = 0;
    TRY(id_get(shop, ID_CLAIM, id, &no));
    TRY(desk_find(shop, reader, no, out));
    return out->kind == MATTER_CLAIM ? OK : FAIL(NOT_FOUND, "claim: none of that id");
}

static RESULT time_take(void *context, const struct matter_line *line)
{
    int64_t *newest_us = context;
    *newest_us = line->time_us;
    return OK;
}

static RESULT alone_check(struct batch *batch, const struct asked_by *asker, const struct matter_row *row)
{
    int64_t asked_us = 0, alone_us = second_alone_us(&batch->shop->access, asker);
    TRY(matter_read(batch->shop, row, time_take, &asked_us));
    if (batch->now_us >= (alone_us > asked_us ? alone_us : asked_us) + ALONE_HOURS * HOUR_US) return OK;
    return FAIL(CHECK_NOT_MET,
                "approval: nobody else could agree; you may %d hours after it was asked, and where others "
                "were there %d days and %d hours after the last of them",
                ALONE_HOURS, MAKER_FRESH_DAYS, ALONE_HOURS);
}

/*
 * Is this somebody with a name who may say yes, and else than who asked? Where there is nobody else, they themselves: a
 * day after it was asked, or after they came to count as the only one left.
 */
static RESULT second_check(struct batch *batch, const struct reader *reader, const struct matter_row *row)
{
    struct access *access = &batch->shop->access;
    uint32_t id = (uint32_t)row->owner;
    enum reader_kind kind = (enum reader_kind)(row->owner >> 32);
    const struct key *key = kind == READER_KEY ? key_by_id(access, id) : NULL;
    const struct asked_by asker = {row->owner, key ? key->holders : &id,
                                   key ? key->holder_count : (size_t)(kind == READER_STAFF)};
    TRY(access_act(reader, ACT_APPROVE));
    if (reader->person_count != 1) {
        return FAIL(APPROVAL_UNNAMED,
                    "approval: it takes one person with a name; use a session, or a key with "
                    "one holder");
    }
    if (!second_person(access, &asker, batch->now_us)) return alone_check(batch, &asker, row);
    if (reader->no == row->owner ||
        !maker_speaks(access, reader->persons[0], reader->key, &asker, batch->now_us))
        return FAIL(APPROVAL_ASKER,
                    "approval: you asked for it, or could be behind who did; somebody else must agree");
    return OK;
}

static void line_text(const char *act, struct slice text, struct buf *out)
{
    cbor_map(out, 2);
    put_text(out, "act", slice_text(act));
    put_text(out, "text", text);
}

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
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    cbor_map(&out->body, 3);
    put_id(batch->shop, &out->body, "id", ID_POOL, row.no);
    put_text(&out->body, "state", slice_text(pool_state_name(row.state)));
    put_time(&out->body, "until", row.due_us);
    return OK;
}

/* What became of a pool's claims. */
struct sums {
    struct shop *shop;
    uint64_t pool, claims, waiting, granted, shared;
};

/* Its amount is bounded where it comes in; what is beyond was not written by us. */
static RESULT claim_held(struct shop *shop, const struct matter_row *row)
{
    TRY(matter_held(shop, row));
    return row->amount <= SHARE_AMOUNT_MAX ? OK : FAIL(TAMPERED, "claim: an amount beyond all bounds");
}

/* Who was erased waits for nothing, and can be paid nothing. */
static RESULT claim_stands(struct shop *shop, const struct matter_row *row, bool *out)
{
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    TRY(record_get(shop, (struct subject_no){row->subject}, true, &bytes, &record, NULL));
    *out = record.state != SUBJECT_ERASED;
    return OK;
}

static RESULT sums_add(void *context, const struct matter_row *row)
{
    struct sums *sums = context;
    bool waits = row->state == CLAIM_MADE || row->state == CLAIM_PROPOSED;
    if (row->about != sums->pool) return OK;
    TRY(claim_held(sums->shop, row));
    sums->claims++;
    if (waits) TRY(claim_stands(sums->shop, row, &waits));
    sums->waiting += waits;
    if (row->state == CLAIM_GRANTED) sums->granted += row->amount;
    if (row->state == CLAIM_SHARED) sums->shared += row->amount;
    return OK;
}

static RESULT pool_sums(struct shop *shop, uint64_t pool, struct sums *out)
{
    *out = (struct sums){.shop = shop, .pool = pool};
    return shop->store->matter->each(shop->store, MATTER_CLAIM, 0, sums_add, out);
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
    struct sums sums = {0};
    TRY(pool_sums(pools->shop, row->no, &sums));
    cbor_map(pools->out, 11);
    put_id(pools->shop, pools->out, "id", ID_POOL, row->no);
    TRY(matter_read(pools->shop, row, pool_words, pools->out));
    put_text(pools->out, "state", slice_text(pool_state_name(row->state)));
    put_time_or_null(pools->out, "until", row->due_us);
    put_number(pools->out, "amount", row->amount);
    put_number(pools->out, "claims", sums.claims);
    put_number(pools->out, "waiting", sums.waiting);
    put_number(pools->out, "granted", sums.granted);
    put_number(pools->out, "shared", sums.shared);
    return OK;
}

/* All pools, before their claims are read: one statement is not run within itself. */
struct found {
    struct shop *shop;
    const struct reader *reader;
    struct matter_row *at;
    size_t count;
};

static RESULT found_add(void *context, const struct matter_row *row)
{
    struct found *found = context;
    bool seen = false;
    TRY(desk_seen(found->shop, found->reader, row, &seen));
    if (seen && found->count < POOLS_MAX) found->at[found->count++] = *row;
    return OK;
}

RESULT verb_pool_list(struct batch *batch, const struct reader *reader, const struct pool_list_ask *ask,
                      struct answer *out)
{
    struct pools pools = {batch->shop, &out->body};
    struct store *store = batch->shop->store;
    struct found found = {
        .shop = batch->shop, .reader = reader, .at = arena_take(batch->arena, POOLS_MAX * sizeof *found.at)};
    (void)ask;
    TRY(store->matter->each(store, MATTER_POOL, 0, found_add, &found));
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
    TRY(claim_held(granted->shop, row)); /* all of them: a changed row could hide that it is of this pool */
    if (row->about != granted->pool || row->state != CLAIM_GRANTED || granted->count == SHARES_MAX) return OK;
    TRY(claim_stands(granted->shop, row, &stands));
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
    line_text("shared", (struct slice){0}, &text);
    for (size_t i = 0; i < granted.count; i++) {
        granted.at[i].state = CLAIM_SHARED;
        granted.at[i].amount = granted.shares[i];
        TRY(matter_add(batch, reader, &granted.at[i], buf_slice(&text), &receipt));
    }
    pool->state = POOL_SHARED;
    pool->due_us = 0;
    return OK;
}

static RESULT pool_share(struct batch *batch, const struct reader *reader, struct matter_row *pool)
{
    struct sums sums = {0};
    if (pool->state != POOL_OPEN) return FAIL(CONFLICT, "pool: not open, or shared out already");
    if (pool->amount > SHARE_AMOUNT_MAX) return FAIL(TAMPERED, "pool: an amount beyond all bounds");
    if (batch->now_us < pool->due_us) return FAIL(CHECK_NOT_MET, "pool: claims may still be made");
    TRY(pool_sums(batch->shop, pool->no, &sums));
    if (sums.waiting > 0)
        return FAIL(CHECK_NOT_MET, "pool: %llu claims wait for a decision", (unsigned long long)sums.waiting);
    return shares_write(batch, reader, pool);
}

RESULT verb_pool_act(struct batch *batch, const struct reader *reader, const struct pool_act_ask *ask,
                     struct answer *out)
{
    struct matter_row pool = {0};
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf text = {0};
    TRY(pool_get(batch->shop, reader, ask->id, &pool));
    if (slice_is(ask->act, "confirm")) {
        if (pool.state != POOL_ASKED) return FAIL(CONFLICT, "pool: it was confirmed");
        TRY(second_check(batch, reader, &pool));
        pool.state = POOL_OPEN;
        pool.owner = 0;
    } else if (slice_is(ask->act, "share")) {
        TRY(pool_share(batch, reader, &pool));
    } else {
        return FAIL(INVALID, "act: confirm or share");
    }
    line_text(pool.state == POOL_OPEN ? "confirmed" : "shared", ask->text, &text);
    TRY(matter_add(batch, reader, &pool, buf_slice(&text), &receipt));
    batch_receipt(out, &receipt);
    struct pools pools = {batch->shop, &out->body};
    return pool_put(&pools, &pool);
}

/* May one more be made, by this customer? */
struct room {
    uint64_t pool, subject, count;
    bool waits;
};

static RESULT room_add(void *context, const struct matter_row *row)
{
    struct room *room = context;
    if (row->about != room->pool) return OK;
    room->count++;
    room->waits = room->waits || (row->subject == room->subject &&
                                  (row->state == CLAIM_MADE || row->state == CLAIM_PROPOSED));
    return OK;
}

static void claim_put(struct shop *shop, const struct matter_row *row, struct buf *out)
{
    put_id(shop, out, "id", ID_CLAIM, row->no);
    put_id(shop, out, "pool", ID_POOL, row->about);
    put_text(out, "state", slice_text(claim_state_name(row->state)));
    put_number(out, "amount", row->amount);
    put_time(out, "made", row->made_us);
}
enum { CLAIM_MEMBERS = 5 };

RESULT verb_claim_make(struct batch *batch, const struct reader *reader, const struct claim_make_ask *ask,
                       struct answer *out)
{
    struct shop *shop = batch->shop;
    struct matter_row pool = {0}, row = {.kind = MATTER_CLAIM, .state = CLAIM_MADE, .amount = ask->amount};
    struct room room = {0};
    struct receipt receipt = {0};
    uint8_t hash[EVIDENCE_BYTES];
    SCOPED(buf_done) struct buf text = {0};
    TRY(pool_get(shop, reader, ask->pool, &pool));
    if (pool.state != POOL_OPEN || batch->now_us >= pool.due_us)
        return FAIL(CONFLICT, "pool: claims are not made yet, or not any more");
    TRY(id_get(shop, ID_SUBJECT, ask->subject, &row.subject));
    canary_touched(batch, reader, (struct subject_no){row.subject});
    if (ask->amount == 0) return FAIL(INVALID, "amount: at least 1, in minor units of the pool's currency");
    if (ask->evidence.len != sizeof hash * 2 || !hex_get(ask->evidence, hash, sizeof hash))
        return FAIL(INVALID, "evidence: SHA-256 of what proves the loss, 64 hex digits");
    room = (struct room){.pool = pool.no, .subject = row.subject};
    TRY(shop->store->matter->each(shop->store, MATTER_CLAIM, 0, room_add, &room));
    if (room.count >= SHARES_MAX)
        return FAIL(TOO_MANY, "pool: %d claims are all that one may have", SHARES_MAX);
    if (room.waits) return FAIL(CONFLICT, "claim: this customer has one that waits for a decision");
    row.about = pool.no;
    cbor_map(&text, 3);
    put_text(&text, "act", SLICE_TEXT("made"));
    put_text(&text, "text", ask->text);
    put_text(&text, "evidence", ask->evidence);
    TRY(matter_add(batch, reader, &row, buf_slice(&text), &receipt));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    cbor_map(&out->body, CLAIM_MEMBERS);
    claim_put(shop, &row, &out->body);
    return OK;
}

struct claims {
    struct shop *shop;
    struct buf *out;
    uint64_t pool, limit, last;
    size_t count;
    bool more;
};

static RESULT claims_add(void *context, const struct matter_row *row)
{
    struct claims *claims = context;
    if (row->about != claims->pool || claims->more) return OK;
    claims->more = claims->count == claims->limit;
    if (claims->more) return OK;
    cbor_map(claims->out, CLAIM_MEMBERS);
    claim_put(claims->shop, row, claims->out);
    claims->last = row->no;
    claims->count++;
    return OK;
}

RESULT verb_claim_list(struct batch *batch, const struct reader *reader, const struct claim_list_ask *ask,
                       struct answer *out)
{
    struct shop *shop = batch->shop;
    struct matter_row pool = {0};
    uint64_t after = 0;
    TRY(pool_get(shop, reader, ask->pool, &pool));
    if (ask->after.len > 0) TRY(id_get(shop, ID_CLAIM, ask->after, &after));
    struct claims claims = {
        .shop = shop, .out = &out->body, .pool = pool.no, .limit = ask->limit > 0 ? ask->limit : 100};
    cbor_map(&out->body, 2);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body);
    TRY(shop->store->matter->each(shop->store, MATTER_CLAIM, after, claims_add, &claims));
    cbor_array_close(&out->body, mark, claims.count);
    if (claims.more) {
        put_id(shop, &out->body, "next", ID_CLAIM, claims.last);
        return OK;
    }
    cbor_text(&out->body, SLICE_TEXT("next"));
    cbor_null(&out->body);
    return OK;
}

static RESULT claim_line(void *context, const struct matter_line *line)
{
    struct claims *claims = context;
    SCOPED(buf_done) struct buf reader = {0};
    reader_put(claims->shop, line->reader, &reader);
    cbor_map(claims->out, 8);
    put_number(claims->out, "entry", line->entry);
    put_time(claims->out, "time", line->time_us);
    put_text(claims->out, "reader", buf_slice(&reader));
    put_text(claims->out, "state", slice_text(claim_state_name(line->then.state)));
    put_number(claims->out, "amount", line->then.amount);
    put_text(claims->out, "act", matter_text(line->text, "act"));
    put_text(claims->out, "text", matter_text(line->text, "text"));
    put_text(claims->out, "evidence", matter_text(line->text, "evidence"));
    claims->count++;
    return OK;
}

RESULT verb_claim_show(struct batch *batch, const struct reader *reader, const struct claim_show_ask *ask,
                       struct answer *out)
{
    struct shop *shop = batch->shop;
    struct matter_row row = {0};
    struct claims claims = {.shop = shop, .out = &out->body};
    TRY(claim_get(shop, reader, ask->id, &row));
    TRY(desk_read_note(batch, reader, &row, out));
    cbor_map(&out->body, CLAIM_MEMBERS + 2);
    claim_put(shop, &row, &out->body);
    put_id(shop, &out->body, "subject", ID_SUBJECT, row.subject);
    cbor_text(&out->body, SLICE_TEXT("lines"));
    size_t mark = cbor_open(&out->body);
    TRY(matter_read(shop, &row, claim_line, &claims));
    cbor_array_close(&out->body, mark, claims.count);
    return OK;
}

static RESULT claim_do(struct batch *batch, const struct reader *reader, const struct claim_act_ask *ask,
                       struct matter_row *row)
{
    if (slice_is(ask->act, "propose")) {
        if (row->state != CLAIM_MADE) return FAIL(CONFLICT, "claim: an amount was proposed already");
        if (ask->amount > row->amount) return FAIL(INVALID, "amount: more than was claimed");
        row->amount = ask->amount > 0 ? ask->amount : row->amount;
        row->state = CLAIM_PROPOSED;
        row->owner = reader->no;
        return OK;
    }
    if (!slice_is(ask->act, "grant") && !slice_is(ask->act, "refuse"))
        return FAIL(INVALID, "act: propose, grant or refuse");
    if (row->state != CLAIM_PROPOSED)
        return FAIL(CONFLICT, "claim: somebody proposes an amount first, somebody else decides");
    TRY(second_check(batch, reader, row));
    row->state = slice_is(ask->act, "grant") ? CLAIM_GRANTED : CLAIM_REFUSED;
    row->owner = 0;
    return OK;
}

RESULT verb_claim_act(struct batch *batch, const struct reader *reader, const struct claim_act_ask *ask,
                      struct answer *out)
{
    struct shop *shop = batch->shop;
    struct matter_row row = {0};
    struct receipt receipt = {0};
    bool stands = false;
    SCOPED(buf_done) struct buf text = {0};
    TRY(claim_get(shop, reader, ask->id, &row));
    TRY(claim_stands(shop, &row, &stands));
    if (!stands) return FAIL(SUBJECT_ERASED, "claim: its customer was erased; nothing is decided any more");
    TRY(claim_do(batch, reader, ask, &row));
    line_text(claim_state_name(row.state), ask->text, &text);
    TRY(matter_add(batch, reader, &row, buf_slice(&text), &receipt));
    batch_receipt(out, &receipt);
    cbor_map(&out->body, CLAIM_MEMBERS);
    claim_put(shop, &row, &out->body);
    return OK;
}

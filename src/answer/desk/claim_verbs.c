/* Claims for a loss that somebody proves, out of a pool: claimed with the hash of the evidence, decided by two people. */
#include "answer/desk/desk_priv.h"
#include "answer/desk/share.h"
#include "answer/desk/verbs.h"
#include "base/text.h"
#include "keep/matter_sums.h"
#include "keep/put.h"
#include "keep/record.h"
#include "keep/watch/canary.h"

enum { EVIDENCE_BYTES = 32 };

/* Who was erased waits for nothing, and can be paid nothing. */
RESULT desk_claim_stands(struct shop *shop, const struct matter_row *row, bool *out)
{
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    TRY(record_get(shop, (struct subject_no){row->subject}, true, &bytes, &record, NULL));
    *out = record.state != SUBJECT_ERASED;
    return OK;
}

/* Has this customer one that waits in that pool? */
struct waiting {
    uint64_t pool;
    bool any;
};

static RESULT waiting_add(void *context, const struct matter_row *row)
{
    struct waiting *waiting = context;
    bool waits = row->kind == MATTER_CLAIM && (row->state == CLAIM_MADE || row->state == CLAIM_PROPOSED);
    waiting->any = waiting->any || (waits && row->about == waiting->pool);
    return OK;
}

/* May one more be made, by this customer? */
static RESULT room_check(struct shop *shop, const struct matter_row *pool, uint64_t subject)
{
    struct matter_sums sums = {0};
    struct waiting waiting = {.pool = pool->no};
    TRY(matter_sums_of(shop, pool->no, &sums));
    if (sums.claims >= SHARES_MAX)
        return FAIL(TOO_MANY, "pool: %d claims are all that one may have", SHARES_MAX);
    TRY(shop->store->matter->of_subject(shop->store, subject, waiting_add, &waiting));
    return waiting.any ? FAIL(CONFLICT, "claim: this customer has one that waits for a decision") : OK;
}

static void claim_put(struct shop *shop, const struct matter_row *row, struct buf *out)
{
    put_id(shop, out, "id", ID_CLAIM, row->no);
    put_id(shop, out, "pool", ID_POOL, row->about);
    put_text(out, "state", slice_text(matter_state_name(row->kind, row->state)));
    put_number(out, "amount", row->amount);
    put_time(out, "made", row->made_us);
}
enum { CLAIM_MEMBERS = 5 };

RESULT verb_claim_make(struct batch *batch, const struct reader *reader, const struct claim_make_ask *ask,
                       struct answer *out)
{
    struct shop *shop = batch->shop;
    struct matter_row pool = {0}, row = {.kind = MATTER_CLAIM, .state = CLAIM_MADE, .amount = ask->amount};
    struct receipt receipt = {0};
    uint8_t hash[EVIDENCE_BYTES];
    SCOPED(buf_done) struct buf text = {0};
    TRY(desk_find(shop, reader, ID_POOL, ask->pool, &pool));
    if (pool.state != POOL_OPEN || batch->now_us >= pool.due_us)
        return FAIL(CONFLICT, "pool: claims are not made yet, or not any more");
    TRY(id_get(shop, ID_SUBJECT, ask->subject, &row.subject));
    canary_touched(batch, reader, (struct subject_no){row.subject});
    if (ask->amount == 0) return FAIL(INVALID, "amount: at least 1, in minor units of the pool's currency");
    if (ask->evidence.len != sizeof hash * 2 || !hex_get(ask->evidence, hash, sizeof hash))
        return FAIL(INVALID, "evidence: SHA-256 of what proves the loss, 64 hex digits");
    TRY(room_check(shop, &pool, row.subject));
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
    uint64_t limit, last;
    size_t count;
    bool more;
};

static RESULT claims_add(void *context, const struct matter_row *row)
{
    struct claims *claims = context;
    if (claims->more) return OK;
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
    TRY(desk_find(shop, reader, ID_POOL, ask->pool, &pool));
    if (ask->after.len > 0) TRY(id_get(shop, ID_CLAIM, ask->after, &after));
    struct claims claims = {.shop = shop, .out = &out->body, .limit = ask->limit > 0 ? ask->limit : 100};
    cbor_map(&out->body, 2);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body);
    TRY(shop->store->matter->of_about(shop->store, MATTER_CLAIM, pool.no, after, claims_add, &claims));
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
    put_text(claims->out, "state", slice_text(matter_state_name(line->then.kind, line->then.state)));
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
    TRY(desk_find(shop, reader, ID_CLAIM, ask->id, &row));
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
    TRY(desk_second_check(batch, reader, row));
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
    TRY(desk_find(shop, reader, ID_CLAIM, ask->id, &row));
    TRY(desk_claim_stands(shop, &row, &stands));
    if (!stands) return FAIL(SUBJECT_ERASED, "claim: its customer was erased; nothing is decided any more");
    TRY(claim_do(batch, reader, ask, &row));
    desk_line_text(matter_state_name(row.kind, row.state), ask->text, &text);
    TRY(matter_add(batch, reader, &row, buf_slice(&text), &receipt));
    batch_receipt(out, &receipt);
    cbor_map(&out->body, CLAIM_MEMBERS);
    claim_put(shop, &row, &out->body);
    return OK;
}

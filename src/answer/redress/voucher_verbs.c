/* Vouchers at a checkout: check, reserve, capture, void, redeem, refund. Who asks learns nothing of whose they are. */
#include "answer/redress/campaign.h"
#include "answer/redress/verbs.h"
#include "keep/put.h"

#include <string.h>

enum {
    HOLD_SECONDS = 15 * 60,          /* of a reservation that says nothing */
    HOLD_SECONDS_MAX = 7 * 24 * 3600 /* an order that is paid by bank transfer */
};
#define KEEP_AFTER_US ((int64_t)90 * DAY_US) /* answers are given again so long after a campaign's end */

/* Where a code leads. */
struct found {
    struct campaign *campaign;
    struct voucher_at at;
};

/* What a checkout names beside the code. */
struct naming {
    struct slice code, campaign, part, client;
};

static RESULT mistyped(enum typed typed)
{
    if (typed == TYPED_SLIP)
        return FAIL(VOUCHER_SLIP, "code: mistyped: one symbol is wrong, or two changed places; look again");
    if (typed == TYPED_LENGTH)
        return FAIL(VOUCHER_MALFORMED, "code: %d letters and digits; some are missing or too many",
                    VOUCHER_SYMBOLS);
    return FAIL(VOUCHER_MALFORMED, "code: has a sign that no code has; U is not used");
}

static RESULT unknown(void)
{
    return FAIL(VOUCHER_UNKNOWN, "code: no voucher has it; look at it again, or ask whoever sent it");
}

/* The serial of a code among those of one version; NOT_FOUND when it is none that somebody has. */
static RESULT serial_find(const struct campaign *campaign, struct ff1_halves numerals, uint32_t version,
                          struct voucher_at *at)
{
    for (size_t part = 0; part < campaign->spec.part_count; part++) {
        uint64_t serial = 0;
        const struct code_of of = {campaign->id, (uint32_t)part + 1, version};
        struct result got = voucher_codes_serial(campaign->codes[version - 1], of, numerals,
                                                 campaign->spec.people_last + 1, &serial);
        if (got.code == CODE_NOT_FOUND) continue;
        TRY(got);
        if (!set_has(&campaign->people, serial)) continue;
        *at = (struct voucher_at){campaign->id, (uint32_t)part + 1, serial};
        return OK;
    }
    return unknown();
}

/* Is it one of ours, of whatever campaign? Then whether it may be used is said by its place. */
static RESULT code_find(struct redress *redress, struct ff1_halves numerals, struct found *out)
{
    for (size_t i = redress->count; i > 0; i--) { /* the newest are the likely ones */
        struct campaign *campaign = &redress->at[i - 1];
        if (campaign->spec.state == CAMPAIGN_DRAFT) continue;
        for (uint32_t version = campaign->spec.version; version > 0; version--) {
            struct result one = serial_find(campaign, numerals, version, &out->at);
            if (one.code == CODE_NOT_FOUND) continue;
            TRY(one);
            bool newest = version == campaign->spec.version;
            if (!set_has(&campaign->given[version - 1], out->at.serial)) {
                /* nobody was ever told this code: who has it can make them */
                if (newest) redress->tripped = campaign->id;
                return unknown();
            }
            if (!newest)
                return FAIL(VOUCHER_REKEYED, "code: a newer one took its place; look for a later message");
            out->campaign = campaign;
            return OK;
        }
    }
    return unknown();
}

/* A wrong code is an entry, as every look that found nothing; of many in a minute most are one together. */
static void wrong_note(struct batch *batch, const struct reader *reader, struct wrongs *wrongs)
{
    if (!wrongs_tell(wrongs, reader, batch->now_us)) return;
    struct receipt receipt = {0};
    struct draft draft = batch_draft(batch, reader, ENTRY_CAMPAIGN);
    draft.entry.object_kind = CAMPAIGN_WRONG;
    draft.entry.count = 1;
    batch_append(batch, &draft, &receipt);
}

static RESULT place_check(struct shop *shop, const struct found *found, const struct naming *naming)
{
    uint64_t number = 0;
    const struct campaign *campaign = found->campaign;
    if (campaign->spec.state == CAMPAIGN_HALTED)
        return FAIL(VOUCHER_HALTED,
                    "campaign: stopped, as a code came that nobody was given; new codes follow");
    if (naming->campaign.len > 0) {
        TRY(id_get(shop, ID_CAMPAIGN, naming->campaign, &number));
        if (number != campaign->id) return FAIL(VOUCHER_ELSEWHERE, "code: is of another campaign");
    }
    if (naming->part.len > 0 && !slice_is(naming->part, campaign->spec.parts[found->at.part - 1].name))
        return FAIL(VOUCHER_ELSEWHERE, "code: is for %s", campaign->spec.parts[found->at.part - 1].name);
    return OK;
}

static RESULT voucher_find(struct batch *batch, const struct reader *reader, const struct naming *naming,
                           struct answer *out, struct found *found)
{
    struct redress *redress = NULL;
    struct wrong_from from = {0};
    struct ff1_halves numerals = {0};
    TRY(campaigns_of(batch, &redress));
    TRY(wrong_from(batch->shop, reader, naming->client, &from));
    enum typed typed = code_typed(naming->code, &numerals);
    if (typed != TYPED_CODE) return mistyped(typed);
    struct result may = wrongs_may(redress->wrongs, &from, batch->now_us, &out->head.retry_after_s);
    if (may.code != CODE_OK) {
        out->counted = !wrongs_tell(redress->wrongs, reader, batch->now_us);
        return may;
    }
    struct result got = code_find(redress, numerals, found);
    if (got.cause == CAUSE_VOUCHER_UNKNOWN) {
        wrongs_count(redress->wrongs, &from, batch->now_us);
        wrong_note(batch, reader, redress->wrongs);
    }
    TRY(got);
    return place_check(batch->shop, found, naming);
}

static RESULT may_not(enum may may)
{
    switch (may) {
    case MAY_DO:
        break;
    case MAY_NOT_AMOUNT:
        return FAIL(INVALID, "amount: at least 1, in minor units of the voucher's currency");
    case MAY_NOT_YET:
        return FAIL(VOUCHER_EARLY, "voucher: not good yet");
    case MAY_NOT_MORE:
        return FAIL(VOUCHER_OVER, "voucher: it has ended, or the reservation lapsed");
    case MAY_NOT_LEFT:
        return FAIL(VOUCHER_SPENT, "amount: more than is left of the voucher; check says how much is");
    case MAY_NOT_BUDGET:
        return FAIL(VOUCHER_BUDGET, "amount: more than is left of the budget of this part");
    case MAY_NOT_STATE:
        return FAIL(VOUCHER_STATE,
                    "redemption: was captured, voided or lapsed already, or is none that was captured");
    case MAY_NOT_TAKEN:
        return FAIL(VOUCHER_TAKEN, "amount: more than was reserved, or than is left to be refunded");
    }
    return OK;
}

static void part_put(const struct campaign *campaign, size_t at, struct shop *shop, struct buf *out)
{
    const struct part *part = &campaign->spec.parts[at];
    put_id(shop, out, "campaign", ID_CAMPAIGN, campaign->id);
    put_text(out, "part", slice_text(part->name));
    put_text(out, part->unit[0] ? "unit" : "currency",
             slice_text(part->unit[0] ? part->unit : campaign->spec.currency));
}

RESULT verb_voucher_check(struct batch *batch, const struct reader *reader,
                          const struct voucher_check_ask *ask, struct answer *out)
{
    const struct naming naming = {ask->code, ask->campaign, ask->part, ask->client_network};
    struct found found = {0};
    struct voucher voucher = {0};
    TRY(voucher_find(batch, reader, &naming, out, &found));
    TRY(voucher_load(batch, found.campaign, &found.at, &voucher));
    uint64_t open = account_sum(&found.campaign->accounts[found.at.part - 1], ACCOUNT_OPEN);
    uint64_t left = voucher_left(&voucher);
    bool over = batch->now_us >= voucher.until_us, early = batch->now_us < voucher.from_us;
    cbor_map(&out->body, 10);
    part_put(found.campaign, found.at.part - 1, batch->shop, &out->body);
    put_number(&out->body, "worth", voucher.worth);
    put_number(&out->body, "left", left);
    put_number(&out->body, "reserved", voucher.reserved);
    put_number(&out->body, "usable", over || early ? 0 : left < open ? left : open);
    put_text(&out->body, "state", slice_text(over ? "ended" : early ? "early" : left == 0 ? "used" : "good"));
    put_time(&out->body, "from", voucher.from_us);
    put_time(&out->body, "until", voucher.until_us);
    return OK;
}

/* One redemption at hand, with what it changes. */
struct moving {
    struct batch *batch;
    const struct reader *reader;
    struct answer *out;
    struct redress *redress;
    struct campaign *campaign;
    struct redemption_row row;
    struct voucher voucher;
    struct taking taking;
};

static struct account *account_of(const struct moving *moving)
{
    return &moving->campaign->accounts[moving->row.at.part - 1];
}

static const char *taking_name(enum redemption_state state)
{
    static const char *const names[] = {"?", "reserved", "captured", "voided", "lapsed"};
    return (size_t)state < COUNT_OF(names) ? names[state] : "?";
}

/* Write what was decided, with its entry, and answer. */
static RESULT moved(struct moving *moving, enum voucher_act act, uint64_t amount)
{
    struct batch *batch = moving->batch;
    struct buf *out = &moving->out->body;
    struct receipt receipt = {0};
    const struct posting posting = {moving->campaign, moving->row.at.part - 1, act, amount, &moving->row};
    taking_put(&moving->taking, &moving->row);
    TRY(posting_put(batch, moving->reader, moving->redress, &posting, &receipt));
    TRY(voucher_save(batch, moving->campaign, &moving->row.at, &moving->voucher));
    struct store *store = batch_write(batch);
    if (moving->row.made > 0) {
        TRY(store->voucher->taken_put(store, &moving->row));
    } else {
        moving->row.entry = receipt.index;
        moving->row.made = act;
        TRY(store->voucher->taken_add(store, &moving->row));
        moving->redress->taken = moving->row.id;
    }
    if (moving->row.due_us > 0 && moving->row.due_us < moving->redress->due_us)
        moving->redress->due_us = moving->row.due_us;
    if (batch->now_us >= moving->campaign->spec.until_us)
        moving->campaign->look_us[moving->row.at.part - 1] = 0; /* what came back may have expired at once */
    batch_receipt(moving->out, &receipt);
    moving->out->keep_until_us = moving->voucher.until_us + KEEP_AFTER_US;
    bool waits = moving->taking.state == TAKING_RESERVED;
    cbor_map(out, waits ? 10 : 9);
    put_id(batch->shop, out, "redemption", ID_REDEMPTION, moving->row.id);
    put_text(out, "state", slice_text(taking_name(moving->taking.state)));
    part_put(moving->campaign, moving->row.at.part - 1, batch->shop, out);
    put_number(out, "amount", amount);
    put_number(out, "captured", moving->taking.captured);
    put_number(out, "refunded", moving->taking.refunded);
    put_number(out, "left", voucher_left(&moving->voucher));
    if (waits) put_time(out, "until", moving->taking.due_us);
    return OK;
}

/* Reserve, and for a redemption capture at once. */
static RESULT take(struct moving *moving, const struct naming *naming, uint64_t amount, uint64_t seconds,
                   bool capture)
{
    struct batch *batch = moving->batch;
    struct found found = {0};
    TRY(voucher_find(batch, moving->reader, naming, moving->out, &found));
    TRY(campaigns_of(batch, &moving->redress));
    TRY(voucher_load(batch, found.campaign, &found.at, &moving->voucher));
    moving->campaign = found.campaign;
    moving->row = (struct redemption_row){
        .id = moving->redress->taken + 1, .at = found.at, .reader = moving->reader->no};
    int64_t due_us = batch->now_us + (int64_t)(seconds > 0 ? seconds : HOLD_SECONDS) * SECOND_US;
    TRY(may_not(
        take_reserve(account_of(moving), &moving->voucher, amount, batch->now_us, due_us, &moving->taking)));
    if (capture)
        TRY(may_not(
            take_capture(account_of(moving), &moving->voucher, &moving->taking, amount, batch->now_us)));
    return moved(moving, capture ? ACT_VOUCHER_REDEEM : ACT_VOUCHER_RESERVE, amount);
}

RESULT verb_voucher_reserve(struct batch *batch, const struct reader *reader,
                            const struct voucher_reserve_ask *ask, struct answer *out)
{
    const struct naming naming = {ask->code, ask->campaign, ask->part, ask->client_network};
    struct moving moving = {.batch = batch, .reader = reader, .out = out};
    if (ask->seconds > HOLD_SECONDS_MAX)
        return FAIL(INVALID, "seconds: at most %d, a week", HOLD_SECONDS_MAX);
    return take(&moving, &naming, ask->amount, ask->seconds, false);
}

RESULT verb_voucher_redeem(struct batch *batch, const struct reader *reader,
                           const struct voucher_redeem_ask *ask, struct answer *out)
{
    const struct naming naming = {ask->code, ask->campaign, ask->part, ask->client_network};
    struct moving moving = {.batch = batch, .reader = reader, .out = out};
    return take(&moving, &naming, ask->amount, 0, true);
}

/* Its own, or any by who runs campaigns. */
static bool may_move(const struct reader *reader, const struct redemption_row *row)
{
    return row->reader == reader->no || access_act(reader, ACT_REDRESS).code == CODE_OK;
}

/* The redemption of an id, as it stands. Somebody else's is answered as one that is not there. */
static RESULT redemption_find(struct moving *moving, struct slice id)
{
    struct shop *shop = moving->batch->shop;
    uint64_t number = 0;
    TRY(campaigns_of(moving->batch, &moving->redress));
    TRY(id_get(shop, ID_REDEMPTION, id, &number));
    struct result got = shop->store->voucher->taken_get(shop->store, number, &moving->row);
    if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    if (got.code == CODE_NOT_FOUND || !may_move(moving->reader, &moving->row))
        return FAIL(NOT_FOUND, "redemption: this key made none of that id");
    const struct voucher_at *at = &moving->row.at;
    if (at->campaign == 0 || at->campaign > moving->redress->count || at->part == 0 ||
        at->part > moving->redress->at[at->campaign - 1].spec.part_count)
        return FAIL(TAMPERED, "voucher: a stored redemption is of no campaign");
    moving->campaign = &moving->redress->at[at->campaign - 1];
    moving->taking = taking_of(&moving->row);
    TRY(voucher_load(moving->batch, moving->campaign, at, &moving->voucher));
    if (!taking_is_held(&moving->taking, &moving->voucher, account_of(moving)))
        return FAIL(TAMPERED, "voucher: a stored redemption is not what its voucher and account say");
    return OK;
}

RESULT verb_voucher_capture(struct batch *batch, const struct reader *reader,
                            const struct voucher_capture_ask *ask, struct answer *out)
{
    struct moving moving = {.batch = batch, .reader = reader, .out = out};
    TRY(redemption_find(&moving, ask->redemption));
    uint64_t amount = ask->amount > 0 ? ask->amount : moving.taking.reserved;
    TRY(may_not(take_capture(account_of(&moving), &moving.voucher, &moving.taking, amount, batch->now_us)));
    return moved(&moving, ACT_VOUCHER_CAPTURE, amount);
}

RESULT verb_voucher_void(struct batch *batch, const struct reader *reader, const struct voucher_void_ask *ask,
                         struct answer *out)
{
    struct moving moving = {.batch = batch, .reader = reader, .out = out};
    TRY(redemption_find(&moving, ask->redemption));
    TRY(may_not(take_void(account_of(&moving), &moving.voucher, &moving.taking)));
    return moved(&moving, ACT_VOUCHER_VOID, moving.taking.reserved);
}

RESULT verb_voucher_refund(struct batch *batch, const struct reader *reader,
                           const struct voucher_refund_ask *ask, struct answer *out)
{
    struct moving moving = {.batch = batch, .reader = reader, .out = out};
    TRY(redemption_find(&moving, ask->redemption));
    uint64_t amount = ask->amount > 0 ? ask->amount : moving.taking.captured - moving.taking.refunded;
    int64_t again_us = batch->now_us + (int64_t)moving.campaign->spec.refund_days * DAY_US;
    TRY(may_not(take_refund(account_of(&moving), &moving.voucher, &moving.taking, amount, again_us)));
    return moved(&moving, ACT_VOUCHER_REFUND, amount);
}

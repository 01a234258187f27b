#include "answer/redress/check.h"

#include "answer/redress/payment.h"
#include "keep/access/redress_row.h"

#include <stdlib.h>
#include <string.h>

/* Sums that must come out alike from postings and from rows; each weighted by whose it is. */
enum sum {
    SUM_RESERVED,
    SUM_CAPTURED,
    SUM_REFUNDED,
    SUM_ENDED,
    SUM_VOUCHER_USED,
    SUM_VOUCHER_HELD,
    SUM_ATTEMPT,
    SUM_COUNT
};

struct totals {
    struct account at[PARTS_MAX];
    uint64_t budget[PARTS_MAX];
    size_t parts;
};

struct adding {
    struct shop *shop;
    struct prf *salts, *weights;
    struct totals *campaigns;
    size_t campaign_count;
    uint64_t next; /* the first entry that was not looked at */
    struct bundle bundle;
    bool bundled;
    uint64_t from_acts[SUM_COUNT], from_rows[SUM_COUNT], postings;
    struct hash told, paid; /* what payments add up to by entries, and by their rows */
};

static void adding_done(struct adding *adding)
{
    prf_free(&adding->salts);
    prf_free(&adding->weights);
    free(adding->campaigns);
    bundle_done(&adding->bundle);
}

static uint64_t weight(const struct adding *adding, const struct voucher_at *at, uint64_t redemption)
{
    uint8_t bytes[4 + 4 + 8 + 8];
    struct hash hash = {{0}};
    be32_put(bytes, at->campaign);
    be32_put(bytes + 4, at->part);
    be64_put(bytes + 8, at->serial);
    be64_put(bytes + 16, redemption);
    prf_run(adding->weights, &SLICE_OF(bytes), 1, &hash);
    return be64_get(hash.bytes);
}

static RESULT bad_entry(uint64_t index, const char *why)
{
    return FAIL(TAMPERED, "voucher: entry %llu %s", (unsigned long long)index, why);
}

/* The entry of that index; the bundle it stands in is kept. */
static RESULT entry_at(struct adding *adding, uint64_t index, struct entry *out)
{
    struct bundle *bundle = &adding->bundle;
    if (!adding->bundled || index < bundle->first || index >= bundle->first + bundle->count) {
        bundle_done(bundle);
        *bundle = (struct bundle){0};
        adding->bundled = true;
        TRY(ledger_bundle_entries(adding->shop->ledger, index / TILE_WIDTH, bundle));
    }
    return entry_read(bundle->entries[index - bundle->first], out);
}

/* Is no entry of a posting left out before `to`? */
static RESULT none_before(struct adding *adding, uint64_t to)
{
    for (; adding->next < to; adding->next++) {
        struct entry entry = {0};
        TRY(entry_at(adding, adding->next, &entry));
        if (entry.kind == ENTRY_VOUCHER)
            return bad_entry(adding->next, "tells of a posting that is not stored");
        if (entry.kind == ENTRY_PAYMENT && entry.has_object) payments_sum(&adding->told, &entry.object);
    }
    return OK;
}

static void move(struct account *account, enum account_name from, enum account_name to, uint64_t amount)
{
    account->at[from] -= (int64_t)amount;
    account->at[to] += (int64_t)amount;
}

/* What a posting did to its part, without asking whether it might. */
static void account_add(struct account *account, const struct act_row *act, uint64_t reserved)
{
    switch ((enum voucher_act)act->act) {
    case ACT_VOUCHER_RESERVE:
        move(account, ACCOUNT_OPEN, ACCOUNT_RESERVED, act->amount);
        break;
    case ACT_VOUCHER_CAPTURE:
        move(account, ACCOUNT_RESERVED, ACCOUNT_OPEN, reserved);
        move(account, ACCOUNT_OPEN, ACCOUNT_USED, act->amount);
        break;
    case ACT_VOUCHER_VOID:
    case ACT_VOUCHER_LAPSE:
        move(account, ACCOUNT_RESERVED, ACCOUNT_OPEN, act->amount);
        break;
    case ACT_VOUCHER_REDEEM:
        move(account, ACCOUNT_OPEN, ACCOUNT_USED, act->amount);
        break;
    case ACT_VOUCHER_REFUND:
        move(account, ACCOUNT_REFUNDED, ACCOUNT_OPEN, act->amount);
        break;
    case ACT_VOUCHER_EXPIRE:
        move(account, ACCOUNT_OPEN, ACCOUNT_EXPIRED, act->amount);
        break;
    case ACT_VOUCHER_FUND:
        move(account, ACCOUNT_BUDGET, ACCOUNT_OPEN, act->amount);
        break;
    case ACT_VOUCHER_COUNT:
        break;
    }
}

static void sums_add(struct adding *adding, const struct act_row *act, const struct voucher_at *at)
{
    uint64_t times = weight(adding, at, act->redemption);
    uint64_t *sums = adding->from_acts;
    bool redeem = act->act == ACT_VOUCHER_REDEEM;
    if (redeem || act->act == ACT_VOUCHER_RESERVE) sums[SUM_RESERVED] += times * act->amount;
    if (redeem || act->act == ACT_VOUCHER_CAPTURE) sums[SUM_CAPTURED] += times * act->amount;
    if (act->act == ACT_VOUCHER_REFUND) sums[SUM_REFUNDED] += times * act->amount;
    if (redeem || act->act == ACT_VOUCHER_CAPTURE || act->act == ACT_VOUCHER_VOID ||
        act->act == ACT_VOUCHER_LAPSE)
        sums[SUM_ENDED] += times;
}

static bool part_is(const struct adding *adding, const struct voucher_at *at)
{
    return at->campaign > 0 && at->campaign <= adding->campaign_count && at->part > 0 &&
           at->part <= adding->campaigns[at->campaign - 1].parts;
}

static RESULT act_add(void *context, const struct act_row *act)
{
    struct adding *adding = context;
    struct store *store = adding->shop->store;
    struct redemption_row row = {0};
    struct entry entry = {0};
    struct hash hash = {{0}};
    if (act->entry >= ledger_durable(adding->shop->ledger)) return bad_entry(act->entry, "is in no ledger");
    TRY(none_before(adding, act->entry));
    TRY(entry_at(adding, act->entry, &entry));
    adding->next = act->entry + 1;
    if (entry.kind != ENTRY_VOUCHER) return bad_entry(act->entry, "is no posting, though one names it");
    row.at = (struct voucher_at){(uint32_t)(entry.object_id >> 8), (uint32_t)(entry.object_id & 0xff), 0};
    const struct voucher_at part = row.at;
    if (act->redemption > 0) {
        struct result got = store->voucher->taken_get(store, act->redemption, &row);
        if (got.code == CODE_NOT_FOUND) return bad_entry(act->entry, "is of a redemption that is not stored");
        TRY(got);
    }
    if (row.made == act->act && row.entry == act->entry && row.reader != entry.reader)
        return bad_entry(act->entry, "names another as who made its redemption");
    posting_hash(adding->shop->crypto, adding->salts, &row.at, act, &hash);
    if (!part_is(adding, &row.at) || row.at.campaign != part.campaign || row.at.part != part.part ||
        entry.object_kind != act->act || entry.count != act->amount || !entry.has_object ||
        !hash_equal(&hash, &entry.object))
        return bad_entry(act->entry, "is not what is stored of it");
    account_add(&adding->campaigns[row.at.campaign - 1].at[row.at.part - 1], act, row.reserved);
    if (act->redemption > 0) sums_add(adding, act, &row.at);
    adding->postings++;
    return OK;
}

static RESULT row_add(void *context, const struct redemption_row *row)
{
    struct adding *adding = context;
    uint64_t times = weight(adding, &row->at, row->id), voucher = weight(adding, &row->at, 0);
    uint64_t *sums = adding->from_rows;
    sums[SUM_RESERVED] += times * row->reserved;
    sums[SUM_CAPTURED] += times * row->captured;
    sums[SUM_REFUNDED] += times * row->refunded;
    sums[SUM_ENDED] += row->state == TAKING_RESERVED ? 0 : times;
    adding->from_acts[SUM_VOUCHER_USED] += voucher * (row->captured - row->refunded);
    adding->from_acts[SUM_VOUCHER_HELD] += row->state == TAKING_RESERVED ? voucher * row->reserved : 0;
    return OK;
}

static RESULT voucher_add(void *context, const struct voucher_row *row)
{
    struct adding *adding = context;
    uint64_t times = weight(adding, &row->at, 0);
    adding->from_rows[SUM_VOUCHER_USED] += times * row->used;
    adding->from_rows[SUM_VOUCHER_HELD] += times * row->reserved;
    return OK;
}

/* Payments of a batch, as their rows are; and that the attempts at paying a voucher are one behind the other. */
static RESULT payments_add(struct adding *adding, uint32_t batch)
{
    struct store *store = adding->shop->store;
    struct payment_row row = {.batch = batch};
    struct payments payments = {.id = 0};
    struct result got = {CODE_OK};
    if (body_row(&adding->shop->access.payments, batch).len == 0) return OK;
    TRY(payments_read(body_row(&adding->shop->access.payments, batch), &payments));
    while ((got = store->voucher->payment_next(store, &row)).code == CODE_OK) {
        struct payment_row newest = {.at = row.at};
        struct hash hash = {{0}};
        uint64_t times = weight(adding, &row.at, 0);
        TRY(store->voucher->payment_newest(store, &newest));
        payment_hash(adding->salts, &row, &hash);
        payments_sum(&adding->paid, &hash);
        adding->from_rows[SUM_ATTEMPT] += times * row.attempt;
        if (newest.attempt == row.attempt) /* once a voucher */
            adding->from_acts[SUM_ATTEMPT] += times * ((uint64_t)row.attempt * (row.attempt + 1) / 2);
        if (row.at.campaign != payments.campaign || row.at.part != payments.part)
            return FAIL(TAMPERED, "payment: one stands in batch %u, which pays another part", batch);
    }
    return got.code == CODE_NOT_FOUND ? OK : got;
}

static RESULT account_same(void *context, const struct account_row *row)
{
    struct adding *adding = context;
    const struct voucher_at at = {row->campaign, row->part, 0};
    const uint64_t stored[ACCOUNT_COUNT] = {row->budget, row->open,     row->reserved,
                                            row->used,   row->refunded, row->expired};
    if (!part_is(adding, &at))
        return FAIL(TAMPERED, "voucher: an account is of campaign %u, part %u, which is not there",
                    at.campaign, at.part);
    struct account *account = &adding->campaigns[at.campaign - 1].at[at.part - 1];
    for (int name = 0; name < ACCOUNT_COUNT; name++) {
        if (account_sum(account, (enum account_name)name) != stored[name]) {
            return FAIL(TAMPERED,
                        "voucher: the account of campaign %u, part %u is not what the ledger adds up to",
                        at.campaign, at.part);
        }
    }
    if (!account_holds(account) ||
        stored[ACCOUNT_BUDGET] > adding->campaigns[at.campaign - 1].budget[at.part - 1])
        return FAIL(TAMPERED, "voucher: campaign %u, part %u does not add up to its budget", at.campaign,
                    at.part);
    *account = (struct account){0}; /* seen */
    return OK;
}

static RESULT campaigns_read(struct adding *adding)
{
    const struct body_rows *rows = &adding->shop->access.redress;
    adding->campaigns = calloc(rows->count + 1, sizeof *adding->campaigns);
    if (!adding->campaigns) return FAIL(UNAVAILABLE, "voucher: out of memory");
    for (uint32_t id = 1; id <= rows->count; id++) {
        struct campaign_spec spec = {0};
        struct totals *totals = &adding->campaigns[adding->campaign_count++];
        TRY(campaign_read(body_row(rows, id), &spec));
        totals->parts = spec.part_count;
        for (size_t i = 0; i < spec.part_count; i++) totals->budget[i] = spec.parts[i].budget;
    }
    return OK;
}

static RESULT keys_open(struct adding *adding)
{
    SECRET key = {{0}}, salt = {{0}}, fresh = {{0}};
    struct shop *shop = adding->shop;
    crypto_random(shop->crypto, fresh.bytes, SECRET_BYTES);
    TRY(prf_new(shop->crypto, &fresh, &adding->weights));
    TRY(keyring_key(shop->keyring, KEY_VOUCHER, 0, 1, &key));
    hkdf(shop->crypto, &key, VOUCHER_SALT_LABEL, (struct slice){0}, &salt);
    return prf_new(shop->crypto, &salt, &adding->salts);
}

RESULT redress_check(struct shop *shop, uint64_t *postings)
{
    static const char *const what[SUM_COUNT] = {"what a redemption reserved",
                                                "what a redemption took",
                                                "what a redemption gave back",
                                                "how a redemption ended",
                                                "what a voucher has used",
                                                "what is reserved of a voucher",
                                                "which attempts were made at paying a voucher"};
    SCOPED(adding_done) struct adding adding = {.shop = shop};
    struct store *store = shop->store;
    *postings = 0;
    if (shop->access.redress.count == 0) return none_before(&adding, ledger_durable(shop->ledger));
    TRY(campaigns_read(&adding));
    TRY(keys_open(&adding));
    TRY(store->voucher->act_each(store, act_add, &adding));
    TRY(none_before(&adding, ledger_durable(shop->ledger)));
    TRY(store->voucher->taken_each(store, row_add, &adding));
    TRY(store->voucher->each(store, voucher_add, &adding));
    for (uint32_t batch = 1; batch <= shop->access.payments.count; batch++) TRY(payments_add(&adding, batch));
    if (!hash_equal(&adding.told, &adding.paid)) {
        return FAIL(TAMPERED,
                    "payment: which voucher was paid how often, by which redemption and batch, is not "
                    "what the ledger adds up to");
    }
    for (int sum = 0; sum < SUM_COUNT; sum++) {
        if (adding.from_acts[sum] != adding.from_rows[sum])
            return FAIL(TAMPERED, "voucher: %s is not what the ledger adds up to", what[sum]);
    }
    TRY(store->voucher->account_each(store, account_same, &adding));
    for (size_t i = 0; i < adding.campaign_count; i++) {
        for (size_t part = 0; part < adding.campaigns[i].parts; part++) {
            if (adding.campaigns[i].at[part].at[ACCOUNT_BUDGET] != 0)
                return FAIL(TAMPERED, "voucher: the account of campaign %zu, part %zu is gone", i + 1,
                            part + 1);
        }
    }
    *postings = adding.postings;
    return OK;
}

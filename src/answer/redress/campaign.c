#include "answer/redress/campaign.h"

#include "answer/incident/kept_set.h"
#include "keep/access/redress_row.h"
#include "keep/put.h"
#include "keep/watch/watching.h"
#include "mail/texts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_US MINUTE_US /* how often an ended part is looked at while some of it is still good */

static void campaign_done(struct campaign *campaign)
{
    set_done(&campaign->people);
    for (size_t i = 0; i < VERSIONS_MAX; i++) {
        set_done(&campaign->given[i]);
        voucher_codes_free(&campaign->codes[i]);
    }
}

static void list_drop(struct redress *redress)
{
    for (size_t i = 0; i < redress->count; i++) campaign_done(&redress->at[i]);
    free(redress->at);
    redress->at = NULL;
    redress->count = 0;
}

/* Files that are being written go on from what is in memory: without it they are begun anew. */
static void outgoing_drop(struct redress *redress)
{
    if (redress->handing) redress->handing_free(&redress->handing);
    if (redress->paying) redress->paying_free(&redress->paying);
}

static void redress_free(void *at)
{
    struct redress *redress = at;
    list_drop(redress);
    wrongs_free(&redress->wrongs);
    outgoing_drop(redress);
    prf_free(&redress->salts);
    free(redress);
}

RESULT campaign_key_new(struct shop *shop, uint16_t *epoch)
{
    SCOPED(buf_done) struct buf path = {0};
    shop_path(shop->home, shop->name, "keyring", &path);
    TRY(keyring_add(shop->keyring, shop->crypto, KEY_VOUCHER, 0, epoch));
    struct result saved =
        keyring_save(shop->keyring, shop->crypto, buf_c(&path), home_root(shop->home), shop->name);
    if (saved.code != CODE_OK) keyring_drop_last(shop->keyring);
    return saved;
}

static RESULT key_of(struct shop *shop, uint16_t epoch, const char *label, struct secret *out)
{
    SECRET key = {{0}};
    TRY(keyring_key(shop->keyring, KEY_VOUCHER, 0, epoch, &key));
    hkdf(shop->crypto, &key, label, (struct slice){0}, out);
    return OK;
}

static RESULT codes_open(struct shop *shop, struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->spec.version; i++) {
        SECRET key = {{0}};
        TRY(key_of(shop, campaign->spec.epochs[i], "amanah voucher codes 1", &key));
        TRY(voucher_codes_new(shop->crypto, &key, &campaign->codes[i]));
    }
    return OK;
}

static RESULT given_load(void *context, uint64_t chunk, struct slice bitmap)
{
    return set_chunk_put(context, chunk, bitmap);
}

static RESULT people_load(struct shop *shop, struct campaign *campaign)
{
    struct store *store = shop->store;
    struct hash hash = {{0}};
    TRY(set_load(store, campaign->spec.people.bytes, campaign->spec.people_count, &campaign->people));
    set_hash(shop->crypto, &campaign->people, &hash);
    if (!hash_equal(&hash, &campaign->spec.people))
        return FAIL(TAMPERED, "campaign %u: the stored set of its people is not the one it names",
                    campaign->id);
    for (size_t i = 0; i < campaign->spec.version; i++)
        TRY(store->voucher->given_each(store, campaign->id, (uint32_t)i + 1, given_load,
                                       &campaign->given[i]));
    return OK;
}

static RESULT account_load(void *context, const struct account_row *row)
{
    struct redress *redress = context;
    if (row->campaign == 0 || row->campaign > redress->count || row->part == 0 || row->part > PARTS_MAX)
        return FAIL(TAMPERED, "campaign: an account belongs to none");
    struct account *account = &redress->at[row->campaign - 1].accounts[row->part - 1];
    *account = (struct account){.at = {[ACCOUNT_BUDGET] = -(int64_t)row->budget,
                                       [ACCOUNT_OPEN] = (int64_t)row->open,
                                       [ACCOUNT_RESERVED] = (int64_t)row->reserved,
                                       [ACCOUNT_USED] = (int64_t)row->used,
                                       [ACCOUNT_REFUNDED] = -(int64_t)row->refunded,
                                       [ACCOUNT_EXPIRED] = (int64_t)row->expired}};
    if (!account_holds(account))
        return FAIL(TAMPERED, "campaign %u: the account of part %u does not add up", row->campaign,
                    row->part);
    return OK;
}

/* The reservation that lapses first, and when; INT64_MAX: none waits. */
static RESULT due_load(struct store *store, struct redress *redress, struct redemption_row *row)
{
    struct result got = store->voucher->taken_due(store, row);
    redress->due_us = got.code == CODE_OK ? row->due_us : INT64_MAX;
    return got.code == CODE_NOT_FOUND ? OK : got;
}

static RESULT salts_open(struct shop *shop, struct redress *redress)
{
    SECRET key = {{0}};
    if (redress->salts || redress->count == 0) return OK;
    TRY(key_of(shop, 1, VOUCHER_SALT_LABEL, &key));
    return prf_new(shop->crypto, &key, &redress->salts);
}

static RESULT list_load(struct shop *shop, struct redress *redress)
{
    const struct body_rows *rows = &shop->access.redress;
    struct store *store = shop->store;
    struct redemption_row due = {0};
    if (rows->count > 0) {
        redress->at = calloc(rows->count, sizeof *redress->at);
        if (!redress->at) return FAIL(UNAVAILABLE, "campaign: out of memory");
    }
    for (uint32_t id = 1; id <= rows->count; id++) {
        struct campaign *campaign = &redress->at[redress->count++];
        campaign->id = id;
        TRY(campaign_read(body_row(rows, id), &campaign->spec));
        TRY(codes_open(shop, campaign));
        TRY(people_load(shop, campaign));
    }
    TRY(salts_open(shop, redress));
    TRY(store->voucher->account_each(store, account_load, redress));
    if (!redress->wrongs) TRY(wrongs_new(shop, &redress->wrongs));
    TRY(store->voucher->taken_last(store, &redress->taken));
    return due_load(store, redress, &due);
}

RESULT campaign_find(struct shop *shop, struct redress *redress, struct slice id, struct campaign **out)
{
    uint64_t number = 0;
    TRY(id_get(shop, ID_CAMPAIGN, id, &number));
    if (number == 0 || number > redress->count) return FAIL(NOT_FOUND, "campaign: there is none of that id");
    *out = &redress->at[number - 1];
    return OK;
}

size_t campaign_part(const struct campaign *campaign, struct slice name)
{
    for (size_t i = 0; i < campaign->spec.part_count; i++) {
        if (slice_is(name, campaign->spec.parts[i].name)) return i;
    }
    return SIZE_MAX;
}

/* A line of words: what is of several lines stands with their number before it. */
static void terms_line(struct buf *out, const char *name, struct slice text)
{
    buf_print(out, "%s %zu\n", name, text.len);
    buf_slice_put(out, text);
    buf_byte(out, '\n');
}

void campaign_terms(const struct campaign *campaign, struct buf *out)
{
    const struct campaign_spec *spec = &campaign->spec;
    SCOPED(buf_done) struct buf from = {0}, until = {0};
    time_put(&from, spec->from_us);
    time_put(&until, spec->until_us);
    buf_print(out,
              "amanah campaign terms 1\nannouncement %u\nfrom %s\nuntil %s\nrefund-days %u\npeople %llu\n",
              spec->announced, buf_c(&from), buf_c(&until), spec->refund_days,
              (unsigned long long)spec->people_count);
    for (size_t i = 0; i < spec->part_count; i++) {
        const struct part *part = &spec->parts[i];
        buf_print(out, "part %s %llu %s of %llu\n", part->name, (unsigned long long)part->worth,
                  part->unit[0] ? part->unit : spec->currency, (unsigned long long)part->budget);
    }
    if (spec->lead_count > 0) buf_text(out, "reminders");
    for (size_t i = 0; i < spec->lead_count; i++) buf_print(out, " %u", spec->leads[i]);
    if (spec->lead_count > 0) buf_text(out, " days-before\n");
    terms_line(out, "title", spec->title);
    for (size_t i = 0; i < TERMS_LANGUAGES; i++) terms_line(out, mail_language(i), spec->terms[i]);
}

void posting_hash(struct crypto *crypto, const struct prf *salts, const struct voucher_at *at,
                  const struct act_row *act, struct hash *out)
{
    uint8_t record[8 + 4 + 4 + 8 + 4 + 8];
    struct hash salt = {{0}};
    be64_put(record, act->redemption);
    be32_put(record + 8, at->campaign);
    be32_put(record + 12, at->part);
    be64_put(record + 16, at->serial);
    be32_put(record + 24, act->act);
    be64_put(record + 28, act->amount);
    prf_run(salts, &(struct slice){record, 8}, 1, &salt); /* one a redemption */
    const struct slice parts[] = {SLICE_TEXT("amanah voucher 1"), {salt.bytes, 16}, SLICE_OF(record)};
    sha256(crypto, parts, COUNT_OF(parts), out);
}

RESULT posting_put(struct batch *batch, const struct reader *reader, const struct redress *redress,
                   const struct posting *posting, struct receipt *out)
{
    struct campaign *campaign = posting->campaign;
    const struct voucher_at at = {campaign->id, (uint32_t)posting->part + 1,
                                  posting->taken ? posting->taken->at.serial : 0};
    struct act_row act = {.redemption = posting->taken ? posting->taken->id : 0,
                          .act = posting->act,
                          .amount = posting->amount};
    struct draft draft = batch_draft(batch, reader, ENTRY_VOUCHER);
    draft.entry.object_kind = posting->act;
    draft.entry.object_id = (uint64_t)at.campaign << 8 | at.part;
    draft.entry.count = posting->amount;
    draft.entry.has_object = true;
    posting_hash(batch->shop->crypto, redress->salts, &at, &act, &draft.entry.object);
    batch_append(batch, &draft, out);
    act.entry = out->index;
    campaign->moved[posting->part] = true;
    if (posting->act == ACT_VOUCHER_RESERVE || posting->act == ACT_VOUCHER_REDEEM) return OK;
    struct store *store = batch_write(batch);
    return store->voucher->act_add(store, &act);
}

static RESULT account_flush(struct batch *batch, const struct campaign *campaign, size_t part)
{
    const struct account *account = &campaign->accounts[part];
    const struct account_row row = {campaign->id,
                                    (uint32_t)part + 1,
                                    account_sum(account, ACCOUNT_BUDGET),
                                    account_sum(account, ACCOUNT_OPEN),
                                    account_sum(account, ACCOUNT_RESERVED),
                                    account_sum(account, ACCOUNT_USED),
                                    account_sum(account, ACCOUNT_REFUNDED),
                                    account_sum(account, ACCOUNT_EXPIRED)};
    struct store *store = batch_write(batch);
    return store->voucher->account_put(store, &row);
}

/* Write the accounts that postings of this batch moved. */
static RESULT accounts_flush(struct batch *batch, void *at)
{
    struct redress *redress = at;
    for (size_t i = 0; i < redress->count && !batch->shop->redress.stale; i++) {
        struct campaign *campaign = &redress->at[i];
        for (size_t part = 0; part < campaign->spec.part_count; part++) {
            if (campaign->moved[part]) TRY(account_flush(batch, campaign, part));
            campaign->moved[part] = false;
        }
    }
    return OK;
}

RESULT voucher_load(struct batch *batch, const struct campaign *campaign, const struct voucher_at *at,
                    struct voucher *out)
{
    struct voucher_row row = {.at = *at};
    struct store *store = batch->shop->store;
    struct result got = store->voucher->get(store, &row);
    if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    *out = (struct voucher){.worth = campaign->spec.parts[at->part - 1].worth,
                            .used = row.used,
                            .reserved = row.reserved,
                            .from_us = campaign->spec.from_us,
                            .until_us = campaign->spec.until_us};
    if (row.until_us > out->until_us) out->until_us = row.until_us;
    return OK;
}

RESULT voucher_save(struct batch *batch, const struct campaign *campaign, const struct voucher_at *at,
                    const struct voucher *voucher)
{
    const struct voucher_row row = {.at = *at,
                                    .used = voucher->used,
                                    .reserved = voucher->reserved,
                                    .until_us =
                                        voucher->until_us > campaign->spec.until_us ? voucher->until_us : 0};
    struct store *store = batch_write(batch);
    return store->voucher->put(store, &row);
}

struct taking taking_of(const struct redemption_row *row)
{
    return (struct taking){(enum redemption_state)row->state,
                           row->reserved,
                           row->captured,
                           row->refunded,
                           row->made_us,
                           row->due_us};
}

void taking_put(const struct taking *taking, struct redemption_row *row)
{
    row->state = taking->state;
    row->reserved = taking->reserved;
    row->captured = taking->captured;
    row->refunded = taking->refunded;
    row->made_us = taking->made_us;
    row->due_us = taking->due_us;
}

static const struct reader system_reader = {.no = (uint64_t)READER_SYSTEM << 32};

/* What an announcement promised and its account does not have yet. */
static RESULT fund_due(struct batch *batch, struct redress *redress, struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->spec.part_count && campaign->spec.state != CAMPAIGN_DRAFT; i++) {
        struct receipt receipt = {0};
        uint64_t has = account_sum(&campaign->accounts[i], ACCOUNT_BUDGET);
        uint64_t wants = campaign->spec.parts[i].budget;
        if (wants <= has) continue;
        if (account_fund(&campaign->accounts[i], wants - has) != MAY_DO)
            return FAIL(CORRUPT, "campaign %u: its budget is more than any", campaign->id);
        const struct posting posting = {campaign, i, ACT_VOUCHER_FUND, wants - has, NULL};
        TRY(posting_put(batch, &system_reader, redress, &posting, &receipt));
        campaign->look_us[i] = 0;
    }
    return OK;
}

/* What nobody can use any more. */
static RESULT expire_due(struct batch *batch, struct redress *redress, struct campaign *campaign)
{
    struct store *store = batch->shop->store;
    if (campaign->spec.state == CAMPAIGN_DRAFT || batch->now_us < campaign->spec.until_us) return OK;
    for (size_t i = 0; i < campaign->spec.part_count; i++) {
        struct receipt receipt = {0};
        uint64_t count = 0, gone = 0;
        if (batch->now_us < campaign->look_us[i]) continue;
        TRY(store->voucher->later(store, campaign->id, (uint32_t)i + 1, batch->now_us, &count, &gone));
        uint64_t kept = count * campaign->spec.parts[i].worth - gone;
        uint64_t expired = account_expire(&campaign->accounts[i], kept);
        campaign->look_us[i] = count > 0 ? batch->now_us + LOOK_US : INT64_MAX; /* some outlive it */
        const struct posting posting = {campaign, i, ACT_VOUCHER_EXPIRE, expired, NULL};
        if (expired > 0) TRY(posting_put(batch, &system_reader, redress, &posting, &receipt));
    }
    return OK;
}

static RESULT lapse_due(struct batch *batch, struct redress *redress)
{
    struct store *store = batch->shop->store;
    while (redress->due_us <= batch->now_us) {
        struct redemption_row row = {0};
        struct receipt receipt = {0};
        struct voucher voucher = {0};
        TRY(due_load(store, redress, &row)); /* the one that was due first may have been captured since */
        if (redress->due_us > batch->now_us) return OK;
        if (row.at.campaign == 0 || row.at.campaign > redress->count || row.at.part == 0 ||
            row.at.part > redress->at[row.at.campaign - 1].spec.part_count)
            return FAIL(TAMPERED, "voucher: a stored reservation is of no campaign");
        struct campaign *campaign = &redress->at[row.at.campaign - 1];
        struct taking taking = taking_of(&row);
        TRY(voucher_load(batch, campaign, &row.at, &voucher));
        if (voucher.reserved < taking.reserved ||
            take_lapse(&campaign->accounts[row.at.part - 1], &voucher, &taking, batch->now_us) != MAY_DO)
            return FAIL(TAMPERED, "voucher: a stored reservation is not what its voucher says");
        taking_put(&taking, &row);
        const struct posting posting = {campaign, row.at.part - 1, ACT_VOUCHER_LAPSE, taking.reserved, &row};
        TRY(posting_put(batch, &system_reader, redress, &posting, &receipt));
        TRY(voucher_save(batch, campaign, &row.at, &voucher));
        TRY(store->voucher->taken_put(store, &row));
        campaign->look_us[row.at.part - 1] = 0;
    }
    return OK;
}

RESULT campaigns_of(struct batch *batch, struct redress **out)
{
    struct shop *shop = batch->shop;
    struct redress *redress = shop->redress.at;
    if (!redress) {
        redress = calloc(1, sizeof *redress);
        if (!redress) return FAIL(UNAVAILABLE, "campaign: out of memory");
        shop->redress.at = redress;
        shop->redress.free = redress_free;
        shop->redress.flush = accounts_flush;
        shop->redress.stale = true;
    }
    if (shop->redress.stale || redress->changes != shop->access.redress.changes) {
        if (shop->redress.stale) outgoing_drop(redress);
        TRY(accounts_flush(batch, redress)); /* they are read again */
        shop->redress.stale = true;
        list_drop(redress);
        TRY(list_load(shop, redress));
        redress->changes = shop->access.redress.changes;
        shop->redress.stale = false;
    }
    *out = redress;
    return OK;
}

/* A code came that was never handed out: whoever has it has the key. */
static RESULT trip(struct batch *batch, struct redress *redress)
{
    struct receipt receipt = {0};
    uint32_t id = redress->tripped;
    if (id == 0 || id > redress->count) return OK;
    struct campaign_spec spec = redress->at[id - 1].spec;
    redress->tripped = 0;
    if (spec.state != CAMPAIGN_ANNOUNCED) return OK;
    spec.state = CAMPAIGN_HALTED;
    struct result done = campaign_put(batch, &system_reader, id, &spec, &receipt);
    if (done.code == CODE_OK) done = alert_once(batch, ALERT_VOUCHER);
    if (done.code != CODE_OK) redress->tripped = id;
    return done;
}

void redress_close(struct batch *batch)
{
    struct redress *redress = batch->shop->redress.at;
    if (redress && redress->wrongs) wrongs_tell_counted(batch, redress->wrongs, true);
}

RESULT redress_settle(struct batch *batch)
{
    struct redress *redress = NULL;
    if (batch->shop->access.redress.count == 0) return OK;
    TRY(campaigns_of(batch, &redress));
    if (redress->tripped > 0) {
        TRY(trip(batch, redress));
        TRY(campaigns_of(batch, &redress));
    }
    TRY(wrongs_flush(batch, redress->wrongs));
    TRY(lapse_due(batch, redress));
    for (size_t i = 0; i < redress->count; i++) {
        TRY(fund_due(batch, redress, &redress->at[i]));
        TRY(expire_due(batch, redress, &redress->at[i]));
    }
    return OK;
}

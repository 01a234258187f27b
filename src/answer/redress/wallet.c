#include "answer/redress/wallet.h"

#include "answer/notice/says.h"
#include "answer/redress/verbs.h"
#include "keep/access/grant.h"
#include "keep/access/pass.h"
#include "keep/put.h"
#include "keep/record.h"
#include "keep/spend.h"
#include "keep/watch/canary.h"
#include "mail/texts.h"

#include <string.h>

/* One wallet on its way into an answer. */
struct holding {
    struct batch *batch;
    const struct wallet_asked *asked;
    size_t language;
    struct buf *out;
};

static const char *voucher_state(const struct campaign *campaign, const struct voucher *voucher,
                                 int64_t now_us)
{
    if (now_us >= voucher->until_us) return "ended";
    if (campaign->spec.state == CAMPAIGN_HALTED) return "halted";
    if (now_us < voucher->from_us) return "early";
    return voucher_left(voucher) == 0 ? "used" : "good";
}

static RESULT code_put(const struct holding *holding, const struct campaign *campaign, size_t part)
{
    char code[VOUCHER_TEXT_BYTES];
    uint32_t version = campaign->spec.version;
    const struct code_of of = {campaign->id, (uint32_t)part + 1, version};
    TRY(voucher_codes_make(campaign->codes[version - 1], of, holding->asked->no.at, 1, &code));
    put_text(holding->out, "code", (struct slice){(const uint8_t *)code, sizeof code});
    explicit_bzero(code, sizeof code);
    return OK;
}

static RESULT part_put(const struct holding *holding, const struct campaign *campaign, size_t at)
{
    const struct part *part = &campaign->spec.parts[at];
    const struct voucher_at place = {campaign->id, (uint32_t)at + 1, holding->asked->no.at};
    struct voucher voucher = {0};
    struct buf *out = holding->out;
    TRY(voucher_load(holding->batch, campaign, &place, &voucher));
    const char *state = voucher_state(campaign, &voucher, holding->batch->now_us);
    uint64_t left = voucher_left(&voucher), open = account_sum(&campaign->accounts[at], ACCOUNT_OPEN);
    bool good = strcmp(state, "good") == 0;
    bool code = holding->asked->codes && (good || strcmp(state, "early") == 0);
    cbor_map(out, code ? 9 : 8);
    put_text(out, "part", slice_text(part->name));
    put_text(out, part->unit[0] ? "unit" : "currency",
             slice_text(part->unit[0] ? part->unit : campaign->spec.currency));
    put_number(out, "worth", voucher.worth);
    put_number(out, "left", left);
    put_number(out, "reserved", voucher.reserved);
    put_number(out, "usable", !good ? 0 : left < open ? left : open);
    put_text(out, "state", slice_text(state));
    put_time(out, "until", voucher.until_us);
    return code ? code_put(holding, campaign, at) : OK;
}

static RESULT campaign_held_put(const struct holding *holding, const struct campaign *campaign)
{
    const struct campaign_spec *spec = &campaign->spec;
    struct buf *out = holding->out;
    cbor_map(out, 12);
    put_id(holding->batch->shop, out, "campaign", ID_CAMPAIGN, campaign->id);
    put_text(out, "title", spec->title);
    put_text(out, "state", slice_text(campaign_state_name(spec->state)));
    put_time(out, "from", spec->from_us);
    put_time(out, "until", spec->until_us);
    put_text(out, "zone", spec->zone);
    put_number(out, "refund_days", spec->refund_days);
    put_number(out, "announcement", spec->announced);
    put_text(out, "terms", spec->terms[holding->language]);
    put_text(out, "terms_lang", slice_text(mail_language(holding->language)));
    put_number(out, "terms_entry", spec->terms_entry);
    cbor_text(out, SLICE_TEXT("parts"));
    cbor_array(out, spec->part_count);
    for (size_t i = 0; i < spec->part_count; i++) TRY(part_put(holding, campaign, i));
    return OK;
}

/* A code that its owner sees was handed out: else using it would look like a code that somebody made. */
static RESULT codes_give(const struct holding *holding, struct campaign *campaign)
{
    uint64_t serial = holding->asked->no.at;
    struct set *given = &campaign->given[campaign->spec.version - 1];
    if (set_has(given, serial)) return OK;
    (void)set_add(given, serial);
    return campaign_given_keep(holding->batch, campaign, serial, serial);
}

static RESULT items_put(const struct holding *holding, struct redress *redress)
{
    size_t mark = cbor_open(holding->out), count = 0;
    for (size_t i = 0; i < redress->count; i++) {
        struct campaign *campaign = &redress->at[i];
        bool may = false;
        if (campaign->spec.state == CAMPAIGN_DRAFT || !set_has(&campaign->people, holding->asked->no.at))
            continue;
        TRY(campaign_may_have(holding->batch->shop, campaign, holding->asked->no, &may));
        if (!may) continue;
        bool gives = holding->asked->codes && campaign->spec.state == CAMPAIGN_ANNOUNCED &&
                     holding->batch->now_us < campaign->spec.until_us;
        if (gives) TRY(codes_give(holding, campaign));
        TRY(campaign_held_put(holding, campaign));
        count++;
    }
    cbor_array_close(holding->out, mark, count);
    return OK;
}

/* Its entry: a set of this one, under their data key, so that they find it in their history. */
static RESULT look_note(struct batch *batch, const struct reader *reader, const struct wallet_asked *asked,
                        const struct secret *data_key, struct answer *out)
{
    struct draft draft = batch_draft(batch, reader, ENTRY_RELIEF);
    struct hash salt = {{0}}, leaf = {{0}};
    struct receipt receipt = {0};
    const struct sighted sighted = {asked->no, 0, 0};
    draft.entry.object_kind = asked->codes ? RELIEF_WALLET_CODES : RELIEF_WALLET;
    draft.entry.object_id = asked->right_entry;
    leaf_salt(batch->shop->crypto, data_key, draft.entry.nonce, &salt);
    set_leaf(batch->shop->crypto, &salt, &sighted, NULL, &leaf);
    draft.set = &sighted;
    draft.leaves = &leaf;
    draft.set_count = 1;
    draft_text(&draft, COMMIT_REASON, asked->reason);
    batch_append(batch, &draft, &receipt);
    batch_receipt(out, &receipt);
    return OK;
}

RESULT wallet_look(struct batch *batch, const struct reader *reader, const struct wallet_asked *asked,
                   struct answer *out)
{
    struct shop *shop = batch->shop;
    struct redress *redress = NULL;
    struct record record;
    const struct sighted sighted = {asked->no, 0, 0};
    struct reader person = *reader;
    SCOPED(buf_done) struct buf bytes = {0};
    SECRET data_key = {{0}};
    canary_touched(batch, reader, asked->no);
    if (asked->network) memcpy(person.network, asked->network, NETWORK_BYTES);
    TRY(campaigns_of(batch, &redress));
    TRY(record_get(shop, asked->no, false, &bytes, &record, NULL));
    TRY(spend(batch, &person, &sighted, 1, out));
    TRY(record_unlock(shop, asked->no, &record, &data_key));
    struct slice lang = asked->lang.len > 0 ? asked->lang : slice_text(record.lang);
    const struct holding holding = {batch, asked, says_language(lang), &out->body};
    out->secret = asked->codes;
    cbor_map(&out->body, 2);
    put_id(shop, &out->body, "id", ID_SUBJECT, asked->no.at);
    cbor_text(&out->body, SLICE_TEXT("items"));
    TRY(items_put(&holding, redress));
    return look_note(batch, reader, asked, &data_key, out);
}

/* A pass or grant, where the role looks with one only or the ask brings one. */
static RESULT right_find(struct shop *shop, const struct reader *reader, const struct wallet_ask *ask,
                         struct permit *permit)
{
    const struct reveal_ask look = {
        .subjects = {&ask->id, ask->id.len > 0}, .pass = ask->pass, .grant = ask->grant};
    if (reader->role->pass || ask->pass.len > 0) return pass_permit(shop, reader, &look, permit);
    if (ask->id.len == 0) return FAIL(MEMBER_MISSING, "id: whose wallet, or a pass of theirs");
    TRY(id_get(shop, ID_SUBJECT, ask->id, &permit->subject.at));
    if (reader->role->grant || ask->grant.len > 0) TRY(grant_permit(shop, reader, &look, permit));
    return OK;
}

RESULT verb_wallet(struct batch *batch, const struct reader *reader, const struct wallet_ask *ask,
                   struct answer *out)
{
    struct permit permit = {.role = reader->role->id};
    if (reader->role->reason && ask->reason.len == 0)
        return FAIL(REASON_MISSING, "reason: role %s must say why it looks", reader->role->name);
    if (ask->codes && ask->pass.len == 0)
        return FAIL(PASS_MISSING, "codes: are shown to their owner alone, with a self pass of theirs");
    TRY(right_find(batch->shop, reader, ask, &permit));
    const struct wallet_asked asked = {.no = permit.subject,
                                       .codes = ask->codes,
                                       .right_entry = permit.right_entry,
                                       .network = permit.right_kind == RIGHT_PASS ? permit.network : NULL,
                                       .reason = ask->reason,
                                       .lang = ask->lang};
    return wallet_look(batch, reader, &asked, out);
}

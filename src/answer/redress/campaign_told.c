/* Campaigns as they are looked at: their state, what the check of terms finds, and the signed sums. */
#include "answer/redress/campaign_told.h"
#include "answer/redress/remind.h"
#include "answer/redress/verbs.h"
#include "base/text.h"
#include "keep/put.h"
#include "mail/texts.h"

struct terms_found campaign_terms_told(const struct campaign_spec *spec, struct buf *out)
{
    struct terms_found all = {0};
    cbor_map(out, TERMS_LANGUAGES);
    for (size_t i = 0; i < TERMS_LANGUAGES; i++) {
        struct terms_found found = {0};
        size_t count = 0;
        terms_check(slice_text(mail_language(i)), spec->terms[i], &found);
        cbor_text(out, slice_text(mail_language(i)));
        cbor_map(out, 3);
        put_bool(out, "there", spec->terms[i].len > 0);
        cbor_text(out, SLICE_TEXT("flags"));
        size_t mark = cbor_open(out);
        for (int flag = 0; flag < TERMS_FLAGS; flag++) {
            if (!(found.flags >> flag & 1)) continue;
            cbor_map(out, 2);
            put_text(out, "flag", slice_text(terms_flag_name((enum terms_flag)flag)));
            put_text(out, "sentence", found.sentence[flag]);
            count++;
        }
        cbor_array_close(out, mark, count);
        put_number(out, "conditions", found.conditions);
        all.flags |= found.flags;
        if (found.conditions > all.conditions) all.conditions = found.conditions;
    }
    return all;
}

static void part_told(const struct campaign *campaign, size_t at, struct buf *out)
{
    static const struct {
        const char *name;
        enum account_name account;
    } sums[] = {{"budget", ACCOUNT_BUDGET}, {"open", ACCOUNT_OPEN},         {"reserved", ACCOUNT_RESERVED},
                {"used", ACCOUNT_USED},     {"refunded", ACCOUNT_REFUNDED}, {"expired", ACCOUNT_EXPIRED}};
    const struct part *part = &campaign->spec.parts[at];
    cbor_map(out, 4 + COUNT_OF(sums));
    put_text(out, "part", slice_text(part->name));
    put_text(out, part->unit[0] ? "unit" : "currency",
             slice_text(part->unit[0] ? part->unit : campaign->spec.currency));
    put_number(out, "worth", part->worth);
    put_number(out, "planned", part->budget);
    for (size_t i = 0; i < COUNT_OF(sums); i++)
        put_number(out, sums[i].name, account_sum(&campaign->accounts[at], sums[i].account));
}

const struct approval *campaign_approval(const struct shop *shop, uint32_t id)
{
    for (size_t i = shop->access.approval_count; i > 0; i--) {
        const struct approval *at = &shop->access.approvals[i - 1];
        if (at->kind == AUTHORITY_REDRESS && at->row == id && approval_is_open(at)) return at;
    }
    return NULL;
}

RESULT campaign_told(struct shop *shop, const struct campaign *campaign, struct buf *out)
{
    const struct campaign_spec *spec = &campaign->spec;
    const struct approval *approval = campaign_approval(shop, campaign->id);
    size_t mark = cbor_open(out), members = 17;
    put_id(shop, out, "id", ID_CAMPAIGN, campaign->id);
    put_text(out, "title", spec->title);
    put_text(out, "purpose", spec->purpose);
    put_text(out, "state", slice_text(approval ? "asked" : campaign_state_name(spec->state)));
    put_number(out, "people", spec->people_count);
    put_bool(out, "linked", spec->linked);
    put_number(out, "codes_given", set_count(&campaign->given[spec->version - 1]));
    put_number(out, "version", spec->version);
    put_time(out, "from", spec->from_us);
    put_time(out, "until", spec->until_us);
    put_text(out, "zone", spec->zone);
    put_number(out, "refund_days", spec->refund_days);
    put_number(out, "announced", spec->announced);
    put_time_or_null(out, "announced_at", spec->announced_us);
    cbor_text(out, SLICE_TEXT("parts"));
    cbor_array(out, spec->part_count);
    for (size_t i = 0; i < spec->part_count; i++) part_told(campaign, i, out);
    cbor_text(out, SLICE_TEXT("terms"));
    (void)campaign_terms_told(spec, out);
    TRY(reminders_told(shop, campaign, clock_now(&shop->clock), out));
    if (spec->incident > 0) {
        put_id(shop, out, "incident", ID_INCIDENT, spec->incident);
        put_number(out, "count", spec->count);
        members += 2;
    }
    if (approval) {
        put_id(shop, out, "approval", ID_APPROVAL, approval->id);
        members++;
    }
    cbor_map_close(out, mark, members);
    return OK;
}

RESULT verb_campaign_show(struct batch *batch, const struct reader *reader,
                          const struct campaign_show_ask *ask, struct answer *out)
{
    struct redress *redress = NULL;
    struct campaign *campaign = NULL;
    (void)reader;
    TRY(campaigns_of(batch, &redress));
    if (ask->id.len > 0) {
        TRY(campaign_find(batch->shop, redress, ask->id, &campaign));
        return campaign_told(batch->shop, campaign, &out->body);
    }
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("items"));
    cbor_array(&out->body, redress->count);
    for (size_t i = 0; i < redress->count; i++) TRY(campaign_told(batch->shop, &redress->at[i], &out->body));
    return OK;
}

RESULT verb_campaign_totals(struct batch *batch, const struct reader *reader,
                            const struct campaign_totals_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct redress *redress = NULL;
    struct campaign *campaign = NULL;
    struct hash hash = {{0}};
    SCOPED(buf_done) struct buf text = {0}, note = {0}, terms = {0}, hex = {0};
    (void)reader;
    TRY(campaigns_of(batch, &redress));
    TRY(campaign_find(shop, redress, ask->id, &campaign));
    const struct campaign_spec *spec = &campaign->spec;
    if (spec->state == CAMPAIGN_DRAFT) return FAIL(NOT_FOUND, "campaign: it was not announced yet");
    campaign_terms(campaign, &terms);
    sha256_one(shop->crypto, buf_slice(&terms), &hash);
    hex_put(&hex, SLICE_OF(hash));
    id_put(shop, ID_CAMPAIGN, campaign->id, &text);
    buf_print(&text, "\nas-of ");
    time_put(&text, batch->now_us);
    buf_print(&text, "\nterms sha256 %s in entry %llu\npeople %llu\n", buf_c(&hex),
              (unsigned long long)spec->terms_entry, (unsigned long long)spec->people_count);
    for (size_t i = 0; i < spec->part_count; i++) {
        const struct account *account = &campaign->accounts[i];
        buf_print(&text,
                  "part %s %s budget %llu open %llu reserved %llu used %llu refunded %llu expired %llu\n",
                  spec->parts[i].name, spec->parts[i].unit[0] ? spec->parts[i].unit : spec->currency,
                  (unsigned long long)account_sum(account, ACCOUNT_BUDGET),
                  (unsigned long long)account_sum(account, ACCOUNT_OPEN),
                  (unsigned long long)account_sum(account, ACCOUNT_RESERVED),
                  (unsigned long long)account_sum(account, ACCOUNT_USED),
                  (unsigned long long)account_sum(account, ACCOUNT_REFUNDED),
                  (unsigned long long)account_sum(account, ACCOUNT_EXPIRED));
    }
    ledger_statement(shop->ledger, "totals", buf_slice(&text), &note);
    cbor_map(&out->body, 7);
    put_id(shop, &out->body, "campaign", ID_CAMPAIGN, campaign->id);
    put_time(&out->body, "as_of", batch->now_us);
    put_text(&out->body, "terms", buf_slice(&terms));
    put_text(&out->body, "terms_sha256", buf_slice(&hex));
    put_number(&out->body, "terms_entry", spec->terms_entry);
    cbor_text(&out->body, SLICE_TEXT("parts"));
    cbor_array(&out->body, spec->part_count);
    for (size_t i = 0; i < spec->part_count; i++) part_told(campaign, i, &out->body);
    put_text(&out->body, "note", buf_slice(&note));
    return OK;
}

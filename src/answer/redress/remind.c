#include "answer/redress/remind.h"

#include "answer/law/zone.h"
#include "answer/notice/send.h"
#include "answer/redress/campaign_told.h"
#include "answer/redress/money.h"
#include "keep/contact.h"
#include "keep/post.h"
#include "keep/put.h"
#include "mail/mime.h"
#include "mail/words.h"

#include <stdio.h>
#include <string.h>

enum { FACT_BYTES = 64, MORNING_S = 9 * 3600, LEAD_DAYS_MAX = 365 };

RESULT remind_leads_get(const struct texts *texts, struct campaign_spec *out)
{
    if (texts->count > LEADS_MAX) return FAIL(TOO_MANY, "remind: %d times at most", LEADS_MAX);
    for (size_t i = 0; i < texts->count; i++) {
        uint64_t days = 0;
        size_t at = out->lead_count;
        TRY(amount_get(texts->at[i], 0, &days));
        if (days == 0 || days > LEAD_DAYS_MAX)
            return FAIL(INVALID, "remind: days before the end, 1 to %d", LEAD_DAYS_MAX);
        for (; at > 0 && out->leads[at - 1] < days; at--) out->leads[at] = out->leads[at - 1];
        if (at > 0 && out->leads[at - 1] == days) return FAIL(INVALID, "remind: each lead once");
        out->leads[at] = (uint16_t)days;
        out->lead_count++;
    }
    return OK;
}

RESULT remind_begins_us(struct shop *shop, const struct campaign_spec *spec, size_t lead, int64_t *out)
{
    struct zone zone = {0};
    TRY(campaign_zone(shop, spec->zone, &zone));
    *out = zone_instant(&zone, zone_day(&zone, spec->until_us - 1) - spec->leads[lead], MORNING_S);
    return OK;
}

/* The lead whose turn it is; SIZE_MAX: none. Leads stand with the longest first. */
static RESULT lead_due(struct shop *shop, const struct campaign_spec *spec, int64_t now_us, size_t *out)
{
    *out = SIZE_MAX;
    if (spec->state != CAMPAIGN_ANNOUNCED || now_us >= spec->until_us) return OK;
    for (size_t i = 0; i < spec->lead_count; i++) {
        int64_t begins_us = 0;
        TRY(remind_begins_us(shop, spec, i, &begins_us));
        if (begins_us <= now_us && begins_us > spec->announced_us) *out = i;
    }
    return OK;
}

/*
 * Two facts of the store for each lead of each end that was announced: up to whom it came, and how many were told. An end
 * that moved is another one.
 */
enum progress { PROGRESS_UPTO, PROGRESS_TOLD };

static void fact_name(const struct campaign *campaign, size_t lead, enum progress what, char out[FACT_BYTES])
{
    (void)snprintf(out, FACT_BYTES, "remind_%s.%u.%u.%lld", what == PROGRESS_TOLD ? "told" : "upto",
                   campaign->id, campaign->spec.leads[lead],
                   (long long)(campaign->spec.until_us / SECOND_US));
}

static RESULT progress_get(struct shop *shop, const struct campaign *campaign, size_t lead,
                           enum progress what, uint64_t *out)
{
    char name[FACT_BYTES];
    *out = 0;
    fact_name(campaign, lead, what, name);
    struct result got = shop->store->fact->get(shop->store, name, out);
    return got.code == CODE_NOT_FOUND ? OK : got;
}

static RESULT progress_put(struct batch *batch, const struct campaign *campaign, size_t lead,
                           enum progress what, uint64_t value)
{
    char name[FACT_BYTES];
    fact_name(campaign, lead, what, name);
    struct store *store = batch_write(batch);
    return store->fact->put(store, name, value);
}

/* Nobody stands behind that one. */
static bool all_seen(const struct campaign *campaign, uint64_t upto)
{
    uint64_t next = 0;
    return !set_next(&campaign->people, upto + 1, &next);
}

RESULT reminders_told(struct shop *shop, const struct campaign *campaign, int64_t now_us, struct buf *out)
{
    const struct campaign_spec *spec = &campaign->spec;
    size_t due = SIZE_MAX;
    TRY(lead_due(shop, spec, now_us, &due));
    cbor_text(out, SLICE_TEXT("remind"));
    cbor_array(out, spec->lead_count);
    for (size_t i = 0; i < spec->lead_count; i++) {
        uint64_t upto = 0, told = 0;
        int64_t begins_us = 0;
        TRY(remind_begins_us(shop, spec, i, &begins_us));
        TRY(progress_get(shop, campaign, i, PROGRESS_UPTO, &upto));
        TRY(progress_get(shop, campaign, i, PROGRESS_TOLD, &told));
        bool done = upto > 0 && all_seen(campaign, upto);
        bool waits = now_us < begins_us && spec->state != CAMPAIGN_HALTED;
        cbor_map(out, 4);
        put_number(out, "days", spec->leads[i]);
        put_time(out, "begins", begins_us);
        put_text(out, "state", slice_text(done ? "done" : i == due ? "going" : waits ? "waiting" : "passed"));
        put_number(out, "told", told);
    }
    return OK;
}

/* One slice as it is gathered. */
struct slice_of {
    struct batch *batch;
    const struct campaign *campaign;
    struct post_head head;
    struct zone zone;
    struct slice zone_name;
    const struct field *silence; /* where it stands that somebody wants no mail; NULL: nowhere */
    struct draft draft;
    struct sighted *set;
    struct hash *leaves;
    size_t count;
};

/* What is left of each part, a line each; nothing when there is nothing that they could use. */
static RESULT left_put(const struct slice_of *at, struct subject_no no, struct slice lang, struct buf *out)
{
    const struct campaign *campaign = at->campaign;
    for (size_t i = 0; i < campaign->spec.part_count; i++) {
        const struct part *part = &campaign->spec.parts[i];
        const struct voucher_at place = {campaign->id, (uint32_t)i + 1, no.at};
        struct voucher voucher = {0};
        SCOPED(buf_done) struct buf amount = {0}, until = {0};
        TRY(voucher_load(at->batch, campaign, &place, &voucher));
        uint64_t left = voucher_left(&voucher), open = account_sum(&campaign->accounts[i], ACCOUNT_OPEN);
        if (open < left) left = open; /* first come, first served: that is what there is */
        if (left == 0) continue;
        amount_put(&amount, left, part->unit[0] ? 0 : campaign->spec.digits);
        buf_print(&amount, " %s", part->unit[0] ? part->unit : campaign->spec.currency);
        zone_put(&until, &at->zone, voucher.until_us - 1);
        until.len = sizeof "2027-01-31T23:59" - 1;
        until.at[sizeof "2027-01-31" - 1] = ' ';
        const struct mail_value values[] = {{"part", slice_text(part->name)},
                                            {"amount", buf_slice(&amount)},
                                            {"until", buf_slice(&until)},
                                            {"zone", at->zone_name}};
        words_put(lang, "redress.left", values, COUNT_OF(values), out);
        buf_byte(out, '\n');
    }
    return OK;
}

/* Their address, if they may be written to there. The data key is set. */
static RESULT address_open(const struct slice_of *at, struct subject_no no, const struct record *record,
                           struct buf *to, struct buf *name)
{
    struct shop *shop = at->batch->shop;
    if (!(record->held >> FIELD_EMAIL & 1)) return OK;
    TRY(record_field(shop, no, record, FIELD_EMAIL, to));
    if (record->held >> FIELD_NAME & 1) TRY(record_field(shop, no, record, FIELD_NAME, name));
    return OK;
}

static void set_add_one(struct slice_of *at, struct subject_no no, uint64_t opened,
                        const struct secret *data_key)
{
    struct crypto *crypto = at->batch->shop->crypto;
    struct hash salt = {{0}};
    at->set[at->count] = (struct sighted){no, opened, 0};
    at->draft.entry.full |= opened;
    leaf_salt(crypto, data_key, at->draft.entry.nonce, &salt);
    set_leaf(crypto, &salt, &at->set[at->count], NULL, &at->leaves[at->count]);
    at->count++;
}

static RESULT person_mail(struct slice_of *at, struct subject_no no, const struct record *record)
{
    struct shop *shop = at->batch->shop;
    const struct campaign_spec *spec = &at->campaign->spec;
    struct slice lang = record->lang[0] ? slice_text(record->lang) : at->head.lang;
    SCOPED(buf_done) struct buf lines = {0}, to = {0}, name = {0};
    SECRET data_key = {{0}};
    TRY(left_put(at, no, lang, &lines));
    if (lines.len == 0) return OK;
    TRY(record_unlock(shop, no, record, &data_key));
    TRY(address_open(at, no, record, &to, &name));
    if (!mail_address_good(buf_slice(&to))) return OK;
    const struct mail_value values[] = {
        {"title", spec->title},
        {"lines", buf_slice(&lines)},
        {"contact", at->head.reply_to.len > 0 ? at->head.reply_to : at->head.from}};
    const struct mail_draft draft = {.kind = MAIL_REDRESS_ENDING,
                                     .to = buf_slice(&to),
                                     .to_name = buf_slice(&name),
                                     .lang = lang,
                                     .subject = no,
                                     .values = values,
                                     .count = COUNT_OF(values)};
    TRY(mail_queue(at->batch, &draft));
    set_add_one(at, no, ((uint64_t)1 << FIELD_EMAIL | (uint64_t)1 << FIELD_NAME) & record->held, &data_key);
    return OK;
}

/* Who was erased, asked for silence or changed their address a moment ago is passed over. */
static RESULT person_remind(struct slice_of *at, struct subject_no no)
{
    struct shop *shop = at->batch->shop;
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    struct result got = record_get(shop, no, false, &bytes, &record, NULL);
    if (got.code == CODE_NOT_FOUND) return OK;
    TRY(got);
    bool silent = at->silence && (record.held & field_bit(at->silence));
    bool linked = record.state == SUBJECT_LINKED && !at->campaign->spec.linked;
    if (silent || linked || contact_held_until(shop, &record) != 0) return OK;
    return person_mail(at, no, &record);
}

static RESULT slice_take(struct batch *batch, const struct campaign *campaign, size_t lead, bool *noted)
{
    struct shop *shop = batch->shop;
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct receipt receipt = {0};
    uint64_t upto = 0, told = 0;
    TRY(progress_get(shop, campaign, lead, PROGRESS_UPTO, &upto));
    if (all_seen(campaign, upto)) return OK;
    struct slice_of at = {.batch = batch,
                          .campaign = campaign,
                          .zone_name = campaign->spec.zone.len > 0 ? campaign->spec.zone : SLICE_TEXT("UTC"),
                          .silence = field_find(&shop->fields, SLICE_TEXT("do_not_contact")),
                          .draft = batch_draft(batch, &system, ENTRY_REMIND),
                          .set = arena_take(batch->arena, REMIND_SLICE * sizeof *at.set),
                          .leaves = arena_take(batch->arena, REMIND_SLICE * sizeof *at.leaves)};
    TRY(post_head(shop, &at.head));
    TRY(campaign_zone(shop, campaign->spec.zone, &at.zone));
    TRY(progress_get(shop, campaign, lead, PROGRESS_TOLD, &told)); /* before anything is written */
    for (uint64_t no = upto + 1, n = 0; n < REMIND_SLICE && set_next(&campaign->people, no, &no); n++) {
        struct result reminded = person_remind(&at, (struct subject_no){no});
        if (reminded.code != CODE_CORRUPT) TRY(reminded); /* tampering is for verify to tell */
        upto = no++;
    }
    TRY(progress_put(batch, campaign, lead, PROGRESS_UPTO, upto));
    TRY(progress_put(batch, campaign, lead, PROGRESS_TOLD, told + at.count));
    *noted = true;
    if (at.count == 0) return OK;
    at.draft.set = at.set;
    at.draft.leaves = at.leaves;
    at.draft.set_count = at.count;
    at.draft.entry.object_kind = campaign->spec.leads[lead];
    at.draft.entry.object_id = campaign->id;
    batch_append(batch, &at.draft, &receipt);
    return OK;
}

RESULT reminders_due(struct batch *batch, bool *noted)
{
    struct shop *shop = batch->shop;
    struct redress *redress = NULL;
    uint64_t mails[MAIL_STATES] = {0};
    if (shop->access.redress.count == 0 || shop->access.quiet_us != 0) return OK;
    TRY(campaigns_of(batch, &redress));
    for (size_t i = 0; i < redress->count; i++) {
        size_t lead = SIZE_MAX;
        uint64_t upto = 0;
        TRY(lead_due(shop, &redress->at[i].spec, batch->now_us, &lead));
        if (lead == SIZE_MAX) continue;
        TRY(progress_get(shop, &redress->at[i], lead, PROGRESS_UPTO, &upto));
        if (all_seen(&redress->at[i], upto)) continue;
        struct result way = notices_way(shop, NOTICE_BY_MAIL, batch->now_us);
        if (way.code == CODE_CONFLICT || way.code == CODE_NOT_FOUND)
            return OK; /* there is no way, or it is new */
        TRY(way);
        TRY(post_counts(shop, mails));
        if (mails[MAIL_WAITING] > REMIND_QUEUE_MAX) return OK;
        return slice_take(batch, &redress->at[i], lead, noted);
    }
    return OK;
}

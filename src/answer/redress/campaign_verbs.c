/* Campaigns: opened, changed, announced by two people, given new codes. */
#include "answer/incident/incident.h"
#include "answer/incident/kept_set.h"
#include "answer/incident/lawbook.h"
#include "answer/redress/campaign_told.h"
#include "answer/redress/money.h"
#include "answer/redress/remind.h"
#include "answer/redress/terms.h"
#include "answer/redress/verbs.h"
#include "answer/scope/count.h"
#include "base/text.h"
#include "crypto/age.h"
#include "keep/access/approval.h"
#include "keep/access/changes.h"
#include "keep/put.h"
#include "mail/texts.h"

#include <stdio.h>
#include <string.h>

enum { CAMPAIGN_TERMS = 1, NOTICE_DAYS = 14, SPAN_DAYS_MAX = 3660 };

/* Whom the count exposes, of these fields. */
static RESULT exposed_gather(struct batch *batch, const struct reader *reader,
                             const struct campaign_open_ask *ask, struct campaign_spec *spec, struct set *out)
{
    struct shop *shop = batch->shop;
    struct incident *incident = NULL;
    uint32_t newest = 0;
    SCOPED(scope_done) struct scope scope = {0};
    SCOPED(scope_field_done) struct scope_field field = {0};
    TRY(access_act(reader, ACT_INCIDENT));
    TRY(incident_find(batch, reader, ask->incident, &incident));
    TRY(shop->store->exposure->newest(shop->store, incident->no, &newest));
    if (newest == 0 || ask->number > newest)
        return FAIL(NOT_FOUND, "scope: nothing was counted yet, or not that often");
    spec->incident = incident->no;
    spec->count = ask->number > 0 ? (uint32_t)ask->number : newest;
    TRY(count_load(shop->store, spec->incident, spec->count, &scope));
    scope_field(&scope, UINT64_MAX, &field);
    bool known = !slice_is(ask->class, "possible"), possible = !slice_is(ask->class, "known");
    if (ask->class.len > 0 && known && possible) return FAIL(INVALID, "class: known or possible; none: both");
    if (known) {
        set_union_in(out, &field.full);
        set_union_in(out, &field.masked);
        set_union_in(out, &field.observed);
        set_union_in(out, &field.found);
    }
    if (possible) set_union_in(out, &field.possible);
    return OK;
}

/* The highest number: it stands in the last chunk. */
static uint64_t last_of(struct set *set)
{
    SCOPED(buf_done) struct buf bytes = {0};
    uint64_t chunk = 0, last = 0;
    set_chunk_get(set, set_chunk_count(set) - 1, &chunk, &bytes);
    for (uint64_t next = chunk << SET_CHUNK_BITS; set_next(set, next, &next); next++) last = next;
    return last;
}

static RESULT people_gather(struct batch *batch, const struct reader *reader,
                            const struct campaign_open_ask *ask, struct campaign_spec *spec, struct set *out)
{
    struct shop *shop = batch->shop;
    if (slice_is(ask->who, "all")) {
        if (shop->last.at > 0) set_add_range(out, 1, shop->last.at);
    } else if (slice_is(ask->who, "listed")) {
        for (size_t i = 0; i < ask->subjects.count; i++) {
            struct subject_no no = {0};
            struct record record;
            SCOPED(buf_done) struct buf bytes = {0};
            TRY(id_get(shop, ID_SUBJECT, ask->subjects.at[i], &no.at));
            TRY(record_get(shop, no, false, &bytes, &record, NULL));
            (void)set_add(out, no.at);
        }
    } else if (ask->who.len == 0 || slice_is(ask->who, "exposed")) {
        TRY(exposed_gather(batch, reader, ask, spec, out));
    } else {
        return FAIL(INVALID, "who: exposed (with incident), listed (with subjects) or all");
    }
    spec->people_count = set_count(out);
    if (spec->people_count == 0) return FAIL(CONFLICT, "campaign: nobody would have it");
    spec->people_last = last_of(out);
    if (spec->people_last + 1 >= UINT64_C(1) << VOUCHER_SERIALS_LOG2)
        return FAIL(TOO_MANY, "campaign: customers of a number above 2^%d have no codes",
                    VOUCHER_SERIALS_LOG2);
    set_hash(shop->crypto, out, &spec->people);
    return OK;
}

/* "travel=20000", or of a benefit "music=3 month". */
static RESULT part_read(struct slice text, const struct campaign_spec *spec, struct part *out)
{
    struct slice name = text, worth = {0};
    unsigned digits = spec->digits;
    const uint8_t *equal = memchr(text.at, '=', text.len);
    if (!equal) return FAIL(INVALID, "parts: each NAME=AMOUNT, or NAME=NUMBER UNIT for a benefit");
    name.len = (size_t)(equal - text.at);
    worth = slice_from(text, name.len + 1);
    const uint8_t *blank = worth.len > 0 ? memchr(worth.at, ' ', worth.len) : NULL;
    struct slice unit = blank ? slice_from(worth, (size_t)(blank - worth.at) + 1) : (struct slice){0};
    if (blank) worth.len = (size_t)(blank - worth.at);
    bool good = name.len > 0 && name.len <= PART_NAME_BYTES_MAX && unit.len <= UNIT_BYTES_MAX &&
                text_plain(name) && text_plain(unit);
    for (size_t i = 0; i < name.len; i++) good = good && name.at[i] > ' ';
    if (!good) return FAIL(INVALID, "parts: a name is a word of at most %d bytes", PART_NAME_BYTES_MAX);
    if (unit.len == 0 && !spec->currency[0])
        return FAIL(MEMBER_MISSING, "currency: which one the parts are in");
    if (unit.len > 0) digits = 0;
    TRY(amount_get(worth, digits, &out->worth));
    if (out->worth == 0) return FAIL(INVALID, "parts: each is worth something");
    memcpy(out->name, name.at, name.len);
    if (unit.len > 0) memcpy(out->unit, unit.at, unit.len);
    return OK;
}

static RESULT parts_read(const struct campaign_open_ask *ask, struct campaign_spec *spec)
{
    if (ask->currency.len > 0) {
        TRY(currency_find(ask->currency, &spec->digits));
        memcpy(spec->currency, ask->currency.at, CURRENCY_CHARS);
    }
    if (ask->parts.count == 0 || ask->parts.count > PARTS_MAX)
        return FAIL(MEMBER_MISSING, "parts: 1 to %d", PARTS_MAX);
    for (size_t i = 0; i < ask->parts.count; i++) {
        struct part *part = &spec->parts[i];
        TRY(part_read(ask->parts.at[i], spec, part));
        for (size_t k = 0; k < i; k++) {
            if (strcmp(spec->parts[k].name, part->name) == 0)
                return FAIL(INVALID, "parts: two have the same name");
        }
        if (part->worth > AMOUNT_MAX / spec->people_count)
            return FAIL(INVALID, "parts: all of %s together are more than any amount", part->name);
        part->budget = part->worth * spec->people_count;
        spec->part_count++;
    }
    return OK;
}

/* "travel=1000000": a budget that does not reach for everybody is first come, first served; and says so in its terms. */
static RESULT budgets_read(const struct texts *budgets, struct campaign_spec *spec)
{
    for (size_t i = 0; i < budgets->count; i++) {
        struct slice text = budgets->at[i];
        const uint8_t *equal = text.len > 0 ? memchr(text.at, '=', text.len) : NULL;
        struct part *part = NULL;
        struct slice name = {text.at, equal ? (size_t)(equal - text.at) : 0};
        for (size_t k = 0; k < spec->part_count; k++) {
            if (slice_is(name, spec->parts[k].name)) part = &spec->parts[k];
        }
        if (!part) return FAIL(INVALID, "budgets: each PART=AMOUNT of a part that there is");
        TRY(amount_get(slice_from(text, name.len + 1), part->unit[0] ? 0 : spec->digits, &part->budget));
    }
    return OK;
}

RESULT campaign_zone(struct shop *shop, struct slice name, struct zone *out)
{
    const struct lawbook *book = NULL;
    if (name.len == 0) return zone_parse(SLICE_TEXT("UTC0"), out);
    TRY(lawbook(shop, &book));
    const struct law_country *country = law_country_at(book->law, 0);
    for (size_t i = 1; country; i++) {
        if (slice_is(name, country->zone)) return zone_parse(slice_text(country->rule), out);
        country = law_country_at(book->law, i);
    }
    struct result got = zone_parse(name, out);
    return got.code == CODE_OK
               ? OK
               : FAIL(INVALID, "zone: a name such as Asia/Seoul, or a rule of POSIX such as KST-9");
}

/* A time, or a day of that zone: of an end its last instant. */
static RESULT moment(struct slice text, const struct zone *zone, bool end, int64_t *out)
{
    int64_t day = 0;
    if (text.len != 10) return time_get(text, out);
    TRY(date_get(text, &day));
    *out = zone_instant(zone, end ? day + 1 : day, 0);
    return OK;
}

static RESULT dates_read(struct batch *batch, struct slice from, struct slice until,
                         struct campaign_spec *spec)
{
    struct zone zone = {0};
    TRY(campaign_zone(batch->shop, spec->zone, &zone));
    if (from.len > 0) TRY(moment(from, &zone, false, &spec->from_us));
    if (until.len > 0) TRY(moment(until, &zone, true, &spec->until_us));
    if (spec->from_us >= spec->until_us || spec->until_us <= batch->now_us ||
        spec->until_us > batch->now_us + SPAN_DAYS_MAX * DAY_US)
        return FAIL(INVALID, "until: behind its beginning and now, and within ten years");
    return OK;
}

static RESULT recipient_check(struct slice text)
{
    struct age_recipient recipient = {{0}};
    return text.len == 0 ? OK : age_recipient_get(text, &recipient);
}

RESULT verb_campaign_open(struct batch *batch, const struct reader *reader,
                          const struct campaign_open_ask *ask, struct answer *out)
{
    struct redress *redress = NULL;
    struct receipt receipt = {0};
    struct campaign_spec spec = {.state = CAMPAIGN_DRAFT,
                                 .title = ask->title,
                                 .purpose = ask->purpose,
                                 .linked = ask->linked,
                                 .from_us = batch->now_us,
                                 .zone = ask->zone,
                                 .refund_days =
                                     ask->refund_days > 0 ? (uint32_t)ask->refund_days : REFUND_DAYS,
                                 .recipient = ask->recipient,
                                 .terms = {ask->terms_en, ask->terms_id, ask->terms_ko},
                                 .version = 1};
    SCOPED(set_done) struct set people = {0};
    TRY(campaigns_of(batch, &redress));
    if (redress->count >= CAMPAIGNS_MAX)
        return FAIL(TOO_MANY, "campaign: %d are all that a shop may have", CAMPAIGNS_MAX);
    TRY(recipient_check(ask->recipient));
    TRY(dates_read(batch, ask->from, ask->until, &spec));
    TRY(people_gather(batch, reader, ask, &spec, &people));
    TRY(parts_read(ask, &spec));
    TRY(budgets_read(&ask->budgets, &spec));
    TRY(remind_leads_get(&ask->remind, &spec));
    TRY(campaign_key_new(batch->shop, &spec.epochs[0]));
    uint32_t id = (uint32_t)redress->count + 1;
    TRY(set_keep(batch_write(batch), &people, &spec.people));
    TRY(campaign_put(batch, reader, id, &spec, &receipt));
    TRY(campaigns_of(batch, &redress));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    TRY(campaign_told(batch->shop, &redress->at[id - 1], &out->body));
    return OK;
}

/* May these terms be announced? Every language has its own, and each thing that takes away was accepted by name. */
static RESULT terms_may(const struct campaign_spec *spec, const struct texts *accepted, uint32_t *conditions)
{
    SCOPED(buf_done) struct buf told = {0};
    for (size_t i = 0; i < TERMS_LANGUAGES; i++) {
        if (spec->terms[i].len == 0)
            return FAIL(CHECK_NOT_MET, "terms: none in %s; people read their own language", mail_language(i));
    }
    struct terms_found found = campaign_terms_told(spec, &told);
    for (int flag = 0; flag < TERMS_FLAGS; flag++) {
        const char *name = terms_flag_name((enum terms_flag)flag);
        bool knows = false;
        for (size_t i = 0; i < accepted->count; i++) knows |= slice_is(accepted->at[i], name);
        if ((found.flags >> flag & 1) && !knows)
            return FAIL(CHECK_NOT_MET,
                        "terms: %s: take the sentence out, or accept it by that name; status shows it", name);
    }
    *conditions = found.conditions;
    return OK;
}

/* Freeze what is promised, and ask for the second person. */
static RESULT announce(struct batch *batch, const struct reader *reader, const struct campaign *campaign,
                       const struct campaign_spec *asked, const struct texts *accepted, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct campaign next = {.id = campaign->id, .spec = *asked};
    struct draft draft = batch_draft(batch, reader, ENTRY_CAMPAIGN);
    struct receipt receipt = {0};
    struct redress *redress = NULL;
    uint32_t conditions = 0;
    bool put = false;
    SCOPED(buf_done) struct buf text = {0}, body = {0}, was = {0}, now = {0}, changes = {0};
    TRY(terms_may(asked, accepted, &conditions));
    next.spec.state = CAMPAIGN_ANNOUNCED;
    next.spec.announced++;
    next.spec.announced_us = batch->now_us;
    campaign_terms(&next, &text);
    draft.entry.object_kind = CAMPAIGN_TERMS;
    draft.entry.object_id = campaign->id;
    draft.entry.count = conditions;
    draft.entry.has_object = true;
    sha256_one(shop->crypto, buf_slice(&text), &draft.entry.object);
    batch_append(batch, &draft, &receipt);
    next.spec.terms_entry = receipt.index;
    campaign_write(&next.spec, &body);
    cbor_map(&now, 1);
    put_text(&now, "terms", buf_slice(&text));
    changes_put(buf_slice(&was), buf_slice(&now), &changes);
    const struct loosening loosening = {
        AUTHORITY_REDRESS,
        campaign->id,
        buf_slice(&body),
        {LOOSENS_CAMPAIGN, {SAID_NUMBER(campaign->id), SAID_NUMBER(next.spec.people_count)}},
        buf_slice(&changes)};
    TRY(loosen(batch, reader, &loosening, out, &put));
    if (!put) return OK;
    TRY(campaigns_of(batch, &redress));
    batch_receipt(out, &receipt);
    TRY(campaign_told(shop, &redress->at[next.id - 1], &out->body));
    return OK;
}

RESULT verb_campaign_announce(struct batch *batch, const struct reader *reader,
                              const struct campaign_announce_ask *ask, struct answer *out)
{
    struct redress *redress = NULL;
    struct campaign *campaign = NULL;
    TRY(campaigns_of(batch, &redress));
    TRY(campaign_find(batch->shop, redress, ask->id, &campaign));
    if (campaign->spec.state != CAMPAIGN_DRAFT)
        return FAIL(CONFLICT, "campaign: announced already; change it, with a new announcement");
    if (campaign_approval(batch->shop, campaign->id))
        return FAIL(CONFLICT, "campaign: it waits for a second person already");
    return announce(batch, reader, campaign, &campaign->spec, &ask->accepted, out);
}

/* Does the change take something away from people? Then they must be told anew. Names the first. */
static const char *worse(const struct campaign_spec *was, const struct campaign_spec *now)
{
    if (now->until_us < was->until_us) return "until";
    if (now->refund_days < was->refund_days) return "refund_days";
    for (size_t i = 0; i < TERMS_LANGUAGES; i++) {
        struct terms_found before = {0}, after = {0};
        struct slice language = slice_text(mail_language(i));
        terms_check(language, was->terms[i], &before);
        terms_check(language, now->terms[i], &after);
        if (after.conditions > before.conditions || (after.flags & ~before.flags)) return "terms";
    }
    return NULL;
}

RESULT verb_campaign_change(struct batch *batch, const struct reader *reader,
                            const struct campaign_change_ask *ask, struct answer *out)
{
    struct redress *redress = NULL;
    struct campaign *campaign = NULL;
    struct receipt receipt = {0};
    const struct slice terms[] = {ask->terms_en, ask->terms_id, ask->terms_ko};
    TRY(campaigns_of(batch, &redress));
    TRY(campaign_find(batch->shop, redress, ask->id, &campaign));
    if (campaign_approval(batch->shop, campaign->id))
        return FAIL(CONFLICT, "campaign: it waits for a second person; cancel that first");
    struct campaign_spec spec = campaign->spec;
    if (spec.state == CAMPAIGN_HALTED)
        return FAIL(VOUCHER_HALTED, "campaign: it was stopped; give it new codes first");
    TRY(recipient_check(ask->recipient));
    if (ask->zone.len > 0) spec.zone = ask->zone;
    if (ask->from.len > 0 && spec.state != CAMPAIGN_DRAFT)
        return FAIL(CONFLICT, "from: it was announced; its beginning stands");
    if (ask->from.len + ask->until.len > 0) TRY(dates_read(batch, ask->from, ask->until, &spec));
    if (ask->refund_days > 0) spec.refund_days = (uint32_t)ask->refund_days;
    if (ask->recipient.len > 0) spec.recipient = ask->recipient;
    for (size_t i = 0; i < TERMS_LANGUAGES; i++) {
        if (terms[i].len > 0) spec.terms[i] = terms[i];
    }
    TRY(budgets_read(&ask->budgets, &spec));
    uint32_t id = campaign->id;
    if (spec.state == CAMPAIGN_DRAFT) {
        TRY(campaign_put(batch, reader, id, &spec, &receipt));
        TRY(campaigns_of(batch, &redress));
        batch_receipt(out, &receipt);
        TRY(campaign_told(batch->shop, &redress->at[id - 1], &out->body));
        return OK;
    }
    for (size_t i = 0; i < spec.part_count; i++) {
        if (spec.parts[i].budget < campaign->spec.parts[i].budget)
            return FAIL(CONFLICT, "budgets: %s would have less than was promised", spec.parts[i].name);
    }
    const char *what = worse(&campaign->spec, &spec);
    if (what && !ask->announce)
        return FAIL(CHECK_NOT_MET, "%s: worse than was announced; only with a new announcement (announce)",
                    what);
    if (spec.until_us < campaign->spec.until_us && spec.until_us < batch->now_us + NOTICE_DAYS * DAY_US)
        return FAIL(CHECK_NOT_MET, "until: people have %d days from a new announcement at least",
                    NOTICE_DAYS);
    return announce(batch, reader, campaign, &spec, &ask->accepted, out);
}

RESULT verb_campaign_rekey(struct batch *batch, const struct reader *reader,
                           const struct campaign_rekey_ask *ask, struct answer *out)
{
    struct redress *redress = NULL;
    struct campaign *campaign = NULL;
    struct receipt receipt = {0};
    TRY(campaigns_of(batch, &redress));
    TRY(campaign_find(batch->shop, redress, ask->id, &campaign));
    struct campaign_spec spec = campaign->spec;
    uint32_t id = campaign->id;
    if (spec.version == VERSIONS_MAX)
        return FAIL(TOO_MANY, "campaign: it had new codes %d times; open another one", VERSIONS_MAX);
    if (campaign_approval(batch->shop, id))
        return FAIL(CONFLICT, "campaign: it waits for a second person; have that decided first");
    TRY(campaign_key_new(batch->shop, &spec.epochs[spec.version]));
    spec.version++;
    if (spec.state == CAMPAIGN_HALTED) spec.state = CAMPAIGN_ANNOUNCED;
    TRY(campaign_put(batch, reader, id, &spec, &receipt));
    TRY(campaigns_of(batch, &redress));
    batch_receipt(out, &receipt);
    TRY(campaign_told(batch->shop, &redress->at[id - 1], &out->body));
    return OK;
}

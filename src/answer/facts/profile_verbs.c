/* The shop as laws see it, and whom to reach at authorities. */
#include "answer/facts/verbs.h"
#include "answer/incident/lawbook.h"
#include "base/text.h"
#include "keep/profile.h"
#include "keep/put.h"

#include <string.h>

static bool is_unsaid(struct slice text)
{
    return slice_is(text, "-");
}

static bool capitals(struct slice text, size_t len)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < 'A' || text.at[i] > 'Z') return false;
    }
    return text.len == len;
}

static RESULT code_take(const char *name, struct slice said, size_t len, char *out)
{
    if (said.len == 0) return OK;
    memset(out, 0, len + 1);
    if (is_unsaid(said)) return OK;
    if (!capitals(said, len)) return FAIL(INVALID, "%s: %zu capital letters, or - for not said", name, len);
    memcpy(out, said.at, len);
    return OK;
}

static bool amount_get(struct slice text, uint64_t *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return false;
        number = number * 10 + (uint64_t)(text.at[i] - '0'); /* 16 digits at most: no overflow */
    }
    *out = number;
    return text.len > 0 && number <= PROFILE_TURNOVER_MAX;
}

static RESULT money_take(const char *name, struct slice said, uint64_t *out)
{
    if (said.len == 0) return OK;
    if (amount_get(said, out)) return OK;
    if (!is_unsaid(said)) return FAIL(INVALID, "%s: whole units of the currency, or - for not said", name);
    *out = 0;
    return OK;
}

static RESULT answer_take(const char *name, struct slice said, enum profile_answer *out)
{
    if (said.len == 0) return OK;
    *out = slice_is(said, "yes") ? PROFILE_YES : slice_is(said, "no") ? PROFILE_NO : PROFILE_UNSAID;
    if (*out != PROFILE_UNSAID || is_unsaid(said)) return OK;
    return FAIL(INVALID, "%s: yes, no, or - for not said", name);
}

static void text_take(struct slice said, const struct buf *was, struct buf *out)
{
    if (said.len == 0) buf_slice_put(out, buf_slice(was));
    if (said.len > 0 && !is_unsaid(said)) buf_slice_put(out, said);
}

static const char *answer_name(enum profile_answer answer)
{
    return answer == PROFILE_YES ? "yes" : answer == PROFILE_NO ? "no" : "";
}

static void profile_tell(const struct profile *profile, struct buf *out)
{
    cbor_map(out, 10);
    put_text(out, "seat", slice_text(profile->seat));
    put_number(out, "turnover", profile->turnover);
    put_text(out, "currency", slice_text(profile->currency));
    put_text(out, "sector", slice_text(profile->sector));
    put_text(out, "marketplace", slice_text(answer_name(profile->marketplace)));
    put_text(out, "medium", slice_text(answer_name(profile->medium)));
    put_number(out, "prevention", profile->prevention);
    put_text(out, "name", buf_slice(&profile->name));
    put_text(out, "contact", buf_slice(&profile->contact));
    put_text(out, "desk", buf_slice(&profile->desk));
}

RESULT verb_profile_put(struct batch *batch, const struct reader *reader, const struct profile_put_ask *ask,
                        struct answer *out)
{
    const struct profile *was = profile_of(batch->shop);
    SCOPED(profile_done)
    struct profile now = {.turnover = was->turnover,
                          .marketplace = was->marketplace,
                          .medium = was->medium,
                          .prevention = was->prevention};
    struct receipt receipt = {0};
    memcpy(now.seat, was->seat, sizeof now.seat);
    memcpy(now.currency, was->currency, sizeof now.currency);
    memcpy(now.sector, was->sector, sizeof now.sector);
    TRY(code_take("seat", ask->seat, sizeof now.seat - 1, now.seat));
    TRY(code_take("currency", ask->currency, sizeof now.currency - 1, now.currency));
    TRY(money_take("turnover", ask->turnover, &now.turnover));
    TRY(money_take("prevention", ask->prevention, &now.prevention));
    TRY(answer_take("marketplace", ask->marketplace, &now.marketplace));
    TRY(answer_take("medium", ask->medium, &now.medium));
    if (ask->sector.len > 0) {
        memset(now.sector, 0, sizeof now.sector);
        if (!is_unsaid(ask->sector)) memcpy(now.sector, ask->sector.at, ask->sector.len);
    }
    if ((now.turnover > 0 || now.prevention > 0) && !now.currency[0])
        return FAIL(MEMBER_MISSING, "currency: an amount comes with its currency");
    text_take(ask->name, &was->name, &now.name);
    text_take(ask->contact, &was->contact, &now.contact);
    text_take(ask->desk, &was->desk, &now.desk);
    TRY(profile_put(batch, reader, &now, &receipt));
    batch_receipt(out, &receipt);
    profile_tell(&now, &out->body);
    return OK;
}

RESULT verb_profile_show(struct batch *batch, const struct reader *reader, const struct profile_show_ask *ask,
                         struct answer *out)
{
    (void)reader;
    (void)ask;
    profile_tell(profile_of(batch->shop), &out->body);
    return OK;
}

/* One that the shop found itself. */
static void own_put(const struct contact_row *contact, struct buf *out)
{
    cbor_map(out, 7);
    put_text(out, "from", SLICE_TEXT("shop"));
    put_number(out, "number", contact->id - PROFILE_ROW);
    put_text(out, "regime", slice_text(contact->regime));
    put_text(out, "recipient", slice_text(contact->recipient));
    put_text(out, "name", buf_slice(&contact->name));
    put_text(out, "way", buf_slice(&contact->way));
    put_text(out, "note", buf_slice(&contact->note));
}

static RESULT place_check(struct shop *shop, struct slice regime_id, struct slice recipient)
{
    const struct lawbook *book = NULL;
    if (regime_id.len == 0)
        return recipient.len == 0 ? OK : FAIL(MEMBER_MISSING, "regime: a recipient is one of its rules");
    TRY(lawbook(shop, &book));
    for (size_t i = 0; law_at(book->law, i); i++) {
        const struct law_regime *regime = law_at(book->law, i);
        if (!slice_is(regime_id, regime->id)) continue;
        bool found = recipient.len == 0;
        for (uint32_t j = 0; j < regime->recipients_count; j++)
            found = found || slice_is(recipient, regime->recipients[j].id);
        return found ? OK : FAIL(NOT_FOUND, "recipient: %s has none of that name", regime->id);
    }
    return FAIL(NOT_FOUND, "regime: there is none of that name; amanah law list");
}

RESULT verb_contact_put(struct batch *batch, const struct reader *reader, const struct contact_put_ask *ask,
                        struct answer *out)
{
    size_t count = 0;
    const struct contact_row *rows = contacts_of(batch->shop, &count);
    SCOPED(contact_done)
    struct contact_row now = {.id = (uint32_t)count + 1 + PROFILE_ROW, .gone = ask->drop};
    static const struct contact_row none;
    const struct contact_row *was = &none;
    struct receipt receipt = {0};
    if (ask->number > count || (ask->number > 0 && rows[ask->number - 1].gone))
        return FAIL(NOT_FOUND, "number: this shop's book has none of that number");
    if (ask->number > 0) {
        was = &rows[ask->number - 1];
        now.id = was->id;
    }
    if (ask->number == 0 && count == CONTACTS_MAX)
        return FAIL(TOO_MANY, "contacts: there are %d; change one instead", CONTACTS_MAX);
    if (ask->number == 0 && (ask->name.len == 0 || ask->way.len == 0 || ask->drop))
        return FAIL(MEMBER_MISSING, "name, way: say both");
    struct slice regime = ask->regime.len > 0 ? ask->regime : slice_text(was->regime);
    struct slice recipient = ask->recipient.len > 0 ? ask->recipient : slice_text(was->recipient);
    TRY(place_check(batch->shop, regime, recipient));
    if (regime.len > 0) memcpy(now.regime, regime.at, regime.len);
    if (recipient.len > 0) memcpy(now.recipient, recipient.at, recipient.len);
    text_take(ask->name, &was->name, &now.name);
    text_take(ask->way, &was->way, &now.way);
    text_take(ask->note, &was->note, &now.note);
    TRY(contact_put(batch, reader, &now, &receipt));
    batch_receipt(out, &receipt);
    out->head.flags |= ask->number == 0 ? ANSWER_CREATED : 0;
    own_put(&now, &out->body);
    return OK;
}

/* Those that the rules name, then the shop's own of the same rules. */
static size_t law_contacts(const struct law *law, struct slice only, struct buf *out)
{
    size_t items = 0;
    for (size_t i = 0; law_at(law, i); i++) {
        const struct law_regime *regime = law_at(law, i);
        if (only.len > 0 && !slice_is(only, regime->id)) continue;
        for (uint32_t j = 0; j < regime->recipients_count; j++, items++) {
            const struct law_recipient *one = &regime->recipients[j];
            cbor_map(out, 8);
            put_text(out, "from", SLICE_TEXT("law"));
            put_text(out, "regime", slice_text(regime->id));
            put_text(out, "recipient", slice_text(one->id));
            put_text(out, "name", slice_text(one->name));
            put_text(out, "way", slice_text(one->channel));
            put_text(out, "note", slice_text(one->about));
            put_text(out, "source", slice_text(one->source));
            put_text(out, "sure", slice_text(law_sure_name(one->sure)));
        }
    }
    return items;
}

RESULT verb_contact_list(struct batch *batch, const struct reader *reader, const struct contact_list_ask *ask,
                         struct answer *out)
{
    const struct lawbook *book = NULL;
    size_t count = 0;
    (void)reader;
    TRY(lawbook(batch->shop, &book));
    const struct contact_row *rows = contacts_of(batch->shop, &count);
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t array = cbor_open(&out->body), items = law_contacts(book->law, ask->regime, &out->body);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].gone || (ask->regime.len > 0 && !slice_is(ask->regime, rows[i].regime))) continue;
        own_put(&rows[i], &out->body);
        items++;
    }
    cbor_array_close(&out->body, array, items);
    return OK;
}

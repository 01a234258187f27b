#include "answer/desk/desk_priv.h"

#include "answer/incident/lawbook.h"
#include "base/text.h"
#include "keep/put.h"
#include "keep/record.h"
#include "mail/words.h"

#include <string.h>

struct ticket_row {
    enum matter_kind kind;
    const char *name;
    int64_t days, kept_days;
};
static const struct ticket_row tickets[] = {
#define TICKET(NAME, name, days, kept_days) {MATTER_##NAME, name, days, kept_days},
#include "answer/desk/kinds.def"
#undef TICKET
};

static const struct ticket_row *row_of(enum matter_kind kind)
{
    for (size_t i = 0; i < COUNT_OF(tickets); i++) {
        if (tickets[i].kind == kind) return &tickets[i];
    }
    return NULL;
}

enum matter_kind ticket_kind(struct slice name)
{
    for (size_t i = 0; i < COUNT_OF(tickets); i++) {
        if (slice_is(name, tickets[i].name)) return tickets[i].kind;
    }
    return (enum matter_kind)0;
}

const char *ticket_kind_name(enum matter_kind kind)
{
    const struct ticket_row *row = row_of(kind);
    return row ? row->name : NULL;
}

int64_t desk_kept_us(enum matter_kind kind)
{
    const struct ticket_row *row = row_of(kind);
    return row ? row->kept_days * DAY_US : INT64_MAX;
}

/* Does the regime stand there today? */
static bool stands(const struct law *law, const struct law_regime *regime, const char *country,
                   int64_t now_us)
{
    int64_t today = now_us / DAY_US, day = 0;
    bool meant = false;
    if (regime->from && date_get(slice_text(regime->from), &day).code == CODE_OK && today < day) return false;
    if (regime->to && date_get(slice_text(regime->to), &day).code == CODE_OK && today >= day) return false;
    for (uint32_t i = 0; i < regime->applies.persons.at_count; i++)
        meant = meant || law_country_in(law, country, regime->applies.persons.at[i]);
    return meant;
}

/* A country's code as C text; empty: none such. */
static void country_of(struct slice text, char out[3])
{
    memset(out, 0, 3);
    if (text.len == 2) memcpy(out, text.at, 2);
}

int64_t desk_due_us(const struct law *law, struct slice country, enum matter_kind kind, int64_t now_us,
                    const char **basis)
{
    const struct ticket_row *row = row_of(kind);
    const struct law_regime *regime = NULL;
    struct zone zone = {0};
    char code[3];
    int64_t due_us = 0;
    country_of(country, code);
    const struct law_country *place = code[0] ? law_country(law, code) : NULL;
    if (!place || zone_parse(slice_text(place->rule), &zone).code != CODE_OK) zone = (struct zone){0};
    for (size_t i = 0; place && (regime = law_at(law, i)) != NULL; i++) {
        if (regime->answers_count == 0 || !stands(law, regime, code, now_us)) continue;
        for (uint32_t k = 0; k < regime->answers_count; k++) {
            struct span span = {0};
            if (strcmp(regime->answers[k].to, row->name) != 0 ||
                span_get(slice_text(regime->answers[k].due), &span).code != CODE_OK)
                continue;
            int64_t end_us = span_end(span, LAW_COUNT_HOURS, now_us, &zone);
            if (due_us > 0 && due_us <= end_us) continue;
            due_us = end_us;
            *basis = regime->id;
        }
    }
    if (due_us > 0) return due_us;
    *basis = "policy";
    return now_us + row->days * DAY_US;
}

static const char *text_in(const struct form_texts *texts, struct slice lang)
{
    if (slice_is(lang, "id") && texts->id) return texts->id;
    if (slice_is(lang, "ko") && texts->ko) return texts->ko;
    return texts->en;
}

static void right_put(const struct law_regime *regime, struct slice lang, struct buf *out)
{
    static const char *const sure[] = {
#define SURE(NAME, name) [LAW_SURE_##NAME] = (name),
#include "answer/law/names.def"
#undef SURE
    };
    cbor_map(out, 5);
    put_text(out, "regime", slice_text(regime->id));
    put_text(out, "title", slice_text(text_in(&regime->title, lang)));
    put_text(out, "text", slice_text(text_in(&regime->rights->text, lang)));
    put_text(out, "source", slice_text(regime->rights->source ? regime->rights->source : ""));
    put_text(out, "sure", slice_text(sure[regime->rights->sure]));
}

void desk_rights_put(const struct law *law, struct slice country, struct slice lang, int64_t now_us,
                     struct buf *out)
{
    const struct law_regime *regime = NULL;
    size_t count = 0, mark = cbor_open(out);
    char code[3];
    country_of(country, code);
    for (size_t i = 0; code[0] && (regime = law_at(law, i)) != NULL; i++) {
        if (!regime->rights || !stands(law, regime, code, now_us)) continue;
        right_put(regime, lang, out);
        count++;
    }
    if (count == 0) {
        SCOPED(buf_done) struct buf text = {0};
        words_put(lang, "desk.rights", NULL, 0, &text);
        cbor_map(out, 5);
        put_text(out, "regime", (struct slice){0});
        put_text(out, "title", (struct slice){0});
        put_text(out, "text", buf_slice(&text));
        put_text(out, "source", (struct slice){0});
        put_text(out, "sure", SLICE_TEXT("general"));
        count++;
    }
    cbor_array_close(out, mark, count);
}

static RESULT ticket_check(const struct ticket_new *ticket)
{
    if (!row_of(ticket->kind)) return FAIL(INVALID, "kind: complaint, question, scam or rights");
    if (ticket->text.len == 0) return FAIL(MEMBER_MISSING, "text: what it is about");
    if (ticket->text.len > TICKET_TEXT_MAX || ticket->contact.len > TICKET_CONTACT_MAX ||
        ticket->sender.len > TICKET_SENDER_MAX)
        return FAIL(FIELD_TOO_LONG, "text: at most %d bytes, contact %d, sender %d", TICKET_TEXT_MAX,
                    TICKET_CONTACT_MAX, TICKET_SENDER_MAX);
    return OK;
}

/* Of whom it is: what their record says where the ticket does not. */
struct asker {
    char country[3], lang[4];
};

static RESULT asker_of(struct shop *shop, const struct ticket_new *ticket, struct asker *out)
{
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    if (ticket->subject.at > 0) {
        TRY(record_get(shop, ticket->subject, false, &bytes, &record, NULL));
        memcpy(out->country, record.country, sizeof out->country);
        memcpy(out->lang, record.lang, sizeof out->lang);
    }
    if (ticket->country.len == 2) country_of(ticket->country, out->country);
    if (ticket->lang.len > 0 && ticket->lang.len < sizeof out->lang) {
        memset(out->lang, 0, sizeof out->lang);
        memcpy(out->lang, ticket->lang.at, ticket->lang.len);
    }
    return OK;
}

static void advice_put(struct slice lang, struct buf *out)
{
    static const char *const keys[] = {"desk.scam", "notice.advice.never"};
    cbor_text(out, SLICE_TEXT("advice"));
    cbor_array(out, COUNT_OF(keys));
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        SCOPED(buf_done) struct buf text = {0};
        words_put(lang, keys[i], NULL, 0, &text);
        cbor_text(out, buf_slice(&text));
    }
}

RESULT desk_open(struct batch *batch, const struct reader *reader, const struct ticket_new *ticket,
                 struct answer *out)
{
    struct shop *shop = batch->shop;
    const struct lawbook *book = NULL;
    const char *basis = NULL;
    struct asker asker = {{0}, {0}};
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf text = {0};
    TRY(ticket_check(ticket));
    TRY(asker_of(shop, ticket, &asker));
    TRY(lawbook(shop, &book));
    struct matter_row row = {
        .kind = ticket->kind, .subject = ticket->subject.at, .about = ticket->incident, .state = TICKET_OPEN};
    row.due_us = desk_due_us(book->law, slice_text(asker.country), ticket->kind, batch->now_us, &basis);
    cbor_map(&text, 7);
    put_text(&text, "act", SLICE_TEXT("opened"));
    put_text(&text, "text", ticket->text);
    put_text(&text, "contact", ticket->contact);
    put_text(&text, "sender", ticket->sender);
    put_text(&text, "lang", slice_text(asker.lang));
    put_text(&text, "country", slice_text(asker.country));
    put_text(&text, "basis", slice_text(basis));
    TRY(matter_add(batch, reader, &row, buf_slice(&text), &receipt));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    cbor_map(&out->body, ticket->kind == MATTER_SCAM ? 7 : 6);
    put_id(shop, &out->body, "id", ID_TICKET, row.no);
    put_text(&out->body, "kind", slice_text(ticket_kind_name(ticket->kind)));
    put_text(&out->body, "state", slice_text(matter_state_name(row.kind, row.state)));
    put_time(&out->body, "due", row.due_us);
    put_text(&out->body, "basis", slice_text(basis));
    cbor_text(&out->body, SLICE_TEXT("rights"));
    desk_rights_put(book->law, slice_text(asker.country), slice_text(asker.lang), batch->now_us, &out->body);
    if (ticket->kind == MATTER_SCAM) advice_put(slice_text(asker.lang), &out->body);
    return OK;
}

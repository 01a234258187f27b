/* Tickets as staff see them: taken in, listed, read, answered, given to somebody who answers for them, closed. */
#include "answer/desk/desk_priv.h"
#include "answer/desk/verbs.h"
#include "answer/incident/incident.h"
#include "answer/incident/lawbook.h"
#include "answer/redress/wallet.h"
#include "keep/access/staff.h"
#include "keep/post.h"
#include "keep/put.h"
#include "keep/record.h"
#include "keep/spend.h"
#include "keep/watch/canary.h"

#include <string.h>

RESULT verb_ticket_open(struct batch *batch, const struct reader *reader, const struct ticket_open_ask *ask,
                        struct answer *out)
{
    struct ticket_new ticket = {.kind = ticket_kind(ask->kind),
                                .text = ask->text,
                                .contact = ask->contact,
                                .sender = ask->sender,
                                .lang = ask->lang,
                                .country = ask->country};
    if (ask->subject.len > 0) {
        TRY(id_get(batch->shop, ID_SUBJECT, ask->subject, &ticket.subject.at));
        canary_touched(batch, reader, ticket.subject);
    }
    if (ask->incident.len > 0) {
        struct incident *incident = NULL;
        TRY(incident_find(batch, reader, ask->incident, &incident));
        ticket.incident = incident->no;
    }
    return desk_open(batch, reader, &ticket, out);
}

static void row_put(struct shop *shop, const struct matter_row *row, int64_t now_us, struct buf *out)
{
    const char *kind = ticket_kind_name((enum matter_kind)row->kind);
    put_id(shop, out, "id", ID_TICKET, row->no);
    put_text(out, "kind", slice_text(kind ? kind : "?"));
    put_text(out, "state", slice_text(matter_state_name(row->kind, row->state)));
    put_time(out, "opened", row->made_us);
    put_time_or_null(out, "due", row->due_us);
    put_bool(out, "overdue", row->due_us > 0 && row->due_us <= now_us);
    cbor_text(out, SLICE_TEXT("owner"));
    if (row->owner == 0) {
        cbor_null(out);
        return;
    }
    SCOPED(buf_done) struct buf owner = {0};
    id_put(shop, ID_STAFF, (uint32_t)row->owner, &owner);
    cbor_text(out, buf_slice(&owner));
}
enum { ROW_MEMBERS = 7 };

struct listing {
    struct shop *shop;
    const struct reader *reader;
    struct buf *out;
    const struct ticket_list_ask *ask;
    enum matter_kind kind;
    uint32_t state;
    int64_t now_us;
    uint64_t limit, count, last;
    bool more;
};

/* No text, and not whose it is: reading one is a look. */
static RESULT list_add(void *context, const struct matter_row *row)
{
    struct listing *listing = context;
    bool meant = ticket_kind_name((enum matter_kind)row->kind) != NULL &&
                 (listing->kind == 0 || listing->kind == (enum matter_kind)row->kind) &&
                 (listing->state == 0 || listing->state == row->state) &&
                 (!listing->ask->overdue || (row->due_us > 0 && row->due_us <= listing->now_us));
    if (!meant || listing->more) return OK;
    TRY(desk_seen(listing->shop, listing->reader, row, &meant));
    if (!meant) return OK;
    if (listing->count == listing->limit) {
        listing->more = true;
        return OK;
    }
    cbor_map(listing->out, ROW_MEMBERS);
    row_put(listing->shop, row, listing->now_us, listing->out);
    listing->count++;
    listing->last = row->no;
    return OK;
}

static RESULT state_get(struct slice name, uint32_t *out)
{
    for (uint32_t state = TICKET_OPEN; state <= TICKET_FORGOTTEN; state++) {
        if (slice_is(name, matter_state_name(MATTER_COMPLAINT, state))) *out = state;
    }
    return name.len == 0 || *out > 0 ? OK : FAIL(INVALID, "state: open, answered, closed or forgotten");
}

RESULT verb_ticket_list(struct batch *batch, const struct reader *reader, const struct ticket_list_ask *ask,
                        struct answer *out)
{
    struct shop *shop = batch->shop;
    struct listing listing = {.shop = shop,
                              .reader = reader,
                              .out = &out->body,
                              .ask = ask,
                              .now_us = batch->now_us,
                              .limit = ask->limit > 0 ? ask->limit : 100};
    uint64_t after = 0;
    if (ask->kind.len > 0) {
        listing.kind = ticket_kind(ask->kind);
        if (listing.kind == 0) return FAIL(INVALID, "kind: complaint, question, scam or rights");
    }
    TRY(state_get(ask->state, &listing.state));
    if (ask->after.len > 0) TRY(id_get(shop, ID_TICKET, ask->after, &after));
    cbor_map(&out->body, 2);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body);
    TRY(shop->store->matter->each(shop->store, listing.kind, after, list_add, &listing));
    cbor_array_close(&out->body, mark, listing.count);
    if (listing.more)
        put_id(shop, &out->body, "next", ID_TICKET, listing.last);
    else {
        cbor_text(&out->body, SLICE_TEXT("next"));
        cbor_null(&out->body);
    }
    return OK;
}

struct lines {
    struct shop *shop;
    struct buf *out;
    struct slice lang; /* of the first line; borrowed from `kept` */
    struct slice country, contact;
    struct buf kept;
    size_t count;
};

static void lines_done(struct lines *lines)
{
    buf_done(&lines->kept);
}

static RESULT line_put(void *context, const struct matter_line *line)
{
    static const char *const members[] = {"act", "text", "contact", "sender", "lang", "country", "basis"};
    struct lines *lines = context;
    SCOPED(buf_done) struct buf reader = {0};
    struct buf *out = lines->out;
    if (line->n == 1) {
        buf_slice_put(&lines->kept, line->text);
        struct slice map = buf_slice(&lines->kept);
        lines->lang = matter_text(map, "lang");
        lines->country = matter_text(map, "country");
        lines->contact = matter_text(map, "contact");
    }
    lines->count++;
    if (!out) return OK;
    size_t mark = cbor_open(out), count = 5;
    put_number(out, "line", line->n);
    put_number(out, "entry", line->entry);
    put_time(out, "time", line->time_us);
    reader_put(lines->shop, line->reader, &reader);
    put_text(out, "reader", buf_slice(&reader));
    put_text(out, "state", slice_text(matter_state_name(line->then.kind, line->then.state)));
    count += matter_texts_put(line->text, members, COUNT_OF(members), out);
    cbor_map_close(out, mark, count);
    return OK;
}

RESULT desk_seen(struct shop *shop, const struct reader *reader, const struct matter_row *row, bool *out)
{
    struct incidents *incidents = NULL;
    struct matter_row pool = *row;
    if (row->kind == MATTER_CLAIM || row->kind == MATTER_MANDATE) TRY(matter_find(shop, row->about, &pool));
    *out = pool.about == 0;
    if (*out) return OK;
    TRY(incidents_of(shop, &incidents));
    for (size_t i = 0; i < incidents->count; i++) {
        const struct incident *at = &incidents->at[i];
        bool seen = incident_seen_by(shop, at, reader);
        *out = *out || (at->no == pool.about && seen);
    }
    return OK;
}

struct seeing {
    struct shop *shop;
    const struct reader *reader;
    struct desk_list *list;
};

static RESULT seen_add(void *context, const struct matter_row *row)
{
    struct seeing *seeing = context;
    struct desk_list *list = seeing->list;
    bool seen = false;
    TRY(desk_seen(seeing->shop, seeing->reader, row, &seen));
    if (seen && list->count < list->most) list->at[list->count++] = *row;
    return OK;
}

RESULT desk_list(struct batch *batch, const struct reader *reader, enum matter_kind kind,
                 struct desk_list *out)
{
    struct store *store = batch->shop->store;
    struct seeing seeing = {batch->shop, reader, out};
    out->at = arena_take(batch->arena, out->most * sizeof *out->at);
    out->count = 0;
    return store->matter->each(store, kind, 0, seen_add, &seeing);
}

RESULT desk_find(struct shop *shop, const struct reader *reader, enum id_kind kind, struct slice id,
                 struct matter_row *out)
{
    uint64_t no = 0;
    bool seen = false;
    TRY(id_get(shop, kind, id, &no));
    TRY(matter_find(shop, no, out));
    TRY(desk_seen(shop, reader, out, &seen));
    return seen && matter_id_kind(out->kind) == kind ? OK : FAIL(NOT_FOUND, "there is none of that id");
}

RESULT desk_read_note(struct batch *batch, const struct reader *reader, const struct matter_row *row,
                      struct answer *out)
{
    struct shop *shop = batch->shop;
    struct draft draft = batch_draft(batch, reader, ENTRY_RELIEF);
    const struct sighted sighted = {{row->subject}, 0, 0};
    struct hash salt = {{0}}, leaf = {{0}};
    struct receipt receipt = {0};
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    SECRET data_key = {{0}};
    draft.entry.object_kind = RELIEF_TICKET;
    draft.entry.object_id = row->no;
    if (row->subject > 0) {
        TRY(record_get(shop, sighted.no, true, &bytes, &record, NULL));
        if (record.state != SUBJECT_ERASED) {
            TRY(spend(batch, reader, &sighted, 1, out));
            TRY(record_unlock(shop, sighted.no, &record, &data_key));
            leaf_salt(shop->crypto, &data_key, draft.entry.nonce, &salt);
            set_leaf(shop->crypto, &salt, &sighted, NULL, &leaf);
            draft.set = &sighted;
            draft.leaves = &leaf;
            draft.set_count = 1;
        }
    }
    batch_append(batch, &draft, &receipt);
    batch_receipt(out, &receipt);
    return OK;
}

RESULT verb_ticket_show(struct batch *batch, const struct reader *reader, const struct ticket_show_ask *ask,
                        struct answer *out)
{
    struct shop *shop = batch->shop;
    struct matter_row row = {0};
    const struct lawbook *book = NULL;
    SCOPED(lines_done) struct lines lines = {.shop = shop, .out = &out->body};
    TRY(desk_find(shop, reader, ID_TICKET, ask->id, &row));
    TRY(desk_read_note(batch, reader, &row, out));
    TRY(lawbook(shop, &book));
    size_t whole = cbor_open(&out->body), members = ROW_MEMBERS + 2;
    row_put(shop, &row, batch->now_us, &out->body);
    if (row.subject > 0) {
        put_id(shop, &out->body, "subject", ID_SUBJECT, row.subject);
        members++;
    }
    if (row.about > 0) {
        put_id(shop, &out->body, "incident", ID_INCIDENT, row.about);
        members++;
    }
    cbor_text(&out->body, SLICE_TEXT("lines"));
    size_t mark = cbor_open(&out->body);
    TRY(matter_read(shop, &row, line_put, &lines));
    cbor_array_close(&out->body, mark, lines.count);
    cbor_text(&out->body, SLICE_TEXT("rights"));
    desk_rights_put(book->law, lines.country, lines.lang, batch->now_us, &out->body);
    cbor_map_close(&out->body, whole, members);
    return OK;
}

/* Where its answer goes: the address that somebody left, or the customer's own. */
static RESULT address_of(struct shop *shop, const struct matter_row *row, const struct lines *lines,
                         struct buf *out)
{
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    SECRET data_key = {{0}};
    if (row->subject == 0) {
        buf_slice_put(out, lines->contact);
        return OK;
    }
    const struct subject_no no = {row->subject};
    TRY(record_get(shop, no, false, &bytes, &record, NULL));
    if (!(record.held >> FIELD_EMAIL & 1)) return OK;
    TRY(record_unlock(shop, no, &record, &data_key));
    return record_field(shop, no, &record, FIELD_EMAIL, out);
}

static RESULT answer_mail(struct batch *batch, const struct matter_row *row, struct slice text)
{
    struct shop *shop = batch->shop;
    SCOPED(lines_done) struct lines lines = {.shop = shop};
    SCOPED(buf_done) struct buf to = {0}, id = {0};
    TRY(matter_read(shop, row, line_put, &lines));
    TRY(address_of(shop, row, &lines, &to));
    if (to.len == 0) return FAIL(CONFLICT, "mail: nobody left an address; answer another way, and say how");
    id_put(shop, ID_TICKET, row->no, &id);
    const struct mail_value values[] = {{"ticket", buf_slice(&id)}, {"lines", text}};
    const struct mail_draft draft = {.kind = MAIL_TICKET_ANSWERED,
                                     .to = buf_slice(&to),
                                     .lang = lines.lang,
                                     .subject = {row->subject},
                                     .values = values,
                                     .count = COUNT_OF(values)};
    return mail_queue(batch, &draft);
}

/* Give it to somebody who answers for it from now on, and tell them. */
static RESULT escalate(struct batch *batch, const struct ticket_act_ask *ask, struct matter_row *row)
{
    struct shop *shop = batch->shop;
    uint64_t number = 0, told = 0;
    bool sees = false;
    SCOPED(identity_done) struct identity person = {0};
    SCOPED(buf_done) struct buf lines = {0};
    if (ask->who.len == 0) return FAIL(MEMBER_MISSING, "who: who answers for it, staff_…");
    TRY(id_get(shop, ID_STAFF, ask->who, &number));
    const struct staff *staff = staff_by_id(&shop->access, (uint32_t)number);
    if (!staff || staff->left_us > 0) return FAIL(NOT_FOUND, "who: nobody of that id works here");
    TRY(desk_staff_sees(shop, staff->id, row, &sees));
    if (!sees) return FAIL(CONFLICT, "who: they may not know of the incident that it belongs to");
    row->owner = reader_no(READER_STAFF, staff->id);
    TRY(staff_person(shop, staff, &person));
    desk_line_put(batch, row, person.lang, &lines);
    const struct mail_value values[] = {{"lines", buf_slice(&lines)}};
    struct mail_draft draft = {.kind = MAIL_DESK_DUE, .values = values, .count = COUNT_OF(values)};
    return mail_tell_person(batch, staff, &draft, &told);
}

static RESULT act_do(struct batch *batch, const struct ticket_act_ask *ask, struct matter_row *row,
                     const char **done)
{
    if (row->state >= TICKET_CLOSED) return FAIL(CONFLICT, "ticket: it was closed");
    if (slice_is(ask->act, "answer")) {
        if (ask->mail) TRY(answer_mail(batch, row, ask->text));
        row->state = TICKET_ANSWERED;
        row->due_us = 0;
        *done = ask->mail ? "answered by mail" : "answered";
        return OK;
    }
    if (slice_is(ask->act, "escalate")) {
        *done = "escalated";
        return escalate(batch, ask, row);
    }
    if (slice_is(ask->act, "close")) {
        row->state = TICKET_CLOSED;
        row->due_us = 0;
        *done = "closed";
        return OK;
    }
    if (slice_is(ask->act, "note")) {
        *done = "note";
        return OK;
    }
    return FAIL(INVALID, "act: answer, escalate, note or close");
}

RESULT verb_ticket_act(struct batch *batch, const struct reader *reader, const struct ticket_act_ask *ask,
                       struct answer *out)
{
    struct shop *shop = batch->shop;
    struct matter_row row = {0};
    struct receipt receipt = {0};
    const char *done = NULL;
    SCOPED(buf_done) struct buf text = {0};
    TRY(desk_find(shop, reader, ID_TICKET, ask->id, &row));
    if (ask->text.len == 0) return FAIL(MEMBER_MISSING, "text: what is answered, or why");
    TRY(act_do(batch, ask, &row, &done));
    desk_line_text(done, ask->text, &text);
    TRY(matter_add(batch, reader, &row, buf_slice(&text), &receipt));
    batch_receipt(out, &receipt);
    cbor_map(&out->body, ROW_MEMBERS);
    row_put(shop, &row, batch->now_us, &out->body);
    return OK;
}

RESULT verb_desk_rights(struct batch *batch, const struct reader *reader, const struct desk_rights_ask *ask,
                        struct answer *out)
{
    const struct lawbook *book = NULL;
    (void)reader;
    TRY(lawbook(batch->shop, &book));
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("items"));
    desk_rights_put(book->law, ask->country, ask->lang, batch->now_us, &out->body);
    return OK;
}

void desk_line_text(const char *act, struct slice text, struct buf *out)
{
    cbor_map(out, 2);
    put_text(out, "act", slice_text(act));
    put_text(out, "text", text);
}

void desk_made_put(struct batch *batch, const struct matter_row *row, const struct receipt *receipt,
                   const char *due, struct answer *out)
{
    batch_receipt(out, receipt);
    out->head.flags |= ANSWER_CREATED;
    cbor_map(&out->body, 3);
    put_id(batch->shop, &out->body, "id", matter_id_kind(row->kind), row->no);
    put_text(&out->body, "state", slice_text(matter_state_name(row->kind, row->state)));
    put_time(&out->body, due, row->due_us);
}

static RESULT time_take(void *context, const struct matter_line *line)
{
    int64_t *newest_us = context;
    *newest_us = line->time_us;
    return OK;
}

RESULT desk_newest_us(struct shop *shop, const struct matter_row *row, int64_t *out)
{
    return matter_read(shop, row, time_take, out);
}

/* Requests of counsel as they are told, and what becomes of them and their mandates: by the shop, and by the person. */
#include "answer/desk/mandate.h"
#include "answer/desk/verbs.h"
#include "keep/access/containment.h"
#include "keep/access/pass.h"
#include "keep/put.h"
#include "keep/record.h"
#include "keep/spend.h"

#include <string.h>

static RESULT mandate_put(struct shop *shop, const struct matter_row *row, struct buf *out)
{
    cbor_map(out, 3);
    put_id(shop, out, "id", ID_MANDATE, row->no);
    put_text(out, "state", slice_text(matter_state_name(row->kind, row->state)));
    put_time(out, "made", row->made_us);
    return OK;
}

/* With `each` its mandates too, without whose they are. */
static RESULT counsel_put(struct batch *batch, const struct matter_row *row, bool each, struct buf *out)
{
    struct shop *shop = batch->shop;
    struct mandates *mandates = arena_take(batch->arena, sizeof *mandates);
    uint64_t counts[MANDATE_WITHDRAWN + 1] = {0};
    SCOPED(counsel_words_done) struct counsel_words words = {.lines = 0};
    TRY(counsel_words_read(shop, row, &words));
    TRY(mandates_of(shop, row->no, mandates));
    for (size_t i = 0; i < mandates->count; i++) {
        if (mandates->at[i].state < COUNT_OF(counts)) counts[mandates->at[i].state]++;
    }
    cbor_map(out, (size_t)6 + MANDATE_WITHDRAWN + each);
    put_id(shop, out, "id", ID_COUNSEL, row->no);
    put_text(out, "state", slice_text(matter_state_name(row->kind, row->state)));
    put_id(shop, out, "incident", ID_INCIDENT, row->about);
    put_text(out, "counsel", buf_slice(&words.counsel));
    put_text(out, "recipient", buf_slice(&words.recipient));
    put_number(out, "lines", words.lines);
    for (uint32_t state = MANDATE_NAMED; state <= MANDATE_WITHDRAWN; state++)
        put_number(out, matter_state_name(MATTER_MANDATE, state), counts[state]);
    if (!each) return OK;
    cbor_text(out, SLICE_TEXT("mandates"));
    cbor_array(out, mandates->count);
    for (size_t i = 0; i < mandates->count; i++) TRY(mandate_put(shop, &mandates->at[i], out));
    return OK;
}

RESULT verb_counsel_show(struct batch *batch, const struct reader *reader, const struct counsel_show_ask *ask,
                         struct answer *out)
{
    struct matter_row row = {0};
    TRY(desk_find(batch->shop, reader, ID_COUNSEL, ask->id, &row));
    return counsel_put(batch, &row, true, &out->body);
}

RESULT verb_counsel_list(struct batch *batch, const struct reader *reader, const struct counsel_list_ask *ask,
                         struct answer *out)
{
    struct desk_list found = {.most = COUNSELS_MAX};
    (void)ask;
    TRY(desk_list(batch, reader, MATTER_COUNSEL, &found));
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("items"));
    cbor_array(&out->body, found.count);
    for (size_t i = 0; i < found.count; i++) {
        TRY(matter_held(batch->shop, &found.at[i]));
        TRY(counsel_put(batch, &found.at[i], false, &out->body));
    }
    return OK;
}

static RESULT counsel_do(struct batch *batch, const struct reader *reader, const struct counsel_act_ask *ask,
                         struct matter_row *row)
{
    struct mandates *mandates = arena_take(batch->arena, sizeof *mandates);
    if (slice_is(ask->act, "drop")) {
        if (row->state == COUNSEL_DROPPED) return FAIL(CONFLICT, "counsel: it was dropped");
        row->state = COUNSEL_DROPPED;
        return OK;
    }
    if (!slice_is(ask->act, "start"))
        return FAIL(INVALID, "act: start or drop; of a mandate seen or withdraw");
    if (row->state != COUNSEL_ASKED) return FAIL(CONFLICT, "counsel: it was started or dropped");
    TRY(containment_ask(&batch->shop->access));
    TRY(mandates_of(batch->shop, row->no, mandates));
    if (mandates->count == 0) return FAIL(CHECK_NOT_MET, "counsel: nobody was named yet");
    TRY(desk_second_check(batch, reader, row));
    row->state = COUNSEL_STARTED;
    row->owner = 0;
    return OK;
}

/* Who opened the request saw the mandate; later nobody can say so alone. */
static RESULT mandate_do(struct batch *batch, const struct reader *reader, const struct counsel_act_ask *ask,
                         struct matter_row *row)
{
    struct matter_row counsel = {0};
    TRY(matter_find(batch->shop, row->about, &counsel));
    if (row->state == MANDATE_WITHDRAWN) return FAIL(CONFLICT, "mandate: it was withdrawn");
    if (slice_is(ask->act, "withdraw")) {
        row->state = MANDATE_WITHDRAWN;
        return OK;
    }
    if (!slice_is(ask->act, "seen"))
        return FAIL(INVALID, "act: seen or withdraw; of a request start or drop");
    if (counsel.state != COUNSEL_ASKED || row->state != MANDATE_NAMED)
        return FAIL(CONFLICT, "mandate: it stands already, or its request was started");
    if (counsel.owner != reader->no)
        return FAIL(ROLE_ACT, "mandate: who opened the request says so; somebody else starts it");
    row->state = MANDATE_SEEN;
    return OK;
}

static void acted_text(const char *act, const char *proof, struct slice text, struct buf *out)
{
    cbor_map(out, 3);
    put_text(out, "act", slice_text(act));
    put_text(out, "text", text);
    put_text(out, "proof", slice_text(proof));
}

RESULT verb_counsel_act(struct batch *batch, const struct reader *reader, const struct counsel_act_ask *ask,
                        struct answer *out)
{
    struct shop *shop = batch->shop;
    struct matter_row row = {0};
    struct receipt receipt = {0};
    bool mandate = slice_starts(ask->id, "mnd_");
    SCOPED(buf_done) struct buf text = {0};
    if (!mandate) {
        TRY(desk_find(shop, reader, ID_COUNSEL, ask->id, &row));
        TRY(counsel_do(batch, reader, ask, &row));
        acted_text(matter_state_name(row.kind, row.state), "", ask->text, &text);
    } else {
        TRY(desk_find(shop, reader, ID_MANDATE, ask->id, &row));
        TRY(mandate_do(batch, reader, ask, &row));
        acted_text(matter_state_name(row.kind, row.state),
                   row.state == MANDATE_SEEN ? "seen by the shop" : "", ask->text, &text);
    }
    TRY(matter_add(batch, reader, &row, buf_slice(&text), &receipt));
    batch_receipt(out, &receipt);
    return mandate ? mandate_put(shop, &row, &out->body) : counsel_put(batch, &row, false, &out->body);
}

/* Mandates of one person, as they are found before any is read. */
struct own {
    struct matter_row at[COUNSEL_PEOPLE_MAX];
    size_t count;
};

static RESULT own_take(void *context, const struct matter_row *row)
{
    struct own *own = context;
    if (row->kind == MATTER_MANDATE && own->count < COUNSEL_PEOPLE_MAX) own->at[own->count++] = *row;
    return OK;
}

/* What is told of one to whose it is: who says to act for them, since when, as what. */
static RESULT own_put(struct shop *shop, const struct matter_row *row, struct buf *out)
{
    struct matter_row counsel = {0};
    SCOPED(counsel_words_done) struct counsel_words who = {.lines = 0};
    SCOPED(mandate_words_done) struct mandate_words words = {.entry = 0};
    TRY(matter_held(shop, row));
    TRY(matter_find(shop, row->about, &counsel));
    TRY(counsel_words_read(shop, &counsel, &who));
    TRY(mandate_words_read(shop, row, &words));
    cbor_map(out, 7);
    put_id(shop, out, "id", ID_MANDATE, row->no);
    put_text(out, "counsel", buf_slice(&who.counsel));
    put_text(out, "day", buf_slice(&words.day));
    put_text(out, "reference", buf_slice(&words.reference));
    put_text(out, "state", slice_text(matter_state_name(row->kind, row->state)));
    put_bool(out, "certified", words.certified);
    put_time(out, "made", row->made_us);
    return OK;
}

static RESULT own_act(struct batch *batch, const struct reader *reader, const struct mandate_own_ask *ask,
                      struct own *own)
{
    struct matter_row *row = NULL;
    struct receipt receipt = {0};
    uint64_t no = 0;
    SCOPED(buf_done) struct buf text = {0};
    bool confirms = slice_is(ask->act, "confirm");
    if (!confirms && !slice_is(ask->act, "withdraw")) return FAIL(INVALID, "act: confirm or withdraw");
    TRY(id_get(batch->shop, ID_MANDATE, ask->mandate, &no));
    for (size_t i = 0; i < own->count; i++) {
        if (own->at[i].no == no) row = &own->at[i];
    }
    if (!row) return FAIL(NOT_FOUND, "mandate: none of that id is theirs");
    TRY(matter_held(batch->shop, row));
    bool may = confirms ? row->state == MANDATE_NAMED || row->state == MANDATE_SEEN
                        : row->state != MANDATE_WITHDRAWN;
    if (!may) return FAIL(CONFLICT, "mandate: it was confirmed, or withdrawn for good");
    row->state = confirms ? MANDATE_CONFIRMED : MANDATE_WITHDRAWN;
    acted_text(matter_state_name(row->kind, row->state), confirms ? "self pass" : "", (struct slice){0},
               &text);
    return matter_add(batch, reader, row, buf_slice(&text), &receipt);
}

/* The look at them: charged to the front end and the customer's network, and an entry that they find in their history. */
static RESULT own_note(struct batch *batch, const struct reader *reader, const struct permit *permit,
                       struct answer *out)
{
    struct record record;
    struct receipt receipt = {0};
    struct reader person = *reader;
    const struct sighted sighted = {permit->subject, 0, 0};
    struct concerned *concerned = arena_take(batch->arena, sizeof *concerned);
    SCOPED(buf_done) struct buf bytes = {0};
    SECRET data_key = {{0}};
    memcpy(person.network, permit->network, NETWORK_BYTES);
    TRY(record_get(batch->shop, permit->subject, false, &bytes, &record, NULL));
    TRY(spend(batch, &person, &sighted, 1, out));
    TRY(record_unlock(batch->shop, permit->subject, &record, &data_key));
    concerned_begin(batch, reader, RELIEF_MANDATES, permit->right_entry, concerned);
    concerned_add(batch->shop, concerned, permit->subject, &data_key);
    concerned_note(batch, concerned, &receipt);
    batch_receipt(out, &receipt);
    return OK;
}

RESULT verb_mandate_own(struct batch *batch, const struct reader *reader, const struct mandate_own_ask *ask,
                        struct answer *out)
{
    struct store *store = batch->shop->store;
    struct permit permit = {.role = reader->role->id};
    const struct reveal_ask look = {.pass = ask->pass};
    struct own *own = arena_take(batch->arena, sizeof *own);
    TRY(pass_permit(batch->shop, reader, &look, &permit));
    TRY(own_note(batch, reader, &permit, out));
    TRY(store->matter->of_subject(store, permit.subject.at, own_take, own));
    if (ask->act.len > 0 || ask->mandate.len > 0) TRY(own_act(batch, reader, ask, own));
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("items"));
    cbor_array(&out->body, own->count);
    for (size_t i = 0; i < own->count; i++) TRY(own_put(batch->shop, &own->at[i], &out->body));
    return OK;
}

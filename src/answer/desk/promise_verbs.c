/* Promises: identity protection and whatever else was offered because of a leak, each with when it is due and its proof. */
#include "answer/desk/desk_priv.h"
#include "answer/desk/verbs.h"
#include "answer/incident/incident.h"
#include "answer/redress/money.h"
#include "base/text.h"
#include "keep/put.h"

#include <stdio.h>

enum { PROMISE_YEARS_MAX = 50, PROOF_BYTES = 32 };

RESULT desk_day_get(struct slice text, int64_t now_us, int64_t *out)
{
    int64_t day = 0;
    if (text.len == 10) {
        TRY(date_get(text, &day));
        *out = (day + 1) * DAY_US; /* the end of that day */
    } else {
        TRY(time_get(text, out));
    }
    return *out > now_us ? OK : FAIL(INVALID, "due, until: lies in the past");
}

RESULT verb_promise_add(struct batch *batch, const struct reader *reader, const struct promise_add_ask *ask,
                        struct answer *out)
{
    struct matter_row row = {.kind = MATTER_PROMISE, .state = PROMISE_OPEN, .amount = ask->cost};
    struct receipt receipt = {0};
    unsigned digits = 0;
    char years[8];
    SCOPED(buf_done) struct buf text = {0};
    TRY(desk_day_get(ask->due, batch->now_us, &row.due_us));
    if (ask->years > PROMISE_YEARS_MAX) return FAIL(INVALID, "years: at most %d", PROMISE_YEARS_MAX);
    if (ask->cost > 0 && ask->currency.len == 0)
        return FAIL(MEMBER_MISSING, "currency: which one the cost is in");
    if (ask->currency.len > 0) TRY(currency_find(ask->currency, &digits));
    if (ask->incident.len > 0) {
        struct incident *incident = NULL;
        TRY(incident_find(batch, reader, ask->incident, &incident));
        row.about = incident->no;
    }
    (void)snprintf(years, sizeof years, "%u", (unsigned)ask->years);
    cbor_map(&text, 8);
    put_text(&text, "act", SLICE_TEXT("promised"));
    put_text(&text, "text", ask->text);
    put_text(&text, "kind", ask->kind);
    put_text(&text, "provider", ask->provider);
    put_text(&text, "years", slice_text(ask->years > 0 ? years : ""));
    put_text(&text, "enrolment", ask->enrolment);
    put_text(&text, "purpose", ask->purpose);
    put_text(&text, "currency", ask->currency);
    TRY(matter_add(batch, reader, &row, buf_slice(&text), &receipt));
    desk_made_put(batch, &row, &receipt, "due", out);
    return OK;
}

struct told {
    struct shop *shop;
    struct buf *out;
    size_t count;
};

/* What was promised: the members of its first line. */
static RESULT line_put(void *context, const struct matter_line *line)
{
    static const char *const members[] = {"text",      "kind",    "provider", "years",
                                          "enrolment", "purpose", "currency"};
    struct told *told = context;
    for (size_t i = 0; line->n == 1 && i < COUNT_OF(members); i++) {
        put_text(told->out, members[i], matter_text(line->text, members[i]));
        told->count++;
    }
    return OK;
}

/* What became of it: the others. */
static RESULT note_put(void *context, const struct matter_line *line)
{
    struct told *told = context;
    SCOPED(buf_done) struct buf reader = {0};
    if (line->n == 1) return OK;
    reader_put(told->shop, line->reader, &reader);
    cbor_map(told->out, 6);
    put_number(told->out, "entry", line->entry);
    put_time(told->out, "time", line->time_us);
    put_text(told->out, "reader", buf_slice(&reader));
    put_text(told->out, "act", matter_text(line->text, "act"));
    put_text(told->out, "text", matter_text(line->text, "text"));
    put_text(told->out, "proof", matter_text(line->text, "proof"));
    told->count++;
    return OK;
}

struct promise_list {
    struct batch *batch;
    const struct reader *reader;
    struct buf *out;
    uint64_t incident;
    bool open;
    size_t count;
};

static RESULT promise_put(void *context, const struct matter_row *row)
{
    struct promise_list *list = context;
    struct shop *shop = list->batch->shop;
    struct told told = {shop, list->out, 0};
    struct told notes = {shop, list->out, 0};
    bool seen = false;
    if ((list->incident > 0 && row->about != list->incident) || (list->open && row->due_us == 0)) return OK;
    TRY(desk_seen(shop, list->reader, row, &seen));
    if (!seen) return OK;
    size_t mark = cbor_open(list->out), members = 6;
    put_id(shop, list->out, "id", ID_PROMISE, row->no);
    put_text(list->out, "state", slice_text(matter_state_name(row->kind, row->state)));
    put_time_or_null(list->out, "due", row->due_us);
    put_bool(list->out, "overdue", row->due_us > 0 && row->due_us <= list->batch->now_us);
    put_number(list->out, "cost", row->amount);
    TRY(matter_read(shop, row, line_put, &told));
    cbor_text(list->out, SLICE_TEXT("lines"));
    size_t lines = cbor_open(list->out);
    TRY(matter_read(shop, row, note_put, &notes));
    cbor_array_close(list->out, lines, notes.count);
    cbor_map_close(list->out, mark, members + told.count);
    list->count++;
    return OK;
}

RESULT verb_promise_list(struct batch *batch, const struct reader *reader, const struct promise_list_ask *ask,
                         struct answer *out)
{
    struct shop *shop = batch->shop;
    struct promise_list list = {.batch = batch, .reader = reader, .out = &out->body, .open = ask->open};
    if (ask->incident.len > 0) {
        struct incident *incident = NULL;
        TRY(incident_find(batch, reader, ask->incident, &incident));
        list.incident = incident->no;
    }
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body);
    TRY(shop->store->matter->each(shop->store, MATTER_PROMISE, 0, promise_put, &list));
    cbor_array_close(&out->body, mark, list.count);
    return OK;
}

static RESULT act_do(const struct promise_act_ask *ask, struct matter_row *row)
{
    uint8_t hash[PROOF_BYTES];
    bool proven = ask->proof.len == sizeof hash * 2 && hex_get(ask->proof, hash, sizeof hash);
    if (row->due_us == 0) return FAIL(CONFLICT, "promise: it was kept or dropped");
    if (ask->proof.len > 0 && !proven) return FAIL(INVALID, "proof: SHA-256 of what shows it, 64 hex digits");
    if (slice_is(ask->act, "note")) return OK;
    bool done = slice_is(ask->act, "done");
    if (!done && !slice_is(ask->act, "drop")) return FAIL(INVALID, "act: done, note or drop");
    if (done && !proven) return FAIL(CHECK_NOT_MET, "proof: it is kept when something shows it: its SHA-256");
    row->state = done ? PROMISE_KEPT : PROMISE_DROPPED;
    row->due_us = 0;
    return OK;
}

RESULT verb_promise_act(struct batch *batch, const struct reader *reader, const struct promise_act_ask *ask,
                        struct answer *out)
{
    struct shop *shop = batch->shop;
    struct matter_row row = {0};
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf text = {0};
    TRY(desk_find(shop, reader, ID_PROMISE, ask->id, &row));
    TRY(act_do(ask, &row));
    cbor_map(&text, 3);
    put_text(&text, "act", ask->act);
    put_text(&text, "text", ask->text);
    put_text(&text, "proof", ask->proof);
    TRY(matter_add(batch, reader, &row, buf_slice(&text), &receipt));
    batch_receipt(out, &receipt);
    cbor_map(&out->body, 3);
    put_id(shop, &out->body, "id", ID_PROMISE, row.no);
    put_text(&out->body, "state", slice_text(matter_state_name(row.kind, row.state)));
    put_time_or_null(&out->body, "due", row.due_us);
    return OK;
}

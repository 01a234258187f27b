/* Requests of who acts for persons: taken in, whom they act for, started by a second person, told, ended. */
#include "answer/desk/mandate.h"
#include "answer/desk/verbs.h"
#include "answer/incident/incident.h"
#include "answer/notice/run.h"
#include "base/text.h"
#include "crypto/age.h"
#include "keep/normalise.h"
#include "keep/put.h"
#include "keep/record.h"
#include "keep/spend.h"
#include "keep/subject.h"
#include "keep/values.h"
#include "keep/watch/canary.h"

#include <stdio.h>

static RESULT counsel_count(void *context, const struct matter_row *row)
{
    uint64_t *count = context;
    (void)row;
    ++*count;
    return OK;
}

static void counsel_made(struct shop *shop, const struct matter_row *row, struct buf *out)
{
    put_id(shop, out, "id", ID_COUNSEL, row->no);
    put_text(out, "state", slice_text(matter_state_name(row->kind, row->state)));
}

RESULT verb_counsel_open(struct batch *batch, const struct reader *reader, const struct counsel_open_ask *ask,
                         struct answer *out)
{
    struct store *store = batch->shop->store;
    struct matter_row row = {.kind = MATTER_COUNSEL, .state = COUNSEL_ASKED, .owner = reader->no};
    struct incident *incident = NULL;
    struct age_recipient recipient = {{0}};
    struct receipt receipt = {0};
    uint64_t count = 0;
    SCOPED(buf_done) struct buf text = {0};
    TRY(store->matter->each(store, MATTER_COUNSEL, 0, counsel_count, &count));
    if (count >= COUNSELS_MAX)
        return FAIL(TOO_MANY, "counsel: %d requests are all that a shop may have", COUNSELS_MAX);
    TRY(incident_find(batch, reader, ask->incident, &incident));
    TRY(age_recipient_get(ask->recipient, &recipient));
    if (ask->counsel.len == 0 || !text_plain(ask->counsel))
        return FAIL(INVALID, "counsel: one line, who they are");
    row.about = incident->no;
    cbor_map(&text, 4);
    put_text(&text, "act", SLICE_TEXT("opened"));
    put_text(&text, "counsel", ask->counsel);
    put_text(&text, "recipient", ask->recipient);
    put_text(&text, "text", ask->text);
    TRY(matter_add(batch, reader, &row, buf_slice(&text), &receipt));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    cbor_map(&out->body, 2);
    counsel_made(batch->shop, &row, &out->body);
    return OK;
}

/* A line of counsel's list, and whom it names. */
struct named {
    struct mandate_line line;
    struct subject_no no;
    const char *proof;   /* that the mandate stands; empty: not yet */
    const char *refused; /* why it names nobody whom it may; NULL: it does */
    enum matter_state state;
};

/* All of one ask: found first and charged, then written. */
struct naming {
    struct batch *batch;
    const struct reader *reader;
    struct matter_row *counsel;
    const struct counsel_name_ask *ask;
    uint64_t before; /* lines that earlier asks brought */
    struct mandates mandates;
    struct named named[COUNSEL_PEOPLE_MAX];
    struct concerned concerned;
};

/* By a ref a value is tried, found or not, and charged as one. */
static RESULT ref_find(struct naming *naming, struct slice who, struct subject_no *no, struct answer *out)
{
    struct shop *shop = naming->batch->shop;
    uint8_t tag[TAG_BYTES];
    SCOPED(buf_done) struct buf ref = {0};
    if (normalise(NORMALISE_REF, who, (struct slice){0}, &ref).code != CODE_OK || ref.len == 0) return OK;
    tag_make(shop, FIELD_REF, buf_slice(&ref), tag);
    TRY(spend_try(naming->batch, naming->reader, tag, out));
    return subject_by_ref_tag(shop, tag, no);
}

/* Whom a line names; 0: nobody. By the code of a notice about this incident, which they alone had, it names them themself. */
static RESULT who_find(struct naming *naming, struct named *named, struct answer *out)
{
    struct shop *shop = naming->batch->shop;
    struct slice who = named->line.who;
    struct notices *runs = NULL;
    struct subject_no found = {0};
    uint32_t number = 0;
    TRY(runs_of(shop, &runs));
    if (notice_code_get(runs->codes, who, &number, &found)) {
        const struct run *run = run_by_id(runs, number);
        if (!run || run->row.incident != naming->counsel->about) return OK;
        named->no = found;
        named->state = MANDATE_CONFIRMED;
        named->proof = "code of their notice";
        return OK;
    }
    if (!slice_starts(who, "sub_")) return ref_find(naming, who, &named->no, out);
    if (id_get(shop, ID_SUBJECT, who, &found.at).code == CODE_OK && found.at <= shop->last.at)
        named->no = found;
    return OK;
}

static bool named_before(const struct naming *naming, size_t at)
{
    uint64_t no = naming->named[at].no.at;
    for (size_t i = 0; i < naming->mandates.count; i++) {
        if (naming->mandates.at[i].subject == no) return true;
    }
    for (size_t i = 0; i < at; i++) {
        if (!naming->named[i].refused && naming->named[i].no.at == no) return true;
    }
    return false;
}

static RESULT line_find(struct naming *naming, size_t at, struct answer *out)
{
    struct batch *batch = naming->batch;
    struct named *named = &naming->named[at];
    struct record record;
    int64_t day = 0;
    SCOPED(buf_done) struct buf bytes = {0};
    SECRET data_key = {{0}};
    *named =
        (struct named){.refused = "malformed", .state = naming->ask->seen ? MANDATE_SEEN : MANDATE_NAMED};
    named->proof = naming->ask->seen ? "seen by the shop" : "";
    if (mandate_line_read(naming->ask->lines.at[at], &named->line).code != CODE_OK) return OK;
    TRY(date_get(named->line.day, &day));
    if (day * DAY_US > batch->now_us + DAY_US) return OK; /* a day ends last behind the date line */
    named->refused = "unknown";
    TRY(who_find(naming, named, out));
    if (named->no.at == 0) return OK;
    canary_touched(batch, naming->reader, named->no);
    TRY(record_get(batch->shop, named->no, true, &bytes, &record, NULL));
    if (record.state == SUBJECT_ERASED) return OK;
    named->refused = named_before(naming, at) ? "twice" : NULL;
    if (named->refused) return OK;
    TRY(record_unlock(batch->shop, named->no, &record, &data_key));
    concerned_add(batch->shop, &naming->concerned, named->no, &data_key);
    return OK;
}

static RESULT mandate_write(struct naming *naming, size_t at, struct buf *out)
{
    const struct named *named = &naming->named[at];
    struct matter_row row = {
        .kind = MATTER_MANDATE, .subject = named->no.at, .about = naming->counsel->no, .state = named->state};
    struct receipt receipt = {0};
    char number[24];
    SCOPED(buf_done) struct buf text = {0};
    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)naming->before + at + 1);
    cbor_map(&text, 6);
    put_text(&text, "act", SLICE_TEXT("named"));
    put_text(&text, "line", slice_text(number));
    put_text(&text, "day", named->line.day);
    put_text(&text, "reference", named->line.reference);
    put_text(&text, "digest", named->line.digest);
    put_text(&text, "proof", slice_text(named->proof));
    TRY(matter_add(naming->batch, naming->reader, &row, buf_slice(&text), &receipt));
    cbor_map(out, 3);
    put_number(out, "line", naming->before + at + 1);
    put_id(naming->batch->shop, out, "mandate", ID_MANDATE, row.no);
    put_text(out, "state", slice_text(matter_state_name(row.kind, row.state)));
    return OK;
}

/* How many lines there were, also of those that name nobody: the manifest says it. */
static RESULT lines_note(struct naming *naming)
{
    char lines[24];
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf text = {0};
    (void)snprintf(lines, sizeof lines, "%zu", naming->ask->lines.count);
    cbor_map(&text, 2);
    put_text(&text, "act", SLICE_TEXT("named"));
    put_text(&text, "lines", slice_text(lines));
    return matter_add(naming->batch, naming->reader, naming->counsel, buf_slice(&text), &receipt);
}

static RESULT named_put(struct naming *naming, struct buf *out)
{
    size_t count = 0, mark = 0, lines = naming->ask->lines.count;
    cbor_map(out, 3);
    put_id(naming->batch->shop, out, "id", ID_COUNSEL, naming->counsel->no);
    cbor_text(out, SLICE_TEXT("named"));
    mark = cbor_open(out);
    for (size_t i = 0; i < lines; i++) {
        if (!naming->named[i].refused) TRY(mandate_write(naming, i, out));
        count += !naming->named[i].refused;
    }
    cbor_array_close(out, mark, count);
    cbor_text(out, SLICE_TEXT("refused"));
    cbor_array(out, lines - count);
    for (size_t i = 0; i < lines; i++) {
        if (!naming->named[i].refused) continue;
        cbor_map(out, 2);
        put_number(out, "line", naming->before + i + 1);
        put_text(out, "why", slice_text(naming->named[i].refused));
    }
    return OK;
}

static RESULT lines_name(struct naming *naming, struct answer *out)
{
    struct batch *batch = naming->batch;
    struct concerned *concerned = &naming->concerned;
    struct receipt receipt = {0};
    concerned_begin(batch, naming->reader, RELIEF_NAMED, naming->counsel->no, concerned);
    for (size_t i = 0; i < naming->ask->lines.count; i++) TRY(line_find(naming, i, out));
    TRY(spend(batch, naming->reader, concerned->set, concerned->count, out));
    concerned_note(batch, concerned, &receipt);
    batch_receipt(out, &receipt);
    TRY(lines_note(naming));
    return named_put(naming, &out->body);
}

RESULT verb_counsel_name(struct batch *batch, const struct reader *reader, const struct counsel_name_ask *ask,
                         struct answer *out)
{
    struct matter_row counsel = {0};
    SCOPED(counsel_words_done) struct counsel_words words = {.lines = 0};
    struct naming *naming = arena_take(batch->arena, sizeof *naming);
    TRY(desk_find(batch->shop, reader, ID_COUNSEL, ask->id, &counsel));
    if (counsel.state != COUNSEL_ASKED)
        return FAIL(CONFLICT, "counsel: it was started or dropped; open another for more persons");
    if (counsel.owner != reader->no)
        return FAIL(ROLE_ACT, "counsel: who opened it names the persons; somebody else starts it");
    TRY(counsel_words_read(batch->shop, &counsel, &words));
    if (ask->lines.count == 0 || words.lines + ask->lines.count > COUNSEL_PEOPLE_MAX)
        return FAIL(TOO_MANY, "lines: 1 to %d in one request; open another for more", COUNSEL_PEOPLE_MAX);
    naming->batch = batch;
    naming->reader = reader;
    naming->counsel = &counsel;
    naming->ask = ask;
    naming->before = words.lines;
    TRY(mandates_of(batch->shop, counsel.no, &naming->mandates));
    return lines_name(naming, out);
}

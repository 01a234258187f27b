#include "answer/export/verbs.h"

#include "answer/export/export_priv.h"
#include "answer/incident/incident.h"
#include "keep/access/approval.h"
#include "keep/access/changes.h"
#include "keep/access/containment.h"
#include "keep/put.h"
#include "store/exposure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ERRAND_ABOUT = 1, LISTED_LEAST = 1 };

uint64_t export_job(const struct export *export)
{
    return (uint64_t)JOB_EXPORT << 32 | export->id;
}

bool export_seen_by(const struct shop *shop, const struct export *export, const struct reader *reader)
{
    return export_is_of(shop, export, reader) || access_act(reader, ACT_APPROVE).code == CODE_OK;
}

/* The approval that it waits for, or that put it: the newest one of its row. NULL: none. */
static const struct approval *approval_of(const struct shop *shop, const struct export *export)
{
    const struct access *access = &shop->access;
    for (size_t i = access->approval_count; i > 0; i--) {
        const struct approval *at = &access->approvals[i - 1];
        if (at->kind == AUTHORITY_EXPORT && at->row == export->id) return at;
    }
    return NULL;
}

const char *export_told_state(const struct shop *shop, const struct export *export, int64_t now_us)
{
    const struct approval *approval = approval_of(shop, export);
    if (export->state == EXPORT_ASKED && approval && !approval_is_open(approval)) return "refused";
    if (export->state == EXPORT_DONE && !export_held(export, now_us)) return "expired";
    return export_state_name(export->state);
}

static int by_number(const void *a, const void *b)
{
    const uint64_t x = be64_get(a), y = be64_get(b);
    return x < y ? -1 : x > y;
}

/* The people of a list: numbers, ascending. Somebody who is not here is a mistake of the asker. */
static RESULT listed_read(struct batch *batch, const struct reader *reader, const struct texts *subjects,
                          struct buf *out)
{
    if (subjects->count == 0)
        return FAIL(MEMBER_MISSING, "subjects: name 1 to %d of them", REVEAL_SUBJECTS_MAX);
    for (size_t i = 0; i < subjects->count; i++) {
        struct subject_no no = {0};
        struct record record;
        SCOPED(buf_done) struct buf bytes = {0};
        TRY(id_get(batch->shop, ID_SUBJECT, subjects->at[i], &no.at));
        TRY(record_get(batch->shop, no, false, &bytes, &record, NULL));
        canary_touched(batch, reader, no);
        buf_be64(out, no.at);
    }
    qsort(out->at, subjects->count, 8, by_number);
    for (size_t i = 1; i < subjects->count; i++) {
        if (memcmp(out->at + 8 * i, out->at + 8 * (i - 1), 8) == 0)
            return FAIL(INVALID, "subjects: one is named twice; name each once");
    }
    return OK;
}

static RESULT who_read(struct slice text, enum export_who *out)
{
    for (int who = EXPORT_ALL; who <= EXPORT_EXPOSED; who++) {
        if (!slice_is(text, export_who_name((enum export_who)who))) continue;
        *out = (enum export_who)who;
        return OK;
    }
    return FAIL(INVALID, "who: all, active, closed, listed or exposed");
}

static RESULT exposed_read(struct batch *batch, const struct reader *reader, const struct export_ask_ask *ask,
                           struct export *out)
{
    struct incident *incident = NULL;
    uint32_t newest = 0;
    const struct field *field = field_find(&batch->shop->fields, ask->field);
    uint64_t group = field_group_mask(&batch->shop->fields, ask->field);
    TRY(access_act(reader, ACT_INCIDENT));
    TRY(incident_find(batch, reader, ask->incident, &incident));
    TRY(batch->shop->store->exposure->newest(batch->shop->store, incident->no, &newest));
    if (newest == 0 || ask->number > newest)
        return FAIL(NOT_FOUND, "scope: nothing was counted yet, or not that often");
    if (ask->field.len > 0 && !field && group == 0)
        return FAIL(FIELD_UNKNOWN, "field: there is no such field here");
    out->incident = incident->no;
    out->version = ask->number > 0 ? (uint32_t)ask->number : newest;
    out->exposed = field ? field_bit(field) : ask->field.len > 0 ? group : UINT64_MAX;
    out->standing = EXPORT_KNOWN | EXPORT_POSSIBLE;
    if (slice_is(ask->class, "known")) out->standing = EXPORT_KNOWN;
    if (slice_is(ask->class, "possible")) out->standing = EXPORT_POSSIBLE;
    return ask->class.len == 0 || out->standing != (EXPORT_KNOWN | EXPORT_POSSIBLE)
               ? OK
               : FAIL(INVALID, "class: known or possible");
}

static RESULT asked_read(struct batch *batch, const struct reader *reader, const struct export_ask_ask *ask,
                         struct buf *listed, struct export *out)
{
    struct shop *shop = batch->shop;
    const struct reveal_ask look = {.fields = ask->fields, .purpose = ask->purpose, .reason = ask->reason};
    struct permit permit;
    TRY(containment_ask(&shop->access));
    if (ask->reason.len == 0) return FAIL(REASON_MISSING, "reason: say what they are needed for");
    TRY(who_read(ask->who, &out->who));
    if (ask->fields.count == 0 && out->who != EXPORT_EXPOSED)
        return FAIL(MEMBER_MISSING, "fields: name those you need");
    TRY(export_permit(shop, reader, &look, &permit));
    TRY(age_recipient_get(ask->recipient, &out->recipient));
    if (ask->format.len > 0 && !slice_is(ask->format, "jsonl") && !slice_is(ask->format, "csv"))
        return FAIL(INVALID, "format: jsonl or csv");
    if (out->who == EXPORT_LISTED) TRY(listed_read(batch, reader, &ask->subjects, listed));
    if (out->who == EXPORT_EXPOSED) TRY(exposed_read(batch, reader, ask, out));
    out->format = slice_is(ask->format, "csv") ? EXPORT_CSV : EXPORT_JSONL;
    out->id = (uint32_t)export_count(shop) + 1;
    out->state = EXPORT_ASKED;
    out->asker = reader->no;
    out->role = reader->role->id;
    out->person_count = reader->person_count;
    memcpy(out->persons, reader->persons, reader->person_count * sizeof *reader->persons);
    out->asked_us = batch->now_us;
    out->last = shop->last;
    out->purpose = ask->purpose;
    out->reason = ask->reason;
    out->listed = buf_slice(listed);
    out->field_count = ask->fields.count;
    for (size_t i = 0; i < ask->fields.count; i++) out->fields[i] = ask->fields.at[i];
    return OK;
}

/* How many it is about, for who must agree: counted apart, where the keeper has a thread for that. */
struct counted {
    struct export export; /* its `listed` borrows from the buffer below */
    struct buf listed;
    uint64_t people;
};

static void counted_free(void *state)
{
    struct counted *counted = state;
    if (!counted) return;
    buf_done(&counted->listed);
    free(counted);
}

static RESULT counted_run(struct shop *view, void *state)
{
    struct counted *counted = state;
    SCOPED(choice_done) struct choice choice = {0};
    TRY(choice_make(view, &counted->export, &choice));
    return choice_count(view, &choice, &counted->people);
}

static RESULT errand_put(struct batch *batch, const struct export *export)
{
    struct counted *counted = calloc(1, sizeof *counted);
    struct errand *errand = calloc(1, sizeof *errand);
    if (!counted || !errand) {
        free(counted);
        free(errand);
        return FAIL(UNAVAILABLE, "export: out of memory");
    }
    counted->export = *export;
    buf_slice_put(&counted->listed, export->listed);
    counted->export.listed = buf_slice(&counted->listed);
    *errand =
        (struct errand){.about = ERRAND_ABOUT, .run = counted_run, .free = counted_free, .state = counted};
    batch->errand = errand;
    return FAIL(TOO_BUSY, "export: as many counts as may be are under way; ask again when one is done");
}

static RESULT people_count(struct batch *batch, struct export *export)
{
    SCOPED(choice_done) struct choice choice = {0};
    if (batch->returned) {
        TRY(errand_result(batch->returned));
        const struct counted *counted = batch->returned->state;
        export->asked_people = counted->people;
        export->last = counted->export.last; /* of whom it was counted */
        return OK;
    }
    if (batch->errand_later) return errand_put(batch, export);
    TRY(choice_make(batch->shop, export, &choice));
    return choice_count(batch->shop, &choice, &export->asked_people);
}

static void fields_text(const struct export *export, struct buf *out)
{
    for (size_t i = 0; i < export->field_count; i++) {
        if (i > 0) buf_text(out, ", ");
        buf_slice_put(out, export->fields[i]);
    }
    if (export->field_count == 0) buf_text(out, "ids alone");
}

static void class_text(struct shop *shop, const struct export *export, struct buf *out)
{
    SCOPED(buf_done) struct buf names = {0};
    size_t count = 0;
    for (unsigned i = 0; i < FIELD_MAX && export->exposed != UINT64_MAX; i++) {
        if (!(export->exposed >> i & 1)) continue;
        buf_print(&names, "%s%s", count++ > 0 ? ", " : "", shop->fields.at[i].name);
    }
    buf_text(out, export->standing == EXPORT_KNOWN      ? "known: "
                  : export->standing == EXPORT_POSSIBLE ? "possible: "
                                                        : "known or possible: ");
    buf_text(out, count > 0 ? buf_c(&names) : "any field");
}

/* What the second person reads before they say yes. */
static void changes_of(struct shop *shop, const struct export *export, struct buf *out)
{
    SCOPED(buf_done) struct buf asked = {0}, fields = {0}, recipient = {0}, class = {0}, incident = {0};
    bool exposed = export->who == EXPORT_EXPOSED;
    fields_text(export, &fields);
    age_recipient_put(&recipient, &export->recipient);
    cbor_map(&asked, exposed ? 9 : 7);
    put_number(&asked, "people", export->asked_people);
    put_text(&asked, "who", slice_text(export_who_name(export->who)));
    put_text(&asked, "fields", buf_slice(&fields));
    put_text(&asked, "purpose", export->purpose);
    put_text(&asked, "reason", export->reason);
    put_text(&asked, "format", export->format == EXPORT_CSV ? SLICE_TEXT("csv") : SLICE_TEXT("jsonl"));
    put_text(&asked, "recipient", buf_slice(&recipient));
    if (exposed) {
        id_put(shop, ID_INCIDENT, export->incident, &incident);
        class_text(shop, export, &class);
        put_text(&asked, "incident", buf_slice(&incident));
        put_text(&asked, "class", buf_slice(&class));
    }
    changes_put((struct slice){0}, buf_slice(&asked), out);
}

/* The approval's map, with the export and its job before it. */
static RESULT answer_wrap(struct shop *shop, const struct export *export, struct answer *out)
{
    SCOPED(buf_done) struct buf approval = TAKE(out->body);
    struct cbor reader = cbor_reader(buf_slice(&approval));
    size_t pairs = 0;
    TRY(cbor_read_map(&reader, &pairs));
    cbor_map(&out->body, pairs + 2);
    put_id(shop, &out->body, "export", ID_EXPORT, export->id);
    put_id(shop, &out->body, "job", ID_JOB, export_job(export));
    buf_slice_put(&out->body, reader.cursor.rest);
    return OK;
}

RESULT verb_export_ask(struct batch *batch, const struct reader *reader, const struct export_ask_ask *ask,
                       struct answer *out)
{
    struct shop *shop = batch->shop;
    struct export export = {.id = 0}, approved;
    struct receipt receipt = {0};
    bool put = false;
    SCOPED(buf_done) struct buf listed = {0}, body = {0}, changes = {0};
    TRY(asked_read(batch, reader, ask, &listed, &export));
    if (shop->access.staff_count == 0)
        return FAIL(APPROVAL_UNNAMED,
                    "export: two people must agree, and nobody with a name works here yet; add staff");
    TRY(people_count(batch, &export));
    if (export.asked_people == 0) return FAIL(NOT_FOUND, "export: that is nobody");
    if (export.asked_people >= (uint64_t)EXPORT_PARTS_MAX * SET_SUBJECTS_MAX)
        return FAIL(TOO_MANY, "export: more people than one can hold; ask for parts");
    TRY(export_put(batch, reader, &export, &receipt));
    approved = export;
    approved.state = EXPORT_APPROVED;
    export_write(shop, &approved, &body);
    changes_of(shop, &export, &changes);
    const struct loosening loosening = {
        AUTHORITY_EXPORT,
        export.id,
        buf_slice(&body),
        {LOOSENS_EXPORT,
         {SAID_NUMBER(export.asked_people), SAID_TEXT(slice_text(export_who_name(export.who)))}},
        buf_slice(&changes)};
    TRY(loosen(batch, reader, &loosening, out, &put));
    return answer_wrap(shop, &export, out);
}

static void names_put(const struct export *export, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("fields"));
    cbor_array(out, export->field_count);
    for (size_t i = 0; i < export->field_count; i++) cbor_text(out, export->fields[i]);
}

static void entries_put(const struct export *export, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("entries"));
    cbor_array(out, export->entries.len / 8);
    for (size_t i = 0; i < export->entries.len / 8; i++) cbor_uint(out, be64_get(export->entries.at + 8 * i));
}

static size_t file_put(const struct export *export, int64_t now_us, struct buf *out)
{
    SCOPED(buf_done) struct buf hash = {0};
    if (!export_held(export, now_us)) return 0;
    hex_put(&hash, SLICE_OF(export->hash));
    put_number(out, "bytes", export->bytes);
    put_text(out, "sha256", buf_slice(&hash));
    put_text(out, "note", export->note);
    put_time(out, "expires", export->done_us + EXPORT_HOURS * HOUR_US);
    return 4;
}

static size_t approval_put_of(struct shop *shop, const struct export *export, struct buf *out)
{
    const struct approval *approval = approval_of(shop, export);
    if (!approval) return 0;
    put_id(shop, out, "approval", ID_APPROVAL, approval->id);
    return 1;
}

static void export_item(struct shop *shop, const struct export *export, int64_t now_us, struct buf *out)
{
    SCOPED(buf_done) struct buf asker = {0}, recipient = {0};
    size_t mark = cbor_open(out), count = 11;
    reader_put(shop, export->asker, &asker);
    age_recipient_put(&recipient, &export->recipient);
    put_id(shop, out, "id", ID_EXPORT, export->id);
    put_text(out, "state", slice_text(export_told_state(shop, export, now_us)));
    put_id(shop, out, "job", ID_JOB, export_job(export));
    put_text(out, "asker", buf_slice(&asker));
    put_time(out, "asked", export->asked_us);
    put_text(out, "who", slice_text(export_who_name(export->who)));
    put_number(out, "people", export->people > 0 ? export->people : export->asked_people);
    names_put(export, out);
    put_text(out, "format", export->format == EXPORT_CSV ? SLICE_TEXT("csv") : SLICE_TEXT("jsonl"));
    put_text(out, "recipient", buf_slice(&recipient));
    entries_put(export, out);
    count += approval_put_of(shop, export, out);
    count += file_put(export, now_us, out);
    if (export->why != EXPORT_WHY_NONE) {
        put_text(out, "why", slice_text(export_why_words(export->why)));
        count++;
    }
    cbor_map_close(out, mark, count);
}

/* One of others is one that is not there, but for who may approve. */
static RESULT export_find(struct shop *shop, const struct reader *reader, struct slice id,
                          const struct export **out)
{
    uint64_t number = 0;
    TRY(id_get(shop, ID_EXPORT, id, &number));
    *out = export_by_id(shop, number);
    if (*out && export_seen_by(shop, *out, reader)) return OK;
    return FAIL(NOT_FOUND, "export: there is none of that id");
}

RESULT verb_export_show(struct batch *batch, const struct reader *reader, const struct export_show_ask *ask,
                        struct answer *out)
{
    const struct export *export = NULL;
    TRY(export_find(batch->shop, reader, ask->id, &export));
    export_item(batch->shop, export, batch->now_us, &out->body);
    return OK;
}

RESULT verb_export_list(struct batch *batch, const struct reader *reader, const struct export_list_ask *ask,
                        struct answer *out)
{
    struct shop *shop = batch->shop;
    struct page page = {.count = export_count(shop)};
    TRY(page_of(shop, ID_EXPORT, ask->after, ask->limit, &page));
    cbor_map(&out->body, 2);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body), count = 0;
    for (size_t i = page.from; i < page.to; i++) {
        const struct export *export = export_by_id(shop, i + 1);
        if (!export_seen_by(shop, export, reader)) continue;
        export_item(shop, export, batch->now_us, &out->body);
        count++;
    }
    cbor_array_close(&out->body, mark, count);
    put_next(shop, ID_EXPORT, &page, &out->body);
    return OK;
}

/* Octets, for the asker alone: whoever approved has no need of them. The whole length goes with every piece. */
RESULT verb_export_read(struct batch *batch, const struct reader *reader, const struct export_read_ask *ask,
                        struct answer *out)
{
    struct shop *shop = batch->shop;
    const struct export *export = NULL;
    TRY(export_find(shop, reader, ask->id, &export));
    if (!export_is_of(shop, export, reader))
        return FAIL(NOT_FOUND, "export: only whoever asked gets the file");
    TRY(containment_ask(&shop->access));
    if (!export_held(export, batch->now_us))
        return FAIL(CONFLICT, "export: there is no file: it is %s",
                    export_told_state(shop, export, batch->now_us));
    if (ask->from >= export->bytes)
        return FAIL(INVALID, "from: the file has %llu bytes", (unsigned long long)export->bytes);
    TRY(export_piece(shop, export, ask->from, ask->bytes > 0 ? ask->bytes : EXPORT_PIECE_BYTES, &out->body));
    out->head.shape = ANSWER_OCTETS;
    out->head.version = export->bytes;
    return OK;
}

RESULT export_cancel(struct batch *batch, const struct reader *reader, const struct export *export,
                     struct answer *out)
{
    struct shop *shop = batch->shop;
    struct export next = *export;
    struct receipt receipt = {0};
    const struct approval *approval = approval_of(shop, export);
    bool over = export->state == EXPORT_STOPPED || export->state == EXPORT_CANCELLED ||
                (export->state == EXPORT_DONE && !export_held(export, batch->now_us));
    if (over) return FAIL(CONFLICT, "job: it is over already");
    if (export->state == EXPORT_ASKED && approval && approval_is_open(approval))
        TRY(approval_take_back(batch, reader, approval->id));
    next.state = EXPORT_CANCELLED;
    TRY(export_put(batch, reader, &next, &receipt));
    batch_receipt(out, &receipt);
    export_drop(shop, false);
    shop->exporting.untidy = true;
    export_item(shop, export_by_id(shop, next.id), batch->now_us, &out->body);
    return OK;
}

#include "answer/export/job.h"

#include "answer/export/export_priv.h"
#include "answer/incident/incident.h"
#include "keep/access/containment.h"
#include "keep/access/staff.h"
#include "keep/spend.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void exporting_clear(struct exporting *at)
{
    choice_done(&at->choice);
    export_file_done(&at->file);
    aside_read_done(&at->aside);
    buf_done(&at->aside_bytes);
    free(at->set);
    free(at->leaves);
    free(at->order);
    *at = (struct exporting){0};
}

static void exporting_free(void *at)
{
    exporting_clear(at);
    free(at);
}

RESULT exporting_of(struct shop *shop, struct exporting **out)
{
    *out = shop->exporting.at;
    if (*out) return OK;
    struct exporting *at = calloc(1, sizeof *at);
    if (!at) return FAIL(UNAVAILABLE, "export: out of memory");
    shop->exporting.at = *out = at;
    shop->exporting.free = exporting_free;
    return OK;
}

void export_drop(struct shop *shop, bool gone_wrong)
{
    struct exporting *at = shop->exporting.at;
    if (!at) return;
    uint32_t id = at->id;
    uint64_t failures = at->failures;
    exporting_clear(at);
    if (!gone_wrong) return;
    at->id = id;
    at->failures = failures + 1;
    at->again_us = clock_now(&shop->clock) + EXPORT_AGAIN_S * SECOND_US;
}

/* The oldest that is approved and not over. */
static const struct export *next_export(const struct shop *shop)
{
    for (size_t id = 1; id <= export_count(shop); id++) {
        const struct export *export = export_by_id(shop, id);
        if (export->state == EXPORT_APPROVED || export->state == EXPORT_RUNNING) return export;
    }
    return NULL;
}

bool export_waits(const struct shop *shop)
{
    return next_export(shop) != NULL;
}

void export_progress(const struct shop *shop, const struct export *export, struct export_progress *out)
{
    const struct exporting *at = shop->exporting.at;
    *out = (struct export_progress){.done = export->state == EXPORT_DONE ? export->people : 0};
    if (!at || at->id != export->id) return;
    out->done = at->shown;
    out->failures = at->failures;
}

static RESULT export_end(struct batch *batch, const struct reader *reader, const struct export *export,
                         enum export_why why)
{
    struct export next = *export;
    struct receipt receipt = {0};
    next.state = EXPORT_STOPPED;
    next.why = why;
    return export_put(batch, reader, &next, &receipt);
}

/* Who asked, as they are now. */
static RESULT asker_now(struct batch *batch, const struct export *export, struct reader *out)
{
    struct shop *shop = batch->shop;
    uint32_t id = (uint32_t) export->asker;
    *out = (struct reader){.no = export->asker, .line = reader_line(&shop->access, export->asker)};
    out->person_count = export->person_count;
    memcpy(out->persons, export->persons, export->person_count * sizeof *export->persons);
    if (export->asker >> 32 == READER_OPERATOR) {
        shop->access.operator_role = role_builtin(0);
        out->role = &shop->access.operator_role;
        return OK;
    }
    if (export->asker >> 32 == READER_KEY) {
        out->key = key_by_id(&shop->access, id);
        if (!out->key) return FAIL(CREDENTIAL_UNKNOWN, "export: whoever asked is gone");
        TRY(key_usable(shop, out->key, batch->now_us));
        out->role = role_by_id(&shop->access, out->key->role);
    } else {
        const struct staff *staff = staff_by_id(&shop->access, id);
        bool here =
            staff && staff->state == STAFF_ACTIVE && !containment_has(&shop->access, READER_STAFF, id);
        out->role = here ? role_by_id(&shop->access, staff->role) : NULL;
    }
    return out->role ? OK : FAIL(CREDENTIAL_UNKNOWN, "export: whoever asked is gone");
}

RESULT export_permit(struct shop *shop, const struct reader *reader, const struct reveal_ask *ask,
                     struct permit *permit)
{
    if (reader->role->grant || reader->role->pass)
        return FAIL(GRANT_MISSING, "export: role %s sees people one by one, for what each is needed",
                    reader->role->name);
    return access_permit(shop, reader, ask, permit);
}

/* Need to know: somebody who is a suspect by now hears nothing more. */
static RESULT incident_right(struct batch *batch, const struct export *export, const struct reader *reader)
{
    struct incidents *incidents = NULL;
    if (export->who != EXPORT_EXPOSED) return OK;
    TRY(incidents_of(batch->shop, &incidents));
    for (size_t i = 0; i < incidents->count; i++) {
        const struct incident *incident = &incidents->at[i];
        if (incident->no == export->incident && incident_seen_by(batch->shop, incident, reader)) return OK;
    }
    return FAIL(NOT_FOUND, "incident: there is none of that id");
}

RESULT export_right(struct batch *batch, const struct export *export, struct reader *reader,
                    struct permit *permit)
{
    const struct reveal_ask ask = {.fields = {export->fields, export->field_count},
                                   .purpose = export->purpose,
                                   .reason = export->reason};
    TRY(asker_now(batch, export, reader));
    TRY(access_act(reader, ACT_EXPORT));
    TRY(access_lesson(batch->shop, reader));
    TRY(incident_right(batch, export, reader));
    return export_permit(batch->shop, reader, &ask, permit);
}

/* Few in a small export: a share of it would tell them. */
static size_t canaries_wanted(uint64_t people)
{
    return people < 100 ? 1 : people < 10000 ? 2 : CANARY_EXPORT_MAX;
}

static RESULT room_make(struct exporting *at)
{
    at->set = calloc(SET_SUBJECTS_MAX, sizeof *at->set);
    at->leaves = calloc(SET_SUBJECTS_MAX, sizeof *at->leaves);
    at->order = calloc(SET_SUBJECTS_MAX, sizeof *at->order);
    return at->set && at->leaves && at->order ? OK : FAIL(UNAVAILABLE, "export: out of memory");
}

static void part_begin(struct shop *shop, struct exporting *at, struct subject_no from)
{
    at->from = from;
    at->count = 0;
    at->salts_gone = shop->salts_gone;
    at->ended = false;
    crypto_random(shop->crypto, at->nonce, sizeof at->nonce);
}

static RESULT exporting_begin(struct batch *batch, const struct export *export, struct exporting *at)
{
    TRY(choice_make(batch->shop, export, &at->choice));
    TRY(room_make(at));
    TRY(canaries_of_export(batch, &at->reader, export->id, 0, at->canaries, &at->canary_count));
    at->planted = export->entries.len > 0;
    part_begin(batch->shop, at, export->upto);
    at->ready = true;
    return OK;
}

static bool is_own_canary(const struct exporting *at, struct subject_no no)
{
    for (size_t i = 0; i < at->canary_count; i++) {
        if (at->canaries[i].at == no.at) return true;
    }
    return false;
}

/* One more of the part: as a look shows it, and its leaf. */
static RESULT part_add(struct shop *shop, struct exporting *at, struct subject_no no,
                       const struct record *record)
{
    struct hash salt = {{0}};
    SECRET data_key = {{0}};
    struct sighted *sighted = &at->set[at->count];
    TRY(record_unlock(shop, no, record, &data_key));
    *sighted = (struct sighted){no, at->permit.full & record->held, at->permit.masked & record->held};
    leaf_salt(shop->crypto, &data_key, at->nonce, &salt);
    set_leaf(shop->crypto, &salt, sighted, NULL, &at->leaves[at->count]);
    at->count++;
    return OK;
}

/* A pass over the records from where it stopped. */
struct scan {
    struct shop *shop;
    struct exporting *at;
    size_t looked, taken;
    bool full; /* enough for this turn */
};

static RESULT scan_row(void *context, const struct subject_row *row)
{
    struct scan *scan = context;
    struct exporting *at = scan->at;
    struct record record;
    bool slice = scan->looked == EXPORT_SCAN || scan->taken == EXPORT_SLICE;
    if ((slice && !at->whole) || at->count == SET_SUBJECTS_MAX) {
        scan->full = true;
        return FAIL(TOO_BUSY, "export: goes on in its next turn");
    }
    TRY(record_parse(row->record, &record));
    scan->looked++;
    at->from = row->no;
    bool takes = choice_takes(scan->shop, &at->choice, row->no, &record) ||
                 (is_own_canary(at, row->no) && record.state != SUBJECT_ERASED);
    if (!takes) return OK;
    scan->taken++;
    return part_add(scan->shop, at, row->no, &record);
}

/* The next of a list and the canaries that go with it; 0: there is none. */
static uint64_t listed_next(const struct exporting *at)
{
    uint64_t next = listed_after(at->choice.listed, at->from.at);
    for (size_t i = 0; i < at->canary_count; i++) {
        uint64_t no = at->canaries[i].at;
        if (no > at->from.at && (next == 0 || no < next)) next = no;
    }
    return next;
}

static RESULT listed_scan(struct scan *scan)
{
    struct exporting *at = scan->at;
    for (uint64_t no = listed_next(at); no > 0; no = listed_next(at)) {
        SCOPED(buf_done) struct buf bytes = {0};
        struct record unused;
        uint64_t entry = 0;
        struct result got = record_get(scan->shop, (struct subject_no){no}, false, &bytes, &unused, &entry);
        if (got.code == CODE_NOT_FOUND) {
            at->from.at = no;
            continue;
        }
        TRY(got);
        const struct subject_row row = {{no}, entry, buf_slice(&bytes)};
        struct result taken = scan_row(scan, &row);
        if (scan->full) return OK;
        TRY(taken);
    }
    at->ended = true;
    return OK;
}

static RESULT part_gather(struct shop *shop, struct exporting *at)
{
    struct scan scan = {.shop = shop, .at = at};
    if (at->choice.who == EXPORT_LISTED) return listed_scan(&scan);
    struct result done =
        shop->store->subject->each(shop->store, (struct subject_no){at->from.at + 1}, scan_row, &scan);
    if (scan.full) return OK;
    at->ended = done.code == CODE_OK;
    return done;
}

/* The part as an entry, charged; and the row that says so. */
static RESULT part_log(struct batch *batch, const struct export *export, struct exporting *at)
{
    struct draft draft = batch_draft(batch, &at->reader, ENTRY_EXPORT);
    struct export next = *export;
    struct receipt receipt = {0}, unused = {0};
    SCOPED(buf_done) struct buf entries = {0};
    if (export->entries.len / 8 == EXPORT_PARTS_MAX)
        return FAIL(TOO_MANY, "export: more people than one can hold");
    memcpy(draft.entry.nonce, at->nonce, sizeof at->nonce);
    draft.entry.purpose = at->permit.purpose;
    draft.entry.full = at->permit.full;
    draft.entry.masked = at->permit.masked;
    draft.entry.object_kind = AUTHORITY_EXPORT;
    draft.entry.object_id = export->id;
    draft.set = at->set;
    draft.leaves = at->leaves;
    draft.set_count = at->count;
    draft_text(&draft, COMMIT_REASON, export->reason);
    if (at->permit.purpose_named) draft_text(&draft, COMMIT_PURPOSE, export->purpose);
    TRY(spend_approved(batch, &at->reader, at->set, at->count));
    (void)batch_write(batch);
    batch_append(batch, &draft, &receipt);
    buf_slice_put(&entries, export->entries);
    buf_be64(&entries, receipt.index);
    next.entries = buf_slice(&entries);
    next.state = EXPORT_RUNNING;
    next.counted = at->ended;
    next.people += at->count;
    next.full = at->permit.full;
    next.masked = at->permit.masked;
    next.upto = at->from;
    next.logged_us = batch->now_us;
    TRY(export_put(batch, &at->reader, &next, &unused));
    at->whole = false;
    part_begin(batch->shop, at, at->from);
    return OK;
}

static RESULT ledger_turn(struct batch *batch, const struct export *export, struct exporting *at)
{
    if (!at->planted) {
        at->planted = true;
        return canaries_of_export(batch, &at->reader, export->id, canaries_wanted(export->asked_people),
                                  at->canaries, &at->canary_count);
    }
    TRY(part_gather(batch->shop, at));
    if (!at->ended && at->count < SET_SUBJECTS_MAX) return OK;
    if (at->salts_gone == batch->shop->salts_gone) return part_log(batch, export, at);
    part_begin(
        batch->shop, at,
        export->upto); /* somebody was erased or has a new data key: those leaves nobody could make again */
    at->whole = true;
    TRY(part_gather(batch->shop, at));
    return part_log(batch, export, at);
}

/* An order by chance: neither who came when, nor which of them is made up, can be told from it. */
static void order_make(struct shop *shop, struct exporting *at)
{
    for (uint32_t i = 0; i < at->aside.set_count; i++) {
        uint64_t random = 0;
        crypto_random(shop->crypto, &random, sizeof random);
        uint32_t place = (uint32_t)(random % (i + 1)); /* of so small a bound, as even as needed */
        at->order[i] = at->order[place];
        at->order[place] = i;
    }
}

static RESULT part_read(struct shop *shop, const struct export *export, struct exporting *at)
{
    SCOPED(buf_done) struct buf entry = {0};
    uint64_t index = be64_get(export->entries.at + 8 * at->part);
    aside_read_done(&at->aside);
    buf_clear(&at->aside_bytes);
    TRY(ledger_entry(shop->ledger, index, &entry, &at->aside_bytes));
    TRY(aside_read(buf_slice(&at->aside_bytes), &at->aside));
    order_make(shop, at);
    at->row = 0;
    return OK;
}

/* One of the part into the file: what their entry says of them, and no more. */
static RESULT row_write(struct shop *shop, const struct export *export, struct exporting *at)
{
    const struct sighted *sighted = &at->aside.set[at->order[at->row++]];
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    SECRET data_key = {{0}};
    struct result got = record_get(shop, sighted->no, false, &bytes, &record, NULL);
    if (got.code == CODE_NOT_FOUND) return OK; /* erased since */
    TRY(got);
    TRY(record_unlock(shop, sighted->no, &record, &data_key));
    record.held &= sighted->full | sighted->masked;
    const struct export_row row = {sighted->no, &record, is_own_canary(at, sighted->no)};
    TRY(export_row_put(shop, export, at, &row, &at->file.text));
    at->shown++;
    return export_file_write(shop, &at->file);
}

/* What the ledger's key says of a whole file: a signed note, for whoever has the file and the log's verifier key. */
static void note_make(struct shop *shop, const struct export *export, struct buf *out)
{
    SCOPED(buf_done) struct buf text = {0}, hash = {0};
    hex_put(&hash, SLICE_OF(export->hash));
    id_put(shop, ID_EXPORT, export->id, &text);
    buf_print(&text, "\nsha256 %s\nbytes %llu\npeople %llu\nentry", buf_c(&hash),
              (unsigned long long)export->bytes, (unsigned long long)export->people);
    for (size_t i = 0; i < export->entries.len / 8 && text.len < EXPORT_NOTE_BYTES_MAX / 2; i++)
        buf_print(&text, " %llu", (unsigned long long)be64_get(export->entries.at + 8 * i));
    buf_byte(&text, '\n');
    ledger_statement(shop->ledger, "export", buf_slice(&text), out);
}

static RESULT file_finish(struct batch *batch, const struct export *export, struct exporting *at)
{
    struct export next = *export;
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf note = {0};
    TRY(export_file_end(batch->shop, export, &at->file));
    next.state = EXPORT_DONE;
    next.done_us = batch->now_us;
    next.bytes = at->file.bytes;
    next.people = at->shown;
    next.hash = at->file.hash;
    note_make(batch->shop, &next, &note);
    next.people = export->people; /* those erased since count in budgets all the same */
    next.note = buf_slice(&note);
    TRY(export_put(batch, &at->reader, &next, &receipt));
    exporting_clear(at);
    return OK;
}

static RESULT file_turn(struct batch *batch, const struct export *export, struct exporting *at)
{
    struct shop *shop = batch->shop;
    if (!at->file.open) {
        TRY(export_file_begin(shop, export, &at->file));
        export_head_put(shop, export, &at->permit, &at->file.text);
        TRY(part_read(shop, export, at));
    }
    for (size_t i = 0; i < EXPORT_SLICE && at->row < at->aside.set_count; i++)
        TRY(row_write(shop, export, at));
    if (at->row < at->aside.set_count) return OK;
    if (++at->part < export->entries.len / 8) return part_read(shop, export, at);
    return file_finish(batch, export, at);
}

/* Somebody may have lost a right, or the shop may have been frozen, since the turn before. */
static RESULT may_go_on(struct batch *batch, const struct export *export, struct exporting *at, bool *stopped)
{
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    enum export_why why = EXPORT_WHY_NONE;
    struct result may = export_right(batch, export, &at->reader, &at->permit);
    if (containment_stands(&batch->shop->access)) {
        why = EXPORT_WHY_FROZEN;
    } else if (may.code == CODE_DENIED || may.code == CODE_NOT_FOUND || may.code == CODE_INVALID) {
        why = EXPORT_WHY_ASKER;
    } else {
        TRY(may);
    }
    *stopped = why != EXPORT_WHY_NONE;
    if (!*stopped) return OK;
    exporting_clear(at);
    return export_end(batch, &system, export, why);
}

RESULT export_turn(struct batch *batch, bool *more)
{
    struct shop *shop = batch->shop;
    const struct export *export = next_export(shop);
    struct exporting *at = NULL;
    bool stopped = false;
    *more = false;
    if (!export) return OK;
    TRY(exporting_of(shop, &at));
    if (at->id == export->id && at->again_us > batch->now_us) return OK;
    if (at->id != export->id) {
        exporting_clear(at);
        at->id = export->id;
    }
    *more = true;
    TRY(may_go_on(batch, export, at, &stopped));
    if (stopped) return OK;
    if (!at->ready) {
        struct result begun = exporting_begin(batch, export, at);
        if (begun.code != CODE_CORRUPT && begun.code != CODE_NOT_FOUND) return begun;
        const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
        exporting_clear(at);
        return export_end(batch, &system, export, EXPORT_WHY_COUNT);
    }
    at->choice.listed = export->listed; /* the row may have moved */
    return export->counted ? file_turn(batch, export, at) : ledger_turn(batch, export, at);
}

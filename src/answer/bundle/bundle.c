#include "answer/bundle/bundle.h"

#include "answer/incident/incident_put.h"
#include "answer/scope/kept.h"
#include "answer/scope/reconcile.h"
#include "base/json.h"
#include "keep/access/authority.h"
#include "keep/backup/tar.h"
#include "keep/incident_lines.h"
#include "keep/matter.h"
#include "keep/put.h"
#include "store/incident.h"

#include <stdio.h>
#include <stdlib.h>

enum { COSIGNED_MAX = 64 };

static const char readme[] =
    "What this archive is, file by file, and how to check it without any key: docs/bundle.md of Amanah.\n"
    "\n"
    "    sha256sum -c SHA256SUMS            every file is as it was written\n"
    "    amanah verify BUNDLE --vkey FILE   all of it; FILE holds the verifier key that the shop publishes\n"
    "\n"
    "manifest.note     signed by the key of the shop's ledger; names the hash of SHA256SUMS\n"
    "checkpoint        signed size and root of the ledger that the proofs lead to\n"
    "checkpoints/      earlier ones with the lines of witnesses, each with the proof that the ledger only "
    "grew since\n"
    "lines/            each line of the incident: 32 bytes hash of its box, 32 bytes salt, then the line "
    "(CBOR)\n"
    "proofs/           of each line: its entry, and that it is in the ledger (C2SP tlog-proof)\n"
    "timeline.jsonl    the same lines to be read\n"
    "incident.json scope.json claims.json reconciliation.json decisions.json custody.json   what they add up "
    "to\n"
    "promises.json     what the shop promised because of it; promises/ has each line as it is stored, and "
    "its "
    "proof\n"
    "personal/         only where two people agreed: an export's file, which its recipient alone can open\n";

RESULT bundle_new(struct incident_bundle **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? OK : FAIL(UNAVAILABLE, "bundle: out of memory");
}

void bundle_free(struct incident_bundle **bundle)
{
    struct incident_bundle *at = *bundle;
    if (!at) return;
    buf_done(&at->id);
    buf_done(&at->basis);
    buf_done(&at->personal_sum);
    buf_done(&at->personal_note);
    buf_done(&at->personal_entries);
    archive_done(&at->archive);
    free(at);
    *bundle = NULL;
}

/* What is at hand while one is gathered. */
struct gathering {
    struct shop *shop;
    struct incident_bundle *bundle;
    const struct reading *reading;
    struct slice checkpoint;
    size_t line;                       /* the next, from 0 */
    struct buf cosigned[COSIGNED_MAX]; /* the newest ones */
    uint64_t cosigned_size[COSIGNED_MAX];
    size_t cosigned_count;
};

static void gathering_done(struct gathering *gathering)
{
    for (size_t i = 0; i < COSIGNED_MAX; i++) buf_done(&gathering->cosigned[i]);
}

/* The proof file of one entry, with the entry inside. */
static RESULT proof_put(struct gathering *at, const char *name, uint64_t index)
{
    struct ledger *ledger = at->shop->ledger;
    SCOPED(buf_done) struct buf file = {0};
    SCOPED(tlog_proof_done) struct tlog_proof proof = {.index = index, .checkpoint = at->checkpoint};
    TRY(ledger_entry(ledger, index, &proof.extra, NULL));
    TRY(proof_inclusion(at->shop->crypto, ledger_tiles(ledger), at->bundle->size, index, &proof.proof));
    tlog_proof_put(&file, &proof);
    return archive_put(&at->bundle->archive, slice_text(name), buf_slice(&file));
}

static RESULT line_take(void *context, const struct incident_line_row *row)
{
    struct gathering *at = context;
    struct line_seal seal = {0};
    char name[64];
    SCOPED(buf_done) struct buf open = {0};
    if (at->line == at->reading->text_count) return OK; /* of a moment later than what was read */
    TRY(incident_line_seal(at->shop->crypto, row->sealed, &seal));
    buf_put(&open, seal.box.bytes, HASH_BYTES);
    buf_slice_put(&open, buf_slice(&at->reading->texts[at->line++]));
    (void)snprintf(name, sizeof name, "lines/%06llu", (unsigned long long)row->n);
    TRY(archive_put(&at->bundle->archive, slice_text(name), buf_slice(&open)));
    (void)snprintf(name, sizeof name, "proofs/%06llu.tlog-proof", (unsigned long long)row->n);
    return proof_put(at, name, row->entry);
}

static RESULT lines_put(struct gathering *at)
{
    const struct fold *fold = &at->reading->fold;
    SCOPED(buf_done) struct buf timeline = {0};
    for (size_t i = 0; i < fold->line_count; i++) {
        SCOPED(buf_done) struct buf cbor = {0};
        line_put(at->shop, &fold->lines[i], &cbor);
        TRY(json_from_cbor(buf_slice(&cbor), &timeline));
        buf_byte(&timeline, '\n');
    }
    at->bundle->lines = fold->line_count;
    TRY(archive_put(&at->bundle->archive, SLICE_TEXT("timeline.jsonl"), buf_slice(&timeline)));
    struct store *store = at->shop->store;
    return store->incident->line_each(store, at->bundle->incident, 1, line_take, at);
}

static RESULT part_put(struct gathering *at, enum line_kind kind, const char *name, const char *file)
{
    SCOPED(buf_done) struct buf cbor = {0};
    cbor_map(&cbor, 1);
    items_put(at->shop, &at->reading->fold, kind, name, &cbor);
    return archive_json(&at->bundle->archive, file, buf_slice(&cbor));
}

/* Every line about a file or a hold, and what is held now. */
static RESULT custody_put(struct gathering *at)
{
    const struct fold *fold = &at->reading->fold;
    SCOPED(buf_done) struct buf cbor = {0};
    cbor_map(&cbor, 3);
    items_put(at->shop, fold, LINE_EVIDENCE, "evidence", &cbor);
    items_put(at->shop, fold, LINE_HOLD, "holds", &cbor);
    cbor_text(&cbor, SLICE_TEXT("custody"));
    size_t mark = cbor_open(&cbor), count = 0;
    for (size_t i = 0; i < fold->line_count; i++) {
        enum line_kind kind = fold->lines[i].kind;
        if (kind != LINE_EVIDENCE && kind != LINE_HOLD && kind != LINE_MATCH && kind != LINE_BUNDLE) continue;
        line_put(at->shop, &fold->lines[i], &cbor);
        count++;
    }
    cbor_array_close(&cbor, mark, count);
    return archive_json(&at->bundle->archive, "custody.json", buf_slice(&cbor));
}

/* What was promised because of it. Where a promise stands is in clear in its lines, which entries bind; its words are sealed. */
enum { PROMISES_MAX = 1000 };
struct promises {
    struct gathering *at;
    struct matter_row rows[PROMISES_MAX];
    size_t count, lines;
    struct buf *out;
};

static void promises_free(struct promises **promises)
{
    free(*promises);
    *promises = NULL;
}

static RESULT promise_find(void *context, const struct matter_row *row)
{
    struct promises *promises = context;
    if (row->about != promises->at->bundle->incident) return OK;
    if (promises->count == PROMISES_MAX) return FAIL(TOO_MANY, "bundle: more than %d promises", PROMISES_MAX);
    promises->rows[promises->count++] = *row;
    return OK;
}

static RESULT promise_line_take(void *context, const struct matter_line_row *row)
{
    const struct promises *promises = context;
    struct gathering *at = promises->at;
    char name[64];
    if (row->entry >= at->bundle->size) return OK; /* of a moment later than the checkpoint */
    (void)snprintf(name, sizeof name, "promises/%llu-%u", (unsigned long long)row->matter, row->n);
    TRY(archive_put(&at->bundle->archive, slice_text(name), row->bytes));
    (void)snprintf(name, sizeof name, "promises/%llu-%u.tlog-proof", (unsigned long long)row->matter, row->n);
    return proof_put(at, name, row->entry);
}

static RESULT promise_line_told(void *context, const struct matter_line *line)
{
    static const char *const members[] = {"act",       "text",    "kind",     "provider", "years",
                                          "enrolment", "purpose", "currency", "proof"};
    struct promises *promises = context;
    struct buf *out = promises->out;
    size_t mark = cbor_open(out), count = 6;
    put_number(out, "line", line->n);
    put_number(out, "entry", line->entry);
    put_time(out, "time", line->time_us);
    put_text(out, "state", slice_text(matter_state_name(MATTER_PROMISE, line->then.state)));
    put_time_or_null(out, "due", line->then.due_us);
    put_number(out, "cost", line->then.amount);
    count += matter_texts_put(line->text, members, COUNT_OF(members), out);
    cbor_map_close(out, mark, count);
    promises->lines++;
    return OK;
}

static RESULT promises_put(struct gathering *at)
{
    struct shop *shop = at->shop;
    struct store *store = shop->store;
    SCOPED(buf_done) struct buf cbor = {0};
    SCOPED(promises_free) struct promises *promises = calloc(1, sizeof *promises);
    if (!promises) return FAIL(UNAVAILABLE, "bundle: out of memory");
    promises->at = at;
    promises->out = &cbor;
    TRY(store->matter->each(store, MATTER_PROMISE, 0, promise_find, promises));
    if (promises->count == 0) return OK;
    cbor_map(&cbor, 1);
    cbor_text(&cbor, SLICE_TEXT("promises"));
    cbor_array(&cbor, promises->count);
    for (size_t i = 0; i < promises->count; i++) {
        const struct matter_row *row = &promises->rows[i];
        cbor_map(&cbor, 3);
        put_id(shop, &cbor, "id", ID_PROMISE, row->no);
        put_number(&cbor, "number", row->no);
        cbor_text(&cbor, SLICE_TEXT("lines"));
        size_t mark = cbor_open(&cbor);
        promises->lines = 0;
        TRY(matter_read(shop, row, promise_line_told, promises));
        cbor_array_close(&cbor, mark, promises->lines);
        TRY(store->matter->line_each(store, row->no, promise_line_take, promises));
    }
    return archive_json(&at->bundle->archive, "promises.json", buf_slice(&cbor));
}

static RESULT state_put(struct gathering *at, const struct incident *incident)
{
    const struct fold *fold = &at->reading->fold;
    struct slice suspicion = {0}, told = {0};
    SCOPED(buf_done) struct buf state = {0}, claims = {0};
    const struct line *scope = scope_line(fold, 0);
    incident_put(at->shop, incident, fold, &state);
    TRY(archive_json(&at->bundle->archive, "incident.json", buf_slice(&state)));
    TRY(part_put(at, LINE_CLAIM, "claims", "claims.json"));
    TRY(part_put(at, LINE_DECISION, "decisions", "decisions.json"));
    TRY(custody_put(at));
    TRY(reconcile_put(at->shop, fold, &claims));
    TRY(archive_json(&at->bundle->archive, "reconciliation.json", buf_slice(&claims)));
    if (!scope) return OK;
    TRY(scope_body_read(scope->body, &suspicion, &told));
    return archive_json(&at->bundle->archive, "scope.json", told);
}

/* The newest ones stay. */
static RESULT cosigned_take(void *context, const struct checkpoint_row *row)
{
    struct gathering *at = context;
    struct note note = {0};
    if (row->kind != CHECKPOINT_COSIGNED || row->size == 0 || row->size > at->bundle->size) return OK;
    TRY(note_parse(row->note, &note));
    if (note_line_of(&note, ledger_key(at->shop->ledger)).len == 0)
        return OK; /* of the log before a restore */
    size_t place = at->cosigned_count % COSIGNED_MAX;
    at->cosigned_count++;
    buf_clear(&at->cosigned[place]);
    buf_slice_put(&at->cosigned[place], row->note);
    at->cosigned_size[place] = row->size;
    return OK;
}

static RESULT cosigned_put(struct gathering *at)
{
    struct store *store = at->shop->store;
    size_t count = 0;
    TRY(store->ledger->checkpoint_each(store, cosigned_take, at));
    count = at->cosigned_count < COSIGNED_MAX ? at->cosigned_count : COSIGNED_MAX;
    for (size_t i = 0; i < count; i++) {
        struct proof proof = {0};
        char name[64];
        SCOPED(buf_done) struct buf file = {0};
        unsigned long long size = at->cosigned_size[i];
        (void)snprintf(name, sizeof name, "checkpoints/%012llu", size);
        TRY(archive_put(&at->bundle->archive, slice_text(name), buf_slice(&at->cosigned[i])));
        TRY(proof_consistency(at->shop->crypto, ledger_tiles(at->shop->ledger), size, at->bundle->size,
                              &proof));
        proof_lines_put(&file, &proof);
        (void)snprintf(name, sizeof name, "checkpoints/%012llu.grew", size);
        TRY(archive_put(&at->bundle->archive, slice_text(name), buf_slice(&file)));
    }
    return OK;
}

/* One a line: the log's own, then those of its witnesses. */
static RESULT witness_put(void *context, const struct authority_row *row)
{
    struct cbor reader = cbor_reader(row->body);
    struct slice vkey = {0};
    size_t members = 0;
    if (row->kind != AUTHORITY_WITNESS) return OK;
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_text(&reader, &vkey));
    buf_slice_put(context, vkey);
    buf_byte(context, '\n');
    return OK;
}

static RESULT keys_put(struct gathering *at)
{
    struct store *store = at->shop->store;
    SCOPED(buf_done) struct buf keys = {0};
    ledger_vkey(at->shop->ledger, &keys);
    buf_byte(&keys, '\n');
    TRY(store->authority->each(store, witness_put, &keys));
    return archive_put(&at->bundle->archive, SLICE_TEXT("vkeys"), buf_slice(&keys));
}

static RESULT personal_put(struct gathering *at)
{
    struct incident_bundle *bundle = at->bundle;
    if (bundle->basis.len == 0) return OK;
    buf_slice_put(&bundle->archive.sums, buf_slice(&bundle->personal_sum));
    TRY(archive_put(&bundle->archive, SLICE_TEXT("personal/export.note"), buf_slice(&bundle->personal_note)));
    for (size_t i = 0; i < bundle->personal_entries.len / 8; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "personal/entry-%06zu.tlog-proof", i + 1);
        TRY(proof_put(at, name, be64_get(bundle->personal_entries.at + 8 * i)));
    }
    return OK;
}

static const struct incident *incident_of(const struct incidents *incidents, uint64_t no)
{
    for (size_t i = 0; i < incidents->count; i++) {
        if (incidents->at[i].no == no) return &incidents->at[i];
    }
    return NULL;
}

RESULT bundle_gather(struct shop *view, struct incident_bundle *bundle)
{
    SCOPED(reading_done) struct reading reading = {0};
    struct incidents *incidents = NULL;
    SCOPED(gathering_done)
    struct gathering at = {
        .shop = view, .bundle = bundle, .reading = &reading, .checkpoint = ledger_checkpoint(view->ledger)};
    bundle->size = ledger_durable(view->ledger);
    bundle->archive.crypto = view->crypto;
    bundle->archive.now_us = bundle->now_us;
    TRY(incidents_of(view, &incidents));
    const struct incident *incident = incident_of(incidents, bundle->incident);
    if (!incident) return FAIL(NOT_FOUND, "incident: there is none of that id");
    TRY(incident_read(view, incident, &reading));
    TRY(archive_put(&bundle->archive, SLICE_TEXT("README"), slice_text(readme)));
    TRY(keys_put(&at));
    TRY(archive_put(&bundle->archive, SLICE_TEXT("checkpoint"), at.checkpoint));
    TRY(state_put(&at, incident));
    TRY(lines_put(&at));
    TRY(promises_put(&at));
    TRY(cosigned_put(&at));
    return personal_put(&at);
}

void bundle_seal(struct shop *shop, struct incident_bundle *bundle, struct hash *sums)
{
    SCOPED(buf_done) struct buf text = {0}, note = {0}, hex = {0}, made = {0};
    struct archive *archive = &bundle->archive;
    struct slice lines = buf_slice(&archive->sums);
    sha256_one(shop->crypto, lines, sums);
    hex_put(&hex, SLICE_OF(sums->bytes));
    time_put(&made, bundle->now_us);
    buf_print(&text, "incident %s\nnumber %llu\nmade %s\nlines %llu\nledger %llu\n", buf_c(&bundle->id),
              (unsigned long long)bundle->incident, buf_c(&made), (unsigned long long)bundle->lines,
              (unsigned long long)bundle->size);
    buf_slice_put(&text, buf_slice(&bundle->basis));
    buf_print(&text, "sums %s\n", buf_c(&hex));
    ledger_statement(shop->ledger, "bundle", buf_slice(&text), &note);
    tar_member_put(&archive->tar, SLICE_TEXT("SHA256SUMS"), lines.len, bundle->now_us);
    buf_slice_put(&archive->tar, lines);
    tar_pad_put(&archive->tar, lines.len);
    tar_member_put(&archive->tar, SLICE_TEXT("manifest.note"), note.len, bundle->now_us);
    buf_slice_put(&archive->tar, buf_slice(&note));
    tar_pad_put(&archive->tar, note.len);
    if (bundle->basis.len == 0) tar_end_put(&archive->tar);
}

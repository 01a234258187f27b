/*
 * A certificate for who acts for a person: of one incident, which fields of theirs its newest count has as known to have
 * leaked or as possible, and when; signed by the ledger's key, its hash in an entry about this person. It says as little as
 * it can: neither name nor any value, nobody else, nothing of other incidents.
 *
 *     amanah certificate 1        first line of the note; then the ledger's origin, and a line a fact
 */
#include "answer/desk/mandate.h"
#include "answer/incident/incident.h"
#include "answer/scope/kept.h"
#include "answer/scope/tally.h"
#include "base/json.h"
#include "base/text.h"
#include "keep/put.h"
#include "keep/record.h"

#include <stdio.h>
#include <string.h>

RESULT certifying_of(struct batch *batch, const struct reader *reader, const struct matter_row *counsel,
                     const struct counsel_words *words, struct certifying *out)
{
    struct shop *shop = batch->shop;
    struct incident *incident = NULL;
    struct slice suspicion = {0}, told = {0};
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(tally_free) struct tally *tally = NULL; /* for its suspicion, which is large */
    SCOPED(buf_done) struct buf id = {0};
    struct certifying certifying = {
        .counsel = counsel, .words = words, .room = arena_take(batch->arena, sizeof *certifying.room)};
    id_put(shop, ID_INCIDENT, counsel->about, &id);
    TRY(incident_find(batch, reader, buf_slice(&id), &incident));
    TRY(shop->store->exposure->newest(shop->store, incident->no, &certifying.count));
    TRY(incident_read(shop, incident, &reading));
    const struct line *line = scope_line(&reading.fold, certifying.count);
    if (certifying.count == 0 || !line)
        return FAIL(CHECK_NOT_MET, "counsel: nothing was counted yet of this incident");
    TRY(scope_body_read(line->body, &suspicion, &told));
    TRY(tally_new(&tally));
    TRY(suspicion_read(suspicion, &tally->count.suspicion));
    certifying.counted_us = line->time_us;
    if (!tally->count.suspicion.found_alone) { /* else no time is known, only what was found */
        certifying.from_us = tally->count.suspicion.from_us;
        certifying.to_us = tally->count.suspicion.to_us;
    }
    *out = certifying;
    return OK;
}

static void time_line(struct buf *out, const char *name, int64_t us)
{
    if (us <= 0) return;
    buf_text(out, name);
    buf_byte(out, ' ');
    time_put(out, us);
    buf_byte(out, '\n');
}

static void text_line(struct buf *out, const char *name, struct slice text)
{
    if (text.len == 0) return;
    buf_text(out, name);
    buf_byte(out, ' ');
    buf_slice_put(out, text);
    buf_byte(out, '\n');
}

static void id_line(struct shop *shop, struct buf *out, const char *name, enum id_kind kind, uint64_t no)
{
    SCOPED(buf_done) struct buf id = {0};
    id_put(shop, kind, no, &id);
    text_line(out, name, buf_slice(&id));
}

static void fields_line(struct shop *shop, struct buf *out, const char *name, uint64_t fields)
{
    buf_text(out, name);
    for (size_t i = 0; i < FIELD_MAX; i++) {
        const struct field *field = &shop->fields.at[i];
        if (!(fields >> i & 1) || field->name[0] == 0) continue;
        buf_print(out, " %s", field->name);
    }
    buf_byte(out, '\n');
}

static RESULT facts_put(struct batch *batch, const struct certifying *certifying,
                        const struct matter_row *row, const struct mandate_words *words, struct buf *out)
{
    struct shop *shop = batch->shop;
    struct person_parts parts = {0};
    const struct subject_no no = {row->subject};
    TRY(count_person(shop->store, certifying->counsel->about, certifying->count, no, &parts));
    uint64_t known = parts.full | parts.masked | parts.observed | parts.found,
             possible = parts.possible & ~known;
    id_line(shop, out, "mandate", ID_MANDATE, row->no);
    id_line(shop, out, "incident", ID_INCIDENT, certifying->counsel->about);
    text_line(out, "counsel", buf_slice(&certifying->words->counsel));
    text_line(out, "reference", buf_slice(&words->reference));
    text_line(out, "mandate-day", buf_slice(&words->day));
    text_line(out, "mandate-sha256", buf_slice(&words->digest));
    text_line(out, "mandate-shown", buf_slice(&words->proof));
    id_line(shop, out, "customer", ID_SUBJECT, row->subject);
    text_line(out, "affected", slice_text(known ? "known" : possible ? "possible" : "not counted"));
    if (known) fields_line(shop, out, "known", known);
    if (possible) fields_line(shop, out, "possible", possible);
    if (known | possible) {
        time_line(out, "since", certifying->from_us);
        time_line(out, "until", certifying->to_us);
    }
    buf_print(out, "count %u\n", certifying->count);
    time_line(out, "counted", certifying->counted_us);
    time_line(out, "made", batch->now_us);
    return OK;
}

static void line_text(const struct buf *note, const struct receipt *receipt, uint32_t count, struct buf *out)
{
    char entry[24], version[16];
    (void)snprintf(entry, sizeof entry, "%llu", (unsigned long long)receipt->index);
    (void)snprintf(version, sizeof version, "%u", count);
    cbor_map(out, 4);
    put_text(out, "act", SLICE_TEXT("certified"));
    put_text(out, "certificate", buf_slice(note));
    put_text(out, "entry", slice_text(entry));
    put_text(out, "count", slice_text(version));
}

RESULT certificate_make(struct batch *batch, const struct reader *reader, const struct certifying *certifying,
                        struct matter_row *row, bool *made)
{
    struct shop *shop = batch->shop;
    struct record record;
    struct receipt receipt = {0}, line = {0};
    SCOPED(mandate_words_done) struct mandate_words words = {.entry = 0};
    SCOPED(buf_done) struct buf bytes = {0}, facts = {0}, note = {0}, text = {0};
    SECRET data_key = {{0}};
    const struct subject_no no = {row->subject};
    struct concerned *concerned = certifying->room;
    *made = false;
    TRY(record_get(shop, no, true, &bytes, &record, NULL));
    if (record.state == SUBJECT_ERASED) return OK;
    TRY(mandate_words_read(shop, row, &words));
    TRY(facts_put(batch, certifying, row, &words, &facts));
    ledger_statement(shop->ledger, "certificate", buf_slice(&facts), &note);
    concerned_begin(batch, reader, RELIEF_CERTIFICATE, row->no, concerned);
    TRY(record_unlock(shop, no, &record, &data_key));
    concerned_add(shop, concerned, no, &data_key);
    concerned->draft.entry.has_object = true;
    sha256_one(shop->crypto, buf_slice(&note), &concerned->draft.entry.object);
    concerned_note(batch, concerned, &receipt);
    line_text(&note, &receipt, certifying->count, &text);
    row->state = MANDATE_CERTIFIED;
    TRY(matter_add(batch, reader, row, buf_slice(&text), &line));
    *made = true;
    return OK;
}

RESULT certificate_put(struct shop *shop, const struct mandate_words *words, struct buf *out)
{
    SCOPED(buf_done) struct buf cbor = {0}, file = {0}, vkey = {0};
    SCOPED(tlog_proof_done) struct tlog_proof tlog = {.index = words->entry};
    TRY(ledger_entry(shop->ledger, words->entry, &tlog.extra, NULL));
    TRY(proof_inclusion(shop->crypto, ledger_tiles(shop->ledger), ledger_durable(shop->ledger), words->entry,
                        &tlog.proof));
    tlog.checkpoint = ledger_checkpoint(shop->ledger);
    tlog_proof_put(&file, &tlog);
    ledger_vkey(shop->ledger, &vkey);
    cbor_map(&cbor, 4);
    put_text(&cbor, "format", SLICE_TEXT("amanah certificate 1"));
    put_text(&cbor, "certificate", buf_slice(&words->certificate));
    put_text(&cbor, "proof", buf_slice(&file));
    put_text(&cbor, "vkey", buf_slice(&vkey));
    TRY(json_from_cbor(buf_slice(&cbor), out));
    buf_byte(out, '\n');
    return OK;
}

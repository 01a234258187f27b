/*
 * The certificates of a request, as an archive in a file of age for counsel alone. First those that are missing are made,
 * each with its entry; once they are in the ledger the file is written: a certificate with its proof for each mandate that
 * stands, and a signed manifest. What a line of counsel's list has no certificate for is said of all such lines in the same
 * words, so that the file tells nobody whether somebody is a customer, or was affected, who did not have counsel ask.
 */
#include "answer/bundle/archive.h"
#include "answer/desk/mandate.h"
#include "answer/desk/verbs.h"
#include "crypto/age.h"
#include "keep/access/containment.h"
#include "keep/backup/tar.h"
#include "keep/put.h"
#include "keep/record.h"
#include "keep/spend.h"

#include <stdlib.h>

static const char rest_words[] =
    "The other lines have no certificate: they name nobody who is a customer here and whose mandate stands.\n"
    "That says nothing of whether anybody was affected.\n";

struct filing {
    struct batch *batch;
    const struct reader *reader;
    struct matter_row counsel;
    struct counsel_words words;
    struct certifying certifying;
    struct mandates mandates;
    struct archive archive;
    struct buf manifest;
    uint64_t certified;
};

static void filing_free(struct filing **filing)
{
    if (!*filing) return;
    counsel_words_done(&(*filing)->words);
    archive_done(&(*filing)->archive);
    buf_done(&(*filing)->manifest);
    free(*filing);
}

/* Has this mandate a certificate of the newest count, by the key that the ledger has now? */
static RESULT is_current(struct filing *filing, const struct matter_row *row, bool *out)
{
    struct shop *shop = filing->batch->shop;
    struct note note = {0};
    struct note_check check = {.key = *ledger_key(shop->ledger)};
    SCOPED(mandate_words_done) struct mandate_words words = {.entry = 0};
    *out = false;
    if (row->state != MANDATE_CERTIFIED) return OK;
    TRY(mandate_words_read(shop, row, &words));
    *out = words.certificate.len == 0; /* erased: there is nothing to be made */
    if (*out || words.count != filing->certifying.count) return OK;
    TRY(note_parse(buf_slice(&words.certificate), &note));
    *out = note_verify(shop->crypto, &note, &check, 1).code == CODE_OK && check.good;
    return OK;
}

static bool stands(const struct matter_row *row)
{
    return row->state == MANDATE_SEEN || row->state == MANDATE_CONFIRMED || row->state == MANDATE_CERTIFIED;
}

/* Make what is missing. `some`: they are in the ledger with this batch, and the file is for the next ask. */
static RESULT missing_make(struct filing *filing, bool *some)
{
    struct batch *batch = filing->batch;
    struct matter_row *missing[COUNSEL_PEOPLE_MAX];
    struct sighted *looks = arena_take(batch->arena, COUNSEL_PEOPLE_MAX * sizeof *looks);
    size_t count = 0;
    for (size_t i = 0; i < filing->mandates.count; i++) {
        struct matter_row *row = &filing->mandates.at[i];
        bool current = false;
        if (!stands(row)) continue;
        TRY(is_current(filing, row, &current));
        if (current) continue;
        looks[count] = (struct sighted){{row->subject}, 0, 0};
        missing[count++] = row;
    }
    TRY(spend_approved(batch, filing->reader, looks, count));
    *some = false;
    for (size_t i = 0; i < count; i++) {
        bool made = false;
        TRY(certificate_make(batch, filing->reader, &filing->certifying, missing[i], &made));
        *some = *some || made;
    }
    return OK;
}

static RESULT certificate_file(struct filing *filing, const struct matter_row *row)
{
    struct shop *shop = filing->batch->shop;
    struct hash hash = {{0}};
    SCOPED(mandate_words_done) struct mandate_words words = {.entry = 0};
    SCOPED(buf_done) struct buf json = {0}, name = {0};
    if (row->state != MANDATE_CERTIFIED) return OK;
    TRY(mandate_words_read(shop, row, &words));
    if (words.certificate.len == 0) return OK; /* their person was erased */
    TRY(certificate_put(shop, &words, &json));
    id_put(shop, ID_MANDATE, row->no, &name);
    buf_text(&name, ".json");
    TRY(archive_put(&filing->archive, buf_slice(&name), buf_slice(&json)));
    sha256_one(shop->crypto, buf_slice(&json), &hash);
    buf_print(&filing->manifest, "line %s ", buf_c(&words.line));
    buf_slice_put(&filing->manifest, buf_slice(&name));
    buf_text(&filing->manifest, " sha256 ");
    hex_put(&filing->manifest, SLICE_OF(hash));
    buf_text(&filing->manifest, " reference ");
    buf_slice_put(&filing->manifest, buf_slice(&words.reference));
    buf_byte(&filing->manifest, '\n');
    filing->certified++;
    return OK;
}

static void manifest_begin(struct filing *filing)
{
    struct shop *shop = filing->batch->shop;
    struct buf *out = &filing->manifest;
    id_put(shop, ID_COUNSEL, filing->counsel.no, out);
    buf_byte(out, ' ');
    id_put(shop, ID_INCIDENT, filing->counsel.about, out);
    buf_print(out, "\ncounsel %s\nrecipient %s\ncount %u\nmade ", buf_c(&filing->words.counsel),
              buf_c(&filing->words.recipient), filing->certifying.count);
    time_put(out, filing->batch->now_us);
    buf_print(out, "\nlines %llu\n", (unsigned long long)filing->words.lines);
}

/* The manifest, signed; its hash is what the request's line says of this file. */
static RESULT manifest_end(struct filing *filing, struct answer *out)
{
    struct batch *batch = filing->batch;
    struct hash hash = {{0}};
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf note = {0}, text = {0}, hex = {0};
    buf_print(&filing->manifest, "certificates %llu\n%s", (unsigned long long)filing->certified, rest_words);
    ledger_statement(batch->shop->ledger, "certificates", buf_slice(&filing->manifest), &note);
    TRY(archive_put(&filing->archive, SLICE_TEXT("manifest.txt"), buf_slice(&note)));
    tar_end_put(&filing->archive.tar);
    sha256_one(batch->shop->crypto, buf_slice(&note), &hash);
    hex_put(&hex, SLICE_OF(hash));
    cbor_map(&text, 2);
    put_text(&text, "act", SLICE_TEXT("answered"));
    put_text(&text, "manifest", buf_slice(&hex));
    TRY(matter_add(batch, filing->reader, &filing->counsel, buf_slice(&text), &receipt));
    batch_receipt(out, &receipt);
    return OK;
}

static RESULT file_seal(struct filing *filing, struct buf *out)
{
    struct age_recipient recipient = {{0}};
    SCOPED(age_seal_free) struct age_seal *seal = NULL;
    TRY(age_recipient_get(buf_slice(&filing->words.recipient), &recipient));
    TRY(age_seal_to(filing->batch->shop->crypto, &recipient, 1, out, &seal));
    TRY(age_seal_put(seal, buf_slice(&filing->archive.tar), out));
    return age_seal_end(seal, out);
}

/* Are all of them in the ledger? Those of the batch at hand are not yet. */
static RESULT are_durable(struct filing *filing, bool *out)
{
    struct shop *shop = filing->batch->shop;
    *out = true;
    for (size_t i = 0; i < filing->mandates.count; i++) {
        SCOPED(mandate_words_done) struct mandate_words words = {.entry = 0};
        if (filing->mandates.at[i].state != MANDATE_CERTIFIED) continue;
        TRY(mandate_words_read(shop, &filing->mandates.at[i], &words));
        *out = *out && words.entry < ledger_durable(shop->ledger);
    }
    return OK;
}

static RESULT file_write(struct filing *filing, struct answer *out, struct buf *file)
{
    filing->archive.crypto = filing->batch->shop->crypto;
    filing->archive.now_us = filing->batch->now_us;
    manifest_begin(filing);
    for (size_t i = 0; i < filing->mandates.count; i++)
        TRY(certificate_file(filing, &filing->mandates.at[i]));
    TRY(manifest_end(filing, out));
    return file_seal(filing, file);
}

RESULT verb_counsel_file(struct batch *batch, const struct reader *reader, const struct counsel_file_ask *ask,
                         struct answer *out)
{
    struct shop *shop = batch->shop;
    bool some = false, durable = false;
    SCOPED(buf_done) struct buf file = {0}, data = {0};
    SCOPED(filing_free) struct filing *filing = calloc(1, sizeof *filing);
    if (!filing) return FAIL(UNAVAILABLE, "counsel: out of memory");
    filing->batch = batch;
    filing->reader = reader;
    TRY(containment_ask(&shop->access));
    TRY(desk_find(shop, reader, ID_COUNSEL, ask->id, &filing->counsel));
    if (filing->counsel.state != COUNSEL_STARTED)
        return FAIL(CONFLICT, "counsel: somebody else than who opened it starts it first; or it was dropped");
    TRY(counsel_words_read(shop, &filing->counsel, &filing->words));
    TRY(certifying_of(batch, reader, &filing->counsel, &filing->words, &filing->certifying));
    TRY(mandates_of(shop, filing->counsel.no, &filing->mandates));
    TRY(missing_make(filing, &some));
    if (!some) TRY(are_durable(filing, &durable));
    if (durable) TRY(file_write(filing, out, &file));
    base64_put(&data, buf_slice(&file));
    cbor_map(&out->body, 5);
    put_text(&out->body, "taking", (struct slice){0});
    put_number(&out->body, "piece", 0);
    put_number(&out->body, "people", filing->certified);
    put_bool(&out->body, "more", !durable);
    put_text(&out->body, "data", buf_slice(&data));
    return OK;
}

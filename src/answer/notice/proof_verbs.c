/* What was sent to one person, with proof; is a code ours; bounces; a shop's own texts. */
#include "answer/notice/dsn.h"
#include "answer/notice/notice_lint.h"
#include "answer/notice/person.h"
#include "answer/notice/proof.h"
#include "answer/notice/told.h"
#include "answer/notice/verbs.h"
#include "keep/access/authority.h"
#include "keep/access/notice_row.h"
#include "keep/put.h"
#include "mail/texts.h"
#include "prove/tree.h"

#include <stdlib.h>

enum { ROW_HEAD = 8 + HASH_BYTES + 2, MAP_MAX = 16 };

/* The newest record of what was delivered to somebody. */
struct found {
    struct subject_no no;
    bool there;
    uint64_t entry;
    struct buf sealed;
    struct hash *leaves;
    size_t count, place;
};

/* What the person's record says of its keys. Borrowed. */
struct person_keys {
    const struct record *record;
    const struct secret *present;
};

static void found_done(struct found *found)
{
    buf_done(&found->sealed);
    free(found->leaves);
}

/* One blob of records: its leaves, and whether the person is among them. */
static RESULT blob_take(void *context, uint64_t entry, struct slice bytes)
{
    struct found *found = context;
    struct cursor rest = {bytes, false};
    struct hash *leaves = calloc(bytes.len / ROW_HEAD + 1, sizeof *leaves);
    size_t count = 0, place = SIZE_MAX;
    struct slice sealed = {0};
    if (!leaves) return FAIL(UNAVAILABLE, "notice: out of memory");
    while (rest.rest.len > 0 && !rest.bad) {
        uint64_t no = cursor_be64(&rest);
        struct slice leaf = cursor_take(&rest, HASH_BYTES);
        struct slice box = cursor_take(&rest, cursor_be16(&rest));
        if (rest.bad) break;
        memcpy(leaves[count].bytes, leaf.at, HASH_BYTES);
        if (no == found->no.at) {
            place = count;
            sealed = box;
        }
        count++;
    }
    if (rest.bad || place == SIZE_MAX) {
        free(leaves);
        return rest.bad ? FAIL(CORRUPT, "notice: stored records of deliveries are malformed") : OK;
    }
    free(found->leaves);
    found->leaves = leaves;
    found->count = count;
    found->place = place;
    found->entry = entry;
    found->there = true;
    buf_clear(&found->sealed);
    buf_slice_put(&found->sealed, sealed);
    return OK;
}

/* Open it under the data key of its time; behind it the present one is set again. */
static RESULT box_open(struct shop *shop, const struct person_keys *keys, const struct found *found,
                       struct slice aad, struct buf *out)
{
    SCOPED(eras_done) struct eras eras = {0};
    TRY(record_eras(shop, found->no, keys->record, &eras));
    const struct secret *then = era_key(&eras, keys->present, found->entry);
    if (then != keys->present) aead_key(shop->dek, then);
    struct result opened = aead_open(shop->dek, aad, buf_slice(&found->sealed), out);
    if (then != keys->present) aead_key(shop->dek, keys->present);
    return opened;
}

/* Open the record; the person's data key is set. TAMPERED when it is not what the entry holds. */
static RESULT record_opened(struct shop *shop, const struct run *run, const struct person_keys *keys,
                            const struct found *found, struct buf *out)
{
    struct hash leaf = {{0}}, root = {{0}};
    struct entry entry = {0};
    SCOPED(buf_done) struct buf aad = {0}, bytes = {0};
    buf_text(&aad, "amanah notice record 1");
    buf_be64(&aad, found->no.at);
    buf_be32(&aad, run->row.id);
    TRY(box_open(shop, keys, found, buf_slice(&aad), out));
    leaf_hash(shop->crypto, buf_slice(out), &leaf);
    merkle_root(shop->crypto, found->leaves, found->count, &root);
    TRY(ledger_entry(shop->ledger, found->entry, &bytes, NULL));
    TRY(entry_read(buf_slice(&bytes), &entry));
    bool good = bytes_equal_ct(leaf.bytes, found->leaves[found->place].bytes, HASH_BYTES) &&
                entry.has_object && bytes_equal_ct(root.bytes, entry.object.bytes, HASH_BYTES);
    return good ? OK
                : FAIL(TAMPERED, "notice: a record of a delivery is not the one that entry %llu holds",
                       (unsigned long long)found->entry);
}

static void path_put(struct shop *shop, const struct found *found, struct slice record, struct buf *out)
{
    struct proof proof = {0};
    SCOPED(buf_done) struct buf hex = {0};
    merkle_path(shop->crypto, found->leaves, found->count, found->place, &proof);
    cbor_text(out, SLICE_TEXT("proof"));
    cbor_map(out, 5);
    put_number(out, "entry", found->entry);
    put_number(out, "place", found->place);
    put_number(out, "records", found->count);
    hex_put(&hex, record);
    put_text(out, "record_cbor", buf_slice(&hex));
    cbor_text(out, SLICE_TEXT("path"));
    cbor_array(out, proof.count);
    for (size_t i = 0; i < proof.count; i++) {
        buf_clear(&hex);
        hex_put(&hex, SLICE_OF(proof.hashes[i].bytes));
        cbor_text(out, buf_slice(&hex));
    }
}

/* An answer that depends on a person's values: its own entry. */
struct proof_look {
    enum run_entry kind;
    const struct run *run;
    const struct sighted *sighted;
    const struct secret *data_key;
};

static RESULT look_note(struct batch *batch, const struct reader *reader, const struct proof_look *look,
                        struct answer *out)
{
    struct draft draft = batch_draft(batch, reader, ENTRY_RUN);
    struct hash salt = {{0}}, leaf = {{0}};
    struct receipt receipt = {0};
    draft.entry.full = look->sighted->full;
    draft.entry.masked = look->sighted->masked;
    draft.entry.object_kind = look->kind;
    draft.entry.object_id = look->run->row.id;
    leaf_salt(batch->shop->crypto, look->data_key, draft.entry.nonce, &salt);
    set_leaf(batch->shop->crypto, &salt, look->sighted, NULL, &leaf);
    draft.set = look->sighted;
    draft.leaves = &leaf;
    draft.set_count = 1;
    batch_append(batch, &draft, &receipt);
    batch_receipt(out, &receipt);
    return OK;
}

static enum person_state state_of(const struct run *run, struct subject_no no)
{
    for (unsigned i = 1; i < PERSON_STATES; i++) {
        if (set_has(&run->states[i], no.at)) return (enum person_state)i;
    }
    return (enum person_state)0;
}

/* The text member of a record's map. */
static struct slice record_text_of(struct slice record, const char *name)
{
    struct cbor reader = cbor_reader(record);
    size_t pairs = 0;
    if (cbor_read_map(&reader, &pairs).code != CODE_OK || pairs > MAP_MAX) return (struct slice){0};
    for (size_t i = 0; i < pairs; i++) {
        struct slice key = {0}, text = {0};
        if (cbor_read_text(&reader, &key).code != CODE_OK) return (struct slice){0};
        if (!slice_is(key, name)) {
            if (cbor_skip(&reader).code != CODE_OK) return (struct slice){0};
            continue;
        }
        return cbor_read_text(&reader, &text).code == CODE_OK ? text : (struct slice){0};
    }
    return (struct slice){0};
}

static void text_put_of(const struct notice_mail *mail, struct slice record, struct buf *out)
{
    SCOPED(buf_done) struct buf hex = {0};
    hex_put(&hex, SLICE_OF(mail->text.bytes));
    cbor_text(out, SLICE_TEXT("text"));
    cbor_map(out, 4);
    put_text(out, "subject", buf_slice(&mail->subject));
    put_text(out, "body", buf_slice(&mail->body));
    put_text(out, "sha256", buf_slice(&hex));
    put_bool(out, "as_delivered", slice_equal(buf_slice(&hex), record_text_of(record, "text_sha256")));
}

RESULT verb_notice_person(struct batch *batch, const struct reader *reader,
                          const struct notice_person_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct incident *incident = NULL;
    struct notices *runs = NULL;
    struct record record;
    SCOPED(found_done) struct found found = {0};
    SCOPED(notice_mail_done) struct notice_mail mail = {0};
    SCOPED(buf_done) struct buf bytes = {0}, text = {0};
    SECRET data_key = {{0}};
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(runs_of(shop, &runs));
    struct run *run = run_by_id(runs, ask->run);
    if (!run || run->row.incident != incident->no)
        return FAIL(NOT_FOUND, "notice: this incident has no such run");
    TRY(id_get(shop, ID_SUBJECT, ask->subject, &found.no.at));
    enum person_state state = state_of(run, found.no);
    if (state == 0) return FAIL(SUBJECT_UNKNOWN, "subject: the run is not about them");
    TRY(record_get(shop, found.no, false, &bytes, &record, NULL));
    TRY(shop->store->run->said_each(shop->store, run->row.id, found.no, blob_take, &found));
    TRY(notice_mail_make(batch, runs, run, found.no, &mail)); /* sets the data key */
    TRY(record_unlock(shop, found.no, &record, &data_key));
    if (found.there) TRY(record_opened(shop, run, &(struct person_keys){&record, &data_key}, &found, &text));
    const struct run_odd *odd = run_odd_of(run, found.no, false);
    cbor_map(&out->body, 8 + (size_t)found.there);
    put_text(&out->body, "subject", ask->subject);
    put_number(&out->body, "run", run->row.id);
    put_text(&out->body, "state", slice_text(person_state_name(state)));
    put_number(&out->body, "attempts", odd ? odd->attempts : 0);
    put_number(&out->body, "unknown", odd ? odd->doubts : 0);
    put_number(&out->body, "reply", odd ? odd->reply : 0);
    text_put_of(&mail, buf_slice(&text), &out->body);
    cbor_text(&out->body, SLICE_TEXT("delivered"));
    if (found.there)
        buf_slice_put(&out->body, buf_slice(&text));
    else
        cbor_null(&out->body);
    if (found.there) path_put(shop, &found, buf_slice(&text), &out->body);
    const struct sighted sighted = {found.no, record.held & ((uint64_t)1 << FIELD_NAME),
                                    record.held & ((uint64_t)1 << FIELD_EMAIL)};
    return look_note(batch, reader, &(struct proof_look){RUN_ENTRY_PROVED, run, &sighted, &data_key}, out);
}

static void false_put(struct buf *out)
{
    cbor_map(out, 1);
    put_bool(out, "ours", false);
}

RESULT notice_check(struct batch *batch, const struct reader *reader, struct slice code, bool *out_ours,
                    struct answer *out)
{
    struct shop *shop = batch->shop;
    struct notices *runs = NULL;
    struct record record;
    uint32_t number = 0;
    SCOPED(found_done) struct found found = {0};
    SCOPED(buf_done) struct buf bytes = {0}, text = {0};
    SECRET data_key = {{0}};
    TRY(runs_of(shop, &runs));
    *out_ours = notice_code_get(runs->codes, code, &number, &found.no);
    if (!*out_ours) {
        false_put(&out->body); /* by arithmetic alone: it says nothing about anybody */
        return OK;
    }
    struct run *run = run_by_id(runs, number);
    if (!run) return FAIL(NOT_FOUND, "notice: the run of this code is not there");
    TRY(run_words(batch, run));
    TRY(record_get(shop, found.no, false, &bytes, &record, NULL));
    TRY(shop->store->run->said_each(shop->store, number, found.no, blob_take, &found));
    TRY(record_unlock(shop, found.no, &record, &data_key));
    if (found.there) TRY(record_opened(shop, run, &(struct person_keys){&record, &data_key}, &found, &text));
    cbor_map(&out->body, 5);
    put_bool(&out->body, "ours", true);
    put_text(&out->body, "kind", slice_text(notice_kind_name(run->words->spec.kind)));
    put_text(&out->body, "state", slice_text(person_state_name(state_of(run, found.no))));
    put_text(&out->body, "sent", record_text_of(buf_slice(&text), "accepted"));
    put_text(&out->body, "to", record_text_of(buf_slice(&text), "to"));
    const struct sighted sighted = {found.no, 0, record.held & ((uint64_t)1 << FIELD_EMAIL)};
    return look_note(batch, reader, &(struct proof_look){RUN_ENTRY_CHECKED, run, &sighted, &data_key}, out);
}

RESULT verb_notice_verify(struct batch *batch, const struct reader *reader,
                          const struct notice_verify_ask *ask, struct answer *out)
{
    bool ours = false;
    return notice_check(batch, reader, ask->code, &ours, out);
}

RESULT verb_notice_bounce(struct batch *batch, const struct reader *reader,
                          const struct notice_bounce_ask *ask, struct answer *out)
{
    struct notices *runs = NULL;
    struct dsn dsn = {DSN_NONE, 0};
    struct subject_no no = {0};
    struct receipt receipt = {0};
    uint32_t number = 0;
    TRY(runs_of(batch->shop, &runs));
    if (!return_path_get(runs->codes, ask->recipient, &number, &no))
        return FAIL(INVALID, "recipient: no return path of a notice");
    struct run *run = run_by_id(runs, number);
    if (!run) return FAIL(NOT_FOUND, "notice: the run of this return path is not there");
    TRY(dsn_read(ask->message, &dsn));
    enum person_state state = state_of(run, no);
    bool takes = dsn.action == DSN_FAILED && (state == PERSON_ACCEPTED || state == PERSON_UNKNOWN);
    if (takes) {
        struct run_odd *odd = run_odd_of(run, no, true);
        if (odd->made_us == 0) odd->made_us = batch->now_us;
        odd->reply = dsn.status;
        TRY(run_odd_keep(batch, odd));
        run_move(run, no, state, PERSON_BOUNCED);
        TRY(run_flush(batch, run));
        struct draft draft = batch_draft(batch, reader, ENTRY_RUN);
        draft.entry.count = 1;
        draft.entry.object_kind = RUN_ENTRY_BOUNCED;
        draft.entry.object_id = run->row.id;
        batch_append(batch, &draft, &receipt);
        batch_receipt(out, &receipt);
    }
    cbor_map(&out->body, 3);
    put_number(&out->body, "run", number);
    put_bool(&out->body, "bounced", takes);
    put_number(&out->body, "status", dsn.status);
    return OK;
}

RESULT verb_notice_text(struct batch *batch, const struct reader *reader, const struct notice_text_ask *ask,
                        struct answer *out)
{
    struct shop *shop = batch->shop;
    const struct lawbook *book = NULL;
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf where = {0}, missing = {0};
    SCOPED(notice_faults_done) struct notice_faults faults = {{0}};
    enum notice_kind kind = ask->kind.len == 0 ? NOTICE_FIRST : notice_kind_of(ask->kind);
    size_t language = says_language(ask->lang);
    if (kind == 0) return FAIL(INVALID, "kind: notice, supplement, care or watch");
    if (!slice_is(ask->lang, mail_language(language))) return FAIL(FIELD_FORMAT, "lang: is id, ko or en");
    struct slice text = ask->text.len > 0 ? ask->text : notice_template(shop, kind, language);
    buf_print(&where, "%s/%s", mail_language(language), notice_kind_name(kind));
    TRY(says_check(text, buf_c(&where)));
    TRY(lawbook(shop, &book));
    struct spec spec = {.kind = kind, .languages = 1u << language, .since_us = 1};
    spec.texts[language] = text;
    static const char *const facts[] = {"contact", "relief", "rights"};
    for (size_t i = 0; i < COUNT_OF(facts); i++)
        spec.facts[spec.fact_count++] = (struct spec_fact){slice_text(facts[i]), {0}, SLICE_TEXT("x")};
    const struct law_regime *regime =
        NULL; /* every law in that language: a text is checked before a leak names one */
    for (size_t i = 0; (regime = law_at(book->law, i)) != NULL && spec.regime_count < SPEC_REGIMES_MAX; i++) {
        bool speaks = false;
        for (uint32_t k = 0; k < regime->languages.at_count; k++)
            speaks = speaks || slice_is(ask->lang, regime->languages.at[k]);
        if (speaks) spec.regimes[spec.regime_count++] = slice_text(regime->id);
    }
    size_t count = draft_missing(&spec, book->law, &missing);
    TRY(template_lint(shop, kind, language, text, &faults));
    if (ask->text.len > 0) {
        if (count > 0) return FAIL(CHECK_NOT_MET, "text: does not say what it must: %s", buf_c(&missing));
        TRY(notice_faults_refuse(&faults, "text"));
        TRY(authority_put(batch, reader, AUTHORITY_NOTICE, notice_template_row(kind, language), text,
                          &receipt));
        batch_receipt(out, &receipt);
    }
    cbor_map(&out->body, 6);
    put_text(&out->body, "lang", ask->lang);
    put_text(&out->body, "kind", slice_text(notice_kind_name(kind)));
    put_bool(&out->body, "own", notice_row(&shop->access, notice_template_row(kind, language)).len > 0);
    put_text(&out->body, "missing", buf_slice(&missing));
    cbor_text(&out->body, SLICE_TEXT("findings"));
    buf_slice_put(&out->body, buf_slice(&faults.list));
    put_text(&out->body, "text", text);
    return OK;
}

#include "cli/proof_file.h"

#include "base/clock.h"
#include "base/doc.h"

#include <string.h>

static const char tlog_proof_begins[] = "c2sp.org/tlog-proof@v1\n";

void proof_found_done(struct proof_found *found)
{
    buf_done(&found->vkey);
    buf_done(&found->facts);
}

/* What stays the same while one file is checked. */
struct checker {
    struct crypto *crypto;
    const struct proof_question *question;
    struct proof_found *found;
    struct note_check key;
};

/* The key to check against: the given one, else that of the file. */
static RESULT take_vkey(struct checker *checker, struct slice in_file)
{
    struct slice vkey = checker->question->vkey;
    if (vkey.len == 0) {
        vkey = in_file;
        checker->found->vkey_from_file = true;
    }
    if (vkey.len == 0)
        return FAIL(USAGE, "--vkey: missing, and the file carries none; give the ledger's verifier key");
    TRY(vkey_get(checker->crypto, vkey, &checker->key.key));
    buf_slice_put(&checker->found->vkey, vkey);
    return OK;
}

static RESULT check_checkpoint(struct checker *checker, struct slice note)
{
    return checkpoint_open(checker->crypto, note, &checker->key, 1, &checker->found->checkpoint);
}

/* The entry at hand: it must hash to `leaf`. */
static RESULT check_entry(struct checker *checker, const struct hash *leaf)
{
    struct hash own = {{0}};
    leaf_hash(checker->crypto, checker->question->entry, &own);
    if (!hash_equal(&own, leaf)) return FAIL(PROOF_BAD, "entry: it is not the one that the receipt names");
    TRY(entry_read(checker->question->entry, &checker->found->entry));
    checker->found->has_entry = true;
    return OK;
}

static RESULT check_receipt(struct checker *checker, struct doc receipt, struct slice vkey)
{
    struct proof_found *found = checker->found;
    struct hash leaf = {{0}};
    found->kind = PROOF_RECEIPT;
    TRY(take_vkey(checker, vkey));
    TRY(check_checkpoint(checker, doc_text(doc_get(receipt, "checkpoint"))));
    found->index = doc_number(doc_get(receipt, "index"));
    if (!doc_hash(doc_get(receipt, "leaf_hash"), leaf.bytes)) {
        return FAIL(INVALID, "receipt: leaf_hash is missing or is no hash");
    }
    if (found->index >= found->checkpoint.size) {
        return FAIL(PROOF_BAD, "receipt: its checkpoint is of %llu entries and does not cover its index",
                    (unsigned long long)found->checkpoint.size);
    }
    if (found->checkpoint.size == 1 && !hash_equal(&leaf, &found->checkpoint.root)) {
        return FAIL(PROOF_BAD, "receipt: its leaf hash is not the only leaf of its checkpoint");
    }
    if (checker->question->entry.len > 0) return check_entry(checker, &leaf);
    return OK;
}

static RESULT check_tlog_proof(struct checker *checker, struct slice text, struct slice vkey)
{
    SCOPED(tlog_proof_done) struct tlog_proof file = {0};
    struct proof_found *found = checker->found;
    struct hash leaf = {{0}};
    found->kind = PROOF_ENTRY;
    TRY(take_vkey(checker, vkey));
    TRY(tlog_proof_get(text, &file));
    struct slice entry = checker->question->entry;
    if (entry.len == 0) entry = buf_slice(&file.extra);
    if (entry.len == 0)
        return FAIL(USAGE, "--entry: missing, and the file carries no entry; give the entry's bytes");
    leaf_hash(checker->crypto, entry, &leaf);
    TRY(tlog_proof_check(checker->crypto, &file, &leaf, &checker->key, 1, &found->checkpoint));
    TRY(entry_read(entry, &found->entry));
    found->index = file.index;
    found->has_entry = true;
    return OK;
}

/* A certificate for counsel: signed by the ledger's key, and its hash in the entry that the proof is of. */
static RESULT check_certificate(struct checker *checker, struct doc file)
{
    static const char begins[] = CERTIFICATE_FORMAT "\n";
    struct proof_found *found = checker->found;
    struct slice text = doc_text(doc_get(file, "certificate"));
    struct note note = {0};
    struct hash hash = {{0}};
    TRY(check_tlog_proof(checker, doc_text(doc_get(file, "proof")), doc_text(doc_get(file, "vkey"))));
    TRY(note_parse(text, &note));
    TRY(note_verify(checker->crypto, &note, &checker->key, 1));
    if (!slice_starts(note.text, begins))
        return FAIL(PROOF_BAD, "certificate: the note that was signed is no certificate");
    sha256_one(checker->crypto, text, &hash);
    if (found->entry.kind != ENTRY_RELIEF || !found->entry.has_object ||
        !hash_equal(&hash, &found->entry.object))
        return FAIL(PROOF_BAD, "certificate: its entry holds the hash of another one");
    found->kind = PROOF_CERTIFICATE;
    buf_slice_put(&found->facts, slice_from(note.text, sizeof begins - 1));
    return OK;
}

/* A list of hashes: a path or an inclusion proof. */
static RESULT take_hashes(struct doc list, const char *name, struct proof *out)
{
    struct docs hashes = docs_of(list);
    struct doc hash = {0};
    if (!doc_there(list)) return FAIL(INVALID, "proof: %s is missing", name);
    while (docs_next(&hashes, &hash)) {
        if (out->count == PROOF_HASHES_MAX || !doc_hash(hash, out->hashes[out->count].bytes)) {
            return FAIL(INVALID, "proof: %s is not a list of at most %d hashes", name, PROOF_HASHES_MAX);
        }
        out->count++;
    }
    return OK;
}

/* What an observed subject's leaf binds, made again from the observations that the proof shows. */
static RESULT make_bound(struct checker *checker, struct doc shown, struct hash *out)
{
    enum { NUMBERS = 5 };
    struct docs ones = docs_of(doc_get(shown, "ones"));
    struct doc one = {0}, number = {0};
    uint32_t end = (uint32_t)ones.left;
    SCOPED(buf_done) struct buf room = {0};
    struct observed observed = {.set_count = 1, .ends = &end};
    if (!doc_hash(doc_get(shown, "file"), observed.hash.bytes) || ones.left == 0 ||
        ones.left > OBSERVED_ONES_MAX)
        return FAIL(INVALID, "proof: what was observed is malformed");
    while (docs_next(&ones, &one)) {
        uint64_t numbers[NUMBERS] = {0};
        struct docs parts = docs_of(one);
        for (size_t i = 0; i < NUMBERS && docs_next(&parts, &number); i++) numbers[i] = doc_number(number);
        struct observation read = {(uint32_t)numbers[0], (uint32_t)numbers[1], numbers[2], numbers[3],
                                   numbers[4]};
        buf_put(&room, &read, sizeof read);
    }
    observed.ones = (struct observation *)(void *)room.at;
    observed_bind(checker->crypto, &observed, 0, out);
    return OK;
}

/* The leaf of one subject in an entry's set, made again from the salt that only this subject's proof shows. */
static RESULT make_set_leaf(struct checker *checker, struct doc proof, struct hash *out)
{
    struct hash salt = {{0}};
    struct sighted sighted = {.no = {doc_number(doc_get(proof, "subject"))},
                              .full = doc_number(doc_get(proof, "full")),
                              .masked = doc_number(doc_get(proof, "masked"))};
    if (!doc_hash(doc_get(proof, "salt"), salt.bytes)) return FAIL(INVALID, "proof: the salt is missing");
    struct doc shown = doc_get(proof, "observed");
    struct hash bound = {{0}};
    if (doc_there(shown)) TRY(make_bound(checker, shown, &bound));
    set_leaf(checker->crypto, &salt, &sighted, doc_there(shown) ? &bound : NULL, out);
    return OK;
}

static bool same_time(struct doc time, int64_t us)
{
    int64_t said = 0;
    if (doc_text(time).len == 0) return doc_number(time) == (uint64_t)us;
    return time_get(doc_text(time), &said).code == CODE_OK && said == us;
}

/* That the entry of one look is in the ledger, and holds this subject; `look` only numbers it for the words. */
static RESULT check_look(struct checker *checker, struct doc item, unsigned long long look)
{
    const struct checkpoint *checkpoint = &checker->found->checkpoint;
    struct doc proof = doc_get(item, "proof");
    struct proof inclusion = {0}, path = {0};
    struct hash leaf = {{0}}, of_set = {{0}};
    struct entry entry = {0};
    SCOPED(buf_done) struct buf bytes = {0};
    if (!doc_bytes(doc_get(proof, "entry"), &bytes))
        return FAIL(INVALID, "look %llu: the entry is missing", look);
    TRY(entry_read(buf_slice(&bytes), &entry));
    TRY(take_hashes(doc_get(proof, "inclusion"), "inclusion", &inclusion));
    TRY(take_hashes(doc_get(proof, "path"), "path", &path));
    TRY(make_set_leaf(checker, proof, &of_set));
    leaf_hash(checker->crypto, buf_slice(&bytes), &leaf);
    if (proof_inclusion_check(checker->crypto, doc_number(doc_get(item, "index")), checkpoint->size, &leaf,
                              &inclusion, &checkpoint->root)
            .code != CODE_OK) {
        return FAIL(PROOF_BAD, "look %llu: its entry is not in the ledger at its index", look);
    }
    if (!entry.has_root || proof_inclusion_check(checker->crypto, doc_number(doc_get(proof, "position")),
                                                 entry.count, &of_set, &path, &entry.root)
                                   .code != CODE_OK) {
        return FAIL(PROOF_BAD, "look %llu: its entry is not about this person and these fields", look);
    }
    if (!doc_is(doc_get(item, "kind"), entry_kind_name(entry.kind)) ||
        !same_time(doc_get(item, "time"), entry.time_us)) {
        return FAIL(PROOF_BAD, "look %llu: its kind or time is not that of its entry", look);
    }
    return OK;
}

/* Every look must be of one and the same subject. */
static RESULT check_person(struct checker *checker, struct doc file)
{
    struct docs items = docs_of(doc_get(file, "items"));
    struct doc item = {0};
    uint64_t subject = 0;
    checker->found->kind = PROOF_PERSON;
    TRY(take_vkey(checker, doc_text(doc_get(file, "vkey"))));
    TRY(check_checkpoint(checker, doc_text(doc_get(file, "checkpoint"))));
    for (uint64_t look = 1; docs_next(&items, &item); look++) {
        uint64_t one = doc_number(doc_get(doc_get(item, "proof"), "subject"));
        if (look > 1 && one != subject)
            return FAIL(PROOF_BAD, "look %llu: of somebody else", (unsigned long long)look);
        subject = one;
        TRY(check_look(checker, item, look));
        checker->found->looks = look;
    }
    return OK;
}

static RESULT check_json(struct checker *checker, struct doc file)
{
    struct slice vkey = doc_text(doc_get(file, "vkey")), proof = doc_text(doc_get(file, "proof"));
    struct doc receipt = doc_get(file, "receipt");
    if (doc_is(doc_get(file, "format"), PERSON_PROOF_FORMAT)) return check_person(checker, file);
    if (doc_is(doc_get(file, "format"), CERTIFICATE_FORMAT)) return check_certificate(checker, file);
    if (slice_starts(proof, tlog_proof_begins)) return check_tlog_proof(checker, proof, vkey);
    if (doc_there(receipt)) return check_receipt(checker, receipt, vkey);
    if (doc_there(doc_get(file, "leaf_hash"))) return check_receipt(checker, file, vkey);
    if (!doc_there(doc_get(file, "checkpoint"))) {
        return FAIL(INVALID, "file: neither a receipt nor a proof; see amanah help verify");
    }
    TRY(take_vkey(checker, vkey));
    return check_checkpoint(checker, doc_text(doc_get(file, "checkpoint")));
}

RESULT proof_file_check(struct crypto *crypto, const struct proof_question *question, struct proof_found *out)
{
    SCOPED(proof_found_done) struct proof_found found = {0};
    SCOPED(buf_done) struct buf cbor = {0};
    struct checker checker = {.crypto = crypto, .question = question, .found = &found};
    if (slice_starts(question->file, tlog_proof_begins)) {
        TRY(check_tlog_proof(&checker, question->file, (struct slice){0}));
    } else if (slice_starts(question->file, "{")) {
        TRY(doc_from_json(question->file, &cbor));
        TRY(check_json(&checker, doc_of(buf_slice(&cbor))));
    } else {
        TRY(take_vkey(&checker, (struct slice){0}));
        TRY(check_checkpoint(&checker, question->file));
    }
    *out = TAKE(found);
    return OK;
}

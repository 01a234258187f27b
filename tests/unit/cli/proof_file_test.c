#include "cli/proof_file.h"

#include "base/json.h"
#include "prop.h"

enum { LEAVES = 9, LOOK = 4, SET = 5, PLACE = 3, SUBJECT = 77 };

/* A ledger of nine entries; entry 4 is a reveal of five people, the fourth of them number 77. */
struct sample {
    struct crypto *crypto;
    struct buf entries[LEAVES];
    struct hash leaves[LEAVES];
    struct hash set_leaves[SET], salts[SET];
    struct checkpoint checkpoint;
    struct buf vkey, note;
};

static struct sighted sighted_at(size_t place)
{
    return (struct sighted){.no = {SUBJECT - PLACE + place}, .full = 6, .masked = 8};
}

static int sample_make(void **state)
{
    struct sample *sample = calloc(1, sizeof *sample);
    SECRET seed = {{7}};
    SCOPED(signer_free) struct signer *signer = NULL;
    struct note_key key = {0};
    uint8_t public_key[PUBLIC_KEY_BYTES];
    assert_ok(crypto_new(&sample->crypto));
    assert_ok(signer_new(sample->crypto, &seed, &signer));
    signer_public(signer, public_key);
    assert_ok(note_key_make(sample->crypto, KEY_ED25519, SLICE_TEXT("shop.example/log"), public_key, &key));
    for (size_t i = 0; i < SET; i++) {
        struct sighted one = sighted_at(i);
        memset(sample->salts[i].bytes, (int)i + 1, HASH_BYTES);
        set_leaf(sample->crypto, &sample->salts[i], &one, NULL, &sample->set_leaves[i]);
    }
    for (size_t i = 0; i < LEAVES; i++) {
        struct entry entry = {.kind = i == LOOK ? ENTRY_REVEAL : ENTRY_CREATE,
                              .time_us = 1000000 * (int64_t)(i + 1)};
        if (i == LOOK) {
            entry.count = SET;
            entry.has_root = true;
            merkle_root(sample->crypto, sample->set_leaves, SET, &entry.root);
        }
        entry_write(&entry, &sample->entries[i]);
        leaf_hash(sample->crypto, buf_slice(&sample->entries[i]), &sample->leaves[i]);
    }
    sample->checkpoint.size = LEAVES;
    memcpy(sample->checkpoint.origin, "shop.example/log", sizeof "shop.example/log");
    merkle_root(sample->crypto, sample->leaves, LEAVES, &sample->checkpoint.root);
    checkpoint_sign(signer, &key, &sample->checkpoint, &sample->note);
    vkey_put(&sample->vkey, &key);
    *state = sample;
    return 0;
}

static int sample_free(void **state)
{
    struct sample *sample = *state;
    for (size_t i = 0; i < LEAVES; i++) buf_done(&sample->entries[i]);
    buf_done(&sample->vkey);
    buf_done(&sample->note);
    crypto_free(&sample->crypto);
    free(sample);
    return 0;
}

static struct result check(struct sample *sample, struct slice file, struct slice vkey,
                           struct proof_found *found)
{
    struct proof_question question = {.file = file, .vkey = vkey};
    return proof_file_check(sample->crypto, &question, found);
}

static void receipt_put(struct sample *sample, uint64_t index, struct buf *out)
{
    buf_print(out, "{\"values\":[],\"receipt\":{\"index\":%llu,\"leaf_hash\":", (unsigned long long)index);
    json_base64(out, SLICE_OF(sample->leaves[LOOK]));
    buf_text(out, ",\"checkpoint\":");
    json_text(out, buf_slice(&sample->note));
    buf_text(out, "}}");
}

static void hashes_put(struct buf *out, const char *name, const struct proof *proof)
{
    buf_print(out, "\"%s\":[", name);
    for (size_t i = 0; i < proof->count; i++) {
        if (i > 0) buf_byte(out, ',');
        json_base64(out, SLICE_OF(proof->hashes[i]));
    }
    buf_text(out, "],");
}

/* The proof file of subject 77: one look. */
static void person_put(struct sample *sample, struct buf *out)
{
    struct proof path = {0}, inclusion = {0};
    merkle_path(sample->crypto, sample->set_leaves, SET, PLACE, &path);
    merkle_path(sample->crypto, sample->leaves, LEAVES, LOOK, &inclusion);
    buf_text(out, "{\"format\":\"" PERSON_PROOF_FORMAT "\",\"subject\":\"sub_x\",\"vkey\":");
    json_text(out, buf_slice(&sample->vkey));
    buf_text(out, ",\"checkpoint\":");
    json_text(out, buf_slice(&sample->note));
    buf_print(out,
              ",\"items\":[{\"index\":%d,\"kind\":\"reveal\",\"time\":\"1970-01-01T00:00:05Z\",\"proof\":{",
              LOOK);
    hashes_put(out, "path", &path);
    hashes_put(out, "inclusion", &inclusion);
    buf_text(out, "\"entry\":");
    json_base64(out, buf_slice(&sample->entries[LOOK]));
    buf_print(out, ",\"position\":%d,\"size\":%d,\"subject\":%d,\"full\":6,\"masked\":8,\"salt\":", PLACE,
              LEAVES, SUBJECT);
    json_base64(out, SLICE_OF(sample->salts[PLACE]));
    buf_text(out, "}}]}");
}

static void tlog_put(struct sample *sample, struct slice extra, struct buf *out)
{
    struct tlog_proof file = {.index = LOOK, .checkpoint = buf_slice(&sample->note)};
    merkle_path(sample->crypto, sample->leaves, LEAVES, LOOK, &file.proof);
    buf_slice_put(&file.extra, extra);
    tlog_proof_put(out, &file);
    tlog_proof_done(&file);
}

static void checks_a_receipt(void **state)
{
    struct sample *sample = *state;
    SCOPED(buf_done) struct buf file = {0}, beyond = {0};
    SCOPED(proof_found_done) struct proof_found found = {0}, none = {0};
    receipt_put(sample, LOOK, &file);
    assert_ok(check(sample, buf_slice(&file), buf_slice(&sample->vkey), &found));
    assert_int_equal(found.kind, PROOF_RECEIPT);
    assert_int_equal(found.index, LOOK);
    assert_int_equal(found.checkpoint.size, LEAVES);
    assert_false(found.vkey_from_file || found.has_entry);
    receipt_put(sample, LEAVES, &beyond);
    assert_code(CODE_CORRUPT, check(sample, buf_slice(&beyond), buf_slice(&sample->vkey), &none));
}

static void compares_a_receipt_with_the_entry(void **state)
{
    struct sample *sample = *state;
    SCOPED(buf_done) struct buf file = {0};
    SCOPED(proof_found_done) struct proof_found found = {0}, none = {0};
    receipt_put(sample, LOOK, &file);
    struct proof_question question = {buf_slice(&file), buf_slice(&sample->entries[LOOK]),
                                      buf_slice(&sample->vkey)};
    assert_ok(proof_file_check(sample->crypto, &question, &found));
    assert_true(found.has_entry && found.entry.kind == ENTRY_REVEAL);
    question.entry = buf_slice(&sample->entries[0]);
    assert_code(CODE_CORRUPT, proof_file_check(sample->crypto, &question, &none));
}

static void wants_a_key_where_the_file_has_none(void **state)
{
    struct sample *sample = *state;
    SCOPED(buf_done) struct buf file = {0};
    SCOPED(proof_found_done) struct proof_found none = {0};
    receipt_put(sample, LOOK, &file);
    assert_code(CODE_INVALID, check(sample, buf_slice(&file), (struct slice){0}, &none));
    assert_non_null(strstr(result_text(), "--vkey"));
}

static void checks_a_tlog_proof_with_its_entry_inside(void **state)
{
    struct sample *sample = *state;
    SCOPED(buf_done) struct buf file = {0}, bare = {0}, other = {0};
    SCOPED(proof_found_done) struct proof_found found = {0}, none = {0};
    tlog_put(sample, buf_slice(&sample->entries[LOOK]), &file);
    assert_ok(check(sample, buf_slice(&file), buf_slice(&sample->vkey), &found));
    assert_true(found.kind == PROOF_ENTRY && found.index == LOOK && found.entry.count == SET);
    tlog_put(sample, (struct slice){0}, &bare);
    assert_code(CODE_INVALID, check(sample, buf_slice(&bare), buf_slice(&sample->vkey), &none));
    tlog_put(sample, buf_slice(&sample->entries[0]), &other);
    assert_code(CODE_CORRUPT, check(sample, buf_slice(&other), buf_slice(&sample->vkey), &none));
}

static void checks_a_persons_proof(void **state)
{
    struct sample *sample = *state;
    SCOPED(buf_done) struct buf file = {0};
    SCOPED(proof_found_done) struct proof_found found = {0};
    person_put(sample, &file);
    assert_ok(check(sample, buf_slice(&file), (struct slice){0}, &found));
    assert_true(found.kind == PROOF_PERSON && found.looks == 1 && found.vkey_from_file);
}

static void checks_a_checkpoint(void **state)
{
    struct sample *sample = *state;
    SCOPED(buf_done) struct buf file = {0};
    SCOPED(proof_found_done) struct proof_found note = {0}, json = {0};
    assert_ok(check(sample, buf_slice(&sample->note), buf_slice(&sample->vkey), &note));
    assert_int_equal(note.kind, PROOF_CHECKPOINT);
    buf_text(&file, "{\"vkey\":");
    json_text(&file, buf_slice(&sample->vkey));
    buf_text(&file, ",\"checkpoint\":");
    json_text(&file, buf_slice(&sample->note));
    buf_byte(&file, '}');
    assert_ok(check(sample, buf_slice(&file), (struct slice){0}, &json));
    assert_true(json.vkey_from_file && json.checkpoint.size == LEAVES);
}

static void says_no_to_another_key(void **state)
{
    struct sample *sample = *state;
    static const uint8_t other[PUBLIC_KEY_BYTES] = {9};
    struct note_key key = {0};
    SCOPED(buf_done) struct buf vkey = {0}, file = {0};
    SCOPED(proof_found_done) struct proof_found none = {0};
    assert_ok(note_key_make(sample->crypto, KEY_ED25519, SLICE_TEXT("shop.example/log"), other, &key));
    vkey_put(&vkey, &key);
    person_put(sample, &file);
    assert_code(CODE_NOT_FOUND, check(sample, buf_slice(&file), buf_slice(&vkey), &none));
}

/* Members that say something of the look without being proven: a change in them is not a false proof. */
static bool unproven(const char *file, size_t at)
{
    static const char *const free_members[] = {"\"subject\":\"sub_x\"", "\"size\":9"};
    for (size_t i = 0; i < COUNT_OF(free_members); i++) {
        const char *found = strstr(file, free_members[i]);
        if (found && at >= (size_t)(found - file) && at < (size_t)(found - file) + strlen(free_members[i]))
            return true;
    }
    return false;
}

static void refuses_any_changed_letter(void **state) /* every place of every file, another letter each */
{
    struct sample *sample = *state;
    static const enum proof_kind kinds[3] = {PROOF_PERSON, PROOF_ENTRY, PROOF_CHECKPOINT};
    struct buf files[3] = {{0}, {0}, {0}};
    person_put(sample, &files[0]);
    tlog_put(sample, buf_slice(&sample->entries[LOOK]), &files[1]);
    buf_slice_put(&files[2], buf_slice(&sample->note));
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        SCOPED(buf_done) struct buf text = {0};
        buf_slice_put(&text, buf_slice(&files[i]));
        for (size_t at = 0; at < files[i].len; at++) {
            uint8_t was = files[i].at[at];
            if (unproven(buf_c(&text), at)) continue;
            files[i].at[at] = was == 'B' ? 'C' : was >= '0' && was < '9' ? (uint8_t)(was + 1) : 'B';
            SCOPED(proof_found_done) struct proof_found none = {0};
            struct slice vkey = i == 0 ? (struct slice){0} : buf_slice(&sample->vkey);
            struct result got = check(sample, buf_slice(&files[i]), vkey, &none);
            if (got.code == CODE_OK && none.kind == kinds[i] && (i > 0 || none.looks == 1)) {
                fail_msg("file %zu still holds with another letter at %zu", i, at);
            }
            files[i].at[at] = was;
        }
    }
    for (size_t i = 0; i < COUNT_OF(files); i++) buf_done(&files[i]);
}

static void refuses_any_bytes(void **state) /* a property */
{
    struct sample *sample = *state;
    PROPERTY(500, rng) {
        uint8_t bytes[200];
        size_t len = prop_fill(&rng, bytes, sizeof bytes);
        if (len > 0 && prop_below(&rng, 2)) bytes[0] = '{';
        SCOPED(proof_found_done) struct proof_found none = {0};
        struct result got = check(sample, (struct slice){bytes, len}, buf_slice(&sample->vkey), &none);
        assert_true(got.code == CODE_INVALID || got.code == CODE_NOT_FOUND);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_a_receipt),
        cmocka_unit_test(compares_a_receipt_with_the_entry),
        cmocka_unit_test(wants_a_key_where_the_file_has_none),
        cmocka_unit_test(checks_a_tlog_proof_with_its_entry_inside),
        cmocka_unit_test(checks_a_persons_proof),
        cmocka_unit_test(checks_a_checkpoint),
        cmocka_unit_test(says_no_to_another_key),
        cmocka_unit_test(refuses_any_changed_letter),
        cmocka_unit_test(refuses_any_bytes),
    };
    return cmocka_run_group_tests(tests, sample_make, sample_free);
}

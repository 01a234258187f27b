#include "prove/note.h"

#include "counter.h"
#include "vectors.h"

static struct crypto *crypto;

static int set_up(void **state)
{
    (void)state;
    return crypto_new(&crypto).code == CODE_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    crypto_free(&crypto);
    return 0;
}

static void notes_published_by_others_are_made_and_verified(void **state)
{
    (void)state;
    static const struct {
        const char *source, *vkey, *seed64, *text, *line;
    } cases[] = {
        {"pkg.go.dev/golang.org/x/mod/sumdb/note",
         "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
         "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
         "If you think cryptography is the answer to your problem,\nthen you don't know what your problem "
         "is.\n",
         "\xe2\x80\x94 PeterNeumann "
         "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"},
        {"c2sp.org/signed-note", "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
         NULL, "This is an example message.\n",
         "\xe2\x80\x94 example.com/foo "
         "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf want = {0}, seed = {0}, made = {0}, vkey = {0};
        struct note_check check = {0};
        struct note note = {0};
        buf_print(&want, "%s\n%s", cases[i].text, cases[i].line);
        assert_ok(vkey_get(crypto, slice_text(cases[i].vkey), &check.key));
        vkey_put(&vkey, &check.key);
        assert_true(slice_is(buf_slice(&vkey), cases[i].vkey));
        assert_ok(note_parse(buf_slice(&want), &note));
        assert_true(slice_is(note.text, cases[i].text));
        assert_ok(note_verify(crypto, &note, &check, 1));
        assert_true(check.good && check.time_s == 0);
        if (!cases[i].seed64) continue;
        SCOPED(signer_free) struct signer *signer = NULL;
        SECRET secret = {{0}};
        assert_ok(base64_get(slice_text(cases[i].seed64), &seed));
        memcpy(secret.bytes, seed.at + 1, SECRET_BYTES); /* Go puts the type byte before the seed */
        assert_ok(signer_new(crypto, &secret, &signer));
        note_sign(signer, &check.key, slice_text(cases[i].text), &made);
        assert_true(slice_equal(buf_slice(&made), buf_slice(&want)));
    }
}

static void keys_have_their_published_ids_and_texts(void **state)
{
    (void)state;
    static const struct {
        enum key_type type;
        const char *name, *seed, *vkey;
        uint32_t id;
    } cases[] = {
        {KEY_ED25519, LOG_NAME, LOG_SEED, LOG_VKEY, 0x13664933},
        {KEY_COSIGNATURE, WITNESS_NAME, WITNESS_SEED, WITNESS_VKEY, 0x04d2d833},
        {KEY_ED25519, WITNESS_NAME, WITNESS_SEED, NULL, 0xd3188955}, /* one key, another type, another id */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(test_key_done)
        struct test_key key = test_key_make(crypto, cases[i].type, cases[i].name, cases[i].seed);
        SCOPED(buf_done) struct buf vkey = {0};
        struct note_key back = {0};
        assert_int_equal(key.key.id, cases[i].id);
        vkey_put(&vkey, &key.key);
        if (cases[i].vkey) assert_true(slice_is(buf_slice(&vkey), cases[i].vkey));
        assert_ok(vkey_get(crypto, buf_slice(&vkey), &back));
        assert_memory_equal(&back, &key.key, sizeof back);
    }
}

static void refuses_malformed_verifier_keys(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "+",
        "++",
        "vault.example/amanah",
        "vault.example/amanah+13664933",
        "vault.example/amanah+13664933+",
        "vault.example/amanah+13664934+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",  /* another id */
        "vault.example/amanah+1366493+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",   /* seven digits */
        "vault.example/amanah+136649330+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea", /* nine */
        "witness.example/w1+04D2D833+BD1AF8PoQ4lakrcKp00bfrycmCzPLsSWjMDNVfEq9GYM",    /* upper case */
        "other.example/amanah+13664933+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",  /* another name */
        "vault.example/amanah+13664933+AtdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",  /* type 02 */
        "vault.example/amanah+13664933+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1E=",  /* a byte short */
        "vault example/amanah+13664933+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",  /* a space */
        "+13664933+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",                      /* no name */
        "vault.example/amanah+13664933+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea\n",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct note_key key = {.id = 42};
        struct result got = vkey_get(crypto, slice_text(bad[i]), &key);
        if (got.code != CODE_INVALID) fail_msg("%s: %s", bad[i], code_meaning(got.code));
        assert_true(key.id == 42 && key.name[0] == 0);
    }
}

static void key_names_have_no_spaces_and_no_plus(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",          "a b",        "a+b",          "a\tb",          "a\nb",     "\xff",
        "a\xc2\x85", "a\xc2\xa0_", "\xe2\x80\xa8", "\xe3\x80\x80_", "\xc0\xaf", "\xed\xa0\x80"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) assert_false(key_name_good(slice_text(bad[i])));
    static const char *const good[] = {"a", "vault.example/amanah", "\xea\xb8\x88\xea\xb3\xa0",
                                       "\xef\xbf\xbd"};
    for (size_t i = 0; i < COUNT_OF(good); i++) assert_true(key_name_good(slice_text(good[i])));
    const uint8_t public_key[PUBLIC_KEY_BYTES] = {0};
    struct note_key key = {.id = 42};
    char longest[KEY_NAME_BYTES_MAX + 2];
    memset(longest, 'a', sizeof longest);
    assert_ok(note_key_make(crypto, KEY_ED25519, (struct slice){(uint8_t *)longest, KEY_NAME_BYTES_MAX},
                            public_key, &key));
    assert_code(CODE_INVALID,
                note_key_make(crypto, KEY_ED25519, (struct slice){(uint8_t *)longest, sizeof longest - 1},
                              public_key, &key));
    assert_code(CODE_INVALID, note_key_make(crypto, KEY_ED25519, SLICE_TEXT("a\0b"), public_key, &key));
}

/* The parts of odd notes: D the dash, L the log's name, S its signature over TEXT, W over another text, U unknown. */
#define TEXT "vault.example/amanah\n300\nkJcpqcb0qWKBKkZXnxPSra0Dz30AFtViQ/5FhNC14Dw=\n"
#define D "\xe2\x80\x94 "
#define L "vault.example/amanah "
#define S "E2ZJM96vYR19K9YMhZCU8tW+i4EIPsbQUlEZMBEhJHcVXEtJXF/yDcGXaSJABS11cm/MTwxCljftcrnq/dFE0YyCWgs="
#define W "E2ZJM5TIvFWNIokpYM/kCS1eKMJ5kAHWQJ9JIn2NNpOaSntavB9B/UZfL4PqzXa8WDWAMvhyNYEs3k3HaSmRxiWvpg4="
#define GOOD D L S "\n"
#define UNKNOWN D "other.example " S "\n"
#define OTHER_ID \
    D L "AAAAAd6vYR19K9YMhZCU8tW+i4EIPsbQUlEZMBEhJHcVXEtJXF/yDcGXaSJABS11cm/MTwxCljftcrnq/dFE0YyCWgs=\n"

#define BYTES(literal)                                  \
    {                                                   \
        (const uint8_t *)(literal), sizeof(literal) - 1 \
    }

static const struct odd {
    const char *name;
    struct slice note;
    enum code parse, verify;
} odd_notes[] = {
    {"a good one", BYTES(TEXT "\n" GOOD), CODE_OK, CODE_OK},
    {"no final newline", BYTES(TEXT "\n" D L S), CODE_INVALID, CODE_OK},
    {"CRLF in the line", BYTES(TEXT "\n" D L S "\r\n"), CODE_INVALID, CODE_OK},
    {"CRLF in the text", BYTES("a\r\n\n" GOOD), CODE_INVALID, CODE_OK},
    {"a hyphen for the dash", BYTES(TEXT "\n- " L S "\n"), CODE_INVALID, CODE_OK},
    {"an en dash", BYTES(TEXT "\n\xe2\x80\x93 " L S "\n"), CODE_INVALID, CODE_OK},
    {"no empty line", BYTES(TEXT GOOD), CODE_INVALID, CODE_OK},
    {"two spaces after the name", BYTES(TEXT "\n" D L " " S "\n"), CODE_INVALID, CODE_OK},
    {"two spaces before the name", BYTES(TEXT "\n" D " " L S "\n"), CODE_INVALID, CODE_OK},
    {"no name", BYTES(TEXT "\n" D S "\n"), CODE_INVALID, CODE_OK},
    {"no signature", BYTES(TEXT "\n" D L "\n"), CODE_INVALID, CODE_OK},
    {"unpadded", BYTES(TEXT "\n" D L "E2ZJM96vYR19K9YMhZCU8tW\n"), CODE_INVALID, CODE_OK},
    {"base64 of URLs", BYTES(TEXT "\n" D L "E2ZJM96vYR19K9YMhZCU8tW-\n"), CODE_INVALID, CODE_OK},
    {"left-over bits", BYTES(TEXT "\n" D L "E2ZJM96vYR1=\n"), CODE_INVALID, CODE_OK},
    {"a tab in the text", BYTES("a\tb\n\n" GOOD), CODE_INVALID, CODE_OK},
    {"a zero in the text", BYTES("a\0b\n\n" GOOD), CODE_INVALID, CODE_OK},
    {"text after the signatures", BYTES(TEXT "\n" GOOD "more\n"), CODE_INVALID, CODE_OK},
    {"invalid UTF-8", BYTES("a\xff\n\n" GOOD), CODE_INVALID, CODE_OK},
    {"a surrogate", BYTES("a\xed\xa0\x80\n\n" GOOD), CODE_INVALID, CODE_OK},
    {"a plus in the name", BYTES(TEXT "\n" D "vault+x " S "\n"), CODE_INVALID, CODE_OK},
    {"a wide space in the name", BYTES(TEXT "\n" D "vault\xe3\x80\x80x " S "\n"), CODE_INVALID, CODE_OK},
    {"four bytes only", BYTES(TEXT "\n" D L "E2ZJMw==\n"), CODE_INVALID, CODE_OK},
    {"nothing", BYTES(""), CODE_INVALID, CODE_OK},
    {"two newlines", BYTES("\n\n"), CODE_INVALID, CODE_OK},
    {"a text alone", BYTES(TEXT "\n"), CODE_INVALID, CODE_OK},
    {"two empty lines", BYTES(TEXT "\n\n" GOOD), CODE_OK, CODE_CORRUPT},
    {"an empty line after the signatures", BYTES(TEXT "\n" GOOD "\n"), CODE_INVALID, CODE_OK},
    {"the same line twice", BYTES(TEXT "\n" GOOD GOOD), CODE_OK, CODE_OK},
    {"an unknown key first", BYTES(TEXT "\n" UNKNOWN GOOD), CODE_OK, CODE_OK},
    {"a known name with an unknown id", BYTES(TEXT "\n" OTHER_ID GOOD), CODE_OK, CODE_OK},
    {"five bytes of an unknown key", BYTES(TEXT "\n" D "x AAAAAAA=\n" GOOD), CODE_OK, CODE_OK},
    {"five bytes of a known key", BYTES(TEXT "\n" D L "E2ZJMwA=\n"), CODE_OK, CODE_CORRUPT},
    {"only unknown keys", BYTES(TEXT "\n" UNKNOWN OTHER_ID), CODE_OK, CODE_NOT_FOUND},
    {"a bad signature", BYTES(TEXT "\n" D L W "\n"), CODE_OK, CODE_CORRUPT},
    {"a bad one, then a good one", BYTES(TEXT "\n" D L W "\n" GOOD), CODE_OK, CODE_CORRUPT},
    {"a good one, then a bad one", BYTES(TEXT "\n" GOOD D L W "\n"), CODE_OK, CODE_CORRUPT},
};

static void odd_notes_are_read_as_other_programs_read_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(odd_notes); i++) {
        const struct odd *odd = &odd_notes[i];
        struct note note = {0};
        struct note_check check = {.good = false, .time_s = 42};
        assert_ok(vkey_get(crypto, SLICE_TEXT(LOG_VKEY), &check.key));
        struct result got = note_parse(odd->note, &note);
        if (got.code != odd->parse) fail_msg("%s: parsed: %s", odd->name, code_meaning(got.code));
        if (got.code != CODE_OK) {
            assert_true(note.text.len == 0 && note.lines.len == 0);
            continue;
        }
        got = note_verify(crypto, &note, &check, 1);
        if (got.code != odd->verify) fail_msg("%s: verified: %s", odd->name, code_meaning(got.code));
        assert_true(check.good == (got.code == CODE_OK));
        if (got.code != CODE_OK) assert_int_equal(check.time_s, 42);
    }
}

static void texts_that_only_a_note_may_have_are_signed_and_read(void **state)
{
    (void)state;
    static const char *const texts[] = {"\n",           "a\n\nb\n",
                                        "\n\na\n",      "vault.example/amanah\n0300\nx\n",
                                        "a\nb\nc\nd\n", "\xe2\x80\x94 looks like a line\n"};
    SCOPED(test_key_done) struct test_key log = test_key_make(crypto, KEY_ED25519, LOG_NAME, LOG_SEED);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        SCOPED(buf_done) struct buf bytes = {0};
        struct note note = {0};
        struct note_check check = {.key = log.key};
        note_sign(log.signer, &log.key, slice_text(texts[i]), &bytes);
        assert_ok(note_parse(buf_slice(&bytes), &note));
        assert_true(slice_is(note.text, texts[i]));
        assert_ok(note_verify(crypto, &note, &check, 1));
    }
}

static void a_hundred_signatures_are_read_and_no_more(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf bytes = {0};
    struct note note = {0};
    buf_text(&bytes, TEXT "\n");
    for (int i = 0; i < NOTE_LINES_MAX - 1; i++) buf_text(&bytes, UNKNOWN);
    buf_text(&bytes, GOOD);
    assert_ok(note_parse(buf_slice(&bytes), &note));
    struct note_check check = {0};
    assert_ok(vkey_get(crypto, SLICE_TEXT(LOG_VKEY), &check.key));
    assert_ok(note_verify(crypto, &note, &check, 1));
    buf_text(&bytes, GOOD);
    assert_code(CODE_INVALID, note_parse(buf_slice(&bytes), &note));
    SCOPED(buf_done) struct buf large = {0};
    memset(buf_extend(&large, NOTE_BYTES_MAX), 'a', NOTE_BYTES_MAX);
    buf_text(&large, "\n\n" GOOD);
    assert_code(CODE_INVALID, note_parse(buf_slice(&large), &note));
}

static void a_cosignature_is_the_published_one_and_binds_its_time(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf file = {0}, line = {0};
    SCOPED(test_key_done) struct test_key log = test_key_make(crypto, KEY_ED25519, LOG_NAME, LOG_SEED);
    SCOPED(test_key_done)
    struct test_key witness = test_key_make(crypto, KEY_COSIGNATURE, WITNESS_NAME, WITNESS_SEED);
    struct note_check checks[] = {{.key = log.key}, {.key = witness.key}};
    struct note note = {0};
    vector_read("checkpoint-300.note", &file);
    assert_ok(note_parse(buf_slice(&file), &note));
    assert_ok(note_verify(crypto, &note, checks, 2));
    assert_true(checks[0].good && checks[0].time_s == 0);
    assert_true(checks[1].good && checks[1].time_s == 1679315147);
    note_cosign(witness.signer, &witness.key, note.text, 1679315147, &line);
    assert_true(slice_equal(note_line_of(&note, &witness.key), buf_slice(&line)));
    assert_int_equal(note_line_of(&note, &log.key).len, note.lines.len - line.len);
    /* eight bytes of the blob are the time; any change of it breaks the signature */
    SCOPED(buf_done) struct buf other = {0};
    buf_slice_put(&other, note.text);
    buf_byte(&other, '\n');
    buf_slice_put(&other, slice_part(note.lines, 0, note.lines.len - line.len));
    buf_text(&other, "\xe2\x80\x94 witness.example/w1 "
                     "BNLYMwAAAABkGFDMAFw/UL4OM3rHDC7/Vn00kyBhDdRN/f4QRGljPTkfwCRhIN0HQ/+c31v0N/"
                     "vryjrKjsmZJinLUmMgxpJVAC4RCw==\n");
    assert_ok(note_parse(buf_slice(&other), &note));
    assert_code(CODE_CORRUPT, note_verify(crypto, &note, checks, 2));
    assert_ok(note_verify(crypto, &note, checks, 1)); /* who does not know the witness does not care */
}

static void of_two_cosignatures_of_a_witness_the_later_counts(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf bytes = {0};
    SCOPED(test_key_done)
    struct test_key witness = test_key_make(crypto, KEY_COSIGNATURE, WITNESS_NAME, WITNESS_SEED);
    struct note_check check = {.key = witness.key};
    struct note note = {0};
    buf_text(&bytes, TEXT "\n");
    note_cosign(witness.signer, &witness.key, SLICE_TEXT(TEXT), 200, &bytes);
    note_cosign(witness.signer, &witness.key, SLICE_TEXT(TEXT), 100, &bytes);
    assert_ok(note_parse(buf_slice(&bytes), &note));
    assert_ok(note_verify(crypto, &note, &check, 1));
    assert_int_equal(check.time_s, 200);
}

static void any_changed_bit_of_a_signed_note_is_refused(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf file = {0};
    struct note_check checks[2] = {0};
    vector_read("checkpoint-300.note", &file);
    assert_ok(vkey_get(crypto, SLICE_TEXT(LOG_VKEY), &checks[0].key));
    assert_ok(vkey_get(crypto, SLICE_TEXT(WITNESS_VKEY), &checks[1].key));
    for (size_t i = 0; i < file.len * 8; i++) {
        struct note note = {0};
        checks[0].good = checks[1].good = false;
        file.at[i / 8] ^= (uint8_t)(1U << i % 8);
        struct result got = note_parse(buf_slice(&file), &note);
        if (got.code == CODE_OK) got = note_verify(crypto, &note, checks, 2);
        /* one line may become a stranger's, which is ignored; then the other one alone is good */
        if (got.code == CODE_OK && checks[0].good && checks[1].good)
            fail_msg("bit %zu changed, and both keys are good", i);
        file.at[i / 8] ^= (uint8_t)(1U << i % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notes_published_by_others_are_made_and_verified),
        cmocka_unit_test(keys_have_their_published_ids_and_texts),
        cmocka_unit_test(refuses_malformed_verifier_keys),
        cmocka_unit_test(key_names_have_no_spaces_and_no_plus),
        cmocka_unit_test(odd_notes_are_read_as_other_programs_read_them),
        cmocka_unit_test(texts_that_only_a_note_may_have_are_signed_and_read),
        cmocka_unit_test(a_hundred_signatures_are_read_and_no_more),
        cmocka_unit_test(a_cosignature_is_the_published_one_and_binds_its_time),
        cmocka_unit_test(of_two_cosignatures_of_a_witness_the_later_counts),
        cmocka_unit_test(any_changed_bit_of_a_signed_note_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

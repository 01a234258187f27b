#include "prove/checkpoint.h"

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

#define ROOT "kJcpqcb0qWKBKkZXnxPSra0Dz30AFtViQ/5FhNC14Dw="

static void checkpoints_are_the_published_ones(void **state)
{
    (void)state;
    static const struct {
        uint64_t size;
        const char *signature;
    } cases[] = {
        {0, "E2ZJM5TIvFWNIokpYM/kCS1eKMJ5kAHWQJ9JIn2NNpOaSntavB9B/UZfL4PqzXa8WDWAMvhyNYEs3k3HaSmRxiWvpg4="},
        {300, "E2ZJM96vYR19K9YMhZCU8tW+i4EIPsbQUlEZMBEhJHcVXEtJXF/yDcGXaSJABS11cm/MTwxCljftcrnq/dFE0YyCWgs="},
        {70000,
         "E2ZJM5Kw+mndykTWQ6/CXl4gjC4yDTK9stX2V9O2P9elqeGSIRn/A2teP3qCeSKuewji3QhFHrrWwft5VwJAzl0sKQ0="},
    };
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, 70000);
    SCOPED(test_key_done) struct test_key log = test_key_make(crypto, KEY_ED25519, LOG_NAME, LOG_SEED);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf bytes = {0}, line = {0};
        struct note_check check = {.key = log.key};
        struct checkpoint checkpoint = {0};
        struct hash root = {{0}};
        struct note note = {0};
        counter_checkpoint(counter, &log, cases[i].size, &bytes);
        assert_ok(note_parse(buf_slice(&bytes), &note));
        buf_print(&line, "\xe2\x80\x94 " LOG_NAME " %s\n", cases[i].signature);
        assert_true(slice_equal(note.lines, buf_slice(&line)));
        assert_ok(checkpoint_open(crypto, buf_slice(&bytes), &check, 1, &checkpoint));
        counter_root(counter, cases[i].size, &root);
        assert_string_equal(checkpoint.origin, LOG_NAME);
        assert_true(checkpoint.size == cases[i].size && hash_equal(&checkpoint.root, &root) && check.good);
    }
}

static void a_published_checkpoint_with_its_cosignature_is_opened(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf file = {0}, text = {0};
    struct note_check checks[2] = {0};
    struct checkpoint checkpoint = {0};
    struct note note = {0};
    vector_read("checkpoint-300.note", &file);
    assert_ok(vkey_get(crypto, SLICE_TEXT(LOG_VKEY), &checks[0].key));
    assert_ok(vkey_get(crypto, SLICE_TEXT(WITNESS_VKEY), &checks[1].key));
    assert_ok(checkpoint_open(crypto, buf_slice(&file), checks, 2, &checkpoint));
    assert_true(checkpoint.size == 300 && checks[0].good && checks[1].good);
    assert_ok(note_parse(buf_slice(&file), &note));
    checkpoint_text_put(&text, &checkpoint);
    assert_true(slice_equal(buf_slice(&text), note.text));
}

static void refuses_texts_that_are_no_checkpoint(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        enum code want;
    } cases[] = {
        {"a good one", "a.example/x\n300\n" ROOT "\n", CODE_OK},
        {"an extension line", "a.example/x\n300\n" ROOT "\nmore\n", CODE_OK},
        {"the largest size", "a.example/x\n9223372036854775807\n" ROOT "\n", CODE_OK},
        {"the empty tree", "a.example/x\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", CODE_OK},
        {"the empty tree with another root", "a.example/x\n0\n" ROOT "\n", CODE_INVALID},
        {"leading zero", "a.example/x\n0300\n" ROOT "\n", CODE_INVALID},
        {"two zeros", "a.example/x\n00\n" ROOT "\n", CODE_INVALID},
        {"plus", "a.example/x\n+300\n" ROOT "\n", CODE_INVALID},
        {"minus", "a.example/x\n-300\n" ROOT "\n", CODE_INVALID},
        {"a space behind", "a.example/x\n300 \n" ROOT "\n", CODE_INVALID},
        {"hexadecimal", "a.example/x\n0x12\n" ROOT "\n", CODE_INVALID},
        {"no size", "a.example/x\n\n" ROOT "\n", CODE_INVALID},
        {"2^63", "a.example/x\n9223372036854775808\n" ROOT "\n", CODE_INVALID},
        {"2^64 and a bit", "a.example/x\n18446744073709551916\n" ROOT "\n", CODE_INVALID},
        {"empty", "", CODE_INVALID},
        {"one newline", "\n", CODE_INVALID},
        {"no origin", "\n300\n" ROOT "\n", CODE_INVALID},
        {"a space in the origin", "a example\n300\n" ROOT "\n", CODE_INVALID},
        {"two lines", "a.example/x\n300\n", CODE_INVALID},
        {"no final newline", "a.example/x\n300\n" ROOT, CODE_INVALID},
        {"a cut extension line", "a.example/x\n300\n" ROOT "\nmore", CODE_INVALID},
        {"an empty line inside", "a.example/x\n300\n\n" ROOT "\n", CODE_INVALID},
        {"an empty line at the end", "a.example/x\n300\n" ROOT "\n\n", CODE_INVALID},
        {"an empty extension line", "a.example/x\n300\n" ROOT "\n\nmore\n", CODE_INVALID},
        {"a short root", "a.example/x\n300\nAAAA\n", CODE_INVALID},
        {"left-over bits in the root", "a.example/x\n300\nkJcpqcb0qWKBKkZXnxPSra0Dz30AFtViQ/5FhNC14Dx=\n",
         CODE_INVALID},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct checkpoint checkpoint = {.size = 42};
        struct result got = checkpoint_text_get(slice_text(cases[i].text), &checkpoint);
        if (got.code != cases[i].want) fail_msg("%s: %s", cases[i].name, code_meaning(got.code));
        if (got.code != CODE_OK) assert_true(checkpoint.size == 42 && checkpoint.origin[0] == 0);
    }
}

static void origins_are_urls_without_scheme(void **state)
{
    (void)state;
    char longest[ORIGIN_BYTES_MAX + 1];
    memset(longest, 'a', sizeof longest);
    assert_true(origin_good((struct slice){(uint8_t *)longest, ORIGIN_BYTES_MAX}));
    assert_false(origin_good((struct slice){(uint8_t *)longest, ORIGIN_BYTES_MAX + 1}));
    static const char *const bad[] = {"",     "a b", "a+b",          "a/",    "https://a.example/x",
                                      "a\tb", "a\n", "\xec\x83\x81", "a\x7f", " a"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) assert_false(origin_good(slice_text(bad[i])));
    static const char *const good[] = {"vault.example/amanah", "a", "a.example:8080/x-1_~",
                                       "sigsum.org/v1/tree/0123456789abcdef"};
    for (size_t i = 0; i < COUNT_OF(good); i++) assert_true(origin_good(slice_text(good[i])));
}

static void a_checkpoint_of_another_origin_or_key_is_refused(void **state)
{
    (void)state;
    SCOPED(test_key_done) struct test_key log = test_key_make(crypto, KEY_ED25519, LOG_NAME, LOG_SEED);
    SCOPED(test_key_done)
    struct test_key witness = test_key_make(crypto, KEY_COSIGNATURE, WITNESS_NAME, WITNESS_SEED);
    SCOPED(test_key_done) struct test_key other = test_key_make(crypto, KEY_ED25519, LOG_NAME, WITNESS_SEED);
    SCOPED(buf_done) struct buf bytes = {0}, cosigned = {0}, broken = {0};
    struct checkpoint out = {.size = 42};
    struct note_check checks[] = {{.key = log.key}, {.key = witness.key}};
    /* the log's key over another log's text */
    note_sign(log.signer, &log.key, SLICE_TEXT("other.example/x\n300\n" ROOT "\n"), &bytes);
    assert_code(CODE_CORRUPT, checkpoint_open(crypto, buf_slice(&bytes), checks, 2, &out));
    /* a witness alone does not make a checkpoint */
    buf_text(&cosigned, LOG_NAME "\n300\n" ROOT "\n\n");
    note_cosign(witness.signer, &witness.key, SLICE_TEXT(LOG_NAME "\n300\n" ROOT "\n"), 5, &cosigned);
    assert_code(CODE_NOT_FOUND, checkpoint_open(crypto, buf_slice(&cosigned), checks, 2, &out));
    /* another key under the log's name */
    note_sign(other.signer, &other.key, SLICE_TEXT(LOG_NAME "\n300\n" ROOT "\n"), &broken);
    assert_code(CODE_NOT_FOUND, checkpoint_open(crypto, buf_slice(&broken), checks, 2, &out));
    assert_true(out.size == 42 && !checks[0].good && !checks[1].good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checkpoints_are_the_published_ones),
        cmocka_unit_test(a_published_checkpoint_with_its_cosignature_is_opened),
        cmocka_unit_test(refuses_texts_that_are_no_checkpoint),
        cmocka_unit_test(origins_are_urls_without_scheme),
        cmocka_unit_test(a_checkpoint_of_another_origin_or_key_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

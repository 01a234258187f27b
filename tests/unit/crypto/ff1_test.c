/* FF1: the published samples, and what a permutation of numeral strings promises. */
#include "prop.h"
#include "vectors.h"

#include "crypto/ff1.h"

static struct crypto *crypto;

static uint64_t number_of(struct slice numerals, uint32_t radix)
{
    uint64_t number = 0;
    for (size_t i = 0; i < numerals.len; i++) {
        uint8_t at = numerals.at[i];
        uint32_t numeral = (uint32_t)(at <= '9' ? at - '0' : at - 'a' + 10);
        assert_true(numeral < radix);
        number = number * radix + numeral;
    }
    return number;
}

static struct ff1_halves halves_of(struct slice text, uint32_t radix)
{
    return (struct ff1_halves){number_of(slice_part(text, 0, text.len / 2), radix),
                               number_of(slice_from(text, text.len / 2), radix)};
}

static void gives_the_published_texts(void **state)
{
    (void)state;
    static struct slice words[VECTOR_WORDS_MAX];
    SCOPED(buf_done) struct buf file = {0};
    vector_read("ff1.txt", &file);
    struct slice rest = buf_slice(&file);
    size_t count = 0;
    while (vector_row(&rest, words) == 5) {
        SECRET key = {{0}};
        assert_true(hex_get(words[0], key.bytes, SECRET_BYTES));
        uint32_t radix = (uint32_t)number_of(words[1], 10);
        uint8_t tweak[FF1_TWEAK_BYTES_MAX];
        size_t tweak_len = slice_is(words[2], "-") ? 0 : words[2].len / 2;
        if (tweak_len > 0) assert_true(hex_get(words[2], tweak, tweak_len));
        SCOPED(ff1_free) struct ff1 *ff1 = NULL;
        assert_ok(ff1_new(crypto, &key, radix, (uint32_t)words[3].len, &ff1));
        struct ff1_halves text = halves_of(words[3], radix), want = halves_of(words[4], radix);
        assert_ok(ff1_encrypt(ff1, (struct slice){tweak, tweak_len}, &text, 1));
        assert_true(text.a == want.a && text.b == want.b);
        assert_ok(ff1_decrypt(ff1, (struct slice){tweak, tweak_len}, &text, 1));
        want = halves_of(words[3], radix);
        assert_true(text.a == want.a && text.b == want.b);
        count++;
    }
    assert_int_equal(count, 3);
}

static void many_at_once_are_each_alone_and_come_back(void **state)
{
    (void)state;
    PROPERTY(60, rng) {
        uint32_t radix = 2 + (uint32_t)prop_below(&rng, 60), length = 20 + (uint32_t)prop_below(&rng, 2);
        if (radix > 32) length = 9; /* a half of radix 32 and eleven numerals has 55 bits */
        SECRET key = {{0}};
        prop_fill(&rng, key.bytes, sizeof key.bytes);
        uint8_t tweak[FF1_TWEAK_BYTES_MAX];
        struct slice tied = {tweak, prop_fill(&rng, tweak, sizeof tweak)};
        SCOPED(ff1_free) struct ff1 *ff1 = NULL;
        assert_ok(ff1_new(crypto, &key, radix, length, &ff1));
        struct ff1_halves texts[150], was[150];
        size_t count = 1 + prop_below(&rng, COUNT_OF(texts));
        uint64_t most = UINT64_MAX;
        for (size_t i = 0; i < count; i++) {
            most = 1;
            for (uint32_t k = 0; k < length / 2; k++) most *= radix;
            texts[i] = was[i] = (struct ff1_halves){prop_below(&rng, most), prop_below(&rng, most)};
        }
        assert_ok(ff1_encrypt(ff1, tied, texts, count));
        size_t one = prop_below(&rng, count);
        struct ff1_halves alone = was[one];
        assert_ok(ff1_encrypt(ff1, tied, &alone, 1));
        assert_true(alone.a == texts[one].a && alone.b == texts[one].b);
        assert_ok(ff1_decrypt(ff1, tied, texts, count));
        for (size_t i = 0; i < count; i++) assert_true(texts[i].a == was[i].a && texts[i].b == was[i].b);
    }
}

/* All 2^20 strings of ten numerals of radix 4 give all 2^20 strings. */
static void a_whole_domain_is_permuted(void **state)
{
    (void)state;
    enum { DOMAIN = 1 << 20 };
    SECRET key = {{7}};
    SCOPED(ff1_free) struct ff1 *ff1 = NULL;
    assert_ok(ff1_new(crypto, &key, 4, 10, &ff1));
    struct ff1_halves *texts = calloc(DOMAIN, sizeof *texts);
    uint8_t *seen = calloc(DOMAIN, 1);
    assert_true(texts && seen);
    for (size_t i = 0; i < DOMAIN; i++) texts[i] = (struct ff1_halves){i >> 10, i & 1023};
    assert_ok(ff1_encrypt(ff1, SLICE_TEXT("tweak"), texts, DOMAIN));
    for (size_t i = 0; i < DOMAIN; i++) {
        assert_true(texts[i].a < 1024 && texts[i].b < 1024);
        seen[texts[i].a << 10 | texts[i].b]++;
    }
    for (size_t i = 0; i < DOMAIN; i++) assert_int_equal(seen[i], 1);
    free(texts);
    free(seen);
}

static void refuses_what_is_out_of_range(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t radix, length;
        enum code want;
    } cases[] = {
        {"radix of one", 1, 30, CODE_INVALID},
        {"radix above 16 bits", 65536, 3, CODE_INVALID},
        {"under a million strings", 10, 5, CODE_INVALID},
        {"a million strings", 10, 6, CODE_OK},
        {"one numeral", 65535, 1, CODE_INVALID},
        {"a half above 2^56", 2, 113, CODE_INVALID},
        {"a half of 2^56", 2, 112, CODE_OK},
        {"a voucher code", 32, 15, CODE_OK},
    };
    SECRET key = {{1}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(ff1_free) struct ff1 *ff1 = NULL;
        if (ff1_new(crypto, &key, cases[i].radix, cases[i].length, &ff1).code != cases[i].want)
            fail_msg("%s", cases[i].name);
    }
    SCOPED(ff1_free) struct ff1 *ff1 = NULL;
    assert_ok(ff1_new(crypto, &key, 10, 7, &ff1));
    uint8_t tweak[FF1_TWEAK_BYTES_MAX + 1] = {0};
    struct ff1_halves texts[2] = {{1, 1}, {999, 9999}}, first_high = {1000, 0}, second_high = {0, 10000};
    assert_code(CODE_INVALID, ff1_encrypt(ff1, (struct slice){tweak, sizeof tweak}, texts, 2));
    assert_code(CODE_INVALID, ff1_encrypt(ff1, (struct slice){0}, &first_high, 1));
    assert_code(CODE_INVALID, ff1_decrypt(ff1, (struct slice){0}, &second_high, 1));
    assert_true(texts[0].a == 1 && texts[1].b == 9999 && second_high.b == 10000);
    assert_ok(ff1_encrypt(ff1, (struct slice){tweak, FF1_TWEAK_BYTES_MAX}, texts, 2));
}

static int crypto_open(void **state)
{
    (void)state;
    return crypto_new(&crypto).code == CODE_OK ? 0 : -1;
}

static int crypto_close(void **state)
{
    (void)state;
    crypto_free(&crypto);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_published_texts),
        cmocka_unit_test(many_at_once_are_each_alone_and_come_back),
        cmocka_unit_test(a_whole_domain_is_permuted),
        cmocka_unit_test(refuses_what_is_out_of_range),
    };
    return cmocka_run_group_tests(tests, crypto_open, crypto_close);
}

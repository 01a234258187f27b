/* Voucher codes: each serial has one, no slip of the hand makes another, and a guess finds nothing. */
#include "prop.h"

#include "answer/redress/code.h"

static struct crypto *crypto;

static const struct code_of of_one = {3, 1, 1};

static void codes_open(uint8_t seed, struct voucher_codes **out)
{
    SECRET key = {{seed}};
    assert_ok(voucher_codes_new(crypto, &key, out));
}

static struct slice text_of(char code[VOUCHER_TEXT_BYTES])
{
    return (struct slice){(uint8_t *)code, VOUCHER_TEXT_BYTES};
}

static void each_code_leads_back_to_its_serial(void **state)
{
    (void)state;
    SCOPED(voucher_codes_free) struct voucher_codes *codes = NULL;
    codes_open(1, &codes);
    PROPERTY(200, rng) {
        struct code_of of = {(uint32_t)prop_u64(&rng), (uint32_t)prop_u64(&rng), (uint32_t)prop_u64(&rng)};
        uint64_t first = prop_below(&rng, (1u << VOUCHER_SERIALS_LOG2) - 100), serial = 0;
        char texts[100][VOUCHER_TEXT_BYTES];
        assert_ok(voucher_codes_make(codes, of, first, COUNT_OF(texts), texts));
        for (size_t i = 0; i < COUNT_OF(texts); i++) {
            struct ff1_halves numerals = {0, 0};
            assert_int_equal(code_typed(text_of(texts[i]), &numerals), TYPED_CODE);
            assert_ok(voucher_codes_serial(codes, of, numerals, first + i + 1, &serial));
            assert_true(serial == first + i);
            assert_code(CODE_NOT_FOUND, voucher_codes_serial(codes, of, numerals, first + i, &serial));
            of.version++;
            assert_code(CODE_NOT_FOUND, voucher_codes_serial(codes, of, numerals, 1u << 20, &serial));
            of.version--;
        }
    }
}

static void another_key_knows_none_of_them(void **state)
{
    (void)state;
    SCOPED(voucher_codes_free) struct voucher_codes *codes = NULL, *others = NULL;
    codes_open(1, &codes);
    codes_open(2, &others);
    static char texts[10000][VOUCHER_TEXT_BYTES];
    uint64_t serial = 0;
    assert_ok(voucher_codes_make(codes, of_one, 0, COUNT_OF(texts), texts));
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct ff1_halves numerals = {0, 0};
        assert_int_equal(code_typed(text_of(texts[i]), &numerals), TYPED_CODE);
        assert_code(CODE_NOT_FOUND,
                    voucher_codes_serial(others, of_one, numerals, 1u << VOUCHER_SERIALS_LOG2, &serial));
    }
}

/* Damm's promise, tried whole: every other symbol in every place, and every swap of neighbours. */
static void every_single_slip_is_found(void **state)
{
    (void)state;
    static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    SCOPED(voucher_codes_free) struct voucher_codes *codes = NULL;
    codes_open(9, &codes);
    static char texts[200][VOUCHER_TEXT_BYTES];
    assert_ok(voucher_codes_make(codes, of_one, 5000, COUNT_OF(texts), texts));
    for (size_t n = 0; n < COUNT_OF(texts); n++) {
        struct ff1_halves numerals = {0, 0};
        for (size_t i = 0; i < VOUCHER_TEXT_BYTES; i++) {
            char was = texts[n][i];
            if (was == '-') continue;
            for (size_t k = 0; k < COUNT_OF(symbols) - 1; k++) {
                texts[n][i] = symbols[k];
                assert_int_equal(code_typed(text_of(texts[n]), &numerals),
                                 symbols[k] == was ? TYPED_CODE : TYPED_SLIP);
            }
            texts[n][i] = was;
            size_t next = i + 1 < VOUCHER_TEXT_BYTES && texts[n][i + 1] == '-' ? i + 2 : i + 1;
            if (next >= VOUCHER_TEXT_BYTES || texts[n][next] == was) continue;
            texts[n][i] = texts[n][next];
            texts[n][next] = was;
            assert_int_equal(code_typed(text_of(texts[n]), &numerals), TYPED_SLIP);
            texts[n][next] = texts[n][i];
            texts[n][i] = was;
        }
    }
}

static void forgives_what_people_type(void **state)
{
    (void)state;
    /* Zeros and their check symbol, which is zero; ones have another. */
    static const struct {
        const char *name, *typed;
        enum typed want;
    } cases[] = {
        {"as printed", "0000-0000-0000-0000", TYPED_CODE},
        {"without hyphens", "0000000000000000", TYPED_CODE},
        {"the letter o", "oOoO-0000-OOOO-oooo", TYPED_CODE},
        {"spaces", "  0000 0000 0000 0000 ", TYPED_CODE},
        {"one short", "0000-0000-0000-000", TYPED_LENGTH},
        {"one long", "0000-0000-0000-0000-0", TYPED_LENGTH},
        {"nothing", "", TYPED_LENGTH},
        {"very long", "0000-0000-0000-0000                                                  ", TYPED_LENGTH},
        {"a symbol that no code has", "U000-0000-0000-0000", TYPED_SYMBOL},
        {"an ideograph",
         "\xe5\xad\x97"
         "00-0000-0000-0000",
         TYPED_SYMBOL},
        {"one wrong", "1000-0000-0000-0000", TYPED_SLIP},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct ff1_halves numerals = {7, 7};
        if (code_typed(slice_text(cases[i].typed), &numerals) != cases[i].want) fail_msg("%s", cases[i].name);
        if (cases[i].want != TYPED_CODE) assert_true(numerals.a == 7 && numerals.b == 7);
    }
    struct ff1_halves ones = {0, 0}, typed = {0, 0};
    SCOPED(voucher_codes_free) struct voucher_codes *codes = NULL;
    codes_open(4, &codes);
    char text[1][VOUCHER_TEXT_BYTES];
    bool seen = false;
    for (uint64_t serial = 0; serial < 200 && !seen; serial++) { /* one that has a 1 and letters */
        assert_ok(voucher_codes_make(codes, of_one, serial, 1, text));
        char *one = memchr(text[0], '1', VOUCHER_TEXT_BYTES);
        if (!one) continue;
        assert_int_equal(code_typed(text_of(text[0]), &ones), TYPED_CODE);
        for (size_t i = 0; i < VOUCHER_TEXT_BYTES; i++) {
            if (text[0][i] >= 'A') text[0][i] = (char)(text[0][i] - 'A' + 'a');
        }
        *one = 'l';
        assert_int_equal(code_typed(text_of(text[0]), &typed), TYPED_CODE);
        assert_true(typed.a == ones.a && typed.b == ones.b);
        *one = 'I';
        assert_int_equal(code_typed(text_of(text[0]), &typed), TYPED_CODE);
        assert_true(typed.a == ones.a && typed.b == ones.b);
        seen = true;
    }
    assert_true(seen);
}

static const char symbols_all[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* A code whose check symbol is `check`, behind zeros and two numerals. */
static enum typed typed_of(size_t first, size_t second, size_t check)
{
    char text[] = "0000000000000000";
    struct ff1_halves numerals = {0, 0};
    text[VOUCHER_SYMBOLS - 3] = symbols_all[first];
    text[VOUCHER_SYMBOLS - 2] = symbols_all[second];
    text[VOUCHER_SYMBOLS - 1] = symbols_all[check];
    return code_typed(slice_text(text), &numerals);
}

/*
 * Damm's example 5.2 of order 32, x * y = 2(x + y) over GF(2^5) with x^5 + x^2 + 1 (37), as the package damm32 of PyPI has
 * it: row x of the table is the first one with x added to the place. Every string of two numerals behind zeros, whole.
 */
static void every_slip_of_three_symbols_is_found(void **state)
{
    (void)state;
    static const uint8_t row[] = {0, 2, 4, 6, 8,  10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30,
                                  5, 7, 1, 3, 13, 15, 9,  11, 21, 23, 17, 19, 29, 31, 25, 27};
    for (size_t x = 0; x < COUNT_OF(row); x++) {
        for (size_t y = 0; y < COUNT_OF(row); y++) {
            size_t check = row[row[x] ^ y];
            for (size_t other = 0; other < COUNT_OF(row); other++)
                assert_int_equal(typed_of(x, y, other), other == check ? TYPED_CODE : TYPED_SLIP);
            /* weakly and totally anti-symmetric: no swap of neighbours goes unseen, that of the last two neither */
            if (x != y) assert_int_equal(typed_of(y, x, check), TYPED_SLIP);
            if (y != check) assert_int_equal(typed_of(x, check, y), TYPED_SLIP);
        }
    }
}

/*
 * Published ones of order 32: strings of six symbols and their check symbol that the tests of damm32 (github.com/srobo/damm32,
 * tests/test_checksum.py) name as known good, and HELLO with W. They are in the alphabet of RFC 4648, A for 0; zeros before
 * a string change nothing. Damm's thesis gives the construction (example 5.2) and no string of order 32; its decimal example
 * 572 with 4 is of another quasigroup, of order 10, which no code of ours has.
 */
static void published_strings_have_good_check_symbols(void **state)
{
    (void)state;
    static const char theirs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    static const char *const good[] = {"HELLOW",  "TFSI4JR", "JDLULAG", "BMQRZPX", "V6B4ORO", "BMRJXQ7",
                                       "LZYMFSV", "7JWZVIK", "UZI5F4A", "AWCWP3K", "PQCFBLJ", "T34OQKF",
                                       "LTEGIQO", "LMZFORD", "DWE67XD", "FUGDOJR", "O5BAULZ", "ZP5H5MK",
                                       "G3NZWI3", "FKXK7GX", "UETCW4P", "WRJ26DM", "VPYO6PP", "UFUBNW2"};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        char text[] = "0000000000000000";
        struct ff1_halves numerals = {0, 0};
        size_t len = strlen(good[i]);
        for (size_t k = 0; k < len; k++)
            text[VOUCHER_SYMBOLS - len + k] = symbols_all[strchr(theirs, good[i][k]) - theirs];
        assert_int_equal(code_typed(slice_text(text), &numerals), TYPED_CODE);
        char *last = &text[VOUCHER_SYMBOLS - 1];
        *last = *last == '0' ? '1' : '0';
        assert_int_equal(code_typed(slice_text(text), &numerals), TYPED_SLIP);
    }
}

enum { STATISTIC_CODES = 10 * 1024 * 1024, STATISTIC_PIECE = 8192, RADIX = 32 };

/* Sum of (seen - expected)^2 / expected over 32 equally likely outcomes; 31 in the mean, above 90 once in 10^7. */
static double chi_square(const uint64_t seen[RADIX], double all)
{
    double sum = 0, expected = all / RADIX;
    for (size_t i = 0; i < RADIX; i++)
        sum += ((double)seen[i] - expected) * ((double)seen[i] - expected) / expected;
    return sum;
}

/* Of every symbol its numeral; of what is none RADIX, which no place has. */
static void numerals_fill(uint8_t out[128])
{
    static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    memset(out, RADIX, 128);
    for (size_t i = 0; i < RADIX; i++) out[(size_t)symbols[i]] = (uint8_t)i;
}

enum { SORT_BITS = 16, SORT_BUCKETS = 1 << SORT_BITS };

/* Sorted by sixteen bits at a time; the result is in `numbers` again. */
static void sort(uint64_t *numbers, uint64_t *room, size_t count)
{
    for (unsigned shift = 0; shift < 64; shift += SORT_BITS) {
        static size_t starts[SORT_BUCKETS + 1];
        memset(starts, 0, sizeof starts);
        for (size_t i = 0; i < count; i++) starts[(numbers[i] >> shift & (SORT_BUCKETS - 1)) + 1]++;
        for (size_t i = 0; i < SORT_BUCKETS; i++) starts[i + 1] += starts[i];
        for (size_t i = 0; i < count; i++)
            room[starts[numbers[i] >> shift & (SORT_BUCKETS - 1)]++] = numbers[i];
        uint64_t *was = numbers;
        numbers = room;
        room = was;
    }
}

/* Over ten million neighbours: no two are alike, every symbol is as frequent as any other at every place, and a code says nothing of the next. */
static void codes_of_neighbours_are_unlike_and_look_like_chance(void **state)
{
    (void)state;
    static char texts[STATISTIC_PIECE][VOUCHER_TEXT_BYTES];
    static uint64_t at[VOUCHER_SYMBOLS][RADIX], step[VOUCHER_SYMBOLS][RADIX];
    SCOPED(voucher_codes_free) struct voucher_codes *codes = NULL;
    char last[VOUCHER_TEXT_BYTES] = "0000-0000-0000-000";
    uint8_t numerals[128];
    uint64_t *all = calloc(STATISTIC_CODES, sizeof *all), *room = calloc(STATISTIC_CODES, sizeof *room);
    assert_true(all && room);
    numerals_fill(numerals);
    codes_open(9, &codes);
    last[VOUCHER_TEXT_BYTES - 1] = '0';
    for (uint64_t first = 0; first < STATISTIC_CODES; first += STATISTIC_PIECE) {
        assert_ok(voucher_codes_make(codes, of_one, first, STATISTIC_PIECE, texts));
        for (size_t i = 0; i < STATISTIC_PIECE; i++) {
            for (size_t place = 0; place < VOUCHER_SYMBOLS; place++) {
                size_t numeral = numerals[texts[i][place + place / 4] & 127];
                assert_true(numeral < RADIX);
                at[place][numeral]++;
                step[place][numeral ^ numerals[last[place + place / 4] & 127]]++;
                all[first + i] =
                    all[first + i] << 5 | numeral; /* the last 64 of 80 bits: enough to tell them apart */
            }
            memcpy(last, texts[i], sizeof last);
        }
    }
    for (size_t place = 0; place < VOUCHER_SYMBOLS; place++) {
        double alone = chi_square(at[place], STATISTIC_CODES),
               after = chi_square(step[place], STATISTIC_CODES);
        if (alone > 90 || after > 90)
            fail_msg("place %zu: %.0f, after the one before %.0f", place, alone, after);
    }
    sort(all, room, STATISTIC_CODES);
    for (size_t i = 1; i < STATISTIC_CODES; i++) assert_true(all[i] > all[i - 1]);
    free(all);
    free(room);
}

static void no_part_has_more_than_its_share(void **state)
{
    (void)state;
    SCOPED(voucher_codes_free) struct voucher_codes *codes = NULL;
    codes_open(1, &codes);
    char text[1][VOUCHER_TEXT_BYTES];
    assert_ok(voucher_codes_make(codes, of_one, (1u << VOUCHER_SERIALS_LOG2) - 1, 1, text));
    assert_code(CODE_INVALID, voucher_codes_make(codes, of_one, 1u << VOUCHER_SERIALS_LOG2, 1, text));
    assert_code(CODE_INVALID, voucher_codes_make(codes, of_one, UINT64_MAX, 1, text));
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
        cmocka_unit_test(each_code_leads_back_to_its_serial),
        cmocka_unit_test(another_key_knows_none_of_them),
        cmocka_unit_test(every_single_slip_is_found),
        cmocka_unit_test(every_slip_of_three_symbols_is_found),
        cmocka_unit_test(published_strings_have_good_check_symbols),
        cmocka_unit_test(forgives_what_people_type),
        cmocka_unit_test(codes_of_neighbours_are_unlike_and_look_like_chance),
        cmocka_unit_test(no_part_has_more_than_its_share),
    };
    return cmocka_run_group_tests(tests, crypto_open, crypto_close);
}

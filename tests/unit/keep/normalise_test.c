#include "keep/normalise.h"
#include "prop.h"

struct row {
    enum normaliser kind;
    const char *value, *country, *want; /* want NULL: refused as FIELD_FORMAT */
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        SCOPED(buf_done) struct buf out = {0}, again = {0};
        buf_text(&out, "before ");
        struct result got =
            normalise(rows[i].kind, slice_text(rows[i].value), slice_text(rows[i].country), &out);
        if (!rows[i].want) {
            if (got.cause != CAUSE_FIELD_FORMAT) fail_msg("row %zu: taken as %s", i, buf_c(&out));
            assert_string_equal(buf_c(&out), "before ");
            if (strlen(rows[i].value) > 3 && strstr(result_text(), rows[i].value))
                fail_msg("row %zu: value told", i);
            continue;
        }
        if (got.code != CODE_OK) fail_msg("row %zu: %s", i, result_text());
        assert_string_equal(buf_c(&out) + strlen("before "), rows[i].want);
        assert_ok(normalise(rows[i].kind, slice_text(rows[i].want), slice_text(rows[i].country), &again));
        assert_string_equal(buf_c(&again), rows[i].want); /* twice is once */
    }
}

static void phones_become_e164(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {NORMALISE_PHONE, "010-1234-5678", "KR", "+821012345678"},
        {NORMALISE_PHONE, "010 1234 5678", "", "+821012345678"},
        {NORMALISE_PHONE, "0082-10-1234-5678", "", "+821012345678"},
        {NORMALISE_PHONE, "+82 (0)10 1234 5678", "", "+821012345678"},
        {NORMALISE_PHONE, "821012345678", "KR", "+821012345678"},
        {NORMALISE_PHONE, "821012345678", "", "+821012345678"},
        {NORMALISE_PHONE, "10-1234-5678", "KR", "+821012345678"},
        {NORMALISE_PHONE, "1012345678.0", "KR", "+821012345678"},
        {NORMALISE_PHONE, "'01012345678", "KR", "+821012345678"},
        {NORMALISE_PHONE, "tel:+82-10-1234-5678", "", "+821012345678"},
        {NORMALISE_PHONE, "０１０－１２３４－５６７８", "KR", "+821012345678"},
        {NORMALISE_PHONE,
         "\xe2\x80\xaa+82 10\xe2\x80\x91"
         "1234\xe2\x80\x91"
         "5678\xe2\x80\xac",
         "", "+821012345678"},
        {NORMALISE_PHONE, "02-312-3456", "KR", "+8223123456"},
        {NORMALISE_PHONE, "02) 2123-4567", "KR", "+82221234567"},
        {NORMALISE_PHONE, "031-123-4567", "KR", "+82311234567"},
        {NORMALISE_PHONE, "070-7777-8888", "KR", "+827077778888"},
        {NORMALISE_PHONE, "0502-1234-5678", "KR", "+8250212345678"},
        {NORMALISE_PHONE, "011-123-4567", "KR", "+82111234567"},
        {NORMALISE_PHONE, "1588-1234", "KR", "+8215881234"},
        {NORMALISE_PHONE, "+82 1588 1234", "", "+8215881234"},
        {NORMALISE_PHONE, "0812-3456-7890", "ID", "+6281234567890"},
        {NORMALISE_PHONE, "0812 3456 7890", "", "+6281234567890"},
        {NORMALISE_PHONE, "+62 812-3456-7890", "KR", "+6281234567890"},
        {NORMALISE_PHONE, "62812 3456 7890", "ID", "+6281234567890"},
        {NORMALISE_PHONE, "6281234567890", "", "+6281234567890"},
        {NORMALISE_PHONE, "+62 0812 3456 7890", "ID", "+6281234567890"},
        {NORMALISE_PHONE, "81234567890", "ID", "+6281234567890"},
        {NORMALISE_PHONE, "(021) 555-1234", "ID", "+62215551234"},
        {NORMALISE_PHONE, "62215551234", "ID", "+62215551234"},
        {NORMALISE_PHONE, "0621-21234", "ID", "+6262121234"},
        {NORMALISE_PHONE, "(415) 555-2671", "US", "+14155552671"},
        {NORMALISE_PHONE, "1 415 555 2671", "US", "+14155552671"},
        {NORMALISE_PHONE, "07911 123456", "GB", "+447911123456"},
        {NORMALISE_PHONE, "+44 (0)7911 123456", "ID", "+447911123456"},
        {NORMALISE_PHONE, "6591234567", "SG", "+6591234567"},
        {NORMALISE_PHONE, "9123 4567", "SG", "+6591234567"},
        {NORMALISE_PHONE, "06 1234 5678", "IT", "+390612345678"},
        {NORMALISE_PHONE, "8 912 345 67 89", "RU", "+79123456789"},
        {NORMALISE_PHONE, "+247 1234 5678", "", "+24712345678"},
        {NORMALISE_PHONE, "02-312-3456", "", NULL},
        {NORMALISE_PHONE, "08123456789", "KR", NULL},
        {NORMALISE_PHONE, "010-1234-567", "KR", NULL},
        {NORMALISE_PHONE, "010-1234-56789", "KR", NULL},
        {NORMALISE_PHONE, "+82 99 1234 5678", "", NULL},
        {NORMALISE_PHONE, "+62 1234 5678", "", NULL},
        {NORMALISE_PHONE, "4155552671", "", NULL},
        {NORMALISE_PHONE, "415-555-2671 ext 3", "US", NULL},
        {NORMALISE_PHONE, "8.21012E+11", "KR", NULL},
        {NORMALISE_PHONE, "+1234567", "", NULL},
        {NORMALISE_PHONE, "+1234567890123456", "", NULL},
        {NORMALISE_PHONE, "12+34567890", "US", NULL},
        {NORMALISE_PHONE, "0700 900123", "ZZ", NULL},
        {NORMALISE_PHONE, "123456789012345678901234567890", "KR", NULL},
        {NORMALISE_PHONE, "no number", "KR", NULL},
        {NORMALISE_PHONE, "---", "KR", NULL},
        {NORMALISE_PHONE, "", "KR", NULL},
    };
    check_rows(rows, COUNT_OF(rows));
}

static void emails_have_one_form(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {NORMALISE_EMAIL, " Minsu.Kim@Naver.COM ", "", "minsu.kim@naver.com"},
        {NORMALISE_EMAIL, "mailto:Budi+shop@Example.co.id?subject=halo", "", "budi+shop@example.co.id"},
        {NORMALISE_EMAIL, "<a@b.kr>", "", "a@b.kr"},
        {NORMALISE_EMAIL, "\"a@b.kr\"", "", "a@b.kr"},
        {NORMALISE_EMAIL, "a@b.kr.", "", "a@b.kr"},
        {NORMALISE_EMAIL, "ａｂｃ＠ｎａｖｅｒ．ｃｏｍ", "", "abc@naver.com"},
        {NORMALISE_EMAIL, "info@한국.kr", "", "info@xn--3e0b707e.kr"},
        {NORMALISE_EMAIL, "info@XN--3E0B707E.kr", "", "info@xn--3e0b707e.kr"},
        {NORMALISE_EMAIL, "info@Bücher.example", "", "info@xn--bcher-kva.example"},
        {NORMALISE_EMAIL, "info@faß.de", "", "info@xn--fa-hia.de"},
        {NORMALISE_EMAIL, "홍길동@예시.kr", "", "홍길동@xn--vv4b11d.kr"},
        {NORMALISE_EMAIL, "a..b@docomo.ne.jp", "", "a..b@docomo.ne.jp"},
        {NORMALISE_EMAIL,
         "\xef\xbb\xbf"
         "a@b.kr\xc2\xa0",
         "", "a@b.kr"},
        {NORMALISE_EMAIL, "1234567890123456789012345678901234567890123456789012345678901234@b.kr", "",
         "1234567890123456789012345678901234567890123456789012345678901234@b.kr"},
        {NORMALISE_EMAIL, "12345678901234567890123456789012345678901234567890123456789012345@b.kr", "", NULL},
        {NORMALISE_EMAIL, "", "", NULL},
        {NORMALISE_EMAIL, "nobody", "", NULL},
        {NORMALISE_EMAIL, "@b.kr", "", NULL},
        {NORMALISE_EMAIL, "a@", "", NULL},
        {NORMALISE_EMAIL, "a@b", "", NULL},
        {NORMALISE_EMAIL, "a@@b.kr", "", NULL},
        {NORMALISE_EMAIL, "a@b@c.kr", "", NULL},
        {NORMALISE_EMAIL, "a b@c.kr", "", NULL},
        {NORMALISE_EMAIL, "a\tb@c.kr", "", NULL},
        {NORMALISE_EMAIL, "a@b..kr", "", NULL},
        {NORMALISE_EMAIL, "a@-b.kr", "", NULL},
        {NORMALISE_EMAIL, "a@b-.kr", "", NULL},
        {NORMALISE_EMAIL, "a@b_c.kr", "", NULL},
        {NORMALISE_EMAIL, "a@[127.0.0.1]", "", NULL},
        {NORMALISE_EMAIL, "\"a b\"@c.kr", "", NULL},
        {NORMALISE_EMAIL, "a@xn--a.kr", "", NULL},
        {NORMALISE_EMAIL, "a,b@c.kr", "", NULL},
        {NORMALISE_EMAIL, "a@b.kr\xff", "", NULL},
        {NORMALISE_EMAIL_CANONICAL, "Min.Su+shop@GoogleMail.com", "", "minsu@gmail.com"},
        {NORMALISE_EMAIL_CANONICAL, "min.su+shop@naver.com", "", "min.su@naver.com"},
        {NORMALISE_EMAIL_CANONICAL, "+all@naver.com", "", "+all@naver.com"},
        {NORMALISE_EMAIL_CANONICAL, "...@gmail.com", "", "...@gmail.com"},
        {NORMALISE_EMAIL_CANONICAL, "nobody", "", NULL},
    };
    check_rows(rows, COUNT_OF(rows));
    SCOPED(buf_done) struct buf long_one = {0}, out = {0};
    buf_text(&long_one, "a@");
    for (int i = 0; i < 130; i++) buf_text(&long_one, "b.");
    buf_text(&long_one, "kr");
    assert_int_equal(normalise(NORMALISE_EMAIL, buf_slice(&long_one), (struct slice){0}, &out).cause,
                     CAUSE_FIELD_TOO_LONG);
    assert_code(CODE_INVALID,
                normalise(NORMALISE_EMAIL, SLICE_TEXT("a@예시.kr\0.evil"), (struct slice){0}, &out));
    assert_int_equal(out.len, 0);
}

static void texts_are_composed_and_hold_no_controls(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {NORMALISE_TEXT, "  Budi Santoso ", "", "Budi Santoso"},
        {NORMALISE_TEXT, "김철수", "", "김철수"},
        {NORMALISE_TEXT, "\xe1\x84\x80\xe1\x85\xb5\xe1\x86\xb7", "", "김"},
        {NORMALISE_TEXT, "\xea\xb8\xb0\xe1\x86\xb7", "", "김"}, /* a syllable and a loose final */
        {NORMALISE_TEXT, "e\xcc\x81", "", "é"},
        {NORMALISE_TEXT, "\xe3\x80\x80서울\xe3\x80\x80", "", "서울"},
        {NORMALISE_TEXT, "one\r\ntwo\rthree\tfour", "", "one\ntwo\nthree\tfour"},
        {NORMALISE_TEXT, "", "", ""},
        {NORMALISE_TEXT, "bell\a", "", NULL},
        {NORMALISE_TEXT, "escape\x1b[31m", "", NULL},
        {NORMALISE_TEXT, "next\xc2\x85line", "", NULL},
        {NORMALISE_TEXT, "broken \xed\xa0\x80", "", NULL},
        {NORMALISE_TEXT, "a\xe3\x80\x80\x80\x80", "", NULL}, /* a wide space with stray bytes behind */
        {NORMALISE_NONE, " as it is ", "", " as it is "},
        {NORMALISE_REF, " Cust-001/a ", "", "Cust-001/a"},
        {NORMALISE_REF, "two\nlines", "", NULL},
        {NORMALISE_REF, "", "", NULL},
    };
    check_rows(rows, COUNT_OF(rows));
    char long_ref[130];
    memset(long_ref, 'r', sizeof long_ref);
    SCOPED(buf_done) struct buf out = {0};
    assert_ok(normalise(NORMALISE_REF, (struct slice){(uint8_t *)long_ref, 128}, (struct slice){0}, &out));
    struct result got =
        normalise(NORMALISE_REF, (struct slice){(uint8_t *)long_ref, 129}, (struct slice){0}, &out);
    assert_int_equal(got.cause, CAUSE_FIELD_TOO_LONG);
    assert_int_equal(out.len, 128);
}

static void national_ids_are_bare_digits(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {NORMALISE_NATIONAL_ID, "971013-9019902", "KR", "9710139019902"},
        {NORMALISE_NATIONAL_ID, "971013-1019902", "KR", "9710131019902"},
        {NORMALISE_NATIONAL_ID, "5106031001322", "KR", "5106031001322"},
        {NORMALISE_NATIONAL_ID, "000229-3000000", "KR", "0002293000000"},
        {NORMALISE_NATIONAL_ID, "000229-1000000", "KR", NULL}, /* 1900 was no leap year */
        {NORMALISE_NATIONAL_ID, "971313-1019902", "KR", NULL},
        {NORMALISE_NATIONAL_ID, "m1234 5678", "KR", "M12345678"},
        {NORMALISE_NATIONAL_ID, "3204110609970001", "ID", "3204110609970001"},
        {NORMALISE_NATIONAL_ID, "32.04.11.460997.0001", "ID", "3204114609970001"},
        {NORMALISE_NATIONAL_ID, "9904110609970001", "ID", NULL},
        {NORMALISE_NATIONAL_ID, "3204113509970001", "ID", NULL},
        {NORMALISE_NATIONAL_ID, "3204110613970001", "ID", NULL},
        {NORMALISE_NATIONAL_ID, "3204110609970000", "ID", NULL},
        {NORMALISE_NATIONAL_ID, "01.312.166.0-091.000", "ID", "013121660091000"},
        {NORMALISE_NATIONAL_ID, "0013121660091000", "ID", "0013121660091000"},
        {NORMALISE_NATIONAL_ID, "01.312.166.1-091.000", "ID", NULL},
        {NORMALISE_NATIONAL_ID, "971313-1019902", "", "9713131019902"},
        {NORMALISE_NATIONAL_ID, "ab 123 456 c", "GB", "AB123456C"},
        {NORMALISE_NATIONAL_ID, "abc", "GB", NULL},
        {NORMALISE_NATIONAL_ID, "123456789012345678901234567890123", "GB", NULL},
        {NORMALISE_NATIONAL_ID, "1234!", "GB", NULL},
    };
    check_rows(rows, COUNT_OF(rows));
}

static void dates_and_codes_have_one_form(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {NORMALISE_DATE, "1990-01-31", "", "1990-01-31"},
        {NORMALISE_DATE, "19900131", "", "1990-01-31"},
        {NORMALISE_DATE, "1990.1.31", "KR", "1990-01-31"},
        {NORMALISE_DATE, "1990. 1. 31.", "KR", "1990-01-31"},
        {NORMALISE_DATE, "1990/01/31", "", "1990-01-31"},
        {NORMALISE_DATE, "31/01/1990", "ID", "1990-01-31"},
        {NORMALISE_DATE, "31-1-1990", "ID", "1990-01-31"},
        {NORMALISE_DATE, "1990-01-31 00:00:00", "", "1990-01-31"},
        {NORMALISE_DATE, "2024-02-29", "", "2024-02-29"},
        {NORMALISE_DATE, "31/01/1990", "KR", NULL},
        {NORMALISE_DATE, "2023-02-29", "", NULL},
        {NORMALISE_DATE, "1900-02-29", "", NULL},
        {NORMALISE_DATE, "1990-13-01", "", NULL},
        {NORMALISE_DATE, "1990-00-10", "", NULL},
        {NORMALISE_DATE, "1990-01-31 12:30:00", "", NULL},
        {NORMALISE_DATE, "90-01-31", "KR", NULL},
        {NORMALISE_DATE, "0000-01-01", "", NULL},
        {NORMALISE_DATE, "soon", "", NULL},
        {NORMALISE_DATE, "1990-01-31-01", "", NULL},
        {NORMALISE_POSTCODE, "06236", "KR", "06236"},
        {NORMALISE_POSTCODE, "6236", "KR", "06236"},
        {NORMALISE_POSTCODE, "135-080", "KR", "135080"},
        {NORMALISE_POSTCODE, "12190", "ID", "12190"},
        {NORMALISE_POSTCODE, "1219", "ID", NULL},
        {NORMALISE_POSTCODE, "abcde", "ID", NULL},
        {NORMALISE_POSTCODE, "sw1a  1aa", "GB", "SW1A 1AA"},
        {NORMALISE_POSTCODE, "100 - 0001", "JP", "100-0001"},
        {NORMALISE_POSTCODE, "1", "GB", NULL},
        {NORMALISE_POSTCODE, "12345678901234", "GB", NULL},
        {NORMALISE_COUNTRY, "kr", "", "KR"},
        {NORMALISE_COUNTRY, " ID ", "", "ID"},
        {NORMALISE_COUNTRY, "KOR", "", NULL},
        {NORMALISE_COUNTRY, "ZZ", "", NULL},
        {NORMALISE_COUNTRY, " \xc2\xa0", "", NULL},
        {NORMALISE_LANG, "ko-KR", "", "ko"},
        {NORMALISE_LANG, "en_US", "", "en"},
        {NORMALISE_LANG, "in", "", "id"},
        {NORMALISE_LANG, "JAV", "", "jav"},
        {NORMALISE_LANG, "k", "", NULL},
        {NORMALISE_LANG, "korean", "", NULL},
        {NORMALISE_LANG, "12", "", NULL},
    };
    check_rows(rows, COUNT_OF(rows));
}

/* Pieces from which random values are put together: what real columns and hostile ones are made of. */
static const char *const pieces[] = {"a",
                                     "Z",
                                     "9",
                                     "0",
                                     "1",
                                     "82",
                                     "62",
                                     "010",
                                     "812",
                                     "1234",
                                     "5678",
                                     "@",
                                     "@",
                                     ".",
                                     "-",
                                     " ",
                                     "+",
                                     "(",
                                     ")",
                                     "/",
                                     "gmail.com",
                                     "naver.com",
                                     "xn--3e0b707e",
                                     ".kr",
                                     "한국",
                                     "김",
                                     "\xe1\x86\xb7",
                                     "e\xcc\x81",
                                     "İ",
                                     "ß",
                                     "Σ",
                                     "ς",
                                     "ﬁ",
                                     "\xe3\x80\x80",
                                     "\xe2\x80\x8b",
                                     "１",
                                     "＠",
                                     "．",
                                     "。",
                                     "\xcd\x85",
                                     "ǅ",
                                     "Ⅷ",
                                     "'",
                                     "\"",
                                     "<",
                                     ">",
                                     "mailto:",
                                     "tel:",
                                     "1990-01-31",
                                     "00:00:00",
                                     "\r",
                                     "\n",
                                     "\xcc\x87",
                                     "\xe1\x84\x80",
                                     "\xe1\x85\xb5",
                                     "½",
                                     "㎏",
                                     "\xe2\x81\xa0"};

static void normalising_twice_is_normalising_once(void **state)
{
    (void)state;
    static const char *const countries[] = {"", "KR", "ID", "US", "GB", "IT", "RU", "SG", "ZZ"};
    PROPERTY(40000, rng) {
        SCOPED(buf_done) struct buf value = {0}, once = {0}, twice = {0};
        for (size_t i = 1 + prop_below(&rng, 8); i > 0; i--)
            buf_text(&value, pieces[prop_below(&rng, COUNT_OF(pieces))]);
        struct slice country = slice_text(countries[prop_below(&rng, COUNT_OF(countries))]);
        enum normaliser kind = (enum normaliser)prop_below(&rng, NORMALISER_COUNT);
        if (normalise(kind, buf_slice(&value), country, &once).code != CODE_OK) {
            assert_int_equal(once.len, 0);
            continue;
        }
        struct result again = normalise(kind, buf_slice(&once), country, &twice);
        if (again.code != CODE_OK)
            fail_msg("kind %d, %s then %s: %s", kind, buf_c(&value), buf_c(&once), result_text());
        if (!slice_equal(buf_slice(&once), buf_slice(&twice))) {
            fail_msg("kind %d: %s then %s", kind, buf_c(&once), buf_c(&twice));
        }
    }
}

/* An address in angle brackets goes the long way; as it stands it goes the short one, where it can. */
static void plain_addresses_go_the_short_way_to_the_same_end(void **state)
{
    (void)state;
    static const char *const parts[] = {"a",    "Z",     "kim", "9",       ".",
                                        "-",    "--",    "@",   "+",       "_",
                                        "'",    "\x7f",  " ",   ",",       "[",
                                        "é",    "{",     "~",   "example", "kr",
                                        "com",  "xn--",  "@b.", "a@b.kr",  "longlonglonglonglong1",
                                        "com-", ".co.id"};
    size_t good = 0;
    PROPERTY(40000, rng) {
        SCOPED(buf_done) struct buf value = {0}, around = {0}, quick = {0}, slow = {0};
        buf_byte(&value, 'k'); /* no quotes or blanks at its ends, which would be taken off */
        for (size_t i = 1 + prop_below(&rng, 9); i > 0; i--)
            buf_text(&value, parts[prop_below(&rng, COUNT_OF(parts))]);
        buf_text(&value, prop_below(&rng, 2) ? "@shop.example" : "m");
        buf_print(&around, "<%s>", buf_c(&value));
        enum code one = normalise(NORMALISE_EMAIL, buf_slice(&value), (struct slice){0}, &quick).code;
        enum code other = normalise(NORMALISE_EMAIL, buf_slice(&around), (struct slice){0}, &slow).code;
        good += one == CODE_OK;
        if (one != other || !slice_equal(buf_slice(&quick), buf_slice(&slow)))
            fail_msg("%s: %s and %s", buf_c(&value), buf_c(&quick), buf_c(&slow));
    }
    assert_in_range(good, 1000, 39000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phones_become_e164),
        cmocka_unit_test(emails_have_one_form),
        cmocka_unit_test(plain_addresses_go_the_short_way_to_the_same_end),
        cmocka_unit_test(texts_are_composed_and_hold_no_controls),
        cmocka_unit_test(national_ids_are_bare_digits),
        cmocka_unit_test(dates_and_codes_have_one_form),
        cmocka_unit_test(normalising_twice_is_normalising_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

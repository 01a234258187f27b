/* Numbers and codes: national ids, dates, postcodes, countries, languages. */
#include "keep/normalise_priv.h"

#include <string.h>

enum { SYMBOLS_MAX = 64, RRN_DIGITS = 13, NIK_DIGITS = 16, NPWP_DIGITS = 15, NPWP_CHECKED = 9 };

/* Letters and digits of a value, upper case, without its separators. */
struct symbols {
    uint8_t at[SYMBOLS_MAX];
    size_t len;
    bool digits; /* nothing else */
};

static void symbols_done(struct symbols *symbols)
{
    explicit_bzero(symbols, sizeof *symbols);
}

/* False when there is another character than letters, digits and `separators`, or too much. */
static bool symbols_read(struct slice value, const char *separators, struct symbols *out)
{
    out->digits = true;
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = upper(value.at[i]);
        if (is_digit(c) || is_letter(c)) {
            if (out->len == SYMBOLS_MAX) return false;
            out->at[out->len++] = c;
            out->digits &= is_digit(c);
        } else if (c == 0 || !strchr(separators, c)) {
            return false;
        }
    }
    return true;
}

static unsigned number_of(const uint8_t *digits, size_t count)
{
    unsigned number = 0;
    for (size_t i = 0; i < count; i++) number = number * 10 + (digits[i] - '0');
    return number;
}

/*
 * Korean resident registration number: YYMMDD, then S for century and sex. The last digit is no check any more (since
 * October 2020 the digits behind S are random), so it is not looked at.
 */
static bool rrn_good(const uint8_t *digits)
{
    static const unsigned century[] = {1800, 1900, 1900, 2000, 2000, 1900, 1900, 2000, 2000, 1800}; /* by S */
    unsigned year = century[digits[6] - '0'] + number_of(digits, 2);
    return calendar_day(year, number_of(digits + 2, 2), number_of(digits + 4, 2));
}

/* Indonesian resident number: province, regency, district, DDMMYY with 40 added to a woman's day, serial from 0001. */
static bool nik_good(const uint8_t *digits)
{
    static const uint8_t provinces[] = {11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 31, 32, 33,
                                        34, 35, 36, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71,
                                        72, 73, 74, 75, 76, 81, 82, 91, 92, 93, 94, 95, 96};
    enum { WOMAN = 40, LEAP_CENTURY = 2000 };
    unsigned day = number_of(digits + 6, 2), month = number_of(digits + 8, 2),
             year = number_of(digits + 10, 2);
    if (day > WOMAN) day -= WOMAN;
    if (!memchr(provinces, (int)number_of(digits, 2), sizeof provinces)) return false;
    return calendar_day(LEAP_CENTURY + year, month, day) && number_of(digits + 12, 4) != 0;
}

/* Indonesian tax number: two digits of type, six of id, one check by Luhn over the first eight, six of offices. */
static bool npwp_good(const uint8_t *digits)
{
    unsigned sum = 0;
    for (size_t i = 0; i < NPWP_CHECKED; i++) {
        unsigned digit = (unsigned)(digits[i] - '0') * (i % 2 == 1 ? 2 : 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
}

RESULT normalise_national_id(struct slice value, struct slice country, struct buf *out)
{
    SCOPED(symbols_done) struct symbols id = {.len = 0};
    if (!symbols_read(value, " -./", &id)) {
        return FAIL(FIELD_FORMAT,
                    "national id: a character that is neither letter, digit nor separator, or too long");
    }
    if (id.len < 4 || id.len > NORMALISE_ID_SYMBOLS_MAX) {
        return FAIL(FIELD_FORMAT, "national id: not 4 to %d letters and digits", NORMALISE_ID_SYMBOLS_MAX);
    }
    if (id.digits && slice_is(country, "KR") && id.len == RRN_DIGITS && !rrn_good(id.at)) {
        return FAIL(FIELD_FORMAT, "national id: 13 digits, but no date of birth in them");
    }
    if (id.digits && slice_is(country, "ID") && id.len == NPWP_DIGITS && !npwp_good(id.at)) {
        return FAIL(FIELD_FORMAT, "national id: 15 digits, but the NPWP check digit is another");
    }
    if (id.digits && slice_is(country, "ID") && id.len == NIK_DIGITS) {
        bool company = id.at[0] == '0' && npwp_good(id.at + 1); /* since 2024: 0 and the old NPWP */
        if (!company && !nik_good(id.at)) {
            return FAIL(FIELD_FORMAT,
                        "national id: 16 digits, but no province, date of birth and serial in them");
        }
    }
    buf_put(out, id.at, id.len);
    return OK;
}

/* Numbers of a date as written: `1990-1-31`, `1990. 1. 31.`, `31/01/1990`. */
struct parts {
    unsigned number[3];
    size_t digits[3];
    size_t count;
};

static bool parts_read(struct slice value, struct parts *out)
{
    bool inside = false;
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.at[i];
        if (!is_digit(c)) {
            if (c == 0 || !strchr("-./ ", c)) return false;
            inside = false;
            continue;
        }
        if (!inside && out->count == COUNT_OF(out->number)) return false;
        if (!inside) out->count++;
        inside = true;
        size_t part = out->count - 1;
        if (++out->digits[part] > 8) return false;
        out->number[part] = out->number[part] * 10 + (c - '0');
    }
    return out->count > 0;
}

/* A sheet's date cell often comes with midnight behind it. */
static struct slice without_midnight(struct slice value)
{
    static const char *const tails[] = {" 00:00:00", "T00:00:00", "T00:00:00Z"};
    for (size_t i = 0; i < COUNT_OF(tails); i++) {
        size_t len = strlen(tails[i]);
        if (value.len > len && memcmp(value.at + value.len - len, tails[i], len) == 0) value.len -= len;
    }
    return value;
}

RESULT normalise_date(struct slice value, struct slice country, struct buf *out)
{
    enum { YEAR_MIN = 1800, YEAR_MAX = 2199 };
    struct parts parts = {.count = 0};
    unsigned year = 0, month = 0, day = 0;
    if (!parts_read(without_midnight(value), &parts)) {
        return FAIL(FIELD_FORMAT, "date: not a date in digits, such as 1990-01-31");
    }
    if (parts.count == 1 && parts.digits[0] == 8) { /* 19900131 */
        year = parts.number[0] / 10000;
        month = parts.number[0] / 100 % 100;
        day = parts.number[0] % 100;
    } else if (parts.count == 3 && parts.digits[0] == 4 && parts.digits[1] <= 2 && parts.digits[2] <= 2) {
        year = parts.number[0];
        month = parts.number[1];
        day = parts.number[2];
    } else if (parts.count == 3 && parts.digits[2] == 4 && parts.digits[0] <= 2 && parts.digits[1] <= 2) {
        if (!slice_is(country, "ID")) {
            return FAIL(FIELD_FORMAT, "date: day or month first? write it as 1990-01-31");
        }
        day = parts.number[0];
        month = parts.number[1];
        year = parts.number[2];
    }
    if (year < YEAR_MIN || year > YEAR_MAX || !calendar_day(year, month, day)) {
        return FAIL(FIELD_FORMAT, "date: not a day of the calendar from %d to %d", YEAR_MIN, YEAR_MAX);
    }
    uint8_t text[] = {(uint8_t)('0' + year / 1000),
                      (uint8_t)('0' + year / 100 % 10),
                      (uint8_t)('0' + year / 10 % 10),
                      (uint8_t)('0' + year % 10),
                      '-',
                      (uint8_t)('0' + month / 10),
                      (uint8_t)('0' + month % 10),
                      '-',
                      (uint8_t)('0' + day / 10),
                      (uint8_t)('0' + day % 10)};
    buf_put(out, text, sizeof text);
    return OK;
}

/* Five digits; six of the Korean codes before August 2015; four where a sheet ate Seoul's 0. */
static RESULT postcode_digits_put(const struct symbols *code, bool korean, struct buf *out)
{
    bool short_one = korean && code->len == 4, old = korean && code->len == 6;
    if (!code->digits || (code->len != 5 && !short_one && !old))
        return FAIL(FIELD_FORMAT, "postcode: not five digits");
    if (short_one) buf_byte(out, '0');
    buf_put(out, code->at, code->len);
    return OK;
}

RESULT normalise_postcode(struct slice value, struct slice country, struct buf *out)
{
    SCOPED(symbols_done) struct symbols code = {.len = 0};
    if (!symbols_read(value, " -", &code) || code.len < 2 || code.len > NORMALISE_POSTCODE_SYMBOLS_MAX) {
        return FAIL(FIELD_FORMAT, "postcode: not 2 to %d letters and digits", NORMALISE_POSTCODE_SYMBOLS_MAX);
    }
    if (slice_is(country, "KR")) return postcode_digits_put(&code, true, out);
    if (slice_is(country, "ID")) return postcode_digits_put(&code, false, out);
    uint8_t gap = 0; /* a separator waits for what it separates */
    bool begun = false;
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = upper(value.at[i]);
        if (!is_digit(c) && !is_letter(c)) {
            gap = gap == '-' ? gap : c;
            continue;
        }
        if (gap && begun) buf_byte(out, gap);
        gap = 0;
        begun = true;
        buf_byte(out, c);
    }
    return OK;
}

/* ISO 3166-1 alpha-2, and XK, which banks and mail use for Kosovo. */
static const char countries[] = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ "
                                "BL BM BN BO BQ BR BS BT BV BW BY BZ CA "
                                "CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC "
                                "EE EG EH ER ES ET FI FJ FK FM FO FR GA "
                                "GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID "
                                "IE IL IM IN IO IQ IR IS IT JE JM JO JP "
                                "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD "
                                "ME MF MG MH MK ML MM MN MO MP MQ MR MS "
                                "MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH "
                                "PK PL PM PN PR PS PT PW PY QA RE RO RS "
                                "RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD "
                                "TF TG TH TJ TK TL TM TN TO TR TT TV TW "
                                "TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK ";
_Static_assert(sizeof countries - 1 == (size_t)250 * 3, "249 countries and Kosovo");

RESULT normalise_country(struct slice value, struct buf *out)
{
    char code[] = {0, 0, 0};
    if (value.len == 2) {
        code[0] = (char)upper(value.at[0]);
        code[1] = (char)upper(value.at[1]);
    }
    if (value.len != 2 || !is_letter(value.at[0]) || !is_letter(value.at[1]) || !strstr(countries, code)) {
        return FAIL(FIELD_FORMAT, "country: not a two-letter code of ISO 3166, such as KR");
    }
    buf_put(out, code, 2);
    return OK;
}

RESULT normalise_lang(struct slice value, struct buf *out)
{
    /* Codes that were withdrawn, but that older runtimes still write. */
    static const struct {
        const char *old, *code;
    } renamed[] = {{"in", "id"}, {"iw", "he"}, {"ji", "yi"}};
    char code[4] = {0};
    size_t len = 0;
    while (len < value.len && len < 3 && is_letter(value.at[len])) {
        code[len] = (char)lower(value.at[len]);
        len++;
    }
    bool ends = len == value.len || value.at[len] == '-' || value.at[len] == '_';
    if (len < 2 || !ends) return FAIL(FIELD_FORMAT, "language: not a code such as ko, id or en");
    const char *found = code;
    for (size_t i = 0; i < COUNT_OF(renamed); i++) {
        if (strcmp(code, renamed[i].old) == 0) found = renamed[i].code;
    }
    buf_text(out, found);
    return OK;
}

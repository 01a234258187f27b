#include "answer/evidence/dump/content.h"

#include <string.h>
#include <strings.h>

enum {
    CELL_BYTES_MAX = 512,
    NAME_BYTES_MOST = 60,
    NAME_WORDS_MOST = 5,
    ADDRESS_BYTES_LEAST = 10,
    PHONE_DIGITS_LEAST = 8,
    PHONE_DIGITS_MOST = 15,
    ID_KOREA = 13,
    ID_INDONESIA = 16,
    WOMEN_DAYS = 40 /* added to the day of birth in a NIK */
};

const char *kind_name(unsigned kind)
{
    switch (kind) {
#define KIND(NAME, number, name) \
    case number:                 \
        return name;
#include "answer/evidence/dump/kinds.def"
#undef KIND
    default:
        return NULL;
    }
}

enum kind kind_find(const char *name)
{
    for (unsigned i = 0; i <= KIND_MAX; i++) {
        const char *known = kind_name(i);
        if (known && strcmp(known, name) == 0) return (enum kind)i;
    }
    return KIND_OTHER;
}

/* How many of which characters. */
struct census {
    size_t digits, letters, high, spaces, marks; /* marks: those that stand in telephone numbers and dates */
    size_t at_signs, dots, others, words;
    uint8_t all_digits[ID_INDONESIA + 1];
};

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(uint8_t byte)
{
    return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

static void digit_count(struct census *out, uint8_t byte)
{
    if (out->digits < sizeof out->all_digits) out->all_digits[out->digits] = byte - '0';
    out->digits++;
}

static void census_take(struct slice cell, struct census *out)
{
    bool in_word = false;
    for (size_t i = 0; i < cell.len; i++) {
        uint8_t byte = cell.at[i];
        bool space = byte == ' ' || byte == '\t';
        if (!space && !in_word) out->words++;
        in_word = !space;
        if (is_digit(byte))
            digit_count(out, byte);
        else if (is_letter(byte))
            out->letters++;
        else if (byte >= 0x80)
            out->high++;
        else if (space)
            out->spaces++;
        else if (byte == '@')
            out->at_signs++;
        else if (byte == '.')
            out->dots++;
        else if (strchr("+-()/", byte) && byte)
            out->marks++;
        else
            out->others++;
    }
}

static unsigned two(const uint8_t *digits)
{
    return digits[0] * 10U + digits[1];
}

static bool is_day(unsigned month, unsigned day)
{
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static bool looks_email(struct slice cell, const struct census *census)
{
    if (census->at_signs != 1 || census->spaces > 0 || census->dots == 0) return false;
    const uint8_t *at = memchr(cell.at, '@', cell.len);
    struct slice domain = slice_from(cell, (size_t)(at - cell.at) + 1);
    if (domain.len == 0) return false;
    const uint8_t *dot = memrchr(domain.at, '.', domain.len);
    return at > cell.at && dot && dot > domain.at && domain.at + domain.len - dot > 2;
}

static bool looks_phone(struct slice cell, const struct census *census)
{
    if (census->letters + census->high + census->others + census->at_signs > 0) return false;
    if (census->digits < PHONE_DIGITS_LEAST || census->digits > PHONE_DIGITS_MOST) return false;
    const uint8_t *digits = census->all_digits;
    bool called = digits[0] == 0 || memchr(cell.at, '+', cell.len);
    bool eaten = census->digits >= PHONE_DIGITS_LEAST + 1 &&
                 (digits[0] == 8 || two(digits) == 62 || two(digits) == 82 || two(digits) == 10);
    return called || eaten;
}

static bool looks_national_id(const struct census *census)
{
    const uint8_t *digits = census->all_digits;
    if (census->letters + census->high + census->others + census->at_signs > 0) return false;
    if (census->digits == ID_KOREA) return is_day(two(digits + 2), two(digits + 4));
    if (census->digits != ID_INDONESIA) return false;
    unsigned province = two(digits), day = two(digits + 6);
    return province >= 11 && province <= 96 &&
           is_day(two(digits + 8), day > WOMEN_DAYS ? day - WOMEN_DAYS : day);
}

/* 1990-01-31, 31/01/1990, 19900131 and what stands behind a blank or T. */
static bool looks_date(struct slice cell, const struct census *census)
{
    const uint8_t *digits = census->all_digits;
    if (census->digits < 8 || census->high + census->at_signs > 0 || census->letters > 2) return false;
    if (cell.len < 8 || !is_digit(cell.at[0])) return false;
    bool year_first = is_digit(cell.at[2]) && (two(digits) == 19 || two(digits) == 20);
    if (year_first) return is_day(two(digits + 4), two(digits + 6));
    bool year_last = two(digits + 4) == 19 || two(digits + 4) == 20;
    return year_last && census->marks + census->dots >= 2 &&
           (is_day(two(digits + 2), two(digits)) || is_day(two(digits), two(digits + 2)));
}

static bool looks_hash(struct slice cell)
{
    static const char *const schemes[] = {"$2a$", "$2b$", "$2y$", "$argon2", "$5$", "$6$", "$1$", "pbkdf2"};
    static const uint8_t lengths[] = {32, 40, 56, 64, 96, 128};
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        if (slice_starts(cell, schemes[i])) return true;
    }
    if (!memchr(lengths, (int)cell.len, sizeof lengths)) return false;
    for (size_t i = 0; i < cell.len; i++) {
        uint8_t byte = cell.at[i] | 0x20;
        if (!is_digit(cell.at[i]) && (byte < 'a' || byte > 'f')) return false;
    }
    return true;
}

static bool looks_network(struct slice cell, const struct census *census)
{
    if (census->dots != 3 || census->digits + census->dots != cell.len || cell.len > 15) return false;
    return is_digit(cell.at[0]) && is_digit(cell.at[cell.len - 1]);
}

static bool looks_url(struct slice cell)
{
    static const char *const schemes[] = {"http://", "https://", "www.", "android://", "ftp://"};
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        size_t len = strlen(schemes[i]);
        if (cell.len > len && strncasecmp((const char *)cell.at, schemes[i], len) == 0) return true;
    }
    return false;
}

static bool looks_name(struct slice cell, const struct census *census)
{
    if (census->digits + census->at_signs > 0 || census->others > 2 || cell.len > NAME_BYTES_MOST)
        return false;
    if (census->letters + census->high < 2 || census->words > NAME_WORDS_MOST) return false;
    bool capital = cell.at[0] >= 'A' && cell.at[0] <= 'Z';
    return census->high > 0 || census->spaces > 0 || capital;
}

unsigned content_looks(struct slice cell)
{
    struct census census = {0};
    cell = slice_part(cell, 0, CELL_BYTES_MAX);
    if (cell.len == 0) return 0;
    census_take(cell, &census);
    if (looks_url(cell)) return LOOKS_URL;
    if (looks_email(cell, &census)) return LOOKS_EMAIL;
    if (looks_network(cell, &census)) return LOOKS_NETWORK;
    if (looks_hash(cell)) return LOOKS_HASH;
    unsigned looks = 0;
    if (looks_date(cell, &census)) looks |= LOOKS_DATE;
    if (looks_national_id(&census)) looks |= LOOKS_NATIONAL_ID;
    if (looks_phone(cell, &census)) looks |= LOOKS_PHONE;
    if (looks_name(cell, &census)) looks |= LOOKS_NAME;
    bool mixed = census.letters + census.high > 0 && census.digits > 0 && census.spaces > 0;
    if (mixed && cell.len >= ADDRESS_BYTES_LEAST && census.at_signs == 0) looks |= LOOKS_ADDRESS;
    if (census.digits == 5 && cell.len == 5) looks |= LOOKS_POSTCODE;
    return looks;
}

#include "keep/normalise_priv.h"

#include "base/text.h"

#include <string.h>

enum {
    E164_DIGITS_MIN = 8, /* with the calling code; shorter ones are service numbers */
    E164_DIGITS_MAX = 15,
    RAW_BYTES_MAX = 128,
    DIGITS_MAX = 24 /* written ones: 15 and every prefix somebody may add */
};

/* The digits of a number as written, and whether a plus stood before them. */
struct dialled {
    uint8_t digits[DIGITS_MAX];
    size_t len;
    bool plus;
};

static void dialled_done(struct dialled *dialled)
{
    explicit_bzero(dialled, sizeof *dialled);
}

static struct slice digits_of(const struct dialled *dialled)
{
    return (struct slice){dialled->digits, dialled->len};
}

/* As slice_starts(), for a few digits of a table: no call for each row. */
static inline bool begins(struct slice digits, const char *with)
{
    size_t len = 0;
    while (with[len] && len < digits.len && digits.at[len] == (uint8_t)with[len]) len++;
    return with[len] == '\0';
}

/* Dashes, invisible marks and bidirectional controls that come along when a number is copied from a telephone. */
static bool point_is_filler(uint32_t point)
{
    return point_is_space(point) || (point >= 0x2010 && point <= 0x2015) || point == 0x2212 ||
           point == 0xad || (point >= 0x200c && point <= 0x200f) || (point >= 0x202a && point <= 0x202e) ||
           (point >= 0x2061 && point <= 0x2069);
}

/* Full-width digits and marks (U+FF01 to U+FF5E) stand for the ASCII ones. */
static uint32_t narrow(uint32_t point)
{
    return point >= 0xff01 && point <= 0xff5e ? point - 0xff01 + '!' : point;
}

static RESULT dialled_read(struct slice value, struct dialled *out)
{
    while (value.len > 0) {
        uint32_t point = value.at[0];
        if (point < 0x80) {
            value.at++;
            value.len--;
        } else {
            point = narrow(utf8_next(&value));
        }
        if (point >= '0' && point <= '9') {
            if (out->len == DIGITS_MAX)
                return FAIL(FIELD_FORMAT, "phone: more than %d digits", E164_DIGITS_MAX);
            out->digits[out->len++] = (uint8_t)point;
        } else if (point == '+') {
            if (out->plus || out->len > 0)
                return FAIL(FIELD_FORMAT, "phone: a plus that is not at the beginning");
            out->plus = true;
        } else if (!point_is_filler(point) && !(point < 0x80 && point != 0 && strchr("-.()/", (int)point))) {
            return FAIL(FIELD_FORMAT,
                        "phone: a character that is neither digit nor separator (an extension?)");
        }
    }
    if (out->len == 0) return FAIL(FIELD_FORMAT, "phone: no digits");
    return OK;
}

/* `tel:`, an apostrophe that keeps a cell text, and the `.0` of a cell that was a number. */
static struct slice unwrap(struct slice value)
{
    bool tel = value.len > 4 && lower(value.at[0]) == 't';
    if (tel && strncasecmp((const char *)value.at, "tel:", 4) == 0) value = slice_from(value, 4);
    if (value.len > 1 && value.at[0] == '\'') value = slice_from(value, 1);
    if (value.len > 2 && memcmp(value.at + value.len - 2, ".0", 2) == 0 &&
        memchr(value.at, '.', value.len - 2) == NULL) {
        value.len -= 2;
    }
    return value;
}

/*
 * Korean numbers without their 0, and 15xx, 16xx, 18xx, which have none: `prefix`, then `fewest` to `most` digits.
 */
static bool korean(struct slice national)
{
    static const struct {
        const char *prefix;
        uint8_t fewest, most;
    } plan[] = {
        {"10", 8, 8}, {"2", 7, 8},  {"11", 7, 8}, {"16", 7, 8}, {"17", 7, 8}, {"18", 7, 8},
        {"19", 7, 8}, {"31", 7, 8}, {"32", 7, 8}, {"33", 7, 8}, {"41", 7, 8}, {"42", 7, 8},
        {"43", 7, 8}, {"44", 7, 8}, {"51", 7, 8}, {"52", 7, 8}, {"53", 7, 8}, {"54", 7, 8},
        {"55", 7, 8}, {"61", 7, 8}, {"62", 7, 8}, {"63", 7, 8}, {"64", 7, 8}, {"70", 8, 8},
        {"80", 7, 8}, {"50", 8, 9}, {"15", 6, 6}, {"16", 6, 6}, {"18", 6, 6},
    };
    for (size_t i = 0; i < COUNT_OF(plan); i++) {
        size_t prefix = plan[i].prefix[1] ? 2 : 1;
        if (national.len < prefix + plan[i].fewest || national.len > prefix + plan[i].most) continue;
        const uint8_t *wanted = (const uint8_t *)plan[i].prefix;
        if (national.at[0] == wanted[0] && (prefix == 1 || national.at[1] == wanted[1])) return true;
    }
    return false;
}

/* Indonesian numbers without their 0: mobile 8xx of 9 to 12 digits, areas of 2 or 3 digits with 5 to 8 more. */
static bool indonesian(struct slice national)
{
    if (national.len == 0) return false;
    if (national.at[0] == '8') return national.len >= 9 && national.len <= 12;
    return national.at[0] >= '2' && national.len >= 7 && national.len <= 11;
}

struct calling {
    const char *country, *code, *trunk;
    uint8_t fewest, most;
    bool (*plan)(struct slice national); /* instead of the lengths */
};

static const struct calling callings[] = {
    {"KR", "82", "0", 8, 10, korean},
    {"ID", "62", "0", 7, 12, indonesian},
#define CALLING(country, code, trunk, fewest, most) {#country, code, trunk, fewest, most, NULL},
#include "keep/calling.def"
#undef CALLING
};

static bool national_good(const struct calling *row, struct slice national)
{
    if (row->plan) return row->plan(national);
    return national.len >= row->fewest && national.len <= row->most;
}

static RESULT e164_put(const char *code, struct slice national, struct buf *out)
{
    size_t len = strlen(code) + national.len;
    if (len < E164_DIGITS_MIN || len > E164_DIGITS_MAX) {
        return FAIL(FIELD_FORMAT, "phone: not %d to %d digits with the country's code", E164_DIGITS_MIN,
                    E164_DIGITS_MAX);
    }
    buf_byte(out, '+');
    buf_text(out, code);
    buf_slice_put(out, national);
    return OK;
}

/* Behind + or 00: the first row whose code it begins with; a country without a row is kept as it is. */
static RESULT international(struct slice digits, struct buf *out)
{
    if (digits.len == 0 || digits.at[0] == '0')
        return FAIL(FIELD_FORMAT, "phone: no country's code begins with 0");
    for (size_t i = 0; i < COUNT_OF(callings); i++) {
        const struct calling *row = &callings[i];
        if (!begins(digits, row->code)) continue;
        struct slice national = slice_from(digits, strlen(row->code));
        bool zero = strcmp(row->trunk, "0") == 0;
        if (zero && begins(national, "0")) national = slice_from(national, 1); /* +82 (0)10 */
        if ((zero && begins(national, "0")) || (row->plan && !row->plan(national))) {
            return FAIL(FIELD_FORMAT, "phone: not a number of %s", row->country);
        }
        return e164_put(row->code, national, out);
    }
    return e164_put("", digits, out);
}

/*
 * A number written as in its own country: with the trunk prefix, without it (a sheet ate the 0), or with the country's
 * code but no plus. Where the trunk prefix is 0, a number without it is read with the code first: 6221... is Jakarta,
 * not an area 622; elsewhere last, for there the number as it stands is complete.
 */
static RESULT national(const struct calling *row, struct slice digits, struct buf *out)
{
    bool zero = strcmp(row->trunk, "0") == 0, bare = digits.at[0] != '0';
    struct slice coded = {0}, cut = {0};
    if (begins(digits, row->code)) coded = slice_from(digits, strlen(row->code));
    if (zero && begins(coded, "0")) coded = slice_from(coded, 1);
    bool coded_good = coded.len > 0 && !(zero && coded.at[0] == '0') && national_good(row, coded);
    if (zero && coded_good) return e164_put(row->code, coded, out);
    if (row->trunk[0] && begins(digits, row->trunk)) cut = slice_from(digits, strlen(row->trunk));
    if (cut.len > 0 && cut.at[0] != '0' && national_good(row, cut)) return e164_put(row->code, cut, out);
    bool complete = bare || !row->trunk[0]; /* Italian numbers keep their 0 */
    if (complete && national_good(row, digits)) return e164_put(row->code, digits, out);
    if (coded_good) return e164_put(row->code, coded, out);
    return FAIL(FIELD_FORMAT, "phone: not a number of %s; write it with + and the country's code",
                row->country);
}

/* Shapes that no other country's customers write: Korean 010 and 8210, Indonesian 081 to 089 and 628. */
static const struct calling *row_by_shape(struct slice digits)
{
    if ((begins(digits, "010") && digits.len == 11) || (begins(digits, "8210") && digits.len == 12)) {
        return &callings[0];
    }
    bool trunk = begins(digits, "08") && digits.len >= 10 && digits.len <= 13 && digits.at[2] != '0';
    bool coded = begins(digits, "628") && digits.len >= 11 && digits.len <= 14;
    return trunk || coded ? &callings[1] : NULL;
}

RESULT normalise_phone(struct slice value, struct slice country, struct buf *out)
{
    if (value.len > RAW_BYTES_MAX) return FAIL(FIELD_TOO_LONG, "phone: longer than %d bytes", RAW_BYTES_MAX);
    SCOPED(dialled_done) struct dialled dialled = {.len = 0};
    TRY(dialled_read(unwrap(value), &dialled));
    struct slice digits = digits_of(&dialled);
    if (dialled.plus) return international(digits, out);
    if (begins(digits, "00")) return international(slice_from(digits, 2), out);
    if (country.len == 0) {
        const struct calling *row = row_by_shape(digits);
        if (row) return national(row, digits, out);
        return FAIL(FIELD_FORMAT,
                    "phone: national form and no country; write it with + and the country's code");
    }
    for (size_t i = 0; i < COUNT_OF(callings); i++) {
        if (slice_is(country, callings[i].country)) return national(&callings[i], digits, out);
    }
    return FAIL(FIELD_FORMAT,
                "phone: national form of a country without a row; write it with + and the country's code");
}

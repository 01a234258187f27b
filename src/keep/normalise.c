#include "keep/normalise_priv.h"

#include "base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>

bool point_is_space(uint32_t point)
{
    if (point < 0x80) return point == ' ' || (point >= '\t' && point <= '\r');
    if (point >= 0x2000 && point <= 0x200b) return true;
    static const uint32_t others[] = {0x85,   0xa0,   0x1680, 0x2028, 0x2029,
                                      0x202f, 0x205f, 0x2060, 0x3000, 0xfeff};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        if (point == others[i]) return true;
    }
    return false;
}

bool point_is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

struct slice value_trim(struct slice value)
{
    for (struct slice rest = value; rest.len > 0; value = rest) {
        if (rest.at[0] > ' ' && rest.at[0] < 0x80) break;
        if (!point_is_space(utf8_next(&rest))) break;
    }
    while (value.len > 0) {
        size_t start = value.len - 1;
        if (value.at[start] > ' ' && value.at[start] < 0x80) break;
        while (start > 0 && (value.at[start] & 0xc0) == 0x80) start--;
        struct slice last = slice_from(value, start);
        if (!point_is_space(utf8_next(&last)) || last.len > 0)
            break; /* malformed behind a space stays, to be refused */
        value.len = start;
    }
    return value;
}

bool calendar_day(unsigned year, unsigned month, unsigned day)
{
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > COUNT_OF(days) || day < 1) return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

RESULT unicode_put(struct slice value, enum unicode_form form, struct buf *out)
{
    /* Room for nearly every text; the library allocates for the rest (one code point can become 18). */
    enum { GROWTH = 3, SPARE = 64 };
    size_t room = value.len * GROWTH + SPARE, len = room;
    buf_reserve(out, room);
    uint8_t *to = out->at + out->len, *got = NULL;
    if (form == UNICODE_NFKC_LOWER) {
        got = u8_tolower(value.at, value.len, NULL, UNINORM_NFKC, to, &len);
    } else {
        got = u8_normalize(form == UNICODE_NFC ? UNINORM_NFC : UNINORM_NFKC, value.at, value.len, to, &len);
    }
    if (!got) return FAIL(UNAVAILABLE, "normalise: no memory for a text; try again");
    if (got == to) {
        out->len += len;
        return OK;
    }
    buf_put(out, got, len);
    explicit_bzero(got, len);
    free(got);
    return OK;
}

static RESULT not_utf8(void)
{
    return FAIL(FIELD_FORMAT, "text: not UTF-8; name the encoding of the source");
}

/* Code points that NFC leaves alone whatever stands beside them: Latin, kana, Han, whole Hangul syllables. */
static bool point_is_composed(uint32_t point)
{
    if (point < 0x300) return true;
    if (point >= 0xac00 && point <= 0xd7a3) return true;
    if (point >= 0x4e00 && point <= 0x9fff) return true;
    return (point >= 0x3041 && point <= 0x3096) || (point >= 0x30a1 && point <= 0x30fa);
}

struct text_kind {
    bool composed; /* already NFC */
    bool returns;  /* holds a carriage return */
};

/* With `lines`, tab and line ends are not refused as control characters. */
static RESULT text_scan(struct slice text, bool lines, struct text_kind *out)
{
    struct text_kind kind = {true, false};
    while (text.len > 0) {
        uint8_t first = text.at[0];
        if (first >= ' ' && first < 0x7f) {
            text.at++;
            text.len--;
            continue;
        }
        uint32_t point = utf8_next(&text);
        if (point == UTF8_BAD) return not_utf8();
        if (point_is_control(point)) {
            bool line = lines && (point == '\t' || point == '\n' || point == '\r');
            if (!line) return FAIL(FIELD_FORMAT, "text: a control character; remove it");
            kind.returns |= point == '\r';
        }
        kind.composed &= point_is_composed(point);
    }
    *out = kind;
    return OK;
}

static void lines_put(struct slice text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] != '\r') {
            buf_byte(out, text.at[i]);
        } else if (i + 1 == text.len || text.at[i + 1] != '\n') {
            buf_byte(out, '\n');
        }
    }
}

static RESULT text_put(struct slice text, bool lines, struct buf *out)
{
    struct text_kind kind = {0};
    TRY(text_scan(text, lines, &kind));
    if (kind.composed && !kind.returns) {
        buf_slice_put(out, text);
        return OK;
    }
    SCOPED(buf_done) struct buf composed = {0};
    TRY(unicode_put(text, UNICODE_NFC, &composed));
    lines_put(buf_slice(&composed), out);
    return OK;
}

static RESULT ref_put(struct slice value, struct buf *out)
{
    size_t start = out->len;
    if (value.len > (size_t)NORMALISE_REF_BYTES_MAX) {
        return FAIL(FIELD_TOO_LONG, "ref: longer than %d bytes", NORMALISE_REF_BYTES_MAX);
    }
    TRY(text_put(value, false, out));
    if (out->len - start > (size_t)NORMALISE_REF_BYTES_MAX) {
        out->len = start;
        return FAIL(FIELD_TOO_LONG, "ref: longer than %d bytes when composed", NORMALISE_REF_BYTES_MAX);
    }
    return OK;
}

RESULT normalise(enum normaliser kind, struct slice value, struct slice country, struct buf *out)
{
    assert((unsigned)kind < NORMALISER_COUNT && out);
    if (kind == NORMALISE_NONE) {
        buf_slice_put(out, value);
        return OK;
    }
    value = value_trim(value);
    if (kind == NORMALISE_TEXT) return text_put(value, true, out);
    if (kind == NORMALISE_EMAIL && normalise_email_plain(value, out)) return OK;
    if (!utf8_valid(value)) return not_utf8();
    if (value.len == 0) return FAIL(FIELD_FORMAT, "value: empty");
    switch (kind) {
    case NORMALISE_EMAIL:
        return normalise_email(value, out);
    case NORMALISE_EMAIL_CANONICAL:
        return normalise_email_canonical(value, out);
    case NORMALISE_PHONE:
        return normalise_phone(value, country, out);
    case NORMALISE_NATIONAL_ID:
        return normalise_national_id(value, country, out);
    case NORMALISE_DATE:
        return normalise_date(value, country, out);
    case NORMALISE_REF:
        return ref_put(value, out);
    case NORMALISE_POSTCODE:
        return normalise_postcode(value, country, out);
    case NORMALISE_COUNTRY:
        return normalise_country(value, out);
    case NORMALISE_LANG:
        return normalise_lang(value, out);
    case NORMALISE_NONE:
    case NORMALISE_TEXT:
    case NORMALISER_COUNT:
        break;
    }
    abort(); /* a kind without its row above */
}

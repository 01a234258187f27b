#include "keep/mask.h"

#include "base/text.h"

#include <assert.h>
#include <string.h>
#include <unigbrk.h>

enum { SHOWN_OF_MIN = 8, TAIL_SHOWN = 4, HEAD_SHOWN = 2, DATE_BYTES = 10, YEAR_BYTES = 4 };

static const char hidden[] = "***";

/* Bytes of the first character as a person sees it: a letter with all its marks. */
static size_t grapheme_len(struct slice text)
{
    const uint8_t *next = u8_grapheme_next(text.at, text.at + text.len);
    return next ? (size_t)(next - text.at) : text.len;
}

static bool point_is_syllabic(uint32_t point)
{
    return (point >= 0xac00 && point <= 0xd7a3) || (point >= 0x4e00 && point <= 0x9fff);
}

/* Is it two or more Hangul syllables or Han characters and nothing else? */
static bool word_is_syllabic(struct slice word)
{
    if (utf8_count(word) < 2) return false;
    while (word.len > 0) {
        if (!point_is_syllabic(utf8_next(&word))) return false;
    }
    return true;
}

/* 김수 gives 김*, 김철수 gives 김*수, 남궁철수 gives 남**수. */
static void syllables_put(struct slice word, struct buf *out)
{
    size_t count = utf8_count(word), at = 0;
    while (word.len > 0) {
        uint32_t point = utf8_next(&word);
        at++;
        if (at == 1 || (at == count && count > 2)) {
            utf8_put(out, point);
        } else {
            buf_byte(out, '*');
        }
    }
}

static void word_put(struct slice word, struct buf *out)
{
    if (word_is_syllabic(word)) {
        syllables_put(word, out);
        return;
    }
    size_t first = grapheme_len(word);
    if (first < word.len) buf_put(out, word.at, first); /* a word of one character would be shown whole */
    buf_text(out, hidden);
}

static bool is_gap(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static void name_put(struct slice name, struct buf *out)
{
    size_t start = out->len;
    while (name.len > 0) {
        size_t len = 0;
        while (len < name.len && !is_gap(name.at[len])) len++;
        if (len > 0) {
            if (out->len > start) buf_byte(out, ' ');
            word_put((struct slice){name.at, len}, out);
        }
        name = slice_from(name, len + 1);
    }
}

static void email_put(struct slice email, struct buf *out)
{
    const uint8_t *at = memchr(email.at, '@', email.len);
    if (at && at > email.at)
        buf_put(out, email.at, grapheme_len((struct slice){email.at, (size_t)(at - email.at)}));
    buf_text(out, hidden);
    if (at && at > email.at) buf_slice_put(out, slice_from(email, (size_t)(at - email.at)));
}

static void date_put(struct slice date, struct buf *out)
{
    bool good = date.len == DATE_BYTES && date.at[YEAR_BYTES] == '-';
    for (size_t i = 0; good && i < YEAR_BYTES; i++) good = date.at[i] >= '0' && date.at[i] <= '9';
    if (!good) {
        buf_text(out, hidden);
        return;
    }
    buf_put(out, date.at, YEAR_BYTES);
    buf_text(out, "-**-**");
}

/* Numbers are ASCII once normalised; what is not, or is short, shows nothing of itself. */
static bool shows_part(struct slice value)
{
    return value.len >= SHOWN_OF_MIN && text_ascii(value);
}

void mask(enum mask kind, struct slice value, struct buf *out)
{
    assert((unsigned)kind < MASK_COUNT && out);
    if (value.len == 0) return;
    if (!utf8_valid(value)) kind = MASK_TEXT;
    switch (kind) {
    case MASK_NAME:
        name_put(value, out);
        return;
    case MASK_EMAIL:
        email_put(value, out);
        return;
    case MASK_TAIL:
        buf_text(out, hidden);
        if (shows_part(value)) buf_slice_put(out, slice_from(value, value.len - TAIL_SHOWN));
        return;
    case MASK_LAST4:
        if (shows_part(value)) {
            buf_slice_put(out, slice_from(value, value.len - TAIL_SHOWN));
        } else {
            buf_text(out, hidden);
        }
        return;
    case MASK_DATE:
        date_put(value, out);
        return;
    case MASK_ID:
        if (shows_part(value)) buf_put(out, value.at, HEAD_SHOWN);
        buf_text(out, hidden);
        return;
    case MASK_TEXT:
    case MASK_COUNT:
        buf_text(out, hidden);
        return;
    }
}

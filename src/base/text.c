#include "base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#define HIGH_BITS UINT64_C(0x8080808080808080)

/* How many bytes at the front are ASCII, counted eight at a time. */
static size_t ascii_front(struct slice text)
{
    size_t at = 0;
    for (; at + sizeof(uint64_t) <= text.len; at += sizeof(uint64_t)) {
        uint64_t eight = 0;
        memcpy(&eight, text.at + at, sizeof eight);
        if (eight & HIGH_BITS) break;
    }
    while (at < text.len && text.at[at] < 0x80) at++;
    return at;
}

bool text_plain(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.at[i];
        bool upper = c == 0xc2 && i + 1 < text.len && text.at[i + 1] < 0xa0; /* U+0080 … U+009F */
        if (c < ' ' || c == 0x7f || upper) return false;
    }
    return utf8_valid(text);
}

bool text_ascii(struct slice text)
{
    return ascii_front(text) == text.len;
}

static uint32_t malformed(struct slice *rest)
{
    *rest = slice_from(*rest, 1);
    return UTF8_BAD;
}

uint32_t utf8_next(struct slice *rest)
{
    /* Least code point of each length: anything below it is an overlong form. */
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (rest->len == 0) return UTF8_BAD;
    uint8_t first = rest->at[0];
    if (first < 0x80) {
        *rest = slice_from(*rest, 1);
        return first;
    }
    size_t len = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || rest->len < len) return malformed(rest);
    uint32_t point = first & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if ((rest->at[i] & 0xc0) != 0x80) return malformed(rest);
        point = point << 6 | (rest->at[i] & 0x3fU);
    }
    if (point < least[len] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return malformed(rest);
    *rest = slice_from(*rest, len);
    return point;
}

/*
 * How many characters of three bytes each stand at the front, of those that need no further look: what begins with E1 to
 * EC, which all of kana and Han and nearly all of Hangul does.
 */
static size_t plain_threes(struct slice text)
{
    size_t at = 0;
    for (uint32_t four = 0; at + sizeof four <= text.len; at += 3) {
        memcpy(&four, text.at + at, sizeof four);
        uint32_t first = le32toh(four) & 0xff;
        if ((le32toh(four) & 0x00c0c000) != 0x00808000 || first < 0xe1 || first > 0xec) break;
    }
    return at;
}

static bool valid_by_character(struct slice text)
{
    struct slice rest = slice_from(text, ascii_front(text));
    while (rest.len > 0) {
        size_t threes = plain_threes(rest);
        if (threes > 0)
            rest = slice_from(rest, threes);
        else if (utf8_next(&rest) == UTF8_BAD)
            return false;
        if (rest.len > 0 && rest.at[0] < 0x80) rest = slice_from(rest, ascii_front(rest));
    }
    return true;
}

#ifdef __x86_64__

/*
 * Sixty-four bytes at a time, a bit for each, the first one lowest: what stands inside a character is exactly what its first
 * byte, one or two before, asks for. A text with C0, C1, E0 or what is from F0 on is looked at by the character.
 */
__attribute__((target("avx512f,avx512bw"))) static bool valid_by_block(struct slice text)
{
    enum { BLOCK_BYTES = 64 };
    uint64_t first_before = 0, three_before = 0, ed_before = 0;
    for (size_t at = 0; at < text.len; at += BLOCK_BYTES) {
        size_t left = text.len - at;
        uint64_t there =
            left < BLOCK_BYTES ? ((uint64_t)1 << left) - 1 : UINT64_MAX; /* zeros behind the end */
        __m512i bytes = _mm512_maskz_loadu_epi8(there, text.at + at);
        __m512i head = _mm512_and_si512(bytes, _mm512_set1_epi8((char)0xe0));
        uint64_t high = _mm512_movepi8_mask(bytes);
        uint64_t inner = _mm512_cmplt_epi8_mask(bytes, _mm512_set1_epi8((char)0xc0)) & high;
        uint64_t late = _mm512_cmpeq_epi8_mask(head, _mm512_set1_epi8((char)0xa0));
        uint64_t three = _mm512_cmpge_epu8_mask(bytes, _mm512_set1_epi8((char)0xe0));
        uint64_t ed = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)0xed)), first = high & ~inner;
        uint64_t rare = _mm512_cmpge_epu8_mask(bytes, _mm512_set1_epi8((char)0xf0)) |
                        _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)0xe0)) |
                        (first & _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8((char)0xc2)));
        if (rare) return valid_by_character(text);
        uint64_t asked = first << 1 | first_before >> 63 | three << 2 | three_before >> 62;
        if (asked != inner || ((ed << 1 | ed_before >> 63) & late)) return false;
        first_before = first;
        three_before = three;
        ed_before = ed;
    }
    return !(first_before >> 63 ||
             three_before >> 62); /* a shorter last block has asked for what is not there */
}

bool utf8_valid(struct slice text)
{
    enum { WORTH_BYTES = 16 };
    bool wide = text.len >= WORTH_BYTES && __builtin_cpu_supports("avx512bw");
    return wide ? valid_by_block(text) : valid_by_character(text);
}

#else

bool utf8_valid(struct slice text)
{
    return valid_by_character(text);
}

#endif

size_t utf8_count(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) count += (text.at[i] & 0xc0) != 0x80;
    return count;
}

void utf8_put(struct buf *out, uint32_t point)
{
    assert(point <= 0x10ffff && (point < 0xd800 || point >= 0xe000));
    if (point < 0x80) {
        buf_byte(out, (uint8_t)point);
        return;
    }
    size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    uint8_t *to = buf_extend(out, len);
    for (size_t i = len - 1; i > 0; i--) {
        to[i] = (uint8_t)(0x80 | (point & 0x3f));
        point >>= 6;
    }
    to[0] = (uint8_t)(0xf00U >> len | point);
}

void count_put(struct buf *out, uint64_t count)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, count);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) buf_byte(out, ',');
        buf_byte(out, (uint8_t)digits[i]);
    }
}

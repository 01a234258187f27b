#include "base/bytes.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char base32_symbols[] = "0123456789abcdefghjkmnpqrstvwxyz";
static const char base64_symbols[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool bytes_equal_ct(const void *a, const void *b, size_t len)
{
    const volatile uint8_t *x = a, *y = b;
    uint8_t differ = 0;
    for (size_t i = 0; i < len; i++) differ |= (uint8_t)(x[i] ^ y[i]);
    return differ == 0;
}

void buf_done(struct buf *buf)
{
    if (buf->at) {
        explicit_bzero(buf->at, buf->cap);
        free(buf->at);
    }
    *buf = (struct buf){0};
}

void buf_clear(struct buf *buf)
{
    if (buf->len > 0) explicit_bzero(buf->at, buf->len);
    buf->len = 0;
}

void buf_reserve(struct buf *buf, size_t more)
{
    assert(more <= SIZE_MAX / 4 && buf->len <= SIZE_MAX / 4);
    if (buf->len + more <= buf->cap) return;
    size_t cap = buf->cap ? buf->cap * 2 : 64;
    while (cap < buf->len + more) cap *= 2;
    uint8_t *at = malloc(cap); /* not realloc: the old place must be wiped */
    if (!at) abort();
    if (buf->len > 0) memcpy(at, buf->at, buf->len);
    size_t len = buf->len;
    buf_done(buf);
    *buf = (struct buf){at, len, cap};
}

void buf_put(struct buf *buf, const void *bytes, size_t len)
{
    if (len == 0) return;
    memcpy(buf_extend(buf, len), bytes, len);
}

void buf_slice_put(struct buf *buf, struct slice slice)
{
    buf_put(buf, slice.at, slice.len);
}

void buf_text(struct buf *buf, const char *text)
{
    buf_put(buf, text, strlen(text));
}

void buf_decimal(struct buf *buf, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    buf_put(buf, digits + at, sizeof digits - at);
}

void buf_print(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    assert(len >= 0);
    buf_reserve(buf, (size_t)len + 1);
    (void)vsnprintf((char *)buf->at + buf->len, (size_t)len + 1, format, again); /* measured above */
    buf->len += (size_t)len;
    va_end(again);
    va_end(args);
}

void buf_varint(struct buf *buf, uint64_t number)
{
    while (number >= 0x80) {
        buf_byte(buf, (uint8_t)(number | 0x80));
        number >>= 7;
    }
    buf_byte(buf, (uint8_t)number);
}

const char *buf_c(struct buf *buf)
{
    buf_reserve(buf, 1);
    buf->at[buf->len] = 0;
    return (const char *)buf->at;
}

uint64_t cursor_varint(struct cursor *cursor)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = cursor_byte(cursor);
        if (shift == 63 && byte > 1) break;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            if (byte == 0 && shift > 0) break; /* one encoding per number */
            return number;
        }
    }
    cursor->bad = true;
    cursor->rest = (struct slice){0};
    return 0;
}

void hex_put(struct buf *out, struct slice bytes)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.len; i++) {
        buf_byte(out, (uint8_t)digits[bytes.at[i] >> 4]);
        buf_byte(out, (uint8_t)digits[bytes.at[i] & 15]);
    }
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

bool hex_get(struct slice text, uint8_t *out, size_t out_len)
{
    if (text.len != out_len * 2) return false;
    for (size_t i = 0; i < out_len; i++) {
        int high = hex_digit(text.at[2 * i]), low = hex_digit(text.at[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

size_t base32_len(size_t bytes)
{
    return (bytes * 8 + 4) / 5;
}

void base32_put(struct buf *out, struct slice bytes)
{
    uint32_t held = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        held = held << 8 | bytes.at[i];
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            buf_byte(out, (uint8_t)base32_symbols[held >> bits & 31]);
        }
    }
    if (bits > 0) buf_byte(out, (uint8_t)base32_symbols[held << (5 - bits) & 31]);
}

/* Value of a symbol plus one, by character; 0: not a symbol. */
static const uint8_t base32_values[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['g'] = 17, ['h'] = 18, ['j'] = 19, ['k'] = 20, ['m'] = 21, ['n'] = 22, ['p'] = 23, ['q'] = 24,
    ['r'] = 25, ['s'] = 26, ['t'] = 27, ['v'] = 28, ['w'] = 29, ['x'] = 30, ['y'] = 31, ['z'] = 32,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16, ['G'] = 17, ['H'] = 18,
    ['J'] = 19, ['K'] = 20, ['M'] = 21, ['N'] = 22, ['P'] = 23, ['Q'] = 24, ['R'] = 25, ['S'] = 26,
    ['T'] = 27, ['V'] = 28, ['W'] = 29, ['X'] = 30, ['Y'] = 31, ['Z'] = 32,
};

static int base32_digit(uint8_t c)
{
    return base32_values[c] - 1;
}

bool base32_get(struct slice text, uint8_t *out, size_t out_len)
{
    if (text.len != base32_len(out_len)) return false;
    uint32_t held = 0;
    unsigned bits = 0;
    size_t done = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = base32_digit(text.at[i]);
        if (digit < 0) return false;
        held = held << 5 | (uint32_t)digit;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out[done++] = (uint8_t)(held >> bits);
        }
    }
    return (held & ((1U << bits) - 1)) == 0;
}

void base64_put(struct buf *out, struct slice bytes)
{
    size_t i = 0;
    uint8_t *to = buf_extend(out, (bytes.len + 2) / 3 * 4);
    for (; i + 2 < bytes.len; i += 3) {
        uint32_t three = (uint32_t)bytes.at[i] << 16 | (uint32_t)bytes.at[i + 1] << 8 | bytes.at[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6) *to++ = (uint8_t)base64_symbols[three >> shift & 63];
    }
    if (bytes.len - i == 1) {
        *to++ = (uint8_t)base64_symbols[bytes.at[i] >> 2];
        *to++ = (uint8_t)base64_symbols[(bytes.at[i] & 3) << 4];
        *to++ = '=';
        *to = '=';
    } else if (bytes.len - i == 2) {
        *to++ = (uint8_t)base64_symbols[bytes.at[i] >> 2];
        *to++ = (uint8_t)base64_symbols[(bytes.at[i] & 3) << 4 | bytes.at[i + 1] >> 4];
        *to++ = (uint8_t)base64_symbols[(bytes.at[i + 1] & 15) << 2];
        *to = '=';
    }
}

static int base64_digit(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

RESULT base64_get(struct slice text, struct buf *out)
{
    if (text.len % 4 != 0) return FAIL(INVALID, "base64: not a multiple of four characters");
    size_t pad = 0;
    while (pad < 2 && text.len > pad && text.at[text.len - 1 - pad] == '=') pad++;
    size_t start = out->len;
    uint32_t held = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < text.len - pad; i++) {
        int digit = base64_digit(text.at[i]);
        if (digit < 0) {
            out->len = start;
            return FAIL(INVALID, "base64: not a base64 character at %zu", i);
        }
        held = held << 6 | (uint32_t)digit;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            buf_byte(out, (uint8_t)(held >> bits));
        }
    }
    if ((held & ((1U << bits) - 1)) != 0) {
        out->len = start;
        return FAIL(INVALID, "base64: left-over bits are not zero");
    }
    return OK;
}

void base64url_put(struct buf *out, struct slice bytes)
{
    size_t start = out->len;
    base64_put(out, bytes);
    while (out->len > start && out->at[out->len - 1] == '=') out->len--;
    for (size_t i = start; i < out->len; i++) {
        if (out->at[i] == '+') out->at[i] = '-';
        if (out->at[i] == '/') out->at[i] = '_';
    }
}

RESULT base64_any_get(struct slice text, struct buf *out)
{
    SCOPED(buf_done) struct buf standard = {0};
    if (text.len > BASE64_ANY_MAX) return FAIL(INVALID, "base64: longer than %d characters", BASE64_ANY_MAX);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.at[i];
        buf_byte(&standard, c == '-' ? '+' : c == '_' ? '/' : c);
    }
    while (standard.len % 4 != 0) buf_byte(&standard, '=');
    return base64_get(buf_slice(&standard), out);
}

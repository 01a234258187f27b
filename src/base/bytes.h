/*
 * Bytes: a slice borrows, a buf owns. Base16, base32 and base64 of them, big-endian numbers, constant-time compare.
 *
 * A buf is wiped when it is emptied, because nobody can know what passed through it. Must never be used to print
 * personal data. Main calls: buf_put(), buf_slice(). Example:
 *     SCOPED(buf_done) struct buf text = {0};  buf_text(&text, "size ");  buf_decimal(&text, 42);
 */
#ifndef AMN_BASE_BYTES_H
#define AMN_BASE_BYTES_H

#include "base/result.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

struct slice {
    const uint8_t *at;
    size_t len;
};

/* Grows by itself. Running out of memory aborts: nothing useful can be done, and the store is crash-safe. */
struct buf {
    uint8_t *at;
    size_t len, cap;
};

#define SLICE_OF(object) ((struct slice){(const uint8_t *)&(object), sizeof(object)})
#define SLICE_TEXT(literal) ((struct slice){(const uint8_t *)("" literal), sizeof(literal) - 1})

bool slice_equal(struct slice a, struct slice b); /* not for secrets */
#ifdef __clang_analyzer__ /* it would follow their branches into what callers never hold */
struct slice slice_text(const char *text);
struct slice slice_from(struct slice a, size_t start);
struct slice slice_part(struct slice a, size_t start, size_t len);
bool slice_is(struct slice a, const char *text);
bool slice_starts(struct slice a, const char *text);
#else
/* Borrows a C string; NULL is empty. Inline, as the next four: of a text that is written down its length is known. */
static inline struct slice slice_text(const char *text)
{
    return (struct slice){(const uint8_t *)text, text ? strlen(text) : 0};
}
/* The rest from `start`, empty if beyond. */
static inline struct slice slice_from(struct slice a, size_t start)
{
    if (start >= a.len) return (struct slice){0};
    return (struct slice){a.at + start, a.len - start};
}
/* Cut to what is there. */
static inline struct slice slice_part(struct slice a, size_t start, size_t len)
{
    struct slice rest = slice_from(a, start);
    if (rest.len > len) rest.len = len;
    return rest;
}
/* Not for secrets. */
static inline bool slice_is(struct slice a, const char *text)
{
    size_t len = text ? strlen(text) : 0;
    return a.len == len && (len == 0 || memcmp(a.at, text, len) == 0);
}
static inline bool slice_starts(struct slice a, const char *text)
{
    size_t len = strlen(text);
    return a.len >= len && (len == 0 || memcmp(a.at, text, len) == 0);
}
#endif

/* Equal bytes, in time that depends only on `len`: for tags, tokens, codes. */
bool bytes_equal_ct(const void *a, const void *b, size_t len);

void buf_done(struct buf *buf);  /* wipe, free, leave empty */
void buf_clear(struct buf *buf); /* wipe, keep the memory, length 0 */
void buf_reserve(struct buf *buf, size_t more);
/* Room of `more` bytes at the end, counted in; uninitialised. Inline, as buf_byte(): all that is written goes here. */
static inline uint8_t *buf_extend(struct buf *buf, size_t more)
{
    if (more > buf->cap - buf->len) buf_reserve(buf, more);
    uint8_t *at = buf->at + buf->len;
    buf->len += more;
    return at;
}
void buf_put(struct buf *buf, const void *bytes, size_t len);
void buf_slice_put(struct buf *buf, struct slice slice);
static inline void buf_byte(struct buf *buf, uint8_t byte)
{
    *buf_extend(buf, 1) = byte;
}
void buf_text(struct buf *buf, const char *text);
void buf_decimal(struct buf *buf, uint64_t number);
void buf_print(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_varint(struct buf *buf, uint64_t number); /* LEB128, 1 to 10 bytes */
#ifdef __clang_analyzer__ /* it would follow the branches of these two into what their callers never hold */
struct slice buf_slice(const struct buf *buf);
#else
static inline struct slice buf_slice(const struct buf *buf)
{
    return (struct slice){buf->at, buf->len};
}
#endif
const char *buf_c(struct buf *buf); /* zero-terminated view; the zero is not counted */

/* Inline, as what a cursor reads: all records, entries, tags and asks go through them. */
static inline void be16_put(uint8_t *at, uint16_t number)
{
    at[0] = (uint8_t)(number >> 8);
    at[1] = (uint8_t)number;
}
static inline void be32_put(uint8_t *at, uint32_t number)
{
    number = htobe32(number);
    memcpy(at, &number, sizeof number);
}
static inline void be64_put(uint8_t *at, uint64_t number)
{
    number = htobe64(number);
    memcpy(at, &number, sizeof number);
}
static inline uint16_t be16_get(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}
static inline uint32_t be32_get(const uint8_t *at)
{
    uint32_t number = 0;
    memcpy(&number, at, sizeof number);
    return be32toh(number);
}
static inline uint64_t be64_get(const uint8_t *at)
{
    uint64_t number = 0;
    memcpy(&number, at, sizeof number);
    return be64toh(number);
}
static inline void buf_be16(struct buf *buf, uint16_t number)
{
    be16_put(buf_extend(buf, 2), number);
}
static inline void buf_be32(struct buf *buf, uint32_t number)
{
    be32_put(buf_extend(buf, 4), number);
}
static inline void buf_be64(struct buf *buf, uint64_t number)
{
    be64_put(buf_extend(buf, 8), number);
}

/* A reader over a slice that never runs past its end: after a short read `bad` is set and zeros come out. */
struct cursor {
    struct slice rest;
    bool bad;
};

#ifdef __clang_analyzer__
struct slice cursor_take(struct cursor *cursor, size_t len);
#else
static inline struct slice cursor_take(struct cursor *cursor, size_t len)
{
    if (cursor->bad || len > cursor->rest.len) {
        cursor->bad = true;
        cursor->rest = (struct slice){0};
        return (struct slice){0};
    }
    struct slice taken = {cursor->rest.at, len};
    cursor->rest.at += len;
    cursor->rest.len -= len;
    return taken;
}
#endif
static inline uint8_t cursor_byte(struct cursor *cursor)
{
    struct slice part = cursor_take(cursor, 1);
    return part.len ? part.at[0] : 0;
}
static inline uint16_t cursor_be16(struct cursor *cursor)
{
    struct slice part = cursor_take(cursor, 2);
    return part.len ? be16_get(part.at) : 0;
}
static inline uint32_t cursor_be32(struct cursor *cursor)
{
    struct slice part = cursor_take(cursor, 4);
    return part.len ? be32_get(part.at) : 0;
}
static inline uint64_t cursor_be64(struct cursor *cursor)
{
    struct slice part = cursor_take(cursor, 8);
    return part.len ? be64_get(part.at) : 0;
}
uint64_t cursor_varint(struct cursor *cursor); /* as buf_varint() writes it, and no other way */

/* Base16, lower case. Decoding wants exactly `2 * out_len` digits of lower case; false otherwise. */
void hex_put(struct buf *out, struct slice bytes);
bool hex_get(struct slice text, uint8_t *out, size_t out_len);

/*
 * Base32 with the alphabet 0-9 a-z without i l o u (Crockford's, lower case), no padding, high bits first.
 * Decoding accepts upper case, refuses anything else, and refuses non-zero left-over bits: one text per value.
 */
void base32_put(struct buf *out, struct slice bytes);
bool base32_get(struct slice text, uint8_t *out, size_t out_len);
size_t base32_len(size_t bytes); /* symbols for that many bytes */

/* Base64, RFC 4648 section 4, padded. Decoding is strict: padding, no white space, zero left-over bits. */
void base64_put(struct buf *out, struct slice bytes);
RESULT base64_get(struct slice text, struct buf *out); /* appends; INVALID, then `out` is untouched */
/* The same of either alphabet of RFC 4648, section 4 or 5, padded or not. At most BASE64_ANY_MAX characters. */
enum { BASE64_ANY_MAX = 65536 };
RESULT base64_any_get(struct slice text, struct buf *out);
/* In the alphabet for URLs, section 5, without padding: as WebAuthn writes bytes. */
void base64url_put(struct buf *out, struct slice bytes);

#endif

#include "base/cbor.h"

#include "base/text.h"

#include <assert.h>
#include <string.h>

/* Additional information (RFC 8949 section 3): up to 23 is the argument, 24 to 27 say that 1, 2, 4, 8 bytes follow. */
enum { MAJOR_SHIFT = 5, INFO_MASK = 31, INFO_ONE = 24, INFO_EIGHT = 27 };

static size_t head_make(enum cbor_major major, uint64_t argument, uint8_t head[CBOR_HEAD_MAX])
{
    uint8_t type = (uint8_t)((unsigned)major << MAJOR_SHIFT);
    if (argument < INFO_ONE) {
        head[0] = (uint8_t)(type | argument);
        return 1;
    }
    unsigned log2 = argument <= UINT8_MAX ? 0 : argument <= UINT16_MAX ? 1 : argument <= UINT32_MAX ? 2 : 3;
    size_t bytes = (size_t)1 << log2;
    head[0] = (uint8_t)(type | (INFO_ONE + log2));
    for (size_t i = bytes; i > 0; i--) {
        head[i] = (uint8_t)argument;
        argument >>= 8;
    }
    return 1 + bytes;
}

static void head_put(struct buf *out, enum cbor_major major, uint64_t argument)
{
    uint8_t head[CBOR_HEAD_MAX];
    buf_put(out, head, head_make(major, argument, head));
}

void cbor_uint(struct buf *out, uint64_t number)
{
    head_put(out, CBOR_UINT, number);
}

void cbor_int(struct buf *out, int64_t number)
{
    if (number >= 0) {
        head_put(out, CBOR_UINT, (uint64_t)number);
    } else {
        head_put(out, CBOR_NEGATIVE, ~(uint64_t)number); /* -1 - number */
    }
}

void cbor_bytes(struct buf *out, struct slice bytes)
{
    head_put(out, CBOR_BYTES, bytes.len);
    buf_slice_put(out, bytes);
}

void cbor_text(struct buf *out, struct slice text)
{
    assert(utf8_valid(text));
    head_put(out, CBOR_TEXT, text.len);
    buf_slice_put(out, text);
}

void cbor_array(struct buf *out, size_t count)
{
    head_put(out, CBOR_ARRAY, count);
}

void cbor_map(struct buf *out, size_t count)
{
    head_put(out, CBOR_MAP, count);
}

void cbor_bool(struct buf *out, bool value)
{
    head_put(out, CBOR_SIMPLE, value ? CBOR_TRUE : CBOR_FALSE);
}

void cbor_null(struct buf *out)
{
    head_put(out, CBOR_SIMPLE, CBOR_NULL);
}

size_t cbor_open(struct buf *out)
{
    buf_byte(out, 0);
    return out->len - 1;
}

size_t cbor_map_open(struct buf *out)
{
    return cbor_open(out);
}

static void container_close(struct buf *out, enum cbor_major major, size_t mark, size_t count)
{
    assert(mark < out->len);
    uint8_t head[CBOR_HEAD_MAX];
    size_t len = head_make(major, count, head), content = out->len - mark - 1;
    if (len > 1) {
        (void)buf_extend(out, len - 1); /* may move the memory: only offsets are kept */
        memmove(out->at + mark + len, out->at + mark + 1, content);
    }
    memcpy(out->at + mark, head, len);
}

void cbor_map_close(struct buf *out, size_t mark, size_t count)
{
    container_close(out, CBOR_MAP, mark, count);
}

void cbor_array_close(struct buf *out, size_t mark, size_t count)
{
    container_close(out, CBOR_ARRAY, mark, count);
}

struct cbor cbor_reader(struct slice bytes)
{
    return (struct cbor){{bytes, false}};
}

/* The bytes of the argument that follow the first byte; `info` is 24 to 27. */
static RESULT argument_read(struct cbor *reader, unsigned info, uint64_t *out)
{
    /* Least number that needs 1, 2, 4, 8 bytes: a smaller one had a shorter form. */
    static const uint64_t least[] = {INFO_ONE, UINT8_MAX + 1, UINT16_MAX + 1, (uint64_t)UINT32_MAX + 1};
    struct slice bytes = cursor_take(&reader->cursor, (size_t)1 << (info - INFO_ONE));
    if (reader->cursor.bad) return FAIL(INVALID, "cbor: the message is cut short");
    uint64_t argument = 0;
    for (size_t i = 0; i < bytes.len; i++) argument = argument << 8 | bytes.at[i];
    if (argument < least[info - INFO_ONE]) return FAIL(INVALID, "cbor: a head is not the shortest");
    *out = argument;
    return OK;
}

/* Does the message still hold what the head promises? Then nobody makes room for a count that was made up. */
static RESULT head_check(struct cbor_head head, size_t rest)
{
    switch (head.major) {
    case CBOR_UINT:
    case CBOR_NEGATIVE:
        return OK;
    case CBOR_BYTES:
    case CBOR_TEXT:
    case CBOR_ARRAY:
        if (head.argument > rest) return FAIL(INVALID, "cbor: a length or count goes beyond the message");
        return OK;
    case CBOR_MAP:
        if (head.argument > rest / 2) return FAIL(INVALID, "cbor: a map's count goes beyond the message");
        return OK;
    case CBOR_SIMPLE:
        if (head.argument >= CBOR_FALSE && head.argument <= CBOR_NULL) return OK;
        return FAIL(INVALID, "cbor: a simple value other than true, false and null");
    case CBOR_TAG:
        break;
    }
    return FAIL(INVALID, "cbor: a tag; they are not used here");
}

RESULT cbor_read_head(struct cbor *reader, struct cbor_head *out)
{
    uint8_t first = cursor_byte(&reader->cursor);
    if (reader->cursor.bad) return FAIL(INVALID, "cbor: the message is cut short");
    unsigned info = first & INFO_MASK;
    struct cbor_head head = {(enum cbor_major)(first >> MAJOR_SHIFT), info};
    if (info > INFO_EIGHT) return FAIL(INVALID, "cbor: an indefinite or reserved length");
    if (info >= INFO_ONE) {
        if (head.major == CBOR_SIMPLE) return FAIL(INVALID, "cbor: a float or long simple value");
        TRY(argument_read(reader, info, &head.argument));
    }
    TRY(head_check(head, reader->cursor.rest.len));
    *out = head;
    return OK;
}

/* A head of the wanted type; its argument. */
static RESULT typed_read(struct cbor *reader, enum cbor_major want, uint64_t *out)
{
    struct cbor_head head = {0};
    struct slice *rest = &reader->cursor.rest;
    if (want == CBOR_UINT && rest->len > 0 && rest->at[0] < INFO_ONE) { /* most heads are one byte */
        *out = rest->at[0];
        *rest = (struct slice){rest->at + 1, rest->len - 1};
        return OK;
    }
    TRY(cbor_read_head(reader, &head));
    if (head.major != want)
        return FAIL(INVALID, "cbor: major type %d where %d belongs", (int)head.major, (int)want);
    *out = head.argument;
    return OK;
}

RESULT cbor_read_uint(struct cbor *reader, uint64_t *out)
{
    return typed_read(reader, CBOR_UINT, out);
}

RESULT cbor_read_int(struct cbor *reader, int64_t *out)
{
    struct cbor_head head = {0};
    TRY(cbor_read_head(reader, &head));
    if (head.major != CBOR_UINT && head.major != CBOR_NEGATIVE)
        return FAIL(INVALID, "cbor: not a whole number");
    if (head.argument > INT64_MAX) return FAIL(INVALID, "cbor: a number beyond 63 bits");
    int64_t number = (int64_t)head.argument;
    *out = head.major == CBOR_UINT ? number : -1 - number;
    return OK;
}

RESULT cbor_read_bytes(struct cbor *reader, struct slice *out)
{
    uint64_t len = 0;
    TRY(typed_read(reader, CBOR_BYTES, &len));
    *out = cursor_take(&reader->cursor, len);
    return OK;
}

RESULT cbor_read_text(struct cbor *reader, struct slice *out)
{
    uint64_t len = 0;
    TRY(typed_read(reader, CBOR_TEXT, &len));
    struct slice text = cursor_take(&reader->cursor, len);
    if (!utf8_valid(text)) return FAIL(INVALID, "cbor: a text that is not UTF-8");
    *out = text;
    return OK;
}

RESULT cbor_read_array(struct cbor *reader, size_t *out_count)
{
    return typed_read(reader, CBOR_ARRAY, out_count);
}

RESULT cbor_read_map(struct cbor *reader, size_t *out_pairs)
{
    return typed_read(reader, CBOR_MAP, out_pairs);
}

RESULT cbor_read_bool(struct cbor *reader, bool *out)
{
    uint64_t simple = 0;
    TRY(typed_read(reader, CBOR_SIMPLE, &simple));
    if (simple == CBOR_NULL) return FAIL(INVALID, "cbor: null where true or false belongs");
    *out = simple == CBOR_TRUE;
    return OK;
}

RESULT cbor_read_null(struct cbor *reader)
{
    uint64_t simple = 0;
    TRY(typed_read(reader, CBOR_SIMPLE, &simple));
    if (simple != CBOR_NULL) return FAIL(INVALID, "cbor: true or false where null belongs");
    return OK;
}

enum cbor_major cbor_next(const struct cbor *reader)
{
    if (reader->cursor.bad || reader->cursor.rest.len == 0) return CBOR_TAG;
    return (enum cbor_major)(reader->cursor.rest.at[0] >> MAJOR_SHIFT);
}

/* An open array or map: how many items it still waits for, and the last key, for their order. */
struct level {
    uint64_t left;
    bool map;
    struct slice key;
};

/* Encoded keys never begin each other, so comparing what both have decides. */
static bool key_above(struct slice key, struct slice before)
{
    if (before.len == 0) return true;
    return memcmp(key.at, before.at, key.len < before.len ? key.len : before.len) > 0;
}

/* A head and, for a string, its content. */
static RESULT flat_skip(struct cbor *reader, struct cbor_head *out)
{
    struct cbor_head head = {0};
    TRY(cbor_read_head(reader, &head));
    if (head.major == CBOR_BYTES || head.major == CBOR_TEXT) {
        struct slice content = cursor_take(&reader->cursor, head.argument);
        if (head.major == CBOR_TEXT && !utf8_valid(content))
            return FAIL(INVALID, "cbor: a text that is not UTF-8");
    }
    *out = head;
    return OK;
}

RESULT cbor_skip(struct cbor *reader)
{
    struct level levels[CBOR_DEPTH_MAX + 1];
    size_t depth = 0;
    levels[0] = (struct level){.left = 1};
    for (;;) {
        struct level *level = &levels[depth];
        if (level->left == 0) {
            if (depth == 0) return OK;
            depth--;
            continue;
        }
        bool key = level->map && level->left % 2 == 0;
        level->left--;
        struct slice before = reader->cursor.rest;
        struct cbor_head head = {0};
        TRY(flat_skip(reader, &head));
        bool holds = head.major == CBOR_ARRAY || head.major == CBOR_MAP;
        if (key) {
            struct slice bytes = slice_part(before, 0, before.len - reader->cursor.rest.len);
            if (holds) return FAIL(INVALID, "cbor: a map's key is an array or a map");
            if (!key_above(bytes, level->key)) return FAIL(INVALID, "cbor: a map's keys are not in order");
            level->key = bytes;
        }
        if (!holds) continue;
        if (depth == CBOR_DEPTH_MAX) return FAIL(INVALID, "cbor: more than %d deep", CBOR_DEPTH_MAX);
        bool map = head.major == CBOR_MAP;
        levels[++depth] = (struct level){.left = map ? head.argument * 2 : head.argument, .map = map};
    }
}

RESULT cbor_end(const struct cbor *reader)
{
    if (reader->cursor.bad || reader->cursor.rest.len > 0)
        return FAIL(INVALID, "cbor: bytes after the last item");
    return OK;
}

RESULT cbor_check(struct slice bytes)
{
    struct cbor reader = cbor_reader(bytes);
    TRY(cbor_skip(&reader));
    return cbor_end(&reader);
}

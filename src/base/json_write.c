#include "base/json.h"

#include <assert.h>
#include <string.h>

/* What follows the backslash of a byte that must be escaped: 'u' for \u00xx, 0 for none. A table: every byte asks. */
static const char escapes[256] = {
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 't', 'n', 'u', 'u', 'r', 'u', 'u',         'u',
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', ['"'] = '"', ['\\'] = '\\',
};

void json_text(struct buf *out, struct slice text)
{
    size_t done = 0;
    buf_reserve(out, text.len + 2);
    buf_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        char escape = escapes[text.at[i]];
        if (escape == 0) continue;
        buf_slice_put(out, slice_part(text, done, i - done));
        done = i + 1;
        if (escape == 'u') {
            buf_print(out, "\\u%04x", text.at[i]);
        } else {
            buf_byte(out, '\\');
            buf_byte(out, (uint8_t)escape);
        }
    }
    buf_slice_put(out, slice_from(text, done));
    buf_byte(out, '"');
}

void json_base64(struct buf *out, struct slice bytes)
{
    buf_byte(out, '"');
    base64_put(out, bytes);
    buf_byte(out, '"');
}

struct level {
    uint64_t left;
    bool map;
    bool first;
};

static RESULT put_string(struct cbor *reader, bool text, struct buf *out)
{
    struct slice string = {0};
    if (text) {
        TRY(cbor_read_text(reader, &string));
        json_text(out, string);
    } else {
        TRY(cbor_read_bytes(reader, &string));
        json_base64(out, string);
    }
    return OK;
}

static RESULT put_scalar(struct cbor *reader, struct buf *out)
{
    int64_t negative = 0;
    uint64_t number = 0;
    struct cbor_head head = {0};
    switch (cbor_next(reader)) {
    case CBOR_UINT:
        TRY(cbor_read_uint(reader, &number));
        buf_decimal(out, number);
        return OK;
    case CBOR_NEGATIVE:
        TRY(cbor_read_int(reader, &negative));
        buf_print(out, "%lld", (long long)negative);
        return OK;
    case CBOR_BYTES:
        return put_string(reader, false, out);
    case CBOR_TEXT:
        return put_string(reader, true, out);
    case CBOR_SIMPLE:
        TRY(cbor_read_head(reader, &head));
        buf_text(out, head.argument == CBOR_TRUE ? "true" : head.argument == CBOR_FALSE ? "false" : "null");
        return OK;
    case CBOR_ARRAY:
    case CBOR_MAP:
    case CBOR_TAG:
        break;
    }
    return FAIL(INVALID, "CBOR: the item is cut short, or of a kind that has no JSON");
}

/* The comma and the name before the next item of a level. */
static RESULT put_before(struct cbor *reader, struct level *level, struct buf *out)
{
    if (!level->first) buf_byte(out, ',');
    level->first = false;
    level->left--;
    if (!level->map) return OK;
    TRY(put_string(reader, true, out));
    buf_byte(out, ':');
    return OK;
}

RESULT json_from_item(struct cbor *reader, struct buf *out)
{
    struct level levels[CBOR_DEPTH_MAX];
    size_t depth = 0;
    do {
        enum cbor_major major = cbor_next(reader);
        if (major == CBOR_ARRAY || major == CBOR_MAP) {
            struct cbor_head head = {0};
            if (depth == CBOR_DEPTH_MAX) return FAIL(INVALID, "CBOR: nested too deep");
            TRY(cbor_read_head(reader, &head));
            levels[depth++] = (struct level){head.argument, major == CBOR_MAP, true};
            buf_byte(out, major == CBOR_MAP ? '{' : '[');
        } else {
            TRY(put_scalar(reader, out));
        }
        while (depth > 0 && levels[depth - 1].left == 0) buf_byte(out, levels[--depth].map ? '}' : ']');
        if (depth > 0) TRY(put_before(reader, &levels[depth - 1], out));
    } while (depth > 0);
    return OK;
}

RESULT json_from_cbor(struct slice cbor, struct buf *out)
{
    struct cbor reader = cbor_reader(cbor);
    TRY(json_from_item(&reader, out));
    return cbor_end(&reader);
}

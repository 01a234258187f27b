#include "base/doc.h"

#include "base/clock.h"

#include <assert.h>
#include <string.h>

/* Pass over one item with all that is in it; order of keys is not asked, so cbor_skip() is too strict here. */
static bool pass_over(struct cbor *reader)
{
    uint64_t left = 1;
    while (left > 0) {
        struct cbor_head head = {0};
        struct slice string = {0};
        enum cbor_major major = cbor_next(reader);
        if (major == CBOR_BYTES) {
            if (cbor_read_bytes(reader, &string).code != CODE_OK) return false;
        } else if (major == CBOR_TEXT) {
            if (cbor_read_text(reader, &string).code != CODE_OK) return false;
        } else if (cbor_read_head(reader, &head).code != CODE_OK) {
            return false;
        }
        left--;
        if (major == CBOR_ARRAY) left += head.argument;
        if (major == CBOR_MAP) left += 2 * head.argument;
    }
    return true;
}

struct doc doc_of(struct slice bytes)
{
    struct cbor reader = cbor_reader(bytes);
    if (bytes.len == 0 || !pass_over(&reader)) return (struct doc){0};
    return (struct doc){{bytes.at, bytes.len - reader.cursor.rest.len}};
}

bool doc_there(struct doc doc)
{
    return doc.item.len > 0;
}

struct slice doc_text(struct doc doc)
{
    struct cbor reader = cbor_reader(doc.item);
    struct slice text = {0};
    if (!doc_there(doc) || cbor_next(&reader) != CBOR_TEXT) return text;
    if (cbor_read_text(&reader, &text).code != CODE_OK) return (struct slice){0};
    return text;
}

bool doc_is(struct doc doc, const char *text)
{
    return slice_is(doc_text(doc), text);
}

uint64_t doc_number(struct doc doc)
{
    struct cbor reader = cbor_reader(doc.item);
    uint64_t number = 0;
    if (!doc_there(doc) || cbor_next(&reader) != CBOR_UINT) return 0;
    return cbor_read_uint(&reader, &number).code == CODE_OK ? number : 0;
}

bool doc_true(struct doc doc)
{
    return doc.item.len == 1 && doc.item.at[0] == ((CBOR_SIMPLE << 5) | CBOR_TRUE);
}

struct docs docs_of(struct doc doc)
{
    struct cbor reader = cbor_reader(doc.item);
    struct cbor_head head = {0};
    if (!doc_there(doc) || cbor_read_head(&reader, &head).code != CODE_OK) return (struct docs){0};
    if (head.major != CBOR_ARRAY && head.major != CBOR_MAP) return (struct docs){0};
    return (struct docs){reader.cursor.rest, (size_t)head.argument};
}

size_t doc_count(struct doc doc)
{
    return docs_of(doc).left;
}

bool docs_next(struct docs *docs, struct doc *out)
{
    if (docs->left == 0) return false;
    *out = doc_of(docs->rest);
    if (!doc_there(*out)) return false;
    docs->rest = slice_from(docs->rest, out->item.len);
    docs->left--;
    return true;
}

bool docs_pair(struct docs *docs, struct slice *name, struct doc *out)
{
    struct doc key = {0};
    if (docs->left == 0) return false;
    key = doc_of(docs->rest);
    if (!doc_there(key)) return false;
    docs->rest = slice_from(docs->rest, key.item.len);
    *name = doc_text(key);
    return docs_next(docs, out);
}

struct doc doc_get(struct doc map, const char *name)
{
    struct docs pairs = docs_of(map);
    struct slice key = {0};
    struct doc value = {0};
    if (!doc_there(map) || map.item.at[0] >> 5 != CBOR_MAP) return (struct doc){0};
    while (docs_pair(&pairs, &key, &value)) {
        if (slice_is(key, name)) return value;
    }
    return (struct doc){0};
}

bool doc_bytes(struct doc doc, struct buf *out)
{
    struct cbor reader = cbor_reader(doc.item);
    struct slice bytes = {0};
    if (!doc_there(doc)) return false;
    if (cbor_next(&reader) == CBOR_TEXT) return base64_get(doc_text(doc), out).code == CODE_OK;
    if (cbor_next(&reader) != CBOR_BYTES || cbor_read_bytes(&reader, &bytes).code != CODE_OK) return false;
    buf_slice_put(out, bytes);
    return true;
}

bool doc_hash(struct doc doc, uint8_t out[32])
{
    SCOPED(buf_done) struct buf bytes = {0};
    if (!doc_bytes(doc, &bytes) || bytes.len != 32) return false;
    memcpy(out, bytes.at, 32);
    return true;
}

bool doc_time_put(struct doc time, struct buf *out)
{
    enum { DAY_BYTES = 10, SECONDS_BYTES = 19 };
    SCOPED(buf_done) struct buf made = {0};
    struct slice text = doc_text(time);
    if (text.len == 0) {
        if (doc_number(time) == 0) return false;
        time_put(&made, (int64_t)doc_number(time));
        text = buf_slice(&made);
    }
    if (text.len <= SECONDS_BYTES || text.at[DAY_BYTES] != 'T' || text.at[text.len - 1] != 'Z') return false;
    buf_put(out, text.at, DAY_BYTES);
    buf_byte(out, ' ');
    buf_put(out, text.at + DAY_BYTES + 1, SECONDS_BYTES - DAY_BYTES - 1);
    buf_text(out, " UTC");
    return true;
}

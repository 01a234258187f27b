#include "keep/access/changes.h"

#include "base/cbor.h"

#include <assert.h>

/* Our own words come back: anything else is our bug. */
static void must(struct result result)
{
    assert(result.code == CODE_OK);
    (void)result;
}

static void texts_read(struct cbor *reader, struct buf *out)
{
    size_t count = 0;
    must(cbor_read_array(reader, &count));
    for (size_t i = 0; i < count; i++) {
        struct slice text = {0};
        must(cbor_read_text(reader, &text));
        if (i > 0) buf_text(out, ", ");
        buf_slice_put(out, text);
    }
}

/* One value in words. */
static void value_read(struct cbor *reader, struct buf *out)
{
    uint64_t number = 0;
    bool yes = false;
    struct slice text = {0};
    switch (cbor_next(reader)) {
    case CBOR_UINT:
        must(cbor_read_uint(reader, &number));
        buf_print(out, "%llu", (unsigned long long)number);
        return;
    case CBOR_ARRAY:
        texts_read(reader, out);
        return;
    case CBOR_SIMPLE:
        must(cbor_read_bool(reader, &yes));
        buf_text(out, yes ? "yes" : "no");
        return;
    case CBOR_TEXT:
    case CBOR_BYTES:
    case CBOR_NEGATIVE:
    case CBOR_MAP:
    case CBOR_TAG:
        break;
    }
    must(cbor_read_text(reader, &text));
    buf_slice_put(out, text);
}

/* The value of a member in words; empty when it is not there. */
static void member_read(struct slice map, struct slice name, struct buf *out)
{
    struct cbor reader = cbor_reader(map);
    size_t pairs = 0;
    if (map.len == 0) return;
    must(cbor_read_map(&reader, &pairs));
    for (size_t i = 0; i < pairs; i++) {
        SCOPED(buf_done) struct buf value = {0};
        struct slice key = {0};
        must(cbor_read_text(&reader, &key));
        value_read(&reader, &value);
        if (slice_equal(key, name)) buf_slice_put(out, buf_slice(&value));
    }
}

static void change_put(struct slice name, struct slice was, struct slice now, struct buf *out)
{
    cbor_map(out, 3);
    cbor_text(out, SLICE_TEXT("member"));
    cbor_text(out, name);
    cbor_text(out, SLICE_TEXT("was"));
    cbor_text(out, was);
    cbor_text(out, SLICE_TEXT("now"));
    cbor_text(out, now);
}

void changes_put(struct slice was, struct slice now, struct buf *out)
{
    struct cbor reader = cbor_reader(now);
    size_t pairs = 0, mark = cbor_open(out), count = 0;
    must(cbor_read_map(&reader, &pairs));
    for (size_t i = 0; i < pairs; i++) {
        SCOPED(buf_done) struct buf before = {0}, after = {0};
        struct slice name = {0};
        must(cbor_read_text(&reader, &name));
        value_read(&reader, &after);
        member_read(was, name, &before);
        if (slice_equal(buf_slice(&before), buf_slice(&after))) continue;
        change_put(name, buf_slice(&before), buf_slice(&after), out);
        count++;
    }
    cbor_array_close(out, mark, count);
}

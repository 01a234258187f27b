#include "base/cbor.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Write the items back one by one: what the check lets through has exactly one encoding. */
static void copy_item(struct cbor *reader, struct buf *out)
{
    struct cbor_head head = {0};
    if (cbor_read_head(reader, &head).code != CODE_OK) abort();
    switch (head.major) {
    case CBOR_UINT:
        cbor_uint(out, head.argument);
        return;
    case CBOR_NEGATIVE:
        if (head.argument <= INT64_MAX) {
            cbor_int(out, -1 - (int64_t)head.argument);
        } else { /* no writer for it: nothing of ours is that small */
            buf_byte(out, 0x3b);
            buf_be64(out, head.argument);
        }
        return;
    case CBOR_BYTES:
        cbor_bytes(out, cursor_take(&reader->cursor, head.argument));
        return;
    case CBOR_TEXT:
        cbor_text(out, cursor_take(&reader->cursor, head.argument));
        return;
    case CBOR_ARRAY:
        cbor_array(out, head.argument);
        return;
    case CBOR_MAP:
        cbor_map(out, head.argument);
        return;
    case CBOR_SIMPLE:
        if (head.argument == CBOR_NULL) {
            cbor_null(out);
        } else {
            cbor_bool(out, head.argument == CBOR_TRUE);
        }
        return;
    case CBOR_TAG:
        break;
    }
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice in = {data, size};
    if (cbor_check(in).code != CODE_OK) return 0;
    SCOPED(buf_done) struct buf out = {0};
    struct cbor reader = cbor_reader(in);
    while (reader.cursor.rest.len > 0) copy_item(&reader, &out);
    if (!slice_equal(in, buf_slice(&out))) abort();
    return 0;
}

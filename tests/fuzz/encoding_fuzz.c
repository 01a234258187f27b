/* The first byte chooses encoding and pieces. What comes out is UTF-8 but for 0xFF, the same however it was cut. */
#include "base/rows/encoding.h"
#include "base/text.h"

static struct result keep(void *context, struct slice text)
{
    buf_slice_put(context, text);
    return OK;
}

static enum encoding decode(enum encoding encoding, struct slice bytes, size_t piece, struct buf *out)
{
    SCOPED(decoder_free) struct decoder *decoder = NULL;
    if (decoder_new(encoding, (struct decoder_sink){out, keep}, &decoder).code != CODE_OK) __builtin_trap();
    while (bytes.len > 0) {
        struct slice part = slice_part(bytes, 0, piece);
        if (decoder_push(decoder, part).code != CODE_OK) __builtin_trap();
        bytes = slice_from(bytes, part.len);
    }
    if (decoder_end(decoder).code != CODE_OK) __builtin_trap();
    return decoder_found(decoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0) return 0;
    static const enum encoding asked[] = {ENCODING_AUTO, ENCODING_UTF_8, ENCODING_CP949, ENCODING_LATIN_1};
    struct slice bytes = {data + 1, len - 1};
    SCOPED(buf_done) struct buf whole = {0}, pieces = {0};
    enum encoding found = decode(asked[data[0] & 3], bytes, bytes.len, &whole);
    if (decode(asked[data[0] & 3], bytes, 1U + (data[0] >> 2), &pieces) != found) __builtin_trap();
    if (!slice_equal(buf_slice(&whole), buf_slice(&pieces))) __builtin_trap();
    for (struct slice rest = buf_slice(&whole); found != ENCODING_UTF_8 && rest.len > 0;) {
        bool mark = rest.at[0] == 0xff;
        if (utf8_next(&rest) == UTF8_BAD && !mark) __builtin_trap();
    }
    return 0;
}

#include "answer/paper/document.h"

#include "base/text.h"

#include <assert.h>

enum { MARKS_MAX = 4, DOCUMENT_VERSION = 1, BAD = 0xfffd };

/* First and last of characters that are seen nowhere and turn or hide what stands beside them. */
static const uint32_t hidden[][2] = {
    {0x0000, 0x0009}, {0x000b, 0x001f}, {0x007f, 0x009f}, {0x061c, 0x061c},    {0x200b, 0x200f},
    {0x202a, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb},    {0xe0000, 0xe0fff},
    {0xfdd0, 0xfdef}, {0x180b, 0x180f}, {0xe000, 0xf8ff}, {0xf0000, 0x10ffff},
};

/* Those that are drawn onto the letter before them. */
static const uint32_t marks[][2] = {{0x0300, 0x036f}, {0x0483, 0x0489}, {0x1ab0, 0x1aff},
                                    {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe2f}};

static bool among(const uint32_t (*ranges)[2], size_t count, uint32_t point)
{
    for (size_t i = 0; i < count; i++) {
        if (point >= ranges[i][0] && point <= ranges[i][1]) return true;
    }
    return false;
}

void document_clean(struct slice text, struct buf *out)
{
    size_t start = out->len, stacked = 0;
    uint32_t last = 0;
    while (text.len > 0) {
        uint32_t point = utf8_next(&text);
        if (out->len - start > DOCUMENT_TEXT_BYTES_MAX - 8) {
            buf_text(out, " …");
            return;
        }
        if (point == '\r' && text.len > 0 && text.at[0] == '\n') continue;
        if (point == '\r' || point == 0x2028 || point == 0x2029 || point == 0x0085) point = '\n';
        if (point == '\t' || point == 0x00a0) point = ' ';
        bool bad = point == UTF8_BAD || (point & 0xfffe) == 0xfffe || among(hidden, COUNT_OF(hidden), point);
        if (bad) point = BAD;
        if (bad && last == BAD) continue; /* a run of them leaves one mark */
        stacked = among(marks, COUNT_OF(marks), point) ? stacked + 1 : 0;
        last = point;
        if (stacked <= MARKS_MAX) utf8_put(out, point);
    }
}

void document_done(struct document *document)
{
    buf_done(&document->bytes);
    *document = (struct document){{0}};
}

static void clean_put(struct document *document, struct slice text)
{
    SCOPED(buf_done) struct buf clean = {0};
    document_clean(text, &clean);
    cbor_text(&document->bytes, buf_slice(&clean));
}

/* Room for one more block, or the document is full from here on. */
static bool block_begin(struct document *document, enum block kind, size_t count)
{
    document->full |=
        document->blocks >= DOCUMENT_BLOCKS_MAX ||
        document->bytes.len + count * (DOCUMENT_TEXT_BYTES_MAX + CBOR_HEAD_MAX) > DOCUMENT_BYTES_MAX;
    if (document->full) return false;
    document->blocks++;
    cbor_array(&document->bytes, count + 1);
    cbor_uint(&document->bytes, kind);
    return true;
}

void document_begin(struct document *document, const struct document_head *head)
{
    assert(document->bytes.len == 0);
    const struct slice texts[] = {head->title, head->author, head->subject, head->language, head->footer};
    cbor_array(&document->bytes, COUNT_OF(texts) + 2);
    cbor_uint(&document->bytes, DOCUMENT_VERSION);
    for (size_t i = 0; i < COUNT_OF(texts); i++) clean_put(document, slice_part(texts[i], 0, 1000));
    cbor_int(&document->bytes, head->made_us);
}

void document_text(struct document *document, enum block kind, struct slice text)
{
    assert(kind != BLOCK_PAIR && kind != BLOCK_TABLE && kind != BLOCK_ROW && kind != BLOCK_ROW_HEAD);
    if (block_begin(document, kind, 1)) clean_put(document, text);
}

void document_pair(struct document *document, struct slice label, struct slice text)
{
    if (!block_begin(document, BLOCK_PAIR, 2)) return;
    clean_put(document, label);
    clean_put(document, text);
}

void document_table(struct document *document, const uint8_t *weights, size_t count)
{
    assert(count > 0 && count <= DOCUMENT_COLUMNS_MAX);
    document->columns = count;
    if (!block_begin(document, BLOCK_TABLE, count)) return;
    for (size_t i = 0; i < count; i++) {
        assert(weights[i] > 0);
        cbor_uint(&document->bytes, weights[i]);
    }
}

void document_row(struct document *document, enum block kind, const struct slice *texts)
{
    assert((kind == BLOCK_ROW || kind == BLOCK_ROW_HEAD) && document->columns > 0);
    if (!block_begin(document, kind, document->columns)) return;
    for (size_t i = 0; i < document->columns; i++) clean_put(document, texts[i]);
}

void document_page(struct document *document)
{
    (void)block_begin(document, BLOCK_PAGE, 0); /* if there is no room, `full` says so */
}

RESULT document_open(struct slice bytes, struct document_reader *reader, struct document_head *out)
{
    size_t count = 0;
    uint64_t version = 0;
    struct document_head head = {{0}};
    struct slice *const texts[] = {&head.title, &head.author, &head.subject, &head.language, &head.footer};
    if (bytes.len > DOCUMENT_BYTES_MAX) return FAIL(TOO_MANY, "document: above %d bytes", DOCUMENT_BYTES_MAX);
    *reader = (struct document_reader){.cbor = cbor_reader(bytes)};
    TRY(cbor_read_array(&reader->cbor, &count));
    TRY(cbor_read_uint(&reader->cbor, &version));
    if (version != DOCUMENT_VERSION || count != COUNT_OF(texts) + 2)
        return FAIL(INVALID, "document: of another version");
    for (size_t i = 0; i < COUNT_OF(texts); i++) TRY(cbor_read_text(&reader->cbor, texts[i]));
    TRY(cbor_read_int(&reader->cbor, &head.made_us));
    *out = head;
    return OK;
}

bool document_more(const struct document_reader *reader)
{
    return reader->cbor.cursor.rest.len > 0;
}

static bool block_fits(const struct document_reader *reader, enum block kind, size_t count)
{
    if (kind == BLOCK_PAIR) return count == 2;
    if (kind == BLOCK_PAGE) return count == 0;
    if (kind == BLOCK_ROW || kind == BLOCK_ROW_HEAD) return count > 0 && count == reader->columns;
    if (kind == BLOCK_TABLE) return count > 0;
    return count == 1;
}

RESULT document_next(struct document_reader *reader, struct document_block *out)
{
    size_t count = 0;
    uint64_t kind = 0, weight = 0;
    TRY(cbor_read_array(&reader->cbor, &count));
    if (count == 0 || count > DOCUMENT_COLUMNS_MAX + 1) return FAIL(INVALID, "document: a block of no size");
    TRY(cbor_read_uint(&reader->cbor, &kind));
    count--;
    if (kind < BLOCK_TITLE || kind > BLOCK_ADDRESS || !block_fits(reader, (enum block)kind, count))
        return FAIL(INVALID, "document: a block that there is not");
    *out = (struct document_block){.kind = (enum block)kind, .count = count};
    if (kind == BLOCK_TABLE) reader->columns = count;
    for (size_t i = 0; i < count; i++) {
        if (kind != BLOCK_TABLE) {
            TRY(cbor_read_text(&reader->cbor, &out->texts[i]));
            continue;
        }
        TRY(cbor_read_uint(&reader->cbor, &weight));
        if (weight == 0 || weight > UINT8_MAX) return FAIL(INVALID, "document: a column of no width");
        out->weights[i] = (uint8_t)weight;
    }
    return OK;
}

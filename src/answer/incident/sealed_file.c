#include "answer/incident/sealed_file.h"

#include <assert.h>
#include <string.h>

static const char magic[] = "AMNEVI01";

static void head_aad(uint64_t no, const uint8_t id[SEALED_ID_BYTES], struct buf *out)
{
    buf_text(out, "evidence file");
    buf_be64(out, no);
    buf_put(out, id, SEALED_ID_BYTES);
}

static void chunk_aad(uint64_t index, bool last, struct buf *out)
{
    buf_text(out, "evidence chunk");
    buf_be64(out, index);
    buf_byte(out, last);
}

RESULT sealed_head_new(struct crypto *crypto, struct aead *incident, uint64_t no,
                       const uint8_t id[SEALED_ID_BYTES], struct aead **out, struct buf *head)
{
    SCOPED(buf_done) struct buf aad = {0};
    SCOPED(aead_free) struct aead *box = NULL;
    SECRET key = {{0}};
    TRY(aead_new(crypto, &box));
    crypto_random(crypto, key.bytes, SECRET_BYTES);
    aead_key(box, &key);
    head_aad(no, id, &aad);
    buf_text(head, magic);
    aead_seal(incident, buf_slice(&aad), SLICE_OF(key.bytes), head);
    *out = TAKE(box);
    return OK;
}

RESULT sealed_head_open(struct crypto *crypto, struct aead *incident, uint64_t no,
                        const uint8_t id[SEALED_ID_BYTES], struct slice head, struct aead **out)
{
    SCOPED(buf_done) struct buf aad = {0};
    SCOPED(aead_free) struct aead *box = NULL;
    SECRET key = {{0}};
    size_t marked = sizeof magic - 1;
    if (head.len != SEALED_HEAD_BYTES || !slice_starts(head, magic))
        return FAIL(CORRUPT, "evidence: the file does not begin as one");
    TRY(aead_new(crypto, &box));
    head_aad(no, id, &aad);
    TRY(aead_open_at(incident, buf_slice(&aad), slice_from(head, marked), key.bytes, SECRET_BYTES));
    aead_key(box, &key);
    *out = TAKE(box);
    return OK;
}

void sealed_chunk_put(struct aead *box, uint64_t index, bool last, struct slice text, struct buf *out)
{
    SCOPED(buf_done) struct buf aad = {0};
    assert(text.len <= SEALED_CHUNK_BYTES && (last || text.len == SEALED_CHUNK_BYTES));
    chunk_aad(index, last, &aad);
    aead_seal(box, buf_slice(&aad), text, out);
}

RESULT sealed_chunk_get(struct aead *box, uint64_t index, bool last, struct slice chunk, struct buf *out)
{
    SCOPED(buf_done) struct buf aad = {0};
    chunk_aad(index, last, &aad);
    return aead_open(box, buf_slice(&aad), chunk, out);
}

RESULT sealed_chunk_at(uint64_t file_bytes, uint64_t index, uint64_t *at, size_t *len, bool *last)
{
    if (file_bytes < SEALED_HEAD_BYTES + AEAD_EXTRA_BYTES || index > file_bytes / SEALED_BOX_BYTES)
        return FAIL(CORRUPT, "evidence: the file is cut short");
    uint64_t start = SEALED_HEAD_BYTES + index * SEALED_BOX_BYTES;
    if (start + AEAD_EXTRA_BYTES > file_bytes) return FAIL(CORRUPT, "evidence: the file is cut short");
    uint64_t left = file_bytes - start;
    *at = start;
    *last = left <= SEALED_BOX_BYTES;
    *len = *last ? (size_t)left : SEALED_BOX_BYTES;
    return OK;
}

/* The payload: chunks of 64 KiB, counted, the last one marked. */
#include "crypto/age_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BOX_MAX = AGE_CHUNK_BYTES + AGE_TAG_BYTES };

/* 11 bytes of counter, of which 2^64 chunks need eight; then whether it is the last. */
static void chunk_nonce(uint64_t number, bool last, uint8_t out[12])
{
    memset(out, 0, 12);
    be64_put(out + 3, number);
    out[11] = last;
}

static void payload_key(const uint8_t *file_key, const uint8_t nonce[AGE_NONCE_BYTES], struct secret *out)
{
    age_derive((struct slice){file_key, AGE_FILE_KEY_BYTES}, (struct slice){nonce, AGE_NONCE_BYTES},
               "payload", out);
}

struct age_seal {
    struct secret key;
    uint64_t number;
    size_t len; /* of `text`: a full one waits, as it may be the last */
    bool ended;
    uint8_t text[AGE_CHUNK_BYTES];
};

/* Behind the header, which `file_key` is wrapped in: the payload's nonce. */
static void seal_begin(struct crypto *crypto, struct age_seal *seal, const uint8_t *file_key, struct buf *out)
{
    uint8_t nonce[AGE_NONCE_BYTES];
    crypto_random(crypto, nonce, sizeof nonce);
    payload_key(file_key, nonce, &seal->key);
    buf_put(out, nonce, sizeof nonce);
}

RESULT age_seal_to(struct crypto *crypto, const struct age_recipient *to, size_t count, struct buf *out,
                   struct age_seal **made)
{
    assert(crypto && to && count >= 1 && count <= AGE_RECIPIENTS_MAX && out && made);
    SECRET file_key = {{0}}; /* its first half */
    SCOPED(age_seal_free) struct age_seal *seal = calloc(1, sizeof *seal);
    SCOPED(buf_done) struct buf header = {0};
    if (!seal) return FAIL(UNAVAILABLE, "age: out of memory");
    crypto_random(crypto, file_key.bytes, AGE_FILE_KEY_BYTES);
    TRY(age_header_to(crypto, to, count, file_key.bytes, &header));
    seal_begin(crypto, seal, file_key.bytes, &header);
    buf_slice_put(out, buf_slice(&header));
    *made = TAKE(seal);
    return OK;
}

RESULT age_seal_with(struct crypto *crypto, struct slice passphrase, unsigned work, struct buf *out,
                     struct age_seal **made)
{
    assert(crypto && out && made);
    if (passphrase.len == 0 || work < AGE_WORK_MIN || work > AGE_WORK_MAX) {
        return FAIL(INVALID, "age: an empty passphrase, or a work factor not from %d to %d", AGE_WORK_MIN,
                    AGE_WORK_MAX);
    }
    SECRET file_key = {{0}};
    SCOPED(age_seal_free) struct age_seal *seal = calloc(1, sizeof *seal);
    SCOPED(buf_done) struct buf header = {0};
    if (!seal) return FAIL(UNAVAILABLE, "age: out of memory");
    crypto_random(crypto, file_key.bytes, AGE_FILE_KEY_BYTES);
    TRY(age_header_with(crypto, passphrase, work, file_key.bytes, &header));
    seal_begin(crypto, seal, file_key.bytes, &header);
    buf_slice_put(out, buf_slice(&header));
    *made = TAKE(seal);
    return OK;
}

static RESULT chunk_seal(struct age_seal *seal, bool last, struct buf *out)
{
    uint8_t nonce[12];
    size_t start = out->len;
    chunk_nonce(seal->number, last, nonce);
    struct slice text = {seal->text, seal->len};
    struct result sealed = age_box_seal(&seal->key, nonce, text, buf_extend(out, seal->len + AGE_TAG_BYTES));
    if (sealed.code != CODE_OK) out->len = start;
    seal->number++;
    seal->len = 0;
    return sealed;
}

RESULT age_seal_put(struct age_seal *seal, struct slice text, struct buf *out)
{
    assert(seal && !seal->ended && out);
    while (text.len > 0) {
        if (seal->len == AGE_CHUNK_BYTES) TRY(chunk_seal(seal, false, out));
        size_t room = AGE_CHUNK_BYTES - seal->len, len = text.len < room ? text.len : room;
        memcpy(seal->text + seal->len, text.at, len);
        seal->len += len;
        text = slice_from(text, len);
    }
    return OK;
}

RESULT age_seal_end(struct age_seal *seal, struct buf *out)
{
    assert(seal && !seal->ended && out);
    seal->ended = true;
    return chunk_seal(seal, true, out);
}

void age_seal_free(struct age_seal **seal)
{
    if (!*seal) return;
    wipe(*seal, sizeof **seal);
    free(*seal);
    *seal = NULL;
}

enum stage { STAGE_HEADER, STAGE_NONCE, STAGE_CHUNKS, STAGE_OVER };

struct age_open {
    struct secret identities[AGE_IDENTITIES_MAX];
    size_t count;
    struct buf passphrase;
    enum stage stage;
    uint8_t file_key[AGE_FILE_KEY_BYTES];
    struct secret key;
    uint64_t number;
    size_t seen;     /* of `held`: where the header's end was looked for */
    struct buf held; /* the header, the nonce, or one chunk as it comes */
};

RESULT age_open_new(struct crypto *crypto, const struct secret *identities, size_t count,
                    struct slice passphrase, struct age_open **made)
{
    assert(crypto && count <= AGE_IDENTITIES_MAX && (count == 0 || identities) && made);
    struct age_open *open = calloc(1, sizeof *open);
    if (!open) return FAIL(UNAVAILABLE, "age: out of memory");
    if (count > 0) memcpy(open->identities, identities, count * sizeof *identities);
    open->count = count;
    buf_slice_put(&open->passphrase, passphrase);
    *made = open;
    return OK;
}

void age_open_free(struct age_open **open)
{
    if (!*open) return;
    buf_done(&(*open)->held);
    buf_done(&(*open)->passphrase);
    wipe(*open, sizeof **open);
    free(*open);
    *open = NULL;
}

/* Fill `held` up to `len` bytes; true once it has them. */
static bool hold(struct age_open *open, size_t len, struct slice *bytes)
{
    size_t want = len - open->held.len, take = bytes->len < want ? bytes->len : want;
    buf_put(&open->held, bytes->at, take);
    *bytes = slice_from(*bytes, take);
    return open->held.len == len;
}

static RESULT header_step(struct age_open *open, struct slice *bytes)
{
    static const char begin[] = "age-encryption.org/v1\n";
    size_t before = open->held.len;
    struct slice came = *bytes;
    (void)hold(open, AGE_HEADER_BYTES_MAX, bytes);
    struct slice held = buf_slice(&open->held);
    size_t known = held.len < sizeof begin - 1 ? held.len : sizeof begin - 1;
    if (memcmp(held.at, begin, known) != 0) {
        return FAIL(INVALID,
                    "age: not a file of age-encryption.org/v1, or of a version this program does not read");
    }
    size_t len = age_header_length(held, &open->seen);
    if (len == 0 && held.len == AGE_HEADER_BYTES_MAX) {
        return FAIL(INVALID, "age: a header of more than %d bytes", AGE_HEADER_BYTES_MAX);
    }
    if (len == 0) return OK;
    TRY(age_header_read(slice_part(held, 0, len), open->identities, open->count, buf_slice(&open->passphrase),
                        open->file_key));
    assert(len > before);
    *bytes = slice_from(came, len - before); /* what lies behind the header */
    buf_clear(&open->held);
    open->stage = STAGE_NONCE;
    return OK;
}

static RESULT chunk_open(struct age_open *open, bool last, struct buf *out)
{
    uint8_t nonce[12];
    size_t start = out->len, len = open->held.len;
    chunk_nonce(open->number, last, nonce);
    struct result opened =
        age_box_open(&open->key, nonce, buf_slice(&open->held), buf_extend(out, len - AGE_TAG_BYTES));
    if (opened.code != CODE_OK) out->len = start;
    return opened;
}

/* A whole chunk, and more follows. One that says it is the last tells what is wrong. */
static RESULT inner_open(struct age_open *open, struct buf *out)
{
    struct result opened = chunk_open(open, false, out);
    if (opened.code == CODE_CORRUPT) {
        TRY(chunk_open(open, true, out));
        return FAIL(CORRUPT, "age: something stands behind the end of the file");
    }
    open->held.len = 0;
    open->number++;
    return opened;
}

/* What is held when the bytes end: the last chunk, or a whole one that says that more should follow. */
static RESULT last_open(struct age_open *open, struct buf *out)
{
    size_t len = open->held.len;
    if (len < AGE_TAG_BYTES || (len == AGE_TAG_BYTES && open->number > 0)) {
        return FAIL(CORRUPT, "age: the file was cut");
    }
    struct result opened = chunk_open(open, true, out);
    if (opened.code != CODE_CORRUPT || len < BOX_MAX) return opened;
    TRY(chunk_open(open, false, out));
    return FAIL(CORRUPT, "age: the file was cut between two chunks");
}

static RESULT step(struct age_open *open, struct slice *bytes, struct buf *out)
{
    switch (open->stage) {
    case STAGE_HEADER:
        return header_step(open, bytes);
    case STAGE_NONCE:
        if (!hold(open, AGE_NONCE_BYTES, bytes)) return OK;
        payload_key(open->file_key, open->held.at, &open->key);
        wipe(open->file_key, sizeof open->file_key);
        open->held.len = 0;
        open->stage = STAGE_CHUNKS;
        return OK;
    case STAGE_CHUNKS:
        /* A full chunk is not the last only when more follows. */
        if (open->held.len == BOX_MAX) TRY(inner_open(open, out));
        (void)hold(open, BOX_MAX, bytes);
        return OK;
    case STAGE_OVER:
        break;
    }
    return FAIL(CORRUPT, "age: nothing more comes of this file");
}

RESULT age_open_put(struct age_open *open, struct slice bytes, struct buf *out)
{
    assert(open && out);
    while (bytes.len > 0) {
        struct result done = step(open, &bytes, out);
        if (done.code == CODE_OK) continue;
        open->stage = STAGE_OVER;
        return done;
    }
    return OK;
}

RESULT age_open_end(struct age_open *open, struct buf *out)
{
    assert(open && out);
    enum stage stage = open->stage;
    open->stage = STAGE_OVER;
    switch (stage) {
    case STAGE_HEADER:
    case STAGE_NONCE:
        return FAIL(INVALID, "age: the file ends within its header");
    case STAGE_CHUNKS:
        return last_open(open, out);
    case STAGE_OVER:
        break;
    }
    return FAIL(CORRUPT, "age: nothing more comes of this file");
}

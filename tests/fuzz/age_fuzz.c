#include "crypto/age.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The identity that the specification prints, and the start of a file made for it: what follows is payload. */
static const char identity_text[] =
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
static const char header[] = "age-encryption.org/v1\n"
                             "-> X25519 yO3uX7H9ZqpYcDAXdsyoMeGCVqxIa8uEVJ17Z5tU814\n"
                             "JfH7zBoJatzhxyZEKzPSdNnyaHjznsAeVH3sY5/rgiU\n"
                             "--- FKk2J+nSWj3pU4opomy4SjBoeuHMRQ4I0ig/pf17Nus\n"
                             "\xbe\x1a\xe9\x75\x04\xfd\xfe\xbb\xf0\x5b\x81\x07\xf9\x91\x15\x50";

static struct result open_in(struct crypto *crypto, struct slice file, size_t piece, struct buf *out)
{
    SECRET identity = {{0}};
    SCOPED(age_open_free) struct age_open *open = NULL;
    if (age_identity_get(slice_text(identity_text), &identity).code != CODE_OK) abort();
    if (age_open_new(crypto, &identity, 1, (struct slice){0}, &open).code != CODE_OK) abort();
    while (file.len > 0) {
        TRY(age_open_put(open, slice_part(file, 0, piece), out));
        file = slice_from(file, piece);
    }
    return age_open_end(open, out);
}

static void key_try(struct slice text)
{
    struct age_recipient recipient;
    SECRET identity = {{0}};
    SCOPED(buf_done) struct buf again = {0};
    if (age_recipient_get(text, &recipient).code == CODE_OK) {
        age_recipient_put(&again, &recipient);
        if (!slice_equal(buf_slice(&again), text)) abort();
    } else if (age_identity_get(text, &identity).code == CODE_OK) {
        age_identity_put(&again, &identity);
        if (!slice_equal(buf_slice(&again), text)) abort();
    }
}

/*
 * A key has one text; a file gives the same however its bytes come, and a small one gives all of its text or none.
 * Input: 'K' and a key, 'P' and a payload behind a good header, anything else a file.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = {data, size};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(buf_done) struct buf file = {0}, whole = {0}, pieces = {0};
    if (crypto_new(&crypto).code != CODE_OK) abort();
    if (size > 0 && data[0] == 'K') {
        key_try(slice_from(bytes, 1));
        return 0;
    }
    if (size > 0 && data[0] == 'P') {
        buf_put(&file, header, sizeof header - 1);
        bytes = slice_from(bytes, 1);
    }
    buf_slice_put(&file, bytes);
    struct result first = open_in(crypto, buf_slice(&file), file.len ? file.len : 1, &whole);
    struct result second = open_in(crypto, buf_slice(&file), 1 + size % 97, &pieces);
    if (first.code != second.code || !slice_equal(buf_slice(&whole), buf_slice(&pieces))) abort();
    if (first.code != CODE_OK && size < AGE_CHUNK_BYTES && whole.len > 0) abort();
    return 0;
}

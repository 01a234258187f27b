#include "keep/shop.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ASCII letters in lower case: base32 is read in both. */
static void lower(struct buf *text)
{
    for (size_t i = 0; i < text->len; i++) {
        if (text->at[i] >= 'A' && text->at[i] <= 'Z') text->at[i] |= 0x20;
    }
}

/* What is taken for an id, under the key that is all zeros, is the one text of its number and kind. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum id_kind kinds[] = {ID_SUBJECT, ID_KEY, ID_STAFF};
    static const struct secret key;
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(block_cipher_free) struct block_cipher *cipher = NULL;
    size_t taken = 0;
    if (crypto_new(&crypto).code != CODE_OK || block_cipher_new(crypto, &key, &cipher).code != CODE_OK)
        abort();
    struct shop shop = {.ids = cipher};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        SCOPED(buf_done) struct buf text = {0}, again = {0};
        uint64_t number = 7;
        struct result got = id_get(&shop, kinds[i], (struct slice){data, size}, &number);
        if (got.code != CODE_OK) {
            if (got.cause != CAUSE_ID_MALFORMED || number != 7) abort();
            continue;
        }
        taken++;
        id_put(&shop, kinds[i], number, &again);
        buf_put(&text, data, size);
        lower(&text);
        if (!slice_equal(buf_slice(&text), buf_slice(&again))) abort();
    }
    if (taken > 1) abort();
    return 0;
}

#include "keep/access/challenge.h"
#include "keep/shop.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* No text but the one that was made is taken: of texts that others make up, and of changes to ours. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct secret zeros;
    const int64_t now_us = 1795300000 * SECOND_US;
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(prf_free) struct prf *pepper = NULL;
    SCOPED(sessions_free) struct sessions *sessions = NULL;
    SCOPED(keyring_free) struct keyring *keyring = NULL;
    SCOPED(buf_done) struct buf text = {0}, changed = {0};
    uint8_t once[SESSION_ONCE_BYTES];
    int64_t expires_us = 0;
    struct slice id = SLICE_TEXT("key_1"), given = {data, size};
    if (crypto_new(&crypto).code != CODE_OK || prf_new(crypto, &zeros, &pepper).code != CODE_OK ||
        sessions_new(crypto, &sessions).code != CODE_OK ||
        keyring_new(crypto, SLICE_TEXT("shop.example/log"), &keyring).code != CODE_OK)
        abort();
    struct shop shop = {.crypto = crypto, .pepper = pepper, .sessions = sessions, .keyring = keyring};
    challenge_put(&shop, id, now_us, &text, &expires_us);
    if (!challenge_good(&shop, id, buf_slice(&text), now_us, once)) abort();
    if (challenge_good(&shop, id, given, now_us, once) && !slice_equal(given, buf_slice(&text))) abort();
    buf_slice_put(&changed, buf_slice(&text));
    for (size_t i = 0; i + 1 < size; i += 2) changed.at[data[i] % changed.len] ^= data[i + 1];
    bool same = slice_equal(buf_slice(&changed), buf_slice(&text));
    if (challenge_good(&shop, id, buf_slice(&changed), now_us, once) != same) abort();
    return 0;
}

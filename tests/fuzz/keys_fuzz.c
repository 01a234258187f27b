#include "keep/shop.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t now(void *context)
{
    (void)context;
    return SECOND_US;
}

/* Key 1, its secret the bytes 0 … 31, under the pepper that is all zeros. */
static void known_key(struct prf *pepper, uint8_t out[AMK_BYTES], struct key *key)
{
    memset(out, 0, 4);
    be32_put(out + 4, 1);
    for (size_t i = 0; i < AMK_SECRET_BYTES; i++) out[8 + i] = (uint8_t)i;
    const struct slice parts[] = {SLICE_TEXT("amk"), {out + 4, 4 + AMK_SECRET_BYTES}};
    *key = (struct key){.id = 1, .role = 1, .proof_kind = PROOF_SECRET, .expires_us = DAY_US};
    prf_run(pepper, parts, COUNT_OF(parts), &key->proof);
}

/* Only the whole secret of the one key there is lets anybody in, and only a whole token names a shop. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct secret zeros;
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(prf_free) struct prf *pepper = NULL;
    SCOPED(sessions_free) struct sessions *sessions = NULL;
    struct key key;
    struct role role = {.id = 1};
    uint8_t known[AMK_BYTES], given[AMK_BYTES] = {0}, tag[4] = {0};
    if (crypto_new(&crypto).code != CODE_OK || prf_new(crypto, &zeros, &pepper).code != CODE_OK ||
        sessions_new(crypto, &sessions).code != CODE_OK)
        abort();
    known_key(pepper, known, &key);
    struct shop shop = {.crypto = crypto,
                        .pepper = pepper,
                        .sessions = sessions,
                        .clock = {now, NULL},
                        .access = {.keys = &key, .key_count = 1, .roles = &role, .role_count = 1}};
    struct ask_head head = {.bearer = {data, size}};
    struct reader reader = {0};
    bool named = token_shop(head.bearer, tag);
    struct result got = access_reader(&shop, &head, false, &reader);
    bool other = slice_starts(head.bearer, "ams_") || slice_starts(head.bearer, "amt_");
    bool whole = (other || slice_starts(head.bearer, "amk_")) &&
                 base32_get(slice_from(head.bearer, 4), given, sizeof given);
    if (named != whole || (named && memcmp(tag, given, sizeof tag) != 0)) abort();
    if ((got.code == CODE_OK) != (whole && !other && memcmp(given + 4, known + 4, sizeof known - 4) == 0))
        abort();
    if ((got.code == CODE_OK) != (reader.key == &key)) abort();
    key_uses_done(&shop.key_uses);
    return 0;
}

#include "keep/access/passkey.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever a browser says: the first two bytes tell how long the client data is, the rest is the other part. */
static void cut(const uint8_t *data, size_t size, struct slice *first, struct slice *rest)
{
    size_t len = size < 2 ? 0 : be16_get(data);
    struct slice all = {data + (size < 2 ? size : 2), size < 2 ? 0 : size - 2};
    *first = slice_part(all, 0, len);
    *rest = slice_from(all, first->len);
}

/* What is taken begins as the specification says, and says nothing of another frame. */
static void client_data(struct slice bytes, struct slice challenge, const struct relying_party *party)
{
    static const char want[] =
        "{\"type\":\"webauthn.get\",\"challenge\":\"AAAA\",\"origin\":\"https://vault.example\"";
    if (client_data_check(bytes, "webauthn.get", challenge, slice_text(party->origin)).code != CODE_OK)
        return;
    if (!slice_starts(bytes, want) || bytes.at[bytes.len - 1] != '}') abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct relying_party party = {"https://vault.example", "vault.example"};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    struct slice first = {0}, rest = {0}, challenge = SLICE_TEXT("AAAA");
    struct attestation attestation = {0};
    struct authenticator_data head = {.count = 7};
    struct passkey made = {.count = 7}, known = {.algorithm = PASSKEY_ES256, .key_len = 64};
    if (crypto_new(&crypto).code != CODE_OK) abort();
    cut(data, size, &first, &rest);
    client_data(first, challenge, &party);
    struct result read = attestation_read(rest, &attestation);
    if (read.code != CODE_OK && attestation.format.len != 0) abort();
    if (authenticator_data_read(rest, &head).code != CODE_OK && head.count != 7) abort();
    struct passkey_said said = {
        .client_data = first, .attestation = rest, .authenticator_data = rest, .signature = rest};
    if (passkey_register(crypto, &party, &said, challenge, &made).code == CODE_OK) {
        if (made.id_len == 0 || made.key_len == 0) abort();
    } else if (made.count != 7) {
        abort();
    }
    if (passkey_check(crypto, &party, &said, challenge, &known).code == CODE_OK)
        abort(); /* no key signs with zeros */
    return 0;
}

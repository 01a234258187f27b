#include "crypto/crypto.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

struct signer {
    EVP_PKEY *key;
    EVP_MD_CTX *context;
    uint8_t public_key[PUBLIC_KEY_BYTES];
};

static void must(int ok)
{
    if (ok != 1) abort(); /* OpenSSL out of memory or broken: never go on without a signature */
}

RESULT signer_new(struct crypto *crypto, const struct secret *seed, struct signer **out)
{
    assert(crypto && seed && out);
    SCOPED(signer_free) struct signer *signer = calloc(1, sizeof *signer);
    if (!signer) return FAIL(UNAVAILABLE, "signer: out of memory");
    size_t len = PUBLIC_KEY_BYTES;
    signer->key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed->bytes, SECRET_BYTES);
    signer->context = EVP_MD_CTX_new();
    if (!signer->key || !signer->context ||
        EVP_PKEY_get_raw_public_key(signer->key, signer->public_key, &len) != 1 ||
        EVP_DigestSignInit(signer->context, NULL, NULL, NULL, signer->key) != 1) {
        return FAIL(UNAVAILABLE, "signer: this OpenSSL has no Ed25519; install libssl3");
    }
    *out = TAKE(signer);
    return OK;
}

void signer_public(const struct signer *signer, uint8_t out[PUBLIC_KEY_BYTES])
{
    memcpy(out, signer->public_key, PUBLIC_KEY_BYTES);
}

void signer_sign(struct signer *signer, struct slice message, uint8_t out[SIGNATURE_BYTES])
{
    size_t len = SIGNATURE_BYTES;
    must(EVP_DigestSignInit(signer->context, NULL, NULL, NULL, NULL)); /* again, with the key that it has */
    must(EVP_DigestSign(signer->context, out, &len, message.at, message.len));
    assert(len == SIGNATURE_BYTES);
}

void signer_free(struct signer **signer)
{
    if (!*signer) return;
    EVP_PKEY_free((*signer)->key);
    EVP_MD_CTX_free((*signer)->context);
    free(*signer);
    *signer = NULL;
}

bool signature_good(struct crypto *crypto, const uint8_t public_key[PUBLIC_KEY_BYTES], struct slice message,
                    const uint8_t signature[SIGNATURE_BYTES])
{
    assert(crypto);
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, PUBLIC_KEY_BYTES);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = key && context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
                EVP_DigestVerify(context, signature, SIGNATURE_BYTES, message.at, message.len) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return good;
}

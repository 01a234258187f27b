/* SHA256_Init() and its kin are called directly: below 200 bytes OpenSSL's EVP costs more than the hashing. They are
 * the same code of the same library, only without a context to allocate, copy and ask for its parameters. AES-256-GCM
 * is the library's own method too, not a provider's: there each nonce and each tag costs a search through a list of
 * named parameters, which takes as long as sealing a field does. A copy of the method is what OpenSSL 3 does not
 * replace by its provider's. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/crypto_priv.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

enum { RANDOM_BLOCK_BYTES = 4096 };

struct crypto {
    SHA256_CTX digest;
    EVP_CIPHER *gcm; /* a copy of the method */
    EVP_CIPHER *ecb; /* fetched */
    size_t random_left;
    uint8_t random[RANDOM_BLOCK_BYTES];
};

/* OpenSSL calls on valid state fail only when memory or the library is broken: stop, rather than go on unsealed. */
static void must(int ok)
{
    if (ok != 1) abort();
}

void wipe(void *at, size_t len)
{
    explicit_bzero(at, len);
}

void secret_done(struct secret *secret)
{
    explicit_bzero(secret, sizeof *secret);
}

void clear_done(struct clear *clear)
{
    if (clear->at) {
        explicit_bzero(clear->at, clear->len);
        free(clear->at);
    }
    *clear = (struct clear){0};
}

bool hash_equal(const struct hash *a, const struct hash *b)
{
    return bytes_equal_ct(a->bytes, b->bytes, HASH_BYTES);
}

RESULT crypto_new(struct crypto **out)
{
    SCOPED(crypto_free) struct crypto *crypto = calloc(1, sizeof *crypto);
    if (!crypto) return FAIL(UNAVAILABLE, "crypto: out of memory");
    crypto->gcm = EVP_CIPHER_meth_dup(EVP_aes_256_gcm());
    crypto->ecb = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL);
    if (!crypto->gcm || !crypto->ecb) {
        return FAIL(UNAVAILABLE, "crypto: this OpenSSL lacks AES-256; install libssl3");
    }
    *out = TAKE(crypto);
    return OK;
}

void crypto_free(struct crypto **crypto)
{
    struct crypto *c = *crypto;
    if (!c) return;
    EVP_CIPHER_meth_free(c->gcm);
    EVP_CIPHER_free(c->ecb);
    explicit_bzero(c, sizeof *c);
    free(c);
    *crypto = NULL;
}

void crypto_random(struct crypto *crypto, void *out, size_t len)
{
    if (len > RANDOM_BLOCK_BYTES) {
        must(RAND_bytes(out, (int)len));
        return;
    }
    if (crypto->random_left < len) {
        must(RAND_bytes(crypto->random, RANDOM_BLOCK_BYTES));
        crypto->random_left = RANDOM_BLOCK_BYTES;
    }
    uint8_t *from = crypto->random + RANDOM_BLOCK_BYTES - crypto->random_left;
    memcpy(out, from, len);
    explicit_bzero(from, len);
    crypto->random_left -= len;
}

static void put(SHA256_CTX *digest, const struct slice *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) must(SHA256_Update(digest, parts[i].at, parts[i].len));
}

void sha256(struct crypto *crypto, const struct slice *parts, size_t count, struct hash *out)
{
    must(SHA256_Init(&crypto->digest));
    put(&crypto->digest, parts, count);
    must(SHA256_Final(out->bytes, &crypto->digest));
}

void sha256_one(struct crypto *crypto, struct slice bytes, struct hash *out)
{
    sha256(crypto, &bytes, 1, out);
}

void sha1_of_password(struct slice bytes, uint8_t out[SHA1_BYTES])
{
    (void)SHA1(bytes.at, bytes.len, out);
}

struct hasher {
    SHA256_CTX digest;
};

RESULT hasher_new(struct crypto *crypto, struct hasher **out)
{
    (void)crypto; /* its thread is the hasher's */
    struct hasher *hasher = calloc(1, sizeof *hasher);
    if (!hasher) return FAIL(UNAVAILABLE, "hasher: out of memory");
    must(SHA256_Init(&hasher->digest));
    *out = hasher;
    return OK;
}

void hasher_put(struct hasher *hasher, struct slice bytes)
{
    put(&hasher->digest, &bytes, 1);
}

void hasher_end(struct hasher *hasher, struct hash *out)
{
    must(SHA256_Final(out->bytes, &hasher->digest));
    must(SHA256_Init(&hasher->digest));
}

void hasher_so_far(const struct hasher *hasher, struct hash *out)
{
    SHA256_CTX digest = hasher->digest;
    must(SHA256_Final(out->bytes, &digest));
    explicit_bzero(&digest, sizeof digest);
}

void hasher_free(struct hasher **hasher)
{
    if (!*hasher) return;
    explicit_bzero(*hasher, sizeof **hasher);
    free(*hasher);
    *hasher = NULL;
}

/* HMAC (RFC 2104): the states behind the two padded keys are kept, so a short text costs two compressions. */
static void pad_put(SHA256_CTX *digest, const struct secret *key, uint8_t pad)
{
    uint8_t block[SHA256_CBLOCK];
    memset(block, pad, sizeof block);
    for (size_t i = 0; i < SECRET_BYTES; i++) block[i] ^= key->bytes[i];
    must(SHA256_Init(digest));
    must(SHA256_Update(digest, block, sizeof block));
    explicit_bzero(block, sizeof block);
}

RESULT prf_new(struct crypto *crypto, const struct secret *key, struct prf **out)
{
    (void)crypto; /* its thread is the prf's */
    struct prf *prf = calloc(1, sizeof *prf);
    if (!prf) return FAIL(UNAVAILABLE, "prf: out of memory");
    pad_put(&prf->inner, key, 0x36);
    pad_put(&prf->outer, key, 0x5c);
    prf->quick = sha_instructions();
    prf->wide = sha_wide();
    *out = prf;
    return OK;
}

void prf_run(const struct prf *prf, const struct slice *parts, size_t count, struct hash *out)
{
    SHA256_CTX work = prf->inner;
    put(&work, parts, count);
    must(SHA256_Final(out->bytes, &work));
    work = prf->outer;
    must(SHA256_Update(&work, out->bytes, HASH_BYTES));
    must(SHA256_Final(out->bytes, &work));
}

void prf_free(struct prf **prf)
{
    if (!*prf) return;
    explicit_bzero(*prf, sizeof **prf);
    free(*prf);
    *prf = NULL;
}

static void hmac_once(struct crypto *crypto, const struct secret *key, const struct slice *parts,
                      size_t count, struct hash *out)
{
    SCOPED(prf_free) struct prf *prf = NULL;
    struct result made = prf_new(crypto, key, &prf);
    must(made.code == CODE_OK);
    prf_run(prf, parts, count, out);
}

void hkdf(struct crypto *crypto, const struct secret *key, const char *label, struct slice context,
          struct secret *out)
{
    SECRET extracted = {{0}};
    const struct secret no_salt = {{0}};
    struct hash block = {{0}};
    struct slice input = {key->bytes, SECRET_BYTES};
    hmac_once(crypto, &no_salt, &input, 1, &block); /* extract */
    memcpy(extracted.bytes, block.bytes, SECRET_BYTES);
    const uint8_t zero = 0, one = 1; /* one block is all that 32 bytes need */
    struct slice parts[] = {slice_text(label), {&zero, 1}, context, {&one, 1}};
    hmac_once(crypto, &extracted, parts, COUNT_OF(parts), &block); /* expand */
    memcpy(out->bytes, block.bytes, SECRET_BYTES);
    explicit_bzero(&block, sizeof block);
}

struct aead {
    struct crypto *crypto;
    EVP_CIPHER_CTX *seal, *open;
    struct secret key;
    bool has_key, seal_ready, open_ready; /* ready: its schedule is that of `key` */
    bool seal_set,
        open_set; /* it has its cipher: naming it again would throw the context away and make it anew */
};

RESULT aead_new(struct crypto *crypto, struct aead **out)
{
    SCOPED(aead_free) struct aead *aead = calloc(1, sizeof *aead);
    if (!aead) return FAIL(UNAVAILABLE, "aead: out of memory");
    aead->crypto = crypto;
    aead->seal = EVP_CIPHER_CTX_new();
    aead->open = EVP_CIPHER_CTX_new();
    if (!aead->seal || !aead->open) return FAIL(UNAVAILABLE, "aead: out of memory");
    *out = TAKE(aead);
    return OK;
}

void aead_free(struct aead **aead)
{
    if (!*aead) return;
    EVP_CIPHER_CTX_free((*aead)->seal);
    EVP_CIPHER_CTX_free((*aead)->open);
    explicit_bzero(*aead, sizeof **aead);
    free(*aead);
    *aead = NULL;
}

void aead_key(struct aead *aead, const struct secret *key)
{
    memcpy(aead->key.bytes, key->bytes, SECRET_BYTES);
    aead->has_key = true;
    aead->seal_ready = aead->open_ready = false;
}

void aead_key_drop(struct aead *aead)
{
    must(EVP_CIPHER_CTX_reset(aead->seal));
    must(EVP_CIPHER_CTX_reset(aead->open));
    explicit_bzero(&aead->key, sizeof aead->key);
    aead->has_key = aead->seal_ready = aead->open_ready = false;
    aead->seal_set = aead->open_set = false;
}

static void seal(struct aead *aead, struct slice aad, struct slice text, uint8_t *box)
{
    assert(aead->has_key && text.len < INT32_MAX && aad.len < INT32_MAX);
    uint8_t *body = box + AEAD_NONCE_BYTES;
    int len = 0;
    crypto_random(aead->crypto, box, AEAD_NONCE_BYTES);
    must(EVP_EncryptInit_ex2(aead->seal, aead->seal_set ? NULL : aead->crypto->gcm,
                             aead->seal_ready ? NULL : aead->key.bytes, box, NULL));
    aead->seal_set = aead->seal_ready = true;
    if (aad.len > 0) must(EVP_EncryptUpdate(aead->seal, NULL, &len, aad.at, (int)aad.len));
    if (text.len > 0) must(EVP_EncryptUpdate(aead->seal, body, &len, text.at, (int)text.len));
    must(EVP_EncryptFinal_ex(aead->seal, body + text.len, &len));
    must(EVP_CIPHER_CTX_ctrl(aead->seal, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_BYTES, body + text.len));
}

void aead_seal(struct aead *aead, struct slice aad, struct slice text, struct buf *out)
{
    seal(aead, aad, text, buf_extend(out, text.len + AEAD_EXTRA_BYTES));
}

void aead_seal_at(struct aead *aead, struct slice aad, uint8_t *box, size_t text_len)
{
    seal(aead, aad, (struct slice){box + AEAD_NONCE_BYTES, text_len}, box);
}

RESULT aead_open_at(struct aead *aead, struct slice aad, struct slice box, uint8_t *text, size_t text_len)
{
    assert(aead->has_key && aad.len < INT32_MAX);
    if (box.len > INT32_MAX || box.len != text_len + AEAD_EXTRA_BYTES)
        return FAIL(CORRUPT, "aead: a box of %zu bytes", box.len);
    const uint8_t *body = box.at + AEAD_NONCE_BYTES;
    uint8_t tag[AEAD_TAG_BYTES], none = 0;
    int len = 0;
    memcpy(tag, body + text_len, sizeof tag); /* OpenSSL wants it writable */
    must(EVP_DecryptInit_ex2(aead->open, aead->open_set ? NULL : aead->crypto->gcm,
                             aead->open_ready ? NULL : aead->key.bytes, box.at, NULL));
    aead->open_set = aead->open_ready = true;
    if (aad.len > 0) must(EVP_DecryptUpdate(aead->open, NULL, &len, aad.at, (int)aad.len));
    if (text_len > 0) must(EVP_DecryptUpdate(aead->open, text, &len, body, (int)text_len));
    must(EVP_CIPHER_CTX_ctrl(aead->open, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_BYTES, tag));
    if (EVP_DecryptFinal_ex(aead->open, &none, &len) != 1) {
        if (text_len > 0) explicit_bzero(text, text_len);
        return FAIL(CORRUPT, "aead: a sealed box does not open: changed, moved, or another key");
    }
    return OK;
}

RESULT aead_open(struct aead *aead, struct slice aad, struct slice box, struct buf *out)
{
    size_t text_len = box.len < AEAD_EXTRA_BYTES ? 0 : box.len - AEAD_EXTRA_BYTES, start = out->len;
    struct result opened = aead_open_at(aead, aad, box, buf_extend(out, text_len), text_len);
    if (opened.code != CODE_OK) out->len = start;
    return opened;
}

struct block_cipher {
    EVP_CIPHER_CTX *encrypt, *decrypt;
};

RESULT block_cipher_new(struct crypto *crypto, const struct secret *key, struct block_cipher **out)
{
    SCOPED(block_cipher_free) struct block_cipher *cipher = calloc(1, sizeof *cipher);
    if (!cipher) return FAIL(UNAVAILABLE, "block cipher: out of memory");
    cipher->encrypt = EVP_CIPHER_CTX_new();
    cipher->decrypt = EVP_CIPHER_CTX_new();
    if (!cipher->encrypt || !cipher->decrypt) return FAIL(UNAVAILABLE, "block cipher: out of memory");
    must(EVP_EncryptInit_ex2(cipher->encrypt, crypto->ecb, key->bytes, NULL, NULL));
    must(EVP_DecryptInit_ex2(cipher->decrypt, crypto->ecb, key->bytes, NULL, NULL));
    must(EVP_CIPHER_CTX_set_padding(cipher->encrypt, 0));
    must(EVP_CIPHER_CTX_set_padding(cipher->decrypt, 0));
    *out = TAKE(cipher);
    return OK;
}

void block_cipher_encrypt(struct block_cipher *cipher, const uint8_t in[16], uint8_t out[16])
{
    int len = 0;
    must(EVP_EncryptUpdate(cipher->encrypt, out, &len, in, 16));
    assert(len == 16);
}

void block_cipher_decrypt(struct block_cipher *cipher, const uint8_t in[16], uint8_t out[16])
{
    int len = 0;
    must(EVP_DecryptUpdate(cipher->decrypt, out, &len, in, 16));
    assert(len == 16);
}

void block_cipher_encrypt_each(struct block_cipher *cipher, uint8_t (*blocks)[16], size_t count)
{
    assert(count <= 1 << 20);
    int len = 0;
    must(EVP_EncryptUpdate(cipher->encrypt, blocks[0], &len, blocks[0], (int)(count * 16)));
    assert((size_t)len == count * 16);
}

void block_cipher_free(struct block_cipher **cipher)
{
    if (!*cipher) return;
    EVP_CIPHER_CTX_free((*cipher)->encrypt);
    EVP_CIPHER_CTX_free((*cipher)->decrypt);
    free(*cipher);
    *cipher = NULL;
}

/*
 * The primitives Amanah stands on, thin over OpenSSL 3: SHA-256, HMAC-SHA-256, HKDF, AES-256-GCM, one-block AES,
 * Ed25519, random bytes. Everything is fetched once into a `struct crypto`, because a fetch costs more than the work.
 *
 * A `struct crypto` belongs to one thread. Must never see a key that is not a `struct secret`. Main calls:
 * aead_seal(), aead_open(), prf_run(), sha256(). Example:
 *     SCOPED(crypto_free) struct crypto *crypto = NULL;  TRY(crypto_new(&crypto));
 */
#ifndef AMN_CRYPTO_CRYPTO_H
#define AMN_CRYPTO_CRYPTO_H

#include "base/bytes.h"

enum {
    HASH_BYTES = 32,
    SECRET_BYTES = 32,
    AEAD_NONCE_BYTES = 12,
    AEAD_TAG_BYTES = 16,
    AEAD_EXTRA_BYTES = AEAD_NONCE_BYTES + AEAD_TAG_BYTES,
    SIGNATURE_BYTES = 64,
    PUBLIC_KEY_BYTES = 32
};

/* Wipe a range on every way out. */
void wipe(void *at, size_t len);

/* 32 key bytes. `SECRET key = {{0}};` is wiped at the end of scope. Filled in place, never returned by value. */
struct secret {
    uint8_t bytes[SECRET_BYTES];
};
void secret_done(struct secret *secret);
#define SECRET SCOPED(secret_done) struct secret

/* A person's value in clear. `CLEAR value = {0};` is wiped at the end of scope. There is no printer. */
struct clear {
    uint8_t *at;
    size_t len;
};
void clear_done(struct clear *clear);
#define CLEAR SCOPED(clear_done) struct clear

struct hash {
    uint8_t bytes[HASH_BYTES];
};
bool hash_equal(const struct hash *a, const struct hash *b); /* constant time */

struct crypto;

RESULT crypto_new(struct crypto **out); /* UNAVAILABLE when OpenSSL lacks an algorithm or memory */
void crypto_free(struct crypto **crypto);

/*
 * Random bytes from OpenSSL's generator, drawn in blocks of 4,096 and wiped as they are handed out.
 * Aborts if the generator fails: nothing safe can follow. About 20 ns for 32 bytes.
 */
void crypto_random(struct crypto *crypto, void *out, size_t len);

/* SHA-256 of the concatenation of `count` slices. About 100 ns for a short input. */
void sha256(struct crypto *crypto, const struct slice *parts, size_t count, struct hash *out);
void sha256_one(struct crypto *crypto, struct slice bytes, struct hash *out);

/* For the one use that others fix: lists of leaked passwords are of SHA-1 (keep/passwords.h). No secret rests on it. */
enum { SHA1_BYTES = 20 };
void sha1_of_password(struct slice bytes, uint8_t out[SHA1_BYTES]);

/* Incremental SHA-256, for files and streams. */
struct hasher;
RESULT hasher_new(struct crypto *crypto, struct hasher **out);
void hasher_put(struct hasher *hasher, struct slice bytes);
void hasher_end(struct hasher *hasher, struct hash *out); /* and starts anew */
/* The hash of what was put so far; more may follow. */
void hasher_so_far(const struct hasher *hasher, struct hash *out);
void hasher_free(struct hasher **hasher);

/* HMAC-SHA-256 under one key, the key schedule kept: about 155 ns for 24 bytes. Threads may share one. */
struct prf;
RESULT prf_new(struct crypto *crypto, const struct secret *key, struct prf **out);
void prf_run(const struct prf *prf, const struct slice *parts, size_t count, struct hash *out);
void prf_free(struct prf **prf);

/*
 * The same of many short inputs, each behind one byte that they share: what prf_run() gives of {first, input}. Up to 54
 * bytes four at a time where the processor has SHA instructions, and sixteen where it has AVX-512.
 */
void prf_run_many(const struct prf *prf, uint8_t first, const struct slice *inputs, size_t count,
                  struct hash *out);

/* HKDF-SHA-256 (RFC 5869), without salt: derive 32 bytes for `label` and `context` from `key`. */
void hkdf(struct crypto *crypto, const struct secret *key, const char *label, struct slice context,
          struct secret *out);

/*
 * AES-256-GCM under one key. A box is nonce (12, random) ‖ ciphertext (as long as the text) ‖ tag (16).
 * A key schedule is made when the first box is sealed or opened under a new key, so several fields of one subject cost
 * one. A `struct aead` belongs to its crypto's thread.
 */
struct aead;
RESULT aead_new(struct crypto *crypto, struct aead **out); /* without a key */
void aead_free(struct aead **aead);
void aead_key(struct aead *aead, const struct secret *key); /* copied; replaces the one before */
void aead_key_drop(struct aead *aead);                      /* wipe it */
/* Appends text.len + AEAD_EXTRA_BYTES to `out`. About 160 ns for 64 bytes, 300 with a new key. */
void aead_seal(struct aead *aead, struct slice aad, struct slice text, struct buf *out);
/* The same where the box is to stand: its text, `text_len` bytes, is there already, AEAD_NONCE_BYTES behind `box`. */
void aead_seal_at(struct aead *aead, struct slice aad, uint8_t *box, size_t text_len);
/* Appends the text to `out`; CORRUPT (and `out` as before) if the box, the key or the AAD is not the one sealed. */
RESULT aead_open(struct aead *aead, struct slice aad, struct slice box, struct buf *out);
/* The same into `text_len` bytes at `text`, which never hold what failed its check; CORRUPT too for a box of another length. */
RESULT aead_open_at(struct aead *aead, struct slice aad, struct slice box, uint8_t *text, size_t text_len);

/* One AES-256 block, both ways: for public ids, where the plaintext carries its own redundancy. */
struct block_cipher;
RESULT block_cipher_new(struct crypto *crypto, const struct secret *key, struct block_cipher **out);
void block_cipher_encrypt(struct block_cipher *cipher, const uint8_t in[16], uint8_t out[16]);
void block_cipher_decrypt(struct block_cipher *cipher, const uint8_t in[16], uint8_t out[16]);
/* Encrypt `count` blocks where they stand, each by itself: about 2 ns a block from 16 on. At most 2^20. */
void block_cipher_encrypt_each(struct block_cipher *cipher, uint8_t (*blocks)[16], size_t count);
void block_cipher_free(struct block_cipher **cipher);

/* Ed25519 (RFC 8032). The signer's seed is a secret; sign about 23 us, verify 63 us. */
struct signer;
RESULT signer_new(struct crypto *crypto, const struct secret *seed, struct signer **out);
void signer_public(const struct signer *signer, uint8_t out[PUBLIC_KEY_BYTES]);
void signer_sign(struct signer *signer, struct slice message, uint8_t out[SIGNATURE_BYTES]);
void signer_free(struct signer **signer);
bool signature_good(struct crypto *crypto, const uint8_t public_key[PUBLIC_KEY_BYTES], struct slice message,
                    const uint8_t signature[SIGNATURE_BYTES]);

/*
 * Argon2id (RFC 9106) of a passphrase: 64 bytes, 256 MiB, 3 passes, 1 lane by default.
 * @param memory_kib  64 … 4,194,304     @param passes  1 … 64
 * INVALID for parameters out of range; UNAVAILABLE without memory. About half a second.
 */
RESULT passphrase_stretch(struct slice passphrase, const uint8_t salt[16], uint32_t memory_kib,
                          uint32_t passes, uint8_t out[64]);

#endif

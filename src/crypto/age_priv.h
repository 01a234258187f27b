/* What the files of age share: key derivation, one sealed chunk, and the header that carries the file key. */
#ifndef AMN_CRYPTO_AGE_PRIV_H
#define AMN_CRYPTO_AGE_PRIV_H

#include "crypto/age.h"

enum { AGE_FILE_KEY_BYTES = 16, AGE_NONCE_BYTES = 16, AGE_TAG_BYTES = 16, AGE_SALT_BYTES = 16 };

/* HKDF-SHA-256 (RFC 5869) of any input and salt, 32 bytes. */
void age_derive(struct slice input, struct slice salt, const char *info, struct secret *out);

/* ChaCha20-Poly1305 without associated data; `box` has text.len + AGE_TAG_BYTES. */
RESULT age_box_seal(const struct secret *key, const uint8_t nonce[12], struct slice text, uint8_t *box);
/* CORRUPT, and `text` is not touched, if the tag is not the box's. `text` has box.len - AGE_TAG_BYTES. */
RESULT age_box_open(const struct secret *key, const uint8_t nonce[12], struct slice box, uint8_t *text);

/* X25519 (RFC 7748). INVALID when the result would be zero: the point is of small order. */
RESULT age_share(const struct secret *scalar, const uint8_t point[32], struct secret *out);
RESULT age_point(const struct secret *scalar, uint8_t out[32]);

/* The header with its MAC, without the payload's nonce. */
RESULT age_header_to(struct crypto *crypto, const struct age_recipient *to, size_t count,
                     const uint8_t *file_key, struct buf *out);
RESULT age_header_with(struct crypto *crypto, struct slice passphrase, unsigned work, const uint8_t *file_key,
                       struct buf *out);

/* How long the header at the start of `bytes` is; 0 when its end is not there yet. Looks from `*seen` on, and moves it. */
size_t age_header_length(struct slice bytes, size_t *seen);
/* Read a whole header: codes as age_open_put(). */
RESULT age_header_read(struct slice header, const struct secret *identities, size_t count,
                       struct slice passphrase, uint8_t *file_key);

#endif

/*
 * Keys and certificates as people have them: PEM files made with openssl, or base64.
 *
 * Main calls: public_key_read(), certificate_read(). Example:
 *     uint8_t key[PUBLIC_KEY_BYTES];  TRY(public_key_read(text, key));
 */
#ifndef AMN_CRYPTO_PEM_H
#define AMN_CRYPTO_PEM_H

#include "crypto/crypto.h"

enum { PEM_BYTES_MAX = 16384 };

/*
 * An Ed25519 public key: PEM ("BEGIN PUBLIC KEY"), or base64 (either alphabet) of its 32 bytes or of its 44 bytes of
 * DER. INVALID: none of these, or a key under which anybody could sign (see public_key_sound()).
 */
RESULT public_key_read(struct slice text, uint8_t out[PUBLIC_KEY_BYTES]);

/*
 * Is it in its only spelling, and not of small order? OpenSSL takes a signature that nobody made under one that is.
 * Source: RFC 8032 section 5.1.3; the eight points of small order on edwards25519.
 */
bool public_key_sound(const uint8_t key[PUBLIC_KEY_BYTES]);

/* An Ed25519 private key in PEM ("BEGIN PRIVATE KEY"), not encrypted. INVALID otherwise. */
RESULT signer_read(struct crypto *crypto, struct slice pem, struct signer **out);

/* An X.509 certificate: SHA-256 of its public key's DER (SPKI), and when it is valid. */
struct certificate {
    struct hash spki;
    int64_t from_us, until_us; /* microseconds since 1970, both valid; capped to what int64_t holds */
};
/* Read the first certificate of a PEM text. INVALID: there is none. Its signature and issuer are not looked at. */
RESULT certificate_read(struct crypto *crypto, struct slice pem, struct certificate *out);

#endif

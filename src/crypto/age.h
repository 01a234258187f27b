/*
 * Files that others open: the age format, version 1, as a stream. For one or several X25519 recipients (`age1...`), or
 * for a passphrase (scrypt). Memory is bounded whatever the length: one chunk of 64 KiB, and on reading one header.
 *
 * Must never hand out text whose chunk was not verified, nor take a cut file for a whole one: a reader is done when
 * age_open_end() says so. No armor: files are octets. Main calls: age_seal_to(), age_seal_put(), age_seal_end().
 *     SCOPED(age_seal_free) struct age_seal *seal = NULL;  TRY(age_seal_to(crypto, &who, 1, &file, &seal));
 *     TRY(age_seal_put(seal, text, &file));  TRY(age_seal_end(seal, &file));
 * Source: C2SP age.md (https://age-encryption.org/v1); bech32 of BIP 173; scrypt of RFC 7914.
 */
#ifndef AMN_CRYPTO_AGE_H
#define AMN_CRYPTO_AGE_H

#include "crypto/crypto.h"

enum {
    AGE_RECIPIENTS_MAX = 32,
    AGE_IDENTITIES_MAX = 32,
    AGE_CHUNK_BYTES = 65536,
    AGE_HEADER_BYTES_MAX = 65536, /* several hundred recipients; a longer header is refused */
    AGE_RECIPIENT_CHARS = 62,     /* "age1" and 58 more */
    AGE_IDENTITY_CHARS = 74,      /* "AGE-SECRET-KEY-1" and 58 more */
    /* log2 of scrypt's work factor: 128 * 8 * 2^work bytes of memory. */
    AGE_WORK = 18,    /* 256 MiB, about a second: what the age command writes too */
    AGE_WORK_MIN = 1, /* that a weak one is read harms nobody but its writer */
    AGE_WORK_MAX = 20 /* 1 GiB: a file must not be able to take all memory of who reads it */
};

/* Whom a file can be made for: a point, no secret. */
struct age_recipient {
    uint8_t point[32];
};

/* `age1...` in lower case. INVALID: another kind of recipient, a mistyped one, or one of small order. */
RESULT age_recipient_get(struct slice text, struct age_recipient *out);
void age_recipient_put(struct buf *out, const struct age_recipient *recipient);

/* `AGE-SECRET-KEY-1...` in upper case. INVALID as above. */
RESULT age_identity_get(struct slice text, struct secret *out);
void age_identity_put(struct buf *out, const struct secret *identity);
void age_identity_new(struct crypto *crypto, struct secret *out);
RESULT age_identity_recipient(const struct secret *identity, struct age_recipient *out);

/* Writing. */
struct age_seal;

/*
 * Begin a file that each of `count` recipients can open: its header is appended to `out`.
 *
 * @param count  1 ... AGE_RECIPIENTS_MAX
 * @return INVALID      a recipient that nobody can have the identity of
 *         UNAVAILABLE  this OpenSSL lacks X25519 or ChaCha20-Poly1305, or memory
 * Cost: 60 us a recipient.
 */
RESULT age_seal_to(struct crypto *crypto, const struct age_recipient *to, size_t count, struct buf *out,
                   struct age_seal **made);
/*
 * Begin a file that a passphrase opens.
 *
 * @param work  AGE_WORK_MIN ... AGE_WORK_MAX; AGE_WORK outside of tests
 * @return INVALID      an empty passphrase, or `work` out of range
 *         UNAVAILABLE  no memory for scrypt
 */
RESULT age_seal_with(struct crypto *crypto, struct slice passphrase, unsigned work, struct buf *out,
                     struct age_seal **made);
/* Append `text`: whole chunks go to `out`, the rest waits in the seal. UNAVAILABLE: the library failed. */
RESULT age_seal_put(struct age_seal *seal, struct slice text, struct buf *out);
/* The last chunk. Nothing may follow; without it nobody can read the file to its end. */
RESULT age_seal_end(struct age_seal *seal, struct buf *out);
void age_seal_free(struct age_seal **seal);

/* Reading. */
struct age_open;

/* With any of `count` identities (0 ... AGE_IDENTITIES_MAX), copied; or with the passphrase if it is not empty. */
RESULT age_open_new(struct crypto *crypto, const struct secret *identities, size_t count,
                    struct slice passphrase, struct age_open **made);
/*
 * Take the next bytes of a file, as they come; what of its text is verified is appended to `out`.
 *
 * @return INVALID      not an age file of version 1, or a header against the format, or too dear a work factor
 *         NOT_FOUND    made for others: none of the identities, or another passphrase
 *         CORRUPT      changed, reordered, or with something behind its end
 *         UNAVAILABLE  the library failed, or no memory for scrypt
 * After a failure nothing more comes out; what came out before was verified, but the file is not whole.
 */
RESULT age_open_put(struct age_open *open, struct slice bytes, struct buf *out);
/* There are no more bytes. CORRUPT: the file was cut, or changed in its last chunk. INVALID: cut in its header. */
RESULT age_open_end(struct age_open *open, struct buf *out);
void age_open_free(struct age_open **open);

#endif

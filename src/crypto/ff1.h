/*
 * FF1: a keyed permutation of numeral strings of one length and radix, under a tweak. For codes that are computed
 * instead of stored: whoever lacks the key can't tell the next one from any other string.
 *
 * Must never be used for secrecy of small domains: fewer than a million strings are refused. Belongs to its crypto's
 * thread. Main calls: ff1_new(), ff1_encrypt(). Example:
 *     TRY(ff1_new(crypto, &key, 32, 15, &ff1));  TRY(ff1_encrypt(ff1, tweak, numerals, count));
 *
 * Source: NIST SP 800-38G revision 1, algorithms 7 and 8, with AES-256.
 */
#ifndef AMN_CRYPTO_FF1_H
#define AMN_CRYPTO_FF1_H

#include "crypto/crypto.h"

enum { FF1_TWEAK_BYTES_MAX = 64, FF1_DOMAIN_MIN = 1000000 };

struct ff1;

/* A numeral string as its two halves, the first `length / 2` numerals and the rest, each a number, first numeral highest. */
struct ff1_halves {
    uint64_t a, b;
};

/**
 * @param key     copied into the key schedule
 * @param radix   2 … 65,535
 * @param length  numerals of a string, from 2; radix^(the longer half) at most 2^56, radix^length at least 1,000,000
 * @param out     freed by ff1_free()
 * @return INVALID      radix or length out of range
 *         UNAVAILABLE  out of memory
 */
RESULT ff1_new(struct crypto *crypto, const struct secret *key, uint32_t radix, uint32_t length,
               struct ff1 **out);
void ff1_free(struct ff1 **ff1);

/**
 * Encrypt, or decrypt, `count` strings where they stand.
 *
 * @param tweak  0 … FF1_TWEAK_BYTES_MAX bytes, not secret; the same for all of them
 * @param texts  each half below radix^(its length): checked
 * @return INVALID  tweak too long, or a half out of range; then nothing is changed
 * Cost: about 0.06 us a string of 15 numerals of radix 32, from 64 strings on; 0.3 us of one alone.
 */
RESULT ff1_encrypt(struct ff1 *ff1, struct slice tweak, struct ff1_halves *texts, size_t count);
RESULT ff1_decrypt(struct ff1 *ff1, struct slice tweak, struct ff1_halves *texts, size_t count);

#endif

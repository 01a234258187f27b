#include "crypto/pem.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>

enum { SPKI_PREFIX_BYTES = 12 };

static void bio_done(BIO **bio)
{
    (void)BIO_free(*bio); /* memory only: it cannot fail */
}

static void pkey_done(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
    ERR_clear_error(); /* what a text that is none left behind */
}

static void x509_done(X509 **certificate)
{
    X509_free(*certificate);
    ERR_clear_error();
}

static BIO *bio_of(struct slice text)
{
    if (text.len == 0 || text.len > PEM_BYTES_MAX) return NULL;
    return BIO_new_mem_buf(text.at, (int)text.len);
}

/* An encrypted file is not asked about: nobody may sit there. */
static int no_passphrase(char *room, int size, int writing, void *context)
{
    (void)room;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

bool public_key_sound(const uint8_t key[PUBLIC_KEY_BYTES])
{
    /* y of the points of small order, below p; the sign of x is the last bit */
    static const uint8_t small[][PUBLIC_KEY_BYTES] = {
        {0},
        {1},
        {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
         0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
        {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
         0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
        {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    };
    uint8_t y[PUBLIC_KEY_BYTES];
    memcpy(y, key, sizeof y);
    y[PUBLIC_KEY_BYTES - 1] &= 0x7f;
    for (size_t i = 0; i < COUNT_OF(small); i++) {
        if (memcmp(y, small[i], sizeof y) == 0) return false;
    }
    bool high = y[PUBLIC_KEY_BYTES - 1] == 0x7f; /* p = 2^255 - 19 and above: a second spelling */
    for (size_t i = 1; i + 1 < PUBLIC_KEY_BYTES; i++) high = high && y[i] == 0xff;
    return !(high && y[0] >= 0xed);
}

static bool public_key_pem(struct slice text, uint8_t out[PUBLIC_KEY_BYTES])
{
    SCOPED(bio_done) BIO *bio = bio_of(text);
    size_t len = PUBLIC_KEY_BYTES;
    SCOPED(pkey_done) EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL) : NULL;
    return key && EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 &&
           EVP_PKEY_get_raw_public_key(key, out, &len) == 1 && len == PUBLIC_KEY_BYTES;
}

static bool public_key_base64(struct slice text, uint8_t out[PUBLIC_KEY_BYTES])
{
    static const uint8_t prefix[SPKI_PREFIX_BYTES] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                                      0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
    SCOPED(buf_done) struct buf bytes = {0};
    while (text.len > 0 && (text.at[text.len - 1] == '\n' || text.at[text.len - 1] == '\r')) text.len--;
    if (text.len > 64 || base64_any_get(text, &bytes).code != CODE_OK) return false;
    bool whole =
        bytes.len == SPKI_PREFIX_BYTES + PUBLIC_KEY_BYTES && memcmp(bytes.at, prefix, SPKI_PREFIX_BYTES) == 0;
    if (!whole && bytes.len != PUBLIC_KEY_BYTES) return false;
    memcpy(out, bytes.at + bytes.len - PUBLIC_KEY_BYTES, PUBLIC_KEY_BYTES);
    return true;
}

RESULT public_key_read(struct slice text, uint8_t out[PUBLIC_KEY_BYTES])
{
    uint8_t key[PUBLIC_KEY_BYTES] = {0};
    if (!public_key_base64(text, key) && !public_key_pem(text, key)) {
        return FAIL(INVALID,
                    "public_key: not an Ed25519 key; make one with `openssl genpkey -algorithm ed25519` and "
                    "send the PEM of `openssl pkey -pubout`, or base64 of its 32 or 44 bytes");
    }
    if (!public_key_sound(key))
        return FAIL(INVALID, "public_key: a point under which anybody could sign; make a new pair");
    memcpy(out, key, sizeof key);
    return OK;
}

RESULT signer_read(struct crypto *crypto, struct slice pem, struct signer **out)
{
    SECRET seed = {{0}};
    size_t len = SECRET_BYTES;
    SCOPED(bio_done) BIO *bio = bio_of(pem);
    SCOPED(pkey_done) EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    bool good = key && EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 &&
                EVP_PKEY_get_raw_private_key(key, seed.bytes, &len) == 1 && len == SECRET_BYTES;
    if (!good) return FAIL(INVALID, "private key: not an Ed25519 key in PEM, or one under a passphrase");
    return signer_new(crypto, &seed, out);
}

static bool time_us(const ASN1_TIME *time, int64_t *out)
{
    struct tm parts = {0};
    if (!time || ASN1_TIME_to_tm(time, &parts) != 1) return false;
    time_t seconds = timegm(&parts);
    if (seconds < 0) seconds = 0;
    *out = seconds > INT64_MAX / 1000000 ? INT64_MAX : (int64_t)seconds * 1000000;
    return true;
}

RESULT certificate_read(struct crypto *crypto, struct slice pem, struct certificate *out)
{
    SCOPED(bio_done) BIO *bio = bio_of(pem);
    SCOPED(x509_done) X509 *x509 = bio ? PEM_read_bio_X509(bio, NULL, no_passphrase, NULL) : NULL;
    struct certificate read = {0};
    uint8_t *spki = NULL;
    int len = x509 ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &spki) : 0;
    if (len <= 0 || !time_us(X509_get0_notBefore(x509), &read.from_us) ||
        !time_us(X509_get0_notAfter(x509), &read.until_us)) {
        OPENSSL_free(spki);
        return FAIL(INVALID, "certificate: not an X.509 certificate in PEM");
    }
    sha256_one(crypto, (struct slice){spki, (size_t)len}, &read.spki);
    OPENSSL_free(spki);
    *out = read;
    return OK;
}

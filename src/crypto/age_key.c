/* Recipients and identities, and the curve and ciphers beneath them. */
#include "crypto/age_priv.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_BYTES = 32,
    DATA_SYMBOLS = 52,
    CHECK_SYMBOLS = 6
}; /* of five bits each; 4 bits of the last are zero */

static const char bech32_symbols[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/* One step of BIP 173's checksum. */
static uint32_t check_step(uint32_t sum, uint8_t symbol)
{
    static const uint32_t factors[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    uint32_t top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ symbol;
    for (size_t i = 0; i < COUNT_OF(factors); i++) {
        if (top >> i & 1) sum ^= factors[i];
    }
    return sum;
}

/* The checksum's state behind a lower-case prefix. */
static uint32_t check_begin(const char *prefix)
{
    uint32_t sum = 1;
    for (const char *at = prefix; *at; at++) sum = check_step(sum, (uint8_t)*at >> 5);
    sum = check_step(sum, 0);
    for (const char *at = prefix; *at; at++) sum = check_step(sum, (uint8_t)*at & 31);
    return sum;
}

/* In time that does not depend on the symbols: they may be a secret. */
static void bech32_put(struct buf *out, const char *prefix, const uint8_t key[KEY_BYTES])
{
    uint32_t sum = check_begin(prefix), pending = 0;
    unsigned bits = 0;
    size_t taken = 0;
    buf_text(out, prefix);
    buf_byte(out, '1');
    for (size_t i = 0; i < DATA_SYMBOLS; i++) {
        while (bits < 5) {
            pending = pending << 8 | (taken < KEY_BYTES ? key[taken] : 0);
            taken++;
            bits += 8;
        }
        bits -= 5;
        uint8_t symbol = pending >> bits & 31;
        sum = check_step(sum, symbol);
        buf_byte(out, (uint8_t)bech32_symbols[symbol]);
    }
    for (size_t i = 0; i < CHECK_SYMBOLS; i++) sum = check_step(sum, 0);
    sum ^= 1;
    for (size_t i = 0; i < CHECK_SYMBOLS; i++) {
        buf_byte(out, (uint8_t)bech32_symbols[sum >> 5 * (CHECK_SYMBOLS - 1 - i) & 31]);
    }
}

/* The other way; `text` is in lower case. One text a key: its length, its case and its last bits are fixed. */
static bool bech32_get(struct slice text, const char *prefix, uint8_t key[KEY_BYTES])
{
    size_t prefix_len = strlen(prefix), taken = 0;
    uint32_t sum = check_begin(prefix), pending = 0;
    unsigned bits = 0;
    if (text.len != prefix_len + 1 + DATA_SYMBOLS + CHECK_SYMBOLS || !slice_starts(text, prefix) ||
        text.at[prefix_len] != '1') {
        return false;
    }
    for (size_t i = 0; i < DATA_SYMBOLS + CHECK_SYMBOLS; i++) {
        uint8_t byte = text.at[prefix_len + 1 + i];
        const char *found = byte ? memchr(bech32_symbols, byte, sizeof bech32_symbols - 1) : NULL;
        if (!found) return false;
        uint8_t symbol = (uint8_t)(found - bech32_symbols);
        sum = check_step(sum, symbol);
        if (i >= DATA_SYMBOLS) continue;
        pending = pending << 5 | symbol;
        bits += 5;
        if (bits < 8) continue;
        bits -= 8;
        key[taken++] = (uint8_t)(pending >> bits);
    }
    return sum == 1 && taken == KEY_BYTES && (pending & ((1u << bits) - 1)) == 0;
}

RESULT age_recipient_get(struct slice text, struct age_recipient *out)
{
    struct age_recipient read;
    SECRET share = {{0}};
    const struct secret any = {{1}}; /* of small order is what gives zero with every scalar */
    if (!bech32_get(text, "age", read.point)) {
        return FAIL(INVALID,
                    "age: not a recipient: `age1` and 58 lower-case letters and digits, as age-keygen "
                    "prints it");
    }
    TRY(age_share(&any, read.point, &share));
    *out = read;
    return OK;
}

void age_recipient_put(struct buf *out, const struct age_recipient *recipient)
{
    bech32_put(out, "age", recipient->point);
}

RESULT age_identity_get(struct slice text, struct secret *out)
{
    uint8_t lower[AGE_IDENTITY_CHARS];
    SECRET read = {{0}};
    bool good = text.len == sizeof lower;
    for (size_t i = 0; good && i < sizeof lower; i++) {
        good = text.at[i] < 'a' || text.at[i] > 'z';
        lower[i] = text.at[i] >= 'A' && text.at[i] <= 'Z' ? (uint8_t)(text.at[i] | 0x20) : text.at[i];
    }
    good = good && bech32_get((struct slice){lower, sizeof lower}, "age-secret-key-", read.bytes);
    wipe(lower, sizeof lower);
    if (!good) {
        return FAIL(INVALID,
                    "age: not an identity: `AGE-SECRET-KEY-1` and 58 upper-case letters and digits, as "
                    "age-keygen prints it");
    }
    *out = read;
    return OK;
}

void age_identity_put(struct buf *out, const struct secret *identity)
{
    size_t from = out->len;
    bech32_put(out, "age-secret-key-", identity->bytes);
    for (size_t i = from; i < out->len; i++) {
        if (out->at[i] >= 'a' && out->at[i] <= 'z') out->at[i] &= 0xdf;
    }
}

void age_identity_new(struct crypto *crypto, struct secret *out)
{
    crypto_random(crypto, out->bytes, sizeof out->bytes);
}

RESULT age_identity_recipient(const struct secret *identity, struct age_recipient *out)
{
    return age_point(identity, out->point);
}

static void pkey_free(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void pkey_context_free(EVP_PKEY_CTX **context)
{
    EVP_PKEY_CTX_free(*context);
}

static struct result no_x25519(void)
{
    return FAIL(UNAVAILABLE, "age: this OpenSSL has no X25519, or no memory; install libssl3");
}

RESULT age_point(const struct secret *scalar, uint8_t out[32])
{
    size_t len = 32;
    SCOPED(pkey_free)
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, scalar->bytes, SECRET_BYTES);
    if (!key || EVP_PKEY_get_raw_public_key(key, out, &len) != 1) return no_x25519();
    return OK;
}

RESULT age_share(const struct secret *scalar, const uint8_t point[32], struct secret *out)
{
    SCOPED(pkey_free)
    EVP_PKEY *own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, scalar->bytes, SECRET_BYTES);
    SCOPED(pkey_free) EVP_PKEY *peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, point, 32);
    if (!own || !peer) return no_x25519();
    SCOPED(pkey_context_free) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(own, NULL);
    if (!context || EVP_PKEY_derive_init(context) != 1 || EVP_PKEY_derive_set_peer(context, peer) != 1) {
        return no_x25519();
    }
    SECRET share = {{0}};
    const struct secret zero = {{0}};
    size_t len = SECRET_BYTES;
    if (EVP_PKEY_derive(context, share.bytes, &len) != 1 ||
        bytes_equal_ct(share.bytes, zero.bytes, SECRET_BYTES)) {
        return FAIL(INVALID, "age: a point of small order: nobody has its identity");
    }
    *out = share;
    return OK;
}

static void hmac(struct slice key, const struct slice *text, uint8_t out[HASH_BYTES])
{
    unsigned len = HASH_BYTES;
    if (!HMAC(EVP_sha256(), key.at, (int)key.len, text->at, text->len, out, &len))
        abort(); /* library broken */
}

void age_derive(struct slice input, struct slice salt, const char *info, struct secret *out)
{
    static const uint8_t none[HASH_BYTES];
    SECRET extracted = {{0}};
    SCOPED(buf_done) struct buf expand = {0};
    assert(salt.len <= 64);
    hmac(salt.len ? salt : (struct slice){none, sizeof none}, &input, extracted.bytes);
    buf_text(&expand, info);
    buf_byte(&expand, 1); /* one block is all that 32 bytes need */
    struct slice block = buf_slice(&expand);
    hmac((struct slice){extracted.bytes, SECRET_BYTES}, &block, out->bytes);
}

static void cipher_free(EVP_CIPHER_CTX **context)
{
    EVP_CIPHER_CTX_free(*context); /* and wipes the key */
}

static struct result no_chacha(void)
{
    return FAIL(UNAVAILABLE, "age: this OpenSSL has no ChaCha20-Poly1305, or no memory; install libssl3");
}

RESULT age_box_seal(const struct secret *key, const uint8_t nonce[12], struct slice text, uint8_t *box)
{
    int len = 0;
    assert(text.len <= AGE_CHUNK_BYTES);
    SCOPED(cipher_free) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (!context || EVP_EncryptInit_ex(context, EVP_chacha20_poly1305(), NULL, key->bytes, nonce) != 1 ||
        (text.len > 0 && EVP_EncryptUpdate(context, box, &len, text.at, (int)text.len) != 1) ||
        EVP_EncryptFinal_ex(context, box + text.len, &len) != 1 ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, AGE_TAG_BYTES, box + text.len) != 1) {
        return no_chacha();
    }
    return OK;
}

RESULT age_box_open(const struct secret *key, const uint8_t nonce[12], struct slice box, uint8_t *text)
{
    int len = 0;
    uint8_t tag[AGE_TAG_BYTES], none = 0; /* OpenSSL wants the tag writable */
    assert(box.len >= AGE_TAG_BYTES && box.len <= AGE_CHUNK_BYTES + AGE_TAG_BYTES);
    size_t text_len = box.len - AGE_TAG_BYTES;
    SCOPED(buf_done)
    struct buf clear = {0}; /* what fails its check is wiped here, and never seen by a caller */
    uint8_t *room = buf_extend(&clear, text_len + 1);
    memcpy(tag, box.at + text_len, sizeof tag);
    SCOPED(cipher_free) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (!context || EVP_DecryptInit_ex(context, EVP_chacha20_poly1305(), NULL, key->bytes, nonce) != 1 ||
        (text_len > 0 && EVP_DecryptUpdate(context, room, &len, box.at, (int)text_len) != 1) ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, AGE_TAG_BYTES, tag) != 1) {
        return no_chacha();
    }
    if (EVP_DecryptFinal_ex(context, &none, &len) != 1)
        return FAIL(CORRUPT, "age: a chunk fails its check: changed, moved or cut");
    if (text_len > 0) memcpy(text, room, text_len);
    return OK;
}

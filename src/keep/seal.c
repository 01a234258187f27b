#include "keep/seal.h"

#include "crypto/keyring.h"
#include "crypto/tpm.h"

#include <string.h>

enum {
    SEAL_FORMAT = 1,
    SEAL_BYTES_MAX = 4096,
    PASSPHRASE_BYTES_MIN = 8,
    PASSPHRASE_BYTES_MAX = 1024,
    STRETCH_KIB = 256 * 1024,
    STRETCH_PASSES = 3,
    SALT_BYTES = 16,
    COMMITMENT_BYTES = 32
};

static const char *const names[SEAL_KINDS] = {"plain", "passphrase", "tpm"};

const char *seal_name(enum seal_kind kind)
{
    return names[kind];
}

bool seal_named(struct slice name, enum seal_kind *out)
{
    for (size_t i = 0; i < SEAL_KINDS; i++) {
        if (!slice_is(name, names[i])) continue;
        *out = (enum seal_kind)i;
        return true;
    }
    return false;
}

/* 64 bytes of Argon2id give the wrap key and a commitment to it, which is compared before anything is opened. */
struct stretch {
    const uint8_t *salt; /* SALT_BYTES */
    uint32_t kib, passes;
};

static RESULT wrap_of(struct crypto *crypto, struct slice passphrase, struct stretch how, struct secret *wrap,
                      struct secret *commitment)
{
    SECRET first = {{0}};
    uint8_t stretched[64];
    struct result done = passphrase_stretch(passphrase, how.salt, how.kib, how.passes, stretched);
    if (done.code == CODE_OK) {
        memcpy(first.bytes, stretched, SECRET_BYTES);
        struct slice rest = {stretched + SECRET_BYTES, sizeof stretched - SECRET_BYTES};
        hkdf(crypto, &first, "amanah seal wrap 1", rest, wrap);
        hkdf(crypto, &first, "amanah seal commitment 1", rest, commitment);
    }
    wipe(stretched, sizeof stretched);
    return done;
}

static RESULT passphrase_put(struct crypto *crypto, struct slice passphrase, const struct secret *root,
                             struct buf *file)
{
    SCOPED(aead_free) struct aead *aead = NULL;
    SECRET wrap = {{0}}, commitment = {{0}};
    uint8_t salt[SALT_BYTES];
    if (passphrase.len < PASSPHRASE_BYTES_MIN || passphrase.len > PASSPHRASE_BYTES_MAX) {
        return FAIL(CONFIG, "seal: a passphrase is %d to %d bytes; take six words or more",
                    PASSPHRASE_BYTES_MIN, PASSPHRASE_BYTES_MAX);
    }
    crypto_random(crypto, salt, sizeof salt);
    struct stretch how = {salt, STRETCH_KIB, STRETCH_PASSES};
    TRY(wrap_of(crypto, passphrase, how, &wrap, &commitment));
    TRY(aead_new(crypto, &aead));
    aead_key(aead, &wrap);
    buf_put(file, salt, sizeof salt);
    buf_be32(file, STRETCH_KIB);
    buf_be32(file, STRETCH_PASSES);
    buf_put(file, commitment.bytes, COMMITMENT_BYTES);
    aead_seal(aead, SLICE_TEXT("amanah root"), (struct slice){root->bytes, SECRET_BYTES}, file);
    return OK;
}

static RESULT tpm_put(uint32_t pcrs, const struct secret *root, struct buf *file)
{
    SCOPED(buf_done) struct buf box = {0};
    TRY(tpm_seal(pcrs, root, &box));
    buf_be16(file, (uint16_t)box.len);
    buf_slice_put(file, buf_slice(&box));
    return OK;
}

RESULT seal_write(const char *path, const struct seal_how *how, const struct secret *root)
{
    SCOPED(buf_done) struct buf file = {0};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    TRY(crypto_new(&crypto));
    buf_byte(&file, SEAL_FORMAT);
    buf_byte(&file, (uint8_t)how->kind);
    if (how->kind == SEAL_PLAIN) buf_put(&file, root->bytes, SECRET_BYTES);
    if (how->kind == SEAL_TPM) TRY(tpm_put(how->pcrs, root, &file));
    if (how->kind != SEAL_PLAIN) TRY(passphrase_put(crypto, how->passphrase, root, &file));
    return file_replace_at_home(path, buf_slice(&file));
}

static RESULT passphrase_open(struct crypto *crypto, struct cursor *cursor, struct slice passphrase,
                              struct secret *root)
{
    SCOPED(aead_free) struct aead *aead = NULL;
    SCOPED(buf_done) struct buf text = {0};
    SECRET wrap = {{0}}, commitment = {{0}};
    struct slice salt = cursor_take(cursor, SALT_BYTES);
    uint32_t kib = cursor_be32(cursor), passes = cursor_be32(cursor);
    struct slice expected = cursor_take(cursor, COMMITMENT_BYTES), box = cursor->rest;
    if (cursor->bad) return FAIL(CORRUPT, "home: the seal file is cut short; restore it");
    if (passphrase.len == 0) return FAIL(SEALED, "home: sealed by a passphrase; give it");
    struct stretch how = {salt.at, kib, passes};
    TRY(wrap_of(crypto, passphrase, how, &wrap, &commitment));
    if (!bytes_equal_ct(expected.at, commitment.bytes, COMMITMENT_BYTES)) {
        return FAIL(SEALED, "home: that is not its passphrase");
    }
    TRY(aead_new(crypto, &aead));
    aead_key(aead, &wrap);
    TRY(aead_open(aead, SLICE_TEXT("amanah root"), box, &text));
    if (text.len != SECRET_BYTES) return FAIL(CORRUPT, "home: the seal file holds no root");
    memcpy(root->bytes, text.at, SECRET_BYTES);
    return OK;
}

RESULT seal_read(const char *path, struct buf *file, enum seal_kind *kind)
{
    TRY(file_read(path, SEAL_BYTES_MAX, file));
    if (file->len < 2 || file->at[0] != SEAL_FORMAT || file->at[1] >= SEAL_KINDS)
        return FAIL(CORRUPT, "%s: a seal file that is not of this version", path);
    *kind = (enum seal_kind)file->at[1];
    return OK;
}

static RESULT tpm_open(struct slice box, struct secret *root)
{
    SCOPED(buf_done) struct buf why = {0};
    struct result opened = tpm_unseal(box, root);
    if (opened.code == CODE_OK || opened.code == CODE_CORRUPT) return opened;
    buf_text(&why, result_text());
    return FAIL(SEALED, "home: %s. The passphrase opens it too: that of the recovery sheet", buf_c(&why));
}

RESULT seal_open(const char *path, struct slice passphrase, struct secret *root)
{
    SCOPED(buf_done) struct buf file = {0};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    enum seal_kind kind = SEAL_PLAIN;
    TRY(seal_read(path, &file, &kind));
    TRY(crypto_new(&crypto));
    struct cursor cursor = {slice_from(buf_slice(&file), 2), false};
    if (kind == SEAL_PLAIN) {
        if (cursor.rest.len != SECRET_BYTES) return FAIL(CORRUPT, "home: the seal file holds no root");
        memcpy(root->bytes, cursor.rest.at, SECRET_BYTES);
        return OK;
    }
    struct slice box = {0};
    if (kind == SEAL_TPM) box = cursor_take(&cursor, cursor_be16(&cursor));
    if (cursor.bad) return FAIL(CORRUPT, "home: the seal file is cut short; restore it");
    return kind == SEAL_TPM && passphrase.len == 0 ? tpm_open(box, root)
                                                   : passphrase_open(crypto, &cursor, passphrase, root);
}

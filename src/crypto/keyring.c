#include "crypto/keyring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { KEYRING_FORMAT = 1, KEYRING_FILE_BYTES_MAX = 128 * 1024, KEY_ROW_BYTES = 1 + 2 + 2 + SECRET_BYTES };

struct key_row {
    uint8_t kind;
    uint16_t field, epoch;
    struct secret key;
};

struct keyring {
    uint8_t shop_id[SHOP_ID_BYTES];
    size_t base_len, origin_len, count;
    uint8_t origin[KEYRING_ORIGIN_MAX]; /* of the present log; its first base_len bytes are the first log's */
    struct key_row rows[KEYRING_KEYS_MAX];
};

static RESULT keyring_alloc(struct keyring **out)
{
    void *at = mmap(NULL, sizeof(struct keyring), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return FAIL(UNAVAILABLE, "keyring: out of memory");
    (void)madvise(at, sizeof(struct keyring), MADV_DONTDUMP); /* core dumps are off anyway */
    (void)mlock(
        at,
        sizeof(struct keyring)); /* refused under a low RLIMIT_MEMLOCK: then swap is the risk, as in docs */
    *out = at;
    return OK;
}

void keyring_free(struct keyring **keyring)
{
    if (!*keyring) return;
    explicit_bzero(*keyring, sizeof **keyring);
    (void)munmap(*keyring, sizeof **keyring); /* our own mapping */
    *keyring = NULL;
}

static RESULT base_set(struct keyring *keyring, struct slice origin)
{
    if (origin.len == 0 || origin.len > KEYRING_ORIGIN_MAX - KEYRING_ORIGIN_EXTRA) {
        return FAIL(CONFIG, "origin: 1 to %d bytes", KEYRING_ORIGIN_MAX - KEYRING_ORIGIN_EXTRA);
    }
    memcpy(keyring->origin, origin.at, origin.len);
    keyring->base_len = keyring->origin_len = origin.len;
    return OK;
}

void keyring_origin_of(const struct keyring *keyring, uint16_t epoch, struct buf *out)
{
    buf_put(out, keyring->origin, keyring->base_len);
    if (epoch > 1) buf_print(out, ".%u", epoch);
}

/* The newest epoch of the ledger's key is the present log. */
static void origin_follow(struct keyring *keyring)
{
    SCOPED(buf_done) struct buf origin = {0};
    keyring_origin_of(keyring, keyring_newest(keyring, KEY_LEDGER, 0), &origin);
    assert(origin.len <= KEYRING_ORIGIN_MAX);
    memcpy(keyring->origin, origin.at, origin.len);
    keyring->origin_len = origin.len;
}

RESULT keyring_new(struct crypto *crypto, struct slice origin, struct keyring **out)
{
    static const enum key_kind kinds[] = {KEY_KEK,    KEY_ID,    KEY_ROW_MAC, KEY_PEPPER, KEY_SET,
                                          KEY_LEDGER, KEY_STAFF, KEY_BACKUP,  KEY_MAIL,   KEY_OUTSIDE};
    SCOPED(keyring_free) struct keyring *keyring = NULL;
    TRY(keyring_alloc(&keyring));
    crypto_random(crypto, keyring->shop_id, SHOP_ID_BYTES);
    TRY(base_set(keyring, origin));
    for (size_t i = 0; i < COUNT_OF(kinds); i++) TRY(keyring_add(keyring, crypto, kinds[i], 0, NULL));
    *out = TAKE(keyring);
    return OK;
}

const uint8_t *keyring_shop_id(const struct keyring *keyring)
{
    return keyring->shop_id;
}

struct slice keyring_origin(const struct keyring *keyring)
{
    return (struct slice){keyring->origin, keyring->origin_len};
}

RESULT keyring_key(const struct keyring *keyring, enum key_kind kind, uint16_t field, uint16_t epoch,
                   struct secret *out)
{
    for (size_t i = 0; i < keyring->count; i++) {
        const struct key_row *row = &keyring->rows[i];
        if (row->kind == kind && row->field == field && row->epoch == epoch) {
            memcpy(out->bytes, row->key.bytes, SECRET_BYTES);
            return OK;
        }
    }
    return FAIL(NOT_FOUND, "keyring: key kind %d field %u epoch %u was destroyed or never was", (int)kind,
                field, epoch);
}

uint16_t keyring_newest(const struct keyring *keyring, enum key_kind kind, uint16_t field)
{
    uint16_t newest = 0;
    for (size_t i = 0; i < keyring->count; i++) {
        const struct key_row *row = &keyring->rows[i];
        if (row->kind == kind && row->field == field && row->epoch > newest) newest = row->epoch;
    }
    return newest;
}

RESULT keyring_add(struct keyring *keyring, struct crypto *crypto, enum key_kind kind, uint16_t field,
                   uint16_t *epoch_out)
{
    if (keyring->count >= KEYRING_KEYS_MAX)
        return FAIL(TOO_MANY, "keyring: more than %d keys", KEYRING_KEYS_MAX);
    struct key_row *row = &keyring->rows[keyring->count];
    row->kind = (uint8_t)kind;
    row->field = field;
    row->epoch = (uint16_t)(keyring_newest(keyring, kind, field) + 1);
    crypto_random(crypto, row->key.bytes, SECRET_BYTES);
    keyring->count++;
    if (kind == KEY_LEDGER) origin_follow(keyring);
    if (epoch_out) *epoch_out = row->epoch;
    return OK;
}

RESULT keyring_complete(struct keyring *keyring, struct crypto *crypto, bool *added)
{
    static const enum key_kind later[] = {KEY_MAIL, KEY_OUTSIDE};
    *added = false;
    for (size_t i = 0; i < COUNT_OF(later); i++) {
        if (keyring_newest(keyring, later[i], 0) != 0) continue;
        TRY(keyring_add(keyring, crypto, later[i], 0, NULL));
        *added = true;
    }
    return OK;
}

void keyring_drop_last(struct keyring *keyring)
{
    assert(keyring->count > 0);
    explicit_bzero(&keyring->rows[--keyring->count], sizeof keyring->rows[0]);
}

size_t keyring_forget(struct keyring *keyring, enum key_kind kind, uint16_t field, uint16_t below)
{
    size_t kept = 0, count = keyring->count;
    for (size_t i = 0; i < count; i++) {
        const struct key_row *row = &keyring->rows[i];
        if (row->kind == kind && row->field == field && row->epoch < below) continue;
        if (kept != i) memcpy(&keyring->rows[kept], row, sizeof *row);
        kept++;
    }
    explicit_bzero(&keyring->rows[kept], (count - kept) * sizeof keyring->rows[0]);
    keyring->count = kept;
    return count - kept;
}

RESULT keyring_copy(const struct keyring *keyring, struct keyring **out)
{
    SCOPED(keyring_free) struct keyring *copy = NULL;
    TRY(keyring_alloc(&copy));
    memcpy(copy, keyring, sizeof *copy);
    *out = TAKE(copy);
    return OK;
}

static void wrap_key(struct crypto *crypto, const struct secret *root, const char *name, struct secret *out)
{
    hkdf(crypto, root, "amanah keyring 1", slice_text(name), out);
}

RESULT keyring_save(const struct keyring *keyring, struct crypto *crypto, const char *path,
                    const struct secret *root, const char *name)
{
    SCOPED(buf_done) struct buf text = {0}, file = {0};
    SECRET key = {{0}};
    buf_put(&text, keyring->shop_id, SHOP_ID_BYTES);
    buf_byte(&text, (uint8_t)keyring->base_len);
    buf_put(&text, keyring->origin, keyring->base_len);
    buf_be16(&text, (uint16_t)keyring->count);
    for (size_t i = 0; i < keyring->count; i++) {
        const struct key_row *row = &keyring->rows[i];
        buf_byte(&text, row->kind);
        buf_be16(&text, row->field);
        buf_be16(&text, row->epoch);
        buf_put(&text, row->key.bytes, SECRET_BYTES);
    }
    SCOPED(aead_free) struct aead *aead = NULL;
    TRY(aead_new(crypto, &aead));
    wrap_key(crypto, root, name, &key);
    aead_key(aead, &key);
    buf_byte(&file, KEYRING_FORMAT);
    aead_seal(aead, SLICE_TEXT("amanah keyring"), buf_slice(&text), &file);
    return file_replace_at_home(path, buf_slice(&file));
}

static RESULT keyring_parse(struct slice text, struct keyring *out)
{
    struct cursor cursor = {text, false};
    struct slice id = cursor_take(&cursor, SHOP_ID_BYTES);
    struct slice origin = cursor_take(&cursor, cursor_byte(&cursor));
    size_t count = cursor_be16(&cursor);
    if (cursor.bad || base_set(out, origin).code != CODE_OK || count > KEYRING_KEYS_MAX ||
        cursor.rest.len != count * KEY_ROW_BYTES) {
        return FAIL(CORRUPT, "keyring: opened, but its content is not a keyring");
    }
    memcpy(out->shop_id, id.at, id.len);
    for (size_t i = 0; i < count; i++) {
        struct key_row *row = &out->rows[i];
        row->kind = cursor_byte(&cursor);
        row->field = cursor_be16(&cursor);
        row->epoch = cursor_be16(&cursor);
        memcpy(row->key.bytes, cursor_take(&cursor, SECRET_BYTES).at, SECRET_BYTES);
    }
    out->count = count;
    origin_follow(out);
    return OK;
}

RESULT keyring_open(struct crypto *crypto, const char *path, const struct secret *root, const char *name,
                    struct keyring **out)
{
    SCOPED(buf_done) struct buf file = {0}, text = {0};
    SCOPED(keyring_free) struct keyring *keyring = NULL;
    SECRET key = {{0}};
    TRY(file_read(path, KEYRING_FILE_BYTES_MAX, &file));
    if (file.len < 1 || file.at[0] != KEYRING_FORMAT) {
        return FAIL(CORRUPT, "%s: not a keyring of this version; restore it from its custody copy", path);
    }
    SCOPED(aead_free) struct aead *aead = NULL;
    TRY(aead_new(crypto, &aead));
    wrap_key(crypto, root, name, &key);
    aead_key(aead, &key);
    struct result opened =
        aead_open(aead, SLICE_TEXT("amanah keyring"), slice_from(buf_slice(&file), 1), &text);
    if (opened.code != CODE_OK) {
        return FAIL(CORRUPT, "%s: does not open under this home's root; restore it from its custody copy",
                    path);
    }
    TRY(keyring_alloc(&keyring));
    TRY(keyring_parse(buf_slice(&text), keyring));
    *out = TAKE(keyring);
    return OK;
}

#include "keep/reseal.h"

#include "keep/batch.h"
#include "keep/shop.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FORMER_FORMAT = 1, FORMER_BYTES_MAX = 4096 };

static const char mark[] = "resealed";

static void home_path_of(const struct home *home, const char *name, struct buf *out)
{
    buf_clear(out);
    buf_print(out, "%s/%s", home_path(home), name);
}

static void shop_path_of(const struct home *home, const char *shop, const char *name, struct buf *out)
{
    buf_clear(out);
    shop_path(home, shop, name, out);
}

void identities_done(struct identities *identities)
{
    explicit_bzero(identities, sizeof *identities);
}

_Static_assert(sizeof(struct secret) == SECRET_BYTES, "identities lie side by side");

static void identity_add(struct identities *identities, const uint8_t *bytes)
{
    if (identities->count == HOME_IDENTITIES_MAX) return; /* the oldest goes */
    memcpy(identities->at[identities->count++].bytes, bytes, SECRET_BYTES);
}

/* Of the file at `path`, behind what is there. NOT_FOUND: none; CORRUPT: of another root. */
static RESULT former_read(struct crypto *crypto, const char *path, const struct secret *root,
                          struct identities *out)
{
    SCOPED(buf_done) struct buf file = {0}, text = {0};
    SCOPED(aead_free) struct aead *aead = NULL;
    SECRET key = {{0}};
    TRY(file_read(path, FORMER_BYTES_MAX, &file));
    if (file.len < 1 || file.at[0] != FORMER_FORMAT) return FAIL(CORRUPT, "%s: not of this version", path);
    TRY(aead_new(crypto, &aead));
    hkdf(crypto, root, "amanah former identities 1", (struct slice){0}, &key);
    aead_key(aead, &key);
    TRY(aead_open(aead, SLICE_TEXT("amanah former"), slice_from(buf_slice(&file), 1), &text));
    if (text.len % SECRET_BYTES != 0) return FAIL(CORRUPT, "%s: opened, and holds no identities", path);
    for (size_t at = 0; at < text.len; at += SECRET_BYTES) identity_add(out, text.at + at);
    return OK;
}

static RESULT former_write(const struct home *home, struct crypto *crypto, const char *name,
                           const struct secret *root, const struct identities *former)
{
    SCOPED(buf_done) struct buf file = {0}, path = {0};
    SCOPED(aead_free) struct aead *aead = NULL;
    SECRET key = {{0}};
    TRY(aead_new(crypto, &aead));
    hkdf(crypto, root, "amanah former identities 1", (struct slice){0}, &key);
    aead_key(aead, &key);
    buf_byte(&file, FORMER_FORMAT);
    struct slice text = {former->at[0].bytes, former->count * SECRET_BYTES};
    aead_seal(aead, SLICE_TEXT("amanah former"), text, &file);
    home_path_of(home, name, &path);
    return file_replace_at_home(buf_c(&path), buf_slice(&file));
}

RESULT home_identity(const struct home *home, struct secret *out)
{
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    TRY(crypto_new(&crypto));
    hkdf(crypto, home_root(home), "amanah backup identity 1", (struct slice){0}, out);
    return OK;
}

RESULT home_identities(const struct home *home, struct identities *out)
{
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(buf_done) struct buf path = {0}, next = {0};
    TRY(crypto_new(&crypto));
    TRY(home_identity(home, &out->at[0]));
    out->count = 1;
    home_path_of(home, "former", &path);
    home_path_of(home, "former.next", &next);
    struct result read = former_read(crypto, buf_c(&path), home_root(home), out);
    if (read.code != CODE_OK && access(buf_c(&next), F_OK) == 0)
        read = former_read(crypto, buf_c(&next), home_root(home), out);
    return read.code == CODE_NOT_FOUND ? OK : read; /* no other root before this one */
}

bool home_unsettled(const struct home *home)
{
    SCOPED(buf_done) struct buf next = {0};
    home_path_of(home, "former.next", &next); /* the last to be written, and to be put in its place */
    return access(buf_c(&next), F_OK) == 0;
}

RESULT home_keyring(const struct home *home, struct crypto *crypto, const char *name, struct keyring **out)
{
    SCOPED(buf_done) struct buf path = {0}, next = {0};
    shop_path(home, name, "keyring", &path);
    shop_path(home, name, "keyring.next", &next);
    struct result opened = keyring_open(crypto, buf_c(&path), home_root(home), name, out);
    if (opened.code != CODE_CORRUPT || access(buf_c(&next), F_OK) != 0) return opened;
    return keyring_open(crypto, buf_c(&next), home_root(home), name, out);
}

/* All that is beneath the root, once more, under the one to come. */
static RESULT next_write(const struct home *home, const struct shop_names *shops, const struct secret *root)
{
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(identities_done) struct identities identities = {0};
    SCOPED(buf_done) struct buf path = {0};
    TRY(crypto_new(&crypto));
    for (size_t i = 0; i < shops->count; i++) {
        SCOPED(keyring_free) struct keyring *keyring = NULL;
        TRY(home_keyring(home, crypto, shops->at[i], &keyring));
        shop_path_of(home, shops->at[i], "keyring.next", &path);
        TRY(keyring_save(keyring, crypto, buf_c(&path), root, shops->at[i]));
    }
    TRY(home_identities(home, &identities));
    if (identities.count == HOME_IDENTITIES_MAX) identities.count--; /* room for the one of the new root */
    return former_write(home, crypto, "former.next", root, &identities);
}

/*
 * One file of the root to come: into its place if this root opens it, away if it is of one that never came, when this root
 * opens what stands in its place. Else it stays: who opens that shop is told what is wrong, and the others go on.
 */
static RESULT shop_settle(const struct home *home, struct crypto *crypto, const char *name)
{
    SCOPED(buf_done) struct buf path = {0}, next = {0};
    SCOPED(keyring_free) struct keyring *keyring = NULL;
    shop_path(home, name, "keyring.next", &next);
    if (access(buf_c(&next), F_OK) != 0) return OK;
    struct result opened = keyring_open(crypto, buf_c(&next), home_root(home), name, &keyring);
    if (opened.code == CODE_OK) {
        shop_path_of(home, name, mark, &path);
        TRY(file_replace_at_home(buf_c(&path), SLICE_TEXT("1\n")));
        shop_path_of(home, name, "keyring", &path);
        TRY(keyring_save(keyring, crypto, buf_c(&path), home_root(home), name));
    } else {
        if (opened.code != CODE_CORRUPT) return opened;
        shop_path_of(home, name, "keyring", &path);
        struct result stands = keyring_open(crypto, buf_c(&path), home_root(home), name, &keyring);
        if (stands.code != CODE_OK) return OK;
    }
    (void)unlink(buf_c(&next)); /* left behind it is settled again: no harm */
    return OK;
}

static RESULT former_settle(const struct home *home, struct crypto *crypto)
{
    SCOPED(buf_done) struct buf next = {0};
    SCOPED(identities_done) struct identities former = {0};
    home_path_of(home, "former.next", &next);
    struct result read = former_read(crypto, buf_c(&next), home_root(home), &former);
    if (read.code == CODE_NOT_FOUND) return OK;
    if (read.code != CODE_OK && read.code != CODE_CORRUPT) return read;
    if (read.code == CODE_OK) TRY(former_write(home, crypto, "former", home_root(home), &former));
    (void)unlink(buf_c(&next)); /* as above */
    return OK;
}

RESULT home_settle(const struct home *home)
{
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(shop_names_done) struct shop_names shops = {0};
    SCOPED(buf_done) struct buf seal = {0};
    TRY(crypto_new(&crypto));
    TRY(home_shops(home, &shops));
    home_path_of(home, "home", &seal);
    TRY(file_folder_sync(
        buf_c(&seal))); /* no keyring takes its place before the seal that opens it is durable */
    for (size_t i = 0; i < shops.count; i++) TRY(shop_settle(home, crypto, shops.at[i]));
    return former_settle(home, crypto);
}

/* A shop that can't be opened now gets its entry when it can: the mark stays. */
static void shops_note(const struct home *home, const struct shop_names *shops)
{
    for (size_t i = 0; i < shops->count; i++) {
        SCOPED(shop_free) struct shop *shop = NULL;
        const struct shop_options options = {
            .home = home, .name = shops->at[i], .clock = clock_system(), .mode = SHOP_WRITER};
        struct result opened = shop_open(&options, &shop);
        (void)opened;
    }
}

RESULT home_reseal(const char *path, struct slice old, const struct seal_how *how)
{
    SCOPED(home_free) struct home *home = NULL;
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(shop_names_done) struct shop_names shops = {0};
    SCOPED(buf_done) struct buf seal = {0};
    SECRET root = {{0}};
    TRY(crypto_new(&crypto));
    TRY(home_open(path, old, true, &home));
    TRY(home_shops(home, &shops));
    crypto_random(crypto, root.bytes, SECRET_BYTES);
    TRY(next_write(home, &shops, &root));
    home_path_of(home, "home", &seal);
    TRY(seal_write(buf_c(&seal), how,
                   &root)); /* when it fails, the next to open the home settles which root it is */
    home_root_renew(home, &root);
    TRY(home_settle(home));
    shops_note(home, &shops);
    return OK;
}

RESULT reseal_note(struct shop *shop)
{
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch batch = {0};
    SCOPED(buf_done) struct buf path = {0};
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct receipt receipt = {0};
    enum seal_kind kind = SEAL_PLAIN;
    shop_path(shop->home, shop->name, mark, &path);
    if (access(buf_c(&path), F_OK) != 0) return OK;
    TRY(home_seal_kind(home_path(shop->home), &kind));
    TRY(batch_begin(shop, &arena, &batch));
    struct draft draft = batch_draft(&batch, &system, ENTRY_RESEAL);
    draft.entry.object_kind = (uint32_t)kind + 1;
    batch_append(&batch, &draft, &receipt);
    TRY(batch_settle(&batch));
    (void)unlink(buf_c(&path)); /* left behind the next start says it once more: no harm but that */
    return OK;
}

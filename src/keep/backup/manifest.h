/*
 * What a backup says of itself, its last member: a signed note (C2SP signed-note) whose lines name every shop, how far
 * its ledger went, the digest of its database, and every other file. Each shop signs with its backup key.
 *
 *     amanah backup 1
 *     made 2026-11-22T13:00:00Z · program 0.1.0 · after BASE64 of the backup before it, or -
 *     shop NAME ORIGIN LEDGER-SIZE LEDGER-ROOT PAGE-BYTES PAGES DIGEST
 *     file PATH BYTES SHA-256
 *
 * DIGEST is the SHA-256 of the SHA-256 of every page, in order. Main calls: manifest_put(), manifest_get().
 */
#ifndef AMN_KEEP_BACKUP_MANIFEST_H
#define AMN_KEEP_BACKUP_MANIFEST_H

#include "crypto/keyring.h"
#include "keep/backup/tar.h"
#include "keep/home.h"
#include "prove/checkpoint.h"

#define MANIFEST_NAME "manifest"
enum { BACKUP_SHOPS_MAX = NOTE_CHECKS_MAX };

struct manifest_shop {
    char name[SHOP_NAME_BYTES_MAX + 1];
    char origin[KEYRING_ORIGIN_MAX + KEYRING_ORIGIN_EXTRA + 1];
    uint64_t size; /* of its ledger */
    struct hash root;
    size_t page_bytes;
    uint64_t pages;
    struct hash digest;
};

/* A file beside the databases: "shops/NAME/evidence/...", "law/...". */
struct manifest_file {
    char path[TAR_NAME_BYTES_MAX + 1];
    uint64_t bytes;
    struct hash hash;
};

struct manifest {
    int64_t made_us;
    bool follows; /* an increment */
    struct hash after;
    size_t shop_count, file_count, file_room;
    struct manifest_shop shops[BACKUP_SHOPS_MAX];
    struct manifest_file *files;
};
void manifest_done(struct manifest *manifest);

/* Room for one more file. */
struct manifest_file *manifest_file_add(struct manifest *manifest);

/* Append its text; the caller signs it. */
void manifest_put(struct buf *out, const struct manifest *manifest);
/* CORRUPT: not the text of a manifest; UNAVAILABLE for memory. Signatures are the caller's to check. */
RESULT manifest_get(struct slice text, struct manifest *out);

/* The key that signs a shop's backups: name ORIGIN "/backup", of its first log, and its signer. */
RESULT manifest_key(struct crypto *crypto, const struct keyring *keyring, struct note_key *key,
                    struct signer **signer);

#endif

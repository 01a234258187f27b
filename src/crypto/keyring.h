/*
 * The keyring: a shop's random keys, each with kind, field and epoch, wrapped under the home's root in one small
 * file outside the database. Key bytes live in locked memory that stays out of core dumps.
 *
 * Destroying an epoch is deleting it here and in the custody copies. Must never be part of a data backup.
 * Main calls: keyring_open(), keyring_key(). Example: `TRY(keyring_key(keyring, KEY_KEK, 0, epoch, &key));`
 */
#ifndef AMN_CRYPTO_KEYRING_H
#define AMN_CRYPTO_KEYRING_H

#include "crypto/crypto.h"

enum key_kind {
    KEY_KEK = 1, /* wraps data keys; one an epoch */
    KEY_INDEX,   /* blind index of one field; one a field and epoch */
    KEY_ID,      /* encrypts subject numbers into public ids */
    KEY_ROW_MAC, /* MACs of authority rows and of the signed file */
    KEY_PEPPER,  /* credentials, idempotency keys */
    KEY_SET,     /* seals sets and texts beside the ledger */
    KEY_LEDGER,  /* Ed25519 seed of the ledger's signature; one a log */
    KEY_STAFF,   /* seals what staff rows say of a person */
    KEY_BACKUP,  /* signs and seals backups */
    KEY_MAIL,    /* seals mails that wait, and the password they are sent with */
    KEY_OUTSIDE, /* tags and seals who is named in logs of systems outside */
    KEY_VOUCHER, /* codes of vouchers; one a campaign and version of its codes, made with it */
    KEY_KIND_COUNT
};

/* An origin given is at most KEYRING_ORIGIN_MAX less KEYRING_ORIGIN_EXTRA bytes: later logs append ".EPOCH". */
enum { SHOP_ID_BYTES = 16, KEYRING_KEYS_MAX = 1024, KEYRING_ORIGIN_MAX = 200, KEYRING_ORIGIN_EXTRA = 6 };

struct keyring;

/* A new keyring with epoch 1 of every kind but KEY_INDEX, a random shop id, and the ledger's origin. */
RESULT keyring_new(struct crypto *crypto, struct slice origin, struct keyring **out);
void keyring_free(struct keyring **keyring);

/*
 * Read a keyring file, or replace it atomically (temporary file, fsync, rename, fsync of the directory).
 * @param name  the shop's name, bound into the wrap, so that a file moved to another shop does not open
 * CORRUPT when it does not open under this root; UNAVAILABLE when the file cannot be read or written.
 */
RESULT keyring_open(struct crypto *crypto, const char *path, const struct secret *root, const char *name,
                    struct keyring **out);
RESULT keyring_save(const struct keyring *keyring, struct crypto *crypto, const char *path,
                    const struct secret *root, const char *name);

const uint8_t *
keyring_shop_id(const struct keyring *keyring); /* SHOP_ID_BYTES; lives as long as the keyring */
/* Each epoch of KEY_LEDGER is a log with an origin of its own: the first one's as given, then with ".EPOCH" behind it. */
struct slice keyring_origin(const struct keyring *keyring); /* of the present log */
void keyring_origin_of(const struct keyring *keyring, uint16_t epoch, struct buf *out); /* appended */

/* The key of that kind, field (0 where kinds have none) and epoch. NOT_FOUND when it was destroyed or never was. */
RESULT keyring_key(const struct keyring *keyring, enum key_kind kind, uint16_t field, uint16_t epoch,
                   struct secret *out);
/* The newest epoch of that kind and field; 0 when there is none. */
uint16_t keyring_newest(const struct keyring *keyring, enum key_kind kind, uint16_t field);
/* Add a random key as the next epoch. TOO_MANY beyond KEYRING_KEYS_MAX. */
RESULT keyring_add(struct keyring *keyring, struct crypto *crypto, enum key_kind kind, uint16_t field,
                   uint16_t *epoch_out);

/* Add what a keyring of an older version lacks: keys of kinds that came later. `added`: it must be saved before they are used. */
RESULT keyring_complete(struct keyring *keyring, struct crypto *crypto, bool *added);

/* Take back the key that keyring_add() added last: it could not be made durable. */
void keyring_drop_last(struct keyring *keyring);

/*
 * Forget every key of that kind and field below an epoch; how many there were. In memory only: it is gone for good once
 * a keyring without them is saved, so save a copy first, and use it only then.
 */
size_t keyring_forget(struct keyring *keyring, enum key_kind kind, uint16_t field, uint16_t below);
RESULT keyring_copy(const struct keyring *keyring, struct keyring **out);

/*
 * Replace the file at `path` by `bytes`, durably and atomically, mode 0600. For small files of a home. It stays whose it was:
 * what root does to a home leaves the service its files. A new one is whose the process is; _at_home: whose its folder is.
 */
RESULT file_replace(const char *path, struct slice bytes);
RESULT file_replace_at_home(const char *path, struct slice bytes);
/* The folder of the file at `path` outlasts a power cut as it is: a file that was made or renamed there keeps its name. */
RESULT file_folder_sync(const char *path);
/*
 * Remove a file, which may be none; rename one durably over another. For files of any size: what goes gives its room back piece by
 * piece, at 4 MB in 3 ms, so that who writes beside it need not wait. Whoever reads it, or has another name for it, keeps it.
 */
RESULT file_remove(const char *path);
RESULT file_rename(const char *path, const char *to);
/* Read a small file whole. NOT_FOUND when there is none; INVALID above `bytes_max`. Appends to `out`. */
RESULT file_read(const char *path, size_t bytes_max, struct buf *out);

#endif

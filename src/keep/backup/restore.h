/*
 * A home out of a backup, and out of the increments that follow it. Everything is built in a folder beside the home and
 * checked there; the home itself is touched by one rename at the end.
 *
 * What is checked: the age file to its last chunk; the manifest's signatures by every shop's backup key; that each
 * increment follows the one before; the digest of every database and file; then the whole home as `ledger verify` does.
 * An old copy is never passed off as new: unless it is just what was signed last, its log is closed and a new one
 * opened when the home is first served (keep/reopen.h). Main calls: restore_begin(), restore_take(), restore_end().
 */
#ifndef AMN_KEEP_BACKUP_RESTORE_H
#define AMN_KEEP_BACKUP_RESTORE_H

#include "keep/backup/manifest.h"
#include "keep/verify.h"

struct restore_options {
    const char *home; /* where it is to be: nothing is there, or a home whose databases are gone */
    const char *keys; /* a home, or what is left of one, that keys and the list of erasures are taken from;
                               NULL: `home` itself, or `custody` */
    struct slice custody; /* bytes of a file of keys_export(); empty: none */
    struct slice custody_passphrase;
    struct slice
        erased; /* the list of erasures of the one shop, kept outside (shops/NAME/erased); empty: none */
    struct slice passphrase; /* of the home's seal */
    bool erasures_unknown; /* go on without that list, or with one that is not whole: people may come back */
    bool drill;            /* check only: nothing is left behind */
    struct clock clock;
    void (*progress)(void *context, uint64_t done,
                     uint64_t all); /* of the last check; NULL: nobody watches */
    void *context;
    struct result (*kept)(struct shop *shop, uint64_t *count); /* as of struct verify_options */
};

/* Of the lists of erasures that come with it. An older copy of a list is whole too: its newest time tells. */
struct restore_erasures {
    uint64_t count;
    int64_t newest_us; /* 0: none */
};

struct restore;

/*
 * HOME_EXISTS  a home with databases is there
 * NOT_FOUND    no keys: neither in the home, nor in options->keys, nor in a custody file
 * SEALED       a wrong passphrase, of the home or of the custody file
 * ERASURES_UNKNOWN  there is no whole list of who was erased since, and it was not said to go on without
 */
RESULT restore_begin(const struct restore_options *options, struct restore **out);
/* What a restore to `home` that was killed left beside it. Only for who knows that none is running. */
void restore_leftover_remove(const char *home);
void restore_free(struct restore **restore); /* removes what was built, unless restore_end() was OK */

/* The next backup of the chain begins; its bytes, in any pieces; and it ends: all of it is checked. */
RESULT restore_next(struct restore *restore);
RESULT restore_take(struct restore *restore, struct slice bytes);
RESULT restore_close(
    struct restore *restore); /* CORRUPT, INVALID or NOT_FOUND: not a backup, cut, changed, of others */

/* Newest of what was restored; borrowed. */
const struct manifest *restore_manifest(const struct restore *restore);
const struct hash *restore_hash(const struct restore *restore);
struct restore_erasures restore_erasures(const struct restore *restore);

/* Check the whole, and put it in its place. TAMPERED with the first finding in words when it does not hold together. */
RESULT restore_end(struct restore *restore, struct verify_report *report);

#endif

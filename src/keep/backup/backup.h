/*
 * A home as one encrypted stream: every shop's database as of one moment of it, its evidence files, and the home's own
 * rules and playbooks; never a keyring. An age file (v1) that holds a tar archive, so that `age -d | tar x` opens it
 * without this program. Made beside a running daemon; nobody waits.
 *
 *     shops/NAME/shop.db        the database, of a full backup
 *     shops/NAME/pages/N        of an increment: how many pages (4), their numbers (4 each), their bytes
 *     shops/NAME/evidence/...   sealed as they lie there; an increment holds those that are new
 *     shops/NAME/erased         who was erased, by number
 *     law/...  playbooks/...    what the shop brought
 *     manifest                  last, signed by every shop's backup key
 *
 * It is opened by who has the home's root key, from which the identity is derived, and by the recipients that were
 * given. The keys leave by keys_export() alone. Main calls: backup_make(), keys_export(). See docs/backup.md.
 */
#ifndef AMN_KEEP_BACKUP_BACKUP_H
#define AMN_KEEP_BACKUP_BACKUP_H

#include "crypto/age.h"
#include "keep/backup/manifest.h"

struct backup_options {
    const char *home;
    struct slice passphrase; /* of the home's seal; empty for a plain one */
    bool increment;          /* only what changed since the backup before, whichever kind that was */
    const struct age_recipient *to;
    size_t to_count; /* up to AGE_RECIPIENTS_MAX - 1, beside the home's own */
    struct clock clock;
    RESULT (*put)(void *context, struct slice bytes); /* the next bytes of the file */
    RESULT (*durable)(void *context); /* all was put: make it last. The backup counts once this is OK */
    void (*progress)(void *context, uint64_t done, uint64_t all); /* bytes; NULL: nobody watches */
    void *context;
};

struct backup_report {
    struct manifest manifest; /* as signed */
    struct hash hash;         /* of the signed manifest: what the next increment names */
    uint64_t bytes;           /* of the file */
    uint64_t pages;           /* that it holds */
};
void backup_report_done(struct backup_report *report);

/**
 * Make a backup.
 *
 * @return NOT_FOUND    no home; or an increment was asked for and nothing was backed up before
 *         SEALED       wrong passphrase
 *         TOO_MANY     more than BACKUP_SHOPS_MAX shops in the home
 *         UNAVAILABLE  a file cannot be read; or what put() and durable() failed with
 * Cost: one read of the databases, 2 us a page of 4 KiB; memory is 16 bytes a page.
 */
RESULT backup_make(const struct backup_options *options, struct backup_report *out);

/*
 * What a backup must never hold, as a file of its own: how the root is sealed, and the keyrings, as they lie there; an
 * age file for a passphrase. Made anew whenever a keyring changed: a backup names the keyrings it needs.
 *
 * @param passphrase  of the home's seal: who can't open the home has no use for its keys
 * @param custody     that the file is to be opened with
 * Errors are those of home_open(), of age_seal_with() and of `put`.
 */
RESULT keys_export(const char *home, struct slice passphrase, struct slice custody,
                   RESULT (*put)(void *context, struct slice bytes), void *context);

#endif

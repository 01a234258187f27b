/* Inside keep/backup only: a restore on its way. */
#ifndef AMN_KEEP_BACKUP_RESTORE_PRIV_H
#define AMN_KEEP_BACKUP_RESTORE_PRIV_H

#include "keep/backup/backup.h"
#include "keep/backup/restore.h"
#include "keep/reseal.h"
#include "keep/shop.h"

#define SIGNED_KEPT \
    "signed.kept" /* the shop's signed file, until all was checked: an old copy would be told by it */

struct restore {
    struct restore_options options;
    struct buf build; /* the folder that becomes the home */
    struct home *home;
    struct crypto *crypto;
    struct identities identities;
    struct hasher *hasher;
    struct shop_names names; /* of the keyrings */
    struct age_open *open;   /* of the backup at hand; NULL between two */
    struct tar tar;
    struct buf clear;
    struct buf member, held; /* path in the archive; bytes of a member that is taken whole */
    int fd;                  /* of a member that is a file; -1 */
    bool finished;           /* the manifest came: nothing may follow */
    bool any;                /* a backup was taken */
    bool erasures_lost;      /* who was erased since is unknown, or not of all */
    struct restore_erasures erasures;
    struct manifest manifest;
    struct hash hash;
};

/* UNAVAILABLE or DISK_FULL, by errno. */
RESULT disk(const char *what, const char *path);
/* "BUILD/path", and the folders above it. */
RESULT build_path(struct restore *restore, const char *path, struct buf *out);
void file_close(struct restore *restore);
void fd_done(const int *fd);

#endif

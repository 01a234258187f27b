/*
 * Archives of regular files, as tar reads them (POSIX ustar; sizes of 8 GiB and more as GNU tar writes them). Only what a
 * backup holds: names of letters, digits and ._-/ without a step upwards, no links, no folders, no other kinds.
 *
 * The reader takes the stream in any pieces and never trusts a name or a size: whoever makes files from them checks
 * which names it wants. Main calls: tar_member_put(), tar_take(). Example:
 *     tar_member_put(&out, "shops/kopi/shop.db", bytes);  buf_slice_put(&out, ...);  tar_pad_put(&out, bytes);
 */
#ifndef AMN_KEEP_BACKUP_TAR_H
#define AMN_KEEP_BACKUP_TAR_H

#include "base/bytes.h"

enum { TAR_BLOCK_BYTES = 512, TAR_NAME_BYTES_MAX = 99 };

/* Is it a name that an archive may hold? */
bool tar_name_good(struct slice name);

/* The header of a member; its bytes follow, then tar_pad_put(), at the end of all tar_end_put(). The name is good. */
void tar_member_put(struct buf *out, struct slice name, uint64_t bytes, int64_t made_us);
void tar_pad_put(struct buf *out, uint64_t bytes);
void tar_end_put(struct buf *out);

/* What a reader calls: at the beginning of a member, with its bytes as they come, at its end. */
struct tar_events {
    RESULT (*begin)(void *context, struct slice name, uint64_t bytes);
    RESULT (*bytes)(void *context, struct slice bytes);
    RESULT (*end)(void *context);
    void *context;
};

/* Zeros at first. */
struct tar {
    uint8_t block[TAR_BLOCK_BYTES];
    size_t block_len;
    uint64_t rest, pad; /* bytes of the member that are still to come, and what fills its last block */
    bool ended;
    bool inside;
};

/* CORRUPT: not an archive of this kind. Or what an event failed with. */
RESULT tar_take(struct tar *tar, struct slice bytes, const struct tar_events *events);
/* Was the archive whole? CORRUPT otherwise. */
RESULT tar_whole(const struct tar *tar);

#endif

/*
 * What the ledger knows of backups: that one was made, that a restore drill brought one back, or that either failed.
 * Each is an entry; where the newest of a kind stands is a hint in the store, and the entry itself is proved, so that
 * nobody who writes the database can make a shop believe in a backup. Main call: backup_noted().
 */
#ifndef AMN_KEEP_BACKUP_NOTED_H
#define AMN_KEEP_BACKUP_NOTED_H

#include "keep/batch.h"

/* object_kind of an entry BACKUP: in signed bytes, never reuse one. */
enum noted_kind { NOTED_MADE = 1, NOTED_FAILED, NOTED_DRILL, NOTED_DRILL_FAILED, NOTED_END };

enum {
    BACKUP_AGE_HOURS_MAX = 48, /* older, and the shop's backups are not well */
    DRILL_AGE_DAYS_MAX = 35
};

struct noted {
    int64_t time_us; /* 0: never */
    uint64_t index;  /* of its entry */
    uint64_t size;   /* of the ledger in that backup */
    struct hash manifest;
    enum cause cause; /* why it failed */
};

/* The newest of each kind, by enum noted_kind. An entry that cannot be proved counts as none. UNAVAILABLE. */
RESULT backup_noted(struct shop *shop, struct noted out[NOTED_END]);

/* Made and tried lately, and nothing failed since? */
bool backup_well(const struct noted noted[NOTED_END], int64_t now_us);

/* Append an entry of this kind and remember where it stands. */
RESULT backup_note(struct batch *batch, const struct reader *reader, enum noted_kind kind,
                   const struct noted *noted, struct receipt *out);

#endif

/*
 * The embedded store: one SQLite database a shop, WAL, synchronous=FULL. The only header of store/sqlite/ that others
 * include. Example: `TRY(sqlite_open("HOME/shops/shop/shop.db", SQLITE_WRITER, &store));`
 */
#ifndef AMN_STORE_SQLITE_SQLITE_H
#define AMN_STORE_SQLITE_SQLITE_H

#include "store/authority.h"
#include "store/ledger.h"
#include "store/mail.h"

enum sqlite_mode {
    SQLITE_CREATE, /* the file must not exist */
    SQLITE_WRITER, /* the one writer; brings an older schema up */
    SQLITE_READER  /* beside a writer */
};

/*
 * Open a shop's database.
 * STORE_NEWER when a newer version made it; NOT_FOUND when it is not there; CORRUPT when it is no database of ours;
 * DISK_FULL or UNAVAILABLE from below. Close with store->batch->close(&store).
 */
RESULT sqlite_open(const char *path, enum sqlite_mode mode, struct store **out);

/* Once a process, before anything else uses SQLite: memory statistics off (they cost a lock a call). */
void sqlite_setup(void);

#endif

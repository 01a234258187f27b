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

/*
 * Readers of one and the same moment, for threads that share work on it.
 *
 * @param count  how many are wanted, from 1; falls to 1 where no writer can be held up for the moment it takes
 *               (a home that cannot be written, a writer that leaves no gap for seconds)
 * @param out    as many, empty before, each as after sqlite_open() and view(). Close those that are there, on failure too
 * Errors are those of sqlite_open(). Cost: writers wait about 100 us.
 */
RESULT sqlite_views(const char *path, size_t *count, struct store **out);

/* Once a process, before anything else uses SQLite: memory statistics off (they cost a lock a call). */
void sqlite_setup(void);

#endif

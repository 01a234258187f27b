/*
 * What logs of systems outside the vault told, for who works out whose what leaked: who saw whom there, as sets by
 * reader and hour like sightings_each() of prove/sighting.h; and of one subject each observation with the file's hash,
 * the line, the hour and when it was taken in.
 *
 * A reader outside is a user of that system as its log names them, a network address where it names none, or nobody.
 * All of it is what a log says: never a look at the vault, and never shown as one. Works on the keeper's shop and on a
 * worker's of its own (SHOP_READER). Main calls: outside_each(), outside_of(). Example:
 *     TRY(outside_each(shop, first_hour, last_hour, take_group, &scope));
 */
#ifndef AMN_KEEP_OBSERVE_OUTSIDE_H
#define AMN_KEEP_OBSERVE_OUTSIDE_H

#include "base/weblog/seen.h"
#include "keep/shop.h"
#include "prove/observed.h"
#include "store/observed.h"

/* "This reader outside saw these fields of these subjects in this hour." */
struct outside_group {
    uint32_t reader; /* outside_reader_open() tells who */
    uint32_t hour;   /* of the log's own time, since 1970 */
    uint64_t full;   /* fields, shown in full as far as the endpoint map says */
    const struct set
        *subjects; /* the whole group; borrowed for the call; those erased since are still in it */
};

/*
 * Every group of the hours, both ends included, in the order of hour, reader, fields. Subjects are held by number; what
 * the log told of nobody who is held is in outside_counts().
 * CORRUPT: a stored set is none. Cost: one read of the rows of those hours, 65,536 subjects at most a row.
 */
RESULT outside_each(struct shop *shop, uint32_t from_hour, uint32_t to_hour,
                    RESULT (*each)(void *context, const struct outside_group *group), void *context);

/*
 * What lines of those hours told of nobody: fields that were shown, and how many rows the log says were returned. Where
 * `named`, somebody was named whom the shop does not hold (a customer who is not in the list, or was erased); else the
 * log cannot tell whom: an export, a query of a database. What leaked may be larger than outside_each() by these.
 */
RESULT outside_counts(struct shop *shop, uint32_t from_hour, uint32_t to_hour,
                      RESULT (*each)(void *context, const struct unattributed_row *row), void *context);

/* One observation of a subject. All borrowed for the call. */
struct outside_sight {
    uint64_t index;                /* of the OBSERVED entry that tells of it */
    int64_t taken_us;              /* when that was taken in */
    const struct observation *one; /* reader, hour, fields, first line in that hour, lines */
    uint32_t file;           /* its number: store/observed.h's file_get() and outside_file_open() name it */
    const struct hash *hash; /* SHA-256 of the first `bytes` bytes of the file, uncompressed */
    uint64_t bytes;
};

/* Every observation of the subject, in the order in which they were taken in. Cost: as history_looks(). */
RESULT outside_of(struct shop *shop, struct subject_no no,
                  RESULT (*each)(void *context, const struct outside_sight *sight), void *context);

/* Names of readers outside and of files: sealed, and bound to their number. `name` is appended to. TAMPERED. */
RESULT outside_reader_open(struct shop *shop, uint32_t id, uint32_t *system, struct buf *name);
RESULT outside_file_open(struct shop *shop, const struct outside_file_row *row, struct buf *name);

/* The number of a reader by what its log calls it. NOT_FOUND: no log that was taken in names it. */
RESULT outside_reader_find(struct shop *shop, uint32_t system, const struct seen_reader *reader,
                           uint32_t *out);

/*
 * How far the logs of each system were taken in: an array of maps "system", "files", "lines", "broken", "newest", "lag_s"
 * (since the newest line), "behind" (bytes that were there and not yet read), "read". Tells no names of readers or files.
 */
RESULT outside_status_put(struct shop *shop, int64_t now_us, struct buf *out);

/* The name of the system with that number: its service's. Borrowed; "" when there is none. */
const char *outside_system_name(const struct shop *shop, uint32_t system);

#endif

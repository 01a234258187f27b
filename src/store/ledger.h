/*
 * Storage of the ledger: a tail of one row a batch, bundles and tiles of 256 once they are full, checkpoints, and the
 * sightings counted from it. Indexes are entry numbers from 0. See store/store.h for the rules.
 */
#ifndef AMN_STORE_LEDGER_H
#define AMN_STORE_LEDGER_H

#include "store/store.h"

/* Entries that do not fill a bundle yet. `entries` is a bundle's bytes, `leaves` 32 bytes an entry, `aside` sealed. */
struct tail_row {
    uint64_t first;
    uint32_t count;
    struct slice entries, leaves, aside;
};

enum checkpoint_kind {
    CHECKPOINT_NEWEST = 1, /* one row, replaced by every batch */
    CHECKPOINT_MINUTE,     /* one a minute, kept */
    CHECKPOINT_COSIGNED    /* with a witness's line, kept */
};

struct checkpoint_row {
    enum checkpoint_kind kind;
    uint64_t size;
    int64_t time_us;
    struct slice note;
};

struct ledger_store {
    RESULT (*tail_add)(struct store *store, const struct tail_row *row);
    RESULT (*tail_clear)(struct store *store); /* after its entries were packed */
    RESULT(*tail_each)
    (struct store *store, RESULT (*each)(void *context, const struct tail_row *row), void *context);
    /* Full bundle n: 256 entries, what stands aside sealed, and the time of its first entry. */
    RESULT(*bundle_add)
    (struct store *store, uint64_t n, int64_t first_us, struct slice entries, struct slice aside);
    RESULT(*bundle_get)
    (struct store *store, uint64_t n, struct buf *entries, struct buf *aside); /* either may be NULL */
    RESULT (*bundle_time)(struct store *store, uint64_t n, int64_t *first_us);
    RESULT (*aside_replace)(struct store *store, uint64_t n, struct slice aside); /* erasure of texts */
    /* A tile's hashes; level 0 tiles are full, higher ones grow. */
    RESULT (*tile_put)(struct store *store, unsigned level, uint64_t n, struct slice hashes);
    RESULT (*tile_get)(struct store *store, unsigned level, uint64_t n, struct buf *out); /* NOT_FOUND */
    RESULT (*checkpoint_put)(struct store *store, const struct checkpoint_row *row);
    /* The newest of a kind at or below `size_most`; NOT_FOUND. `note` is appended to. */
    RESULT(*checkpoint_get)
    (struct store *store, enum checkpoint_kind kind, uint64_t size_most, uint64_t *size, int64_t *time_us,
     struct buf *note);
    RESULT(*checkpoint_each)
    (struct store *store, RESULT (*each)(void *context, const struct checkpoint_row *row), void *context);
    /* Entries that change who may do what, to be replayed at start. */
    RESULT (*authority_add)(struct store *store, uint64_t index);
    RESULT(*authority_each)
    (struct store *store, RESULT (*each)(void *context, uint64_t index), void *context);
};

/* "This reader saw these fields of these subjects in this hour": one row a chunk of 65,536 subject numbers. */
struct sighting_row {
    uint64_t reader;       /* number of the reader */
    uint32_t hour;         /* hours since 1970 */
    uint64_t full, masked; /* field masks */
    uint64_t chunk;
    struct slice bitmap; /* roaring, as base/set.h writes it */
};

/* Over how much a row of sightings goes. Numbers are stored: never reuse one. */
enum sighting_span { SPAN_HOUR, SPAN_DAY, SPAN_MONTH, SPAN_COUNT };

struct sighting_store {
    RESULT (*put)(struct store *store, const struct sighting_row *row);                     /* replaces */
    RESULT (*get)(struct store *store, const struct sighting_row *key, struct buf *bitmap); /* NOT_FOUND */
    RESULT(*each)
    (struct store *store, uint32_t from_hour, uint32_t to_hour, /* both included */
     RESULT (*each)(void *context, const struct sighting_row *row), void *context);
    /* Rows of one chunk from an hour on, by hour. Cost: those rows alone. */
    RESULT(*of_chunk)
    (struct store *store, uint64_t chunk, uint32_t from_hour,
     RESULT (*each)(void *context, const struct sighting_row *row), void *context);
    RESULT (*clear)(struct store *store); /* before a rebuild; spans too */

    /* The same united over whole days and months, whose `hour` is their first one: what reads months reads these. */
    RESULT (*span_put)(struct store *store, enum sighting_span span, const struct sighting_row *row);
    RESULT(*span_get)
    (struct store *store, enum sighting_span span, const struct sighting_row *key, struct buf *bitmap);
    RESULT(*span_each)
    (struct store *store, enum sighting_span span, uint32_t from_hour, uint32_t to_hour, /* both included */
     RESULT (*each)(void *context, const struct sighting_row *row), void *context);
    /* Rows of one span and reader. Cost: those rows alone. */
    RESULT(*of_reader)
    (struct store *store, enum sighting_span span, uint32_t hour, uint64_t reader,
     RESULT (*each)(void *context, const struct sighting_row *row), void *context);
};

#endif

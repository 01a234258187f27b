/*
 * Storage of what logs of systems outside the vault told: the readers in them, by tag and sealed name; the files and how
 * far each was read; who saw which fields of whom in which hour, as sets in chunks; and counts of what no subject could be
 * told of. All but names is counted from OBSERVED entries, and `ledger verify` counts it again. See store/store.h for the rules.
 */
#ifndef AMN_STORE_OBSERVED_H
#define AMN_STORE_OBSERVED_H

#include "store/store.h"

struct outside_reader_row {
    uint32_t id; /* from 1, dense */
    uint32_t system;
    uint8_t tag[TAG_BYTES]; /* keyed, of system and name */
    struct slice sealed;    /* the name */
};

struct outside_file_row {
    uint32_t id; /* from 1, dense */
    uint32_t system;
    uint8_t first[32]; /* SHA-256 of its first line */
    uint8_t hash[32];  /* of its first `bytes` */
    uint64_t bytes, lines, broken;
    uint64_t attributed,
        unattributed;           /* lines that told of a subject; of fields, but of no subject that is held */
    uint64_t behind;            /* bytes that were there and not yet read, when it was read last */
    int64_t newest_us, read_us; /* time of its newest line, 0: none; when it was read last */
    uint64_t entry;             /* the newest that tells of it */
    struct slice sealed;        /* its name */
    struct slice marks; /* SHA-256 of its first 256 bytes, 512 and so on; only for telling files apart */
};

/* "This reader of a system outside saw these fields of these subjects in this hour." */
struct observed_row {
    uint32_t reader, hour;
    uint64_t full, chunk;
    struct slice bitmap; /* as base/set.h writes it */
};

struct unattributed_row {
    uint32_t reader, hour;
    uint64_t full, lines, rows;
    bool named; /* the lines name somebody whom the shop does not hold */
};

struct observed_store {
    RESULT (*reader_last)(struct store *store, uint32_t *id); /* 0: none */
    RESULT(*reader_find)
    (struct store *store, uint32_t system, const uint8_t tag[TAG_BYTES], uint32_t *id); /* NOT_FOUND */
    RESULT(*reader_get)
    (struct store *store, uint32_t id, struct outside_reader_row *row, struct buf *sealed);
    RESULT (*reader_add)(struct store *store, const struct outside_reader_row *row);
    RESULT (*file_last)(struct store *store, uint32_t *id);
    RESULT (*file_put)(struct store *store, const struct outside_file_row *row); /* replaces */
    RESULT(*file_get)
    (struct store *store, uint32_t id, struct outside_file_row *row, struct buf *sealed); /* NOT_FOUND */
    /* Files from `from` on, by id; `first` NULL: all, else those that begin with that line. The row is borrowed. */
    RESULT(*file_each)
    (struct store *store, uint32_t from, const uint8_t *first,
     RESULT (*each)(void *context, const struct outside_file_row *row), void *context);
    RESULT (*put)(struct store *store, const struct observed_row *row);                     /* replaces */
    RESULT (*get)(struct store *store, const struct observed_row *key, struct buf *bitmap); /* NOT_FOUND */
    RESULT(*each)
    (struct store *store, uint32_t from_hour, uint32_t to_hour, /* both included */
     RESULT (*each)(void *context, const struct observed_row *row), void *context);
    RESULT (*count_add)(struct store *store, const struct unattributed_row *row); /* adds to what is there */
    RESULT(*count_each)
    (struct store *store, uint32_t from_hour, uint32_t to_hour,
     RESULT (*each)(void *context, const struct unattributed_row *row), void *context);
};

#endif

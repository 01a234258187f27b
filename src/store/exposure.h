/*
 * Storage of what a count of an incident found: parts (who, by which source, which fields), each a set of subjects that is
 * named by its own hash and kept in chunks. Versions are added and never changed or taken away; a set that several have
 * is kept once. Only numbers: what the count was made from stands sealed in the incident's line. See store/store.h for
 * the rules.
 */
#ifndef AMN_STORE_EXPOSURE_H
#define AMN_STORE_EXPOSURE_H

#include "store/store.h"

enum { SET_HASH_BYTES = 32 };

struct exposure_part_row {
    uint64_t incident;
    uint32_t version, part; /* each from 1 */
    uint32_t source, at;    /* enum scope_source; number of a rule's case */
    uint64_t full, masked;
    uint64_t count;
    uint8_t set[SET_HASH_BYTES];
};

struct exposure_store {
    RESULT (*newest)(struct store *store, uint64_t incident, uint32_t *version); /* 0: it was never counted */
    RESULT (*part_add)(struct store *store, const struct exposure_part_row *row);
    /* The parts of a version, in order. The row is borrowed. */
    RESULT(*part_each)
    (struct store *store, uint64_t incident, uint32_t version,
     RESULT (*each)(void *context, const struct exposure_part_row *row), void *context);
    /* Is the set kept? Then it need not be put again. */
    RESULT (*set_there)(struct store *store, const uint8_t set[SET_HASH_BYTES], bool *out);
    RESULT(*chunk_put)
    (struct store *store, const uint8_t set[SET_HASH_BYTES], uint64_t chunk,
     struct slice bitmap); /* replaces */
    /* NOT_FOUND when the set has nobody in it. */
    RESULT(*chunk_get)
    (struct store *store, const uint8_t set[SET_HASH_BYTES], uint64_t chunk, struct buf *bitmap);
    RESULT(*chunk_each)
    (struct store *store, const uint8_t set[SET_HASH_BYTES],
     RESULT (*each)(void *context, uint64_t chunk, struct slice bitmap), void *context);
};

#endif

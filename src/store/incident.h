/*
 * Storage of incidents: each a key of its own, sealed, and lines that are added and never changed or taken away. What a
 * line says is sealed; keep rows see numbers only. See store/store.h for the rules.
 */
#ifndef AMN_STORE_INCIDENT_H
#define AMN_STORE_INCIDENT_H

#include "store/store.h"

struct incident_row {
    uint64_t no; /* random, below 2^62 */
    int64_t made_us;
    struct slice key; /* sealed */
};

struct incident_line_row {
    uint64_t incident, n; /* n from 1, one behind the other */
    uint64_t entry;       /* index of the ledger entry that carries its hash */
    struct slice sealed;
};

struct incident_store {
    RESULT (*add)(struct store *store, const struct incident_row *row);
    /* All incidents, the oldest first. The row is borrowed, as is a line's. */
    RESULT(*each)
    (struct store *store, RESULT (*each)(void *context, const struct incident_row *row), void *context);
    RESULT (*line_add)(struct store *store, const struct incident_line_row *row);
    /* Lines of an incident from `from` on, ascending. */
    RESULT(*line_each)
    (struct store *store, uint64_t incident, uint64_t from,
     RESULT (*each)(void *context, const struct incident_line_row *row), void *context);
};

#endif

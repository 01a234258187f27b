/*
 * Storage of rotations of the keys that wrap the customers' data keys: one a kek epoch that was begun by one, and how far
 * it is. See store/store.h for the rules.
 */
#ifndef AMN_STORE_ROTATION_H
#define AMN_STORE_ROTATION_H

#include "store/store.h"

/* Numbers are stored: never reuse one. */
enum rotation_state {
    ROTATION_MOVING = 1, /* records are moved to its epoch */
    ROTATION_MOVED,      /* all are; older epochs are still in the keyring */
    ROTATION_DONE        /* older epochs are gone */
};

struct rotation_row {
    uint16_t epoch; /* that records are moved to */
    bool rekey;     /* with new data keys */
    enum rotation_state state;
    bool again;           /* this pass found a record to move: there will be one more */
    struct subject_no at; /* how far this pass is */
    uint64_t moved;       /* records */
    uint64_t stuck; /* records that this pass could not open: older epochs are kept while there is one */
    int64_t began_us, moved_us, ended_us; /* 0: not yet */
    uint64_t entry;                       /* that said it began */
};

struct rotation_store {
    RESULT(*put)
    (struct store *store, const struct rotation_row *row); /* new, or in place of the one with its epoch */
    RESULT (*newest)(struct store *store, struct rotation_row *out); /* NOT_FOUND: none was ever begun */
    /* Every one, ascending by epoch. */
    RESULT(*each)
    (struct store *store, RESULT (*each)(void *context, const struct rotation_row *row), void *context);
};

#endif

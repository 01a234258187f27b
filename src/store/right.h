/*
 * Storage of rights that last for minutes: grants and self passes. A right is known by its kind and by the index of the
 * ledger entry that gave it. What it says lies in `body`, under a MAC that keep/access/right.h makes and checks, not here.
 */
#ifndef AMN_STORE_RIGHT_H
#define AMN_STORE_RIGHT_H

#include "store/store.h"

struct right_row {
    uint16_t kind;
    uint64_t entry;       /* index of the entry that gave it */
    struct subject_no no; /* whom it is about */
    int64_t until_us;     /* it ends then, */
    int64_t keep_us;      /* and is forgotten then */
    struct slice body;    /* CBOR */
    uint8_t mac[32];
};

/* Called for each row, which is borrowed. `stop` ends the walk without a failure. */
typedef RESULT (*right_each)(void *context, const struct right_row *row, bool *stop);

struct right_store {
    RESULT (*put)(struct store *store, const struct right_row *row);
    /* One right: NOT_FOUND, or `row` whose body lies in `body`. */
    RESULT(*get)
    (struct store *store, uint16_t kind, uint64_t entry, struct right_row *row, struct buf *body);
    /* Rights of a kind about a subject that end after `after_us`, the earliest end first. Cost: those rows alone. */
    RESULT(*of_subject)
    (struct store *store, uint16_t kind, struct subject_no no, int64_t after_us, right_each each,
     void *context);
    /* All of a kind whose entry is at least `from`, ascending. */
    RESULT (*of_kind)(struct store *store, uint16_t kind, uint64_t from, right_each each, void *context);
    RESULT (*sweep)(struct store *store, int64_t now_us);         /* forget up to 16 that are due */
    RESULT (*drop_of)(struct store *store, struct subject_no no); /* forget all about a subject (erasure) */
};

#endif

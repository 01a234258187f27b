/*
 * Storage of erasures that wait while a legal hold stands, one a subject. See store/store.h for the rules.
 */
#ifndef AMN_STORE_HOLD_H
#define AMN_STORE_HOLD_H

#include "store/store.h"

struct waiting_row {
    struct subject_no no;
    uint64_t entry;      /* of the ledger: that it was asked */
    struct slice sealed; /* who asked, and why */
};

struct hold_store {
    RESULT (*add)(struct store *store, const struct waiting_row *row);         /* not there yet */
    RESULT (*get)(struct store *store, struct subject_no no, uint64_t *entry); /* NOT_FOUND */
    RESULT(*first)
    (struct store *store, struct waiting_row *row, struct buf *sealed); /* lowest entry; NOT_FOUND */
    RESULT (*drop)(struct store *store, struct subject_no no);
};

#endif

/*
 * Rights that last for minutes: what grants and self passes have in common. Each is a row of the store under a MAC, given
 * by an entry of the ledger that holds the row's hash and a leaf of its subject; the entry's index is the right's number.
 * So whoever can write the database can neither make one nor lengthen one, and an end outlives a restart.
 *
 * Giving one counts as a look at the subject against the giver's budget, with no field seen. Main calls: right_give(),
 * right_get(). Example:
 *     struct right right = {.kind = RIGHT_GRANT, .entry = ENTRY_GRANT, .no = no, .until_us = until, .body = body};
 *     TRY(right_give(batch, reader, &right, answer, &receipt));
 */
#ifndef AMN_KEEP_ACCESS_RIGHT_H
#define AMN_KEEP_ACCESS_RIGHT_H

#include "keep/batch.h"
#include "store/right.h"

/* Numbers of rights in entries (object_kind), beside those of enum authority_kind: never reuse one. */
enum right_kind { RIGHT_GRANT = 6, RIGHT_PASS = 14 };

struct right {
    enum right_kind kind;
    enum entry_kind entry; /* the kind of entry that gives it */
    struct subject_no no;
    int64_t until_us, keep_us;
    struct slice body;
    uint32_t to_kind, to_id; /* whom it is given to, as an authority row; 0: nobody by name */
    uint64_t full, masked;   /* fields it is narrowed to; 0: none */
    struct slice client;     /* the customer's network; empty: none */
};

/*
 * Write a right and its entry in the open batch; receipt->index is the right's number.
 * SUBJECT_UNKNOWN, SUBJECT_ERASED; SPENT when the giver's budgets have no room for this subject: `answer` says which.
 */
RESULT right_give(struct batch *batch, const struct reader *reader, const struct right *right,
                  struct answer *answer, struct receipt *out);

/* One right, good or ended. NOT_FOUND; TAMPERED when its MAC is not this shop's. `row` borrows from `body`. */
RESULT right_get(struct shop *shop, enum right_kind kind, uint64_t entry, struct right_row *row,
                 struct buf *body);
RESULT right_row_check(struct shop *shop, const struct right_row *row); /* TAMPERED */

/* The time that rights are measured by: the clock's, but never before the newest entry: one put back gives no time. */
int64_t right_now(struct shop *shop);

/* Every stored right against the entry that gave it. TAMPERED names the first that no entry gave. */
RESULT rights_check(struct shop *shop);

#endif

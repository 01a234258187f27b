/*
 * The portal of a shop, as far as it is kept in memory: who asked how often. Nothing of it is stored, so a restart
 * forgets it; what anybody was told of a person is in the ledger.
 *
 * Main calls: portal_of(), portal_source(). Example: TRY(portal_of(batch->shop, &portal));
 */
#ifndef AMN_ANSWER_PORTAL_PORTAL_H
#define AMN_ANSWER_PORTAL_PORTAL_H

#include "answer/portal/gate.h"
#include "answer/portal/status.h"
#include "answer/portal/visit.h"
#include "keep/batch.h"

enum { STATUS_FRESH_S = 30 }; /* so long a page is given again, unless an incident has a new line */

struct portal {
    struct gate *gate;
    struct visits *visits;
    struct status status;
    int64_t status_us; /* when it was made; 0: never */
};

RESULT portal_of(struct shop *shop, struct portal **out);

/* Where somebody comes from, as keyed tags: an IPv4 address alone; of IPv6 64 bits, and the 56, 48 and 32 before them. */
struct source portal_source(struct shop *shop, const struct reader *reader);

/* The person themself, as the reader of what concerns them: in entries PORTAL_READER. */
struct reader portal_reader(const struct reader *stranger);

/* The visit of a browser that came in with a code: of who was not erased meanwhile. CREDENTIAL_MISSING, SUBJECT_ERASED. */
RESULT portal_came_in(struct batch *batch, struct slice browser, struct portal **portal, struct visit **out);

/* One of the customers of such a visit, from 0. NOT_FOUND: there are fewer. */
RESULT portal_account(struct batch *batch, struct slice browser, uint64_t account, struct subject_no *out);

/* Whose notice it is, if it is one of theirs: then more than the mailbox is proved. PORTAL_CODE, which counts at the gate. */
RESULT portal_by_notice(struct batch *batch, struct portal *portal, const struct visit *visit,
                        struct slice code, struct subject_no *out);

/* Where the shop keeps the bank account of who is paid that way; NULL: it pays nobody so. */
const struct field *portal_payee_field(const struct shop *shop);

#endif

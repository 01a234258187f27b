/*
 * Compensation added up again from the ledger: every posting's entry, in order and none besides; what all of them come
 * to, against the accounts, redemptions and vouchers as they are stored. Memory does not grow with their number: that
 * each single voucher and redemption is what its postings made of it is seen by sums weighted with a random number each.
 *
 * Main call: redress_check(). Example: `TRY(redress_check(shop, &postings));`
 */
#ifndef AMN_ANSWER_REDRESS_CHECK_H
#define AMN_ANSWER_REDRESS_CHECK_H

#include "keep/shop.h"

/*
 * @param postings  how many were added up
 * @return TAMPERED     names campaign and part, or the entry, and no person
 *         UNAVAILABLE  a read failed
 * Cost: a pass over the ledger's entries, and about 3 us a posting.
 */
RESULT redress_check(struct shop *shop, uint64_t *postings);

#endif

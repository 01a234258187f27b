/*
 * Sums of a pool's claims, kept as claims change, so that a list of pools need not read every claim. They are worked out
 * from the claims, stand in no entry, and nothing is paid by them: who shares a pool out reads the claims themselves.
 *
 * Main call: matter_sums_of(). matter_add() and an erasure keep them; `ledger verify` counts them again.
 */
#ifndef AMN_KEEP_MATTER_SUMS_H
#define AMN_KEEP_MATTER_SUMS_H

#include "keep/batch.h"
#include "store/matter.h"

/* Of one pool; counted where none are kept yet. `waiting`: of those whose customer was not erased. */
RESULT matter_sums_of(struct shop *shop, uint64_t pool, struct matter_sums *out);

/* A claim is now `to`, and was `from`; NULL: it is new. The row is written already. */
RESULT matter_sums_move(struct batch *batch, const struct matter_row *from, const struct matter_row *to);

/* The claims of a customer who is being erased wait no longer. Before their record says so. */
RESULT matter_sums_erased(struct batch *batch, struct subject_no no);

/* TAMPERED: what is kept is not what its claims add up to. */
RESULT matter_sums_check(struct shop *shop, uint64_t pool);

#endif

/*
 * Quiet: the shop was restored by somebody who could not say who was erased since the backup (--erasures-unknown). Until
 * the operator who restored it and a second, named person agree, or a day has passed of which all staff are told, nobody
 * is served what the shop keeps of a person. Erasures, rights and the ledger go on. An authority row, so that it holds
 * after a restart and nobody lifts it in the database; cancelled, it stays, until the next start asks anew.
 *
 * Main calls: quiet_may(), quiet_begin(), quiet_ask(). Example: TRY(quiet_may(&shop->access, act, verb));
 */
#ifndef AMN_KEEP_ACCESS_QUIET_H
#define AMN_KEEP_ACCESS_QUIET_H

#include "keep/access/authority.h"

/* ERASURES_UNKNOWN for what tells of persons while the shop is quiet. */
RESULT quiet_may(const struct access *access, enum act act, enum verb verb);

/* From now on. For the batch that opens a restored shop's new log. */
RESULT quiet_begin(struct batch *batch);

/* File the approval that ends it, where none is open, and mail all staff. In a batch of its own, after the shop opened. */
RESULT quiet_ask(struct shop *shop);

RESULT quiet_take(struct access *access, uint32_t id, struct slice body);

#endif

/*
 * An old copy of the store was put back. Before anybody is served its log is opened anew, and what it has forgotten is
 * done again as far as files outside the database tell: people on the list of erasures are erased again, and when
 * authority entries were lost (perhaps revocations) every key is ended. A restore has looked before whether the list is
 * whole (keep/erased.h).
 */
#ifndef AMN_KEEP_REOPEN_H
#define AMN_KEEP_REOPEN_H

#include "keep/shop.h"

/*
 * One batch: LOG_OPENED, an AUTHORITY entry for each key ended, and the erasures. Sets shop->keys_ended.
 * @param old  what was signed of the log before; only its authority head is compared with what the store lists
 * Errors are the store's; nothing is done then, and the next start finds the store behind again.
 */
RESULT shop_reopen(struct shop *shop, const struct signed_state *old);

#endif

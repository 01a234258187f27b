/*
 * Does anybody outside hold a checkpoint of the ledger? Until somebody does, an operator could still rewrite it all,
 * and every screen says so. Main call: outside_known().
 */
#ifndef AMN_KEEP_OUTSIDE_H
#define AMN_KEEP_OUTSIDE_H

#include "keep/shop.h"

/* Was a checkpoint pinned or cosigned within the last day? */
RESULT outside_known(struct shop *shop, bool *out);

const char *outside_warning(void);

#endif

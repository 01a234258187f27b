/*
 * A shop whose rows of rights were changed, put back or removed is not served. Its staff are told all the same: by mail,
 * with those rows of staff and mail settings that are what the ledger made. Gives nobody any right. Main call:
 * shop_tampered(), while the shop is opened; the keeper then lets the mails out.
 */
#ifndef AMN_KEEP_TAMPERED_H
#define AMN_KEEP_TAMPERED_H

#include "keep/shop.h"

enum {
    TAMPERED_AGAIN_MINUTES = 60, /* starts that are refused within it send no second mail */
    TAMPERED_LOOK_BACK = 256     /* entries in which the one before is looked for */
};

/* Load what can be trusted for telling, and queue the mails, durably. `why`: which row it was, without personal values. */
RESULT shop_tampered(struct shop *shop, struct slice why);

#endif

/*
 * Contact changes: who takes over an account first changes where its codes go. So a change of e-mail address or
 * telephone number is told to the address that was there before, and for 72 hours nothing that opens the account may
 * go to the new one. The time of the change stands in the sealed record, covered by its hash.
 *
 * Main calls: contact_held_until(), for whoever is about to send a code; the others are for subject.c. Example:
 *     if (contact_held_until(shop, &record) != 0) return FAIL(DENIED, "code: the contact was changed lately");
 */
#ifndef AMN_KEEP_CONTACT_H
#define AMN_KEEP_CONTACT_H

#include "keep/subject.h"

enum { CONTACT_HOLD_HOURS = 72 };

/* Until when codes must not go to this subject's contacts, in microseconds since 1970; 0: they may now. */
int64_t contact_held_until(struct shop *shop, const struct record *record);

/*
 * The subject's contact changes: note the time in `head`, and in `out` the address to tell, if one is held. shop->dek
 * holds the subject's key. CORRUPT when the old address does not open.
 */
RESULT contact_changed(struct shop *shop, const struct held *held, struct record *head, struct change *out);

/* Tell the old address, in the batch of the change; nothing where there was none. UNAVAILABLE. About 10 us. */
RESULT contact_tell(struct batch *batch, const struct change *change);

#endif

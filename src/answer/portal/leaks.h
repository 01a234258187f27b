/*
 * What leaked of one person, as far as the shop has said so: leaks of which they were sent a notice, or about which public
 * words were published. What is still being looked into is nobody's at the portal. Main call: leaks_put(). Example:
 *     TRY(leaks_put(batch, no, &out->body));
 */
#ifndef AMN_ANSWER_PORTAL_LEAKS_H
#define AMN_ANSWER_PORTAL_LEAKS_H

#include "keep/batch.h"

/* Append an array of {known, possible, since, until, told}. Cost: about 1 ms a leak that concerns them. */
RESULT leaks_put(struct batch *batch, struct subject_no no, struct buf *out);

#endif

/*
 * What would change, member by member, for the person who must agree to it: nobody agrees blind. The verb writes what
 * stands and what is asked for as two maps, as it would answer with them; shown is each member that differs.
 *
 * Main call: changes_put(). Example:
 *     role_item_put(shop, old, &was);  role_item_put(shop, &role, &now);
 *     changes_put(buf_slice(&was), buf_slice(&now), &changes);
 */
#ifndef AMN_KEEP_ACCESS_CHANGES_H
#define AMN_KEEP_ACCESS_CHANGES_H

#include "base/bytes.h"

/*
 * Append an array of {member, was, now}, texts all three, for each member of `now` that is not the same in `was`.
 * Both are maps of texts, numbers, booleans and arrays of texts; `was` may be empty: then there was nothing.
 */
void changes_put(struct slice was, struct slice now, struct buf *out);

#endif

/*
 * A count as it is kept: the body of its incident's line, and the check of what lies beside it. Main calls:
 * scope_body_write(), scope_body_read(), exposures_check(). Example: `TRY(exposures_check(shop, &sets));`
 */
#ifndef AMN_ANSWER_SCOPE_KEPT_H
#define AMN_ANSWER_SCOPE_KEPT_H

#include "answer/incident/fold.h"
#include "keep/shop.h"

/* The body of a scope line: the suspicion as its bytes, and what is told of it. */
void scope_body_write(struct slice suspicion, struct slice told, struct buf *out);
RESULT scope_body_read(struct slice body, struct slice *suspicion,
                       struct slice *told); /* borrowed; CORRUPT */

/* The line of that version; the newest for 0. NULL when there is none. */
const struct line *scope_line(const struct fold *fold, uint64_t version);

/*
 * Check the stored sets of every count of every incident: those that its line tells of, in order, with these fields
 * and numbers, and each the one that its hash names. The line itself stands in the ledger: incident_lines_check().
 *
 * @param sets  how many were looked at
 * @return TAMPERED      names the incident's line and the set, and no person
 *         UNAVAILABLE   a read failed
 * Cost: a read and a SHA-256 of every set of every version: about 10 ms a million people of a dense set.
 */
RESULT exposures_check(struct shop *shop, uint64_t *sets);

#endif

/*
 * Lines of incidents as rows above answer/ see them: sealed bytes, each with an entry of the ledger that holds their
 * hash. What they say is for answer/incident/. Main calls: incident_line_hash(), incident_lines_check().
 */
#ifndef AMN_KEEP_INCIDENT_LINES_H
#define AMN_KEEP_INCIDENT_LINES_H

#include "keep/shop.h"

/* What the entry of a line carries: SHA-256("amanah incident line 1" ‖ be64 incident ‖ be64 line ‖ sealed bytes). */
void incident_line_hash(struct shop *shop, uint64_t incident, uint64_t n, struct slice sealed,
                        struct hash *out);

/*
 * Check every stored line against its entry: each is of kind INCIDENT with that hash, and lines have no gap. TAMPERED
 * names the first that is not so.
 * @param count  how many there are: as many as the ledger has entries of that kind
 */
RESULT incident_lines_check(struct shop *shop, uint64_t *count);

#endif

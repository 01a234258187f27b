/*
 * Lines of incidents as rows above answer/ see them: sealed bytes, each with an entry of the ledger that holds their
 * hash. What they say is for answer/incident/. Main calls: incident_line_object(),
 * incident_lines_check().
 */
#ifndef AMN_KEEP_INCIDENT_LINES_H
#define AMN_KEEP_INCIDENT_LINES_H

#include "keep/shop.h"

/*
 * A line as it is stored: the hash of its salted text, then the box that holds salt and text. The entry binds both, so who
 * is given salt and text needs no key to check what was written when; who is given the hashes alone learns nothing.
 *
 *     text     SHA-256("amanah incident text 1" ‖ salt ‖ text)
 *     object   SHA-256("amanah incident line 2" ‖ be64 incident ‖ be64 line ‖ text hash ‖ SHA-256(box)): what the entry carries
 */
enum { LINE_SALT_BYTES = 32 };

struct line_seal {
    struct hash text, box;
};

/* @param salted  salt and text, one behind the other */
void incident_text_hash(struct crypto *crypto, struct slice salted, struct hash *out);
void incident_line_object(struct crypto *crypto, uint64_t incident, uint64_t n, const struct line_seal *seal,
                          struct hash *out);

/* The two hashes of a line as it is stored. CORRUPT when it is shorter than any. */
RESULT incident_line_seal(struct crypto *crypto, struct slice stored, struct line_seal *out);

/*
 * Check every stored line against its entry: each is of kind INCIDENT with that hash, and lines have no gap. TAMPERED
 * names the first that is not so.
 * @param count  how many there are: as many as the ledger has entries of that kind
 */
RESULT incident_lines_check(struct shop *shop, uint64_t *count);

#endif

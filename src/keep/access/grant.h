/*
 * Grants: one reader lets another look at one subject for a time, for an order or ticket that both could show. Whoever
 * made a grant cannot use it, nor can a key that one of the same persons holds. A ticket is used once for a subject.
 *
 * Main calls: grant_permit(), made by verb_grant_add(). Example: `TRY(grant_permit(shop, reader, ask, &permit));`
 */
#ifndef AMN_KEEP_ACCESS_GRANT_H
#define AMN_KEEP_ACCESS_GRANT_H

#include "keep/access/right.h"

enum { GRANT_MINUTES = 60, GRANT_MINUTES_MAX = 24 * 60, GRANT_TICKET_DAYS = 30, GRANT_TICKET_BYTES = 16 };

struct grant {
    uint64_t granter; /* reader_no() */
    uint32_t persons[KEY_HOLDERS_MAX];
    size_t person_count;
    uint32_t role, key; /* whom it is given to: one of them, the other 0 */
    uint64_t full, masked;
    bool fields_all;                    /* whatever the role sees */
    uint8_t ticket[GRANT_TICKET_BYTES]; /* keyed tag of subject and ticket */
    int64_t made_us;
};

void grant_body_write(const struct grant *grant, struct buf *out);
RESULT grant_body_read(struct slice body, struct grant *out); /* CORRUPT, or INVALID, when it is none */

/* The tag of a ticket for this subject: equal tickets have equal tags, and nobody reads one from it. */
void grant_ticket(struct shop *shop, struct subject_no no, struct slice ticket,
                  uint8_t out[GRANT_TICKET_BYTES]);

/*
 * Find an open grant for each subject of the ask: the one it names, or any that was given to this reader's role or key
 * and covers the fields in `permit`. Notes which it was when there is one subject.
 * GRANT_MISSING, GRANT_OWN (the only fitting ones are the reader's own). Cost: about 5 us a subject.
 */
RESULT grant_permit(struct shop *shop, const struct reader *reader, const struct reveal_ask *ask,
                    struct permit *permit);

#endif

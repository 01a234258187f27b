/*
 * Self passes: what a sign-in service hands to a customer who has just signed in, and what a customer-facing front end
 * shows to see that one customer. Made here alone, from a random secret: no signature, and no token of the shop's own,
 * ever stands for one. Good for 15 minutes, for one subject, by another key than the one that issued it.
 *
 * Main calls: pass_permit(), made by verb_pass_issue(). Example: `TRY(pass_permit(shop, reader, ask, &permit));`
 */
#ifndef AMN_KEEP_ACCESS_PASS_H
#define AMN_KEEP_ACCESS_PASS_H

#include "keep/access/right.h"

#define PASS_US (15 * MINUTE_US)
#define PASS_KEPT_US HOUR_US /* until then an ended one is told from one that never was */

enum {
    PASS_SECRET_BYTES = 32,
    PASS_BYTES = 4 + 8 + PASS_SECRET_BYTES, /* shop tag, number, secret */
    PASS_NETWORK_BYTES = 16
};

struct pass {
    uint64_t issuer; /* reader_no() */
    struct hash mac; /* HMAC(pepper, number and secret) */
    uint8_t network[PASS_NETWORK_BYTES];
};

void pass_body_write(const struct pass *pass, struct buf *out);
RESULT pass_body_read(struct slice body, struct pass *out); /* CORRUPT, or INVALID, when it is none */

/* The secret of pass `number`, as its text "amp_…", and its MAC. */
void pass_secret_make(struct shop *shop, uint64_t number, struct buf *text, struct hash *mac);

/*
 * A customer's network as text, "192.0.2.7" or "2001:db8::/56", made one of many: an IPv4 address or block, an IPv6
 * block of at most 64 bits. `text` gets it in its one spelling; `tag` names it without telling it. INVALID.
 */
RESULT pass_network(struct shop *shop, struct slice network, struct buf *text,
                    uint8_t tag[PASS_NETWORK_BYTES]);

/*
 * Does the ask's pass allow this look: issued here, not ended, by another reader, for every subject named? Notes the
 * pass, its subject and network in `permit`; the ask may name no subject. Counts what it saw.
 * PASS_MISSING, PASS_UNKNOWN, PASS_EXPIRED, PASS_SUBJECT, PASS_OWN. Cost: about 5 us.
 */
RESULT pass_permit(struct shop *shop, const struct reader *reader, const struct reveal_ask *ask,
                   struct permit *permit);

/* What became of passes since this shop was opened. */
struct pass_counts {
    uint64_t issued;  /* also those of a batch that was undone */
    uint64_t seen;    /* shown in a look and found good */
    uint64_t unknown; /* shown, but never issued here */
    uint64_t refused; /* ended, another customer's, or shown by their issuer */
    /* Of the present hour: networks that passes were issued to, and the most different subjects of one of them. */
    uint64_t networks, subjects_most;
};
struct pass_counts pass_counts(struct shop *shop);

/* The same as a map, for an answer about the shop. */
void pass_counts_put(struct shop *shop, struct buf *out);

#endif

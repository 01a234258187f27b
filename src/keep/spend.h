/*
 * Spending: what a look costs whom. Everybody who looks is charged by reader, by each member of staff who may be
 * behind it, by network, by role and by shop, and where the role says so by class of field; all of it or nothing, and
 * before a record is opened. Every answer that depends on a personal value comes through here: reveal, lookup (people
 * found, and values tried), comparison. The local operator is counted as a reader only, and never refused: who holds the machine
 * could read the keys.
 *
 * Main calls: spend(), spend_try(). Example: `TRY(spend(batch, reader, looks, count, out));`
 */
#ifndef AMN_KEEP_SPEND_H
#define AMN_KEEP_SPEND_H

#include "keep/access/limits.h"
#include "keep/batch.h"

enum {
    SPEND_FIXED = 4, /* reader, network, role, shop */
    SPEND_CLASS_SHIFT =
        48, /* the number of a charge of BUDGET_CLASS: class + 1 above it, the reader's line below */
    SPEND_CHARGES_MAX = SPEND_FIXED + KEY_HOLDERS_MAX + CLASS_COUNT,
    SPEND_REPLAY_MAX = 2000000 /* entries of the last day that are read again at start */
};

/* Charges without their subjects yet. `at` has room for SPEND_FIXED and the reader's persons. */
struct spending {
    struct charge *at;
    size_t count;
};

/* What a look by this reader is charged to, with the limits of now. The same for enforcing and for telling. */
void spending_of(struct shop *shop, const struct reader *reader, struct spending *out);

/* And for what approved exports count in them already: before anybody is charged, or told what is used. */
void spending_allow(struct shop *shop, struct spending *spending);

/* The limits of the reader itself. */
struct limits spend_limits(struct shop *shop, const struct reader *reader);

/*
 * Charge a look at these people. SPENT: nothing was charged, and `out` says which budget, for the refusal.
 * Cost: that of budget_reserve(), and 0.2 us.
 */
RESULT spend(struct batch *batch, const struct reader *reader, const struct sighted *looks, size_t count,
             struct answer *out);

/*
 * The same of what two people agreed on: counted in every budget, whatever its limits; exports_allow() raises those.
 */
RESULT spend_approved(struct batch *batch, const struct reader *reader, const struct sighted *looks,
                      size_t count);

/*
 * Charge a value tried in a lookup, found or not: else a spent reader could still learn who is a customer. Values are
 * told apart by 28 bits of their tag: more would make a map of nothing but chunks.
 */
RESULT spend_try(struct batch *batch, const struct reader *reader, const uint8_t tag[TAG_BYTES],
                 struct answer *out);

/* A refusal as the member "budget" of an answer: scope, window, class, limit, used, refills_at. */
void spend_refusal_put(const struct budget_refusal *refusal, struct buf *out);

/*
 * Put back at start what the ledger and its sightings say: the last 24 hours by the minute from entries (the newest
 * SPEND_REPLAY_MAX of them), with networks and values tried; 30 days by the hour from sightings, each look as late in
 * its hour as can be. Never counts less than there was, but for networks and values older than those entries, values
 * whose lookup was refused, and roles of staff whom no session names any more. Cost: 1 us an entry, 10 to 20 ns a
 * look of the sightings and charge.
 */
RESULT spend_restore(struct shop *shop);

#endif

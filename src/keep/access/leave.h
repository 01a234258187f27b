/*
 * Leave: what happens when somebody stops working for the shop. Everything they held, and everything they could have
 * held, is found: their sessions and sign-in, keys of their own, keys they shared, keys and colleagues they made (they
 * saw the secret), keys that nobody is named for, and secrets of the shop's own systems. What is theirs alone ends at
 * once; what others need stands on a list that stays open until each is rotated. The report is an authority row with
 * its entry, made anew from what is so each time it is read.
 *
 * Each key's probe is tried over the real listener before and after, so that the report says what was seen, not what
 * was meant. Main calls: leave_begin(), leave_report(). Source: facts, Coupang 2025: a signing key retained by a former
 * employee read 33.7 million accounts.
 */
#ifndef AMN_KEEP_ACCESS_LEAVE_H
#define AMN_KEEP_ACCESS_LEAVE_H

#include "keep/access/authority.h"
#include "send/probe.h"

enum {
    LEAVE_ITEMS_MAX = 512,
    LEAVE_SHARED_HOURS = 24 /* what is shared ends by itself then, unless it was ended at once */
};

/* Stored: never reuse a number. */
enum leave_kind {
    LEAVE_KEY_OWN = 1, /* held by them alone: ended */
    LEAVE_KEY_SHARED,  /* others hold it too: must be rotated */
    LEAVE_KEY_MADE,    /* they issued it, so they saw its secret */
    LEAVE_KEY_UNNAMED, /* nobody is named as its holder, so nobody can say that they were not */
    LEAVE_SECRET,      /* of the shop's own systems, held since its last rotation */
    LEAVE_STAFF_MADE,  /* a colleague whose invitation they saw */
    LEAVE_APPROVAL     /* what they had asked for was taken back */
};

struct leave_item {
    enum leave_kind kind;
    uint32_t id; /* of the key, secret, member of staff or approval */
    enum probe_seen before, after;
};

struct leave {
    uint32_t staff; /* and number of the row */
    int64_t left_us;
    uint64_t by;              /* reader_no() */
    bool tried;               /* probes were tried after the end */
    struct leave_item *items; /* owned */
    size_t count;
};
void leave_done(struct leave *leave);

/*
 * List what a member of staff holds or could have held, before anything is ended.
 * @param out  owned by the caller: leave_done()
 * TOO_MANY above LEAVE_ITEMS_MAX.  Cost: one pass over keys, secrets, staff and approvals.
 */
RESULT leave_find(struct shop *shop, uint32_t staff, struct leave *out);

/*
 * End what is theirs, open what must be rotated, and write the report: its row, with its entry. `at_once`: keys that
 * others need as well end now rather than within LEAVE_SHARED_HOURS.
 * @param leave  what leave_find() listed, with what the probes said before
 * @param out    receipt of the report's entry
 */
RESULT leave_end(struct batch *batch, const struct reader *reader, struct leave *leave, bool at_once,
                 struct receipt *out);

/* The report of somebody who left; NULL: they have not. */
const struct leave *leave_of(const struct access *access, uint32_t staff);
/* Is this key on the report of anybody who left, so that they may know its secret still? Cost: a walk over the reports. */
bool leave_knows_key(const struct access *access, uint32_t key);
/* Write the row of a report anew. */
RESULT leave_save(struct batch *batch, const struct reader *reader, const struct leave *leave,
                  struct receipt *out);

/* The report as a map: who, when, and each item with what was done, what was seen, and whether it is still open. */
void leave_report(struct shop *shop, const struct leave *leave, struct buf *out);

/* Items still open of everybody who left: for metrics and the weekly mail. */
size_t leaves_open(const struct shop *shop);

#endif

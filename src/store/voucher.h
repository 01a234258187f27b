/*
 * Storage of compensation: what each part of a campaign's budget has become, vouchers that somebody touched, what was
 * taken from each, and who was given codes. Nothing is stored of a voucher that nobody touched. Numbers only; which
 * serial is whose, and whether a code is one, is decided above. See store/store.h for the rules.
 */
#ifndef AMN_STORE_VOUCHER_H
#define AMN_STORE_VOUCHER_H

#include "store/store.h"

/* Which voucher: serial is the customer's number. */
struct voucher_at {
    uint32_t campaign, part;
    uint64_t serial;
};

/* A part's budget, all in minor units. */
struct account_row {
    uint32_t campaign, part;
    uint64_t budget, open, reserved, used, refunded, expired;
};

struct voucher_row {
    struct voucher_at at;
    uint64_t used, reserved; /* used: less what was refunded */
    int64_t until_us;        /* its own end, when a refund moved it; 0: that of its campaign */
};

struct redemption_row {
    uint64_t id; /* from 1 */
    struct voucher_at at;
    uint32_t state; /* enum redemption_state */
    uint64_t reserved, captured, refunded;
    int64_t made_us, due_us; /* due: when a reservation lapses; 0: it is none any more */
    uint64_t reader;         /* reader_no() of whoever made it */
    uint64_t entry;          /* that tells of its beginning */
    uint32_t made;           /* as what it began: enum voucher_act; with `reserved` */
};

/*
 * One posting: the entry that tells of it, and what it was. The one that a redemption began with stands in its own row;
 * all others have a row each.
 */
struct act_row {
    uint64_t entry, redemption; /* redemption 0: of a whole part */
    uint32_t act;               /* enum voucher_act */
    uint64_t amount;
};

/* One payment by bank of what is left of a voucher. What became of it says its redemption. */
struct payment_row {
    struct voucher_at at;
    uint32_t attempt; /* from 1 */
    uint32_t batch;
    uint64_t redemption;
    uint32_t reason; /* why it was returned: four letters of a code, big-endian; 0: none */
};

/* Wrong codes of one source in one window. */
struct wrong_row {
    uint64_t source; /* keyed tag */
    int64_t until_us;
    uint64_t count;
};

struct voucher_store {
    RESULT (*account_put)(struct store *store, const struct account_row *row); /* replaces */
    RESULT(*account_each)
    (struct store *store, RESULT (*each)(void *context, const struct account_row *row), void *context);
    RESULT (*get)(struct store *store, struct voucher_row *row);       /* by row->at; NOT_FOUND */
    RESULT (*put)(struct store *store, const struct voucher_row *row); /* replaces */
    /* Of a part, those with an end of their own behind `now_us`: how many, and what they have used and reserved. */
    RESULT(*later)
    (struct store *store, uint32_t campaign, uint32_t part, int64_t now_us, uint64_t *count, uint64_t *gone);
    RESULT(*each)
    (struct store *store, RESULT (*each)(void *context, const struct voucher_row *row), void *context);
    RESULT (*taken_last)(struct store *store, uint64_t *id);                           /* 0: none */
    RESULT (*taken_get)(struct store *store, uint64_t id, struct redemption_row *row); /* NOT_FOUND */
    RESULT (*taken_add)(struct store *store, const struct redemption_row *row);        /* with its posting */
    RESULT (*taken_put)(struct store *store, const struct redemption_row *row);        /* what became of it */
    RESULT (*taken_due)(struct store *store, struct redemption_row *row); /* that lapses first; NOT_FOUND */
    RESULT(*taken_each)
    (struct store *store, RESULT (*each)(void *context, const struct redemption_row *row), void *context);
    RESULT (*act_add)(struct store *store, const struct act_row *row);
    RESULT(*act_each) /* of all postings, in the order of their entries */
    (struct store *store, RESULT (*each)(void *context, const struct act_row *row), void *context);
    /* A chunk of those who were given a code of that version. */
    RESULT(*given_put)
    (struct store *store, uint32_t campaign, uint32_t version, uint64_t chunk, struct slice bitmap);
    RESULT(*given_each)
    (struct store *store, uint32_t campaign, uint32_t version,
     RESULT (*each)(void *context, uint64_t chunk, struct slice bitmap), void *context);
    RESULT (*payment_put)(struct store *store, const struct payment_row *row); /* replaces */
    RESULT (*payment_newest)(struct store *store, struct payment_row *row);    /* of row->at; NOT_FOUND */
    RESULT (*payment_next)(struct store *store, struct payment_row *row);  /* of row->batch, behind row->at */
    RESULT (*wrong_put)(struct store *store, const struct wrong_row *row); /* replaces */
    RESULT(*wrong_each)
    (struct store *store, RESULT (*each)(void *context, const struct wrong_row *row), void *context);
    RESULT (*wrong_sweep)(struct store *store, int64_t now_us);
};

#endif

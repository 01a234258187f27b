/* Inside keep/watch only: the plan, the canaries that were handed out, and making one up. */
#ifndef AMN_KEEP_CANARY_PRIV_H
#define AMN_KEEP_CANARY_PRIV_H

#include "keep/access/access.h"
#include "keep/watch/canary.h"

enum { CANARY_DOMAIN_BYTES_MAX = 190, CANARY_PLAN_ROW = 1 };

/* What stands in row CANARY_PLAN_ROW, sealed. */
struct canary_plan {
    struct secret seed; /* of the places */
    uint64_t from;      /* the newest subject when it began: nobody up to there is a canary */
    uint32_t keepers[CANARY_KEEPERS];
    size_t keeper_count; /* 0: while there are no staff */
    char domains[CANARY_DOMAINS_MAX][CANARY_DOMAIN_BYTES_MAX + 1];
    size_t domain_count;
    uint64_t open_to; /* reader_no() of who may see the list, once; 0: nobody */
    int64_t open_until_us;
};
void canary_plan_done(struct canary_plan *plan);

enum canary_for { CANARY_FOR_KEY = 1, CANARY_FOR_PARTNER, CANARY_FOR_EXPORT };

/* In every other row: one that was handed out. */
struct canary {
    struct subject_no no;
    bool extra; /* made for it, as none was free: its number is not one of the plan's */
    enum canary_for for_kind;
    uint32_t key; /* of CANARY_FOR_KEY; of CANARY_FOR_EXPORT the export */
    char partner[CANARY_PARTNER_BYTES_MAX + 1];
    int64_t given_us;
};

/* Which number of each block is kept: drawn when it is asked for first, so what asks need not be able to change a plan. */
struct canary_places {
    struct prf *prf; /* under the plan's seed */
    uint16_t *at;    /* of each block so far, from 0 */
    size_t count;
};

struct canaries {
    struct canary_plan plan;
    bool planned;
    struct canary_places *places; /* NULL without a plan */
    struct canary *rows;          /* by row number - 1; the plan's is empty */
    size_t row_count;
    uint64_t *extras; /* numbers of those that are not the plan's, ascending */
    size_t extra_count;
};

void canary_plan_write(struct shop *shop, const struct canary_plan *plan, struct buf *out);
void canary_write(struct shop *shop, uint32_t id, const struct canary *canary, struct buf *out);

/* The number that block `block` keeps, and the newest block that begins at or before `no`. */
uint64_t canary_number(const struct canaries *canaries, size_t block);
size_t canary_blocks(const struct canaries *canaries, uint64_t last);

/* Who was given it; NULL: nobody. */
const struct canary *canary_given(const struct canaries *canaries, struct subject_no no);

/* One that is there and that nobody was given; its number 0: there is none, as far as was looked. */
RESULT canary_free(struct shop *shop, struct subject_no *out);

/* Make one up that is like a customer at random, with a number and an entry as theirs. */
RESULT canary_make(struct batch *batch, const struct reader *reader, struct subject_no *out);
/* Another ref for it, which nobody has. */
RESULT canary_new_ref(struct batch *batch, struct slice like, struct buf *out);

#endif

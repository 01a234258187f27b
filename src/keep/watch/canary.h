/*
 * Canaries: made-up customers among the shop's own, whom only a thief touches. Each is a subject as any other: sealed,
 * found by what it holds, with a public id that says nothing. Whoever names one in a look is stopped behind that ask.
 *
 * Once the shop has said under which of its own mail domains their addresses stand, one in so many of the customers to
 * come is made up: of each block of numbers one, at a place that a sealed seed decides. So no list of them stands
 * anywhere, not even sealed, and what was given out before stays as it was. Handing one out, for a key, a partner, is a
 * sealed row of the same size whatever it says; one that is free already is taken, so that its birth tells nothing.
 *
 * They are never customers: shop_customers() leaves them out, and what picks customers must ask canary_is().
 * Main calls: canary_is(), canary_touched(), canary_prepare(). Example, in a verb that was given a subject's id:
 *     canary_touched(batch, reader, no);
 */
#ifndef AMN_KEEP_WATCH_CANARY_H
#define AMN_KEEP_WATCH_CANARY_H

#include "keep/batch.h"
#include "watch/canaries.h"

enum {
    CANARY_DOMAINS_MAX = 4,
    CANARY_KEEPERS = 2, /* people who may see the list */
    CANARY_PARTNER_BYTES_MAX = 64,
    CANARY_EXPORT_MAX = 3, /* of one export */
    CANARY_ROWS_MAX = 4096 /* handed out */
};

struct canaries;
RESULT canaries_new(struct canaries **out); /* UNAVAILABLE: no memory */
void canaries_free(struct canaries **canaries);
void canaries_drop(struct canaries *canaries); /* the rows, before they are loaded anew */
RESULT canary_take(struct shop *shop, uint32_t id, struct slice body);

/* Is that subject made up? A few ns. */
bool canary_is(const struct shop *shop, struct subject_no no);
/* How many there are, up to the newest subject; and how many customers without them. */
uint64_t canary_count(const struct shop *shop);
uint64_t shop_customers(const struct shop *shop);

/* Take the next number that is not kept for a canary. What was passed over, the caller makes up in the same batch. */
struct subject_no subject_number_take(struct shop *shop);
/* The numbers behind `after` that were passed over: at most one for CANARY_EVERY_FIRST numbers, and one. */
size_t canaries_passed(const struct shop *shop, struct subject_no after, struct subject_no *out, size_t room);

struct change;
struct new_fields;
struct record;
/*
 * Make one up in the style of a customer, whose place and values are given: no value of theirs is used. Prepared as
 * subject_make() does it: the caller writes it, under an entry as the customers beside it have, and drops it.
 */
RESULT canary_prepare(struct batch *batch, struct subject_no no, const struct record *head,
                      const struct new_fields *values, struct change *out);

/* Prepare and write those that were passed over, each with an entry of its own: before that of the customer behind it. */
RESULT canaries_born(struct batch *batch, const struct reader *reader, struct subject_no after,
                     const struct record *head, const struct new_fields *values);

/*
 * A new or changed customer has the ref of a canary that nobody was given: the canary takes another, and nobody hears
 * of it. `given`: somebody was, so that it keeps it, and the ref is taken as any is.
 */
RESULT canary_yield(struct batch *batch, const struct reader *reader, struct subject_no no, bool *given);

/* To whom a canary was handed out: a key, an export, or else a partner. */
struct canary_told {
    bool given;      /* false: to nobody yet */
    uint32_t key;    /* 0: to another */
    uint32_t export; /* 0: to another */
    char partner[CANARY_PARTNER_BYTES_MAX + 1];
    int64_t given_us;
};
/* Those that were made for somebody, as none of the plan's was free: their numbers, ascending. */
size_t canaries_extra(const struct shop *shop, const uint64_t **out);

struct canary_told canary_tell(const struct shop *shop, struct subject_no no);
/*
 * The canaries of an export, so that a dump tells which export it came from: those it has, and new ones up to `want`, in
 * the open batch. `count` less: the shop has no plan, or handed out as many as it may. At most CANARY_EXPORT_MAX.
 */
RESULT canaries_of_export(struct batch *batch, const struct reader *reader, uint32_t export, size_t want,
                          struct subject_no out[CANARY_EXPORT_MAX], size_t *count);

/* This reader named that subject: nothing, or the alert and the stop. */
void canary_touched(struct batch *batch, const struct reader *reader, struct subject_no no);

/*
 * Of what a lookup found, leave out canaries that honest work may meet by chance: those beside a customer, and, but by
 * an e-mail address, those that nobody was given. How many are left.
 */
size_t canaries_unfound(const struct shop *shop, bool by_email, struct subject_no *found, size_t count);

/* May this reader ask for the list, or say yes to who does? Two people whom the shop named; anybody while not both are there. */
bool canary_keeper(const struct shop *shop, const struct reader *reader);

#endif

/*
 * What compensation must do, said again in the simplest way: a list of redemptions, and every balance counted anew from
 * it. Must never look into the keeper. Example: `cause = redress_expect(&model, &ask, &posting, &taking);`
 */
#ifndef AMN_TESTS_REDRESS_MODEL_H
#define AMN_TESTS_REDRESS_MODEL_H

#include "answer/redress/account.h"
#include "base/asks.h"
#include "base/clock.h"

enum {
    REDRESS_CAMPAIGNS = 2,
    REDRESS_PARTS = 2,
    REDRESS_PEOPLE = 6, /* customers 1 … 6 */
    REDRESS_VERSIONS = 12,
    REDRESS_TAKINGS_MAX = 4096
};

/* One ask of a checkout in the model's words. */
struct redress_ask {
    enum verb verb;
    unsigned who;                             /* 0: who runs campaigns, and may move any redemption */
    unsigned campaign, part, person, version; /* whose code; from 1. Campaign 0: a code that nobody has */
    unsigned named_campaign, named_part;      /* that the checkout asks for; 0: it does not say */
    uint64_t amount, seconds;
    uint64_t taking; /* of capture, void, refund: its number; it may be none */
    unsigned idem;   /* idempotency key; 0: none */
};

struct redress_taking {
    unsigned campaign, part, person, who;
    uint64_t held, reserved, taken, back; /* held: now; reserved: what it began with */
    int64_t made_us, due_us;              /* due: 0 when nothing is held */
    enum redemption_state state;
};

struct redress_part {
    uint64_t worth, budget, expired;
    int64_t own_until_us[REDRESS_PEOPLE + 1]; /* of a voucher that was refunded */
};

struct redress_campaign {
    bool halted;
    unsigned version, part_count;
    int64_t from_us, until_us;
    uint32_t refund_days;
    bool given[REDRESS_VERSIONS + 1]; /* were codes of that version handed out? */
    struct redress_part parts[REDRESS_PARTS + 1];
};

struct redress_model {
    int64_t now_us;
    struct redress_campaign campaigns[REDRESS_CAMPAIGNS + 1];
    struct redress_taking takings[REDRESS_TAKINGS_MAX];
    uint64_t taking_count; /* the last one's number; from 1 */
};

/* One line of the books, as its entry tells it. */
struct redress_posting {
    enum voucher_act act; /* 0: none */
    unsigned campaign, part;
    uint64_t amount;
};

uint64_t redress_open(const struct redress_model *model, unsigned campaign, unsigned part);
uint64_t redress_left(const struct redress_model *model, unsigned campaign, unsigned part, unsigned person);
/* Used and reserved of a voucher, or of a whole part (person 0). */
uint64_t redress_used(const struct redress_model *model, unsigned campaign, unsigned part, unsigned person);
uint64_t redress_held(const struct redress_model *model, unsigned campaign, unsigned part, unsigned person);
int64_t redress_until(const struct redress_model *model, unsigned campaign, unsigned part, unsigned person);
/* What of an ended part somebody can still use, as its voucher was refunded. */
uint64_t redress_kept(const struct redress_model *model, unsigned campaign, unsigned part);

/* The reservation that lapses next has lapsed. False: none is due. */
bool redress_lapse(struct redress_model *model, struct redress_posting *out);

/* The ask takes effect now: its cause, what is posted, and the redemption it made or moved (0: none). */
enum cause redress_expect(struct redress_model *model, const struct redress_ask *ask,
                          struct redress_posting *posting, uint64_t *taking);

/* Does everything add up? NULL, or what does not. */
const char *redress_sums(const struct redress_model *model);

#endif

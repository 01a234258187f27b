/*
 * Breaker: the switch of one reader, which findings move and people reset.
 *
 *     closed     looks go through
 *     slowed     each answer waits, and a part of the budget is left; closes by itself when no finding comes
 *     open       nothing goes through; only people reset it, unless the policy lets it try by itself
 *     half open  a small allowance goes through; closes when no finding came, opens at the next finding of any kind
 *
 * A finding refuses from the next ask on, never the ask that it was found in. Pure: no memory, no clock, no roles; the
 * keeper stores the text form and writes the entry whenever a call says that the state changed. A mute of an alert must
 * never keep a finding from here. Main calls: breaker_finding(), breaker_ask(), breaker_minute(). Example:
 *     if (breaker_finding(&policy, &breaker, &finding)) ... store it, write the entry
 * Source: Nygard, "Release It!" (2007), chapter 5, "Circuit Breaker".
 */
#ifndef AMN_WATCH_BREAKER_H
#define AMN_WATCH_BREAKER_H

#include "watch/detect/detect.h"

enum { BREAKER_TEXT_MAX = 160 };

enum breaker_state { BREAKER_CLOSED, BREAKER_SLOWED, BREAKER_OPEN, BREAKER_HALF_OPEN };

/* Of a role. Severity 0: never. */
struct breaker_policy {
    unsigned
        slows; /* a finding slows the reader when its detector has this severity or more, or when it trips */
    unsigned opens; /* a finding that trips opens, when its detector has this severity or more */
    int64_t slowed_us, open_us, half_us; /* params.def: breaker.slowed, .open, .half */
    double share;                        /* of its budget that a slowed reader keeps */
    uint32_t delay_ms;                   /* that an answer to it waits */
    uint64_t allowance;                  /* people, while half open */
};

/* `{0}` is a closed one that nothing was ever found of. */
struct breaker {
    enum breaker_state state;
    int64_t since_us;  /* of the state */
    int64_t last_us;   /* latest finding that mattered */
    unsigned detector; /* that moved it last; 0: people did, or nobody */
    uint32_t trips;    /* times it opened */
    uint64_t used;     /* people let through while half open */
};

/* What the parameters say, for a role that says nothing: high findings slow, tripping ones of any severity open. */
void breaker_policy_default(const struct params *params, struct breaker_policy *out);

/* Each tells whether the state changed: then it is to be stored and entered. */
bool breaker_finding(const struct breaker_policy *policy, struct breaker *breaker,
                     const struct finding *finding);
bool breaker_minute(const struct breaker_policy *policy, struct breaker *breaker, int64_t now_us);
bool breaker_trip(struct breaker *breaker, int64_t now_us); /* by people: opens */

/* By people, two of them: an open one becomes half open, any other closes. watch_calm() belongs to it. */
bool breaker_reset(struct breaker *breaker, int64_t now_us);

struct breaker_answer {
    bool refused;
    uint32_t delay_ms;
};

/* May an ask for so many people go on? What a half-open one lets through is counted; give it back when nothing came of
 * the ask. */
struct breaker_answer breaker_ask(const struct breaker_policy *policy, struct breaker *breaker,
                                  uint64_t people);
void breaker_give_back(struct breaker *breaker, uint64_t people);

/* What is left of a budget of `limit` people; at least 1 of a limit that is not 0, unless open. */
uint64_t breaker_limit(const struct breaker_policy *policy, const struct breaker *breaker, uint64_t limit);

const char *breaker_state_name(enum breaker_state state); /* "half_open" */

/* One line of words: "open since=1767225600000000 last=1767225600000000 by=canary trips=1 used=0". */
void breaker_put(struct buf *out, const struct breaker *breaker);
RESULT breaker_get(struct slice text,
                   struct breaker *out); /* INVALID: anything that breaker_put() does not write */

#endif

/*
 * Together: when readers of one role were stopped one after the other, the whole role is.
 *
 * Detectors know one reader at a time, so whoever has fifty keys of a role loses them one by one and takes with each
 * what one key may. Three readers of a role that detectors stopped within a day are no chance any more:
 *     score = (readers stopped + (role.canary - 1) * those of them that a canary stopped) / role.readers
 * counted since role.window ago, and since the role's own breaker moved last: people who reset it have seen the ones
 * before. While it is half open, one is enough. Readers that people stopped or put back to work do not count.
 * Pure: the breakers are the caller's, so there is no state of its own. Example:
 *     struct together together = together_begin(&params, role_breaker, now_us);
 *     for each reader of the role: together_count(&together, &its->breaker);
 *     if (together_score(&together) >= 1) ... the role is stopped
 * Parameters: role.* (units in params.def). Source: the attack over 50 keys.
 */
#ifndef AMN_WATCH_TOGETHER_H
#define AMN_WATCH_TOGETHER_H

#include "watch/breaker.h"

struct together {
    double limit, canary;
    int64_t from_us;
    double counted;
    uint32_t readers;
};

/* `role`: the role's own breaker; NULL: it was never stopped. */
struct together together_begin(const struct params *params, const struct breaker *role, int64_t now_us);
void together_count(struct together *together, const struct breaker *reader);
double together_score(const struct together *together); /* 0 when it is switched off */

/* What the caller gives to breaker_finding() of the role and to the alerts. `last`: the one that made it full. */
struct finding together_finding(const struct together *together, uint64_t role, const struct finding *last);

#endif

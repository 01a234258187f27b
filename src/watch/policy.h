/*
 * Policy: what a finding may do to a reader, by its role's stance and by how old and large the shop is.
 *
 * Two things stop a reader whatever the policy says, as neither can be honest work: a canary that was looked at, and a
 * budget that is spent (watch/budget). All else is statistics. A shop in its first days has no habits to hold a reader
 * against, and a small one looks at all of its few customers in the order of its list: there it only alerts. So does a
 * role that gives out roles and keys, which people keep for setting up: scripts, tests, moving in. Main call:
 * policy_of(). Example:
 *     struct breaker_policy policy;
 *     policy_of(&params, &(struct standing){.stance = STANCE_TRIP, ...}, &policy);
 */
#ifndef AMN_WATCH_POLICY_H
#define AMN_WATCH_POLICY_H

#include "watch/breaker.h"

/* What a role's row says. Numbers are stored: never reuse one. */
enum stance {
    STANCE_DEFAULT, /* by kind of role, age and size: see above */
    STANCE_ALERT,   /* people are told, nobody is held up */
    STANCE_SLOW,    /* what would stop a reader slows it */
    STANCE_TRIP,    /* from the first day on, in a shop of any size */
    STANCES
};

struct standing {
    enum stance stance;
    bool gives_rights;  /* the role gives out roles and keys */
    uint64_t customers; /* of the shop */
    int64_t age_us;     /* of the shop */
};

/* What is done for this standing now: STANCE_ALERT, _SLOW or _TRIP. */
enum stance stance_of(const struct params *params, const struct standing *standing);

void policy_of(const struct params *params, const struct standing *standing, struct breaker_policy *out);

/* May what it finds move a reader's breaker? Not of what strangers cause: they must not stop a shop's front end. */
bool policy_heeds(enum detector detector);

/* Is `inner` no looser than `outer`, in roles that both give rights or both do not? */
bool stance_within(enum stance inner, bool inner_gives, enum stance outer, bool outer_gives);

const char *stance_name(enum stance stance);              /* "default", "alert", "slow", "trip" */
bool stance_by_name(struct slice name, enum stance *out); /* an empty name: STANCE_DEFAULT */

#endif

#include "watch/policy.h"

#include <assert.h>

static const char *const names[STANCES] = {"default", "alert", "slow", "trip"};

const char *stance_name(enum stance stance)
{
    assert((unsigned)stance < STANCES);
    return names[stance];
}

bool stance_by_name(struct slice name, enum stance *out)
{
    *out = STANCE_DEFAULT;
    if (name.len == 0) return true;
    for (unsigned i = 0; i < STANCES; i++) {
        if (!slice_is(name, names[i])) continue;
        *out = (enum stance)i;
        return true;
    }
    return false;
}

enum stance stance_of(const struct params *params, const struct standing *standing)
{
    const double *at = params->at;
    assert((unsigned)standing->stance < STANCES);
    if (standing->stance != STANCE_DEFAULT) return standing->stance;
    bool young = (double)standing->age_us < at[PARAM_POLICY_DAYS] * (double)DAY_US;
    bool small = (double)standing->customers <= at[PARAM_POLICY_CUSTOMERS];
    return standing->gives_rights || young || small ? STANCE_ALERT : STANCE_TRIP;
}

void policy_of(const struct params *params, const struct standing *standing, struct breaker_policy *out)
{
    breaker_policy_default(params, out);
    switch (stance_of(params, standing)) {
    case STANCE_ALERT:
        out->slows = 0;
        out->opens = SEVERITY_CRITICAL;
        break;
    case STANCE_SLOW:
        out->opens = SEVERITY_CRITICAL;
        break;
    case STANCE_DEFAULT:
    case STANCE_TRIP:
    case STANCES:
        break;
    }
}

bool policy_heeds(enum detector detector)
{
    return detector != DETECTOR_PASSES;
}

/* How much is done: 2 is a default that trips, once the shop is old and large enough. */
static unsigned strictness(enum stance stance, bool gives_rights)
{
    static const unsigned ranks[STANCES] = {
        [STANCE_ALERT] = 0, [STANCE_SLOW] = 1, [STANCE_DEFAULT] = 2, [STANCE_TRIP] = 3};
    return stance == STANCE_DEFAULT && gives_rights ? ranks[STANCE_ALERT] : ranks[stance];
}

bool stance_within(enum stance inner, bool inner_gives, enum stance outer, bool outer_gives)
{
    return strictness(inner, inner_gives) >= strictness(outer, outer_gives);
}

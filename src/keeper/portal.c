/* What was asked for at the portal is looked at here, behind the answers, a few at a time in a commit of their own. */
#include "answer/portal/portal.h"
#include "keeper/keeper_priv.h"

enum { PORTAL_RETRY_US = 1000 * 1000 }; /* after one that failed */

int64_t portal_turn(struct keeper *keeper)
{
    struct portal *portal = keeper->portal ? keeper->portal->portal.at : NULL;
    if (!portal || !portal->visits) return INT64_MAX;
    int64_t due_us = visits_due_us(portal->visits, clock_monotonic_us());
    if (due_us > 0) return due_us;
    if (visits_work(keeper->portal, &keeper->arena, portal->visits).code != CODE_OK) return PORTAL_RETRY_US;
    return visits_due_us(portal->visits, clock_monotonic_us());
}

/* What was asked for at the portal is looked at here, behind the answers, a few at a time in a commit of their own. */
#include "answer/portal/portal.h"
#include "keeper/keeper_priv.h"

enum { PORTAL_RETRY_US = 1000 * 1000 }; /* after one that failed */

static RESULT work(struct keeper *keeper, struct visits *visits, size_t *count)
{
    SCOPED(batch_done) struct batch batch = {0};
    TRY(batch_begin(keeper->portal, &keeper->arena, &batch));
    struct result done = visits_work(&batch, visits, count);
    if (done.code == CODE_OK) return batch_settle(&batch);
    batch_rollback(&batch);
    return done;
}

int64_t portal_turn(struct keeper *keeper)
{
    struct portal *portal = keeper->portal ? keeper->portal->portal.at : NULL;
    size_t count = 0;
    if (!portal || !portal->visits) return INT64_MAX;
    int64_t due_us = visits_due_us(portal->visits, clock_monotonic_us());
    if (due_us > 0) return due_us;
    struct result done = work(keeper, portal->visits, &count);
    visits_worked(portal->visits, count, done.code == CODE_OK);
    if (done.code != CODE_OK) return PORTAL_RETRY_US;
    return visits_due_us(portal->visits, clock_monotonic_us());
}

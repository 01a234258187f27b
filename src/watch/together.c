#include "watch/together.h"

#include <assert.h>

struct together together_begin(const struct params *params, const struct breaker *role, int64_t now_us)
{
    const double *at = params->at;
    struct together together = {.limit = at[PARAM_ROLE_READERS],
                                .canary = at[PARAM_ROLE_CANARY],
                                .from_us = now_us - (int64_t)(at[PARAM_ROLE_WINDOW] * (double)SECOND_US)};
    if (role && role->since_us > together.from_us) together.from_us = role->since_us;
    if (role && role->state == BREAKER_HALF_OPEN && together.limit > 1) together.limit = 1;
    return together;
}

void together_count(struct together *together, const struct breaker *reader)
{
    if (reader->state != BREAKER_OPEN || reader->detector == 0 || reader->since_us < together->from_us)
        return;
    together->readers++;
    together->counted += reader->detector == DETECTOR_CANARY ? together->canary : 1;
}

double together_score(const struct together *together)
{
    return together->limit > 0 ? together->counted / together->limit : 0;
}

struct finding together_finding(const struct together *together, uint64_t role, const struct finding *last)
{
    double score = together_score(together);
    assert(score >= 1 && together->readers > 0);
    return (struct finding){.detector = DETECTOR_ROLE,
                            .reader = role,
                            .at_us = last->at_us,
                            .people = last->people,
                            .times = together->readers,
                            .score = score,
                            .trips = true};
}

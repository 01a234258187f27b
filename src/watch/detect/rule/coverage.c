#include "watch/detect/rule/coverage.h"

#include <math.h>

#define SHARE_MOST 0.999 /* the sketch may count a few more than there are */
#define ACCEPTED_TIMES 1.5

double coverage_share(double people, uint64_t customers)
{
    return customers == 0 ? 0 : fmin(SHARE_MOST, people / (double)customers);
}

double coverage_intensity(const struct params *params, double share, uint32_t days)
{
    return -log1p(-share) / fmax(days, params->at[PARAM_COVERAGE_DAYS]);
}

bool coverage_matters(const struct coverage *state, const struct params *params, double people, double share)
{
    return people >= params->at[PARAM_COVERAGE_PEOPLE] && share >= params->at[PARAM_COVERAGE_FLOOR] &&
           share > state->accepted * ACCEPTED_TIMES;
}

double coverage_score(const struct params *params, double share, double intensity, double peers)
{
    if (peers < 0) return share / params->at[PARAM_COVERAGE_ALONE];
    double floor = coverage_intensity(params, params->at[PARAM_COVERAGE_FLOOR], 0);
    return intensity / fmax(peers * params->at[PARAM_COVERAGE_TIMES], floor);
}

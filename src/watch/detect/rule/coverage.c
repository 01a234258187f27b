#include "watch/detect/rule/coverage.h"

#include "watch/detect/measure/statistic.h"

#include <math.h>

#define SHARE_MOST 0.999 /* the sketch may count a few more than there are */
#define ACCEPTED_TIMES 1.5
#define BELOW_TRIP 0.99 /* without peers or habit people are told, and nothing is stopped */
#define DAYS_OF_WEEK 7

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

double coverage_score(const struct coverage *state, const struct params *params, double share,
                      double intensity, double peers)
{
    double times = params->at[PARAM_COVERAGE_TIMES], trip = params->at[PARAM_COVERAGE_TRIP];
    double usual = peers >= 0 ? peers : state->habit;
    if (peers < 0 && state->habit <= 0) {
        double score = share / params->at[PARAM_COVERAGE_ALONE];
        return trip > 0 ? fmin(score, trip * BELOW_TRIP) : score;
    }
    double floor = coverage_intensity(params, params->at[PARAM_COVERAGE_FLOOR], 0);
    return intensity / fmax(usual * times, floor);
}

void coverage_learn(struct coverage *state, const struct params *params, double intensity, uint32_t days)
{
    if (days < params->at[PARAM_LEARN_DAYS]) return;
    if (state->habit <= 0) {
        state->habit = fixed(intensity);
        return;
    }
    double down = pow(1 - params->at[PARAM_SLOW_RISE_SHRINK], 1.0 / DAYS_OF_WEEK);
    double up = pow(1 + params->at[PARAM_SLOW_RISE_GROW], 1.0 / DAYS_OF_WEEK);
    state->habit = fixed(bounded(intensity, state->habit * down, state->habit * up));
}

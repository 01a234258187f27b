#include "watch/detect/rule/slow_rise.h"

#include "watch/detect/measure/statistic.h"

#include <math.h>

#define SUM_MOST 2 /* times the limit, so that an alert ends within days when its cause does */

double slow_rise_x(double people)
{
    return log1p(people);
}

static size_t ring_values(const uint16_t *ring, size_t room, uint32_t ever, double *out)
{
    size_t count = ever < room ? ever : room;
    for (size_t i = 0; i < count; i++) out[i] = (double)ring[i] / SLOW_RISE_LOG_ONE;
    return count;
}

static void ring_add(uint16_t *ring, size_t room, uint32_t *ever, double x)
{
    ring[*ever % room] = (uint16_t)bounded(rint(x * SLOW_RISE_LOG_ONE), 0, UINT16_MAX);
    *ever = *ever + 1 < 2 * room ? *ever + 1 : (uint32_t)room + (*ever + 1) % (uint32_t)room;
}

bool slow_rise_habit(const struct slow_rise *state, const struct params *params,
                     const struct slow_rise_peers *peers, double *baseline, double *spread)
{
    if (state->baseline > 0) {
        *baseline = state->baseline;
        *spread = state->spread;
        return true;
    }
    if (!peers || peers->middle < 0) return false;
    double own = params->at[PARAM_SLOW_RISE_SPREAD_MOST];
    *baseline = peers->middle;
    *spread = sqrt(own * own + peers->spread * peers->spread); /* one of them, we do not know which */
    return true;
}

/* z of one day, bounded. */
static double deviation(const struct params *params, double x, double baseline, double spread)
{
    return bounded((x - baseline) / spread, -params->at[PARAM_SLOW_RISE_DOWN],
                   params->at[PARAM_SLOW_RISE_UP]);
}

double slow_rise_score(const struct slow_rise *state, const struct params *params, double people,
                       const struct slow_rise_peers *peers)
{
    double baseline = 0, spread = 1;
    if (people < params->at[PARAM_SLOW_RISE_PEOPLE]) return 0;
    if (!slow_rise_habit(state, params, peers, &baseline, &spread)) return 0;
    double shift = peers && peers->shift > 0 ? peers->shift : 0;
    double z = deviation(params, slow_rise_x(people), baseline + shift, spread),
           slack = params->at[PARAM_SLOW_RISE_SLACK];
    double sum = z > slack ? cusum_step(state->sum, z, slack) : state->sum; /* the day may still grow */
    return sum / params->at[PARAM_SLOW_RISE_LIMIT];
}

static void spread_set(struct slow_rise *state, const struct params *params, double *values, size_t count,
                       double middle)
{
    state->spread = fixed(bounded(spread_of(values, count, middle), params->at[PARAM_SLOW_RISE_SPREAD_LEAST],
                                  params->at[PARAM_SLOW_RISE_SPREAD_MOST]));
}

static void learn(struct slow_rise *state, const struct params *params, const struct slow_rise_peers *peers,
                  int64_t day)
{
    double values[SLOW_RISE_DAYS];
    size_t count = ring_values(state->learned, SLOW_RISE_DAYS, state->learned_count, values);
    if ((double)count < params->at[PARAM_LEARN_DAYS]) return;
    double middle = median(values, count);
    if (state->baseline <= 0) {
        double begins = fmax(middle, peers->middle); /* whoever is new works slowly at first */
        state->baseline = peers->middle >= 0 ? fmin(begins, peers->high) : begins;
        state->anchor = state->baseline = fixed(state->baseline);
        state->anchor_day = day;
    } else {
        double weeks = bounded((double)(day - state->learned_day), 0, 7) / 7;
        double up = log1p(params->at[PARAM_SLOW_RISE_GROW]) * weeks;
        double down = -log1p(-params->at[PARAM_SLOW_RISE_SHRINK]) * weeks;
        if (state->learned_count < SLOW_RISE_DAYS)
            middle = fmax(middle, fmin(peers->middle, state->baseline));
        double most = state->anchor + log1p(params->at[PARAM_SLOW_RISE_QUARTER]);
        state->baseline = fixed(fmin(moved(state->baseline, middle, down, up), fmax(most, state->baseline)));
        if (day - state->anchor_day >= SLOW_RISE_ANCHOR_DAYS || day < state->anchor_day) {
            state->anchor = state->baseline;
            state->anchor_day = day;
        }
    }
    spread_set(state, params, values, count, middle);
}

void slow_rise_close(struct slow_rise *state, const struct params *params,
                     const struct slow_rise_peers *peers, struct slow_rise_day day)
{
    double baseline = 0, spread = 1, x = slow_rise_x(day.people), shift = peers->shift > 0 ? peers->shift : 0;
    ring_add(state->recent, SLOW_RISE_RECENT, &state->recent_count, x);
    if (slow_rise_habit(state, params, peers, &baseline, &spread)) {
        double most = SUM_MOST * params->at[PARAM_SLOW_RISE_LIMIT];
        double z = deviation(params, x, baseline + shift, spread);
        state->sum = fixed(fmin(most, cusum_step(state->sum, z, params->at[PARAM_SLOW_RISE_SLACK])));
    }
    if (!day.learn) return;
    ring_add(state->learned, SLOW_RISE_DAYS, &state->learned_count, fmax(0, x - shift));
    learn(state, params, peers, day.day);
    state->learned_day = day.day;
}

void slow_rise_calm(struct slow_rise *state)
{
    state->sum = 0;
}

void slow_rise_accept(struct slow_rise *state, const struct params *params, int64_t day, double people)
{
    double values[SLOW_RISE_RECENT + 1];
    size_t count = ring_values(state->recent, SLOW_RISE_RECENT, state->recent_count, values);
    state->sum = 0;
    if (people >= params->at[PARAM_LEARN_PEOPLE]) values[count++] = slow_rise_x(people);
    if (count == 0) return;
    double middle = fixed(quantile(values, count, 1)); /* the greatest of them: that is what was accepted */
    state->learned_count = 0;
    for (size_t i = 0; i < count; i++)
        ring_add(state->learned, SLOW_RISE_DAYS, &state->learned_count, middle);
    state->baseline = state->anchor = middle;
    state->anchor_day = state->learned_day = day;
    spread_set(state, params, values, count, middle);
}

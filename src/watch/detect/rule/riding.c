#include "watch/detect/rule/riding.h"

#include <math.h>

static bool is_near(uint64_t near, uint64_t least, uint64_t used, uint64_t limit)
{
    return limit >= least && limit > 0 && used <= limit &&
           used >= limit / 1000 * near + limit % 1000 * near / 1000;
}

void riding_look(struct riding *state, uint64_t near, uint64_t least, const struct look *look, int64_t hour)
{
    if (is_near(near, least, look->used_day, look->limit_day)) state->today = true;
    if (!is_near(near, least, look->used_hour, look->limit_hour) || hour <= state->hour) return;
    state->hours = hour == state->hour + 1 ? state->hours + 1 : 1;
    state->hour = hour;
}

double riding_score(const struct riding *state, const struct params *params, int64_t hour)
{
    double days = (double)state->days + state->today;
    double score = state->today ? days / params->at[PARAM_RIDING_DAYS] : 0;
    if (state->hour == hour) score = fmax(score, state->hours / params->at[PARAM_RIDING_HOURS]);
    if (!state->today || state->used_days < RIDING_WINDOW_LEAST) return score;
    double share = (double)__builtin_popcount(state->window) / state->used_days;
    return fmax(score, share / params->at[PARAM_RIDING_SHARE]);
}

void riding_close(struct riding *state)
{
    state->window = (uint16_t)((state->window << 1 | state->today) & ((1U << RIDING_WINDOW) - 1));
    if (state->used_days < RIDING_WINDOW) state->used_days++;
    state->days = state->today ? state->days + 1 : 0;
    state->today = false;
}

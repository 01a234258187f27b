#include "watch/detect/rule/grantless.h"

#include "watch/detect/measure/statistic.h"

#define LEARN_A_DAY 0.02

void grantless_look(struct grantless *state, const struct look *look)
{
    if (look->passed) return;
    state->day_looks += look->count;
    if (!look->granted) state->day_without += look->count;
}

double grantless_score(const struct grantless *state, const struct params *params, double usual)
{
    if (usual < 0 || usual > params->at[PARAM_GRANTLESS_USUAL]) return 0;
    if ((double)state->day_looks < params->at[PARAM_GRANTLESS_LEAST]) return 0;
    double share =
        wilson_lower((double)state->day_without, (double)state->day_looks, params->at[PARAM_GRANTLESS_Z]);
    return share / (usual + params->at[PARAM_GRANTLESS_MORE]);
}

void grantless_close(struct grantless *state, const struct params *params, bool learn)
{
    if (learn && (double)state->day_looks >= params->at[PARAM_LEARN_PEOPLE]) {
        double share = (double)state->day_without / (double)state->day_looks;
        state->usual = fixed(state->known ? moved(state->usual, share, LEARN_A_DAY, LEARN_A_DAY) : share);
        state->known = true;
    }
    state->day_looks = state->day_without = 0;
}

void grantless_calm(struct grantless *state)
{
    state->day_looks = state->day_without = 0;
}

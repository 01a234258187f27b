#include "watch/detect/rule/fruitless.h"

#include "watch/detect/measure/statistic.h"

#include <math.h>

#define ALLOWED_MOST 0.95
#define LEARN_A_DAY 0.02

void fruitless_table_make(const struct params *params, struct fruitless_table *out)
{
    double z = params->at[PARAM_FRUITLESS_Z], share = fmin(ALLOWED_MOST, params->at[PARAM_FRUITLESS_SHARE]);
    for (unsigned tries = 0; tries <= FRUITLESS_LATEST; tries++) {
        unsigned misses = 0;
        while (misses <= tries && wilson_lower(misses, tries, z) < share) misses++;
        bool enough = tries >= params->at[PARAM_FRUITLESS_LEAST];
        out->least[tries] = (uint8_t)(enough ? misses : FRUITLESS_LATEST + 1);
    }
}

bool fruitless_look(struct fruitless *state, const struct fruitless_table *table, const struct look *look)
{
    if (look->kind != LOOK_FOUND && look->kind != LOOK_MISSED) return false;
    bool missed = look->kind == LOOK_MISSED;
    state->missed = state->missed << 1 | missed;
    if (state->latest < FRUITLESS_LATEST) state->latest++;
    state->day_tries++;
    state->day_misses += missed;
    return missed && __builtin_popcountll(state->missed) >= table->least[state->latest];
}

double fruitless_score(const struct fruitless *state, const struct params *params, double peers)
{
    double least = params->at[PARAM_FRUITLESS_LEAST], z = params->at[PARAM_FRUITLESS_Z], share = 0;
    if (state->latest >= least) share = wilson_lower(__builtin_popcountll(state->missed), state->latest, z);
    if ((double)state->day_tries >= least)
        share = fmax(share, wilson_lower((double)state->day_misses, (double)state->day_tries, z));
    double usual = fmax(peers, state->known ? state->usual : 0);
    double allowed = fmax(params->at[PARAM_FRUITLESS_SHARE], params->at[PARAM_FRUITLESS_TIMES] * usual);
    return share / fmin(ALLOWED_MOST, allowed);
}

void fruitless_close(struct fruitless *state, const struct params *params, bool learn)
{
    if (learn && (double)state->day_tries >= params->at[PARAM_FRUITLESS_LEAST]) {
        double share = (double)state->day_misses / (double)state->day_tries;
        state->usual = fixed(state->known ? moved(state->usual, share, LEARN_A_DAY, LEARN_A_DAY) : share);
        state->known = true;
    }
    state->day_tries = state->day_misses = 0;
}

void fruitless_calm(struct fruitless *state)
{
    *state = (struct fruitless){.usual = state->usual, .known = state->known};
}

#include "watch/detect/rule/enumeration.h"

#include "watch/detect/measure/sketch.h"
#include "watch/detect/measure/statistic.h"

#include <math.h>
#include <string.h>

enum {
    DIFFERENT_LEAST = 40,
    SCORE_MOST = 4,
    NARROW = 64
}; /* 64 different people set 57 of 256 bits, as a rule */

void enumeration_calm(struct enumeration *state)
{
    *state = (struct enumeration){.usual_values = state->usual_values};
}

/* Called each 64 steps, which are forgotten then. */
static double widths_score(struct enumeration *state, const struct params *params, uint64_t customers)
{
    unsigned different = 0, narrow = 0;
    uint64_t narrow_width = customers / NARROW;
    unsigned narrow_log = narrow_width > 0 ? 63 - (unsigned)__builtin_clzll(narrow_width) : 0;
    double bits = 0;
    for (size_t i = 0; i < ENUMERATION_SEEN; i++) different += (unsigned)__builtin_popcountll(state->seen[i]);
    for (size_t i = 0; i < COUNT_OF(state->widths); i++) {
        if (state->widths[i] == 0) continue;
        double share = (double)state->widths[i] / ENUMERATION_STEPS;
        bits -= share * log2(share);
        if (i % ENUMERATION_WIDTHS < narrow_log) narrow += state->widths[i];
    }
    memset(state->widths, 0, sizeof state->widths);
    memset(state->seen, 0, sizeof state->seen);
    state->steps = 0;
    if (different < DIFFERENT_LEAST) return 0;
    double allowed = params->at[PARAM_ENUMERATION_BITS];
    double score = bits * SCORE_MOST < allowed ? SCORE_MOST : allowed / bits;
    return fmax(score, (double)narrow / ENUMERATION_STEPS / params->at[PARAM_ENUMERATION_NEAR]);
}

static double step(struct enumeration *state, const struct params *params, uint64_t subject,
                   uint64_t customers)
{
    uint64_t width = subject - state->last;
    bool upwards = subject > state->last;
    state->run = upwards == state->upwards ? state->run + 1 : 1;
    state->steady = width == state->width ? state->steady + 1 : 1;
    state->upwards = upwards;
    state->width = width;
    state->last = subject;
    unsigned log = 63 - (unsigned)__builtin_clzll(upwards ? width : 0 - width);
    if (log >= ENUMERATION_WIDTHS) log = ENUMERATION_WIDTHS - 1;
    state->widths[log + (upwards ? ENUMERATION_WIDTHS : 0)]++;
    uint64_t mixed = sketch_mix(subject);
    state->seen[mixed >> 62] |= UINT64_C(1) << (mixed & 63);
    double score = 0;
    if (++state->steps == ENUMERATION_STEPS) score = widths_score(state, params, customers);
    if (state->run >= params->at[PARAM_ENUMERATION_RUN])
        score = fmax(score, state->run / params->at[PARAM_ENUMERATION_RUN]);
    if (state->steady >= params->at[PARAM_ENUMERATION_STEADY])
        score = fmax(score, state->steady / params->at[PARAM_ENUMERATION_STEADY]);
    return score;
}

double enumeration_look(struct enumeration *state, const struct params *params, const struct look *look,
                        struct enumeration_shop shop)
{
    double score = 0;
    for (size_t i = 0; i < look->count; i++) {
        uint64_t subject = look->subjects[i];
        if (subject > shop.old || subject == state->last || subject == 0) continue;
        if (state->last == 0) {
            state->last = subject;
            continue;
        }
        double one = step(state, params, subject, shop.customers);
        if (one > score) score = one;
    }
    return score;
}

double enumeration_values(const struct enumeration *state, const struct params *params, double values,
                          double peers, uint32_t days)
{
    if (values < params->at[PARAM_ENUMERATION_VALUES]) return 0;
    if (peers <= 0 && days < params->at[PARAM_LEARN_DAYS]) return 0; /* nothing to compare with yet */
    double usual = fmax(peers, state->usual_values) * params->at[PARAM_ENUMERATION_TIMES];
    return values / fmax(usual, params->at[PARAM_ENUMERATION_VALUES]);
}

void enumeration_learn(struct enumeration *state, const struct params *params, double values, uint32_t days)
{
    double usual = state->usual_values, times = pow(1 + params->at[PARAM_SLOW_RISE_GROW], days / 7.0);
    if (usual <= 0)
        usual = values;
    else
        usual = moved(usual, values, usual / 10, usual * (times - 1));
    state->usual_values = fixed(fmin(usual, FIXED_MAX));
}

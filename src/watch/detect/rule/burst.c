#include "watch/detect/rule/burst.h"

#include "watch/detect/measure/statistic.h"

#include <math.h>

#define DAYS_OF_WEEK 7
#define FIRST_STEP \
    0.3 /* most that a day of the first learn.days moves what is usual: one of them may be a sale */

static const int64_t lengths_us[BURST_WINDOWS] = {5 * MINUTE_US, HOUR_US};
static const double chances[BURST_WINDOWS] = {
    1.5, 1}; /* of 288 windows a day the busiest owes more to it than of 24 */

static void counted(struct burst_window *window, double people)
{
    window->people = fmax(window->people, people);
    window->busiest = fmax(window->busiest, window->people);
}

/* The hour that runs, or has just ended, as far as it was counted. */
static void note(struct burst *state)
{
    const struct burst_window *hour = &state->windows[1];
    if (hour->until_us > 0) hours_note(&state->hours, hour->until_us / HOUR_US - 1, hour->people);
}

static void begin(struct burst_window *window, int64_t until_us)
{
    window->until_us = until_us;
    window->people = 0;
    sketch_clear(&window->seen);
}

void burst_turn(struct burst *state, int64_t now_us)
{
    for (size_t i = 0; i < BURST_WINDOWS; i++) {
        struct burst_window *window = &state->windows[i];
        if (now_us < window->until_us && now_us >= window->until_us - lengths_us[i]) continue;
        if (lengths_us[i] == HOUR_US) note(state);
        begin(window, now_us - now_us % lengths_us[i] + lengths_us[i]);
    }
}

bool burst_add(struct burst *state, uint64_t mixed)
{
    bool fresh = false;
    for (size_t i = 0; i < BURST_WINDOWS; i++) {
        struct burst_window *window = &state->windows[i];
        if (!sketch_add(&window->seen, mixed)) continue;
        counted(window, window->people + 1);
        fresh = true;
    }
    return fresh;
}

void burst_minute(struct burst *state)
{
    for (size_t i = 0; i < BURST_WINDOWS; i++)
        counted(&state->windows[i], floor(sketch_count(&state->windows[i].seen)));
    note(state);
}

double burst_score(const struct burst *state, const struct params *params, const double peers[BURST_WINDOWS],
                   struct burst_of of)
{
    bool known = of.days >= params->at[PARAM_LEARN_DAYS];
    double times = params->at[PARAM_BURST_TIMES] * (of.by_grants ? params->at[PARAM_BURST_GRANTED] : 1);
    double score = 0;
    for (size_t i = 0; i < BURST_WINDOWS; i++) {
        const struct burst_window *window = &state->windows[i];
        double usual = fmax(known ? window->usual : 0, peers[i]);
        if (usual <= 0 || window->people < params->at[PARAM_BURST_LEAST]) continue;
        double steady = fmax(0, usual - chances[i] * sqrt(usual));
        double allowed = params->at[PARAM_BURST_LEAST] + times * steady;
        score = fmax(score, window->people / allowed);
    }
    return score;
}

void burst_close(struct burst *state, const struct params *params, bool learn, uint32_t days)
{
    bool young = days <= params->at[PARAM_LEARN_DAYS];
    note(state);
    double part = young ? FIRST_STEP : pow(1 + params->at[PARAM_SLOW_RISE_GROW], 1.0 / DAYS_OF_WEEK) - 1;
    for (size_t i = 0; i < BURST_WINDOWS; i++) {
        struct burst_window *window = &state->windows[i];
        double usual = window->usual > 0 ? window->usual : window->busiest;
        usual = moved(usual, window->busiest, usual * part, usual * part);
        if (learn) window->usual = fixed(fmin(usual, FIXED_MAX));
        window->busiest = 0;
        begin(window, 0);
    }
}

void burst_calm(struct burst *state)
{
    note(state);
    for (size_t i = 0; i < BURST_WINDOWS; i++) {
        state->windows[i].busiest = 0;
        begin(&state->windows[i], 0);
    }
}

void burst_accept(struct burst *state)
{
    for (size_t i = 0; i < BURST_WINDOWS; i++) {
        struct burst_window *window = &state->windows[i];
        window->usual = fixed(fmin(fmax(window->usual, window->busiest), FIXED_MAX));
    }
}

/* What is judged by sums: each minute, and when a day is over. */
#include "watch/detect/measure/statistic.h"
#include "watch/detect/watch_priv.h"

#include <math.h>
#include <stdlib.h>

/* What one reader brings to a measure of its peers; NAN: nothing. */
typedef double brings(const struct reader_state *state, const struct params *params);

static double brings_baseline(const struct reader_state *state, const struct params *params)
{
    (void)params;
    return state->rise.baseline > 0 ? state->rise.baseline : NAN;
}

static double brings_rise(const struct reader_state *state, const struct params *params)
{
    bool counts =
        state->active && state->rise.baseline > 0 && state->people >= params->at[PARAM_LEARN_PEOPLE];
    return counts ? slow_rise_x(state->people) - state->rise.baseline : NAN;
}

static double brings_minutes(const struct reader_state *state, const struct params *params)
{
    (void)params;
    return state->burst.windows[0].usual > 0 ? state->burst.windows[0].usual : NAN;
}

static double brings_hour(const struct reader_state *state, const struct params *params)
{
    (void)params;
    return state->burst.windows[1].usual > 0 ? state->burst.windows[1].usual : NAN;
}

static double brings_values(const struct reader_state *state, const struct params *params)
{
    (void)params;
    return state->enumeration.usual_values > 0 ? state->enumeration.usual_values : NAN;
}

static double brings_fruitless(const struct reader_state *state, const struct params *params)
{
    (void)params;
    return state->fruitless.known ? state->fruitless.usual : NAN;
}

static double brings_grantless(const struct reader_state *state, const struct params *params)
{
    (void)params;
    return state->grantless.known ? state->grantless.usual : NAN;
}

static double brings_intensity(const struct reader_state *state, const struct params *params)
{
    return state->days >= params->at[PARAM_LEARN_DAYS] ? state->intensity : NAN;
}

/* Of a crowd above this one reader more or less is no matter; below, a reader is not compared with itself. */
enum { CROWD_LARGE = 32 };

static void everybody_by_group(struct watch *watch)
{
    size_t from = 0;
    for (size_t i = 0; i < watch->groups_count; i++) watch->groups[i]->crowd = (struct crowd){0};
    for (size_t i = 0; i < watch->readers.count; i++) {
        const struct reader_state *state = watch->readers.list[i];
        if (state->group) state->group->crowd.count++;
    }
    for (size_t i = 0; i < watch->groups_count; i++) {
        struct crowd *crowd = &watch->groups[i]->crowd;
        crowd->members = watch->order + from;
        from += crowd->count;
        crowd->count = 0;
    }
    for (size_t i = 0; i < watch->readers.count; i++) {
        struct reader_state *state = watch->readers.list[i];
        if (state->group) state->group->crowd.members[state->group->crowd.count++] = state;
    }
    watch->everybody = (struct crowd){.members = watch->readers.list, .count = watch->readers.count};
}

/* What the members but one bring, into the scratch; how many did: 0 when fewer than peers.least. */
static size_t gather(struct watch *watch, const struct crowd *crowd, const struct reader_state *but,
                     brings *bring)
{
    size_t count = 0;
    for (size_t i = 0; i < crowd->count; i++) {
        if (crowd->members[i] == but) continue;
        double value = bring(crowd->members[i], &watch->params);
        if (!isnan(value)) watch->scratch[count++] = value;
    }
    return (double)count >= watch->params.at[PARAM_PEERS_LEAST] ? count : 0;
}

static double middle_of(struct watch *watch, const struct crowd *crowd, brings *bring)
{
    size_t count = gather(watch, crowd, NULL, bring);
    return count > 0 ? median(watch->scratch, count) : -1;
}

/* How much the others rose today, 0 when they fell; below 0: they are too few. */
static double shift_of(struct watch *watch, struct crowd *crowd, const struct reader_state *but)
{
    bool large = crowd->count > CROWD_LARGE;
    if (large && crowd->shift_known) return crowd->shift;
    size_t count = gather(watch, crowd, large ? NULL : but, brings_rise);
    crowd->shift = count > 0 ? fmax(0, median(watch->scratch, count)) : -1;
    crowd->shift_known = true;
    return crowd->shift;
}

/* That of its peers, or of the whole shop when they are too few. */
static double shift_for(struct watch *watch, const struct reader_state *state)
{
    double shift = state->group ? shift_of(watch, &state->group->crowd, state) : -1;
    return shift >= 0 ? shift : shift_of(watch, &watch->everybody, state);
}

static double cover_of(struct watch *watch, struct crowd *crowd, const struct reader_state *but)
{
    bool large = crowd->count > CROWD_LARGE;
    if (large && crowd->cover_known) return crowd->cover;
    size_t count = gather(watch, crowd, large ? NULL : but, brings_intensity);
    crowd->cover =
        count > 0 ? quantile(watch->scratch, count, watch->params.at[PARAM_COVERAGE_QUANTILE]) : -1;
    crowd->cover_known = true;
    return crowd->cover;
}

void watch_groups_measure(struct watch *watch)
{
    everybody_by_group(watch);
    for (size_t i = 0; i < watch->groups_count; i++) {
        struct group *group = watch->groups[i];
        const struct crowd *crowd = &group->crowd;
        size_t count = gather(watch, crowd, NULL, brings_baseline);
        group->rise = (struct slow_rise_peers){-1, -1, -1, -1};
        if (count > 0) {
            group->rise.high = quantile(watch->scratch, count, 0.9);
            group->rise.middle = median(watch->scratch, count);
            group->rise.spread = spread_of(watch->scratch, count, group->rise.middle);
        }
        group->burst[0] = middle_of(watch, crowd, brings_minutes);
        group->burst[1] = middle_of(watch, crowd, brings_hour);
        group->values = middle_of(watch, crowd, brings_values);
        group->fruitless = middle_of(watch, crowd, brings_fruitless);
        group->grantless = middle_of(watch, crowd, brings_grantless);
        group->teachers = 0;
        for (size_t j = 0; j < crowd->count; j++)
            group->teachers += crowd->members[j]->days >= watch->params.at[PARAM_LEARN_DAYS];
    }
}

static void judged(struct watch *watch, struct reader_state *state, enum detector detector, double score,
                   int64_t now_us)
{
    if (score >= 1) watch_raise(watch, state, detector, score, now_us);
}

static const struct slow_rise_peers no_peers = {-1, -1, -1, -1};

static double rise_score(struct watch *watch, const struct reader_state *state)
{
    struct slow_rise_peers peers = state->group ? state->group->rise : no_peers;
    double score = slow_rise_score(&state->rise, &watch->params, state->people, &peers);
    if (score < 1) return score;
    peers.shift = shift_for(watch, state);
    return slow_rise_score(&state->rise, &watch->params, state->people, &peers);
}

static double cover_score(struct watch *watch, const struct reader_state *state)
{
    const struct params *params = &watch->params;
    double ever = sketch_count(&state->ever), share = coverage_share(ever, watch->customers);
    if (!coverage_matters(&state->coverage, params, ever, share)) return 0;
    double peers = state->group ? cover_of(watch, &state->group->crowd, state) : -1;
    return coverage_score(&state->coverage, params, share, coverage_intensity(params, share, state->days + 1),
                          peers);
}

static void judge(struct watch *watch, struct reader_state *state, int64_t now_us)
{
    const struct params *params = &watch->params;
    const struct group *group = state->group;
    judged(watch, state, DETECTOR_BURST, watch_burst_score(watch, state), now_us);
    judged(watch, state, DETECTOR_SLOW_RISE, rise_score(watch, state), now_us);
    judged(watch, state, DETECTOR_RIDING, riding_score(&state->riding, params, watch->hour), now_us);
    judged(watch, state, DETECTOR_COVERAGE, cover_score(watch, state), now_us);
    judged(watch, state, DETECTOR_FRUITLESS,
           fruitless_score(&state->fruitless, params, group ? group->fruitless : -1), now_us);
    double usual = group && group->grantless >= 0 ? group->grantless
                   : state->grantless.known && state->days >= params->at[PARAM_LEARN_DAYS]
                       ? state->grantless.usual
                       : -1;
    judged(watch, state, DETECTOR_GRANTLESS, grantless_score(&state->grantless, params, usual), now_us);
    judged(watch, state, DETECTOR_ENUMERATION,
           enumeration_values(&state->enumeration, params, state->values, group ? group->values : -1,
                              state->days),
           now_us);
}

/* Sums of those who looked: of all of them, before one is compared with another. */
static void count(struct watch *watch)
{
    for (size_t i = 0; i < watch->readers.count; i++) {
        struct reader_state *state = watch->readers.list[i];
        if (!state->looked) continue;
        state->people = sketch_count(&state->today);
        burst_minute(&state->burst);
        state->values = sketch_count(&state->tried);
    }
    everybody_by_group(watch);
}

void watch_minute(struct watch *watch, int64_t now_us, uint64_t customers)
{
    watch->customers = customers;
    if (now_us < watch->hour_from_us || now_us >= watch->hour_to_us) watch_turn(watch, now_us);
    count(watch);
    for (size_t i = 0; i < watch->readers.count; i++) {
        struct reader_state *state = watch->readers.list[i];
        if (state->looked) judge(watch, state, now_us);
        state->looked = false;
        watch_raise_held(watch, state, now_us);
    }
}

/* The day is over for one reader that looked in it. */
static void reader_close(struct watch *watch, struct reader_state *state, const struct slow_rise_peers *peers)
{
    const struct params *params = &watch->params;
    bool learn = !state->alerted, used = state->people >= params->at[PARAM_LEARN_PEOPLE];
    if (used) {
        struct slow_rise_day day = {watch->day, state->people, learn};
        slow_rise_close(&state->rise, params, peers, day);
        riding_close(&state->riding);
    }
    state->riding.today = false; /* of a day that does not count, too */
    if (used || (double)state->fruitless.day_tries >= params->at[PARAM_LEARN_PEOPLE]) state->days++;
    if (learn && state->values > 0) enumeration_learn(&state->enumeration, params, state->values, 1);
    fruitless_close(&state->fruitless, params, learn);
    grantless_close(&state->grantless, params, learn);
    burst_close(&state->burst, params, learn && used, state->days);
    double share = coverage_share(sketch_count(&state->ever), watch->customers);
    state->intensity = fixed(coverage_intensity(params, share, state->days));
    if (learn && used) coverage_learn(&state->coverage, params, state->intensity, state->days);
    sketch_clear(&state->today);
    sketch_clear(&state->tried);
}

static int by_reader(const void *a, const void *b)
{
    const struct reader_state *const *x = a, *const *y = b;
    return ((*x)->reader > (*y)->reader) - ((*x)->reader < (*y)->reader);
}

static void close_day(struct watch *watch)
{
    struct readers *readers = &watch->readers;
    if (readers->count > 0) /* so that what groups learn does not depend on who came first */
        qsort(readers->list, readers->count, sizeof(struct reader_state *), by_reader);
    count(watch);
    for (size_t i = 0; i < readers->count; i++) {
        struct reader_state *state = readers->list[i];
        state->shift = state->active ? shift_for(watch, state) : 0;
    }
    for (size_t i = 0; i < readers->count; i++) {
        struct reader_state *state = readers->list[i];
        struct slow_rise_peers peers = state->group ? state->group->rise : no_peers;
        peers.shift = state->shift;
        if (state->active) reader_close(watch, state, &peers);
        bool teaches = state->group && state->days >= watch->params.at[PARAM_LEARN_DAYS];
        first_seen_close(&state->first_seen, watch->day, !state->alerted,
                         teaches ? &state->group->first_seen : NULL);
        dormant_close(&state->dormant);
        state->active = state->alerted = state->looked = false;
        state->people = state->values = 0;
    }
    watch_groups_measure(watch);
}

/* Floor of a quotient, for times before 1970 as well. */
static int64_t floored(int64_t number, int64_t by)
{
    return number / by - (number % by < 0);
}

void watch_turn(struct watch *watch, int64_t now_us)
{
    int64_t local = now_us + watch->offset_us, day = floored(local, DAY_US);
    /* A clock that was put back closes nothing: the day goes on, and its counts stay. */
    if (watch->started && day > watch->day) close_day(watch);
    watch->started = true;
    watch->day = day;
    watch->hour = floored(local, HOUR_US);
    watch->hour_from_us = watch->hour * HOUR_US - watch->offset_us;
    watch->hour_to_us = watch->hour_from_us + HOUR_US;
}

#include "brute.h"

#include "watch/detect/measure/statistic.h"
#include "watch/detect/watch_priv.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_BYTES = 300, BITS = 256 };
static const int64_t window_us[BURST_WINDOWS] = {5 * MINUTE_US, HOUR_US};
static const double window_chance[BURST_WINDOWS] = {1.5, 1};

/* A look, or the end of a minute (`minute`), in the order that they came. */
struct event {
    bool minute;
    uint64_t looked; /* of a minute: bit of each reader that looked since the one before */
    size_t reader;   /* of a look: its place */
    size_t period;   /* days that were over before it */
    int64_t day, hour;
    uint64_t old; /* the greatest number that is not one of the newest */
    uint64_t customers;
    double points; /* of first_seen: by what was known when it came */
    struct look look;
    uint64_t *subjects;
};

/* What a reader was when a day was over. */
struct past {
    bool active, used, learned, ridden;
    double people, shift, x;
    uint64_t days;
    double intensity, habit;
    double sum, baseline, spread, anchor;
    int64_t day, anchor_day, learned_day;
    double usual_values, fruitless, grantless, burst[BURST_WINDOWS]; /* below 0: not learned */
    bool taught;                                                     /* its group knows what it knows */
    uint64_t group;
};

struct one {
    uint64_t no, peers;
    bool active, alerted, looked; /* in this period; since the minute before */
    struct past *past;            /* of each period that is over; those before its first look are `{0}` */
    struct past now;              /* the latest of them */
    uint64_t raised;              /* detectors that found something since brute_differs() */
    struct {
        int64_t at_us;
        uint32_t held;
    } told[DETECTORS_END]; /* as it was then */
};

struct measure { /* what peers have in common; below 0: too few */
    uint64_t peers;
    struct slow_rise_peers rise;
    double burst[BURST_WINDOWS], values, fruitless, grantless;
    size_t teachers;
};

struct brute {
    struct params params;
    uint64_t customers;
    bool started;
    int64_t day;
    size_t period, past_room;
    struct event *events;
    size_t count, room;
    struct one readers[BRUTE_READERS_MAX];
    size_t reader_count;
    struct measure groups[BRUTE_GROUPS_MAX];
    size_t group_count;
    uint64_t found;
    char words[WORDS_BYTES];
};

struct brute *brute_new(const struct params *params, uint64_t customers)
{
    struct brute *brute = calloc(1, sizeof *brute);
    if (!brute) abort();
    brute->params = *params;
    brute->customers = customers;
    return brute;
}

void brute_forget(struct brute *brute, uint64_t customers)
{
    const struct brute fresh = {.params = brute->params, .customers = customers, .found = brute->found};
    for (size_t i = 0; i < brute->count; i++) free(brute->events[i].subjects);
    free(brute->events);
    for (size_t i = 0; i < BRUTE_READERS_MAX; i++) free(brute->readers[i].past);
    *brute = fresh;
}

void brute_free(struct brute **brute)
{
    if (!*brute) return;
    brute_forget(*brute, 0);
    free(*brute);
    *brute = NULL;
}

bool brute_any(const struct brute *brute)
{
    for (size_t i = 0; i < brute->reader_count; i++)
        if (brute->readers[i].raised != 0) return true;
    return false;
}

uint64_t brute_found(const struct brute *brute)
{
    return brute->found;
}

static double param(const struct brute *brute, enum param which)
{
    return brute->params.at[which];
}

static bool is_shown(const struct event *event)
{
    return !event->minute && event->look.count > 0 && event->look.kind != LOOK_MISSED &&
           event->look.kind != LOOK_REFUSED && event->look.kind != LOOK_PASS_UNKNOWN;
}

static bool is_try(const struct event *event)
{
    return !event->minute && (event->look.kind == LOOK_FOUND || event->look.kind == LOOK_MISSED);
}

/* Walks the events of a reader before `upto`, all of them or those of one period. */
#define EACH(brute, at, place, upto)       \
    for (size_t at = 0; at < (upto); at++) \
        if (!(brute)->events[at].minute && (brute)->events[at].reader == (place))
#define IN(brute, at, which) ((brute)->events[at].period == (which))

/* Different numbers, as detectors count them: the sketch of all of them. That it is near the truth is its own test's. */
struct numbers {
    uint64_t *at;
    size_t count, room;
};

static void number_add(struct numbers *numbers, uint64_t number)
{
    if (numbers->count == numbers->room) {
        numbers->room = numbers->room ? 2 * numbers->room : 64;
        numbers->at = realloc(numbers->at, numbers->room * sizeof *numbers->at);
        if (!numbers->at) abort();
    }
    numbers->at[numbers->count++] = number;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double numbers_count(struct numbers *numbers)
{
    struct sketch *sketch = calloc(1, sizeof *sketch);
    size_t different = 0;
    if (!sketch) abort();
    if (numbers->count > 0) qsort(numbers->at, numbers->count, sizeof *numbers->at, by_value);
    for (size_t i = 0; i < numbers->count; i++) {
        if (i > 0 && numbers->at[i] == numbers->at[i - 1]) continue;
        (void)sketch_add(sketch, sketch_mix(numbers->at[i]));
        different++;
    }
    double count = sketch_count(sketch);
    assert(fabs(count - (double)different) <= 2 + 0.1 * (double)different);
    free(sketch);
    free(numbers->at);
    return count;
}

static double people_in(const struct brute *brute, size_t place, size_t period, size_t upto)
{
    struct numbers numbers = {0};
    EACH(brute, i, place, upto)
    {
        if (!IN(brute, i, period) || !is_shown(&brute->events[i])) continue;
        for (size_t j = 0; j < brute->events[i].look.count; j++)
            number_add(&numbers, brute->events[i].subjects[j]);
    }
    return numbers_count(&numbers);
}

static double people_ever(const struct brute *brute, size_t place, size_t upto)
{
    struct numbers numbers = {0};
    EACH(brute, i, place, upto)
    {
        if (!is_shown(&brute->events[i]) || brute->events[i].look.passed) continue;
        for (size_t j = 0; j < brute->events[i].look.count; j++)
            number_add(&numbers, brute->events[i].subjects[j]);
    }
    return numbers_count(&numbers);
}

static double values_in(const struct brute *brute, size_t place, size_t period, size_t upto)
{
    struct numbers numbers = {0};
    EACH(brute, i, place, upto)
    {
        const struct look *look = &brute->events[i].look;
        bool heard = look->kind != LOOK_REFUSED && look->kind != LOOK_PASS_UNKNOWN;
        if (IN(brute, i, period) && heard && look->value != 0) number_add(&numbers, look->value);
    }
    return numbers_count(&numbers);
}

static struct measure *measure_of(struct brute *brute, uint64_t peers)
{
    static const struct measure none = {
        .rise = {-1, -1, -1, -1}, .burst = {-1, -1}, .values = -1, .fruitless = -1, .grantless = -1};
    if (peers == 0) return NULL;
    for (size_t i = 0; i < brute->group_count; i++)
        if (brute->groups[i].peers == peers) return &brute->groups[i];
    assert(brute->group_count < BRUTE_GROUPS_MAX);
    struct measure *measure = &brute->groups[brute->group_count++];
    *measure = none;
    measure->peers = peers;
    return measure;
}

/* Median of what peers of that number brought; below 0 of fewer than peers.least. */
static double middle(const struct brute *brute, double *values, size_t count)
{
    return (double)count >= param(brute, PARAM_PEERS_LEAST) ? median(values, count) : -1;
}

/* How much the others of a group, or of the shop, rose today; below 0: they are too few. */
static double others_rise(const struct brute *brute, size_t but, uint64_t peers)
{
    double rises[BRUTE_READERS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < brute->reader_count; i++) {
        const struct one *one = &brute->readers[i];
        if (i == but || (peers != 0 && one->peers != peers) || !one->active || one->now.baseline <= 0)
            continue;
        double people = people_in(brute, i, brute->period, brute->count);
        if (people >= param(brute, PARAM_LEARN_PEOPLE)) rises[count++] = log1p(people) - one->now.baseline;
    }
    double rise = middle(brute, rises, count);
    return count > 0 && (double)count >= param(brute, PARAM_PEERS_LEAST) ? fmax(0, rise) : -1;
}

static double shift_of_today(const struct brute *brute, size_t place)
{
    uint64_t peers = brute->readers[place].peers;
    double shift = peers != 0 ? others_rise(brute, place, peers) : -1;
    return shift >= 0 ? shift : others_rise(brute, place, 0);
}

/* The people in the window that the reader's latest shown look of the period fell into; the busiest of the period. */
struct windows {
    double people, busiest;
    bool fresh; /* the look at upto - 1 brought somebody who was surely new */
};

static struct windows windows_in(const struct brute *brute, size_t place, int window, size_t upto)
{
    struct windows out = {0};
    struct sketch *seen = calloc(1, sizeof *seen);
    int64_t at = INT64_MIN;
    if (!seen) abort();
    for (size_t i = 0; i < upto; i++) {
        const struct event *event = &brute->events[i];
        if (event->period != brute->period) continue;
        if (event->minute && (event->looked >> place & 1)) {
            out.people = fmax(out.people, floor(sketch_count(seen)));
            out.busiest = fmax(out.busiest, out.people);
        }
        if (event->minute || event->reader != place || !is_shown(event)) continue;
        int64_t now = event->look.now_us / window_us[window];
        if (now != at) {
            sketch_clear(seen);
            out.people = 0;
        }
        at = now;
        out.fresh = false;
        for (size_t j = 0; j < event->look.count; j++) {
            if (!sketch_add(seen, sketch_mix(event->subjects[j]))) continue;
            out.fresh = true;
            out.people++;
        }
        out.busiest = fmax(out.busiest, out.people);
    }
    free(seen);
    return out;
}

static double burst_now(struct brute *brute, size_t place, size_t upto)
{
    const struct one *one = &brute->readers[place];
    const struct measure *measure = measure_of(brute, one->peers);
    bool grants = one->now.grantless >= 0 && one->now.grantless < param(brute, PARAM_GRANTLESS_USUAL);
    double least = param(brute, PARAM_BURST_LEAST), score = 0;
    double times = param(brute, PARAM_BURST_TIMES) * (grants ? param(brute, PARAM_BURST_GRANTED) : 1);
    for (int i = 0; i < BURST_WINDOWS; i++) {
        double people = windows_in(brute, place, i, upto).people;
        bool known = (double)one->now.days >= param(brute, PARAM_LEARN_DAYS) && one->now.burst[i] > 0;
        double usual = fmax(known ? one->now.burst[i] : 0, measure ? measure->burst[i] : -1);
        if (usual <= 0 || people < least) continue;
        score = fmax(score, people / (least + times * fmax(0, usual - window_chance[i] * sqrt(usual))));
    }
    return score;
}

/* All steps from one number to another, from the first look on. */
struct steps {
    uint64_t last, width;
    uint32_t run, steady, in_block;
    double block_score; /* of a block of 64 that the latest look ended */
    double score;       /* of the latest look */
};

static double block_score(const struct brute *brute, const int *logs, const uint64_t *numbers,
                          uint64_t customers)
{
    bool bits[BITS] = {0};
    int different = 0, narrow = 0, counts[2 * ENUMERATION_WIDTHS] = {0};
    double entropy = 0;
    uint64_t width = customers / ENUMERATION_STEPS;
    int limit = width > 0 ? (int)floor(log2((double)width)) : 0;
    for (int i = 0; i < ENUMERATION_STEPS; i++) {
        uint64_t mixed = sketch_mix(numbers[i]);
        bits[(mixed >> 62) * 64 + (mixed & 63)] = true;
        counts[logs[i]]++;
        narrow += logs[i] % ENUMERATION_WIDTHS < limit;
    }
    for (int i = 0; i < BITS; i++) different += bits[i];
    if (different < 40) return 0;
    for (int i = 0; i < 2 * ENUMERATION_WIDTHS; i++)
        if (counts[i] > 0) entropy -= counts[i] / 64.0 * log2(counts[i] / 64.0);
    double allowed = param(brute, PARAM_ENUMERATION_BITS),
           order = entropy * 4 < allowed ? 4 : allowed / entropy;
    return fmax(order, narrow / 64.0 / param(brute, PARAM_ENUMERATION_NEAR));
}

static struct steps steps_of(const struct brute *brute, size_t place, size_t upto)
{
    struct steps out = {0};
    int logs[ENUMERATION_STEPS];
    uint64_t numbers[ENUMERATION_STEPS];
    bool upwards = false;
    EACH(brute, i, place, upto)
    {
        const struct event *event = &brute->events[i];
        out.score = 0;
        if (!is_shown(event) || event->look.granted || event->look.passed) continue;
        for (size_t j = 0; j < event->look.count; j++) {
            uint64_t number = event->subjects[j];
            if (number > event->old || number == 0 || number == out.last) continue;
            if (out.last == 0) {
                out.last = number;
                continue;
            }
            bool up = number > out.last;
            uint64_t width = number - out.last;
            out.run = up == upwards ? out.run + 1 : 1;
            out.steady = width == out.width ? out.steady + 1 : 1;
            upwards = up;
            out.width = width;
            out.last = number;
            logs[out.in_block] =
                (int)floor(log2((double)(up ? width : 0 - width))) + (up ? ENUMERATION_WIDTHS : 0);
            numbers[out.in_block++] = number;
            if (out.in_block == ENUMERATION_STEPS) {
                out.score = fmax(out.score, block_score(brute, logs, numbers, event->customers));
                out.in_block = 0;
            }
            double run = out.run / param(brute, PARAM_ENUMERATION_RUN);
            double steady = out.steady / param(brute, PARAM_ENUMERATION_STEADY);
            if (run >= 1) out.score = fmax(out.score, run);
            if (steady >= 1) out.score = fmax(out.score, steady);
        }
    }
    return out;
}

struct tries {
    uint64_t latest, latest_misses, day, day_misses;
};

static struct tries tries_of(const struct brute *brute, size_t place, size_t upto)
{
    struct tries out = {0};
    for (size_t i = upto; i > 0; i--) {
        const struct event *event = &brute->events[i - 1];
        if (event->minute || event->reader != place || !is_try(event)) continue;
        bool missed = event->look.kind == LOOK_MISSED;
        if (out.latest < 64) {
            out.latest++;
            out.latest_misses += missed;
        }
        if (event->period != brute->period) continue;
        out.day++;
        out.day_misses += missed;
    }
    return out;
}

static double fruitless_now(struct brute *brute, size_t place, struct tries tries)
{
    const struct one *one = &brute->readers[place];
    const struct measure *measure = measure_of(brute, one->peers);
    double least = param(brute, PARAM_FRUITLESS_LEAST), z = param(brute, PARAM_FRUITLESS_Z), share = 0;
    if ((double)tries.latest >= least)
        share = wilson_lower((double)tries.latest_misses, (double)tries.latest, z);
    if ((double)tries.day >= least)
        share = fmax(share, wilson_lower((double)tries.day_misses, (double)tries.day, z));
    double usual = fmax(measure ? measure->fruitless : -1, one->now.fruitless);
    double allowed = fmax(param(brute, PARAM_FRUITLESS_SHARE), param(brute, PARAM_FRUITLESS_TIMES) * usual);
    return share / fmin(0.95, allowed);
}

static bool is_near(const struct brute *brute, uint64_t used, uint64_t limit)
{
    uint64_t near = (uint64_t)lrint(param(brute, PARAM_RIDING_NEAR) * 1000);
    return limit > 0 && (double)limit >= param(brute, PARAM_RIDING_PEOPLE) && used <= limit &&
           used >= limit * near / 1000;
}

struct ridden {
    bool today;
    uint32_t days, in_window, used; /* in a row before today; of the latest 14 days of use */
    int64_t hour;
    uint32_t hours;
};

static struct ridden ridden_of(const struct brute *brute, size_t place, size_t upto)
{
    struct ridden out = {0};
    const struct one *one = &brute->readers[place];
    EACH(brute, i, place, upto)
    {
        const struct event *event = &brute->events[i];
        if (!is_shown(event)) continue;
        if (IN(brute, i, brute->period) && is_near(brute, event->look.used_day, event->look.limit_day))
            out.today = true;
        if (!is_near(brute, event->look.used_hour, event->look.limit_hour) || event->hour <= out.hour)
            continue;
        out.hours = event->hour == out.hour + 1 ? out.hours + 1 : 1;
        out.hour = event->hour;
    }
    bool row = true;
    for (size_t i = brute->period; i > 0; i--) {
        const struct past *past = &one->past[i - 1];
        if (!past->used) continue;
        row = row && past->ridden;
        out.days += row;
        if (out.used == RIDING_WINDOW) continue;
        out.used++;
        out.in_window += past->ridden;
    }
    return out;
}

static double riding_now(const struct brute *brute, size_t place, int64_t hour)
{
    struct ridden ridden = ridden_of(brute, place, brute->count);
    double score = ridden.today ? (ridden.days + 1) / param(brute, PARAM_RIDING_DAYS) : 0;
    if (ridden.hour == hour) score = fmax(score, ridden.hours / param(brute, PARAM_RIDING_HOURS));
    if (!ridden.today || ridden.used < RIDING_WINDOW_LEAST) return score;
    return fmax(score, (double)ridden.in_window / ridden.used / param(brute, PARAM_RIDING_SHARE));
}

static double coverage_now(const struct brute *brute, size_t place)
{
    const struct one *one = &brute->readers[place];
    double intensities[BRUTE_READERS_MAX], peers = -1;
    double ever = people_ever(brute, place, brute->count);
    double share = brute->customers ? fmin(0.999, ever / (double)brute->customers) : 0;
    size_t count = 0;
    if (ever < param(brute, PARAM_COVERAGE_PEOPLE) || share < param(brute, PARAM_COVERAGE_FLOOR)) return 0;
    for (size_t i = 0; i < brute->reader_count; i++) {
        const struct one *other = &brute->readers[i];
        bool peer = i != place && one->peers != 0 && other->peers == one->peers;
        if (peer && (double)other->now.days >= param(brute, PARAM_LEARN_DAYS))
            intensities[count++] = other->now.intensity;
    }
    if ((double)count >= param(brute, PARAM_PEERS_LEAST))
        peers = quantile(intensities, count, param(brute, PARAM_COVERAGE_QUANTILE));
    double days = param(brute, PARAM_COVERAGE_DAYS), trip = param(brute, PARAM_COVERAGE_TRIP);
    double own = -log1p(-share) / fmax((double)one->now.days + 1, days);
    double usual = peers >= 0 ? peers : one->now.habit;
    if (peers < 0 && usual <= 0) return fmin(share / param(brute, PARAM_COVERAGE_ALONE), trip * 0.99);
    double floor_of = -log1p(-param(brute, PARAM_COVERAGE_FLOOR)) / days;
    return own / fmax(usual * param(brute, PARAM_COVERAGE_TIMES), floor_of);
}

struct granting {
    uint64_t looks, without;
};

static struct granting granting_of(const struct brute *brute, size_t place, size_t upto)
{
    struct granting out = {0};
    EACH(brute, i, place, upto)
    {
        const struct event *event = &brute->events[i];
        if (!IN(brute, i, brute->period) || !is_shown(event) || event->look.passed) continue;
        out.looks += event->look.count;
        if (!event->look.granted) out.without += event->look.count;
    }
    return out;
}

static double grantless_now(struct brute *brute, size_t place)
{
    const struct one *one = &brute->readers[place];
    const struct measure *measure = measure_of(brute, one->peers);
    struct granting day = granting_of(brute, place, brute->count);
    bool own = (double)one->now.days >= param(brute, PARAM_LEARN_DAYS);
    double usual = measure && measure->grantless >= 0 ? measure->grantless : own ? one->now.grantless : -1;
    if (usual < 0 || usual > param(brute, PARAM_GRANTLESS_USUAL)) return 0;
    if ((double)day.looks < param(brute, PARAM_GRANTLESS_LEAST)) return 0;
    double share = wilson_lower((double)day.without, (double)day.looks, param(brute, PARAM_GRANTLESS_Z));
    return share / (usual + param(brute, PARAM_GRANTLESS_MORE));
}

static double values_now(struct brute *brute, size_t place)
{
    const struct one *one = &brute->readers[place];
    const struct measure *measure = measure_of(brute, one->peers);
    double values = values_in(brute, place, brute->period, brute->count),
           peers = measure ? measure->values : -1;
    double least = param(brute, PARAM_ENUMERATION_VALUES);
    if (values < least) return 0;
    if (peers <= 0 && (double)one->now.days < param(brute, PARAM_LEARN_DAYS)) return 0;
    return values / fmax(least, param(brute, PARAM_ENUMERATION_TIMES) * fmax(peers, one->now.usual_values));
}

/* z of a day, and what the sum comes to with it. */
static double rise_step(const struct brute *brute, const struct past *now,
                        const struct slow_rise_peers *peers, double people, double shift, bool running)
{
    double baseline = now->baseline, spread = now->spread, slack = param(brute, PARAM_SLOW_RISE_SLACK);
    if (baseline <= 0) {
        if (peers->middle < 0) return running ? 0 : now->sum;
        baseline = peers->middle;
        spread = hypot(param(brute, PARAM_SLOW_RISE_SPREAD_MOST), peers->spread);
    }
    double z = (log1p(people) - baseline - fmax(0, shift)) / spread;
    z = fmin(fmax(z, -param(brute, PARAM_SLOW_RISE_DOWN)), param(brute, PARAM_SLOW_RISE_UP));
    if (running && z <= slack) return now->sum;
    return fmax(0, now->sum + z - slack);
}

static double rise_now(struct brute *brute, size_t place)
{
    static const struct slow_rise_peers none = {-1, -1, -1, -1};
    const struct one *one = &brute->readers[place];
    const struct measure *measure = measure_of(brute, one->peers);
    const struct slow_rise_peers *peers = measure ? &measure->rise : &none;
    double people = people_in(brute, place, brute->period, brute->count);
    double limit = param(brute, PARAM_SLOW_RISE_LIMIT);
    if (people < param(brute, PARAM_SLOW_RISE_PEOPLE)) return 0;
    return rise_step(brute, &one->now, peers, people, shift_of_today(brute, place), true) / limit;
}

/* Did the reader use this before the look at `at`: today, or on a day that it learned from? */
enum thing { THING_NETWORK, THING_COUNTRY, THING_FIELD, THING_PURPOSE, THING_HOUR };

static bool has(const struct event *event, enum thing thing, uint64_t which)
{
    const struct look *look = &event->look;
    if (event->minute || look->kind == LOOK_PASS_UNKNOWN) return false;
    switch (thing) {
    case THING_NETWORK:
        return !look->passed && look->network == which;
    case THING_COUNTRY:
        return !look->passed && look->country == which;
    case THING_FIELD:
        return look->fields >> which & 1;
    case THING_PURPOSE:
        return look->purpose > 0 && (look->purpose & 63) == which;
    case THING_HOUR:
        return (uint64_t)(event->hour % 24) == which;
    }
    return false;
}

static bool learned(const struct brute *brute, size_t place, enum thing thing, uint64_t which, size_t period)
{
    EACH(brute, i, place, brute->count)
    {
        size_t of = brute->events[i].period;
        if (of < period && brute->readers[place].past[of].learned && has(&brute->events[i], thing, which))
            return true;
    }
    return false;
}

/* A peer that was long enough there when a day was over taught the group all it knew then. */
static bool peers_know(const struct brute *brute, uint64_t peers, enum thing thing, uint64_t which)
{
    for (size_t i = 0; i < brute->count; i++) {
        const struct event *event = &brute->events[i];
        const struct past *past = brute->readers[event->reader].past;
        if (event->minute || event->period >= brute->period || !past[event->period].learned) continue;
        if (!has(event, thing, which)) continue;
        for (size_t period = event->period; period < brute->period; period++)
            if (past[period].taught && past[period].group == peers) return true;
    }
    return false;
}

static double thing_points(struct brute *brute, size_t at, enum thing thing, uint64_t which, enum param worth)
{
    size_t place = brute->events[at].reader;
    const struct one *one = &brute->readers[place];
    const struct measure *measure = measure_of(brute, one->peers);
    if (learned(brute, place, thing, which, brute->events[at].period)) return 0;
    EACH(brute, i, place, at)
    if (IN(brute, i, brute->period) && has(&brute->events[i], thing, which)) return 0;
    bool taught = measure && (double)measure->teachers >= param(brute, PARAM_PEERS_LEAST);
    bool theirs = taught && peers_know(brute, one->peers, thing, which);
    if ((double)one->now.days < param(brute, PARAM_LEARN_DAYS) && (theirs || !taught)) return 0;
    return param(brute, worth) * (theirs ? param(brute, PARAM_FIRST_SEEN_PEERS) : 1);
}

/* Points of one look for all that is new in it. */
static double points_of(struct brute *brute, size_t at)
{
    const struct look *look = &brute->events[at].look;
    double sum = 0;
    if (look->kind == LOOK_PASS_UNKNOWN) return 0;
    for (uint64_t i = 0; i < 64; i++)
        if (look->fields >> i & 1) sum += thing_points(brute, at, THING_FIELD, i, PARAM_FIRST_SEEN_FIELD);
    if (look->purpose > 0)
        sum += thing_points(brute, at, THING_PURPOSE, look->purpose & 63, PARAM_FIRST_SEEN_PURPOSE);
    sum +=
        thing_points(brute, at, THING_HOUR, (uint64_t)(brute->events[at].hour % 24), PARAM_FIRST_SEEN_HOUR);
    if (!look->passed && look->network != 0)
        sum += thing_points(brute, at, THING_NETWORK, look->network, PARAM_FIRST_SEEN_NETWORK);
    if (!look->passed && look->country != 0)
        sum += thing_points(brute, at, THING_COUNTRY, look->country, PARAM_FIRST_SEEN_COUNTRY);
    return sum;
}

static double points_today(const struct brute *brute, size_t place, size_t upto)
{
    double sum = 0;
    EACH(brute, i, place, upto) if (IN(brute, i, brute->period)) sum += brute->events[i].points;
    return sum;
}

struct sleep {
    uint64_t slept, people;
};

static struct sleep sleep_of(const struct brute *brute, size_t place, size_t upto)
{
    struct sleep out = {0};
    int64_t last = 0;
    EACH(brute, i, place, upto)
    {
        const struct event *event = &brute->events[i];
        if (event->look.kind == LOOK_PASS_UNKNOWN) continue;
        bool today = IN(brute, i, brute->period);
        if (event->day != last && last != 0 && event->day > last && today)
            out.slept = (uint64_t)(event->day - last - 1);
        last = event->day;
        if (today) out.people += event->look.count;
    }
    return out;
}

static uint64_t unknown_of(const struct brute *brute, size_t place, size_t upto, int64_t *hour)
{
    uint64_t count = 0;
    *hour = 0;
    EACH(brute, i, place, upto)
    {
        const struct event *event = &brute->events[i];
        if (event->look.kind != LOOK_PASS_UNKNOWN) continue;
        count = event->hour == *hour ? count + 1 : 1;
        *hour = event->hour;
    }
    return count;
}

static void raised(struct brute *brute, size_t place, enum detector detector, double score)
{
    if (score < 1) return;
    brute->readers[place].raised |= UINT64_C(1) << detector;
    brute->readers[place].alerted = true;
    brute->found |= UINT64_C(1) << detector;
}

/* One learned day more for what follows it by at most so much. */
static double followed(double usual, double day, double down, double up)
{
    return fixed(usual < 0 ? day : moved(usual, day, down, up));
}

static void rise_learn(const struct brute *brute, size_t place, const struct slow_rise_peers *peers,
                       struct past *now)
{
    const struct one *one = &brute->readers[place];
    double values[SLOW_RISE_DAYS];
    size_t count = 0;
    values[count++] = rint(fmin(fmax(now->x * SLOW_RISE_LOG_ONE, 0), UINT16_MAX)) / SLOW_RISE_LOG_ONE;
    for (size_t i = brute->period; i > 0 && count < SLOW_RISE_DAYS; i--) {
        const struct past *past = &one->past[i - 1];
        if (!past->used || !past->learned) continue;
        values[count++] = rint(fmin(fmax(past->x * SLOW_RISE_LOG_ONE, 0), UINT16_MAX)) / SLOW_RISE_LOG_ONE;
    }
    if ((double)count < param(brute, PARAM_LEARN_DAYS)) return;
    double mid = median(values, count);
    if (now->baseline <= 0) {
        now->baseline = fmax(mid, peers->middle);
        if (peers->middle >= 0) now->baseline = fmin(now->baseline, peers->high);
        now->anchor = now->baseline = fixed(now->baseline);
        now->anchor_day = brute->day;
    } else {
        double weeks = fmin(fmax((double)(brute->day - now->learned_day), 0), 7) / 7;
        if (count < SLOW_RISE_DAYS) mid = fmax(mid, fmin(peers->middle, now->baseline));
        double least = now->baseline + log1p(-param(brute, PARAM_SLOW_RISE_SHRINK)) * weeks;
        double most = now->baseline + log1p(param(brute, PARAM_SLOW_RISE_GROW)) * weeks;
        double quarter = fmax(now->anchor + log1p(param(brute, PARAM_SLOW_RISE_QUARTER)), now->baseline);
        now->baseline = fixed(fmin(fmin(fmax(mid, least), most), quarter));
        if (brute->day - now->anchor_day >= SLOW_RISE_ANCHOR_DAYS || brute->day < now->anchor_day) {
            now->anchor = now->baseline;
            now->anchor_day = brute->day;
        }
    }
    double off = spread_of(values, count, mid);
    now->spread = fixed(fmin(fmax(off, param(brute, PARAM_SLOW_RISE_SPREAD_LEAST)),
                             param(brute, PARAM_SLOW_RISE_SPREAD_MOST)));
}

static void rise_close(struct brute *brute, size_t place, struct past *now)
{
    static const struct slow_rise_peers none = {-1, -1, -1, -1};
    const struct measure *measure = measure_of(brute, brute->readers[place].peers);
    const struct slow_rise_peers *peers = measure ? &measure->rise : &none;
    double sum = rise_step(brute, now, peers, now->people, now->shift, false);
    now->sum = fixed(fmin(sum, 2 * param(brute, PARAM_SLOW_RISE_LIMIT)));
    now->x = fmax(0, log1p(now->people) - fmax(0, now->shift));
    if (!now->learned) return;
    rise_learn(brute, place, peers, now);
    now->learned_day = brute->day;
}

static void burst_learn(const struct brute *brute, size_t place, struct past *now)
{
    bool young = (double)now->days <= param(brute, PARAM_LEARN_DAYS);
    double part = young ? 0.3 : pow(1 + param(brute, PARAM_SLOW_RISE_GROW), 1.0 / 7) - 1;
    for (int i = 0; i < BURST_WINDOWS; i++) {
        double busiest = windows_in(brute, place, i, brute->count).busiest;
        double usual = now->burst[i] > 0 ? now->burst[i] : busiest;
        now->burst[i] = fixed(moved(usual, busiest, usual * part, usual * part));
    }
}

/* What the day came to for one that looked in it. */
static void day_learn(struct brute *brute, size_t place, struct past *now)
{
    struct tries tries = tries_of(brute, place, brute->count);
    struct granting granting = granting_of(brute, place, brute->count);
    double values = values_in(brute, place, brute->period, brute->count);
    double least = param(brute, PARAM_LEARN_PEOPLE), grow = param(brute, PARAM_SLOW_RISE_GROW);
    now->ridden = ridden_of(brute, place, brute->count).today;
    if (now->used) rise_close(brute, place, now);
    if (now->used || (double)tries.day >= least) now->days++;
    if (now->learned && values > 0) {
        double usual = now->usual_values;
        now->usual_values = fixed(
            usual <= 0 ? values : moved(usual, values, usual / 10, usual * (pow(1 + grow, 1 / 7.0) - 1)));
    }
    if (now->learned && (double)tries.day >= param(brute, PARAM_FRUITLESS_LEAST))
        now->fruitless = followed(now->fruitless, (double)tries.day_misses / (double)tries.day, 0.02, 0.02);
    if (now->learned && (double)granting.looks >= least)
        now->grantless =
            followed(now->grantless, (double)granting.without / (double)granting.looks, 0.02, 0.02);
    if (now->learned && now->used) burst_learn(brute, place, now);
    double ever = people_ever(brute, place, brute->count);
    double share = brute->customers ? fmin(0.999, ever / (double)brute->customers) : 0;
    now->intensity = fixed(-log1p(-share) / fmax((double)now->days, param(brute, PARAM_COVERAGE_DAYS)));
    if (!now->learned || !now->used || (double)now->days < param(brute, PARAM_LEARN_DAYS)) return;
    double down = pow(1 - param(brute, PARAM_SLOW_RISE_SHRINK), 1 / 7.0), up = pow(1 + grow, 1 / 7.0);
    now->habit = fixed(now->habit <= 0 ? now->intensity
                                       : fmin(fmax(now->intensity, now->habit * down), now->habit * up));
}

static void groups_measure(struct brute *brute)
{
    for (size_t g = 0; g < brute->group_count; g++) {
        struct measure *measure = &brute->groups[g];
        double lists[6][BRUTE_READERS_MAX];
        size_t counts[6] = {0};
        measure->teachers = 0;
        for (size_t i = 0; i < brute->reader_count; i++) {
            const struct one *one = &brute->readers[i];
            if (one->peers != measure->peers) continue;
            const double values[6] = {one->now.baseline,     one->now.burst[0],  one->now.burst[1],
                                      one->now.usual_values, one->now.fruitless, one->now.grantless};
            for (int v = 0; v < 6; v++)
                if (v >= 4 ? values[v] >= 0 : values[v] > 0) lists[v][counts[v]++] = values[v];
            measure->teachers += (double)one->now.days >= param(brute, PARAM_LEARN_DAYS);
        }
        measure->rise = (struct slow_rise_peers){-1, -1, -1, -1};
        if ((double)counts[0] >= param(brute, PARAM_PEERS_LEAST)) {
            measure->rise.high = quantile(lists[0], counts[0], 0.9);
            measure->rise.middle = median(lists[0], counts[0]);
            measure->rise.spread = spread_of(lists[0], counts[0], measure->rise.middle);
        }
        measure->burst[0] = middle(brute, lists[1], counts[1]);
        measure->burst[1] = middle(brute, lists[2], counts[2]);
        measure->values = middle(brute, lists[3], counts[3]);
        measure->fruitless = middle(brute, lists[4], counts[4]);
        measure->grantless = middle(brute, lists[5], counts[5]);
    }
}

static void past_room(struct brute *brute)
{
    if (brute->period < brute->past_room) return;
    size_t room = brute->past_room ? 2 * brute->past_room : 64;
    for (size_t i = 0; i < BRUTE_READERS_MAX; i++) {
        struct one *one = &brute->readers[i];
        struct past *past = calloc(room, sizeof *past);
        if (!past) abort();
        if (one->past) memcpy(past, one->past, brute->past_room * sizeof *past);
        free(one->past);
        one->past = past;
    }
    brute->past_room = room;
}

static struct event *event_add(struct brute *brute)
{
    if (brute->count == brute->room) {
        brute->room = brute->room ? 2 * brute->room : 256;
        brute->events = realloc(brute->events, brute->room * sizeof *brute->events);
        if (!brute->events) abort();
    }
    struct event *event = &brute->events[brute->count++];
    *event = (struct event){.period = brute->period};
    return event;
}

/* All that looked since the minute before are counted once more, as at a minute. */
static void looked_note(struct brute *brute)
{
    struct event *event = event_add(brute);
    event->minute = true;
    for (size_t i = 0; i < brute->reader_count; i++)
        if (brute->readers[i].looked) event->looked |= UINT64_C(1) << i;
}

static void day_close(struct brute *brute)
{
    struct past made[BRUTE_READERS_MAX];
    past_room(brute);
    looked_note(brute);
    for (size_t i = 0; i < brute->reader_count; i++) {
        struct one *one = &brute->readers[i];
        struct past *now = &made[i];
        *now = one->now;
        now->active = one->active;
        now->people = people_in(brute, i, brute->period, brute->count);
        now->used = one->active && now->people >= param(brute, PARAM_LEARN_PEOPLE);
        now->learned = !one->alerted;
        now->ridden = false;
        now->day = brute->day;
        now->shift = one->active ? shift_of_today(brute, i) : 0;
    }
    for (size_t i = 0; i < brute->reader_count; i++)
        if (made[i].active) day_learn(brute, i, &made[i]);
    for (size_t i = 0; i < brute->reader_count; i++) {
        struct one *one = &brute->readers[i];
        made[i].group = one->peers;
        made[i].taught =
            made[i].learned && one->peers != 0 && (double)made[i].days >= param(brute, PARAM_LEARN_DAYS);
        one->past[brute->period] = one->now = made[i];
        one->active = one->alerted = one->looked = false;
    }
    groups_measure(brute);
    brute->period++;
}

static int64_t days_of(int64_t now_us)
{
    return now_us / DAY_US;
}

static void turn(struct brute *brute, int64_t now_us)
{
    assert(now_us >= 0);
    if (brute->started && days_of(now_us) > brute->day) day_close(brute);
    brute->started = true;
    brute->day = days_of(now_us);
}

static size_t place_of(struct brute *brute, const struct look *look)
{
    size_t place = 0;
    while (place < brute->reader_count && brute->readers[place].no != look->reader) place++;
    if (place == brute->reader_count) {
        assert(place < BRUTE_READERS_MAX);
        past_room(brute);
        struct one *one = &brute->readers[brute->reader_count++];
        one->no = look->reader;
        one->now = (struct past){.fruitless = -1, .grantless = -1};
        for (size_t i = 0; i < brute->period; i++) one->past[i] = (struct past){.learned = true};
    }
    brute->readers[place].peers = look->peers;
    (void)measure_of(brute, look->peers);
    return place;
}

static uint64_t newest(const struct brute *brute)
{
    uint64_t most = 0;
    for (size_t i = 0; i < brute->count; i++)
        for (size_t j = 0; is_shown(&brute->events[i]) && j < brute->events[i].look.count; j++)
            if (brute->events[i].subjects[j] > most) most = brute->events[i].subjects[j];
    return most;
}

static struct event *look_keep(struct brute *brute, size_t place, const struct look *look)
{
    struct event *event = event_add(brute);
    event->reader = place;
    event->look = *look;
    event->day = brute->day;
    event->hour = look->now_us / HOUR_US;
    event->customers = brute->customers;
    event->subjects = calloc(look->count + 1, sizeof *event->subjects);
    if (!event->subjects) abort();
    if (look->count > 0) memcpy(event->subjects, look->subjects, look->count * sizeof *event->subjects);
    event->look.subjects = NULL;
    uint64_t top = newest(brute),
             young = (uint64_t)(param(brute, PARAM_ENUMERATION_NEWEST) * (double)brute->customers);
    if (top < brute->customers) top = brute->customers;
    event->old = top > young ? top - young : 0;
    return event;
}

void brute_look(struct brute *brute, const struct look *look)
{
    turn(brute, look->now_us);
    size_t place = place_of(brute, look), at = brute->count;
    struct one *one = &brute->readers[place];
    struct event *event = look_keep(brute, place, look);
    bool unknown = look->kind == LOOK_PASS_UNKNOWN;
    if (look->canaries > 0) raised(brute, place, DETECTOR_CANARY, look->canaries);
    if (unknown || look->network_people > 0) {
        int64_t hour = 0;
        double strange = unknown ? (double)unknown_of(brute, place, brute->count, &hour) : 0;
        raised(brute, place, DETECTOR_PASSES,
               fmax((double)look->network_people / param(brute, PARAM_PASSES_PEOPLE),
                    strange / param(brute, PARAM_PASSES_UNKNOWN)));
        if (unknown) return;
    }
    event->points = points_of(brute, at);
    if (event->points > 0)
        raised(brute, place, DETECTOR_FIRST_SEEN,
               points_today(brute, place, brute->count) / param(brute, PARAM_FIRST_SEEN_LIMIT));
    struct sleep sleep = sleep_of(brute, place, brute->count);
    if ((double)sleep.people >= param(brute, PARAM_DORMANT_PEOPLE))
        raised(brute, place, DETECTOR_DORMANT, (double)sleep.slept / param(brute, PARAM_DORMANT_DAYS));
    if (look->kind == LOOK_REFUSED) return;
    one->active = one->looked = true;
    struct tries tries = tries_of(brute, place, brute->count);
    bool enough = (double)tries.latest >= param(brute, PARAM_FRUITLESS_LEAST);
    double least = enough ? wilson_lower((double)tries.latest_misses, (double)tries.latest,
                                         param(brute, PARAM_FRUITLESS_Z))
                          : 0;
    if (look->kind == LOOK_MISSED && least >= param(brute, PARAM_FRUITLESS_SHARE))
        raised(brute, place, DETECTOR_FRUITLESS, fruitless_now(brute, place, tries));
    if (!is_shown(event)) return;
    bool fresh = false;
    for (int i = 0; i < BURST_WINDOWS; i++) fresh |= windows_in(brute, place, i, brute->count).fresh;
    if (fresh) raised(brute, place, DETECTOR_BURST, burst_now(brute, place, brute->count));
    if (!look->granted && !look->passed)
        raised(brute, place, DETECTOR_ENUMERATION, steps_of(brute, place, brute->count).score);
}

void brute_minute(struct brute *brute, int64_t now_us, uint64_t customers)
{
    brute->customers = customers;
    turn(brute, now_us);
    looked_note(brute);
    for (size_t i = 0; i < brute->reader_count; i++) {
        if (!brute->readers[i].looked) continue;
        raised(brute, i, DETECTOR_BURST, burst_now(brute, i, brute->count));
        raised(brute, i, DETECTOR_SLOW_RISE, rise_now(brute, i));
        raised(brute, i, DETECTOR_RIDING, riding_now(brute, i, now_us / HOUR_US));
        raised(brute, i, DETECTOR_COVERAGE, coverage_now(brute, i));
        raised(brute, i, DETECTOR_FRUITLESS, fruitless_now(brute, i, tries_of(brute, i, brute->count)));
        raised(brute, i, DETECTOR_GRANTLESS, grantless_now(brute, i));
        raised(brute, i, DETECTOR_ENUMERATION, values_now(brute, i));
        brute->readers[i].looked = false;
    }
}

void brute_restart(struct brute *brute, uint64_t customers)
{
    brute->customers = customers;
    for (size_t i = 0; i < brute->reader_count; i++) {
        struct one *one = &brute->readers[i];
        one->looked = one->active;
        one->raised = 0; /* of the keeper's last minute: what it told of itself is not kept */
        memset(one->told, 0, sizeof one->told);
    }
}

static bool differ(struct brute *brute, const struct one *one, const char *what, double real, double must)
{
    if (fabs(real - must) <= 1e-5 * fmax(1, fabs(must))) return false;
    (void)snprintf(brute->words, sizeof brute->words, "watch: reader %llx: %s is %.7g, and must be %.7g",
                   (unsigned long long)one->no, what, real, must);
    return true;
}

static double known(double value)
{
    return value > 0 ? value : 0;
}

static bool learned_differs(struct brute *brute, const struct one *one, const struct reader_state *state)
{
    const struct past *now = &one->now;
    return differ(brute, one, "days of use", state->days, (double)now->days) ||
           differ(brute, one, "slow_rise's baseline", state->rise.baseline, now->baseline) ||
           differ(brute, one, "slow_rise's spread", state->rise.spread, now->spread) ||
           differ(brute, one, "slow_rise's sum", state->rise.sum, now->sum) ||
           differ(brute, one, "coverage's intensity", state->intensity, now->intensity) ||
           differ(brute, one, "coverage's habit", state->coverage.habit, now->habit) ||
           differ(brute, one, "usual values", state->enumeration.usual_values, now->usual_values) ||
           differ(brute, one, "usual misses", state->fruitless.known ? state->fruitless.usual : -1,
                  now->fruitless) ||
           differ(brute, one, "usual without grant", state->grantless.known ? state->grantless.usual : -1,
                  now->grantless) ||
           differ(brute, one, "usual in five minutes", state->burst.windows[0].usual, known(now->burst[0])) ||
           differ(brute, one, "usual in an hour", state->burst.windows[1].usual, known(now->burst[1]));
}

static bool counts_differ(struct brute *brute, size_t place, const struct reader_state *state)
{
    const struct one *one = &brute->readers[place];
    struct tries tries = tries_of(brute, place, brute->count);
    struct granting granting = granting_of(brute, place, brute->count);
    struct steps steps = steps_of(brute, place, brute->count);
    struct sleep sleep = sleep_of(brute, place, brute->count);
    struct ridden ridden = ridden_of(brute, place, brute->count);
    int64_t hour = 0;
    uint64_t unknown = unknown_of(brute, place, brute->count, &hour);
    return differ(brute, one, "people today", sketch_count(&state->today),
                  people_in(brute, place, brute->period, brute->count)) ||
           differ(brute, one, "people ever", sketch_count(&state->ever),
                  people_ever(brute, place, brute->count)) ||
           differ(brute, one, "values today", sketch_count(&state->tried),
                  values_in(brute, place, brute->period, brute->count)) ||
           differ(brute, one, "fruitless latest", state->fruitless.latest, (double)tries.latest) ||
           differ(brute, one, "fruitless latest misses", __builtin_popcountll(state->fruitless.missed),
                  (double)tries.latest_misses) ||
           differ(brute, one, "fruitless tries", (double)state->fruitless.day_tries, (double)tries.day) ||
           differ(brute, one, "fruitless misses", (double)state->fruitless.day_misses,
                  (double)tries.day_misses) ||
           differ(brute, one, "grantless looks", (double)state->grantless.day_looks,
                  (double)granting.looks) ||
           differ(brute, one, "grantless without", (double)state->grantless.day_without,
                  (double)granting.without) ||
           differ(brute, one, "enumeration run", state->enumeration.run, steps.run) ||
           differ(brute, one, "enumeration steady", state->enumeration.steady, steps.steady) ||
           differ(brute, one, "enumeration steps", state->enumeration.steps, steps.in_block) ||
           differ(brute, one, "dormant slept", (double)state->dormant.slept, (double)sleep.slept) ||
           differ(brute, one, "dormant people", (double)state->dormant.people, (double)sleep.people) ||
           differ(brute, one, "riding today", state->riding.today, ridden.today) ||
           differ(brute, one, "riding days", state->riding.days, ridden.days) ||
           differ(brute, one, "riding hours", state->riding.hours, ridden.hours) ||
           differ(brute, one, "riding used days", state->riding.used_days, ridden.used) ||
           differ(brute, one, "riding window", __builtin_popcount(state->riding.window), ridden.in_window) ||
           differ(brute, one, "first_seen points", state->first_seen.points,
                  points_today(brute, place, brute->count)) ||
           differ(brute, one, "passes unknown", (double)state->passes.unknown, (double)unknown) ||
           differ(brute, one, "people in five minutes", state->burst.windows[0].people,
                  windows_in(brute, place, 0, brute->count).people) ||
           differ(brute, one, "people in an hour", state->burst.windows[1].people,
                  windows_in(brute, place, 1, brute->count).people) ||
           differ(brute, one, "busiest hour", state->burst.windows[1].busiest,
                  windows_in(brute, place, 1, brute->count).busiest);
}

/* What was told of, or is held to be, changes with each finding; held ones are told of later, without a new one. */
static bool findings_differ(struct brute *brute, struct one *one, const struct reader_state *state)
{
    for (unsigned i = 1; i < DETECTORS_END; i++) {
        const struct told *told = &state->told[i];
        bool moved_on = told->at_us != one->told[i].at_us || told->held != one->told[i].held;
        bool found = one->raised >> i & 1, unsure = one->told[i].held > 0;
        one->told[i].at_us = told->at_us;
        one->told[i].held = told->held;
        if (moved_on == found || (unsure && !found)) continue;
        (void)snprintf(brute->words, sizeof brute->words, "watch: reader %llx: %s %s",
                       (unsigned long long)one->no, detector_row(i)->name,
                       found ? "had to find something" : "found what is not there");
        return true;
    }
    one->raised = 0;
    return false;
}

const char *brute_differs(struct brute *brute, const struct watch *watch)
{
    if (watch->readers.count != brute->reader_count) {
        (void)snprintf(brute->words, sizeof brute->words, "watch: of %zu readers, and there are %zu",
                       watch->readers.count, brute->reader_count);
        return brute->words;
    }
    for (size_t i = 0; i < brute->reader_count; i++) {
        struct one *one = &brute->readers[i];
        const struct reader_state *state = readers_find(&watch->readers, one->no);
        if (!state) {
            (void)snprintf(brute->words, sizeof brute->words, "watch: reader %llx is not known",
                           (unsigned long long)one->no);
            return brute->words;
        }
        if (differ(brute, one, "alerted", state->alerted, one->alerted) ||
            differ(brute, one, "active", state->active, one->active) || counts_differ(brute, i, state) ||
            learned_differs(brute, one, state) || findings_differ(brute, one, state))
            return brute->words;
    }
    return NULL;
}

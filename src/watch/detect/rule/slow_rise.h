/*
 * Slow rise: more different people a day than this reader's habit, a little, for long.
 *
 *     x = ln(1 + different people of the day)
 *     z = (x - baseline - shift) / spread, at least -slow_rise.down, at most slow_rise.up
 *     S = max(0, S + z - slow_rise.slack), kept at twice the limit at most; score: S / slow_rise.limit
 * One step a day of use; a day still running counts as soon as it is above the habit. shift is the peers' median rise
 * of the same day, when they rose (a sale lifts everybody); the whole shop's for a reader without peers.
 *
 * A baseline that a thief cannot train: it starts from the peers' median (after learn.days days: the reader's own
 * median, at least the peers' until 28 days were learned, as whoever is new works slowly at first, and at most the
 * peers' 90 % quantile); it follows the median of the latest 28 days that were learned from, but
 * grows at most slow_rise.grow a week and slow_rise.quarter in 90 days; a day with an alert or too few people teaches
 * nothing. spread is the median deviation of the same days, within slow_rise.spread_least and _most.
 * A rise by less than half, or one of a tenth a week, is not told from a shop that does well: only the habit that comes of
 * it is bounded.
 * A reader without peers has no baseline for its first learn.days days: there its budget alone bounds it.
 * Source: Page 1954 (measure/statistic.h). Parameters: slow_rise.*, learn.* (units in params.def).
 */
#ifndef AMN_WATCH_DETECT_RULE_SLOW_RISE_H
#define AMN_WATCH_DETECT_RULE_SLOW_RISE_H

#include "watch/detect/detect.h"

enum {
    SLOW_RISE_DAYS = 28,      /* learned from */
    SLOW_RISE_RECENT = 7,     /* days of use, learned from or not: what watch_accept() goes by */
    SLOW_RISE_LOG_ONE = 2048, /* a kept logarithm is so many parts of ln e */
    SLOW_RISE_ANCHOR_DAYS = 90
};

struct slow_rise {
    double sum;              /* S */
    double baseline, spread; /* ln people; baseline 0 while there is none */
    double anchor;           /* baseline of `anchor_day` */
    int64_t anchor_day, learned_day;
    uint16_t learned[SLOW_RISE_DAYS], recent[SLOW_RISE_RECENT]; /* logarithms, rings */
    uint32_t learned_count, recent_count;                       /* ever */
};

/* What the peers say; each below 0 when there are too few. */
struct slow_rise_peers {
    double middle, high, spread; /* median, 90 % quantile, and spread of their baselines */
    double shift;                /* median of their x - baseline today, 0 or more */
};

double slow_rise_x(double people); /* ln(1 + people) */

/* The baseline to go by and its spread: the reader's own, or its peers'; false when there is neither. */
bool slow_rise_habit(const struct slow_rise *state, const struct params *params,
                     const struct slow_rise_peers *peers, double *baseline, double *spread);

/* Score of a day that still runs. Without peers at hand (NULL) it is the most it can be: a first, cheap question. */
double slow_rise_score(const struct slow_rise *state, const struct params *params, double people,
                       const struct slow_rise_peers *peers);

struct slow_rise_day {
    int64_t day; /* local, since 1970 */
    double people;
    bool learn; /* no alert */
};

/* A day of use is over: a step of the sum, and perhaps a lesson. */
void slow_rise_close(struct slow_rise *state, const struct params *params,
                     const struct slow_rise_peers *peers, struct slow_rise_day day);

void slow_rise_calm(struct slow_rise *state); /* S = 0 */

/* What the latest days were, `people` today among them, is the habit from now on. */
void slow_rise_accept(struct slow_rise *state, const struct params *params, int64_t day, double people);

#endif

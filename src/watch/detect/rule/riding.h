/*
 * Riding: days or hours spent just under the budget, as one does who knows it.
 *
 * A day (an hour) is ridden when the reader had used riding.near of its budget in it. Score, the greatest of
 *     ridden days of use in a row / riding.days
 *     ridden share of the latest 14 days of use / riding.share, from the 7th on
 *     ridden hours in a row / riding.hours
 * Budgets of fewer than riding.people people are not looked at. Source: the attack itself: a budget of n a day, never
 * met, gives n a day.
 * Parameters: riding.near, riding.share (shares), riding.days, riding.hours, riding.people, riding.trip.
 */
#ifndef AMN_WATCH_DETECT_RULE_RIDING_H
#define AMN_WATCH_DETECT_RULE_RIDING_H

#include "watch/detect/detect.h"

enum { RIDING_WINDOW = 14, RIDING_WINDOW_LEAST = 7 };

struct riding {
    bool today;        /* this day is ridden already */
    uint32_t days;     /* in a row, before today */
    uint16_t window;   /* latest days of use, newest lowest bit */
    uint8_t used_days; /* in the window */
    int64_t hour;      /* latest ridden hour since 1970 */
    uint32_t hours;    /* in a row */
};

/* `near` is riding.near in thousandths, `least` riding.people. */
void riding_look(struct riding *state, uint64_t near, uint64_t least, const struct look *look, int64_t hour);
double riding_score(const struct riding *state, const struct params *params, int64_t hour);
void riding_close(struct riding *state); /* a day of use is over */

#endif

/*
 * Burst: many more different people within minutes than this reader ever has.
 *
 * The different people within five minutes, and within an hour, both by the clock:
 *     allowed = burst.least + burst.times * max(0, usual - 1.5 sqrt(usual));  score: people / allowed
 * usual is the busiest such window of a usual day, and what chance adds to it is taken off: of some hundred counts of
 * mean m the greatest stands about 2 sqrt(m) above m (an hour: 1 sqrt(usual)). It follows the busiest window of each
 * day, up or down, by at most 30 % a day in the first learn.days days of use and by slow_rise.grow a week after that; a
 * day with an alert teaches nothing. Whoever works by grants works in batches, as orders come: burst.granted times more. The greater of the reader's own and its peers' median counts; without either nothing is said.
 * A sale multiplies a shop's work by less than burst.times; a thief who copies as fast as it goes, by much more.
 * What is surely new is counted within the look; what a sketch cannot tell for sure (measure/sketch.h), on the minute.
 * Sources: Poisson's law for the counts; the attack. Parameters: burst.* (units in params.def).
 */
#ifndef AMN_WATCH_DETECT_RULE_BURST_H
#define AMN_WATCH_DETECT_RULE_BURST_H

#include "watch/detect/detect.h"
#include "watch/detect/measure/hours.h"
#include "watch/detect/measure/sketch.h"

enum { BURST_WINDOWS = 2 };

struct burst_window {
    int64_t until_us;   /* its end */
    double people;      /* in it, so far: at least, between minutes */
    double busiest;     /* of the day */
    double usual;       /* 0: not learned yet */
    struct sketch seen; /* people in it */
};

struct burst {
    struct burst_window windows[BURST_WINDOWS];
    struct people_hours hours; /* what the windows of an hour came to: for people to see */
};

/* People were looked at; a look begins with its time. True when one was surely new in a window. About 5 ns a subject. */
void burst_turn(struct burst *state, int64_t now_us);
bool burst_add(struct burst *state, uint64_t mixed);
void burst_minute(struct burst *state);

struct burst_of {
    uint32_t days;  /* of use of the reader */
    bool by_grants; /* it works by them: grantless.h */
};

/* `peers`: the medians of the peers' usual, below 0 without. */
double burst_score(const struct burst *state, const struct params *params, const double peers[BURST_WINDOWS],
                   struct burst_of of);

/* The day is over; the `days`th of use when it is learned from. */
void burst_close(struct burst *state, const struct params *params, bool learn, uint32_t days);
void burst_calm(struct burst *state);

/* What people accept as its work: the busiest windows of today, if they are above what is usual. */
void burst_accept(struct burst *state);

#endif

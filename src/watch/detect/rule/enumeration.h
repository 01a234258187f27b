/*
 * Enumeration: people taken in the order of a list, within an ask and across asks.
 *
 * A step is the difference of two subject numbers asked one after the other; a repeat is none, nor is a step to one of
 * the newest customers (enumeration.newest), who are looked at in the order of signing up. Score, the greatest of
 *     steps in one direction / enumeration.run      in random order n steps upwards have a chance of 1 in (n + 1)!
 *     steps of one width / enumeration.steady
 *     enumeration.bits / H                          at most 4
 *     share of narrow steps / enumeration.near      in random order one step of 32 is narrow
 * the last two each 64 steps to mostly different people. H = -sum p log2 p is the entropy of (direction, floor(log2
 * width)): about 3 bits when people come in random order, 0 for a list. Narrow is a step of less than a 64th of all
 * customers: a list that was shuffled within its pages has such steps only.
 * For lookups order says nothing, as tags are random: then the number of different values tried on a day counts,
 *     different values / max(enumeration.values, enumeration.times * usual)
 * with usual the greater of the reader's own and its peers' median, grown at most as slow_rise grows a baseline.
 * Sources: Levene and Wolfowitz, "The covariance matrix of runs up and down" (1944); Shannon (1948).
 */
#ifndef AMN_WATCH_DETECT_RULE_ENUMERATION_H
#define AMN_WATCH_DETECT_RULE_ENUMERATION_H

#include "watch/detect/detect.h"

enum { ENUMERATION_STEPS = 64, ENUMERATION_WIDTHS = 48, ENUMERATION_SEEN = 4 };

struct enumeration {
    uint64_t last;  /* subject, 0 none */
    uint64_t width; /* of the latest step, two's complement */
    uint32_t run;   /* steps in the direction of `upwards` */
    uint32_t steady;
    bool upwards;
    uint8_t steps;                          /* in `widths` */
    uint8_t widths[2 * ENUMERATION_WIDTHS]; /* how often; downwards, then upwards */
    uint64_t seen[ENUMERATION_SEEN]; /* 256 bits, to know whether these steps are to different people */
    double usual_values;             /* a day */
};

struct enumeration_shop {
    uint64_t customers;
    uint64_t old; /* the greatest subject number that is not one of the newest */
};

/* About 7 ns a subject. */
double enumeration_look(struct enumeration *state, const struct params *params, const struct look *look,
                        struct enumeration_shop shop);

/* `peers`: the median of the peers' usual_values, 0 without. `days` of use of the reader. */
double enumeration_values(const struct enumeration *state, const struct params *params, double values,
                          double peers, uint32_t days);

/* A day that may be learned from is over, `days` after the one before it that was. */
void enumeration_learn(struct enumeration *state, const struct params *params, double values, uint32_t days);

/* Runs and sums begin anew; what is usual stays. */
void enumeration_calm(struct enumeration *state);

#endif

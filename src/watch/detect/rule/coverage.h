/*
 * Coverage: what share of all customers a reader ever saw, against its peers.
 *
 * The different people it ever saw are counted within 3.3 % (measure/sketch.h); looks behind a self pass are not, as
 * each customer is let in by themself. With c that share and t its days of use (at least coverage.days), the intensity
 *     -ln(1 - c) / t
 * is what a reader has who picks people evenly at random, whatever its age. Score:
 *     own intensity / (coverage.times * the coverage.quantile of its peers' intensities)
 * and without peers own intensity / (coverage.times * its habit), the habit being the intensity of its first learn.days
 * days of use, which follows downwards by at most slow_rise.shrink a week and upwards by slow_rise.grow; before that
 * c / coverage.alone, which never trips. Below coverage.floor of the customers, or coverage.people, nothing is said.
 * Once people accepted a coverage (watch_accept()), only a half more of it counts again.
 * Source: the coupon collector's share, 1 - e^(-looks/n). Parameters: coverage.* (units in params.def).
 */
#ifndef AMN_WATCH_DETECT_RULE_COVERAGE_H
#define AMN_WATCH_DETECT_RULE_COVERAGE_H

#include "watch/detect/detect.h"

struct coverage {
    double accepted; /* share that people said is right; 0 none */
    double habit;    /* intensity; 0: not learned yet */
};

double coverage_share(double people, uint64_t customers);

double coverage_intensity(const struct params *params, double share, uint32_t days);

/* Whether the peers need be asked at all. */
bool coverage_matters(const struct coverage *state, const struct params *params, double people, double share);

/* `peers`: their quantile of intensities; below 0: too few of them. */
double coverage_score(const struct coverage *state, const struct params *params, double share,
                      double intensity, double peers);

/* A day of use without an alert is over, the `days`th. */
void coverage_learn(struct coverage *state, const struct params *params, double intensity, uint32_t days);

#endif

/*
 * The few formulas that several detectors share: a sum that watches for a rise, a bound of a share, ranks.
 *
 * Pure; everything is a double. What is kept over a restart goes through fixed(), so that it can be written as a whole
 * number and comes back as it was.
 */
#ifndef AMN_WATCH_DETECT_MEASURE_STATISTIC_H
#define AMN_WATCH_DETECT_MEASURE_STATISTIC_H

#include <stddef.h>
#include <stdint.h>

enum { FIXED_ONE = 1 << 20 };
#define FIXED_MAX ((double)(INT64_C(1) << 31)) /* what is kept lies between -FIXED_MAX and FIXED_MAX */

/* The nearest number that is a whole count of 1 / FIXED_ONE, within the bounds. */
double fixed(double value);

/*
 * One step of the one-sided CUSUM: max(0, sum + z - slack), where z is in standard deviations above the mean.
 * An alarm is a sum above h. With slack 0.5, on normal z: h = 4 gives a false alarm in about 336 steps and sees a shift
 * of one deviation after 8.4; h = 5: 930 and 10.4.
 * Source: Page, "Continuous inspection schemes", Biometrika 41 (1954); Montgomery, "Introduction to statistical quality
 * control", table 9.3 (whose 168 and 465 are of two sums that watch both sides).
 */
double cusum_step(double sum, double z, double slack);

/*
 * Lower bound of a share of which `hits` of `tries` were seen, at `z` deviations; 0 without a try.
 *     (p + z^2/2n - z sqrt(p (1 - p) / n + z^2/4n^2)) / (1 + z^2/n)
 * Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
 */
double wilson_lower(double hits, double tries, double z);

/* Of `count` values, 1 or more, which are put in order on the way: that at rank ceil(share * count); the middle. */
double quantile(double *values, size_t count, double share);
double median(double *values, size_t count);

/* 1.4826 times the median distance from `middle`: the standard deviation of normal values. Changes `values`. */
double spread_of(double *values, size_t count, double middle);

/* `from` moved towards `to`, by `down` at most downwards, `up` upwards. */
double moved(double from, double to, double down, double up);

double bounded(double value, double least, double most);

#endif

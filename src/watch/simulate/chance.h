/*
 * Chance with a seed: the same numbers for a seed, wherever the mathematics library is the same.
 *
 * For simulated time only, never for secrets. Main calls: chance_seed(), chance_count(). Example:
 *     struct chance chance = chance_seed(101, 7);  uint64_t looks = chance_count(&chance, 2.85 * 60);
 */
#ifndef AMN_WATCH_SIMULATE_CHANCE_H
#define AMN_WATCH_SIMULATE_CHANCE_H

#include <stdint.h>

struct chance {
    uint64_t state[4];
};

/* One stream of numbers for each pair: streams do not disturb each other. */
struct chance chance_seed(uint64_t seed, uint64_t stream);

uint64_t chance_bits(struct chance *chance);
double chance_share(struct chance *chance);                  /* 0 to below 1 */
uint64_t chance_below(struct chance *chance, uint64_t most); /* 0 to most - 1; `most` from 1 */
double chance_normal(struct chance *chance);                 /* mean 0, deviation 1 */

/* Poisson with that mean, from 0; above a mean of 30 by the normal distribution, rounded. */
uint64_t chance_count(struct chance *chance, double mean);

/* Lognormal: `middle` in the median, `spread` the deviation of its logarithm. */
double chance_around(struct chance *chance, double middle, double spread);

#endif

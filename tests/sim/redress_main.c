/*
 * Compensation as a state machine: fixed seeds, then new ones until the time is over.
 *
 *     redress_sim              fixed seeds, and new ones for AMN_SIM_SECONDS seconds (0)
 *     AMN_SEED=n redress_sim   one seed, to repeat a failure; with AMN_VERBOSE=1 every ask is told
 */
#include "redress_sim.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

enum { FIXED_SEEDS = 12 };

static struct redress_said all;

static bool run_one(uint64_t seed)
{
    const struct redress_options options = {.seed = seed, .verbose = getenv("AMN_VERBOSE") != NULL};
    struct redress_said said = redress_sim_run(&options);
    printf("seed %llu: %llu asks, %llu postings, %llu given again, %llu refused, %llu lapsed, %llu expired, "
           "%llu faults, %llu crashes, %llu new keys, %llu trips: %s\n",
           (unsigned long long)seed, (unsigned long long)said.asks, (unsigned long long)said.postings,
           (unsigned long long)said.replays, (unsigned long long)said.refused,
           (unsigned long long)said.lapsed, (unsigned long long)said.expired, (unsigned long long)said.faults,
           (unsigned long long)said.crashes, (unsigned long long)said.rekeys, (unsigned long long)said.trips,
           said.good ? "good" : said.text);
    if (!said.good) printf("repeat it with: AMN_SEED=%llu tests/sim/redress_sim\n", (unsigned long long)seed);
    (void)fflush(stdout);
    all.replays += said.replays;
    all.lapsed += said.lapsed;
    all.expired += said.expired;
    all.crashes += said.crashes;
    all.rekeys += said.rekeys;
    all.trips += said.trips;
    return said.good;
}

int main(void)
{
    const char *seed = getenv("AMN_SEED"), *seconds = getenv("AMN_SIM_SECONDS");
    if (seed) return run_one(strtoull(seed, NULL, 10)) ? 0 : 1;
    int64_t until_us =
        clock_monotonic_us() + (seconds ? (int64_t)strtoull(seconds, NULL, 10) : 0) * SECOND_US;
    for (uint64_t fixed = 1; fixed <= FIXED_SEEDS; fixed++) {
        if (!run_one(fixed)) return 1;
    }
    if (all.replays == 0 || all.lapsed == 0 || all.expired == 0 || all.crashes == 0 || all.rekeys == 0 ||
        all.trips == 0) {
        printf("the fixed seeds did not do everything\n");
        return 1;
    }
    while (clock_monotonic_us() < until_us) {
        uint32_t fresh = 0;
        if (getrandom(&fresh, sizeof fresh, 0) != sizeof fresh) return 2;
        if (!run_one(fresh)) return 1;
    }
    return 0;
}

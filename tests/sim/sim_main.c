/*
 * Runs the simulator: a few fixed seeds first, then new ones until the time is over.
 *
 *     sim                      for AMN_SIM_SECONDS seconds (90)
 *     AMN_SEED=n sim [STEPS]   one seed, to repeat a failure; with AMN_VERBOSE=1 every answer is told
 */
#include "sim.h"

#include "base/clock.h"

#include <stdlib.h>
#include <sys/random.h>

enum { SECONDS = 90, FIXED_SEEDS = 8 };

static uint64_t number_of(const char *text, uint64_t otherwise)
{
    return text ? strtoull(text, NULL, 10) : otherwise;
}

/* Of the fixed seeds: what detectors were compared for. */
static uint64_t looks, alerts, watched;

static bool run_one(uint64_t seed, unsigned steps)
{
    struct sim_options options = {.seed = seed, .steps = steps, .verbose = getenv("AMN_VERBOSE") != NULL};
    struct sim_result said = sim_run(&options);
    printf("seed %llu: %llu steps, %llu asks, %llu entries, %llu faults, %llu crashes, %llu starts, %llu "
           "alerts, "
           "detectors compared %llu times: %s\n",
           (unsigned long long)seed, (unsigned long long)said.steps, (unsigned long long)said.asks,
           (unsigned long long)said.entries, (unsigned long long)said.faults,
           (unsigned long long)said.crashes, (unsigned long long)said.reopened,
           (unsigned long long)said.alerts, (unsigned long long)said.watched, said.good ? "good" : said.text);
    if (!said.good) printf("repeat it with: AMN_SEED=%llu tests/sim/sim\n", (unsigned long long)seed);
    (void)fflush(stdout);
    looks += said.looks;
    alerts += said.alerts;
    watched += said.watched;
    return said.good;
}

int main(int count, char **args)
{
    const char *seed = getenv("AMN_SEED");
    unsigned steps = count > 1 ? (unsigned)number_of(args[1], 0) : 0;
    if (seed) return run_one(number_of(seed, 0), steps) ? 0 : 1;
    int64_t until_us =
        clock_monotonic_us() + (int64_t)number_of(getenv("AMN_SIM_SECONDS"), SECONDS) * SECOND_US;
    for (uint64_t fixed = 1; fixed <= FIXED_SEEDS; fixed++) {
        if (!run_one(fixed, steps)) return 1;
    }
    if (steps == 0 && (looks == 0 || alerts == 0 || watched == 0)) {
        printf("detectors had nothing to find: %llu looks, %llu alerts\n", (unsigned long long)looks,
               (unsigned long long)alerts);
        return 1;
    }
    while (clock_monotonic_us() < until_us) {
        uint32_t fresh = 0;
        if (getrandom(&fresh, sizeof fresh, 0) != sizeof fresh) return 2;
        if (!run_one(fresh, steps)) return 1;
    }
    return 0;
}

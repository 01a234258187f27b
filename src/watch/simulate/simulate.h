/*
 * The library of attacks, run in simulated time through the very code that stands in the path of a look: budgets,
 * detectors, breaker, alerts. Honest work goes on around each attack; what is measured is how many people were exposed
 * when it was stopped, and how often honest readers were.
 *
 * Nothing sleeps and nothing is stored. Subjects are numbers, the shop's people and readers are made up from the seed,
 * and the same options give the same outcome. What is left out is said in docs/watch.md. Main calls: simulate_honest(),
 * simulate_attack(). Example:
 *     struct simulate_attack out;  TRY(simulate_attack(&options, ATTACK_DRAIN, &out));  // out.people at the stop
 */
#ifndef AMN_WATCH_SIMULATE_SIMULATE_H
#define AMN_WATCH_SIMULATE_SIMULATE_H

#include "watch/budget/budget.h"
#include "watch/canaries.h"
#include "watch/detect/detect.h"

enum workload {
#define WORKLOAD(NAME, name, readers, people, between, within, peak, shape, flags, about) WORKLOAD_##NAME,
#include "watch/simulate/workloads.def"
#undef WORKLOAD
    WORKLOAD_COUNT
};

enum attack {
#define ATTACK(NAME, name, reader, keys, per_s, way, order, network, days, about) ATTACK_##NAME,
#include "watch/simulate/attacks.def"
#undef ATTACK
    ATTACK_COUNT
};

enum { SIMULATE_CUSTOMERS_MIN = 100, SIMULATE_CUSTOMERS_MAX = 100000000, SIMULATE_CURVE_MAX = 64 };

struct simulate_options {
    uint64_t seed, customers; /* SIMULATE_CUSTOMERS_MIN to _MAX */
    struct params params;
    uint64_t canaries;                                   /* planted among the customers */
    struct limits limits[WORKLOAD_COUNT][BUDGET_SCOPES]; /* of one reader, and of what stands above it */
};

const char *workload_name(enum workload workload);
const char *attack_name(enum attack attack);
const char *attack_about(enum attack attack);
bool attack_by_name(struct slice name, enum attack *out);

/* People whom one reader of that workload looks at on its busiest honest day, for budgets that a shop puts by hand;
 * 0 where it leaves the default. */
uint64_t simulate_busiest(enum workload workload, uint64_t customers);

/* Canaries that the vault plants in a shop of that size: one for 300 customers; up to 20 of them one for 40. */
uint64_t simulate_canaries(uint64_t customers);

enum ending {
    ENDING_STOPPED, /* every credential of the thief was tripped */
    ENDING_VAIN,    /* went on to the end and exposed nobody */
    ENDING_HELD,    /* went on to the end, with looks refused by a budget */
    ENDING_MISSED   /* went on to the end, or had everybody, and was never refused */
};

struct simulate_point {
    uint64_t seconds, people;
};

struct simulate_attack {
    enum ending ending;
    uint64_t people, seconds;             /* exposed, and since the first look: at the stop, or at the end */
    double share;                         /* of the customers */
    enum detector by;                     /* that stopped the last credential; 0: none did */
    uint64_t alerts;                      /* about the thief's credentials */
    enum detector alert_by;               /* of the first; 0: there was none */
    uint64_t alert_people, alert_seconds; /* at the first alert */
    bool refused;                         /* by a budget, ever */
    uint64_t refused_people, refused_seconds; /* at the first refusal */
    struct simulate_point curve[SIMULATE_CURVE_MAX];
    size_t curve_count;
};

struct simulate_honest {
    uint64_t reader_days; /* with a look */
    uint64_t trips;       /* none of them was deserved */
    uint64_t slowed;      /* times that one was slowed, nor was any of that */
    uint64_t alerts;
    uint64_t trips_by[DETECTORS_END], alerts_by[DETECTORS_END];
    uint64_t refused_days; /* reader-days with a look that a budget refused */
};

/**
 * One attack, after weeks of honest work.
 *
 * @return INVALID  options out of bounds
 *         UNAVAILABLE  no memory
 * Cost: docs/watch.md.
 */
RESULT simulate_attack(const struct simulate_options *options, enum attack attack,
                       struct simulate_attack *out);

/* `days` of honest work alone. */
RESULT simulate_honest(const struct simulate_options *options, uint32_t days,
                       struct simulate_honest out[WORKLOAD_COUNT]);

#endif

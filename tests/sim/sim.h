/*
 * The seeded simulator: a keeper driven by asks at random through faults, crashes and jumps of the clock, against a
 * small model. One seed is one life of one home. Example: `struct sim_result said = sim_run(&(struct sim_options){.seed = 7});`
 */
#ifndef AMN_TESTS_SIM_H
#define AMN_TESTS_SIM_H

#include "asks.h"
#include "brute.h"
#include "world.h"

enum { SIM_STEPS = 160, SIM_BATCH_MAX = 12, SIM_TEXT_BYTES = 600 };

struct sim_options {
    uint64_t seed;
    unsigned steps;       /* batches, at most some 2,000; 0: SIM_STEPS */
    enum fault_call drop; /* a deliberate bug that must be found: such calls are sometimes not made */
    uint64_t drop_every;
    bool verbose;
};

struct sim_result {
    bool good;
    char text[SIM_TEXT_BYTES]; /* what was wrong */
    uint64_t steps, asks, entries, faults, crashes, reopened;
    uint64_t alerts, looks,
        watched; /* entries of alerts; looks that brute force counted; times it was compared */
};

struct sim {
    struct world world;
    struct model model;
    struct mood mood;
    struct prop_rng rng;
    struct sim_result result;
    struct brute *brute;
    bool
        adrift; /* a write failed: detectors may have counted what was undone, and are not compared until they begin anew */
    uint64_t alerts_now; /* entries of alerts since detectors were compared */
    uint64_t next_id;
    bool verbose;
};

struct sim_result sim_run(const struct sim_options *options);

/* Note the first thing that is wrong; always false. */
bool sim_wrong(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define MUST(sim, condition, ...)                               \
    do {                                                        \
        if (!(condition)) return sim_wrong((sim), __VA_ARGS__); \
    } while (0)

/* Compare one answer with what the model expects, and take from it what only it tells (sim_answer.c). */
bool answer_check(struct sim *sim, const struct sim_ask *ask, struct heard *heard,
                  const struct expected *expected);

/*
 * Detectors (sim_watch.c). Entries of alerts that come next in the ledger go into the model: those of the keeper's, or of
 * a shop that was opened to read. What was asked since entry `from` goes into brute force; then it is compared.
 */
bool watch_entries(struct sim *sim, struct shop *shop);
bool watch_asked(struct sim *sim, uint64_t from);
void watch_minute_ran(struct sim *sim);
bool watch_same(struct sim *sim);
void watch_began(struct sim *sim,
                 bool kept); /* a keeper was opened; kept: what detectors had learned was there */
bool home_watch_entries(struct sim *sim); /* those of a home whose keeper is dead */

/*
 * Open the home beside the keeper and compare everything in it with the model: entries, tree, checkpoints that were
 * released, records, index, keys, sightings (sim_home.c). `actual` may come before the model knows: see home_entries().
 */
bool home_check(struct sim *sim, bool thorough);

/* How many entries the ledger on disk holds; and bring entries of strangers at its end into the model. */
bool home_entries(struct sim *sim, uint64_t *out);
bool home_strangers(struct sim *sim);
/* After a failure nobody knows whether a use of a key was kept: the model takes it as it is on disk. */
bool home_uses(struct sim *sim);

#endif

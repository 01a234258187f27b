/*
 * Compensation as a state machine: checkouts at random through faults, crashes, retries and jumps of the clock, against
 * a plain model. After each run the books in the ledger, and now and then all that is stored, must be the model's.
 * One seed is one life of one home. Example: `said = redress_sim_run(&(struct redress_options){.seed = 7});`
 */
#ifndef AMN_TESTS_REDRESS_SIM_H
#define AMN_TESTS_REDRESS_SIM_H

#include "fault_store.h"

enum { REDRESS_STEPS = 160, REDRESS_TEXT_BYTES = 400 };

struct redress_options {
    uint64_t seed;
    enum fault_call drop; /* a deliberate bug that must be found: such calls are sometimes not made */
    uint64_t drop_every;
    bool verbose;
};

struct redress_said {
    bool good;
    char text[REDRESS_TEXT_BYTES]; /* what was wrong */
    uint64_t asks, postings, replays, refused, lapsed, expired, faults, crashes, rekeys, trips;
};

struct redress_said redress_sim_run(const struct redress_options *options);

#endif

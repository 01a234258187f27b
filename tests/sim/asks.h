/*
 * Asks at random, from a seed: mostly sensible ones, some refused, some that are no asks at all. And their frames.
 * Example: `struct sim_ask ask = ask_make(&rng, &model, &mood);  ask_frame(&model, &ask, &frame);`
 */
#ifndef AMN_TESTS_ASKS_H
#define AMN_TESTS_ASKS_H

#include "model.h"
#include "prop.h"

enum { ASK_MEMORY_MAX = 32, ASK_PEOPLE_MAX = 100 };

/* What a run of asks remembers: idempotent asks that may be sent once more. */
struct mood {
    struct sim_ask sent[ASK_MEMORY_MAX];
    size_t sent_count;
    unsigned idem_next;
};

/* An ask on what the model holds now. Ids that nobody was told are not used. */
struct sim_ask ask_make(struct prop_rng *rng, const struct model *model, struct mood *mood);

/* Its frame without the length word, appended to `out`; sets ask->members. `id` is the ask's, above 0. */
void ask_frame(struct prop_rng *rng, const struct model *model, struct sim_ask *ask, uint64_t id,
               struct buf *out);

#endif

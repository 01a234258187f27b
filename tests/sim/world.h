/*
 * The world of one simulation: a home on a memory disk, its keeper over a store that fails, and a clock that is told.
 * A crash saves what is on disk at that moment beside the home; the keeper that is opened next finds only that.
 * Example: `world_run(&world, asks, count);  heard = &world.heard[0];`
 */
#ifndef AMN_TESTS_WORLD_H
#define AMN_TESTS_WORLD_H

#include "fault_store.h"
#include "keep/home.h"
#include "keeper/keeper.h"

enum { WORLD_ASKS_MAX = 64, WORLD_PATH_BYTES = 200, WORLD_CHECKPOINTS_MAX = 4096 };

/* What came back for one ask. */
struct heard {
    bool any;
    struct answer_head head;
    struct buf body;
    uint64_t checkpoint_size; /* of the newest checkpoint that came before it */
};

/* A checkpoint that left the keeper: its text, verified later. */
struct released {
    struct buf note;
};

struct world {
    char home[WORLD_PATH_BYTES]; /* where the keeper works now */
    char base[WORLD_PATH_BYTES]; /* folder of all its homes */
    unsigned generation;
    int64_t now_us;
    struct fault_plan plan;
    struct keeper *keeper;
    struct home_made made;
    struct heard heard[WORLD_ASKS_MAX];
    struct released released[WORLD_CHECKPOINTS_MAX];
    size_t released_count;
    uint64_t cut;        /* chooses where a torn log is cut off */
    uint64_t wal_before; /* bytes of the log before the newest commit: what came later may be torn */
};

/* Make a fresh home in a folder of its own. The world must not move. */
RESULT world_init(struct world *world, int64_t now_us);
void world_done(struct world *world); /* and remove the folder */

struct clock world_clock(struct world *world);

RESULT world_open(struct world *world);
void world_close(struct world *world); /* as a keeper ends in peace, unless the plan has it crash */

/* Will the keeper's next rest be its upkeep? Is what detectors learned there; `drop`: it is taken away. */
bool world_upkeep_due(const struct world *world);
bool world_watch_kept(struct world *world, bool drop);

/* After a crash: drop the dead keeper and take the files that were saved. */
RESULT world_recover(struct world *world);

/* Plan nothing: every call is made. */
void world_calm(struct world *world);

/* Run frames (without their length word) as one batch and keep what comes back in `heard`. */
struct world_ask {
    struct slice frame;
    bool local;
};
void world_run(struct world *world, const struct world_ask *asks, size_t count);

#endif

#include "watch/simulate/world_priv.h"

#include <assert.h>
#include <math.h>

const struct workload_row workload_rows[WORKLOAD_COUNT] = {
#define WORKLOAD(NAME, name, readers, people, between, within, peak, shape, flags, about) \
    {name, readers, people, between, within, peak, shape, flags},
#include "watch/simulate/workloads.def"
#undef WORKLOAD
};

const struct attack_row attack_rows[ATTACK_COUNT] = {
#define ATTACK(NAME, name, reader, keys, per_s, way, order, network, days, about) \
    {name, WORKLOAD_##reader, keys, per_s, WAY_##way, ORDER_##order, PLACE_##network, days, about},
#include "watch/simulate/attacks.def"
#undef ATTACK
};

enum { MIDDLE_FROM = 10000, LARGE_FROM = 3000000, NEW_ONE_IN = 8, HIRED_WITHIN_DAYS = 90 };
#define RAISED_TIMES 1.5

const char *workload_name(enum workload workload)
{
    return workload_rows[workload].name;
}

const char *attack_name(enum attack attack)
{
    return attack_rows[attack].name;
}

const char *attack_about(enum attack attack)
{
    return attack_rows[attack].about;
}

bool attack_by_name(struct slice name, enum attack *out)
{
    for (unsigned i = 0; i < ATTACK_COUNT; i++) {
        if (!slice_is(name, attack_rows[i].name)) continue;
        *out = (enum attack)i;
        return true;
    }
    return false;
}

static unsigned size_of(uint64_t customers)
{
    return customers < MIDDLE_FROM ? 0 : customers < LARGE_FROM ? 1 : 2;
}

double workload_people(enum workload workload, uint64_t customers)
{
    static const double reference[] = {800, 100000, 30000000};
    const struct workload_row *row = &workload_rows[workload];
    unsigned size = size_of(customers);
    double scale = row->flags & SCALES ? (double)customers / reference[size] : 1;
    return row->people[size] * scale;
}

uint64_t simulate_busiest(enum workload workload, uint64_t customers)
{
    const struct workload_row *row = &workload_rows[workload];
    if (!(row->flags & RAISED)) return 0;
    return (uint64_t)(workload_people(workload, customers) * row->peak * RAISED_TIMES);
}

/* One person at the help desk of eight begins during the time that is looked at. */
static void hire_all(struct world *world)
{
    for (unsigned workload = 0; workload < WORKLOAD_COUNT; workload++) {
        const struct workload_row *row = &workload_rows[workload];
        uint32_t readers = row->readers[size_of(world->options.customers)];
        for (uint32_t i = 0; i < readers; i++) {
            bool new = row->flags &PERSON &&i % NEW_ONE_IN == NEW_ONE_IN - 1;
            int64_t from = new ? 1 + (int64_t)chance_below(&world->chance, HIRED_WITHIN_DAYS) : 0;
            (void)world_hire(world, (enum workload)workload, from);
        }
    }
}

static void run_until(struct world *world, int64_t until_us)
{
    while (world->now_us < until_us) {
        honest_minute(world);
        world_minute(world);
    }
}

static RESULT begin(const struct simulate_options *options, struct world *world)
{
    TRY(world_new(options, world));
    world->now_us = WORLD_EPOCH_US;
    hire_all(world);
    return OK;
}

RESULT simulate_attack(const struct simulate_options *options, enum attack attack,
                       struct simulate_attack *out)
{
    SCOPED(world_done) struct world world = {0};
    SCOPED(attack_done) struct thievery thievery = {.out = out};
    assert(attack < ATTACK_COUNT);
    TRY(begin(options, &world));
    *out = (struct simulate_attack){0};
    int64_t first = WORLD_EPOCH_US + WARM_DAYS * DAY_US;
    run_until(&world, first + (int64_t)chance_below(&world.chance, DAY_MINUTES) * MINUTE_US);
    TRY(attack_begin(&world, attack, &thievery));
    while (!attack_over(&world)) {
        honest_minute(&world);
        attack_minute(&world);
        world_minute(&world);
    }
    attack_end(&world);
    return OK;
}

RESULT simulate_honest(const struct simulate_options *options, uint32_t days,
                       struct simulate_honest out[WORKLOAD_COUNT])
{
    SCOPED(world_done) struct world world = {0};
    TRY(begin(options, &world));
    run_until(&world, WORLD_EPOCH_US + days * DAY_US);
    for (unsigned i = 0; i < WORKLOAD_COUNT; i++) out[i] = world.tally[i];
    return OK;
}

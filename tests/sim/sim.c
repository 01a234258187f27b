#include "sim.h"

#include <stdlib.h>

enum {
    START_DAY = 20600, /* some day in 2026 */
    CALLS_A_RUN = 120, /* a fault comes within so many store calls */
    FAULT_RUN_MAX = 4
};

bool sim_wrong(struct sim *sim, const char *format, ...)
{
    if (!sim->result.good) return false; /* the first one counts */
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sim->result.text, sizeof sim->result.text, format, args); /* cut is fine: it is talk */
    va_end(args);
    sim->result.good = false;
    return false;
}

static bool chance(struct sim *sim, unsigned in_thousand)
{
    return prop_below(&sim->rng, 1000) < in_thousand;
}

/* Time goes on, mostly; hours and days are skipped, and now and then it goes back a little within the day. */
static void clock_move(struct sim *sim)
{
    int64_t *now = &sim->world.now_us;
    int64_t step = (int64_t)prop_below(&sim->rng, 20) * SECOND_US;
    if (chance(sim, 60)) step = (int64_t)prop_below(&sim->rng, 300) * MINUTE_US;
    if (chance(sim, 15)) step = (int64_t)prop_below(&sim->rng, 80) * HOUR_US;
    if (chance(sim, 4)) step = (int64_t)prop_below(&sim->rng, 25) * DAY_US;
    *now += step + (int64_t)prop_below(&sim->rng, SECOND_US);
    int64_t back = chance(sim, 40) ? (int64_t)prop_below(&sim->rng, 120) * MINUTE_US : 0;
    if (back <= *now % DAY_US) *now -= back;
    sim->model.now_us = *now;
}

static void trouble_plan(struct sim *sim)
{
    struct fault_plan *plan = &sim->world.plan;
    uint64_t at = plan->calls + 1 + prop_below(&sim->rng, 1 + prop_below(&sim->rng, CALLS_A_RUN));
    world_calm(&sim->world);
    if (chance(sim, 120)) {
        plan->fail_at = at;
        plan->fail_count = 1 + prop_below(&sim->rng, FAULT_RUN_MAX);
        plan->cause = chance(sim, 500) ? CAUSE_DISK_FULL : CAUSE_UNAVAILABLE;
    } else if (chance(sim, 60)) {
        plan->crash_at = at;
        plan->crash = (enum fault_crash)(CRASH_BEFORE + prop_below(&sim->rng, 3));
        sim->world.cut = prop_u64(&sim->rng);
    }
}

/* A keeper that starts while its store fails says so; and starts when it is tried again. */
static bool keeper_up(struct sim *sim)
{
    sim->result.reopened++;
    world_calm(&sim->world);
    bool kept = world_watch_kept(&sim->world, sim->adrift);
    if (chance(sim, 200)) {
        sim->world.plan.fail_at = sim->world.plan.calls + 1 + prop_below(&sim->rng, 40);
        sim->world.plan.fail_count = 1;
    }
    struct result opened = world_open(&sim->world);
    if (opened.code != CODE_OK) {
        MUST(sim, sim->world.plan.failed > 0 && opened.code == CODE_UNAVAILABLE,
             "the keeper does not open: %s (%s)", result_text(), result_place());
        world_calm(&sim->world);
        opened = world_open(&sim->world);
    }
    MUST(sim, opened.code == CODE_OK, "the keeper does not open: %s (%s)", result_text(), result_place());
    world_calm(&sim->world);
    model_reopen(&sim->model);
    watch_began(sim, kept);
    return watch_same(sim);
}

/* Entries of the ledger on disk say how far a run came that was cut off by a crash: a prefix of it, whole asks only. */
static bool doubt_resolve(struct sim *sim, const struct sim_ask *asks, size_t count)
{
    uint64_t actual = 0;
    if (!home_entries(sim, &actual)) return false;
    if (!home_watch_entries(sim)) return false;
    for (size_t i = 0; i < count && sim->model.entry_count < actual; i++) {
        SCOPED(expected_done) struct expected expected = {0};
        size_t idems = sim->model.idem_count;
        uint64_t before = sim->model.entry_count;
        model_expect(&sim->model, &asks[i], &expected);
        if (sim->model.entry_count != before) {
            if (!home_watch_entries(sim)) return false;
            continue;
        }
        /* it left no entry, so nobody knows whether it was in the last commit */
        for (size_t at = idems; at < sim->model.idem_count; at++) sim->model.idems[at].unsure = true;
    }
    if (!home_uses(sim)) return false;
    if (count == 0) return home_strangers(sim); /* it was resting */
    MUST(sim, sim->model.entry_count == actual,
         "after a crash the ledger holds %llu entries: no whole number of asks (%llu)",
         (unsigned long long)actual, (unsigned long long)sim->model.entry_count);
    return true;
}

static bool crash_recover(struct sim *sim, const struct sim_ask *asks, size_t count)
{
    sim->result.crashes++;
    sim->adrift = true; /* what detectors had learned is not among the files that were saved */
    struct result done = world_recover(&sim->world);
    MUST(sim, done.code == CODE_OK, "recovery: %s", result_text());
    /* a keeper must start from these files by itself; what it finds is compared afterwards */
    if (chance(sim, 300)) sim->world.now_us -= (int64_t)prop_below(&sim->rng, 30) * HOUR_US;
    if (chance(sim, 300)) sim->world.now_us += (int64_t)prop_below(&sim->rng, 30) * HOUR_US;
    if (!doubt_resolve(sim, asks, count)) return false;
    sim->model.now_us = sim->world.now_us;
    return keeper_up(sim) && home_check(sim, chance(sim, 250));
}

static bool answers_check(struct sim *sim, const struct sim_ask *asks, size_t count)
{
    uint64_t failed = sim->world.plan.failed;
    sim->result.faults += failed;
    sim->adrift = sim->adrift || failed > 0;
    world_calm(&sim->world); /* what follows reads through the same store */
    for (size_t i = 0; i < count; i++) {
        struct heard *heard = &sim->world.heard[i];
        SCOPED(expected_done) struct expected expected = {0};
        if (!watch_entries(sim, NULL)) return false;
        uint64_t before = sim->model.entry_count;
        const char *name = verb_row(asks[i].verb)->name;
        MUST(sim, heard->any, "%s: was not answered", name);
        if (sim->verbose) {
            (void)fprintf(
                stderr, "step %llu %zu/%zu %s idem %u: %s%s %llu\n", (unsigned long long)sim->result.steps, i,
                count, name, asks[i].idem, cause_row(heard->head.cause)->slug,
                heard->head.flags & ANSWER_RECEIPT ? " index" : "", (unsigned long long)heard->head.index);
        }
        if (cause_row(heard->head.cause)->code == CODE_UNAVAILABLE) {
            MUST(sim, failed > 0, "%s: unavailable without a reason: %.*s", name, (int)heard->body.len,
                 (const char *)heard->body.at);
            continue; /* it did nothing: what follows shows it */
        }
        model_expect(&sim->model, &asks[i], &expected);
        if (!answer_check(sim, &asks[i], heard, &expected) || !watch_asked(sim, before)) return false;
    }
    return watch_entries(sim, NULL) && watch_same(sim) && (failed == 0 || home_uses(sim));
}

static bool run_once(struct sim *sim)
{
    struct sim_ask asks[SIM_BATCH_MAX];
    struct world_ask frames[SIM_BATCH_MAX];
    struct buf bytes[SIM_BATCH_MAX] = {{0}};
    size_t count = 1 + prop_below(&sim->rng, SIM_BATCH_MAX);
    sim->model.before = sim->model.entry_count;
    for (size_t i = 0; i < count; i++) {
        asks[i] = ask_make(&sim->rng, &sim->model, &sim->mood);
        ask_frame(&sim->rng, &sim->model, &asks[i], ++sim->next_id, &bytes[i]);
        bool local =
            asks[i].who == WHO_OPERATOR || (asks[i].who == WHO_KEY && !asks[i].far && chance(sim, 300));
        frames[i] = (struct world_ask){buf_slice(&bytes[i]), local};
    }
    trouble_plan(sim);
    model_sweep(&sim->model); /* whatever keeps an answer sweeps others that ended */
    world_run(&sim->world, frames, count);
    model_tick(&sim->model);
    for (size_t i = 0; i < count; i++) buf_done(&bytes[i]);
    sim->result.asks += count;
    if (sim->world.plan.dead) return crash_recover(sim, asks, count);
    return answers_check(sim, asks, count);
}

static bool rest_once(struct sim *sim)
{
    trouble_plan(sim);
    bool due = world_upkeep_due(&sim->world);
    (void)keeper_idle(sim->world.keeper); /* it says when it wants to be called again */
    model_tick(&sim->model);
    model_sweep(&sim->model);
    if (sim->world.plan.dead) return crash_recover(sim, NULL, 0);
    sim->result.faults += sim->world.plan.failed;
    sim->adrift = sim->adrift || sim->world.plan.failed > 0;
    world_calm(&sim->world);
    if (due) watch_minute_ran(sim);
    return home_strangers(sim) && watch_same(sim);
}

static bool restart_once(struct sim *sim)
{
    trouble_plan(sim);
    world_close(&sim->world);
    model_sweep(&sim->model);
    if (sim->world.plan.dead) return crash_recover(sim, NULL, 0);
    sim->adrift = sim->adrift || sim->world.plan.failed > 0;
    watch_minute_ran(sim); /* it is the last thing that a keeper does */
    return home_strangers(sim) && keeper_up(sim) && home_check(sim, chance(sim, 250));
}

static bool live(struct sim *sim, unsigned steps)
{
    if (!keeper_up(sim)) return false;
    for (unsigned step = 0; step < steps; step++) {
        clock_move(sim);
        sim->result.steps++;
        bool good = chance(sim, 60) ? rest_once(sim) : chance(sim, 20) ? restart_once(sim) : run_once(sim);
        if (!good) return false;
    }
    world_calm(&sim->world);
    world_close(&sim->world);
    return home_strangers(sim) && keeper_up(sim) && home_check(sim, true);
}

struct sim_result sim_run(const struct sim_options *options)
{
    struct sim *sim = calloc(1, sizeof *sim);
    if (!sim) abort();
    sim->rng.state = options->seed;
    sim->verbose = options->verbose;
    sim->result.good = true;
    int64_t now_us = START_DAY * DAY_US + (int64_t)prop_below(&sim->rng, 86400) * SECOND_US;
    struct result made = world_init(&sim->world, now_us);
    sim->world.plan.drop = options->drop;
    sim->world.plan.drop_every = options->drop_every;
    if (made.code == CODE_OK) {
        struct params params;
        params_default(&params);
        sim->brute = brute_new(&params, 0);
        model_init(&sim->model, now_us, buf_c(&sim->world.made.key));
        (void)live(sim, options->steps ? options->steps : SIM_STEPS); /* what is wrong stands in the result */
    } else {
        (void)sim_wrong(sim, "no home: %s", result_text());
    }
    sim->result.entries = sim->model.entry_count;
    struct sim_result result = sim->result;
    world_done(&sim->world);
    model_done(&sim->model);
    brute_free(&sim->brute);
    free(sim);
    return result;
}

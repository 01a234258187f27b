/* What thieves do, minute by minute. */
#include "watch/simulate/world_priv.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { POISON_WEEKS = 8, GUESS_HITS_PERCENT = 3, MONTH_DAYS = 30, MONTH_WORKDAYS = 21 };
#define POISON_GROWTH 1.1
#define APPROVED_PER_S 100.0
#define CURVE_STEP 1.3
#define NETWORK_THIEF (3ULL << 62)

/* An honest reader of the workload that is there since long, or a new one when none is left. */
static struct actor *stolen(struct world *world, enum workload workload)
{
    for (size_t i = 0; i < world->actor_count; i++) {
        struct actor *actor = &world->actors[i];
        if (actor->workload == workload && !actor->thief && actor->from_day == 0) return actor;
    }
    return world_hire(world, workload, world->day);
}

static struct actor *take(struct world *world, enum workload workload)
{
    struct actor *actor = stolen(world, workload);
    actor->thief = true;
    actor->back_us = 0;
    actor->breaker = (struct breaker){0};
    return actor;
}

RESULT attack_begin(struct world *world, enum attack attack, struct thievery *out)
{
    const struct attack_row *row = &attack_rows[attack];
    bool alone = row->way == WAY_OFFICE || row->way == WAY_UNDER;
    assert(row->keys >= 1 && row->keys <= KEYS_MAX);
    out->row = row;
    out->from_us = world->now_us;
    out->seen = calloc(world->people / 64 + 1, sizeof *out->seen);
    if (!out->seen) return FAIL(UNAVAILABLE, "simulate: out of memory");
    for (; out->key_count < row->keys; out->key_count++) {
        struct actor *actor = take(world, row->reader);
        if (alone) actor->away_day = INT64_MAX / 2; /* whoever it belongs to stays away */
        if (alone) actor->from_day = INT64_MAX / 2;
        actor->boundless = row->way == WAY_APPROVED;
        out->keys[out->key_count] = actor;
    }
    if (row->way == WAY_ISSUE) out->second = take(world, WORKLOAD_SIGNIN);
    if (row->way == WAY_GRANT) out->second = take(world, WORKLOAD_WAREHOUSE);
    out->enough = out->second ? 1 : out->key_count;
    world->thievery = out;
    return OK;
}

void attack_done(struct thievery *thievery)
{
    free(thievery->seen);
    thievery->seen = NULL;
}

static uint64_t victim(struct world *world)
{
    struct thievery *thievery = world->thievery;
    uint64_t subject = 0;
    switch (thievery->row->order) {
    case ORDER_ASCENDING:
    case ORDER_LISTED:
        do {
            thievery->next = thievery->next % world->people + 1;
        } while (thievery->row->order == ORDER_LISTED && world_is_canary(world, thievery->next));
        return thievery->next;
    case ORDER_RANDOM:
        return 1 + chance_below(&world->chance, world->people);
    case ORDER_KNOWN:
        do {
            subject = 1 + chance_below(&world->chance, world->people);
        } while (world_is_canary(world, subject));
        return subject;
    }
    return subject;
}

static void expose(struct world *world, uint64_t subject)
{
    uint64_t *word = &world->thievery->seen[subject / 64], bit = 1ULL << subject % 64;
    if (*word & bit || world_is_canary(world, subject)) return;
    *word |= bit;
    world->thievery->out->people++;
}

static uint64_t place(struct world *world, const struct actor *actor)
{
    switch (world->thievery->row->place) {
    case PLACE_OWN:
        return actor->network;
    case PLACE_NEW:
        return NETWORK_THIEF;
    case PLACE_MANY:
        return NETWORK_THIEF | (1 + chance_below(&world->chance, MANY_NETWORKS));
    }
    return 0;
}

static uint64_t seconds(const struct world *world, int64_t now_us)
{
    return (uint64_t)((now_us - world->thievery->from_us) / SECOND_US);
}

/* Looks, and notes a refusal by a budget. */
static bool tries(struct world *world, struct actor *actor, const struct glance *glance)
{
    struct simulate_attack *out = world->thievery->out;
    bool shown = world_look(world, actor, glance), spent = !shown && actor->spent;
    if (spent && !out->refused) {
        out->refused = true;
        out->refused_people = out->people;
        out->refused_seconds = seconds(world, glance->now_us);
    }
    return shown;
}

/* One attempt at one person: at the second key first, where there is one. False: a budget was spent. */
static bool attempt(struct world *world, struct actor *actor, int64_t now_us)
{
    struct thievery *thievery = world->thievery;
    enum way way = thievery->row->way;
    uint64_t subject = victim(world);
    struct glance glance = {LOOK_REVEAL, now_us, place(world, actor), &subject, 1, 0, true};
    if (way == WAY_FORGE) glance.kind = LOOK_PASS_UNKNOWN;
    if (way == WAY_GUESS) {
        bool hit = chance_below(&world->chance, 100) < GUESS_HITS_PERCENT;
        glance.kind = hit ? LOOK_FOUND : LOOK_MISSED;
        glance.count = hit;
        glance.value = chance_bits(&world->chance) | 1;
    }
    if (way == WAY_ISSUE) {
        struct glance issue = glance;
        issue.network = NETWORK_THIEF;
        issue.unseen = true;
        if (!tries(world, thievery->second, &issue)) return false;
    }
    glance.unseen = way == WAY_GRANT;
    if (!tries(world, actor, &glance)) return way == WAY_GUESS && !actor->spent;
    if (way == WAY_GRANT) {
        glance.network = thievery->second->network;
        glance.unseen = false;
        if (!tries(world, thievery->second, &glance)) return false;
    }
    expose(world, subject);
    return true;
}

/* As many at once as the budget still lets through. False: it is spent. */
static bool attempt_batch(struct world *world, struct actor *actor, int64_t now_us)
{
    uint64_t subjects[ASK_MAX];
    size_t count = ASK_MAX;
    for (size_t i = 0; i < count; i++) subjects[i] = victim(world);
    for (; count > 0; count /= 2) {
        struct glance glance = {LOOK_REVEAL, now_us, place(world, actor), subjects, count, 0, true};
        if (!tries(world, actor, &glance)) continue;
        for (size_t i = 0; i < count; i++) expose(world, subjects[i]);
        return count == ASK_MAX;
    }
    return false;
}

static double under_a_minute(const struct world *world, const struct actor *actor, unsigned minute)
{
    const struct limits *limits = &world->options.limits[actor->workload][BUDGET_READER];
    bool person = workload_rows[actor->workload].flags & PERSON;
    double day = (double)limits->at[WINDOW_DAY], month = (double)limits->at[WINDOW_MONTH];
    if (!person) return fmin(day, month / MONTH_DAYS) / DAY_MINUTES;
    if (honest_weekday(OFFICE, world->day) <= 0) return 0;
    return fmin(day, month / MONTH_WORKDAYS) * honest_pace(OFFICE, actor, minute);
}

/* People in this minute. */
static double rate(const struct world *world, const struct actor *actor)
{
    const struct thievery *thievery = world->thievery;
    const struct attack_row *row = thievery->row;
    unsigned minute = (unsigned)((world->now_us - WORLD_EPOCH_US) / MINUTE_US % DAY_MINUTES);
    double median = workload_people(actor->workload, world->options.customers), extra = 0;
    double pace = honest_pace(OFFICE, actor, minute) * (honest_weekday(OFFICE, world->day) > 0);
    int64_t week = (world->now_us - thievery->from_us) / (7 * DAY_US);
    switch (row->way) {
    case WAY_LOOK:
    case WAY_FORGE:
    case WAY_ISSUE:
    case WAY_GUESS:
    case WAY_GRANT:
        return row->per_s * 60 / row->keys;
    case WAY_OFFICE:
        return row->per_s * median * pace;
    case WAY_BESIDE:
        return row->per_s * pace;
    case WAY_GROW:
        extra = week < POISON_WEEKS ? pow(POISON_GROWTH, (double)(week + 1)) : row->per_s;
        return (extra - 1) * actor->usual * pace;
    case WAY_UNDER:
        return row->per_s * under_a_minute(world, actor, minute);
    case WAY_APPROVED:
        return APPROVED_PER_S * 60;
    }
    return 0;
}

static void key_minute(struct world *world, struct actor *actor)
{
    const struct attack_row *row = world->thievery->row;
    uint64_t count = chance_count(&world->chance, rate(world, actor));
    bool batches = row->way == WAY_APPROVED || (row->way == WAY_LOOK && row->per_s >= ASK_MAX);
    if (batches) count /= ASK_MAX;
    for (uint64_t i = 0; i < count; i++) {
        int64_t now_us = world->now_us + (int64_t)(i * (uint64_t)MINUTE_US / count);
        bool more = batches ? attempt_batch(world, actor, now_us) : attempt(world, actor, now_us);
        if (!more || attack_over(world)) return; /* a spent budget is tried again a minute later */
    }
}

static void curve(struct world *world, bool last)
{
    struct simulate_attack *out = world->thievery->out;
    uint64_t now = seconds(world, world->now_us);
    const struct simulate_point *before = out->curve_count ? &out->curve[out->curve_count - 1] : NULL;
    if (!last && before && (double)now < (double)before->seconds * CURVE_STEP) return;
    if (out->curve_count == SIMULATE_CURVE_MAX) return;
    if (last && out->ending == ENDING_STOPPED) now = out->seconds;
    out->curve[out->curve_count++] = (struct simulate_point){now, out->people};
}

void attack_minute(struct world *world)
{
    struct thievery *thievery = world->thievery;
    for (size_t i = 0; i < thievery->key_count && !attack_over(world); i++)
        if (thievery->keys[i]->breaker.state != BREAKER_OPEN) key_minute(world, thievery->keys[i]);
    if (world->now_us > thievery->from_us) curve(world, false);
}

bool attack_over(const struct world *world)
{
    const struct thievery *thievery = world->thievery;
    return thievery->stopped >= thievery->enough || thievery->out->people >= world->real ||
           world->now_us - thievery->from_us >= thievery->row->days * DAY_US;
}

void attack_end(struct world *world)
{
    struct thievery *thievery = world->thievery;
    struct simulate_attack *out = thievery->out;
    bool stopped = thievery->stopped >= thievery->enough;
    out->ending = out->refused ? ENDING_HELD : ENDING_MISSED;
    if (out->people == 0) out->ending = ENDING_VAIN;
    if (stopped) out->ending = ENDING_STOPPED;
    if (!stopped) out->by = (enum detector)0;
    out->seconds = seconds(world, stopped ? thievery->stopped_us : world->now_us);
    out->share = (double)out->people / (double)world->real;
    curve(world, true);
}

/* What honest readers do, minute by minute. */
#include "watch/simulate/world_priv.h"

#include <math.h>

enum {
    HOURS = 24,
    DAYS = 7,
    MINUTES = 60,
    BATCHES_FROM = 8,
    BATCHES_TO = 20,
    AWAY_DAYS = 14,
    RAMP_DAYS = 28
};

/* Weights of the hours; each row is divided by its sum. */
static const double hours[][HOURS] = {
    [ALWAYS] = {3, 2, 1, 1, 1, 1, 2, 4, 5, 5, 6, 6, 7, 6, 5, 5, 5, 6, 6, 7, 8, 8, 7, 5},
    [BEHIND] = {0},
    [OFFICE] =
        {[9] = 5, [10] = 7, [11] = 6, [12] = 2, [13] = 6, [14] = 7, [15] = 6, [16] = 5, [17] = 4, [18] = 1},
    [DEPOT] = {[8] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    [NIGHT] = {[2] = 1, 1},
    [WEEKLY] = {[10] = 1, 1},
};
/* Of a usual day, Monday first. */
static const double days[][DAYS] = {
    [ALWAYS] = {1, 0.95, 0.95, 1, 1.05, 1.15, 1.2},
    [BEHIND] = {0},
    [OFFICE] = {1.2, 1, 0.95, 0.95, 0.9, 0, 0},
    [DEPOT] = {1.3, 1, 1, 1, 1, 0.5, 0},
    [NIGHT] = {1, 1, 1, 1, 1, 1, 1},
    [WEEKLY] = {0, 0, 1, 0, 0, 0, 0},
};

static double hours_sum(enum shape shape)
{
    double sum = 0;
    for (int i = 0; i < HOURS; i++) sum += hours[shape][i];
    return sum;
}

double honest_pace(enum shape shape, const struct actor *actor, unsigned minute)
{
    unsigned hour = minute / MINUTES;
    if (hour < actor->late_hours) return 0;
    return hours[shape][hour - actor->late_hours] / hours_sum(shape) / MINUTES;
}

double honest_weekday(enum shape shape, int64_t day)
{
    return days[shape][(day + 3) % DAYS]; /* WORLD_EPOCH_US is a Thursday */
}

/* Somebody new is slow at first: a fifth, and all of it after four weeks. */
static double ramp(const struct world *world, const struct actor *actor)
{
    int64_t since = world->day - actor->from_day;
    if (since < 0) return 0;
    if (actor->from_day == 0 || since >= RAMP_DAYS) return 1;
    return 0.2 + 0.8 * (double)since / RAMP_DAYS;
}

static void actor_day(struct world *world, struct actor *actor)
{
    const struct workload_row *row = &workload_rows[actor->workload];
    bool away = world->day >= actor->away_day && world->day < actor->away_day + AWAY_DAYS;
    double scale = honest_weekday(row->shape, world->day) * ramp(world, actor);
    double noise = chance_around(&world->chance, 1, row->within);
    actor->today = away ? 0 : actor->usual * scale * noise * (world->peak ? row->peak : 1);
    if (!(row->flags & PERSON)) return;
    uint64_t where = chance_below(&world->chance, 1000);
    actor->network =
        where < 100 ? 1000 + actor->no : (uint64_t)actor->workload + 1; /* one day of ten from home */
    if (where < 3) actor->network = 10000 + chance_below(&world->chance, 1000);
    actor->country = where < 1 ? (uint16_t)('I' << 8 | 'D') : (uint16_t)('K' << 8 | 'R');
}

void honest_day(struct world *world)
{
    world->peak = false;
    for (size_t i = 0; i < COUNT_OF(world->peak_days); i++) world->peak |= world->peak_days[i] == world->day;
    for (size_t i = 0; i < world->actor_count; i++) actor_day(world, &world->actors[i]);
}

/* A customer signs in, and looks at their own pages 2.4 times. */
static void session(struct world *world, struct actor *front, struct actor *signin)
{
    uint64_t subject = world_somebody(world), value = world_mix(subject ^ 0x656d61696c);
    struct glance glance = {
        .kind = LOOK_MISSED, .now_us = world->now_us, .network = signin->network, .value = value};
    if (chance_below(&world->chance, 20) == 0) {
        glance.value = chance_bits(&world->chance) | 1;
        (void)world_look(world, signin, &glance);
    }
    glance.value = value;
    glance.kind = LOOK_FOUND;
    glance.subjects = &subject;
    glance.count = 1;
    if (!world_look(world, signin, &glance)) return;
    glance.kind = LOOK_REVEAL;
    glance.value = 0;
    glance.network = world_home(world, subject);
    for (uint64_t looks = 1 + chance_count(&world->chance, 1.4); looks > 0; looks--)
        (void)world_look(world, front, &glance);
}

static void sessions(struct world *world, struct actor *front, unsigned minute)
{
    struct actor *signin = front;
    for (size_t i = 0; i < world->actor_count; i++)
        if (world->actors[i].workload == WORKLOAD_SIGNIN) signin = &world->actors[i];
    double mean = front->today * honest_pace(ALWAYS, front, minute) / (double)world->thin;
    world->thin_now = true;
    for (uint64_t count = chance_count(&world->chance, mean); count > 0; count--)
        session(world, front, signin);
    world->thin_now = false;
}

/* One after another, each fifth look at the person of the look before. */
static void one_by_one(struct world *world, struct actor *actor, uint64_t count)
{
    for (; count > 0; count--) {
        if (actor->recent == 0 || chance_below(&world->chance, 5) > 0) actor->recent = world_somebody(world);
        struct glance glance = {.kind = LOOK_REVEAL,
                                .now_us = world->now_us,
                                .network = actor->network,
                                .subjects = &actor->recent,
                                .count = 1,
                                .unseen = actor->workload == WORKLOAD_ORDERS};
        (void)world_look(world, actor, &glance);
    }
}

static void in_batches(struct world *world, struct actor *actor, uint64_t count)
{
    uint64_t subjects[ASK_MAX];
    while (count > 0) {
        size_t now = count < ASK_MAX ? count : ASK_MAX;
        for (size_t i = 0; i < now; i++) subjects[i] = world_somebody(world);
        struct glance glance = {.kind = LOOK_REVEAL,
                                .now_us = world->now_us,
                                .network = actor->network,
                                .subjects = subjects,
                                .count = now};
        (void)world_look(world, actor, &glance);
        count -= now;
    }
}

static void actor_minute(struct world *world, struct actor *actor, unsigned minute)
{
    enum shape shape = workload_rows[actor->workload].shape;
    double mean = actor->today * honest_pace(shape, actor, minute);
    if (mean <= 0) return;
    if (actor->workload == WORKLOAD_FRONT)
        sessions(world, actor, minute);
    else if (shape == DEPOT) { /* one batch an hour */
        if (minute % MINUTES == actor->no % MINUTES)
            in_batches(world, actor, chance_count(&world->chance, mean * MINUTES));
    } else if (shape == NIGHT || shape == WEEKLY)
        in_batches(world, actor, chance_count(&world->chance, mean));
    else
        one_by_one(world, actor, chance_count(&world->chance, mean));
}

void honest_minute(struct world *world)
{
    unsigned minute = (unsigned)((world->now_us - WORLD_EPOCH_US) / MINUTE_US % DAY_MINUTES);
    if (minute == 0) honest_day(world);
    for (size_t i = 0; i < world->actor_count; i++) {
        struct actor *actor = &world->actors[i];
        if (actor->today > 0) actor_minute(world, actor, minute);
    }
}

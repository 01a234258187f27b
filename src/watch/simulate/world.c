#include "watch/simulate/world_priv.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum {
    ACTORS_MAX = 1024,
    PEOPLE_PER_HOME = 3,
    CARRIER_PERCENT = 30,   /* of customers behind a carrier's shared addresses */
    CARRIER_PEOPLE = 30000, /* behind one of them */
    PEAK_EVERY_DAYS = 30,
    FINDINGS_AT_ONCE = 16,
    CHARGES_MAX = 5,
    NEWER = 2 /* exponent of the preference for new customers */
};
#define ROLE_LINE (1ULL << 32)
#define NETWORK_HOME (1ULL << 62)
#define NETWORK_CARRIER (2ULL << 62)

uint64_t world_mix(uint64_t number)
{
    number ^= number >> 32;
    number *= 0xd6e8feb86659fd93;
    number ^= number >> 32;
    number *= 0xd6e8feb86659fd93;
    return number ^ number >> 32;
}

uint64_t simulate_canaries(uint64_t customers)
{
    uint64_t few = customers / CANARY_EVERY_FIRST, many = customers / CANARY_EVERY;
    if (few > CANARY_FIRST_BLOCKS) few = CANARY_FIRST_BLOCKS;
    return many > few ? many : few;
}

bool world_is_canary(const struct world *world, uint64_t subject)
{
    double share = (double)world->options.canaries / (double)world->people;
    return (double)(world_mix(subject ^ world->options.seed << 40) >> 11) * 0x1p-53 < share;
}

uint64_t world_somebody(struct world *world)
{
    bool thin = world->thin > 1 && world->thin_now;
    uint64_t step = thin ? world->thin : 1, room = world->people / step;
    for (;;) {
        double share = pow(chance_share(&world->chance), NEWER);
        uint64_t subject = (room - (uint64_t)(share * (double)room)) * step;
        if (subject >= 1 && !world_is_canary(world, subject)) return subject;
    }
}

uint64_t world_home(const struct world *world, uint64_t subject)
{
    uint64_t carriers = world->people / CARRIER_PEOPLE + 1, mixed = world_mix(subject);
    if (mixed % 100 < CARRIER_PERCENT) return NETWORK_CARRIER | mixed / 100 % carriers;
    return NETWORK_HOME | subject / PEOPLE_PER_HOME;
}

RESULT world_new(const struct simulate_options *options, struct world *out)
{
    if (options->customers < SIMULATE_CUSTOMERS_MIN || options->customers > SIMULATE_CUSTOMERS_MAX ||
        options->canaries > options->customers)
        return FAIL(INVALID, "simulate: %d to %d customers, and no more canaries", SIMULATE_CUSTOMERS_MIN,
                    SIMULATE_CUSTOMERS_MAX);
    *out = (struct world){.options = *options,
                          .people = options->customers + options->canaries,
                          .thin = options->customers >= THIN_FROM ? THIN_ONE_IN : 1,
                          .chance = chance_seed(options->seed, 1),
                          .actors = calloc(ACTORS_MAX, sizeof(struct actor))};
    struct watch_options watch = {options->params, out->people, WORLD_OFFSET_S, ACTORS_MAX};
    for (size_t i = 0; i < COUNT_OF(out->peak_days); i++)
        out->peak_days[i] = (uint32_t)(i * PEAK_EVERY_DAYS + chance_below(&out->chance, PEAK_EVERY_DAYS));
    for (uint64_t i = 1; i <= out->people; i++) out->real += !world_is_canary(out, i);
    if (!out->actors) return FAIL(UNAVAILABLE, "simulate: out of memory");
    TRY(budgets_new(&out->budgets));
    TRY(alerts_new(&options->params, &out->alerts));
    return watch_new(&watch, &out->watch);
}

void world_done(struct world *world)
{
    budgets_free(&world->budgets);
    alerts_free(&world->alerts);
    watch_free(&world->watch);
    free(world->actors);
    world->actors = NULL;
}

struct actor *world_hire(struct world *world, enum workload workload, int64_t from_day)
{
    const struct workload_row *row = &workload_rows[workload];
    assert(world->actor_count < ACTORS_MAX);
    struct actor *actor = &world->actors[world->actor_count++];
    struct chance *chance = &world->chance;
    *actor = (struct actor){
        .no = world->actor_count,
        .network = workload + 1,
        .workload = workload,
        .usual = chance_around(chance, workload_people(workload, world->options.customers), row->between),
        .from_day = from_day,
        .away_day = row->flags & PERSON ? (int64_t)chance_below(chance, 200) : -100,
        .late_hours = row->flags & PERSON ? (unsigned)chance_below(chance, 3) : 0,
        .country = 'K' << 8 | 'R'};
    return actor;
}

static uint64_t part(uint64_t limit, uint64_t thin)
{
    return limit == UINT64_MAX ? limit : limit / thin + (limit < thin);
}

static bool is_thin(const struct world *world, const struct actor *actor)
{
    enum shape shape = workload_rows[actor->workload].shape;
    return world->thin > 1 && (shape == BEHIND || workload_rows[actor->workload].flags & PASSED);
}

/* What keep/spend.c charges, with the limits that the options give. */
static size_t charges_of(const struct world *world, const struct actor *actor, const struct glance *glance,
                         struct charge out[CHARGES_MAX])
{
    const struct limits *limits = world->options.limits[actor->workload];
    bool thin = is_thin(world, actor);
    size_t count = 0;
    out[count++] = (struct charge){.scope = BUDGET_READER, .id = actor->no};
    if (workload_rows[actor->workload].flags & PERSON)
        out[count++] = (struct charge){.scope = BUDGET_HOLDER, .id = actor->no};
    if (!thin) out[count++] = (struct charge){.scope = BUDGET_NETWORK, .id = glance->network};
    out[count++] = (struct charge){.scope = BUDGET_ROLE, .id = actor->workload + 1};
    if (!thin) out[count++] = (struct charge){.scope = BUDGET_SHOP};
    for (size_t i = 0; i < count; i++) {
        out[i].limits = limits[out[i].scope];
        out[i].subjects = glance->subjects;
        out[i].count = glance->count;
        for (int window = 0; window < WINDOW_COUNT; window++)
            out[i].limits.at[window] =
                actor->boundless ? UINT64_MAX : part(out[i].limits.at[window], thin ? world->thin : 1);
    }
    out[0].limits.at[WINDOW_DAY] =
        breaker_limit(&world->policy, &actor->breaker, out[0].limits.at[WINDOW_DAY]);
    return count;
}

/* A value tried by a lookup counts whether it is found or not. */
static bool try_spend(struct world *world, const struct actor *actor, const struct glance *glance)
{
    uint64_t value = glance->value >> 36;
    struct charge charge = {.scope = BUDGET_TRIES,
                            .id = actor->no,
                            .limits = world->options.limits[actor->workload][BUDGET_READER],
                            .subjects = &value,
                            .count = 1};
    struct budget_refusal refusal;
    charge.limits.at[WINDOW_DAY] =
        breaker_limit(&world->policy, &actor->breaker, charge.limits.at[WINDOW_DAY]);
    charge.limits.at[WINDOW_MONTH] = UINT64_MAX;
    struct plan plan = {glance->now_us, &charge, 1};
    return budget_reserve(world->budgets, &plan, &refusal).code == CODE_OK;
}

static bool spend(struct world *world, const struct actor *actor, const struct glance *glance)
{
    struct charge charges[CHARGES_MAX];
    struct budget_refusal refusal;
    if (glance->value != 0 && !is_thin(world, actor) && !try_spend(world, actor, glance)) return false;
    if (glance->count == 0) return true;
    struct plan plan = {glance->now_us, charges, charges_of(world, actor, glance, charges)};
    bool spent = budget_reserve(world->budgets, &plan, &refusal).code == CODE_OK;
    budget_settle(world->budgets);
    return spent;
}

static void thief_alerted(struct world *world, const struct finding *finding)
{
    struct simulate_attack *out = world->thievery->out;
    out->alerts++;
    if (out->alert_by) return;
    out->alert_by = finding->detector;
    out->alert_people = out->people;
    out->alert_seconds = (uint64_t)((finding->at_us - world->thievery->from_us) / SECOND_US);
}

static void stopped(struct world *world, struct actor *actor, const struct finding *finding)
{
    if (actor->thief) {
        world->thievery->stopped++;
        world->thievery->stopped_us = finding->at_us;
        world->thievery->out->by = finding->detector;
        return;
    }
    world->tally[actor->workload].trips++;
    world->tally[actor->workload].trips_by[finding->detector]++;
    actor->back_us = finding->at_us + RESET_HOURS * HOUR_US;
}

/* A trip of everybody who works in it that day; whoever looks into it finds the thief's, and never puts them back. */
static void role_stopped(struct world *world, enum workload workload, const struct finding *finding,
                         bool thief)
{
    struct simulate_honest *tally = &world->tally[workload];
    for (size_t i = 0; i < world->actor_count; i++) {
        struct actor *actor = &world->actors[i];
        if (actor->workload != workload || actor->breaker.state == BREAKER_OPEN) continue;
        if (actor->thief) {
            stopped(world, actor, finding);
            actor->breaker.state = BREAKER_OPEN;
        } else if (!thief && actor->today > 0) {
            tally->trips++;
            tally->trips_by[DETECTOR_ROLE]++;
        }
    }
    world->role_back_us[workload] = finding->at_us + RESET_HOURS * HOUR_US;
}

/* One more reader was stopped: of its role, how many are? As keep/watch/settle.c does. */
static void role_found(struct world *world, enum workload workload, const struct finding *last)
{
    struct breaker *role = &world->roles[workload];
    struct together together = together_begin(&world->options.params, role, last->at_us);
    for (size_t i = 0; i < world->actor_count; i++)
        if (world->actors[i].workload == workload) together_count(&together, &world->actors[i].breaker);
    if (together_score(&together) < 1) return;
    const struct finding all = together_finding(&together, ROLE_LINE | (uint64_t)workload, last);
    enum breaker_state before = role->state;
    bool told = alerts_note(world->alerts, &all, NULL) == ALERTS_NEW,
         thief = world->actors[last->reader - 1].thief;
    if (told && thief) thief_alerted(world, &all);
    if (told && !thief) {
        world->tally[workload].alerts++;
        world->tally[workload].alerts_by[DETECTOR_ROLE]++;
    }
    if (!breaker_finding(&world->policy, role, &all)) return;
    if (role->state == BREAKER_OPEN && before != BREAKER_OPEN) role_stopped(world, workload, &all, thief);
}

static void found(struct world *world, const struct finding *finding)
{
    struct actor *actor = &world->actors[finding->reader - 1];
    enum breaker_state before = actor->breaker.state;
    if (alerts_note(world->alerts, finding, NULL) == ALERTS_NEW) {
        if (actor->thief) {
            thief_alerted(world, finding);
        } else {
            world->tally[actor->workload].alerts++;
            world->tally[actor->workload].alerts_by[finding->detector]++;
        }
    }
    if (!policy_heeds(finding->detector)) return;
    if (!breaker_finding(&world->policy, &actor->breaker, finding)) return;
    if (actor->breaker.state == BREAKER_OPEN && before != BREAKER_OPEN) {
        stopped(world, actor, finding);
        role_found(world, actor->workload, finding);
    }
    if (actor->breaker.state == BREAKER_SLOWED && !actor->thief) world->tally[actor->workload].slowed++;
}

static void findings(struct world *world)
{
    struct finding found_now[FINDINGS_AT_ONCE];
    size_t count = 0;
    while ((count = watch_findings(world->watch, found_now, FINDINGS_AT_ONCE)) > 0)
        for (size_t i = 0; i < count; i++) found(world, &found_now[i]);
}

static uint32_t canaries_in(const struct world *world, const struct glance *glance)
{
    uint32_t count = 0;
    if (!glance->thief) return 0; /* honest work meets none: world_somebody() */
    for (size_t i = 0; i < glance->count; i++) count += world_is_canary(world, glance->subjects[i]);
    return count;
}

/* Of a reader that is counted by one customer in so many, a look at another one goes as the latest that counted did. */
static bool uncounted(const struct world *world, const struct actor *actor, const struct glance *glance,
                      uint32_t canaries)
{
    return is_thin(world, actor) && glance->kind != LOOK_PASS_UNKNOWN && canaries == 0 &&
           glance->count == 1 && glance->subjects[0] % world->thin != 0;
}

static void tell_watch(struct world *world, const struct actor *actor, const struct glance *glance,
                       enum look_kind kind, uint32_t canaries)
{
    const struct workload_row *row = &workload_rows[actor->workload];
    struct look look = {.kind = kind,
                        .now_us = glance->now_us,
                        .reader = actor->no,
                        .peers = actor->workload + 1,
                        .network = world_mix(glance->network),
                        .country = actor->country,
                        .fields = 1,
                        .purpose = 1,
                        .granted = row->flags & GRANTED,
                        .passed = row->flags & PASSED && kind != LOOK_PASS_UNKNOWN,
                        .subjects = glance->subjects,
                        .count = glance->count,
                        .value = glance->value,
                        .canaries = canaries};
    uint64_t used[WINDOW_COUNT];
    const struct limits *limits = &world->options.limits[actor->workload][BUDGET_READER];
    budget_used(world->budgets, BUDGET_READER, actor->no, glance->now_us, used);
    uint64_t thin = is_thin(world, actor) ? world->thin : 1;
    look.limit_day = part(limits->at[WINDOW_DAY], thin);
    look.limit_hour = part(limits->at[WINDOW_HOUR], thin);
    look.used_day = used[WINDOW_DAY];
    look.used_hour = used[WINDOW_HOUR];
    watch_look(world->watch, &look);
    findings(world);
}

bool world_look(struct world *world, struct actor *actor, const struct glance *glance)
{
    uint32_t canaries = canaries_in(world, glance);
    if (uncounted(world, actor, glance, canaries))
        return actor->breaker.state != BREAKER_OPEN && world->roles[actor->workload].state != BREAKER_OPEN &&
               !actor->spent;
    actor->looked = true;
    struct breaker_answer answer = {.refused = world->roles[actor->workload].state == BREAKER_OPEN};
    if (!answer.refused) answer = breaker_ask(&world->policy, &actor->breaker, glance->count);
    bool shown = !answer.refused && glance->kind != LOOK_PASS_UNKNOWN;
    actor->spent = shown && !spend(world, actor, glance);
    if (actor->spent) {
        breaker_give_back(&actor->breaker, glance->count);
        actor->refused = true;
        shown = false;
    }
    if (glance->unseen) return shown;
    enum look_kind kind = shown || glance->kind == LOOK_PASS_UNKNOWN ? glance->kind : LOOK_REFUSED;
    tell_watch(world, actor, glance, kind, shown ? canaries : 0);
    return shown && glance->kind != LOOK_MISSED;
}

static void day_is_over(struct world *world)
{
    for (size_t i = 0; i < world->actor_count; i++) {
        struct actor *actor = &world->actors[i];
        struct simulate_honest *tally = &world->tally[actor->workload];
        if (!actor->thief) {
            tally->reader_days += actor->looked;
            tally->refused_days += actor->refused;
        }
        actor->looked = actor->refused = false;
    }
    world->day++;
}

void world_minute(struct world *world)
{
    enum { OVER_AT_ONCE = 16 };
    struct alert over[OVER_AT_ONCE];
    const struct standing standing = {.customers = world->people, .age_us = world->now_us - WORLD_EPOCH_US};
    policy_of(&world->options.params, &standing, &world->policy);
    world->now_us += MINUTE_US;
    watch_minute(world->watch, world->now_us, world->people);
    findings(world);
    while (alerts_over(world->alerts, world->now_us, over, OVER_AT_ONCE) == OVER_AT_ONCE) continue;
    for (size_t i = 0; i < world->actor_count; i++) {
        struct actor *actor = &world->actors[i];
        (void)breaker_minute(&world->policy, &actor->breaker, world->now_us);
        if (actor->back_us == 0 || world->now_us < actor->back_us) continue;
        (void)breaker_reset(&actor->breaker, world->now_us);
        watch_calm(world->watch, actor->no);
        actor->back_us = 0;
    }
    for (size_t i = 0; i < WORKLOAD_COUNT; i++) {
        (void)breaker_minute(&world->policy, &world->roles[i], world->now_us);
        if (world->role_back_us[i] == 0 || world->now_us < world->role_back_us[i]) continue;
        (void)breaker_reset(&world->roles[i], world->now_us);
        world->role_back_us[i] = 0;
    }
    if ((world->now_us - WORLD_EPOCH_US) % HOUR_US == 0) budget_tick(world->budgets, world->now_us);
    if ((world->now_us - WORLD_EPOCH_US) % DAY_US == 0) day_is_over(world);
}

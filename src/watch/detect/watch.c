#include "watch/detect/measure/statistic.h"
#include "watch/detect/rule/canary.h"
#include "watch/detect/watch_priv.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

RESULT watch_new(const struct watch_options *options, struct watch **out)
{
    if (llabs(options->offset_s) > DAY_US / SECOND_US || options->readers_max > WATCH_READERS_MAX)
        return FAIL(INVALID, "watch: at most %d readers, and a day of offset", WATCH_READERS_MAX);
    struct watch *watch = calloc(1, sizeof *watch);
    size_t max = options->readers_max ? options->readers_max : WATCH_READERS_MAX;
    double *scratch = calloc(max, sizeof *scratch);
    struct reader_state **order = calloc(max, sizeof(struct reader_state *));
    if (!watch || !scratch || !order) {
        free(watch);
        free(scratch);
        free(order);
        return FAIL(UNAVAILABLE, "watch: out of memory");
    }
    const double *at = options->params.at;
    watch->params = options->params;
    watch->customers = options->customers;
    watch->offset_us = options->offset_s * SECOND_US;
    watch->repeat_us = (int64_t)(at[PARAM_REPEAT] * (double)SECOND_US);
    watch->riding_near = (uint64_t)lrint(at[PARAM_RIDING_NEAR] * 1000);
    watch->riding_people = (uint64_t)at[PARAM_RIDING_PEOPLE];
    watch->readers.max = max;
    watch->scratch = scratch;
    watch->order = order;
    fruitless_table_make(&watch->params, &watch->fruitless);
    *out = watch;
    return OK;
}

void watch_free(struct watch **watch)
{
    if (!*watch) return;
    readers_done(&(*watch)->readers);
    for (size_t i = 0; i < (*watch)->groups_count; i++) free((*watch)->groups[i]);
    free((*watch)->scratch);
    free((*watch)->order);
    free(*watch);
    *watch = NULL;
}

double watch_burst_score(const struct watch *watch, const struct reader_state *state)
{
    static const double none[BURST_WINDOWS] = {-1, -1};
    bool by_grants =
        state->grantless.known && state->grantless.usual < watch->params.at[PARAM_GRANTLESS_USUAL];
    return burst_score(&state->burst, &watch->params, state->group ? state->group->burst : none,
                       (struct burst_of){state->days, by_grants});
}

struct group *watch_group(struct watch *watch, uint64_t peers)
{
    if (peers == 0) return NULL;
    for (size_t i = 0; i < watch->groups_count; i++)
        if (watch->groups[i]->peers == peers) return watch->groups[i];
    if (watch->groups_count == WATCH_GROUPS_MAX) return NULL;
    struct group *group = calloc(1, sizeof *group);
    if (!group) abort();
    *group = (struct group){peers,        .rise = {-1, -1, -1, -1}, .burst = {-1, -1},
                            .values = -1, .fruitless = -1,          .grantless = -1};
    watch->groups[watch->groups_count++] = group;
    return group;
}

static void queue(struct watch *watch, struct finding finding)
{
    if (watch->findings_count == WATCH_FINDINGS_MAX) {
        watch->dropped++;
        return;
    }
    size_t at = (watch->findings_from + watch->findings_count++) % WATCH_FINDINGS_MAX;
    watch->findings[at] = finding;
}

static void tell(struct watch *watch, struct reader_state *state, enum detector detector, int64_t now_us)
{
    struct told *told = &state->told[detector];
    queue(watch,
          (struct finding){detector, state->reader, now_us, (uint64_t)llrint(sketch_count(&state->today)),
                           told->held, told->score, told->trips, told->few});
    *told = (struct told){.at_us = now_us, .trips = told->trips, .few = told->few};
}

/*
 * Of few people little is lost, and chance makes patterns: only a canary stops a reader at once. What is judged by the
 * minute sums up days, and so do its people: else whoever takes a few a day would be told of for ever, and go on.
 */
static bool enough(const struct watch *watch, const struct reader_state *state, enum detector detector)
{
    double least = watch->params.at[PARAM_TRIP_PEOPLE];
    if (detector == DETECTOR_CANARY || least <= 0) return true;
    if (detector_row(detector)->runs == RUNS_MINUTE && sketch_count(&state->ever) >= least) return true;
    return sketch_count(&state->today) >= least || sketch_count(&state->tried) >= least;
}

void watch_raise(struct watch *watch, struct reader_state *state, enum detector detector, double score,
                 int64_t now_us)
{
    struct told *told = &state->told[detector];
    double trip = detector_trip(&watch->params, detector);
    bool few = !enough(watch, state, detector), trips = trip > 0 && score >= trip && !few;
    bool again = (trips && !told->trips) || (!few && told->few);
    state->alerted = true;
    told->held += told->held < UINT32_MAX;
    told->score = fmax(told->score, score);
    if (told->at_us != 0 && now_us >= told->at_us && now_us - told->at_us < watch->repeat_us && !again) {
        state->held = true;
        return;
    }
    told->trips = trips;
    told->few = few;
    tell(watch, state, detector, now_us);
}

void watch_raise_held(struct watch *watch, struct reader_state *state, int64_t now_us)
{
    if (!state->held) return;
    state->held = false;
    for (unsigned i = 1; i < DETECTORS_END; i++) {
        const struct told *told = &state->told[i];
        if (told->held == 0) continue;
        if (now_us >= told->at_us && now_us - told->at_us < watch->repeat_us)
            state->held = true;
        else
            tell(watch, state, (enum detector)i, now_us);
    }
}

size_t watch_findings(struct watch *watch, struct finding *out, size_t room)
{
    size_t count = 0;
    while (count < room && watch->findings_count > 0) {
        out[count++] = watch->findings[watch->findings_from];
        watch->findings_from = (watch->findings_from + 1) % WATCH_FINDINGS_MAX;
        watch->findings_count--;
    }
    return count;
}

static void judged(struct watch *watch, struct reader_state *state, enum detector detector, double score,
                   int64_t now_us)
{
    if (__builtin_expect(score >= 1, 0)) watch_raise(watch, state, detector, score, now_us);
}

/* People who were shown: counted, and held against the order of a list. */
static void people(struct watch *watch, struct reader_state *state, const struct look *look)
{
    bool fresh = false;
    burst_turn(&state->burst, look->now_us);
    for (size_t i = 0; i < look->count; i++) {
        uint64_t subject = look->subjects[i], mixed = sketch_mix(subject);
        (void)sketch_add(&state->today, mixed);
        fresh |= burst_add(&state->burst, mixed);
        if (!look->passed) (void)sketch_add(&state->ever, mixed);
        if (subject > watch->newest) watch->newest = subject;
    }
    if (fresh) judged(watch, state, DETECTOR_BURST, watch_burst_score(watch, state), look->now_us);
    riding_look(&state->riding, watch->riding_near, watch->riding_people, look, watch->hour);
    grantless_look(&state->grantless, look);
    if (look->granted || look->passed) return; /* whoever made the grant chose the order */
    uint64_t newest = (uint64_t)(watch->params.at[PARAM_ENUMERATION_NEWEST] * (double)watch->customers);
    /* until a new one was looked at, the count of customers tells: else who goes upwards is always at the newest */
    uint64_t top = watch->newest > watch->customers ? watch->newest : watch->customers;
    uint64_t old = top > newest ? top - newest : 0;
    struct enumeration_shop shop = {watch->customers, old};
    judged(watch, state, DETECTOR_ENUMERATION,
           enumeration_look(&state->enumeration, &watch->params, look, shop), look->now_us);
}

/* When, whence and for what: asked of refused looks as well. */
static void circumstances(struct watch *watch, struct reader_state *state, const struct look *look)
{
    const struct params *params = &watch->params;
    const struct group *group = state->group;
    bool taught = group && group->teachers >= params->at[PARAM_PEERS_LEAST];
    struct first_seen_at at = {watch->day, (unsigned)(((watch->hour % 24) + 24) % 24),
                               state->days < params->at[PARAM_LEARN_DAYS],
                               taught ? &group->first_seen : NULL};
    judged(watch, state, DETECTOR_FIRST_SEEN, first_seen_look(&state->first_seen, params, look, at),
           look->now_us);
    judged(watch, state, DETECTOR_DORMANT, dormant_look(&state->dormant, params, look, watch->day),
           look->now_us);
}

static struct reader_state *state_of(struct watch *watch, const struct look *look)
{
    struct reader_state *state = readers_find(&watch->readers, look->reader);
    if (!state) state = readers_add(&watch->readers, look->reader);
    if (state->peers != look->peers) {
        state->peers = look->peers;
        state->group = watch_group(watch, look->peers);
    }
    state->last_us = look->now_us;
    return state;
}

/* All but the canaries. */
static void weigh(struct watch *watch, struct reader_state *state, const struct look *look)
{
    if (look->kind == LOOK_PASS_UNKNOWN || look->network_people > 0) {
        judged(watch, state, DETECTOR_PASSES, passes_look(&state->passes, &watch->params, look, watch->hour),
               look->now_us);
        if (look->kind == LOOK_PASS_UNKNOWN) return;
    }
    circumstances(watch, state, look);
    if (look->kind == LOOK_REFUSED) return;
    state->active = state->looked = true;
    if (look->value != 0) (void)sketch_add(&state->tried, sketch_mix(look->value));
    if (fruitless_look(&state->fruitless, &watch->fruitless, look)) {
        double peers = state->group ? state->group->fruitless : -1;
        judged(watch, state, DETECTOR_FRUITLESS, fruitless_score(&state->fruitless, &watch->params, peers),
               look->now_us);
    }
    if (look->count > 0 && look->kind != LOOK_MISSED) people(watch, state, look);
}

void watch_look(struct watch *watch, const struct look *look)
{
    assert(look->reader != 0 && (look->subjects || look->count == 0));
    if (look->now_us < watch->hour_from_us || look->now_us >= watch->hour_to_us)
        watch_turn(watch, look->now_us);
    struct reader_state *state = state_of(watch, look);
    weigh(watch, state, look);
    if (look->canaries > 0) judged(watch, state, DETECTOR_CANARY, canary_look(look), look->now_us);
}

void watch_forget(struct watch *watch, uint64_t reader)
{
    readers_remove(&watch->readers, reader);
}

static void calm(struct reader_state *state)
{
    slow_rise_calm(&state->rise);
    enumeration_calm(&state->enumeration);
    fruitless_calm(&state->fruitless);
    grantless_calm(&state->grantless);
    dormant_close(&state->dormant);
    burst_calm(&state->burst);
    state->riding = (struct riding){0};
    state->passes = (struct passes){0};
    memset(state->told, 0, sizeof state->told);
    state->held = false;
}

void watch_calm(struct watch *watch, uint64_t reader)
{
    struct reader_state *state = readers_find(&watch->readers, reader);
    if (state) calm(state);
}

void watch_accept(struct watch *watch, uint64_t reader)
{
    struct reader_state *state = readers_find(&watch->readers, reader);
    if (!state) return;
    fruitless_close(&state->fruitless, &watch->params, true);
    grantless_close(&state->grantless, &watch->params, true);
    slow_rise_accept(&state->rise, &watch->params, watch->day, sketch_count(&state->today));
    state->enumeration.usual_values =
        fmax(state->enumeration.usual_values, floor(sketch_count(&state->tried)));
    state->coverage.accepted = fixed(coverage_share(sketch_count(&state->ever), watch->customers));
    first_seen_close(&state->first_seen, watch->day, true, NULL);
    burst_accept(&state->burst);
    calm(state);
    state->alerted = false;
}

struct watch_counts watch_counts(const struct watch *watch)
{
    return (struct watch_counts){watch->readers.count, watch->readers.evicted, watch->dropped};
}

void watch_hours(const struct watch *watch, uint64_t reader, int64_t now_us, uint32_t out[HOURS_KEPT])
{
    static const struct people_hours none;
    const struct reader_state *state = readers_find(&watch->readers, reader);
    hours_get(state ? &state->burst.hours : &none, now_us / HOUR_US, out);
}

bool watch_view(const struct watch *watch, uint64_t reader, struct watch_view *out)
{
    const struct reader_state *state = readers_find(&watch->readers, reader);
    if (!state) return false;
    *out = (struct watch_view){
        .people_today = (uint64_t)llrint(sketch_count(&state->today)),
        .people_ever = (uint64_t)llrint(sketch_count(&state->ever)),
        .baseline = state->rise.baseline > 0 ? expm1(state->rise.baseline) : 0,
        .rise = state->rise.sum,
        .days = state->days,
        .alerted = state->alerted,
        .busiest_hour = state->burst.windows[1].usual,
    };
    return true;
}

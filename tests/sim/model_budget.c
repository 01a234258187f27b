/* Budgets said again in the simplest way: every look with its minute, counted anew each time. */
#include "model.h"

#include <assert.h>
#include <stdlib.h>

enum { HOUR_MINUTES = 60, DAY_MINUTES = 1440, KEPT_DAYS = 31, CHARGES_MAX = 8, LOST_VALUE_BIT = 32 };

void model_tick(struct model *model)
{
    int64_t went = model->now_us - model->clock_us;
    if (model->now_us >= model->time_us) {
        model->time_us = model->now_us;
    } else if (went > 0) {
        model->time_us += went < MINUTE_US ? went : MINUTE_US;
    }
    model->clock_us = model->now_us;
    uint32_t now = (uint32_t)(model->time_us / MINUTE_US);
    size_t kept = 0;
    for (size_t i = 0; i < model->look_count; i++) {
        if (model->looks[i].minute + KEPT_DAYS * DAY_MINUTES >= now) model->looks[kept++] = model->looks[i];
    }
    model->look_count = kept;
}

static void look_add(struct model *model, enum budget_scope scope, uint64_t id, uint64_t subject,
                     int64_t at_us)
{
    if (model->look_count == model->look_room) {
        model->look_room = model->look_room ? model->look_room * 2 : 1024;
        model->looks = realloc(model->looks, model->look_room * sizeof *model->looks);
        if (!model->looks) abort();
    }
    int64_t minute = (at_us < model->time_us ? at_us : model->time_us) / MINUTE_US;
    model->looks[model->look_count++] = (struct model_look){scope, id, subject, (uint32_t)minute};
}

static uint32_t minute_now(const struct model *model)
{
    return (uint32_t)(model->time_us / MINUTE_US);
}

static const uint32_t slots[] = {1, 60, 24, 30}, units[] = {1, 1, HOUR_MINUTES, DAY_MINUTES};

/* Is a look of that minute in the window at minute `now`? */
static bool counts(int window, uint32_t minute, uint32_t now)
{
    return now / units[window] - minute / units[window] < slots[window];
}

static bool is_among(uint64_t subject, const uint64_t *subjects, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (subjects[i] == subject) return true;
    }
    return false;
}

/* Distinct subjects of a window at minute `then`; with those of the charge, looked at now, if `asked`. */
static uint64_t distinct(const struct model *model, const struct charge *charge, int window, uint32_t then,
                         bool asked)
{
    size_t count = 0, more = asked && counts(window, minute_now(model), then) ? charge->count : 0;
    uint64_t *seen = calloc(model->look_count + charge->count + 1, sizeof *seen);
    if (!seen) abort();
    for (size_t i = 0; i < model->look_count; i++) {
        const struct model_look *look = &model->looks[i];
        bool in =
            look->scope == charge->scope && look->id == charge->id && counts(window, look->minute, then);
        if (in && !is_among(look->subject, seen, count)) seen[count++] = look->subject;
    }
    for (size_t i = 0; i < more; i++) {
        if (!is_among(charge->subjects[i], seen, count)) seen[count++] = charge->subjects[i];
    }
    free(seen);
    return count;
}

uint64_t model_used(const struct model *model, enum budget_scope scope, uint64_t id, int window)
{
    const struct charge charge = {.scope = scope, .id = id};
    return distinct(model, &charge, window, minute_now(model), false);
}

struct limits model_limits(const struct model *model, enum budget_scope scope, uint64_t id,
                           struct limits base)
{
    for (size_t i = 0; i < model->budget_count; i++) {
        const struct budget_row *row = &model->budgets[i];
        for (int window = 0; window < WINDOW_COUNT && row->scope == scope && row->target == id; window++) {
            if (row->limits.at[window] > 0) base.at[window] = row->limits.at[window];
        }
    }
    return base;
}

struct limits model_own_limits(const struct model *model, const struct asker *asker)
{
    bool operator= asker->no == reader_no(READER_OPERATOR, 0);
    struct limits base = operator? limits_of_operator() : limits_of_role(asker->role, model->last);
    return model_limits(model, BUDGET_READER, asker->no, base);
}

/* Whom a look of this asker is charged to. */
static size_t charges_of(const struct model *model, const struct asker *asker, struct charge *out)
{
    const struct {
        enum budget_scope scope;
        uint64_t id;
        bool there;
    } wider[] = {{BUDGET_HOLDER, asker->holder, asker->holder != 0},
                 {BUDGET_NETWORK, asker->network, asker->network != 0},
                 {BUDGET_ROLE, asker->role->id, true},
                 {BUDGET_SHOP, 0, true}};
    struct limits own = model_own_limits(model, asker);
    size_t count = 0;
    out[count++] = (struct charge){.scope = BUDGET_READER, .id = asker->no, .limits = own};
    if (asker->no == reader_no(READER_OPERATOR, 0)) return count;
    for (size_t i = 0; i < COUNT_OF(wider); i++) {
        if (!wider[i].there) continue;
        struct limits base = limits_of_scope(wider[i].scope, &own, model->last);
        out[count] = (struct charge){.scope = wider[i].scope, .id = wider[i].id};
        out[count].limits = model_limits(model, wider[i].scope, wider[i].id, base);
        count++;
    }
    return count;
}

/* The budget that refuses and refills last, if any does: its cause, and the minute. */
struct refusal {
    enum cause cause;
    uint32_t minute;
};

static void charge_try(const struct model *model, const struct charge *charge, struct refusal *worst)
{
    static const enum cause causes[] = {CAUSE_BUDGET_MINUTE, CAUSE_BUDGET_HOUR, CAUSE_BUDGET_DAY,
                                        CAUSE_BUDGET_MONTH};
    uint32_t now = minute_now(model);
    for (int window = 0; window < WINDOW_COUNT; window++) {
        uint64_t limit = charge->limits.at[window], used = distinct(model, charge, window, now, false);
        uint64_t then = distinct(model, charge, window, now, true);
        if (then <= limit || then == used) continue;
        uint32_t refills = (now / units[window] + 1) * units[window];
        while (distinct(model, charge, window, refills, true) > limit) refills += units[window];
        if (refills <= worst->minute) continue;
        *worst = (struct refusal){causes[window], refills};
    }
}

enum cause model_spend(struct model *model, const struct asker *asker, const unsigned *subjects, size_t count)
{
    struct charge charges[CHARGES_MAX];
    struct refusal worst = {CAUSE_OK, 0};
    uint64_t numbers[PEOPLE_MAX];
    size_t charge_count = charges_of(model, asker, charges);
    assert(count < PEOPLE_MAX && charge_count <= CHARGES_MAX);
    for (size_t i = 0; i < count; i++) numbers[i] = subjects[i];
    for (size_t i = 0; i < charge_count; i++) {
        charges[i].subjects = numbers;
        charges[i].count = count;
        charge_try(model, &charges[i], &worst);
    }
    for (size_t i = 0; i < charge_count && worst.cause == CAUSE_OK; i++) {
        for (size_t at = 0; at < count; at++)
            look_add(model, charges[i].scope, charges[i].id, numbers[at], model->time_us);
    }
    return worst.cause;
}

enum cause model_try(struct model *model, const struct asker *asker, unsigned value)
{
    uint64_t number = value;
    struct refusal worst = {CAUSE_OK, 0};
    struct charge charge = {BUDGET_TRIES, asker->no, model_own_limits(model, asker), &number, 1};
    charge.limits.at[WINDOW_MONTH] = UINT64_MAX;
    charge_try(model, &charge, &worst);
    if (worst.cause == CAUSE_OK) look_add(model, BUDGET_TRIES, asker->no, value, model->time_us);
    return worst.cause;
}

/* What stood beside the entry about its set and value, by whom it is known to have been. */
static void entry_again(struct model *model, uint64_t index, int64_t at_us)
{
    const struct model_entry *entry = &model->entries[index];
    struct charge charges[CHARGES_MAX];
    struct asker asker = {.no = entry->reader, .role = &model->roles[0]};
    if (entry->reader >> 32 == READER_KEY) {
        const struct model_key *key = &model->keys[(uint32_t)entry->reader];
        asker.role = &model->roles[key->role];
        asker.holder = key->holder;
        asker.network = entry->network;
    }
    size_t charge_count = charges_of(model, &asker, charges);
    for (unsigned no = 1; no < PEOPLE_MAX; no++) {
        for (size_t i = 0; i < charge_count && entry->set->has[no]; i++)
            look_add(model, charges[i].scope, charges[i].id, no, at_us);
    }
}

void model_reopen(struct model *model)
{
    model->look_count = 0;
    model->time_us = model->now_us > model->last_us ? model->now_us : model->last_us;
    model->clock_us = model->time_us;
    int64_t exact = model->time_us / HOUR_US - 24;
    for (uint64_t i = 0; i < model->entry_count; i++) {
        struct model_entry *entry = &model->entries[i];
        if (!entry_is_look(entry->kind)) continue;
        int64_t hour = entry->time_us / HOUR_US;
        if (hour >= exact && entry->kind == ENTRY_LOOKUP) {
            uint64_t value = entry->value_lost ? (uint64_t)1 << LOST_VALUE_BIT | i : entry->value;
            look_add(model, BUDGET_TRIES, entry->reader, value, entry->time_us);
        }
        const struct model_pass *pass = &model->passes[entry->pass];
        bool lost = entry->pass != 0 &&
                    (pass->until_us == 0 || model->entries[pass->entry].time_us / HOUR_US < exact);
        if (hour < exact || lost) entry->network = 0; /* sightings do not know it, nor does an erased pass */
        int64_t last_us = hour * HOUR_US + (HOUR_MINUTES - 1) * MINUTE_US;
        entry_again(model, i, hour >= exact ? entry->time_us : last_us);
    }
    model_tick(model);
}

#include "watch/budget/budget.h"

#include <assert.h>
#include <stdlib.h>

enum { SWEEP_NUMBERS = 200000, TABLE_LEAST = 64, KEPT_SHORT_MINUTES = 1440, FETCH_AHEAD = 8 };

static const struct {
    const char *name;
    uint32_t keep_minutes;
} scopes[BUDGET_SCOPES] = {
    [BUDGET_READER] = {"reader", METER_DAYS * 1440},    [BUDGET_HOLDER] = {"holder", METER_DAYS * 1440},
    [BUDGET_NETWORK] = {"network", KEPT_SHORT_MINUTES}, [BUDGET_ROLE] = {"role", METER_DAYS * 1440},
    [BUDGET_SHOP] = {"shop", METER_DAYS * 1440},        [BUDGET_CLASS] = {"class", METER_DAYS * 1440},
    [BUDGET_TRIES] = {"tries", KEPT_SHORT_MINUTES},
};

struct noted {
    struct meter *meter;
    uint64_t subject;
    uint32_t before;
};

struct budgets {
    struct meter **table; /* open addressing, a power of two */
    size_t slots, count;
    struct noted *journal;
    size_t noted, journal_room;
    int64_t time_us, clock_us; /* budgets' own time; what the clock said last */
    int64_t swept_us;
    size_t sweep_at; /* slot at which the sweep goes on */
};

const char *budget_scope_name(enum budget_scope scope)
{
    assert(scope > 0 && scope < BUDGET_SCOPES);
    return scopes[scope].name;
}

RESULT budgets_new(struct budgets **out)
{
    struct budgets *budgets = calloc(1, sizeof *budgets);
    if (!budgets) return FAIL(UNAVAILABLE, "budgets: out of memory");
    budgets->table = calloc(TABLE_LEAST, sizeof(struct meter *));
    if (!budgets->table) abort();
    budgets->slots = TABLE_LEAST;
    *out = budgets;
    return OK;
}

void budgets_free(struct budgets **budgets)
{
    struct budgets *at = *budgets;
    if (!at) return;
    for (size_t i = 0; i < at->slots; i++) {
        if (at->table[i]) meter_done(at->table[i]);
        free(at->table[i]);
    }
    free(at->table);
    free(at->journal);
    free(at);
    *budgets = NULL;
}

static size_t home_slot(const struct budgets *budgets, enum budget_scope scope, uint64_t id)
{
    uint64_t mixed = (id + scope * 0x9e3779b97f4a7c15U) * 0xbf58476d1ce4e5b9U;
    mixed ^= mixed >> 31;
    return (size_t)(mixed * 0x94d049bb133111ebU >> 20) & (budgets->slots - 1);
}

static size_t slot_of(const struct budgets *budgets, enum budget_scope scope, uint64_t id)
{
    size_t at = home_slot(budgets, scope, id);
    for (;; at = (at + 1) & (budgets->slots - 1)) {
        const struct meter *meter = budgets->table[at];
        if (!meter || (meter->id == id && meter->scope == scope)) return at;
    }
}

static void table_grow(struct budgets *budgets)
{
    struct meter **old = budgets->table;
    size_t slots = budgets->slots;
    budgets->slots *= 2;
    budgets->table = calloc(budgets->slots, sizeof(struct meter *));
    if (!budgets->table) abort();
    for (size_t i = 0; i < slots; i++) {
        if (old[i]) budgets->table[slot_of(budgets, old[i]->scope, old[i]->id)] = old[i];
    }
    free(old);
    budgets->sweep_at = 0;
}

static struct meter *meter_of(struct budgets *budgets, enum budget_scope scope, uint64_t id)
{
    size_t slot = slot_of(budgets, scope, id);
    if (budgets->table[slot]) return budgets->table[slot];
    if ((budgets->count + 1) * 4 > budgets->slots * 3) {
        table_grow(budgets);
        slot = slot_of(budgets, scope, id);
    }
    struct meter *meter = calloc(1, sizeof *meter);
    if (!meter) abort();
    meter->id = id;
    meter->scope = (uint8_t)scope;
    budgets->count++;
    budgets->table[slot] = meter;
    return meter;
}

/* Free the meter of a slot; those behind it that it was in the way of move up. */
static void meter_drop(struct budgets *budgets, size_t slot)
{
    size_t mask = budgets->slots - 1, hole = slot;
    meter_done(budgets->table[slot]);
    free(budgets->table[slot]);
    budgets->table[slot] = NULL;
    budgets->count--;
    for (size_t at = (slot + 1) & mask; budgets->table[at]; at = (at + 1) & mask) {
        size_t home = home_slot(budgets, budgets->table[at]->scope, budgets->table[at]->id);
        if (((at - home) & mask) < ((at - hole) & mask)) continue; /* it stands behind the hole by right */
        budgets->table[hole] = budgets->table[at];
        budgets->table[at] = NULL;
        hole = at;
    }
}

static uint32_t minute_of(const struct budgets *budgets)
{
    return (uint32_t)(budgets->time_us / MINUTE_US);
}

static void time_pass(struct budgets *budgets, int64_t clock_us)
{
    int64_t went = clock_us - budgets->clock_us;
    if (clock_us >= budgets->time_us) {
        budgets->time_us = clock_us;
    } else if (went > 0) {
        budgets->time_us += went < MINUTE_US ? went : MINUTE_US;
    }
    budgets->clock_us = clock_us;
}

static void journal_add(struct budgets *budgets, struct meter *meter, uint64_t subject, uint32_t before)
{
    if (budgets->noted == budgets->journal_room) {
        size_t room = budgets->journal_room ? budgets->journal_room * 2 : 1024;
        budgets->journal = realloc(budgets->journal, room * sizeof *budgets->journal);
        if (!budgets->journal) abort();
        budgets->journal_room = room;
    }
    budgets->journal[budgets->noted++] = (struct noted){meter, subject, before};
}

/* Count one charge; when that is too much for a window, note the one that refills last. */
static void charge_count(struct budgets *budgets, const struct charge *charge, struct budget_refusal *worst)
{
    uint64_t before[WINDOW_COUNT], after[WINDOW_COUNT];
    uint32_t now = minute_of(budgets);
    if (charge->count == 0) return;
    struct meter *meter = meter_of(budgets, charge->scope, charge->id);
    meter_used(meter, now, before);
    for (size_t i = 0; i < charge->count; i++) {
        if (i + FETCH_AHEAD < charge->count) meter_fetch(meter, charge->subjects[i + FETCH_AHEAD]);
        uint32_t last = meter_look(meter, charge->subjects[i], now);
        if (last != now) journal_add(budgets, meter, charge->subjects[i], last);
    }
    meter_used(meter, now, after);
    for (int window = 0; window < WINDOW_COUNT; window++) {
        uint64_t limit = charge->limits.at[window];
        if (after[window] <= limit || after[window] <= before[window]) continue;
        uint32_t leaves = meter_leaves(meter, (enum window)window, after[window] - limit, now);
        int64_t refills_us = leaves * MINUTE_US - (budgets->time_us - budgets->clock_us);
        if (refills_us <= worst->refills_us) continue;
        *worst = (struct budget_refusal){charge->scope, (enum window)window, charge->id,
                                         limit,         before[window],      refills_us};
    }
}

static RESULT refused(const struct budget_refusal *refusal)
{
    static const char *const who[BUDGET_SCOPES] = {
        [BUDGET_READER] = "this reader may look at",
        [BUDGET_HOLDER] = "whoever holds this key may look at",
        [BUDGET_NETWORK] = "this network may look at",
        [BUDGET_ROLE] = "the readers of this role may together look at",
        [BUDGET_SHOP] = "the whole shop may look at",
        [BUDGET_CLASS] = "at this class of fields this reader may look of",
        [BUDGET_TRIES] = "this reader may try",
    };
    const char *at = who[refusal->scope], *what = refusal->scope == BUDGET_TRIES ? "values" : "people";
    unsigned long long limit = refusal->limit;
    switch (refusal->window) {
    case WINDOW_MINUTE:
        return FAIL(BUDGET_MINUTE, "budget: %s %llu %s a minute; try again later", at, limit, what);
    case WINDOW_HOUR:
        return FAIL(BUDGET_HOUR, "budget: %s %llu %s an hour; try again later", at, limit, what);
    case WINDOW_DAY:
        return FAIL(BUDGET_DAY, "budget: %s %llu %s a day; try again later, or have an admin raise it", at,
                    limit, what);
    case WINDOW_MONTH:
    case WINDOW_COUNT:
        break;
    }
    return FAIL(BUDGET_MONTH, "budget: %s %llu %s in 30 days; have an admin raise it", at, limit, what);
}

/* Every charge misses the cache at its own place: begin with all of them before the first is waited for. */
static void charges_fetch(struct budgets *budgets, const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct charge *charge = &plan->charges[i];
        const struct meter *meter = budgets->table[slot_of(budgets, charge->scope, charge->id)];
        for (size_t at = 0; at < charge->count && at < FETCH_AHEAD && meter; at++)
            meter_fetch(meter, charge->subjects[at]);
    }
}

RESULT budget_reserve(struct budgets *budgets, const struct plan *plan, struct budget_refusal *out)
{
    struct budget_refusal worst = {0};
    size_t mark = budgets->noted;
    time_pass(budgets, plan->now_us);
    charges_fetch(budgets, plan);
    for (size_t i = 0; i < plan->count; i++) charge_count(budgets, &plan->charges[i], &worst);
    if (worst.refills_us == 0) return OK;
    budget_undo(budgets, mark);
    *out = worst;
    return refused(&worst);
}

size_t budget_mark(const struct budgets *budgets)
{
    return budgets->noted;
}

void budget_undo(struct budgets *budgets, size_t mark)
{
    assert(mark <= budgets->noted);
    uint32_t now = minute_of(budgets);
    while (budgets->noted > mark) {
        const struct noted *noted = &budgets->journal[--budgets->noted];
        meter_unlook(noted->meter, noted->subject, noted->before, now);
    }
}

void budget_settle(struct budgets *budgets)
{
    budgets->noted = 0;
}

void budget_tick(struct budgets *budgets, int64_t now_us)
{
    time_pass(budgets, now_us);
    bool due = budgets->time_us - budgets->swept_us >= MINUTE_US && budgets->noted == 0; /* it names meters */
    if (!due) return;
    budgets->swept_us = budgets->time_us;
    size_t left = SWEEP_NUMBERS, turns = budgets->slots;
    while (left > 0 && turns > 0) {
        if (budgets->sweep_at >= budgets->slots) budgets->sweep_at = 0;
        struct meter *meter = budgets->table[budgets->sweep_at];
        size_t examined = 1;
        bool empty = false;
        if (meter)
            examined =
                meter_sweep(meter, minute_of(budgets), scopes[meter->scope].keep_minutes, left, &empty);
        left -= examined < left ? examined : left;
        if (empty) {
            meter_drop(budgets, budgets->sweep_at); /* another may stand there now */
        } else if (!meter || meter->swept == 0) {
            budgets->sweep_at++;
            turns--;
        }
    }
}

void budget_used(struct budgets *budgets, enum budget_scope scope, uint64_t id, int64_t now_us,
                 uint64_t out[WINDOW_COUNT])
{
    time_pass(budgets, now_us);
    struct meter *meter = budgets->table[slot_of(budgets, scope, id)], none = {0};
    meter_used(meter ? meter : &none, minute_of(budgets), out);
}

void budget_start(struct budgets *budgets, int64_t time_us, int64_t clock_us)
{
    budgets->time_us = budgets->swept_us = time_us;
    budgets->clock_us = clock_us;
}

void budget_restore(struct budgets *budgets, enum budget_scope scope, uint64_t id, int64_t at_us,
                    const uint64_t *subjects, size_t count)
{
    uint32_t now = minute_of(budgets), then = (uint32_t)(at_us / MINUTE_US);
    if (count == 0) return;
    struct meter *meter = meter_of(budgets, scope, id);
    for (size_t i = 0; i < count; i++) meter_restore(meter, subjects[i], then < now ? then : now, now);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What one charge lets through: the slots of a window are those of so many shorter ones, side by side. */
static uint64_t charge_reach(const struct limits *limits, enum window window)
{
    uint64_t reach = UINT64_MAX;
    for (int longer = window; longer < WINDOW_COUNT; longer++) reach = least(reach, limits->at[longer]);
    for (int shorter = 0; shorter < (int)window; shorter++) {
        uint64_t times = (uint64_t)window_rows[window].slots * window_rows[window].minutes /
                         ((uint64_t)window_rows[shorter].slots * window_rows[shorter].minutes);
        if (limits->at[shorter] < UINT64_MAX / times) reach = least(reach, limits->at[shorter] * times);
    }
    return reach;
}

uint64_t budget_reach(const struct plan *plan, enum window window)
{
    uint64_t reach = UINT64_MAX;
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->charges[i].count > 0) reach = least(reach, charge_reach(&plan->charges[i].limits, window));
    }
    return reach;
}

struct budget_size budget_size(const struct budgets *budgets)
{
    struct budget_size size = {budgets->count, sizeof *budgets + budgets->slots * sizeof(struct meter *) +
                                                   budgets->journal_room * sizeof *budgets->journal};
    for (size_t i = 0; i < budgets->slots; i++) {
        if (budgets->table[i]) size.bytes += meter_bytes(budgets->table[i]);
    }
    return size;
}

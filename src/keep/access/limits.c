#include "keep/access/limits.h"

#include "keep/access/access_priv.h"

#include <assert.h>
#include <string.h>

enum rule {
#define RULE(NAME, absolute, share, setup, least, about) RULE_##NAME,
#define WIDER(SCOPE, times, share)
#include "keep/access/limits.def"
#undef RULE
#undef WIDER
};

static const struct {
    uint64_t absolute, share, setup, least;
} rules[] = {
#define RULE(NAME, absolute, share, setup, least, about) {absolute, share, setup, least},
#define WIDER(SCOPE, times, share)
#include "keep/access/limits.def"
#undef RULE
#undef WIDER
};

static const struct {
    uint64_t times, share;
} wider[BUDGET_SCOPES] = {
#define RULE(NAME, absolute, share, setup, least, about)
#define WIDER(SCOPE, times, share) [BUDGET_##SCOPE] = {times, share},
#include "keep/access/limits.def"
#undef RULE
#undef WIDER
};

enum { THOUSAND = 1000, MINUTE_PART = 5, HOUR_PART = 2, MONTH_TIMES = 10, MINUTE_ALL = 300, HOUR_ALL = 300 };
enum { EVERYBODY = 1000000000 }; /* more people than any shop has */

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t times(uint64_t number, uint64_t factor)
{
    return number > UINT64_MAX / factor ? UINT64_MAX : number * factor;
}

uint64_t network_id(const uint8_t network[NETWORK_BYTES])
{
    static const uint8_t four[12] = {[10] = 0xff, [11] = 0xff}, nowhere[NETWORK_BYTES];
    if (memcmp(network, nowhere, NETWORK_BYTES) == 0) return 0;
    uint64_t half = be64_get(network);
    if (memcmp(network, four, sizeof four) == 0) return (uint64_t)NETWORK_FOUR << 32 | be32_get(network + 12);
    return half == 0 ? 1 : half; /* ::1 and its like */
}

struct limits limits_of_day(uint64_t day)
{
    return (struct limits){{[WINDOW_MINUTE] = most(day / MINUTE_PART, least(day, MINUTE_ALL)),
                            [WINDOW_HOUR] = most(day / HOUR_PART, least(day, HOUR_ALL)),
                            [WINDOW_DAY] = day,
                            [WINDOW_MONTH] = times(day, MONTH_TIMES)}};
}

static uint64_t day_by_size(enum rule rule, uint64_t customers)
{
    uint64_t setup = rules[rule].setup, few = setup;
    if (customers > setup) few = setup * setup / customers;
    uint64_t part =
        customers / THOUSAND * rules[rule].share + customers % THOUSAND * rules[rule].share / THOUSAND;
    return least(rules[rule].absolute, most(most(part, few), rules[rule].least));
}

static enum rule rule_of(const struct role *role)
{
    const uint32_t look = 1U << ACT_REVEAL | 1U << ACT_IMPORT | 1U << ACT_CHANGE;
    bool looks = role->acts & look;
    if (role_gives_rights(role)) return RULE_ADMIN;
    if (role->pass || (!looks && role->acts >> ACT_PASS & 1)) return RULE_SELF;
    if (role->grant || (!looks && role->acts >> ACT_GRANT & 1)) return RULE_GRANTED;
    return role->reason ? RULE_PEOPLE : RULE_SERVICE;
}

static void put_in_place(const struct limits *own, struct limits *limits)
{
    for (int window = 0; window < WINDOW_COUNT; window++) {
        if (own->at[window] > 0) limits->at[window] = own->at[window];
    }
}

/* All of a day in one minute, if need be: it brings in whole lists. */
static struct limits limits_at_once(uint64_t day)
{
    return (struct limits){{day, day, day, times(day, MONTH_TIMES)}};
}

struct limits limits_of_role(const struct role *role, uint64_t customers)
{
    uint64_t day = role->limits.at[WINDOW_DAY];
    enum rule rule = rule_of(role);
    if (day == 0) day = day_by_size(rule, customers);
    struct limits limits = rule == RULE_ADMIN ? limits_at_once(day) : limits_of_day(day);
    put_in_place(&role->limits, &limits);
    return limits;
}

struct limits limits_of_operator(void)
{
    return limits_at_once(EVERYBODY); /* who holds the machine could read the keys: counted, never refused */
}

struct limits limits_of_scope(enum budget_scope scope, const struct limits *reader, uint64_t customers)
{
    uint64_t share = wider[scope].share;
    struct limits limits =
        limits_of_day(customers / THOUSAND * share + customers % THOUSAND * share / THOUSAND);
    assert(wider[scope].times > 0);
    for (int window = 0; window < WINDOW_COUNT; window++)
        limits.at[window] = most(limits.at[window], times(reader->at[window], wider[scope].times));
    if (scope == BUDGET_NETWORK) limits.at[WINDOW_MONTH] = UINT64_MAX;
    return limits;
}

struct limits limits_put(const struct access *access, enum budget_scope scope, uint64_t target,
                         struct limits limits)
{
    for (size_t i = 0; i < access->budget_count; i++) {
        const struct budget_row *row = &access->budgets[i];
        if (row->scope == scope && row->target == target) put_in_place(&row->limits, &limits);
    }
    return limits;
}

bool limits_within(const struct limits *inner, const struct limits *outer)
{
    for (int window = 0; window < WINDOW_COUNT; window++) {
        if (inner->at[window] > outer->at[window]) return false;
    }
    return true;
}

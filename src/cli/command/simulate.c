/* The library of attacks in simulated time: no home, no key, no network. */
#include "watch/simulate/simulate.h"
#include "cli/commands.h"
#include "cli/show.h"
#include "keep/access/limits.h"

#include <stdlib.h>

enum { HONEST_DAYS = 90, SHOP_DEFAULT = 100000, SEED_DEFAULT = 101 };

/* The role that a shop begins with for each kind of work: what it asks for decides its budget (keep/access/limits.def). */
static const struct role roles[WORKLOAD_COUNT] = {
    [WORKLOAD_FRONT] = {.acts = 1U << ACT_REVEAL, .pass = true},
    [WORKLOAD_SIGNIN] = {.acts = 1U << ACT_PASS},
    [WORKLOAD_SUPPORT] = {.acts = 1U << ACT_REVEAL, .reason = true},
    [WORKLOAD_ORDERS] = {.acts = 1U << ACT_GRANT},
    [WORKLOAD_WAREHOUSE] = {.acts = 1U << ACT_REVEAL, .grant = true},
    [WORKLOAD_PARTNER] = {.acts = 1U << ACT_REVEAL, .grant = true},
    [WORKLOAD_SERVICE] = {.acts = 1U << ACT_REVEAL},
    [WORKLOAD_MARKETING] = {.acts = 1U << ACT_REVEAL},
};

/* The vault's defaults for a shop of that size; where honest work needs more, the shop has put more. */
static void limits_fill(struct simulate_options *options)
{
    for (unsigned i = 0; i < WORKLOAD_COUNT; i++) {
        struct limits *limits = options->limits[i];
        uint64_t busiest = simulate_busiest((enum workload)i, options->customers);
        limits[BUDGET_READER] = limits_of_role(&roles[i], options->customers);
        if (busiest > limits[BUDGET_READER].at[WINDOW_DAY]) limits[BUDGET_READER] = limits_of_day(busiest);
        for (int scope = BUDGET_HOLDER; scope <= BUDGET_SHOP; scope++)
            limits[scope] =
                limits_of_scope((enum budget_scope)scope, &limits[BUDGET_READER], options->customers);
    }
}

static const char *ending_name(enum ending ending)
{
    static const char *const names[] = {"stopped", "in vain", "held", "missed"};
    return names[ending];
}

static const char *detector_name(enum detector detector)
{
    return detector ? detector_row(detector)->name : "";
}

static unsigned long long wide(uint64_t number)
{
    return number;
}

static const char *attack_by(const struct simulate_attack *one)
{
    return one->by ? detector_name(one->by) : one->refused ? "budget" : "";
}

static void attack_json(const struct simulate_options *options, enum attack attack,
                        const struct simulate_attack *one, struct buf *out)
{
    buf_print(
        out,
        "{\"attack\":\"%s\",\"shop\":%llu,\"canaries\":%llu,\"seed\":%llu,\"ending\":\"%s\",\"people\":%llu,",
        attack_name(attack), wide(options->customers), wide(options->canaries), wide(options->seed),
        ending_name(one->ending), wide(one->people));
    buf_print(out, "\"share\":%.6f,\"seconds\":%llu,\"by\":\"%s\",\"alerts\":%llu,", one->share,
              wide(one->seconds), attack_by(one), wide(one->alerts));
    buf_print(out, "\"first_alert\":{\"by\":\"%s\",\"people\":%llu,\"seconds\":%llu},",
              detector_name(one->alert_by), wide(one->alert_people), wide(one->alert_seconds));
    buf_print(out, "\"first_refusal\":{\"by_budget\":%s,\"people\":%llu,\"seconds\":%llu},\"curve\":[",
              one->refused ? "true" : "false", wide(one->refused_people), wide(one->refused_seconds));
    for (size_t i = 0; i < one->curve_count; i++)
        buf_print(out, "%s[%llu,%llu]", i ? "," : "", wide(one->curve[i].seconds),
                  wide(one->curve[i].people));
    buf_text(out, "]}\n");
}

static void number_cell(struct table *table, uint64_t number)
{
    SCOPED(buf_done) struct buf text = {0};
    count_put(&text, number);
    table_cell(table, buf_slice(&text));
}

/* With two digits; "-" where there is none. */
static void rate_cell(struct table *table, double rate, const char *unit)
{
    SCOPED(buf_done) struct buf text = {0};
    if (rate < 0)
        buf_text(&text, "-");
    else
        buf_print(&text, "%.2f%s", rate, unit);
    table_cell(table, buf_slice(&text));
}

static void attack_row(struct table *table, enum attack attack, const struct simulate_attack *one)
{
    table_cell(table, slice_text(attack_name(attack)));
    table_cell(table, slice_text(ending_name(one->ending)));
    number_cell(table, one->people);
    rate_cell(table, one->share * 100, " %");
    number_cell(table, one->seconds);
    table_cell(table, slice_text(attack_by(one)));
    number_cell(table, one->alerts);
    number_cell(table, one->alert_people);
}

static RESULT attacks_run(struct call *call, const struct simulate_options *options, unsigned from,
                          unsigned to)
{
    SCOPED(table_done)
    struct table table = {.columns = 8};
    static const char *const heads[] = {"attack",  "ending", "people", "share",
                                        "seconds", "by",     "alerts", "people at first alert"};
    bool json = call_has(call, OPT_JSON);
    for (size_t i = 0; i < COUNT_OF(heads); i++) table_cell(&table, slice_text(heads[i]));
    for (unsigned i = from; i < to; i++) {
        SCOPED(buf_done) struct buf text = {0};
        struct simulate_attack one;
        TRY(simulate_attack(options, (enum attack)i, &one));
        attack_json(options, (enum attack)i, &one, &text);
        attack_row(&table, (enum attack)i, &one);
        if (json) show_slice(buf_slice(&text));
        if (json) TRY(show_end());
    }
    if (!json) table_show(&table);
    return OK;
}

static double per(uint64_t count, uint64_t days, double of)
{
    return days ? of * (double)count / (double)days : -1;
}

static void by_json(const char *name, const uint64_t by[DETECTORS_END], struct buf *out)
{
    const char *comma = "";
    buf_print(out, "\"%s\":{", name);
    for (unsigned i = 1; i < DETECTORS_END; i++) {
        if (by[i] == 0) continue;
        buf_print(out, "%s\"%s\":%llu", comma, detector_row(i)->name, wide(by[i]));
        comma = ",";
    }
    buf_text(out, "}");
}

static void honest_json(const struct simulate_options *options, enum workload workload,
                        const struct simulate_honest *one, struct buf *out)
{
    buf_print(out, "{\"honest\":\"%s\",\"shop\":%llu,\"seed\":%llu,\"reader_days\":%llu,\"trips\":%llu,",
              workload_name(workload), wide(options->customers), wide(options->seed), wide(one->reader_days),
              wide(one->trips));
    buf_print(out,
              "\"slowed\":%llu,\"alerts\":%llu,\"refused_days\":%llu,\"trips_per_10000\":%.3f,\"alerts_per_"
              "1000\":%.3f,",
              wide(one->slowed), wide(one->alerts), wide(one->refused_days),
              per(one->trips, one->reader_days, 10000), per(one->alerts, one->reader_days, 1000));
    by_json("trips_by", one->trips_by, out);
    buf_text(out, ",");
    by_json("alerts_by", one->alerts_by, out);
    buf_text(out, "}\n");
}

static void honest_row(struct table *table, const char *name, const struct simulate_honest *one)
{
    table_cell(table, slice_text(name));
    number_cell(table, one->reader_days);
    number_cell(table, one->trips);
    rate_cell(table, per(one->trips, one->reader_days, 10000), "");
    number_cell(table, one->alerts);
    rate_cell(table, per(one->alerts, one->reader_days, 1000), "");
    number_cell(table, one->slowed);
    number_cell(table, one->refused_days);
}

static RESULT honest_run(struct call *call, const struct simulate_options *options)
{
    SCOPED(table_done)
    struct table table = {.columns = 8};
    static const char *const heads[] = {"honest reader", "reader-days", "false trips", "per 10,000",
                                        "false alerts",  "per 1,000",   "slowed",      "days with a refusal"};
    struct simulate_honest out[WORKLOAD_COUNT], all = {0};
    bool json = call_has(call, OPT_JSON);
    TRY(simulate_honest(options, HONEST_DAYS, out));
    for (size_t i = 0; i < COUNT_OF(heads); i++) table_cell(&table, slice_text(heads[i]));
    for (unsigned i = 0; i < WORKLOAD_COUNT; i++) {
        SCOPED(buf_done) struct buf text = {0};
        honest_json(options, (enum workload)i, &out[i], &text);
        honest_row(&table, workload_name((enum workload)i), &out[i]);
        if (json) show_slice(buf_slice(&text));
        all.reader_days += out[i].reader_days;
        all.trips += out[i].trips;
        all.alerts += out[i].alerts;
        all.slowed += out[i].slowed;
        all.refused_days += out[i].refused_days;
    }
    honest_row(&table, "all", &all);
    if (!json) table_show(&table);
    if (!json) show_words("\n");
    return OK;
}

/* --set slow_rise.limit=6: what would become of it with another number. */
static RESULT params_given(const struct call *call, struct params *params)
{
    SCOPED(arena_done) struct arena arena = {0};
    struct texts given = {0};
    params_default(params);
    call_values(call, OPT_SET, &arena, &given);
    for (size_t i = 0; i < given.count; i++) {
        struct slice text = given.at[i], name = text;
        SCOPED(buf_done) struct buf number = {0};
        while (name.len > 0 && name.at[name.len - 1] != '=') name.len--;
        buf_slice_put(&number, slice_from(text, name.len));
        char *end = NULL;
        double value = strtod(buf_c(&number), &end);
        if (name.len == 0 || number.len == 0 || *end)
            return FAIL(USAGE, "--set: must be NAME=NUMBER, with a name of src/watch/detect/params.def");
        TRY(params_set(params, slice_part(name, 0, name.len - 1), value));
    }
    return OK;
}

RESULT command_watch_simulate(struct call *call)
{
    struct simulate_options options = {.seed = SEED_DEFAULT, .customers = SHOP_DEFAULT};
    struct slice name = call_slice(call, OPT_ATTACK);
    enum attack attack = ATTACK_COUNT;
    TRY(call_number(call, OPT_SEED, 0, UINT64_MAX, &options.seed));
    TRY(call_number(call, OPT_SHOP_SIZE, SIMULATE_CUSTOMERS_MIN, SIMULATE_CUSTOMERS_MAX, &options.customers));
    options.canaries = simulate_canaries(options.customers);
    TRY(call_number(call, OPT_CANARIES, 0, options.customers, &options.canaries));
    bool honest = name.len == 0 || slice_is(name, "none");
    if (name.len > 0 && !honest && !attack_by_name(name, &attack))
        return FAIL(USAGE, "--attack: no such attack; `amanah watch simulate` lists them all");
    TRY(params_given(call, &options.params));
    limits_fill(&options);
    if (!call_has(call, OPT_JSON))
        show_words("A shop of %llu customers and %llu canaries, seed %llu.\n\n", wide(options.customers),
                   wide(options.canaries), wide(options.seed));
    if (honest) TRY(honest_run(call, &options));
    if (slice_is(name, "none")) return show_end();
    TRY(attacks_run(call, &options, attack == ATTACK_COUNT ? 0 : attack,
                    attack == ATTACK_COUNT ? ATTACK_COUNT : attack + 1U));
    return show_end();
}

/* Budgets that are put, what they let through, and what is used of them. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/show.h"

static const char *const windows[] = {"minute", "hour", "day", "month"};

static void show_budget(const struct call *call, struct doc answer)
{
    (void)call;
    show_value(doc_text(doc_get(answer, "scope")));
    show_words(" ");
    show_value(doc_text(doc_get(answer, "id")));
    show_words(": done\n");
}

RESULT command_budget_put(struct call *call)
{
    struct budget_put_ask ask = {.scope = slice_text(call->args[0])};
    if (call->arg_count > 1) ask.id = slice_text(call->args[1]);
    TRY(call_number(call, OPT_MINUTE, 0, UINT32_MAX, &ask.minute));
    TRY(call_number(call, OPT_HOUR, 0, UINT32_MAX, &ask.hour));
    TRY(call_number(call, OPT_DAILY, 0, UINT32_MAX, &ask.daily));
    TRY(call_number(call, OPT_MONTHLY, 0, UINT32_MAX, &ask.monthly));
    return ask_and_show(call, VERB_BUDGET_PUT, &ask, show_budget);
}

static void show_budgets(const struct call *call, struct doc answer)
{
    (void)call;
    show_table(answer, (const struct table_column[]){{"scope", COLUMN_WORDS},
                                                     {"id", COLUMN_WORDS},
                                                     {"minute", COLUMN_WORDS},
                                                     {"hour", COLUMN_WORDS},
                                                     {"daily", COLUMN_WORDS},
                                                     {"monthly", COLUMN_WORDS},
                                                     {0}});
}

RESULT command_budget_list(struct call *call)
{
    struct budget_list_ask ask = {0};
    return ask_and_show(call, VERB_BUDGET_LIST, &ask, show_budgets);
}

/* "32 (4.0 %)" for each window. */
static void reach_cells(struct table *table, struct doc item)
{
    for (size_t i = 0; i < COUNT_OF(windows); i++) {
        SCOPED(buf_done) struct buf text = {0};
        uint64_t share = doc_number(doc_get(doc_get(item, "per_mille"), windows[i]));
        count_put(&text, doc_number(doc_get(doc_get(item, "people"), windows[i])));
        buf_print(&text, " (%u.%u %%)", (unsigned)(share / 10), (unsigned)(share % 10));
        table_cell(table, buf_slice(&text));
    }
}

static void reach_table(struct doc list, const char *name, const char *other)
{
    SCOPED(table_done) struct table table = {.columns = 2 + COUNT_OF(windows)};
    struct docs items = docs_of(list);
    struct doc item;
    table_cell(&table, slice_text(name));
    table_cell(&table, slice_text(other));
    for (size_t i = 0; i < COUNT_OF(windows); i++) table_cell(&table, slice_text(windows[i]));
    while (docs_next(&items, &item)) {
        table_cell(&table, doc_text(doc_get(item, name)));
        table_cell(&table, doc_text(doc_get(item, other)));
        reach_cells(&table, item);
    }
    table_show(&table);
}

static void show_radius(const struct call *call, struct doc answer)
{
    SCOPED(buf_done) struct buf customers = {0};
    (void)call;
    count_put(&customers, doc_number(doc_get(answer, "customers")));
    show_words("People that whoever holds it could see before its budget stops it, of %s customers.\n\n",
               buf_c(&customers));
    reach_table(doc_get(answer, "items"), "key", "role");
    show_words("\nOne reader of each role:\n\n");
    reach_table(doc_get(answer, "roles"), "role", "");
}

RESULT command_blast_radius(struct call *call)
{
    struct blast_radius_ask ask = {0};
    return ask_and_show(call, VERB_BLAST_RADIUS, &ask, show_radius);
}

/* "12 of 32" for each window. */
static void used_cells(struct table *table, struct doc budget)
{
    for (size_t i = 0; i < COUNT_OF(windows); i++) {
        struct doc window = doc_get(budget, windows[i]);
        uint64_t limit = doc_number(doc_get(window, "limit"));
        SCOPED(buf_done) struct buf text = {0};
        count_put(&text, doc_number(doc_get(window, "used")));
        if (limit < UINT64_MAX) {
            buf_text(&text, " of ");
            count_put(&text, limit);
        }
        table_cell(table, buf_slice(&text));
    }
}

/* How far behind the logs of systems outside are: what happened since is seen by nobody yet. */
static void show_outside(struct doc answer)
{
    struct docs systems = docs_of(doc_get(answer, "outside"));
    struct doc system = {0};
    while (docs_next(&systems, &system)) {
        SCOPED(buf_done) struct buf lag = {0}, behind = {0};
        uint64_t lag_s = doc_number(doc_get(system, "lag_s"));
        const uint64_t hour_s = 3600, day_s = 24 * hour_s;
        const uint64_t unit = lag_s < 2 * hour_s ? 1 : lag_s < 2 * day_s ? hour_s : day_s;
        count_put(&lag, lag_s / unit);
        count_put(&behind, doc_number(doc_get(system, "behind")));
        show_words("logs of ");
        show_value(doc_text(doc_get(system, "system")));
        show_words(": newest line %s %s old, %s bytes not read yet\n", buf_c(&lag),
                   unit == 1        ? "seconds"
                   : unit == hour_s ? "hours"
                                    : "days",
                   buf_c(&behind));
    }
}

static void show_status(const struct call *call, struct doc answer)
{
    SCOPED(table_done) struct table table = {.columns = 4 + COUNT_OF(windows)};
    struct docs items = docs_of(doc_get(answer, "items"));
    struct doc item, budget;
    (void)call;
    table_cell(&table, SLICE_TEXT("reader"));
    table_cell(&table, SLICE_TEXT("role"));
    table_cell(&table, SLICE_TEXT("budget"));
    for (size_t i = 0; i < COUNT_OF(windows); i++) table_cell(&table, slice_text(windows[i]));
    table_cell(&table, SLICE_TEXT("breaker"));
    while (docs_next(&items, &item)) {
        struct docs budgets = docs_of(doc_get(item, "budgets"));
        while (docs_next(&budgets, &budget)) {
            table_cell(&table, doc_text(doc_get(item, "reader")));
            table_cell(&table, doc_text(doc_get(item, "role")));
            table_cell(&table, doc_text(doc_get(budget, "scope")));
            used_cells(&table, budget);
            table_cell(&table, doc_text(doc_get(item, "breaker")));
        }
    }
    table_show(&table);
    struct doc watch = doc_get(answer, "watch");
    show_words("\nDetectors know %llu readers; asks refused by a breaker since the start: %llu; findings "
               "under a mute: %llu.\n",
               (unsigned long long)doc_number(doc_get(watch, "readers")),
               (unsigned long long)doc_number(doc_get(watch, "refused")),
               (unsigned long long)doc_number(doc_get(watch, "muted")));
    if (doc_count(doc_get(answer, "outside")) > 0) show_outside(answer);
}

RESULT command_watch_status(struct call *call)
{
    struct watch_status_ask ask = {0};
    return ask_and_show(call, VERB_WATCH_STATUS, &ask, show_status);
}

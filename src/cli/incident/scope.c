/* Counts of an incident, in words and as CSV: whose what is known, possible, excluded; and one person's part. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/members.h"
#include "cli/show.h"

/* Known, possible, excluded of one row of the answer, as a line of a table. */
static void three_cells(struct table *table, struct slice name, struct doc row)
{
    static const char *const parts[] = {"known", "possible", "excluded"};
    table_cell(table, name);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        table_doc(table, doc_get(doc_get(row, parts[i]), "count"), COLUMN_WORDS);
    table_doc(table, doc_get(doc_get(row, "known"), "persons"), COLUMN_WORDS);
    table_doc(table, doc_get(doc_get(row, "known"), "masked"), COLUMN_WORDS);
    table_doc(table, doc_get(doc_get(row, "known"), "observed"), COLUMN_WORDS);
    table_doc(table, doc_get(doc_get(row, "known"), "found"), COLUMN_WORDS);
}

static void show_reasons(struct doc row, const char *name)
{
    struct docs reasons = docs_of(doc_get(doc_get(row, "possible"), "reasons"));
    struct doc reason = {0};
    while (docs_next(&reasons, &reason)) {
        show_value(doc_text(doc_get(row, name)));
        show_words(" possible for ");
        show_value(doc_text(doc_get(reason, "rule")));
        show_words(": %llu\n", (unsigned long long)doc_number(doc_get(reason, "count")));
    }
}

/* What the third class does not say, before anybody takes it for more. */
static void show_not_provable(struct doc answer)
{
    struct docs names = docs_of(doc_get(answer, "not_provable"));
    struct doc name = {0};
    while (docs_next(&names, &name)) {
        show_words("Not provable here: ");
        show_value(doc_text(name));
        show_words("\n");
    }
}

/* What was not written down, or not taken in yet, with the member of an ask that would count it. */
static void show_gaps(struct doc answer)
{
    struct docs gaps = docs_of(doc_get(answer, "gaps"));
    struct doc gap = {0};
    while (docs_next(&gaps, &gap)) {
        show_words("No line of ");
        show_value(doc_text(doc_get(gap, "system")));
        show_words("; as possible it would be counted by ");
        show_value(doc_text(doc_get(gap, "ask")));
        show_words("\n");
    }
}

/* Where the vault's own log tells nothing: with what was lost, or what would count it. */
static void show_own_gaps(struct doc answer)
{
    struct docs gaps = docs_of(doc_get(answer, "own_gaps"));
    struct doc gap = {0};
    while (docs_next(&gaps, &gap)) {
        SCOPED(buf_done) struct buf from = {0}, to = {0};
        struct doc lost = doc_get(gap, "lost_entries");
        time_words_put(&from, doc_get(gap, "from"));
        time_words_put(&to, doc_get(gap, "to"));
        show_value(buf_slice(&from));
        show_words(" to ");
        show_value(buf_slice(&to));
        show_words(": ");
        show_value(doc_text(doc_get(gap, "why")));
        if (doc_there(lost)) show_words(" (%llu entries)", (unsigned long long)doc_number(lost));
        show_words(doc_true(doc_get(gap, "counted")) ? "; counted as possible\n"
                                                     : "; as possible it would be counted by ");
        if (doc_true(doc_get(gap, "counted"))) continue;
        show_value(doc_text(doc_get(gap, "ask")));
        show_words("\n");
    }
}

static void show_moved(struct doc any)
{
    struct docs moved = docs_of(doc_get(any, "moved"));
    struct doc move = {0};
    while (docs_next(&moved, &move)) {
        show_words("Since the count before, from ");
        show_value(doc_text(doc_get(move, "from")));
        show_words(" to ");
        show_value(doc_text(doc_get(move, "to")));
        show_words(": %llu\n", (unsigned long long)doc_number(doc_get(move, "count")));
    }
}

static void show_count(const struct call *call, struct doc answer)
{
    (void)call;
    static const char *const heads[] = {
        "", "known", "possible", "excluded", "persons known", "masked only", "outside only", "files only"};
    SCOPED(table_done) struct table table = {.columns = COUNT_OF(heads)};
    struct docs fields = docs_of(doc_get(answer, "fields"));
    struct doc field = {0}, earliest = doc_get(answer, "earliest");
    for (size_t i = 0; i < COUNT_OF(heads); i++) table_cell(&table, slice_text(heads[i]));
    three_cells(&table, SLICE_TEXT("any field"), doc_get(answer, "any"));
    while (docs_next(&fields, &field)) three_cells(&table, doc_text(doc_get(field, "field")), field);
    show_words("Count %llu, of %llu accounts", (unsigned long long)doc_number(doc_get(answer, "version")),
               (unsigned long long)doc_number(doc_get(answer, "everybody")));
    show_words(" of %llu persons by shared e-mail or telephone\n",
               (unsigned long long)doc_number(doc_get(answer, "persons")));
    table_show(&table);
    for (fields = docs_of(doc_get(answer, "fields")); docs_next(&fields, &field);)
        show_reasons(field, "field");
    if (doc_there(doc_get(earliest, "time"))) {
        SCOPED(buf_done) struct buf time = {0};
        time_words_put(&time, doc_get(earliest, "time"));
        show_words("Earliest trace: ");
        show_value(buf_slice(&time));
        show_words("\n");
    }
    if (doc_number(doc_get(doc_get(answer, "of_nobody"), "lines")) > 0)
        show_words("Lines of outside logs that tell of nobody who is held, and count nowhere above: %llu\n",
                   (unsigned long long)doc_number(doc_get(doc_get(answer, "of_nobody"), "lines")));
    show_gaps(answer);
    show_own_gaps(answer);
    show_moved(doc_get(answer, "any"));
    show_not_provable(answer);
}

RESULT command_incident_scope(struct call *call)
{
    struct incident_scope_ask ask = {.id = slice_text(call->args[0])};
    return ask_members(call, 1, VERB_INCIDENT_SCOPE, &ask, show_count);
}

/* One row as CSV: names are of the shop's own fields, so letters, digits and _ alone. */
static void show_csv_row(const char *what, struct slice name, struct doc row)
{
    static const char *const parts[][2] = {
        {"known", "count"},      {"known", "full"},     {"known", "masked"},  {"known", "observed"},
        {"possible", "count"},   {"excluded", "count"}, {"known", "persons"}, {"possible", "persons"},
        {"excluded", "persons"}, {"known", "found"}};
    show_words("%s,", what);
    show_value(name);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        show_words(",%llu", (unsigned long long)doc_number(doc_get(doc_get(row, parts[i][0]), parts[i][1])));
    show_words("\n");
}

static void show_count_csv(const struct call *call, struct doc answer)
{
    (void)call;
    struct docs rows = docs_of(doc_get(answer, "fields"));
    struct doc row = {0};
    show_words("what,name,known,known_full,known_masked,known_observed,possible,excluded,persons_known,"
               "persons_possible,persons_excluded,known_found\n");
    show_csv_row("any", (struct slice){0}, doc_get(answer, "any"));
    while (docs_next(&rows, &row)) show_csv_row("field", doc_text(doc_get(row, "field")), row);
    for (rows = docs_of(doc_get(answer, "classes")); docs_next(&rows, &row);)
        show_csv_row("class", doc_text(doc_get(row, "class")), row);
}

static void show_person(const struct call *call, struct doc answer)
{
    (void)call;
    static const char *const heads[] = {"known", "known_masked", "known_observed", "known_found", "excluded"};
    struct docs rules = docs_of(doc_get(answer, "possible"));
    struct doc rule = {0};
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        SCOPED(buf_done) struct buf words = {0};
        item_words_put(&words, doc_get(answer, heads[i]));
        show_words("%s: ", heads[i]);
        show_value(buf_slice(&words));
        show_words("\n");
    }
    while (docs_next(&rules, &rule)) {
        SCOPED(buf_done) struct buf words = {0};
        item_words_put(&words, doc_get(rule, "fields"));
        show_words("possible, ");
        show_value(doc_text(doc_get(rule, "rule")));
        show_words(": ");
        show_value(buf_slice(&words));
        show_words("\n");
    }
    show_table(answer, (const struct table_column[]){{"index", COLUMN_PLAIN},
                                                     {"time", COLUMN_TIME},
                                                     {"kind", COLUMN_WORDS},
                                                     {"reader", COLUMN_WORDS},
                                                     {"fields", COLUMN_WORDS},
                                                     {"masked", COLUMN_WORDS},
                                                     {0}});
    if (doc_text(doc_get(answer, "next")).len > 0)
        show_remark(call, "There are more: subject history has all.");
}

RESULT command_incident_exposures(struct call *call)
{
    struct incident_exposures_ask ask = {.id = slice_text(call->args[0])};
    struct slice format = call_slice(call, OPT_FORMAT);
    bool csv = slice_is(format, "csv");
    if (format.len > 0 && !csv) return FAIL(USAGE, "--format: csv here, or --json");
    if (call->arg_count == 2 && csv) return FAIL(USAGE, "--format: counts only; of one person --json");
    if (call->arg_count == 1)
        return ask_and_show(call, VERB_INCIDENT_EXPOSURES, &ask, csv ? show_count_csv : show_count);
    ask.subject = slice_text(call->args[1]);
    ask.limit = PAGE_MAX;
    return ask_and_show(call, VERB_INCIDENT_EXPOSURES, &ask, show_person);
}

#include "base/json.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"

#include <string.h>

enum { TEXTS_MAX = 32, VALUE_FILE_MAX = 16384 };

/* Files that values were read from: they live as long as the ask. */
struct files {
    struct buf at[TEXTS_MAX];
    size_t count;
};

static void files_done(struct files *files)
{
    for (size_t i = 0; i < files->count; i++) buf_done(&files->at[i]);
}

static RESULT value_of(struct slice text, struct files *files, struct slice *out)
{
    *out = text;
    if (!slice_starts(text, "@")) return OK;
    if (files->count == TEXTS_MAX) return FAIL(USAGE, "arguments: more than %d files", TEXTS_MAX);
    struct buf *file = &files->at[files->count++];
    TRY(input_read((const char *)text.at + 1, VALUE_FILE_MAX, file));
    *out = buf_slice(file);
    while (out->len > 0 && out->at[out->len - 1] == '\n') out->len--;
    return OK;
}

static RESULT member_set(const struct member *member, struct slice value, struct arena *arena, uint8_t *ask)
{
    void *at = ask + member->offset;
    struct texts *texts = at;
    if (member->wire == WIRE_TEXT) {
        *(struct slice *)at = value;
        return OK;
    }
    if (member->wire == WIRE_U64) {
        if (number_get(value, member->max, at)) return OK;
        return FAIL(USAGE, "%s: not a number up to %zu", member->name, member->max);
    }
    if (member->wire == WIRE_BOOL) {
        *(bool *)at = slice_is(value, "true");
        if (*(bool *)at || slice_is(value, "false")) return OK;
        return FAIL(USAGE, "%s: true or false", member->name);
    }
    if (texts->count == member->max) return FAIL(USAGE, "%s: more than %zu", member->name, member->max);
    struct slice *items = arena_take(arena, (texts->count + 1) * sizeof *items);
    if (texts->count > 0) memcpy(items, texts->at, texts->count * sizeof *items);
    items[texts->count] = value;
    *texts = (struct texts){items, texts->count + 1};
    return OK;
}

/* The arguments from `from` on as members of the verb's ask, by its table. */
static RESULT members_set(const struct call *call, size_t from, enum verb verb, struct arena *arena,
                          struct files *files, void *ask)
{
    for (size_t i = from; i < call->arg_count; i++) {
        struct slice arg = slice_text(call->args[i]), value = {0};
        const char *equals = strchr(call->args[i], '=');
        const struct member *member = verb_row(verb)->members;
        struct slice name = {arg.at, equals ? (size_t)(equals - call->args[i]) : arg.len};
        while (member->wire != WIRE_END && !slice_is(name, member->name)) member++;
        bool taken = slice_is(name, "id") || slice_is(name, verb == VERB_INCIDENT_ADD ? "kind" : "title");
        if (!equals || member->wire == WIRE_END || taken)
            return FAIL(USAGE, "argument %zu: not MEMBER=VALUE; see amanah help %s", i + 1,
                        call->command->words);
        TRY(value_of(slice_from(arg, name.len + 1), files, &value));
        TRY(member_set(member, value, arena, ask));
    }
    return OK;
}

static void show_opened(const struct call *call, struct doc answer)
{
    show_value(doc_text(doc_get(answer, "id")));
    show_words("\n");
    if (doc_there(doc_get(answer, "playbook_problem"))) {
        SCOPED(buf_done) struct buf problem = {0};
        item_words_put(&problem, doc_get(answer, "playbook_problem"));
        show_remark(call, "This home's playbooks were left aside: %s", buf_c(&problem));
    }
    show_remark(call, "Its playbook added %llu tasks: amanah incident show ID tasks",
                (unsigned long long)doc_number(doc_get(answer, "tasks")));
    show_remark(
        call,
        "Next: who may know (amanah incident add ID members who=), who may be behind it (suspects who=).");
}

RESULT command_incident_open(struct call *call)
{
    struct incident_open_ask ask = {.title = slice_text(call->args[0]), .kind = SLICE_TEXT("other")};
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(files_done) struct files files = {0};
    TRY(members_set(call, 1, VERB_INCIDENT_OPEN, &arena, &files, &ask));
    return ask_and_show(call, VERB_INCIDENT_OPEN, &ask, show_opened);
}

static void show_incidents(const struct call *call, struct doc answer)
{
    (void)call;
    show_table(answer, (const struct table_column[]){{"id", COLUMN_WORDS},
                                                     {"state", COLUMN_WORDS},
                                                     {"opened", COLUMN_TIME},
                                                     {"kind", COLUMN_WORDS},
                                                     {"title", COLUMN_WORDS},
                                                     {0}});
}

RESULT command_incident_list(struct call *call)
{
    struct incident_list_ask ask = {.limit = PAGE_MAX};
    return ask_pages(call, VERB_INCIDENT_LIST, &ask, &ask.after, show_incidents);
}

/* A line, as "12 task open: text", with what else it says below. */
static void show_line(struct doc line)
{
    struct docs members = docs_of(line);
    struct slice name = {0};
    struct doc value = {0};
    show_words("%llu ", (unsigned long long)doc_number(doc_get(line, "line")));
    show_value(doc_text(doc_get(line, "kind")));
    if (doc_there(doc_get(line, "state"))) {
        show_words(" ");
        show_value(doc_text(doc_get(line, "state")));
    }
    show_words(": ");
    show_value(doc_text(doc_get(line, "text")));
    show_words("\n");
    while (docs_pair(&members, &name, &value)) {
        SCOPED(buf_done) struct buf words = {0};
        static const char said[] = " line kind state text entry evidence_count last changed ";
        char word[40] = {0};
        if (name.len + 3 > sizeof word) continue;
        word[0] = ' ';
        memcpy(word + 1, name.at, name.len);
        word[name.len + 1] = ' ';
        item_words_put(&words, value);
        if (strstr(said, word) || words.len == 0) continue;
        show_words("    ");
        show_value(name);
        show_words(": ");
        show_value(buf_slice(&words));
        show_words("\n");
    }
}

static void show_lines(const struct call *call, struct doc answer)
{
    (void)call;
    struct docs items = docs_of(doc_get(answer, "items"));
    struct doc item = {0};
    if (items.left == 0) show_words("None.\n");
    while (docs_next(&items, &item)) show_line(item);
}

static void show_part(struct doc answer, const char *name, const char *heading)
{
    struct docs items = docs_of(doc_get(answer, name));
    struct doc item = {0};
    if (items.left == 0) return;
    show_words("\n%s\n", heading);
    while (docs_next(&items, &item)) show_line(item);
}

static void show_missing(struct doc answer)
{
    struct docs items = docs_of(doc_get(answer, "missing"));
    struct doc item = {0};
    if (items.left == 0) return;
    show_words("\nBefore it can be closed\n");
    while (docs_next(&items, &item)) {
        show_words("- ");
        show_value(doc_text(doc_get(item, "text")));
        if (doc_there(doc_get(item, "line")))
            show_words(" (line %llu)", (unsigned long long)doc_number(doc_get(item, "line")));
        show_words("\n");
    }
}

static void show_incident(const struct call *call, struct doc answer)
{
    (void)call;
    static const char *const parts[][2] = {
        {"instants", "When"},     {"contain", "Containment"},     {"hypotheses", "What may have happened"},
        {"tasks", "To do"},       {"claims", "Said in public"},   {"requests", "Asked by authorities"},
        {"decisions", "Decided"}, {"evidence", "Evidence"},       {"holds", "Kept from changing"},
        {"recovery", "Got back"}, {"audits", "Audit afterwards"}, {"prevention", "Never again"}};
    static const char *const heads[] = {"id",    "kind",    "state",    "opened", "closed",
                                        "owner", "members", "suspects", "lines",  "minutes"};
    show_value(doc_text(doc_get(answer, "title")));
    show_words("\n");
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        SCOPED(buf_done) struct buf words = {0};
        item_words_put(&words, doc_get(answer, heads[i]));
        if (words.len == 0) continue;
        show_words("%s: ", heads[i]);
        show_value(buf_slice(&words));
        show_words("\n");
    }
    for (size_t i = 0; i < COUNT_OF(parts); i++) show_part(answer, parts[i][0], parts[i][1]);
    show_missing(answer);
}

RESULT command_incident_show(struct call *call)
{
    struct incident_show_ask ask = {.id = slice_text(call->args[0])};
    if (call->arg_count == 1) return ask_and_show(call, VERB_INCIDENT_SHOW, &ask, show_incident);
    ask.part = slice_text(call->args[1]);
    ask.limit = PAGE_MAX;
    return ask_pages(call, VERB_INCIDENT_SHOW, &ask, &ask.after, show_lines);
}

static void show_added(const struct call *call, struct doc answer)
{
    (void)call;
    show_value(doc_text(doc_get(answer, "kind")));
    show_words(" %llu\n", (unsigned long long)doc_number(doc_get(answer, "line")));
}

static RESULT add(struct call *call, const char *kind, size_t from)
{
    struct incident_add_ask ask = {.id = slice_text(call->args[0]), .kind = slice_text(kind)};
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(files_done) struct files files = {0};
    TRY(members_set(call, from, VERB_INCIDENT_ADD, &arena, &files, &ask));
    return ask_and_show(call, VERB_INCIDENT_ADD, &ask, show_added);
}

RESULT command_incident_add(struct call *call)
{
    return add(call, call->args[1], 2);
}

RESULT command_incident_task(struct call *call)
{
    return add(call, "tasks", 1);
}

RESULT command_incident_claim(struct call *call)
{
    return add(call, "claims", 1);
}

static void show_contained(const struct call *call, struct doc answer)
{
    struct docs keys = docs_of(doc_get(answer, "keys")), rotated = docs_of(doc_get(answer, "rotated"));
    struct doc one = {0};
    show_value(doc_text(doc_get(answer, "state")));
    show_words(": %zu key%s, %zu people\n", keys.left, keys.left == 1 ? "" : "s",
               doc_count(doc_get(answer, "staff")));
    while (docs_next(&keys, &one)) {
        static const char *const said[] = {"id", "name"};
        show_words("-");
        for (size_t i = 0; i < COUNT_OF(said); i++) {
            show_words(" ");
            show_value(doc_text(doc_get(one, said[i])));
        }
        show_words(": probe before: ");
        show_value(doc_text(doc_get(one, "before")));
        show_words(", after: ");
        show_value(doc_text(doc_get(one, "after")));
        show_words("\n");
    }
    while (docs_next(&rotated, &one)) {
        show_words("In place of ");
        show_value(doc_text(doc_get(one, "rotated_from")));
        show_words(", shown once: ");
        show_value(doc_text(doc_get(one, "key")));
        show_words("\n");
    }
    show_remark(call, "What is left to rotate stands among the tasks: amanah incident show ID tasks");
}

RESULT command_incident_contain(struct call *call)
{
    struct incident_contain_ask ask = {.id = slice_text(call->args[0]),
                                       .dry_run = call_has(call, OPT_DRY_RUN),
                                       .lift = call_has(call, OPT_LIFT)};
    if (!ask.dry_run)
        TRY(confirm(call,
                    ask.lift ? "Let everybody in again?" : "Suspend every suspect, and freeze the shop?"));
    return ask_and_show(call, VERB_INCIDENT_CONTAIN, &ask, show_contained);
}

static void member_put(struct buf *out, const char *name, struct doc value)
{
    cbor_text(out, slice_text(name));
    buf_slice_put(out, value.item);
}

/* In clear: whoever gets the file reads what people wrote. */
RESULT command_incident_export(struct call *call)
{
    const char *path = call_has(call, OPT_OUT) ? call_text(call, OPT_OUT) : "-";
    const struct ledger_checkpoint_ask newest = {0};
    struct incident_show_ask ask = {.id = slice_text(call->args[0])};
    struct incident_show_ask lines = {.id = ask.id, .part = SLICE_TEXT("timeline"), .limit = PAGE_MAX};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer state = {0}, checkpoint = {0};
    SCOPED(buf_done) struct buf timeline = {0}, file = {0}, json = {0};
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_INCIDENT_SHOW, &ask, &state));
    if (state.shown) return OK;
    TRY(ask_all_pages(call, client, VERB_INCIDENT_SHOW, &lines, &lines.after, &timeline));
    TRY(ask_answer(call, client, VERB_LEDGER_CHECKPOINT, &newest,
                   &checkpoint)); /* last: it covers every line */
    cbor_map(&file, 3);
    member_put(&file, "incident", answer_doc(&state));
    member_put(&file, "timeline", doc_get(doc_of(buf_slice(&timeline)), "items"));
    member_put(&file, "ledger", answer_doc(&checkpoint));
    TRY(json_from_cbor(buf_slice(&file), &json));
    buf_byte(&json, '\n');
    TRY(output_write(path, buf_slice(&json)));
    show_remark(call, "It holds in clear what people wrote: seal it before it leaves this machine.");
    return OK;
}

static void show_closed(const struct call *call, struct doc answer)
{
    (void)call;
    show_value(doc_text(doc_get(answer, "id")));
    show_words(": ");
    show_value(doc_text(doc_get(answer, "state")));
    show_words("\n");
}

static RESULT close_or_reopen(struct call *call, bool reopen)
{
    struct incident_close_ask ask = {.id = slice_text(call->args[0]),
                                     .text = call_slice(call, OPT_REASON),
                                     .dry_run = call_has(call, OPT_DRY_RUN),
                                     .reopen = reopen};
    return ask_and_show(call, VERB_INCIDENT_CLOSE, &ask, show_closed);
}

RESULT command_incident_close(struct call *call)
{
    return close_or_reopen(call, false);
}

RESULT command_incident_reopen(struct call *call)
{
    return close_or_reopen(call, true);
}

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
        "", "known", "possible", "excluded", "persons known", "masked only", "outside only"};
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
    show_moved(doc_get(answer, "any"));
    show_not_provable(answer);
}

RESULT command_incident_scope(struct call *call)
{
    struct incident_scope_ask ask = {.id = slice_text(call->args[0])};
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(files_done) struct files files = {0};
    TRY(members_set(call, 1, VERB_INCIDENT_SCOPE, &arena, &files, &ask));
    return ask_and_show(call, VERB_INCIDENT_SCOPE, &ask, show_count);
}

/* One row as CSV: names are of the shop's own fields, so letters, digits and _ alone. */
static void show_csv_row(const char *what, struct slice name, struct doc row)
{
    static const char *const parts[][2] = {
        {"known", "count"},    {"known", "full"},       {"known", "masked"},
        {"known", "observed"}, {"possible", "count"},   {"excluded", "count"},
        {"known", "persons"},  {"possible", "persons"}, {"excluded", "persons"}};
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
               "persons_possible,persons_excluded\n");
    show_csv_row("any", (struct slice){0}, doc_get(answer, "any"));
    while (docs_next(&rows, &row)) show_csv_row("field", doc_text(doc_get(row, "field")), row);
    for (rows = docs_of(doc_get(answer, "classes")); docs_next(&rows, &row);)
        show_csv_row("class", doc_text(doc_get(row, "class")), row);
}

static void show_person(const struct call *call, struct doc answer)
{
    (void)call;
    static const char *const heads[] = {"known", "known_masked", "known_observed", "excluded"};
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

/* What a line says in one: its kind, state and text, control characters as blanks. */
static void message_put(struct doc line, struct buf *out)
{
    buf_slice_put(out, doc_text(doc_get(line, "kind")));
    if (doc_there(doc_get(line, "state"))) {
        buf_byte(out, ' ');
        buf_slice_put(out, doc_text(doc_get(line, "state")));
    }
    buf_text(out, ": ");
    buf_slice_put(out, doc_text(doc_get(line, "text")));
    for (size_t i = 0; i < out->len; i++) {
        if (out->at[i] < ' ') out->at[i] = ' ';
    }
}

/* When it happened where the line says so, else when it was written. */
static struct doc line_time(struct doc line, const char **what)
{
    bool said = doc_there(doc_get(line, "at"));
    *what = said ? "happened" : "written";
    return doc_get(line, said ? "at" : "time");
}

static void show_timeline_csv(const struct call *call, struct doc answer)
{
    (void)call;
    struct docs items = docs_of(doc_get(answer, "items"));
    struct doc item = {0};
    while (docs_next(&items, &item)) {
        SCOPED(buf_done) struct buf message = {0}, row = {0};
        const char *what = NULL;
        buf_slice_put(&row, doc_text(line_time(item, &what)));
        message_put(item, &message);
        buf_print(&row, ",%s,\"", what);
        for (size_t i = 0; i < message.len; i++) {
            if (message.at[i] == '"') buf_byte(&row, '"');
            buf_byte(&row, message.at[i]);
        }
        buf_print(&row, "\",%llu,", (unsigned long long)doc_number(doc_get(item, "line")));
        buf_slice_put(&row, doc_text(doc_get(item, "author")));
        buf_byte(&row, '\n');
        show_slice(buf_slice(&row));
    }
}

static void show_timeline_lines(const struct call *call, struct doc answer)
{
    (void)call;
    struct docs items = docs_of(doc_get(answer, "items"));
    struct doc item = {0};
    while (docs_next(&items, &item)) {
        SCOPED(buf_done) struct buf message = {0}, row = {0};
        const char *what = NULL;
        struct slice time = doc_text(line_time(item, &what));
        message_put(item, &message);
        cbor_map(&row, 5);
        cbor_text(&row, SLICE_TEXT("datetime"));
        cbor_text(&row, time);
        cbor_text(&row, SLICE_TEXT("timestamp_desc"));
        cbor_text(&row, slice_text(what));
        cbor_text(&row, SLICE_TEXT("message"));
        cbor_text(&row, buf_slice(&message));
        cbor_text(&row, SLICE_TEXT("line"));
        cbor_uint(&row, doc_number(doc_get(item, "line")));
        cbor_text(&row, SLICE_TEXT("author"));
        cbor_text(&row, doc_text(doc_get(item, "author")));
        if (show_json(doc_of(buf_slice(&row))).code != CODE_OK) return; /* show_end() tells it */
    }
}

RESULT command_incident_timeline(struct call *call)
{
    struct incident_show_ask ask = {
        .id = slice_text(call->args[0]), .part = SLICE_TEXT("timeline"), .limit = PAGE_MAX};
    bool lines = slice_is(call_slice(call, OPT_FORMAT), "jsonl");
    if (!lines && !call_has(call, OPT_JSON)) show_words("datetime,timestamp_desc,message,line,author\n");
    return ask_pages(call, VERB_INCIDENT_SHOW, &ask, &ask.after,
                     lines ? show_timeline_lines : show_timeline_csv);
}

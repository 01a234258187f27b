#include "base/json.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/members.h"
#include "cli/show.h"

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
    return ask_members(call, 1, VERB_INCIDENT_OPEN, &ask, show_opened);
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
    return ask_members(call, from, VERB_INCIDENT_ADD, &ask, show_added);
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

static void show_checked(const struct call *call, struct doc answer)
{
    struct docs items = docs_of(doc_get(answer, "items"));
    struct doc item = {0};
    (void)call;
    while (docs_next(&items, &item)) {
        show_value(doc_text(doc_get(item, "state")));
        show_words(": ");
        show_value(doc_text(doc_get(item, "text")));
        show_words("\n");
    }
}

RESULT command_incident_check(struct call *call)
{
    struct incident_check_ask ask = {.id = slice_text(call->args[0])};
    if (call->arg_count == 2 && !number_get(slice_text(call->args[1]), UINT32_MAX, &ask.line))
        return FAIL(USAGE, "LINE: not the number of a line");
    return ask_and_show(call, VERB_INCIDENT_CHECK, &ask, show_checked);
}

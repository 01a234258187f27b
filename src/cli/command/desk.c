/* The desk: tickets of people who complain, ask, tell of a scam or want a right of theirs; and what was promised. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/members.h"
#include "cli/show.h"

static void show_named(struct doc at, const char *name, const char *before)
{
    struct slice text = doc_text(doc_get(at, name));
    if (text.len == 0) return;
    show_words("%s", before);
    show_value(text);
    show_words("\n");
}

static void show_rights(struct docs each)
{
    struct doc right = {0};
    while (docs_next(&each, &right)) {
        show_named(right, "title", "");
        show_named(right, "text", "  ");
        show_named(right, "source", "  source: ");
    }
}

static void show_head(struct doc ticket)
{
    show_value(doc_text(doc_get(ticket, "id")));
    show_words(": ");
    show_value(doc_text(doc_get(ticket, "kind")));
    show_words(", ");
    show_value(doc_text(doc_get(ticket, "state")));
    show_words("\n");
    show_named(ticket, "due", "  to be answered by ");
    if (doc_true(doc_get(ticket, "overdue"))) show_words("  it is overdue\n");
    show_named(ticket, "owner", "  owner ");
    show_named(ticket, "subject", "  customer ");
    show_named(ticket, "incident", "  incident ");
}

static void show_line(struct doc line)
{
    static const char *const members[] = {"contact", "sender", "country", "basis"};
    SCOPED(buf_done) struct buf time = {0};
    time_words_put(&time, doc_get(line, "time"));
    show_value(buf_slice(&time));
    show_words("  ");
    show_value(doc_text(doc_get(line, "reader")));
    show_words(": ");
    show_named(line, "act", "");
    show_each_line(doc_text(doc_get(line, "text")), "  "); /* people write more than one */
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (doc_text(doc_get(line, members[i])).len > 0) show_words("  %s: ", members[i]);
        show_named(line, members[i], "");
    }
}

static void show_ticket(const struct call *call, struct doc answer)
{
    struct docs each = docs_of(doc_get(answer, "lines")), advice = docs_of(doc_get(answer, "advice"));
    struct doc item = {0};
    (void)call;
    show_head(answer);
    show_named(answer, "basis", "  by ");
    while (docs_next(&each, &item)) show_line(item);
    while (docs_next(&advice, &item)) {
        show_value(doc_text(item));
        show_words("\n");
    }
    show_rights(docs_of(doc_get(answer, "rights")));
}

static void show_tickets(const struct call *call, struct doc answer)
{
    static const struct table_column columns[] = {
        {"id", COLUMN_WORDS, NULL},    {"kind", COLUMN_WORDS, NULL},
        {"state", COLUMN_WORDS, NULL}, {"opened", COLUMN_TIME, NULL},
        {"due", COLUMN_TIME, NULL},    {"overdue", COLUMN_WORDS, NULL},
        {"owner", COLUMN_WORDS, NULL}, {0}};
    (void)call;
    show_table(answer, columns);
}

static void show_rights_of(const struct call *call, struct doc answer)
{
    (void)call;
    show_rights(docs_of(doc_get(answer, "items")));
}

RESULT command_desk_open(struct call *call)
{
    struct ticket_open_ask ask = {.kind = slice_text(call->args[0])};
    return ask_members(call, 1, VERB_TICKET_OPEN, &ask, show_ticket);
}

RESULT command_desk_list(struct call *call)
{
    struct ticket_list_ask ask = {0};
    return ask_members(call, 0, VERB_TICKET_LIST, &ask, show_tickets);
}

RESULT command_desk_show(struct call *call)
{
    struct ticket_show_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_TICKET_SHOW, &ask, show_ticket);
}

RESULT command_desk_act(struct call *call)
{
    struct ticket_act_ask ask = {.id = slice_text(call->args[0]), .act = slice_text(call_act(call))};
    return ask_members(call, 1, VERB_TICKET_ACT, &ask, show_ticket);
}

RESULT command_desk_rights(struct call *call)
{
    struct desk_rights_ask ask = {.country = slice_text(call->args[0])};
    return ask_members(call, 1, VERB_DESK_RIGHTS, &ask, show_rights_of);
}

static void show_promise_more(struct doc promise)
{
    struct docs each = docs_of(doc_get(promise, "lines"));
    struct doc line = {0};
    while (docs_next(&each, &line)) {
        SCOPED(buf_done) struct buf time = {0};
        time_words_put(&time, doc_get(line, "time"));
        show_words("  ");
        show_value(buf_slice(&time));
        show_words("  ");
        show_value(doc_text(doc_get(line, "act")));
        show_named(line, "text", ": ");
        show_named(line, "proof", "    shown by SHA-256 ");
    }
}

static void show_promises(const struct call *call, struct doc answer)
{
    static const struct table_column columns[] = {{"id", COLUMN_WORDS, NULL},
                                                  {"state", COLUMN_WORDS, NULL},
                                                  {"kind", COLUMN_WORDS, NULL},
                                                  {"text", COLUMN_WORDS, NULL},
                                                  {"due", COLUMN_TIME, NULL},
                                                  {"overdue", COLUMN_WORDS, NULL},
                                                  {"provider", COLUMN_WORDS, NULL},
                                                  {"years", COLUMN_WORDS, NULL},
                                                  {"enrolment", COLUMN_WORDS, NULL},
                                                  {"cost", COLUMN_WORDS, NULL},
                                                  {"currency", COLUMN_WORDS, NULL},
                                                  {"purpose", COLUMN_WORDS, NULL},
                                                  {0}};
    (void)call;
    show_blocks_and(answer, columns, show_promise_more);
}

static void show_promise(const struct call *call, struct doc answer)
{
    (void)call;
    show_state_of(answer, "id");
    show_words("\n");
    show_named(answer, "due", "  due ");
}

RESULT command_promise_add(struct call *call)
{
    struct promise_add_ask ask = {.kind = slice_text(call->args[0])};
    return ask_members(call, 1, VERB_PROMISE_ADD, &ask, show_promise);
}

RESULT command_promise_list(struct call *call)
{
    struct promise_list_ask ask = {0};
    return ask_members(call, 0, VERB_PROMISE_LIST, &ask, show_promises);
}

RESULT command_promise_act(struct call *call)
{
    struct promise_act_ask ask = {.id = slice_text(call->args[0]), .act = slice_text(call_act(call))};
    return ask_members(call, 1, VERB_PROMISE_ACT, &ask, show_promise);
}

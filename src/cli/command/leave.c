#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"

static void show_item(struct doc item)
{
    SCOPED(buf_done) struct buf ends = {0};
    struct doc name = doc_get(item, "name"), todo = doc_get(item, "todo");
    show_words("\n- ");
    show_value(doc_text(doc_get(item, "what")));
    show_words(" ");
    if (doc_text(name).len > 0) {
        show_value(doc_text(name));
        show_words(" ");
    }
    show_value(doc_text(doc_get(item, "id")));
    show_words(": ");
    show_value(doc_text(doc_get(item, "state")));
    if (doc_text(doc_get(item, "ends")).len > 0) {
        time_words_put(&ends, doc_get(item, "ends"));
        show_words(", ends %s; its probe before: ", buf_c(&ends));
        show_value(doc_text(doc_get(item, "before")));
        show_words(", after: ");
        show_value(doc_text(doc_get(item, "after")));
    }
    if (doc_text(todo).len > 0) {
        show_words("\n  To do: ");
        show_value(doc_text(todo));
    }
}

/* A page that a human can read and keep: what ended, what stays open until it is rotated, what was seen. */
static void show_leave(const struct call *call, struct doc answer)
{
    (void)call;
    SCOPED(buf_done) struct buf left = {0};
    struct docs items = docs_of(doc_get(answer, "items"));
    struct doc item = {0};
    time_words_put(&left, doc_get(answer, "left"));
    show_words("# Leave of ");
    show_value(doc_text(doc_get(answer, "id")));
    show_words("\n\nLeft: %s, told by ", buf_c(&left));
    show_value(doc_text(doc_get(answer, "by")));
    show_words("\nSign-in and sessions: ended\nStill open: %llu\n",
               (unsigned long long)doc_number(doc_get(answer, "open")));
    while (docs_next(&items, &item)) show_item(item);
    show_words("\n\nNot seen from here: logins on machines, and the passphrase of the home if they knew it. "
               "Register "
               "those as secrets (amanah secret add), and they are found the next time.\n");
}

RESULT command_staff_leave(struct call *call)
{
    struct staff_leave_ask ask = {.id = slice_text(call->args[0]), .at_once = call_has(call, OPT_AT_ONCE)};
    TRY(confirm(call, "End everything that this person holds?"));
    return ask_and_show(call, VERB_STAFF_LEAVE, &ask, show_leave);
}

RESULT command_staff_left(struct call *call)
{
    struct staff_left_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_STAFF_LEFT, &ask, show_leave);
}

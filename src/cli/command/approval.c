#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"

/* What would change, for who must agree: nobody agrees blind. */
static void show_changes(struct doc approval)
{
    struct docs changes = docs_of(doc_get(approval, "changes"));
    struct doc change = {0};
    while (docs_next(&changes, &change)) {
        struct slice was = doc_text(doc_get(change, "was")), now = doc_text(doc_get(change, "now"));
        show_words("    ");
        show_value(doc_text(doc_get(change, "member")));
        show_words(": ");
        show_value(now.len > 0 ? now : SLICE_TEXT("nothing"));
        if (was.len > 0) {
            show_words(" (was ");
            show_value(was);
            show_words(")");
        }
        show_words("\n");
    }
}

static void show_approval(const struct call *call, struct doc answer)
{
    (void)call;
    show_value(doc_text(doc_get(answer, "approval")));
    show_words(": ");
    show_value(doc_text(doc_get(answer, "what")));
    show_words(": ");
    show_value(doc_text(doc_get(answer, "state")));
    show_words("\n");
    show_changes(answer);
}

RESULT command_approval_ask(struct call *call)
{
    struct approval_ask_ask ask = {.reason = call_slice(call, OPT_REASON)};
    TRY(call_number(call, OPT_PEOPLE, 1, UINT32_MAX, &ask.subjects_max));
    TRY(call_number(call, OPT_MINUTES, 1, 1440, &ask.minutes));
    return ask_and_show(call, VERB_APPROVAL_ASK, &ask, show_approval);
}

static void show_approvals(const struct call *call, struct doc answer)
{
    static const struct table_column columns[] = {{"approval", COLUMN_WORDS},
                                                  {"what", COLUMN_WORDS},
                                                  {"state", COLUMN_WORDS},
                                                  {"asker", COLUMN_WORDS},
                                                  {"asked", COLUMN_TIME},
                                                  {"effective", COLUMN_TIME},
                                                  {"lapses", COLUMN_TIME},
                                                  {"decided_by", COLUMN_WORDS},
                                                  {"decided", COLUMN_TIME},
                                                  {"until", COLUMN_TIME},
                                                  {0}};
    (void)call;
    show_blocks_and(answer, columns, show_changes);
}

RESULT command_approval_list(struct call *call)
{
    struct approval_list_ask ask = {.limit = PAGE_MAX};
    return ask_pages(call, VERB_APPROVAL_LIST, &ask, &ask.after, show_approvals);
}

RESULT command_approval_approve(struct call *call)
{
    struct approval_approve_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_APPROVAL_APPROVE, &ask, show_approval);
}

RESULT command_approval_cancel(struct call *call)
{
    struct approval_cancel_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_APPROVAL_CANCEL, &ask, show_approval);
}

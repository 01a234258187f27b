#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"

static void show_approval(const struct call *call, struct doc answer)
{
    (void)call;
    show_value(doc_text(doc_get(answer, "approval")));
    show_words(": ");
    show_value(doc_text(doc_get(answer, "what")));
    show_words(": ");
    show_value(doc_text(doc_get(answer, "state")));
    show_words("\n");
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
    (void)call;
    show_blocks(answer, (const struct table_column[]){{"approval", COLUMN_WORDS},
                                                      {"what", COLUMN_WORDS},
                                                      {"state", COLUMN_WORDS},
                                                      {"asker", COLUMN_WORDS},
                                                      {"asked", COLUMN_TIME},
                                                      {"effective", COLUMN_TIME},
                                                      {"lapses", COLUMN_TIME},
                                                      {"decided_by", COLUMN_WORDS},
                                                      {"decided", COLUMN_TIME},
                                                      {"until", COLUMN_TIME},
                                                      {0}});
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

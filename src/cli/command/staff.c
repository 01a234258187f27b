/* The commands on staff. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/show.h"

static void show_invite(struct doc answer)
{
    SCOPED(buf_done) struct buf from = {0}, until = {0};
    struct doc begins = doc_get(answer, "from");
    time_words_put(&until, doc_get(answer, "expires"));
    show_words("Invitation, shown this once; give it to them and nobody else");
    if (doc_text(begins).len > 0) {
        time_words_put(&from, begins);
        show_words(", good from %s", buf_c(&from));
    }
    show_words(", until %s:\n  ", buf_c(&until));
    show_slice(doc_text(doc_get(answer, "invite")));
    show_words("\n");
}

static void show_added(const struct call *call, struct doc answer)
{
    (void)call;
    show_value(doc_text(doc_get(answer, "id")));
    show_words("\n");
    show_invite(answer);
}

RESULT command_staff_add(struct call *call)
{
    struct staff_add_ask ask = {.role = call_slice(call, OPT_ROLE), .lang = call_slice(call, OPT_LANG)};
    TRY(call_need(call, OPT_NAME, &ask.name));
    TRY(call_need(call, OPT_EMAIL, &ask.email));
    return ask_and_show(call, VERB_STAFF_ADD, &ask, show_added);
}

static void show_staff(const struct call *call, struct doc answer)
{
    (void)call;
    show_table(answer, (const struct table_column[]){{"id", COLUMN_WORDS},
                                                     {"name", COLUMN_WORDS},
                                                     {"role", COLUMN_WORDS},
                                                     {"state", COLUMN_WORDS},
                                                     {"created", COLUMN_TIME},
                                                     {0}});
}

RESULT command_staff_list(struct call *call)
{
    struct staff_list_ask ask = {.limit = PAGE_MAX};
    return ask_pages(call, VERB_STAFF_LIST, &ask, &ask.after, show_staff);
}

static void show_taught(const struct call *call, struct doc answer)
{
    (void)call;
    show_value(doc_text(doc_get(answer, "id")));
    show_words(": lesson ");
    show_value(doc_text(doc_get(answer, "lesson")));
    show_words(" noted\n");
}

RESULT command_staff_taught(struct call *call)
{
    struct staff_lesson_ask ask = {.id = slice_text(call->args[0])};
    TRY(call_need(call, OPT_LESSON, &ask.lesson));
    return ask_and_show(call, VERB_STAFF_LESSON, &ask, show_taught);
}

static void show_role(const struct call *call, struct doc answer)
{
    (void)call;
    struct slice role = doc_text(doc_get(answer, "role"));
    show_value(doc_text(doc_get(answer, "id")));
    show_words(": ");
    show_value(role.len > 0 ? role : SLICE_TEXT("no role, so they cannot sign in"));
    show_words("\n");
}

RESULT command_staff_role(struct call *call)
{
    struct staff_role_ask ask = {.id = slice_text(call->args[0]), .role = slice_text(call->args[1])};
    if (slice_is(ask.role, "none")) ask.role = (struct slice){0};
    return ask_and_show(call, VERB_STAFF_ROLE, &ask, show_role);
}

static void show_invited(const struct call *call, struct doc answer)
{
    (void)call;
    struct slice approval = doc_text(doc_get(answer, "approval"));
    if (approval.len == 0) {
        show_invite(answer);
        return;
    }
    show_words("They can sign in already, so this waits for approval ");
    show_value(approval);
    show_words(". The invitation, shown this once, is good from then on:\n  ");
    show_slice(doc_text(doc_get(answer, "invite")));
    show_words("\n");
}

RESULT command_staff_invite(struct call *call)
{
    struct staff_invite_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_STAFF_INVITE, &ask, show_invited);
}

static void show_recovered(const struct call *call, struct doc answer)
{
    (void)call;
    show_words(
        "ATTENTION: whoever has this invitation takes over the account. All staff are told, and it is in the "
        "ledger.\n");
    show_invite(answer);
}

RESULT command_staff_recover(struct call *call)
{
    struct staff_recover_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_STAFF_RECOVER, &ask, show_recovered);
}

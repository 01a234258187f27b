/* The shop as laws see it, and whom to reach at authorities. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/members.h"
#include "cli/show.h"

static void show_profile(const struct call *call, struct doc answer)
{
    struct docs members = docs_of(answer);
    struct slice name = {0};
    struct doc value = {{0}};
    (void)call;
    while (docs_pair(&members, &name, &value)) {
        SCOPED(buf_done) struct buf words = {0};
        item_words_put(&words, value);
        show_value(name);
        show_words(": ");
        if (words.len == 0 || slice_is(buf_slice(&words), "0"))
            show_words("not said");
        else
            show_value(buf_slice(&words));
        show_words("\n");
    }
}

RESULT command_profile_put(struct call *call)
{
    struct profile_put_ask ask = {0};
    return ask_members(call, 0, VERB_PROFILE_PUT, &ask, show_profile);
}

RESULT command_profile_show(struct call *call)
{
    struct profile_show_ask ask = {0};
    return ask_and_show(call, VERB_PROFILE_SHOW, &ask, show_profile);
}

RESULT command_contact_put(struct call *call)
{
    struct contact_put_ask ask = {0};
    return ask_members(call, 0, VERB_CONTACT_PUT, &ask, show_profile);
}

static void show_contacts(const struct call *call, struct doc answer)
{
    (void)call;
    show_table(answer, (const struct table_column[]){{"from", COLUMN_WORDS},
                                                     {"number", COLUMN_WORDS},
                                                     {"regime", COLUMN_WORDS},
                                                     {"recipient", COLUMN_WORDS},
                                                     {"name", COLUMN_WORDS},
                                                     {"way", COLUMN_WORDS},
                                                     {"note", COLUMN_WORDS},
                                                     {0}});
}

RESULT command_contact_list(struct call *call)
{
    struct contact_list_ask ask = {.regime =
                                       call->arg_count > 0 ? slice_text(call->args[0]) : (struct slice){0}};
    return ask_and_show(call, VERB_CONTACT_LIST, &ask, show_contacts);
}

#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/show.h"

static void show_grant(const struct call *call, struct doc answer)
{
    SCOPED(buf_done) struct buf ends = {0};
    (void)call;
    time_words_put(&ends, doc_get(answer, "expires"));
    show_words("Grant ");
    show_value(doc_text(doc_get(answer, "id")));
    show_words(", until %s. Whoever made it cannot use it.\n", buf_c(&ends));
}

RESULT command_grant_add(struct call *call)
{
    struct grant_add_ask ask = {.role = call_slice(call, OPT_ROLE), .key = call_slice(call, OPT_KEY)};
    SCOPED(arena_done) struct arena arena = {0};
    TRY(call_need(call, OPT_SUBJECT, &ask.subject));
    TRY(call_need(call, OPT_TICKET, &ask.ticket));
    TRY(call_list(call, OPT_FIELDS, &arena, &ask.fields));
    TRY(call_number(call, OPT_MINUTES, 1, 1440, &ask.minutes));
    return ask_and_show(call, VERB_GRANT_ADD, &ask, show_grant);
}

static void show_grants(const struct call *call, struct doc answer)
{
    (void)call;
    show_blocks(answer, (const struct table_column[]){{"id", COLUMN_WORDS},
                                                      {"subject", COLUMN_WORDS},
                                                      {"role", COLUMN_WORDS},
                                                      {"key", COLUMN_WORDS},
                                                      {"fields", COLUMN_WORDS},
                                                      {"granter", COLUMN_WORDS},
                                                      {"made", COLUMN_TIME},
                                                      {"expires", COLUMN_TIME},
                                                      {"open", COLUMN_WORDS},
                                                      {0}});
}

RESULT command_grant_list(struct call *call)
{
    struct grant_list_ask ask = {.limit = PAGE_MAX};
    return ask_pages(call, VERB_GRANT_LIST, &ask, &ask.after, show_grants);
}

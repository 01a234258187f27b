#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"

static void show_secret_id(const struct call *call, struct doc answer)
{
    (void)call;
    show_value(doc_text(doc_get(answer, "id")));
    show_words("\n");
}

RESULT command_secret_add(struct call *call)
{
    struct secret_add_ask ask = {.name = slice_text(call->args[0]),
                                 .kind = call_slice(call, OPT_SECRET_KIND),
                                 .owner = call_slice(call, OPT_OWNER),
                                 .fingerprint = call_slice(call, OPT_FINGERPRINT)};
    SCOPED(arena_done) struct arena arena = {0};
    TRY(call_list(call, OPT_HOLDER, &arena, &ask.holders));
    TRY(call_number(call, OPT_ROTATE_DAYS, 1, 3650, &ask.rotate_days));
    return ask_and_show(call, VERB_SECRET_ADD, &ask, show_secret_id);
}

static void show_secret(const struct call *call, struct doc answer)
{
    (void)call;
    show_state_of(answer, "name");
    show_words("\n");
}

RESULT command_secret_hold(struct call *call)
{
    struct secret_hold_ask ask = {.id = slice_text(call->args[0])};
    SCOPED(arena_done) struct arena arena = {0};
    TRY(call_list(call, OPT_HOLDER, &arena, &ask.holders));
    return ask_and_show(call, VERB_SECRET_HOLD, &ask, show_secret);
}

RESULT command_secret_rotated(struct call *call)
{
    struct secret_rotated_ask ask = {.id = slice_text(call->args[0]),
                                     .owner = call_slice(call, OPT_OWNER),
                                     .fingerprint = call_slice(call, OPT_FINGERPRINT)};
    SCOPED(arena_done) struct arena arena = {0};
    TRY(call_need(call, OPT_PROOF, &ask.proof));
    TRY(call_need(call, OPT_OLD_DEAD, &ask.old_dead));
    TRY(call_list(call, OPT_HOLDER, &arena, &ask.holders));
    return ask_and_show(call, VERB_SECRET_ROTATED, &ask, show_secret);
}

static void show_secrets(const struct call *call, struct doc answer)
{
    (void)call;
    show_blocks(answer, (const struct table_column[]){{"id", COLUMN_WORDS},
                                                      {"name", COLUMN_WORDS},
                                                      {"kind", COLUMN_WORDS},
                                                      {"state", COLUMN_WORDS},
                                                      {"owner", COLUMN_WORDS},
                                                      {"holders", COLUMN_WORDS},
                                                      {"ever_held", COLUMN_WORDS},
                                                      {"age_days", COLUMN_WORDS},
                                                      {"rotate_by", COLUMN_TIME},
                                                      {"open_since", COLUMN_TIME},
                                                      {"rotated", COLUMN_TIME},
                                                      {"proof", COLUMN_WORDS},
                                                      {"old_dead", COLUMN_WORDS},
                                                      {0}});
}

RESULT command_secret_list(struct call *call)
{
    struct secret_list_ask ask = {.limit = PAGE_MAX};
    return ask_pages(call, VERB_SECRET_LIST, &ask, &ask.after, show_secrets);
}

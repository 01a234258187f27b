/* Pools for proven losses, and claims on them. Amounts are minor units, as they are asked for. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/members.h"
#include "cli/show.h"

static void show_pools(const struct call *call, struct doc answer)
{
    static const struct table_column columns[] = {{"id", COLUMN_WORDS, NULL},
                                                  {"title", COLUMN_WORDS, NULL},
                                                  {"state", COLUMN_WORDS, NULL},
                                                  {"until", COLUMN_TIME, NULL},
                                                  {"currency", COLUMN_WORDS, NULL},
                                                  {"amount", COLUMN_WORDS, NULL},
                                                  {"claims", COLUMN_WORDS, NULL},
                                                  {"waiting", COLUMN_WORDS, NULL},
                                                  {"granted", COLUMN_WORDS, NULL},
                                                  {"shared", COLUMN_WORDS, NULL},
                                                  {0}};
    (void)call;
    show_blocks(answer, columns);
}

static void show_state(const struct call *call, struct doc answer)
{
    (void)call;
    show_state_of(answer, "id");
    if (doc_there(doc_get(answer, "amount")))
        show_words(", %llu", (unsigned long long)doc_number(doc_get(answer, "amount")));
    show_words("\n");
}

static void show_claims(const struct call *call, struct doc answer)
{
    static const struct table_column columns[] = {{"id", COLUMN_WORDS, NULL},
                                                  {"state", COLUMN_WORDS, NULL},
                                                  {"amount", COLUMN_WORDS, NULL},
                                                  {"made", COLUMN_TIME, NULL},
                                                  {0}};
    (void)call;
    show_table(answer, columns);
}

static void show_claim(const struct call *call, struct doc answer)
{
    static const char *const members[] = {"act", "text", "evidence"};
    struct docs each = docs_of(doc_get(answer, "lines"));
    struct doc line = {0};
    show_state(call, answer);
    show_words("  customer ");
    show_value(doc_text(doc_get(answer, "subject")));
    show_words("\n");
    while (docs_next(&each, &line)) {
        SCOPED(buf_done) struct buf time = {0};
        time_words_put(&time, doc_get(line, "time"));
        show_value(buf_slice(&time));
        show_words("  ");
        show_value(doc_text(doc_get(line, "reader")));
        show_words(", %llu\n", (unsigned long long)doc_number(doc_get(line, "amount")));
        for (size_t i = 0; i < COUNT_OF(members); i++)
            show_each_line(doc_text(doc_get(line, members[i])), "  ");
    }
}

RESULT command_claim_open(struct call *call)
{
    struct pool_open_ask ask = {.title = slice_text(call->args[0])};
    return ask_members(call, 1, VERB_POOL_OPEN, &ask, show_state);
}

RESULT command_claim_pools(struct call *call)
{
    struct pool_list_ask ask = {0};
    return ask_and_show(call, VERB_POOL_LIST, &ask, show_pools);
}

RESULT command_pool_act(struct call *call)
{
    struct pool_act_ask ask = {.id = slice_text(call->args[0]), .act = slice_text(call_act(call))};
    return ask_members(call, 1, VERB_POOL_ACT, &ask, show_state);
}

RESULT command_claim_share(struct call *call)
{
    TRY(confirm(call, "Share the pool out? What each claim gets stands from then on."));
    return command_pool_act(call);
}

RESULT command_claim_make(struct call *call)
{
    struct claim_make_ask ask = {.pool = slice_text(call->args[0])};
    return ask_members(call, 1, VERB_CLAIM_MAKE, &ask, show_state);
}

RESULT command_claim_list(struct call *call)
{
    struct claim_list_ask ask = {.pool = slice_text(call->args[0])};
    return ask_members(call, 1, VERB_CLAIM_LIST, &ask, show_claims);
}

RESULT command_claim_show(struct call *call)
{
    struct claim_show_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_CLAIM_SHOW, &ask, show_claim);
}

RESULT command_claim_act(struct call *call)
{
    struct claim_act_ask ask = {.id = slice_text(call->args[0]), .act = slice_text(call_act(call))};
    return ask_members(call, 1, VERB_CLAIM_ACT, &ask, show_state);
}

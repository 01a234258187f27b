/* Alerts, breakers, mutes. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"

static void show_alerts(const struct call *call, struct doc answer)
{
    (void)call;
    show_table(answer, (const struct table_column[]){{"alert", COLUMN_WORDS},
                                                     {"detector", COLUMN_WORDS},
                                                     {"reader", COLUMN_WORDS},
                                                     {"state", COLUMN_WORDS},
                                                     {"breaker", COLUMN_WORDS},
                                                     {"people", COLUMN_WORDS},
                                                     {"last", COLUMN_TIME},
                                                     {0}});
    struct docs rows = docs_of(doc_get(answer, "breakers"));
    for (struct doc row = {0}; docs_next(&rows, &row);) {
        show_value(doc_text(doc_get(row, "reader")));
        show_words(" is ");
        show_value(doc_text(doc_get(row, "breaker")));
        show_words(" by ");
        show_value(doc_text(doc_get(row, "by")));
        show_words("\n");
    }
    rows = docs_of(doc_get(answer, "mutes"));
    for (struct doc row = {0}; docs_next(&rows, &row);) {
        show_words("muted: ");
        show_value(doc_text(doc_get(row, "detector")));
        show_words(" of ");
        show_value(doc_text(doc_get(row, "reader")));
        show_words(": ");
        show_value(doc_text(doc_get(row, "reason")));
        show_words("\n");
    }
}

RESULT command_watch_alerts(struct call *call)
{
    struct alert_list_ask ask = {.all = call_has(call, OPT_ALL)};
    return ask_and_show(call, VERB_ALERT_LIST, &ask, show_alerts);
}

static void show_breaker(const struct call *call, struct doc answer)
{
    (void)call;
    show_value(doc_text(doc_get(answer, "reader")));
    show_words(": ");
    show_value(doc_text(doc_get(answer, "breaker")));
    show_words("\n");
}

RESULT command_watch_trip(struct call *call)
{
    struct breaker_trip_ask ask = {.reader = slice_text(call->args[0])};
    TRY(confirm(call, "Stop every look of this reader now?"));
    return ask_and_show(call, VERB_BREAKER_TRIP, &ask, show_breaker);
}

RESULT command_watch_reset(struct call *call)
{
    struct breaker_reset_ask ask = {.reader = slice_text(call->args[0])};
    return ask_and_show(call, VERB_BREAKER_RESET, &ask, show_breaker);
}

static void show_mute(const struct call *call, struct doc answer)
{
    (void)call;
    show_value(doc_text(doc_get(answer, "detector")));
    show_words(" of ");
    show_value(doc_text(doc_get(answer, "reader")));
    show_words(": muted\n");
}

RESULT command_watch_mute(struct call *call)
{
    struct mute_put_ask ask = {.detector = call_slice(call, OPT_DETECTOR),
                               .reader = call_slice(call, OPT_READER)};
    TRY(call_need(call, OPT_REASON, &ask.reason));
    TRY(call_number(call, OPT_DAYS, 1, 90, &ask.days));
    return ask_and_show(call, VERB_MUTE_PUT, &ask, show_mute);
}

static void show_plan(const struct call *call, struct doc answer)
{
    (void)call;
    SCOPED(buf_done) struct buf domains = {0};
    item_words_put(&domains, doc_get(answer, "domains"));
    show_words("Canaries are made up among the customers to come, with addresses on ");
    show_value(buf_slice(&domains));
    show_words("\n");
}

RESULT command_canary_begin(struct call *call)
{
    struct canary_begin_ask ask = {{0}};
    SCOPED(arena_done) struct arena arena = {0};
    struct slice given = {0};
    TRY(call_need(call, OPT_DOMAIN, &given));
    TRY(call_list(call, OPT_DOMAIN, &arena, &ask.domains));
    TRY(call_list(call, OPT_KEEPER, &arena, &ask.keepers));
    return ask_and_show(call, VERB_CANARY_BEGIN, &ask, show_plan);
}

static void show_planted(const struct call *call, struct doc answer)
{
    (void)call;
    show_value(doc_text(doc_get(answer, "state")));
    show_words("\n");
}

RESULT command_canary_plant(struct call *call)
{
    struct canary_plant_ask ask = {.key = call_slice(call, OPT_FOR),
                                   .partner = call_slice(call, OPT_PARTNER)};
    return ask_and_show(call, VERB_CANARY_PLANT, &ask, show_planted);
}

static void show_canaries(const struct call *call, struct doc answer)
{
    (void)call;
    show_table(answer, (const struct table_column[]){{"id", COLUMN_WORDS},
                                                     {"for", COLUMN_WORDS},
                                                     {"ref", COLUMN_WORDS},
                                                     {"name", COLUMN_WORDS},
                                                     {"email", COLUMN_WORDS},
                                                     {"phone", COLUMN_WORDS},
                                                     {"given", COLUMN_TIME},
                                                     {0}});
}

RESULT command_canary_list(struct call *call)
{
    struct canary_list_ask ask = {0};
    return ask_and_show(call, VERB_CANARY_LIST, &ask, show_canaries);
}

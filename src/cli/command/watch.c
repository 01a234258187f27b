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

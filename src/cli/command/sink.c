#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"

#include <string.h>

enum { CA_BYTES_MAX = 65536 };

static void show_put(const struct call *call, struct doc answer)
{
    (void)call;
    if (doc_there(doc_get(answer, "approval"))) {
        show_words("This tells somebody less, or somebody else, so it waits: ");
        show_value(doc_text(doc_get(answer, "approval")));
        show_words(", %s\n", doc_is(doc_get(answer, "state"), "waiting")
                                 ? "for a second person to approve it"
                                 : "for 24 hours that everybody is told of");
        return;
    }
    show_value(doc_text(doc_get(answer, "id")));
    if (doc_there(doc_get(answer, "state"))) {
        show_words(": ");
        show_value(doc_text(doc_get(answer, "state")));
    }
    show_words("\n");
    if (!doc_there(doc_get(answer, "secret"))) return;
    show_words("signing secret, shown once: ");
    show_value(doc_text(doc_get(answer, "secret")));
    show_words("\n");
}

/* What a target is can be seen from it; the kind is said for a new sink only. */
static void target_take(struct slice target, struct sink_put_ask *ask)
{
    bool line = slice_starts(target, "tcp://") || slice_starts(target, "tls://");
    bool url = line || slice_starts(target, "https://") || slice_starts(target, "http://");
    bool mail = !url && target.len > 0 && memchr(target.at, '@', target.len) && target.at[0] != '/';
    if (url)
        ask->url = target;
    else if (mail)
        ask->address = target;
    else
        ask->file = target;
    if (ask->id.len == 0) ask->kind = slice_text(line ? "syslog" : url ? "webhook" : mail ? "mail" : "ocsf");
}

RESULT command_watch_sink_put(struct call *call)
{
    struct sink_put_ask ask = {.id = call_slice(call, OPT_SINK),
                               .severity = call_slice(call, OPT_SEVERITY),
                               .state = call_slice(call, OPT_STATE),
                               .lang = call_slice(call, OPT_LANG),
                               .offset = call_slice(call, OPT_OFFSET)};
    SCOPED(buf_done) struct buf ca = {0};
    if (call->arg_count == 0 && ask.id.len == 0)
        return FAIL(USAGE, "watch sink put: say where alerts go, or with --sink which one to change");
    if (call->arg_count > 0) target_take(slice_text(call->args[0]), &ask);
    if (call_has(call, OPT_CA)) TRY(input_read(call_text(call, OPT_CA), CA_BYTES_MAX, &ca));
    ask.ca = buf_slice(&ca);
    return ask_and_show(call, VERB_SINK_PUT, &ask, show_put);
}

static void show_sinks(const struct call *call, struct doc answer)
{
    (void)call;
    show_blocks(answer, (const struct table_column[]){{"id", COLUMN_WORDS},
                                                      {"kind", COLUMN_WORDS},
                                                      {"url", COLUMN_WORDS},
                                                      {"file", COLUMN_WORDS},
                                                      {"address", COLUMN_WORDS},
                                                      {"state", COLUMN_WORDS},
                                                      {"severity", COLUMN_WORDS},
                                                      {"waiting", COLUMN_WORDS},
                                                      {"told", COLUMN_WORDS},
                                                      {"folded", COLUMN_WORDS},
                                                      {"arrived", COLUMN_TIME},
                                                      {"failures", COLUMN_WORDS},
                                                      {"problem", COLUMN_WORDS},
                                                      {"next_try", COLUMN_TIME},
                                                      {"offset", COLUMN_WORDS},
                                                      {"lang", COLUMN_WORDS},
                                                      {0}});
}

RESULT command_watch_sink_list(struct call *call)
{
    struct sink_list_ask ask = {0};
    return ask_and_show(call, VERB_SINK_LIST, &ask, show_sinks);
}

RESULT command_watch_sink_drop(struct call *call)
{
    struct sink_drop_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_SINK_DROP, &ask, show_put);
}

RESULT command_watch_sink_test(struct call *call)
{
    struct sink_test_ask ask = {.id = slice_text(call->arg_count > 0 ? call->args[0] : NULL)};
    return ask_and_show(call, VERB_SINK_TEST, &ask, show_put);
}

static void show_weekly(const struct call *call, struct doc answer)
{
    (void)call;
    show_slice(
        doc_text(doc_get(answer, "text"))); /* sentences of our own and names of roles: several lines */
}

RESULT command_watch_weekly(struct call *call)
{
    struct weekly_ask ask = {0};
    return ask_and_show(call, VERB_WEEKLY, &ask, show_weekly);
}

#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"

static void show_service(const struct call *call, struct doc answer)
{
    (void)call;
    show_value(doc_text(doc_get(answer, "name")));
    show_words(": declared\n");
}

RESULT command_service_put(struct call *call)
{
    struct service_put_ask ask = {.name = slice_text(call->args[0]),
                                  .about = call_slice(call, OPT_ABOUT),
                                  .recipients = call_slice(call, OPT_RECIPIENTS),
                                  .basis = call_slice(call, OPT_BASIS),
                                  .retention = call_slice(call, OPT_RETENTION)};
    SCOPED(arena_done) struct arena arena = {0};
    struct slice given = {0};
    TRY(call_need(call, OPT_FIELDS, &given));
    TRY(call_need(call, OPT_PURPOSES, &given));
    TRY(call_list(call, OPT_FIELDS, &arena, &ask.fields));
    TRY(call_list(call, OPT_PURPOSES, &arena, &ask.purposes));
    TRY(call_list(call, OPT_KEY_ID, &arena, &ask.keys));
    call_values(call, OPT_ROUTE, &arena, &ask.routes);
    return ask_and_show(call, VERB_SERVICE_PUT, &ask, show_service);
}

static void show_services(const struct call *call, struct doc answer)
{
    (void)call;
    show_blocks(answer, (const struct table_column[]){{"name", COLUMN_WORDS},
                                                      {"state", COLUMN_WORDS},
                                                      {"fields", COLUMN_WORDS},
                                                      {"purposes", COLUMN_WORDS},
                                                      {"keys", COLUMN_WORDS},
                                                      {"drift_fields", COLUMN_WORDS},
                                                      {"drift_purposes", COLUMN_WORDS},
                                                      {"drift_since", COLUMN_TIME},
                                                      {0}});
}

RESULT command_service_list(struct call *call)
{
    struct service_list_ask ask = {0};
    return ask_and_show(call, VERB_SERVICE_LIST, &ask, show_services);
}

static void show_row(const char *title, struct doc value, const char *none)
{
    SCOPED(buf_done) struct buf words = {0};
    item_words_put(&words, value);
    show_words("- %s: ", title);
    if (words.len > 0)
        show_value(buf_slice(&words));
    else
        show_words("%s", none);
    show_words("\n");
}

/* Items of GDPR article 30(1), which UU 27/2022 article 31 and PIPA's policy items ask for as well. */
static void show_record(const struct call *call, struct doc answer)
{
    (void)call;
    SCOPED(buf_done) struct buf when = {0};
    struct docs items = docs_of(doc_get(answer, "items"));
    struct doc item = {0};
    time_words_put(&when, doc_get(answer, "at"));
    show_words("# Record of processing\n\nController: ");
    show_value(doc_text(doc_get(answer, "controller")));
    show_words("\nMade: %s\nConcerns: customers of the shop, and people linked to them (recipients)\n"
               "Security: fields encrypted under a key of each person, seen by role, purpose and budget; "
               "every look in "
               "a signed log\n",
               buf_c(&when));
    while (docs_next(&items, &item)) {
        show_words("\n## ");
        show_value(doc_text(doc_get(item, "name")));
        show_words("\n\n");
        show_row("what for", doc_get(item, "about"), "not said");
        show_row("purposes", doc_get(item, "purposes"), "none");
        show_row("data", doc_get(item, "fields"), "none");
        show_row("recipients and countries", doc_get(item, "recipients"), "none named");
        show_row("legal ground", doc_get(item, "basis"), "not said");
        show_row("kept for", doc_get(item, "retention"), "not said");
        show_row("seen against declared", doc_get(item, "state"), "");
    }
}

RESULT command_service_record(struct call *call)
{
    struct service_list_ask ask = {0};
    return ask_and_show(call, VERB_SERVICE_LIST, &ask, show_record);
}

#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"

static void show_put(const struct call *call, struct doc answer)
{
    (void)call;
    show_value(doc_text(doc_get(answer, "name")));
    show_words(": done\n");
}

RESULT command_role_put(struct call *call)
{
    struct role_put_ask ask = {.name = slice_text(call->args[0]),
                               .reason = call_has(call, OPT_ASK_REASON),
                               .grant = call_has(call, OPT_ASK_GRANT),
                               .pass = call_has(call, OPT_ASK_PASS),
                               .lesson = call_slice(call, OPT_LESSON),
                               .watch = call_slice(call, OPT_WATCH),
                               .watch_alone = call_has(call, OPT_WATCH_ALONE)};
    SCOPED(arena_done) struct arena arena = {0};
    struct slice given = {0};
    TRY(call_need(call, OPT_ACTS, &given));
    TRY(call_list(call, OPT_FIELDS, &arena, &ask.fields));
    TRY(call_list(call, OPT_PURPOSES, &arena, &ask.purposes));
    TRY(call_list(call, OPT_ACTS, &arena, &ask.acts));
    TRY(call_list(call, OPT_CLASS, &arena, &ask.classes));
    TRY(call_number(call, OPT_MINUTE, 1, UINT32_MAX, &ask.minute));
    TRY(call_number(call, OPT_HOUR, 1, UINT32_MAX, &ask.hour));
    TRY(call_number(call, OPT_DAILY, 1, UINT32_MAX, &ask.daily));
    TRY(call_number(call, OPT_MONTHLY, 1, UINT32_MAX, &ask.monthly));
    TRY(call_number(call, OPT_APPROVAL_ABOVE, 0, UINT32_MAX, &ask.approval_above));
    return ask_and_show(call, VERB_ROLE_PUT, &ask, show_put);
}

static void show_roles(const struct call *call, struct doc answer)
{
    (void)call;
    show_blocks(answer, (const struct table_column[]){{"name", COLUMN_WORDS},
                                                      {"minute", COLUMN_WORDS},
                                                      {"hour", COLUMN_WORDS},
                                                      {"daily", COLUMN_WORDS},
                                                      {"monthly", COLUMN_WORDS},
                                                      {"classes", COLUMN_WORDS},
                                                      {"reason", COLUMN_WORDS},
                                                      {"grant", COLUMN_WORDS},
                                                      {"pass", COLUMN_WORDS},
                                                      {"lesson", COLUMN_WORDS},
                                                      {"approval_above", COLUMN_WORDS},
                                                      {"watch", COLUMN_WORDS},
                                                      {"watch_alone", COLUMN_WORDS},
                                                      {"purposes", COLUMN_WORDS},
                                                      {"acts", COLUMN_WORDS},
                                                      {"fields", COLUMN_WORDS},
                                                      {0}});
}

RESULT command_role_list(struct call *call)
{
    struct role_list_ask ask = {0};
    return ask_and_show(call, VERB_ROLE_LIST, &ask, show_roles);
}

RESULT command_field_put(struct call *call)
{
    struct field_put_ask ask = {.name = slice_text(call->args[0]),
                                .kind = call_slice(call, OPT_KIND),
                                .mask = call_slice(call, OPT_MASK),
                                .group = call_slice(call, OPT_GROUP),
                                .index = call_slice(call, OPT_INDEX)};
    TRY(call_number(call, OPT_BYTES, 1, VALUE_BYTES_MAX, &ask.bytes));
    return ask_and_show(call, VERB_FIELD_PUT, &ask, show_put);
}

static void show_fields(const struct call *call, struct doc answer)
{
    (void)call;
    show_table(answer, (const struct table_column[]){{"name", COLUMN_WORDS},
                                                     {"group", COLUMN_WORDS},
                                                     {"normaliser", COLUMN_WORDS},
                                                     {"mask", COLUMN_WORDS},
                                                     {"index", COLUMN_WORDS},
                                                     {"bytes", COLUMN_WORDS},
                                                     {0}});
}

RESULT command_field_list(struct call *call)
{
    struct field_list_ask ask = {0};
    return ask_and_show(call, VERB_FIELD_LIST, &ask, show_fields);
}

static void show_member(const char *label, struct doc value, bool time)
{
    SCOPED(buf_done) struct buf words = {0};
    if (time) {
        time_words_put(&words, value);
    } else {
        item_words_put(&words, value);
    }
    if (words.len > 0) show_words("%-10s%s\n", label, buf_c(&words));
}

static void show_self(const struct call *call, struct doc answer)
{
    struct doc budget = doc_get(answer, "budget");
    struct slice window = doc_text(doc_get(budget, "window"));
    SCOPED(buf_done) struct buf used = {0}, limit = {0};
    (void)call;
    show_member("reader", doc_get(answer, "reader"), false);
    show_member("role", doc_get(answer, "role"), false);
    show_member("shop", doc_get(answer, "shop"), false);
    show_member("may", doc_get(answer, "acts"), false);
    show_member("fields", doc_get(answer, "fields"), false);
    show_member("purposes", doc_get(answer, "purposes"), false);
    show_member("until", doc_get(answer, "expires"), true);
    if (doc_number(doc_get(budget, "limit")) == 0) return;
    count_put(&used, doc_number(doc_get(budget, "used")));
    count_put(&limit, doc_number(doc_get(budget, "limit")));
    show_words("%-10s%s of %s people a %.*s used\n", "budget", buf_c(&used), buf_c(&limit), (int)window.len,
               (const char *)window.at);
}

RESULT command_self(struct call *call)
{
    struct self_ask ask = {0};
    return ask_and_show(call, VERB_SELF, &ask, show_self);
}

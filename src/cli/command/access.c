#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"

static void show_key(const struct call *call, struct doc answer)
{
    SCOPED(buf_done) struct buf ends = {0};
    (void)call;
    time_words_put(&ends, doc_get(answer, "expires"));
    show_words("Key ");
    show_value(doc_text(doc_get(answer, "id")));
    show_words(" with the role ");
    show_value(doc_text(doc_get(answer, "role")));
    show_words(", until %s. Shown this once; keep it where your other secrets are:\n  ", buf_c(&ends));
    show_slice(doc_text(doc_get(answer, "key")));
    show_words("\n");
}

RESULT command_key_issue(struct call *call)
{
    struct key_issue_ask ask = {.name = call_slice(call, OPT_NAME)};
    SCOPED(arena_done) struct arena arena = {0};
    TRY(call_need(call, OPT_ROLE, &ask.role));
    TRY(call_list(call, OPT_HOLDER, &arena, &ask.holders));
    TRY(call_number(call, OPT_DAYS, 1, 90, &ask.days));
    return ask_and_show(call, VERB_KEY_ISSUE, &ask, show_key);
}

static void show_revoked(const struct call *call, struct doc answer)
{
    (void)call;
    show_words("Ended the key ");
    show_value(doc_text(doc_get(answer, "id")));
    show_words(". No look by it has a higher index than this act.\n");
}

RESULT command_key_revoke(struct call *call)
{
    struct key_revoke_ask ask = {.id = slice_text(call->args[0])};
    TRY(confirm(call, "End this key now? Whatever uses it stops working."));
    return ask_and_show(call, VERB_KEY_REVOKE, &ask, show_revoked);
}

static void show_keys(const struct call *call, struct doc answer)
{
    (void)call;
    show_table(answer, (const struct table_column[]){{"id", COLUMN_WORDS},
                                                     {"name", COLUMN_WORDS},
                                                     {"role", COLUMN_WORDS},
                                                     {"holders", COLUMN_WORDS},
                                                     {"created", COLUMN_TIME},
                                                     {"expires", COLUMN_TIME},
                                                     {"ended", COLUMN_TIME},
                                                     {0}});
}

RESULT command_key_list(struct call *call)
{
    struct key_list_ask ask = {.limit = PAGE_MAX};
    return ask_pages(call, VERB_KEY_LIST, &ask, &ask.after, show_keys);
}

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
                               .lesson = call_slice(call, OPT_LESSON)};
    SCOPED(arena_done) struct arena arena = {0};
    struct slice given = {0};
    TRY(call_need(call, OPT_ACTS, &given));
    TRY(call_need(call, OPT_DAILY, &given));
    TRY(call_list(call, OPT_FIELDS, &arena, &ask.fields));
    TRY(call_list(call, OPT_PURPOSES, &arena, &ask.purposes));
    TRY(call_list(call, OPT_ACTS, &arena, &ask.acts));
    TRY(call_number(call, OPT_DAILY, 0, UINT32_MAX, &ask.daily));
    TRY(call_number(call, OPT_APPROVAL_ABOVE, 0, UINT32_MAX, &ask.approval_above));
    return ask_and_show(call, VERB_ROLE_PUT, &ask, show_put);
}

static void show_roles(const struct call *call, struct doc answer)
{
    (void)call;
    show_blocks(answer, (const struct table_column[]){{"name", COLUMN_WORDS},
                                                      {"daily", COLUMN_WORDS},
                                                      {"reason", COLUMN_WORDS},
                                                      {"grant", COLUMN_WORDS},
                                                      {"pass", COLUMN_WORDS},
                                                      {"lesson", COLUMN_WORDS},
                                                      {"approval_above", COLUMN_WORDS},
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
    show_words("%-10s%s of %s people a day used\n", "budget", buf_c(&used), buf_c(&limit));
}

RESULT command_self(struct call *call)
{
    struct self_ask ask = {0};
    return ask_and_show(call, VERB_SELF, &ask, show_self);
}

#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"

#include <string.h>

enum { IDS_BYTES_MAX = REVEAL_SUBJECTS_MAX * (ID_BYTES_MAX + 2) };

/* "Entry 12 of the ledger.": the receipt, as a remark. */
static void remark_receipt(const struct call *call, struct doc answer)
{
    struct doc receipt = doc_get(answer, "receipt");
    if (!doc_there(receipt)) return;
    show_remark(call, "Entry %llu of the ledger.", (unsigned long long)doc_number(doc_get(receipt, "index")));
}

static void show_subject(const struct call *call, struct doc answer)
{
    static const char *const plain[] = {"id", "status", "version", "lang", "country"};
    SCOPED(table_done) struct table table = {.columns = 2};
    (void)call;
    for (size_t i = 0; i < COUNT_OF(plain); i++) {
        if (!doc_there(doc_get(answer, plain[i]))) continue;
        table_cell(&table, slice_text(plain[i]));
        table_doc(&table, doc_get(answer, plain[i]), COLUMN_WORDS);
    }
    table_cell(&table, SLICE_TEXT("created"));
    table_doc(&table, doc_get(answer, "created"), COLUMN_TIME);
    table_cell(&table, SLICE_TEXT("fields held"));
    table_doc(&table, doc_get(answer, "fields"), COLUMN_WORDS);
    table_show(&table);
}

RESULT command_subject_show(struct call *call)
{
    struct subject_show_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_SUBJECT_SHOW, &ask, show_subject);
}

/* A value, or the items of a group, each of its members on a line. */
static void show_field(struct slice name, struct doc value)
{
    struct docs items = docs_of(value);
    struct doc item = {0}, member = {0};
    struct slice key = {0};
    if (!doc_there(value) || value.item.at[0] >> 5 != CBOR_ARRAY) {
        show_words("  %-16.*s", (int)name.len, (const char *)name.at);
        show_value(doc_text(value));
        show_words("\n");
        return;
    }
    for (size_t i = 1; docs_next(&items, &item); i++) {
        struct docs members = docs_of(item);
        show_words("  %.*s %zu\n", (int)name.len, (const char *)name.at, i);
        while (docs_pair(&members, &key, &member)) {
            show_words("    %-14.*s", (int)key.len, (const char *)key.at);
            show_value(doc_text(member));
            show_words("\n");
        }
    }
}

static void show_values(const struct call *call, struct doc answer)
{
    struct docs values = docs_of(doc_get(answer, "values"));
    struct doc one = {0}, field = {0};
    struct slice name = {0};
    while (docs_next(&values, &one)) {
        struct docs fields = docs_of(doc_get(one, "fields"));
        show_value(doc_text(doc_get(one, "id")));
        show_words("\n");
        if (doc_there(doc_get(one, "code"))) {
            show_words("  not shown: ");
            show_value(doc_text(doc_get(one, "code")));
            show_words("\n");
        }
        while (docs_pair(&fields, &name, &field)) show_field(name, field);
    }
    remark_receipt(call, answer);
}

/* One value as it is, a line each: of a group, every member of every item. */
static void show_raw(struct doc value)
{
    struct docs items = docs_of(value);
    struct doc item = {0}, member = {0};
    struct slice key = {0};
    if (doc_text(value).len > 0) {
        show_slice(doc_text(value));
        show_words("\n");
        return;
    }
    while (docs_next(&items, &item)) {
        struct docs members = docs_of(item);
        while (docs_pair(&members, &key, &member)) {
            show_slice(doc_text(member));
            show_words("\n");
        }
    }
}

static void show_raw_values(const struct call *call, struct doc answer)
{
    struct docs values = docs_of(doc_get(answer, "values"));
    struct doc one = {0};
    const char *name = call_text(call, OPT_FIELD);
    while (docs_next(&values, &one)) show_raw(doc_get(doc_get(one, "fields"), name));
    remark_receipt(call, answer);
}

/* The people named as arguments, or a line each on standard input. */
static RESULT take_ids(const struct call *call, struct arena *arena, struct texts *out)
{
    SCOPED(buf_done) struct buf lines = {0};
    struct slice *at = arena_take(arena, REVEAL_SUBJECTS_MAX * sizeof *at);
    size_t count = 0;
    if (call->arg_count == 1 && strcmp(call->args[0], "-") == 0) {
        TRY(input_read("-", IDS_BYTES_MAX, &lines));
        struct slice rest = arena_copy(arena, buf_slice(&lines));
        while (rest.len > 0) {
            const uint8_t *end = memchr(rest.at, '\n', rest.len);
            struct slice line = {rest.at, end ? (size_t)(end - rest.at) : rest.len};
            rest = slice_from(rest, line.len + 1);
            if (line.len == 0) continue;
            if (count == REVEAL_SUBJECTS_MAX)
                return FAIL(TOO_MANY, "ids: more than %d; split them", REVEAL_SUBJECTS_MAX);
            at[count++] = line;
        }
        if (count == 0) return FAIL(USAGE, "ids: standard input holds none; give one on each line");
    } else {
        for (; count < call->arg_count; count++) at[count] = slice_text(call->args[count]);
    }
    *out = (struct texts){at, count};
    return OK;
}

/* Some were not there: the exit status says so, and the failure does when it was all of them. */
static RESULT judge_values(struct call *call, struct doc answer)
{
    struct docs values = docs_of(doc_get(answer, "values"));
    struct doc one = {0}, code = {0};
    size_t count = values.left, missing = 0;
    while (docs_next(&values, &one)) {
        if (!doc_there(doc_get(one, "code"))) continue;
        code = doc_get(one, "code");
        missing++;
    }
    if (missing == 0) return OK;
    if (missing < count) {
        call->exit = EXIT_PARTLY;
        return OK;
    }
    SCOPED(buf_done) struct buf slug = {0};
    buf_slice_put(&slug, doc_text(code));
    call->printed = true;
    return result_carry(cause_by_slug(buf_c(&slug)) == CAUSE_SUBJECT_ERASED ? CAUSE_SUBJECT_ERASED
                                                                            : CAUSE_SUBJECT_UNKNOWN,
                        "subject reveal: none of them can be shown; see amanah subject show", 66);
}

RESULT command_subject_reveal(struct call *call)
{
    struct reveal_ask ask = {.reason = call_slice(call, OPT_REASON), .grant = call_slice(call, OPT_GRANT)};
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    struct slice given = {0};
    TRY(call_need(call, OPT_PURPOSE, &ask.purpose));
    if (!call_has(call, OPT_FIELD)) TRY(call_need(call, OPT_FIELDS, &given));
    TRY(call_list(call, call_has(call, OPT_FIELDS) ? OPT_FIELDS : OPT_FIELD, &arena, &ask.fields));
    TRY(take_ids(call, &arena, &ask.subjects));
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_REVEAL, &ask, &answer));
    struct doc values = answer_doc(&answer);
    if (answer.shown) return OK;
    if (call_has(call, OPT_JSON)) {
        TRY(show_json(values));
    } else if (call_has(call, OPT_FIELD)) {
        show_raw_values(call, values);
    } else {
        show_values(call, values);
    }
    return judge_values(call, values);
}

static void show_closed(const struct call *call, struct doc answer)
{
    show_words("Closed ");
    show_value(doc_text(doc_get(answer, "id")));
    show_words(".\n");
    remark_receipt(call, answer);
}

RESULT command_subject_close(struct call *call)
{
    struct subject_close_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_SUBJECT_CLOSE, &ask, show_closed);
}

static void show_erased(const struct call *call, struct doc answer)
{
    bool dry = call_has(call, OPT_DRY_RUN);
    if (doc_is(doc_get(answer, "status"), "waits")) {
        show_value(doc_text(doc_get(answer, "id")));
        show_words(" is not erased yet. ");
        show_value(doc_text(doc_get(answer, "why")));
        show_words(".\n");
        remark_receipt(call, answer);
        return;
    }
    show_words(dry ? "Would erase " : "Erased ");
    show_value(doc_text(doc_get(answer, "id")));
    show_words(dry ? ": nothing was changed.\n"
                   : ": the key is destroyed, so nobody can open the record again, nor say who it was in the "
                     "ledger.\n");
    remark_receipt(call, answer);
}

RESULT command_subject_erase(struct call *call)
{
    struct subject_erase_ask ask = {.id = slice_text(call->args[0]),
                                    .reason = call_slice(call, OPT_REASON),
                                    .dry_run = call_has(call, OPT_DRY_RUN)};
    if (!ask.dry_run && !call_shows(call)) {
        TRY(confirm(call, "Erase this person? Nothing brings the record back."));
    }
    return ask_and_show(call, VERB_SUBJECT_ERASE, &ask, show_erased);
}

static void show_ids(const struct call *call, struct doc answer)
{
    struct docs ids = docs_of(doc_get(answer, "ids"));
    struct doc id = {0};
    while (docs_next(&ids, &id)) {
        show_value(doc_text(id));
        show_words("\n");
    }
    remark_receipt(call, answer);
}

RESULT command_lookup(struct call *call)
{
    struct lookup_ask ask = {.field = slice_text(call->args[0]), .reason = call_slice(call, OPT_REASON)};
    SCOPED(buf_done) struct buf value = {0};
    TRY(call_need(call, OPT_PURPOSE, &ask.purpose));
    if (!call_shows(call)) TRY(input_line("Value to look for", &value));
    ask.value = buf_slice(&value);
    return ask_and_show(call, VERB_LOOKUP, &ask, show_ids);
}

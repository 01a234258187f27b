/* Requests of who acts for persons of an incident, the mandates in them, and the certificates that answer them. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/members.h"
#include "cli/pieces.h"
#include "cli/show.h"

#include <string.h>

enum { LIST_BYTES_MAX = 1024 * 1024, LINES_MAX = 500 };

static void show_named(const struct call *call, struct doc answer)
{
    struct docs each = docs_of(doc_get(answer, "refused"));
    struct doc one = {0};
    (void)call;
    show_words("%zu named", doc_count(doc_get(answer, "named")));
    show_words(", %zu refused\n", doc_count(doc_get(answer, "refused")));
    while (docs_next(&each, &one)) {
        show_words("  line %llu: ", (unsigned long long)doc_number(doc_get(one, "line")));
        show_value(doc_text(doc_get(one, "why")));
        show_words("\n");
    }
}

static void show_state(const struct call *call, struct doc answer)
{
    (void)call;
    show_state_of(answer, "id");
    show_words("\n");
}

static void show_requests(const struct call *call, struct doc answer)
{
    static const struct table_column columns[] = {{"id", COLUMN_WORDS, NULL},
                                                  {"state", COLUMN_WORDS, NULL},
                                                  {"counsel", COLUMN_WORDS, NULL},
                                                  {"incident", COLUMN_WORDS, NULL},
                                                  {"lines", COLUMN_WORDS, NULL},
                                                  {"named", COLUMN_WORDS, NULL},
                                                  {"seen", COLUMN_WORDS, NULL},
                                                  {"confirmed", COLUMN_WORDS, NULL},
                                                  {"certified", COLUMN_WORDS, NULL},
                                                  {"withdrawn", COLUMN_WORDS, NULL},
                                                  {0}};
    (void)call;
    show_blocks(answer, columns);
}

static void show_request(const struct call *call, struct doc answer)
{
    struct docs each = docs_of(doc_get(answer, "mandates"));
    struct doc one = {0};
    show_state(call, answer);
    show_words("  for ");
    show_value(doc_text(doc_get(answer, "counsel")));
    show_words(", who alone opens the file: ");
    show_value(doc_text(doc_get(answer, "recipient")));
    show_words("\n  %llu lines\n", (unsigned long long)doc_number(doc_get(answer, "lines")));
    while (docs_next(&each, &one)) {
        show_words("  ");
        show_state(call, one);
    }
}

static void show_own(const struct call *call, struct doc answer)
{
    static const struct table_column columns[] = {
        {"id", COLUMN_WORDS, NULL},        {"counsel", COLUMN_WORDS, NULL}, {"day", COLUMN_WORDS, NULL},
        {"reference", COLUMN_WORDS, NULL}, {"state", COLUMN_WORDS, NULL},   {0}};
    (void)call;
    show_table(answer, columns);
}

RESULT command_counsel_open(struct call *call)
{
    struct counsel_open_ask ask = {.incident = slice_text(call->args[0])};
    return ask_members(call, 1, VERB_COUNSEL_OPEN, &ask, show_state);
}

/* The lines of counsel's list; blank ones are none. */
RESULT command_counsel_name(struct call *call)
{
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(member_files_done) struct member_files files = {0};
    SCOPED(buf_done) struct buf list = {0};
    struct slice lines[LINES_MAX];
    struct counsel_name_ask ask = {.id = slice_text(call->args[0]), .lines = {lines, 0}};
    TRY(members_set(call, 2, VERB_COUNSEL_NAME, &arena, &files, &ask));
    TRY(input_read(call->args[1], LIST_BYTES_MAX, &list));
    for (struct slice rest = buf_slice(&list); rest.len > 0;) {
        const uint8_t *end = memchr(rest.at, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.at) : rest.len;
        struct slice line = slice_part(rest, 0, len);
        rest = slice_from(rest, end ? len + 1 : len);
        while (line.len > 0 && line.at[line.len - 1] <= ' ') line.len--;
        if (line.len == 0) continue;
        if (ask.lines.count == COUNT_OF(lines))
            return FAIL(TOO_MANY, "list: at most %d lines in one request", LINES_MAX);
        lines[ask.lines.count++] = line;
    }
    return ask_and_show(call, VERB_COUNSEL_NAME, &ask, show_named);
}

RESULT command_counsel_list(struct call *call)
{
    struct counsel_list_ask ask = {0};
    return ask_and_show(call, VERB_COUNSEL_LIST, &ask, show_requests);
}

RESULT command_counsel_show(struct call *call)
{
    struct counsel_show_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_COUNSEL_SHOW, &ask, show_request);
}

RESULT command_counsel_act(struct call *call)
{
    struct counsel_act_ask ask = {.id = slice_text(call->args[0]), .act = slice_text(call_act(call))};
    return ask_members(call, 1, VERB_COUNSEL_ACT, &ask, show_state);
}

/* Asked twice at least: certificates are made first, and proofs of them are of what is in the ledger by then. */
RESULT command_counsel_file(struct call *call)
{
    struct counsel_file_ask ask = {.id = slice_text(call->args[0])};
    struct slice taking = {0};
    uint64_t piece = 0;
    struct pieces pieces = {VERB_COUNSEL_FILE, &ask, &taking, &piece, 0, false};
    bool saved = false;
    TRY(pieces_save(call, &pieces, &saved));
    if (!saved) return OK;
    return pieces_saved_show(call, pieces.people, "Certificates of");
}

RESULT command_counsel_own(struct call *call)
{
    struct mandate_own_ask ask = {0};
    return ask_members(call, 0, VERB_MANDATE_OWN, &ask, show_own);
}

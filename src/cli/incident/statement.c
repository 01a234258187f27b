/* Public words about an incident: drafting, texts of one's own, what the lint says, publishing. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"

enum { LINE_NUMBER_MAX = UINT32_MAX / 2, TEXT_BYTES_MAX = 20000, HOURS_MAX = 720 };

static RESULT line_of(const struct call *call, uint64_t *out)
{
    if (number_get(slice_text(call->args[1]), LINE_NUMBER_MAX, out) && *out > 0) return OK;
    return FAIL(USAGE, "argument 2: the line of the statement, a number");
}

static RESULT hours_of(const struct call *call, uint64_t *out)
{
    if (!call_has(call, OPT_HOURS)) return OK;
    if (number_get(call_slice(call, OPT_HOURS), HOURS_MAX, out) && *out > 0) return OK;
    return FAIL(USAGE, "--hours: 1 to %d", HOURS_MAX);
}

static void findings_show(struct doc answer)
{
    struct docs findings = docs_of(doc_get(answer, "findings"));
    if (findings.left == 0) {
        show_words("the lint finds nothing\n");
        return;
    }
    show_rows(findings, (const struct table_column[]){{"lang", COLUMN_WORDS, NULL},
                                                      {"channel", COLUMN_WORDS, NULL},
                                                      {"line", COLUMN_WORDS, NULL},
                                                      {"rule", COLUMN_WORDS, NULL},
                                                      {"word", COLUMN_WORDS, NULL},
                                                      {"instead", COLUMN_WORDS, NULL},
                                                      {0}});
}

static void drafted_show(const struct call *call, struct doc answer)
{
    if (!call_has(call, OPT_DRY_RUN))
        show_words("statement: line %llu\n", (unsigned long long)doc_number(doc_get(answer, "line")));
    findings_show(answer);
}

RESULT command_statement_draft(struct call *call)
{
    struct statement_draft_ask ask = {.id = slice_text(call->args[0]),
                                      .kind = slice_text(call->args[1]),
                                      .dry_run = call_has(call, OPT_DRY_RUN)};
    TRY(hours_of(call, &ask.hours));
    return ask_and_show(call, VERB_STATEMENT_DRAFT, &ask, drafted_show);
}

RESULT command_statement_text(struct call *call)
{
    SCOPED(buf_done) struct buf text = {0};
    struct statement_draft_ask ask = {.id = slice_text(call->args[0]),
                                      .lang = call_slice(call, OPT_LANG),
                                      .channel = call_slice(call, OPT_CHANNEL),
                                      .dry_run = call_has(call, OPT_DRY_RUN)};
    TRY(line_of(call, &ask.amends));
    if (ask.lang.len == 0 || ask.channel.len == 0) return FAIL(USAGE, "--lang, --channel: which text is it?");
    TRY(input_read(call->args[2], TEXT_BYTES_MAX, &text));
    while (text.len > 0 && text.at[text.len - 1] == '\n') text.len--;
    ask.text = buf_slice(&text);
    return ask_and_show(call, VERB_STATEMENT_DRAFT, &ask, drafted_show);
}

static void list_show(const struct call *call, struct doc answer)
{
    (void)call;
    SCOPED(buf_done) struct buf due = {0};
    show_table(answer, (const struct table_column[]){{"line", COLUMN_WORDS, NULL},
                                                     {"name", COLUMN_WORDS, "kind"},
                                                     {"state", COLUMN_WORDS, NULL},
                                                     {"time", COLUMN_WORDS, "drafted"},
                                                     {"at", COLUMN_WORDS, "published"},
                                                     {"due", COLUMN_WORDS, "next due"},
                                                     {0}});
    time_words_put(&due, doc_get(answer, "word_due"));
    if (due.len > 0) show_words("the next public word is due at %s\n", buf_c(&due));
}

RESULT command_statement_list(struct call *call)
{
    struct statement_show_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_STATEMENT_SHOW, &ask, list_show);
}

/* Line by line: what a person wrote ends no line, and controls no terminal. */
static void lines_show(struct slice text)
{
    while (text.len > 0) {
        const uint8_t *end = memchr(text.at, '\n', text.len);
        size_t len = end ? (size_t)(end - text.at) : text.len;
        show_value(slice_part(text, 0, len));
        show_words("\n");
        text = slice_from(text, end ? len + 1 : len);
    }
}

static void texts_show(const struct call *call, struct doc answer)
{
    struct docs texts = docs_of(doc_get(answer, "texts"));
    struct doc one = {{0}};
    struct slice language = call_slice(call, OPT_LANG), channel = call_slice(call, OPT_CHANNEL);
    bool alone = language.len > 0 && channel.len > 0;
    while (docs_next(&texts, &one)) {
        struct slice lang = doc_text(doc_get(one, "lang")), name = doc_text(doc_get(one, "channel"));
        if (language.len > 0 && !slice_equal(lang, language)) continue;
        if (channel.len > 0 && !slice_equal(name, channel)) continue;
        if (!alone) {
            show_words("== ");
            show_value(lang);
            show_words(" ");
            show_value(name);
            show_words("\n");
        }
        lines_show(doc_text(doc_get(one, "text")));
        if (!alone) show_words("\n");
    }
    if (!alone) findings_show(answer);
}

RESULT command_statement_show(struct call *call)
{
    struct statement_show_ask ask = {.id = slice_text(call->args[0])};
    TRY(line_of(call, &ask.line));
    return ask_and_show(call, VERB_STATEMENT_SHOW, &ask, texts_show);
}

static void published_show(const struct call *call, struct doc answer)
{
    (void)call;
    SCOPED(buf_done) struct buf due = {0};
    time_words_put(&due, doc_get(answer, "word_due"));
    show_words("statement: published; the next public word is due at %s\n", buf_c(&due));
}

RESULT command_statement_publish(struct call *call)
{
    struct statement_publish_ask ask = {.id = slice_text(call->args[0]),
                                        .where = call_slice(call, OPT_WHERE)};
    TRY(line_of(call, &ask.line));
    TRY(hours_of(call, &ask.hours));
    if (ask.where.len == 0) return FAIL(USAGE, "--where: on which pages and accounts?");
    return ask_and_show(call, VERB_STATEMENT_PUBLISH, &ask, published_show);
}

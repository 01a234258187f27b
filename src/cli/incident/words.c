/* The lint of words on a file: what a text about a leak must not say, line by line; with an incident, by its facts. */
#include "answer/words/words.h"

#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/law/command.h"
#include "cli/law/jot.h"
#include "cli/show.h"

#include <stdlib.h>

static RESULT kind_of(const struct call *call, enum words_kind *out)
{
    struct slice name = call_slice(call, OPT_KIND);
    *out = WORDS_NOTICE;
    if (name.len == 0 || words_kind_by(name, out)) return OK;
    return FAIL(USAGE, "--kind: notice, statement, report, or other");
}

static RESULT wording_open(const struct call *call, struct wording **out)
{
    SCOPED(buf_done) struct buf folder = {0};
    const char *home = call_text(call, OPT_HOME);
    if (!home) home = getenv("AMANAH_HOME");
    if (!home || !home[0]) return wording_load(NULL, out);
    buf_print(&folder, "%s/locale", home);
    return wording_load(buf_c(&folder), out);
}

static void findings_jot(const struct words_findings *findings)
{
    SCOPED(jot_done) struct jot jot = {0};
    jot_open(&jot, NULL, '{');
    jot_open(&jot, "findings", '[');
    for (size_t i = 0; i < findings->count; i++) {
        const struct words_finding *one = &findings->at[i];
        SCOPED(buf_done) struct buf word = {0}, instead = {0};
        buf_slice_put(&word, one->word);
        buf_slice_put(&instead, one->instead);
        jot_open(&jot, NULL, '{');
        jot_number(&jot, "line", one->line);
        jot_text(&jot, "rule", words_rule_slug(one->rule));
        jot_text(&jot, "word", buf_c(&word));
        jot_text(&jot, "instead", buf_c(&instead));
        jot_close(&jot, '}');
    }
    jot_close(&jot, ']');
    jot_bool(&jot, "more", findings->more);
    jot_close(&jot, '}');
    jot_show(&jot);
}

static void findings_show(const struct words_findings *findings)
{
    SCOPED(table_done) struct table table = {.columns = 4};
    static const char *const heads[] = {"line", "rule", "word", "instead"};
    if (findings->count == 0) return;
    for (size_t i = 0; i < COUNT_OF(heads); i++) table_cell(&table, slice_text(heads[i]));
    for (size_t i = 0; i < findings->count; i++) {
        const struct words_finding *one = &findings->at[i];
        SCOPED(buf_done) struct buf line = {0};
        buf_decimal(&line, one->line);
        table_cell(&table, buf_slice(&line));
        table_cell(&table, slice_text(words_rule_slug(one->rule)));
        table_cell(&table, one->word);
        table_cell(&table, one->instead.len > 0 ? one->instead : slice_text(words_rule_about(one->rule)));
    }
    table_show(&table);
}

/* Against the facts of an incident: the vault knows them. */
static void show_told(const struct call *call, struct doc answer)
{
    SCOPED(table_done) struct table table = {.columns = 4};
    static const char *const heads[] = {"line", "rule", "word", "instead"};
    struct docs each = docs_of(doc_get(answer, "findings"));
    struct doc one = {0};
    (void)call;
    if (doc_count(doc_get(answer, "findings")) == 0) return;
    for (size_t i = 0; i < COUNT_OF(heads); i++) table_cell(&table, slice_text(heads[i]));
    while (docs_next(&each, &one)) {
        SCOPED(buf_done) struct buf line = {0};
        buf_decimal(&line, doc_number(doc_get(one, "line")));
        table_cell(&table, buf_slice(&line));
        for (size_t i = 1; i < COUNT_OF(heads); i++) table_cell(&table, doc_text(doc_get(one, heads[i])));
    }
    table_show(&table);
}

static RESULT told_check(struct call *call, const struct words_text *text)
{
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    const struct words_check_ask ask = {.id = call_slice(call, OPT_INCIDENT),
                                        .lang = text->language,
                                        .kind = call_slice(call, OPT_KIND),
                                        .text = text->body,
                                        .part = call_has(call, OPT_PART),
                                        .possible = text->possible};
    if (call_has(call, OPT_OUTPUT_CURL) || call_has(call, OPT_OUTPUT_ROLE))
        return ask_and_show(call, VERB_WORDS_CHECK, &ask, show_told);
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_WORDS_CHECK, &ask, &answer));
    struct doc told = doc_of(buf_slice(&answer.body));
    if (call_has(call, OPT_JSON))
        TRY(show_json(told));
    else
        show_told(call, told);
    if (doc_count(doc_get(told, "findings")) > 0) call->exit = code_row(CODE_CONFLICT)->exit;
    return OK;
}

static RESULT own_check(struct call *call, const struct words_text *text)
{
    SCOPED(wording_free) struct wording *wording = NULL;
    SCOPED(arena_done) struct arena arena = {0};
    struct words_findings *findings = arena_take(&arena, sizeof *findings);
    TRY(wording_open(call, &wording));
    TRY(words_lint(wording, text, NULL, findings));
    if (call_has(call, OPT_JSON))
        findings_jot(findings);
    else
        findings_show(findings);
    if (findings->count > 0) call->exit = code_row(CODE_CONFLICT)->exit;
    return OK;
}

RESULT command_words_check(struct call *call)
{
    SCOPED(buf_done) struct buf body = {0};
    struct words_text text = {.possible = call_has(call, OPT_POSSIBLE)};
    TRY(law_language(call, &text.language));
    TRY(kind_of(call, &text.kind));
    TRY(input_read(call->args[0], WORDS_TEXT_BYTES_MAX, &body));
    text.body = buf_slice(&body);
    return call_has(call, OPT_INCIDENT) ? told_check(call, &text) : own_check(call, &text);
}

/* The lint of words on a file: what a text about a leak must not say, line by line. No keeper is asked. */
#include "answer/words/words.h"

#include "cli/commands.h"
#include "cli/input.h"
#include "cli/law/command.h"
#include "cli/law/jot.h"
#include "cli/show.h"

#include <stdlib.h>

static const char *const kinds[] = {[WORDS_NOTICE] = "notice",
                                    [WORDS_STATEMENT] = "statement",
                                    [WORDS_REPORT] = "report",
                                    [WORDS_OTHER] = "other"};

static RESULT kind_of(const struct call *call, enum words_kind *out)
{
    struct slice name = call_slice(call, OPT_KIND);
    *out = WORDS_NOTICE;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (slice_is(name, kinds[i])) {
            *out = (enum words_kind)i;
            return OK;
        }
    }
    return name.len == 0 ? OK : FAIL(USAGE, "--kind: notice, statement, report, or other");
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

RESULT command_words_check(struct call *call)
{
    SCOPED(wording_free) struct wording *wording = NULL;
    SCOPED(buf_done) struct buf body = {0};
    struct words_text text = {0};
    struct words_findings *findings = calloc(1, sizeof *findings);
    if (!findings) return FAIL(UNAVAILABLE, "words: no memory");
    struct result result = law_language(call, &text.language);
    if (result.code == CODE_OK) result = kind_of(call, &text.kind);
    if (result.code == CODE_OK) result = wording_open(call, &wording);
    if (result.code == CODE_OK) result = input_read(call->args[0], WORDS_TEXT_BYTES_MAX, &body);
    text.body = buf_slice(&body);
    if (result.code == CODE_OK) result = words_lint(wording, &text, NULL, findings);
    if (result.code == CODE_OK) {
        if (call_has(call, OPT_JSON))
            findings_jot(findings);
        else
            findings_show(findings);
        if (findings->count > 0) call->exit = code_row(CODE_CONFLICT)->exit;
    }
    free(findings);
    return result;
}

/* The rules themselves: a list, one as a page, and a check of a file that a shop wrote. No home and no keeper. */
#include "cli/law/command.h"

#include "cli/commands.h"
#include "cli/input.h"
#include "cli/law/regime.h"
#include "cli/show.h"

#include <stdlib.h>
#include <string.h>

RESULT law_open(const struct call *call, struct law **out)
{
    SCOPED(buf_done) struct buf folder = {0};
    const char *home = call_text(call, OPT_HOME);
    if (!home) home = getenv("AMANAH_HOME");
    if (!home || !home[0]) return law_load(NULL, out);
    buf_print(&folder, "%s/law", home);
    return law_load(buf_c(&folder), out);
}

RESULT law_open_anyway(const struct call *call, struct law **out)
{
    struct result opened = law_open(call, out);
    if (opened.cause != CAUSE_CONFIG) return opened;
    show_remark(call,
                "The home's own rules were left aside: `amanah law check` says what is wrong with them.");
    return law_load(NULL, out);
}

RESULT law_language(const struct call *call, struct slice *out)
{
    static const char *const languages[] = {"en", "id", "ko"};
    struct slice given = call_slice(call, OPT_LANG);
    *out = SLICE_TEXT("en");
    if (given.len == 0) return OK;
    for (size_t i = 0; i < COUNT_OF(languages); i++) {
        if (slice_is(given, languages[i])) {
            *out = given;
            return OK;
        }
    }
    return FAIL(USAGE, "--lang: none of en, id, ko");
}

/* When it is in force, short: "2026-09-11 –". */
static void force_put(struct buf *out, const struct law_regime *regime)
{
    buf_print(out, "%s - %s", regime->from ? regime->from : "?", regime->to ? regime->to : "");
}

static void list_show(const struct law *law, const struct sheet *sheet)
{
    SCOPED(table_done) struct table table = {.columns = 5};
    static const char *const heads[] = {"regime", "country", "in force", "sure", "title"};
    for (size_t i = 0; i < COUNT_OF(heads); i++) table_cell(&table, slice_text(heads[i]));
    for (size_t i = 0; law_at(law, i); i++) {
        const struct law_regime *regime = law_at(law, i);
        SCOPED(buf_done) struct buf force = {0}, sure = {0};
        force_put(&force, regime);
        word_of(sheet, &sure, "sure", law_sure_name(regime->sure));
        table_cell(&table, slice_text(regime->id));
        table_cell(&table, slice_text(regime->country));
        table_cell(&table, buf_slice(&force));
        table_cell(&table, buf_slice(&sure));
        table_cell(&table, slice_text(form_text(&regime->title, sheet->language)));
    }
    table_show(&table);
}

static void list_jot(const struct law *law)
{
    SCOPED(jot_done) struct jot jot = {0};
    jot_open(&jot, NULL, '{');
    jot_open(&jot, "items", '[');
    for (size_t i = 0; law_at(law, i); i++) {
        const struct law_regime *regime = law_at(law, i);
        jot_open(&jot, NULL, '{');
        jot_text(&jot, "id", regime->id);
        jot_text(&jot, "title", regime->title.en);
        jot_text(&jot, "law", regime->law);
        jot_text(&jot, "country", regime->country);
        jot_text(&jot, "from", regime->from);
        jot_text(&jot, "to", regime->to);
        jot_text(&jot, "sure", law_sure_name(regime->sure));
        jot_number(&jot, "duties", regime->duties_count);
        jot_number(&jot, "switches", regime->switches_count);
        jot_bool(&jot, "own", law_is_own(law, regime));
        jot_close(&jot, '}');
    }
    jot_close(&jot, ']');
    jot_close(&jot, '}');
    jot_show(&jot);
}

RESULT command_law_list(struct call *call)
{
    SCOPED(law_free) struct law *law = NULL;
    struct sheet sheet = {0};
    TRY(law_language(call, &sheet.language));
    TRY(law_open(call, &law));
    if (call_has(call, OPT_JSON)) {
        list_jot(law);
        return OK;
    }
    list_show(law, &sheet);
    show_remark(
        call, "Data with its sources, not legal advice. amanah law show REGIME says how sure each line is.");
    return OK;
}

RESULT command_law_show(struct call *call)
{
    SCOPED(law_free) struct law *law = NULL;
    SCOPED(sheet_done) struct sheet sheet = {0};
    SCOPED(jot_done) struct jot jot = {0};
    TRY(law_language(call, &sheet.language));
    TRY(law_open(call, &law));
    const struct law_regime *regime = law_regime(law, call->args[0]);
    if (!regime) return FAIL(NOT_FOUND, "law: no such regime; amanah law list names them");
    if (call_has(call, OPT_JSON)) {
        regime_jot(&jot, law, regime);
        jot_show(&jot);
        return OK;
    }
    regime_sheet(&sheet, law, regime);
    sheet_show(&sheet);
    return OK;
}

RESULT command_law_check(struct call *call)
{
    SCOPED(law_free) struct law *law = NULL;
    SCOPED(buf_done) struct buf text = {0};
    SCOPED(jot_done) struct jot jot = {0};
    size_t count = 0, own = 0;
    TRY(law_open(call, &law));
    for (; law_at(law, count); count++) own += law_is_own(law, law_at(law, count));
    if (call->arg_count > 0) {
        const char *slash = strrchr(call->args[0], '/');
        TRY(input_read(call->args[0], FORM_FILE_BYTES_MAX, &text));
        TRY(law_check(law, slash ? slash + 1 : call->args[0], buf_slice(&text)));
    }
    if (call_has(call, OPT_JSON)) {
        jot_open(&jot, NULL, '{');
        jot_bool(&jot, "fine", true);
        jot_number(&jot, "regimes", count);
        jot_number(&jot, "own", own);
        jot_close(&jot, '}');
        jot_show(&jot);
    } else if (call->arg_count > 0) {
        show_words("Fine: it reads as a rule file.\n");
    } else {
        show_words("Fine: %zu regimes, %zu of them this home's own.\n", count, own);
    }
    return OK;
}

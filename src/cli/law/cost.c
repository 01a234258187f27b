/* What a leak can cost at most by the rules that apply, today or when it was known. */
#include "answer/law/cost.h"

#include "answer/law/applies.h"
#include "cli/commands.h"
#include "cli/law/case.h"
#include "cli/law/command.h"
#include "cli/law/jot.h"
#include "cli/law/regime.h"
#include "cli/show.h"

#include <string.h>

static RESULT turnover_read(const struct call *call, struct arena *arena, struct law_turnover *out)
{
    const char *currency = NULL, *number = NULL;
    if (!call_has(call, OPT_TURNOVER)) return OK;
    bool fine = pair_split(arena, call_slice(call, OPT_TURNOVER), '=', &currency, &number) &&
                strlen(currency) == 3 && strspn(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3 &&
                number_get(slice_text(number), LAW_TURNOVER_MAX, &out->amount);
    if (!fine) return FAIL(USAGE, "--turnover: not one like KRW=41000000000000");
    out->currency = currency;
    return OK;
}

static void cost_put(const struct sheet *sheet, struct buf *out, const struct law_cost *cost)
{
    SCOPED(buf_done) struct buf one = {0}, other = {0};
    if (cost->currency) money_put(&one, cost->amount, cost->currency);
    if (cost->other_currency) money_put(&other, cost->other_amount, cost->other_currency);
    const struct mail_value values[] = {{"amount", buf_slice(&one)}, {"other", buf_slice(&other)}};
    static const char *const keys[] = {[LAW_COST_TEXT] = "law.cost.text",
                                       [LAW_COST_AMOUNT] = "law.max.amount",
                                       [LAW_COST_EITHER] = "law.cost.either",
                                       [LAW_COST_TURNOVER] = "law.cost.turnover",
                                       [LAW_COST_PEOPLE] = "law.cost.people"};
    words_put(sheet->language, keys[cost->kind], values, COUNT_OF(values), out);
}

static RESULT regime_cost(struct sheet *sheet, struct jot *jot, const struct law_applied *applied,
                          const struct law_turnover *turnover)
{
    const struct law_regime *regime = applied->regime;
    SCOPED(buf_done) struct buf text = {0}, label = {0};
    buf_print(&text, "%s: %s", regime->id, form_text(&regime->title, sheet->language));
    if (applied->answer == LAW_MAYBE) {
        buf_text(&text, " (");
        word_put(sheet, &text, "law.cost.perhaps");
        buf_text(&text, ")");
    }
    buf_byte(&sheet->out, '\n');
    sheet_line(sheet, 0, NULL, buf_slice(&text));
    for (uint32_t i = 0; i < regime->fines_count; i++) {
        const struct law_fine *fine = &regime->fines[i];
        struct law_cost cost = {0};
        TRY(law_cost(fine, turnover, applied->people, &cost));
        buf_clear(&text);
        buf_clear(&label);
        cost_put(sheet, &text, &cost);
        buf_text(&text, ". ");
        if (fine->aggravated) {
            word_put(sheet, &text, "law.cost.aggravated");
            buf_byte(&text, ' ');
        }
        buf_print(&text, "%s ", fine->text);
        sure_put(sheet, &text, fine->sure, fine->source, &fine->refs);
        word_of(sheet, &label, "fine", law_fine_kind_name(fine->kind));
        sheet_line(sheet, 1, buf_c(&label), buf_slice(&text));
        jot_open(jot, NULL, '{');
        jot_text(jot, "regime", regime->id);
        jot_text(jot, "applies", applied->answer == LAW_YES ? "yes" : "maybe");
        jot_text(jot, "fine", fine->id);
        jot_text(jot, "kind", law_fine_kind_name(fine->kind));
        jot_bool(jot, "aggravated", fine->aggravated);
        jot_bool(jot, "known", cost.kind == LAW_COST_AMOUNT || cost.kind == LAW_COST_EITHER);
        if (cost.currency) jot_number(jot, "amount", cost.amount);
        jot_text(jot, "currency", cost.currency);
        if (cost.other_currency) jot_number(jot, "other_amount", cost.other_amount);
        jot_text(jot, "other_currency", cost.other_currency);
        if (cost.kind == LAW_COST_TURNOVER) jot_text(jot, "needs", "turnover");
        if (cost.kind == LAW_COST_PEOPLE) jot_text(jot, "needs", "people");
        jot_text(jot, "sure", law_sure_name(fine->sure));
        jot_close(jot, '}');
    }
    return OK;
}

static void assumptions_sheet(struct sheet *sheet)
{
    static const char *const keys[] = {"law.cost.maxima", "law.cost.one_turnover", "law.cost.no_sum",
                                       "law.advice"};
    SCOPED(buf_done) struct buf text = {0};
    buf_byte(&sheet->out, '\n');
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        buf_clear(&text);
        word_put(sheet, &text, keys[i]);
        sheet_line(sheet, 0, NULL, buf_slice(&text));
    }
}

RESULT command_law_cost(struct call *call)
{
    SCOPED(law_free) struct law *law = NULL;
    SCOPED(case_done) struct case_read read = {0};
    SCOPED(sheet_done) struct sheet sheet = {0};
    SCOPED(jot_done) struct jot jot = {0};
    struct law_turnover turnover = {0};
    TRY(law_language(call, &sheet.language));
    TRY(law_open(call, &law));
    TRY(case_read(call, &read));
    TRY(turnover_read(call, &read.arena, &turnover));
    const struct law_instant today = {LAW_FROM_AWARE, read.facts.now_us, NULL, NULL};
    if (read.facts.instant_count == 0) { /* before any leak: as if it were known now */
        read.facts.instants = &today;
        read.facts.instant_count = 1;
    }
    TRY(law_case_check(law, &read.facts));
    jot_open(&jot, NULL, '{');
    jot_open(&jot, "items", '[');
    for (size_t i = 0; law_at(law, i); i++) {
        struct law_applied applied;
        law_applies(law, law_at(law, i), &read.facts, &applied);
        if (applied.answer == LAW_NO || applied.regime->fines_count == 0) continue;
        TRY(regime_cost(&sheet, &jot, &applied, &turnover));
    }
    jot_close(&jot, ']');
    jot_close(&jot, '}');
    if (call_has(call, OPT_JSON)) {
        jot_show(&jot);
        return OK;
    }
    assumptions_sheet(&sheet);
    sheet_show(&sheet);
    return OK;
}

/* How severe a leak is, by ENISA's formula: from answers on the command line, with each factor and the flips. */
#include "answer/law/severity.h"

#include "cli/commands.h"
#include "cli/law/case.h"
#include "cli/law/command.h"
#include "cli/law/jot.h"
#include "cli/law/sheet.h"
#include "cli/show.h"

#include <stdio.h>
#include <string.h>

static RESULT bad(const char *why)
{
    return FAIL(USAGE, "--answer: %s", why);
}

static RESULT answers_read(const struct call *call, struct case_read *read, struct enisa *out)
{
    struct texts given = {0};
    bool seen[ENISA_FACTORS] = {false};
    TRY(case_read(call, read));
    call_values(call, OPT_ANSWER, &read->arena, &given);
    for (size_t i = 0; i < given.count; i++) {
        const char *name = NULL, *value = NULL;
        if (!pair_split(&read->arena, given.at[i], '=', &name, &value)) return bad("not FACTOR=ANSWER");
        TRY(enisa_answer(out, seen, slice_text(name), slice_text(value)));
    }
    if (out->count == 0) return bad("say which classes of data leaked, such as behavioural=leaked");
    for (unsigned i = ENISA_IDENTIFICATION; i < ENISA_FACTORS; i++) {
        if (!seen[i])
            return FAIL(USAGE, "--answer: %s is missing; no answer is taken for granted",
                        enisa_factor_name(i));
    }
    for (size_t i = 0; i < read->facts.people_count; i++) out->people += read->facts.people[i].count;
    out->unintelligible = law_case_fact(&read->facts, LAW_FACT_UNINTELLIGIBLE) == LAW_YES;
    return OK;
}

static void hundredths_put(struct buf *out, unsigned number)
{
    buf_print(out, "%u.%02u", number / 100, number % 100);
}

static void answer_put(const struct sheet *sheet, struct buf *out, unsigned factor, unsigned answer)
{
    SCOPED(buf_done) struct buf number = {0};
    buf_decimal(&number, answer);
    if (factor >= ENISA_IDENTIFICATION)
        word_of(sheet, out, "answer", enisa_answer_name(factor, answer));
    else if (answer == 0)
        word_put(sheet, out, "law.answer.none");
    else
        word_with(sheet, out, "law.answer.score", "n", buf_c(&number));
}

static void band_put(const struct sheet *sheet, struct buf *out, enum enisa_band band)
{
    static const char *const names[] = {"low", "medium", "high", "very_high"};
    word_of(sheet, out, "band", names[band]);
}

/* "DPC 2 = behavioural data", "EI 1.00 = maximum", "CB 1.00 = unknown recipients 0.50, intended 0.50". */
static void factors_sheet(struct sheet *sheet, const struct enisa *severity,
                          const struct enisa_result *result)
{
    SCOPED(buf_done) struct buf text = {0};
    const unsigned single[] = {severity->confidentiality, severity->integrity, severity->availability,
                               severity->malice};
    buf_print(&text, "%u: ", result->dpc);
    word_put(sheet, &text, "law.severity.dpc");
    buf_text(&text, "; ");
    word_of(sheet, &text, "factor", enisa_factor_name(result->decided_by - 1));
    for (size_t i = 0; i < severity->count; i++) {
        if (severity->data[i].class_of != result->decided_by) continue;
        if (severity->data[i].up) buf_print(&text, " +%u", severity->data[i].up);
        if (severity->data[i].down) buf_print(&text, " -%u", severity->data[i].down);
    }
    sheet_line(sheet, 1, "DPC", buf_slice(&text));
    buf_clear(&text);
    hundredths_put(&text, result->ei);
    buf_text(&text, ": ");
    word_put(sheet, &text, "law.severity.ei");
    buf_text(&text, "; ");
    answer_put(sheet, &text, ENISA_IDENTIFICATION, severity->identification);
    sheet_line(sheet, 1, "EI", buf_slice(&text));
    buf_clear(&text);
    hundredths_put(&text, result->cb);
    buf_text(&text, ": ");
    word_put(sheet, &text, "law.severity.cb");
    for (unsigned i = 0; i < COUNT_OF(single); i++) {
        buf_text(&text, "; ");
        answer_put(sheet, &text, ENISA_CONFIDENTIALITY + i, single[i]);
        buf_byte(&text, ' ');
        hundredths_put(&text, result->parts[i]);
    }
    sheet_line(sheet, 1, "CB", buf_slice(&text));
}

static void flips_sheet(struct sheet *sheet, const struct enisa_result *result)
{
    SCOPED(buf_done) struct buf text = {0};
    sheet_head(sheet, "law.severity.head.flips");
    for (size_t i = 0; i < result->flip_count; i++) {
        const struct enisa_flip *flip = &result->flips[i];
        buf_clear(&text);
        word_of(sheet, &text, "factor", enisa_factor_name(flip->factor));
        buf_text(&text, ": ");
        answer_put(sheet, &text, flip->factor, flip->from);
        buf_text(&text, " -> ");
        answer_put(sheet, &text, flip->factor, flip->to);
        buf_text(&text, ": ");
        hundredths_put(&text, flip->score);
        buf_byte(&text, ' ');
        band_put(sheet, &text, flip->band);
        sheet_line(sheet, 1, NULL, buf_slice(&text));
    }
    if (result->flip_count > 0) return;
    word_put(sheet, &text, "law.severity.no_flips");
    sheet_line(sheet, 1, NULL, buf_slice(&text));
}

static void severity_sheet(struct sheet *sheet, const struct enisa *severity,
                           const struct enisa_result *result)
{
    SCOPED(buf_done) struct buf score = {0}, band = {0}, text = {0};
    hundredths_put(&score, result->score);
    band_put(sheet, &band, result->band);
    const struct mail_value values[] = {{"score", buf_slice(&score)}, {"band", buf_slice(&band)}};
    words_put(sheet->language, "law.severity.result", values, 2, &text);
    buf_text(&text, " (SE = DPC x EI + CB)");
    sheet_line(sheet, 0, NULL, buf_slice(&text));
    factors_sheet(sheet, severity, result);
    buf_clear(&text);
    buf_clear(&score);
    count_put(&score, severity->people);
    if (severity->people > 0)
        word_with(sheet, &text, "law.severity.size", "n", buf_c(&score));
    else
        word_put(sheet, &text, "law.severity.size_unknown");
    sheet_line(sheet, 1, NULL, buf_slice(&text));
    buf_clear(&text);
    if (severity->unintelligible) {
        word_put(sheet, &text, "law.severity.unintelligible");
        sheet_line(sheet, 1, NULL, buf_slice(&text));
    }
    flips_sheet(sheet, result);
}

static void severity_jot(struct jot *jot, const struct enisa *severity, const struct enisa_result *result)
{
    jot_open(jot, NULL, '{');
    jot_number(jot, "score_hundredths", result->score);
    jot_text(jot, "band", enisa_band_name(result->band));
    jot_number(jot, "dpc", result->dpc);
    jot_text(jot, "decided_by", enisa_factor_name(result->decided_by - 1));
    jot_number(jot, "ei_hundredths", result->ei);
    jot_number(jot, "cb_hundredths", result->cb);
    jot_number(jot, "people", severity->people);
    jot_bool(jot, "more_than_100_people", result->many);
    jot_bool(jot, "unintelligible", severity->unintelligible);
    jot_open(jot, "flips", '[');
    for (size_t i = 0; i < result->flip_count; i++) {
        const struct enisa_flip *flip = &result->flips[i];
        jot_open(jot, NULL, '{');
        jot_text(jot, "factor", enisa_factor_name(flip->factor));
        if (flip->factor >= ENISA_IDENTIFICATION) {
            jot_text(jot, "from", enisa_answer_name(flip->factor, flip->from));
            jot_text(jot, "to", enisa_answer_name(flip->factor, flip->to));
        } else {
            jot_number(jot, "from_score", flip->from);
            jot_number(jot, "to_score", flip->to);
        }
        jot_number(jot, "score_hundredths", flip->score);
        jot_text(jot, "band", enisa_band_name(flip->band));
        jot_close(jot, '}');
    }
    jot_close(jot, ']');
    jot_close(jot, '}');
}

RESULT command_law_severity(struct call *call)
{
    SCOPED(case_done) struct case_read read = {0};
    SCOPED(sheet_done) struct sheet sheet = {0};
    SCOPED(jot_done) struct jot jot = {0};
    struct enisa severity = {0};
    struct enisa_result result = {0};
    TRY(law_language(call, &sheet.language));
    TRY(answers_read(call, &read, &severity));
    TRY(enisa_score(&severity, &result));
    if (call_has(call, OPT_JSON)) {
        severity_jot(&jot, &severity, &result);
        jot_show(&jot);
        return OK;
    }
    severity_sheet(&sheet, &severity, &result);
    sheet_show(&sheet);
    return OK;
}

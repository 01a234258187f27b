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

/* Each factor's name and the names of its answers; a class of data is answered by how its context moves it: "+1". */
static const struct {
    const char *name, *answers[5];
} factors[SEVERITY_FACTORS] = {
    {"simple", {NULL}},
    {"behavioural", {NULL}},
    {"financial", {NULL}},
    {"sensitive", {NULL}},
    {"identification", {"negligible", "limited", "significant", "maximum"}},
    {"confidentiality", {"no_evidence", "known", "unknown"}},
    {"integrity", {"unused", "recoverable", "irrecoverable"}},
    {"availability", {"recovered", "temporary", "lost"}},
    {"malice", {"accident", "intended"}},
};

static RESULT bad(const char *why)
{
    return FAIL(USAGE, "--answer: %s", why);
}

/* "leaked", "+2", "-1" or "+1-2": how far context raises and lowers a class of data. */
static bool context_get(const char *text, struct severity_data *data)
{
    if (strcmp(text, "leaked") == 0) return true;
    for (const char *at = text; *at; at += 2) {
        bool fine = (at[0] == '+' || at[0] == '-') && at[1] >= '1' && at[1] <= '0' + SEVERITY_ADJUST_MAX;
        unsigned *which = at[0] == '+' ? &data->up : &data->down;
        if (!fine || *which != 0) return false;
        *which = (unsigned)(at[1] - '0');
    }
    return *text != '\0';
}

static RESULT answer_take(struct severity *severity, bool given[SEVERITY_FACTORS], const char *name,
                          const char *value)
{
    unsigned *const single[] = {&severity->identification, &severity->confidentiality, &severity->integrity,
                                &severity->availability, &severity->malice};
    unsigned factor = 0;
    while (factor < SEVERITY_FACTORS && strcmp(factors[factor].name, name) != 0) factor++;
    if (factor == SEVERITY_FACTORS) return bad("no such factor; docs/law.md lists them");
    if (given[factor]) return bad("a factor twice");
    given[factor] = true;
    if (factor < SEVERITY_IDENTIFICATION) {
        struct severity_data *data = &severity->data[severity->count++];
        data->class_of = (enum severity_class)(factor + 1);
        return context_get(value, data) ? OK
                                        : bad("of data: leaked, or how context moves it: +1 to +3, -1 to -3");
    }
    for (unsigned i = 0; i < 5 && factors[factor].answers[i]; i++) {
        if (strcmp(factors[factor].answers[i], value) != 0) continue;
        *single[factor - SEVERITY_IDENTIFICATION] = i;
        return OK;
    }
    return bad("no such answer of this factor; docs/law.md lists them");
}

static RESULT answers_read(const struct call *call, struct case_read *read, struct severity *out)
{
    struct texts given = {0};
    bool seen[SEVERITY_FACTORS] = {false};
    TRY(case_read(call, read));
    call_values(call, OPT_ANSWER, &read->arena, &given);
    for (size_t i = 0; i < given.count; i++) {
        const char *name = NULL, *value = NULL;
        if (!pair_split(&read->arena, given.at[i], '=', &name, &value)) return bad("not FACTOR=ANSWER");
        TRY(answer_take(out, seen, name, value));
    }
    if (out->count == 0) return bad("say which classes of data leaked, such as behavioural=leaked");
    for (unsigned i = SEVERITY_IDENTIFICATION; i < SEVERITY_FACTORS; i++) {
        if (!seen[i])
            return FAIL(USAGE, "--answer: %s is missing; no answer is taken for granted", factors[i].name);
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
    if (factor >= SEVERITY_IDENTIFICATION)
        word_of(sheet, out, "answer", factors[factor].answers[answer]);
    else if (answer == 0)
        word_put(sheet, out, "law.answer.none");
    else
        word_with(sheet, out, "law.answer.score", "n", buf_c(&number));
}

static void band_put(const struct sheet *sheet, struct buf *out, enum severity_band band)
{
    static const char *const names[] = {"low", "medium", "high", "very_high"};
    word_of(sheet, out, "band", names[band]);
}

/* "DPC 2 = behavioural data", "EI 1.00 = maximum", "CB 1.00 = unknown recipients 0.50, intended 0.50". */
static void factors_sheet(struct sheet *sheet, const struct severity *severity,
                          const struct severity_result *result)
{
    SCOPED(buf_done) struct buf text = {0};
    const unsigned single[] = {severity->confidentiality, severity->integrity, severity->availability,
                               severity->malice};
    buf_print(&text, "%u: ", result->dpc);
    word_put(sheet, &text, "law.severity.dpc");
    buf_text(&text, "; ");
    word_of(sheet, &text, "factor", factors[result->decided_by - 1].name);
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
    answer_put(sheet, &text, SEVERITY_IDENTIFICATION, severity->identification);
    sheet_line(sheet, 1, "EI", buf_slice(&text));
    buf_clear(&text);
    hundredths_put(&text, result->cb);
    buf_text(&text, ": ");
    word_put(sheet, &text, "law.severity.cb");
    for (unsigned i = 0; i < COUNT_OF(single); i++) {
        buf_text(&text, "; ");
        answer_put(sheet, &text, SEVERITY_CONFIDENTIALITY + i, single[i]);
        buf_byte(&text, ' ');
        hundredths_put(&text, result->parts[i]);
    }
    sheet_line(sheet, 1, "CB", buf_slice(&text));
}

static void flips_sheet(struct sheet *sheet, const struct severity_result *result)
{
    SCOPED(buf_done) struct buf text = {0};
    sheet_head(sheet, "law.severity.head.flips");
    for (size_t i = 0; i < result->flip_count; i++) {
        const struct severity_flip *flip = &result->flips[i];
        buf_clear(&text);
        word_of(sheet, &text, "factor", factors[flip->factor].name);
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

static void severity_sheet(struct sheet *sheet, const struct severity *severity,
                           const struct severity_result *result)
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

static void severity_jot(struct jot *jot, const struct severity *severity,
                         const struct severity_result *result)
{
    jot_open(jot, NULL, '{');
    jot_number(jot, "score_hundredths", result->score);
    jot_text(jot, "band", severity_band_name(result->band));
    jot_number(jot, "dpc", result->dpc);
    jot_text(jot, "decided_by", factors[result->decided_by - 1].name);
    jot_number(jot, "ei_hundredths", result->ei);
    jot_number(jot, "cb_hundredths", result->cb);
    jot_number(jot, "people", severity->people);
    jot_bool(jot, "more_than_100_people", result->many);
    jot_bool(jot, "unintelligible", severity->unintelligible);
    jot_open(jot, "flips", '[');
    for (size_t i = 0; i < result->flip_count; i++) {
        const struct severity_flip *flip = &result->flips[i];
        const char *const *names = factors[flip->factor].answers;
        jot_open(jot, NULL, '{');
        jot_text(jot, "factor", factors[flip->factor].name);
        if (flip->factor >= SEVERITY_IDENTIFICATION) {
            jot_text(jot, "from", names[flip->from]);
            jot_text(jot, "to", names[flip->to]);
        } else {
            jot_number(jot, "from_score", flip->from);
            jot_number(jot, "to_score", flip->to);
        }
        jot_number(jot, "score_hundredths", flip->score);
        jot_text(jot, "band", severity_band_name(flip->band));
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
    struct severity severity = {0};
    struct severity_result result = {0};
    TRY(law_language(call, &sheet.language));
    TRY(answers_read(call, &read, &severity));
    TRY(severity_score(&severity, &result));
    if (call_has(call, OPT_JSON)) {
        severity_jot(&jot, &severity, &result);
        jot_show(&jot);
        return OK;
    }
    severity_sheet(&sheet, &severity, &result);
    sheet_show(&sheet);
    return OK;
}

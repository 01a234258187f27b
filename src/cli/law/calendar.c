/* Dates on which rules change, standing duties, and the clocks of a leak; each as a page, JSON or iCalendar. */
#include "answer/law/ics.h"
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/law/case.h"
#include "cli/law/clocks.h"
#include "cli/law/command.h"
#include "cli/law/incident.h"
#include "cli/show.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

RESULT command_law_clocks(struct call *call)
{
    SCOPED(law_free) struct law *law = NULL;
    SCOPED(case_done) struct case_read read = {0};
    SCOPED(law_clocks_done) struct law_clocks clocks = {0};
    SCOPED(sheet_done) struct sheet sheet = {0};
    SCOPED(jot_done) struct jot jot = {0};
    SCOPED(buf_done) struct buf ics = {0};
    SCOPED(answer_done) struct answer answer = {0};
    TRY(law_language(call, &sheet.language));
    TRY(call_has(call, OPT_INCIDENT) ? law_open_anyway(call, &law) : law_open(call, &law));
    if (call_has(call, OPT_INCIDENT)) TRY(incident_case_read(call, &answer, &read));
    if (answer.shown) return OK;
    if (!call_has(call, OPT_INCIDENT)) TRY(case_read(call, &read));
    if (!law_case_first(&read.facts, LAW_FROM_AWARE) && !law_case_first(&read.facts, LAW_FROM_INTRUSION))
        return FAIL(USAGE, "--aware: missing; when the shop became aware, such as 2025-11-17T16:00:00+09:00");
    TRY(law_clocks(law, &read.facts, call_has(call, OPT_ALL), &clocks));
    if (call_has(call, OPT_INCIDENT)) incident_clocks_keep(answer_doc(&answer), &clocks);
    if (call_has(call, OPT_ICS)) {
        clocks_ics(&sheet, law, &read.facts, &clocks, &ics);
        TRY(output_write(call_text(call, OPT_ICS), buf_slice(&ics)));
        if (strcmp(call_text(call, OPT_ICS), "-") == 0) return OK;
    }
    if (call_has(call, OPT_JSON) && call_has(call, OPT_INCIDENT)) return show_json(answer_doc(&answer));
    if (call_has(call, OPT_JSON)) {
        clocks_jot(&jot, law, &read.facts, &clocks);
        jot_show(&jot);
        return OK;
    }
    clocks_sheet(&sheet, law, &read.facts, &clocks);
    if (call_has(call, OPT_INCIDENT)) incident_clocks_sheet(&sheet, answer_doc(&answer));
    sheet_show(&sheet);
    return OK;
}

/* One date of one regime. */
struct dated {
    int64_t day;
    const struct law_regime *regime;
    const struct law_date *date;
};
struct dates {
    struct dated *at;
    size_t count;
};

static void dates_done(struct dates *dates)
{
    free(dates->at);
}

static int by_day(const void *a, const void *b)
{
    const struct dated *one = a, *other = b;
    if (one->day != other->day) return one->day < other->day ? -1 : 1;
    return strcmp(one->regime->id, other->regime->id);
}

static RESULT dates_fill(const struct law *law, struct dates *out)
{
    size_t count = 0, at = 0;
    for (size_t i = 0; law_at(law, i); i++) count += law_at(law, i)->dates_count;
    out->at = calloc(count + 1, sizeof *out->at);
    if (!out->at) return FAIL(UNAVAILABLE, "law: no memory");
    for (size_t i = 0; law_at(law, i); i++) {
        const struct law_regime *regime = law_at(law, i);
        for (uint32_t j = 0; j < regime->dates_count; j++) {
            struct dated *one = &out->at[at++];
            one->regime = regime;
            one->date = &regime->dates[j];
            TRY(date_get(slice_text(one->date->on), &one->day));
        }
    }
    out->count = count;
    if (count > 0) qsort(out->at, count, sizeof *out->at, by_day);
    return OK;
}

static void date_line(struct sheet *sheet, const struct dated *one)
{
    SCOPED(buf_done) struct buf text = {0};
    buf_print(&text, "%s: ", one->regime->id);
    if (one->date->at_latest) {
        word_put(sheet, &text, "law.at_latest");
        buf_text(&text, ": ");
    }
    buf_print(&text, "%s ", one->date->text);
    sure_put(sheet, &text, one->date->sure, one->date->source, &one->date->refs);
    sheet_line(sheet, 1, one->date->on, buf_slice(&text));
}

static void recurring_sheet(struct sheet *sheet, const struct law *law)
{
    SCOPED(buf_done) struct buf text = {0};
    sheet_head(sheet, "law.head.recurring");
    for (size_t i = 0; law_at(law, i); i++) {
        const struct law_regime *regime = law_at(law, i);
        for (uint32_t j = 0; j < regime->recurring_count; j++) {
            const struct law_recurring *one = &regime->recurring[j];
            buf_clear(&text);
            buf_print(&text, "%s: %s ", regime->id, one->text);
            sure_put(sheet, &text, one->sure, one->source, &one->refs);
            sheet_line(sheet, 1, NULL, buf_slice(&text));
        }
    }
}

static void calendar_sheet(struct sheet *sheet, const struct law *law, const struct dates *dates,
                           int64_t today, bool all)
{
    sheet_head(sheet, "law.head.coming");
    for (size_t i = 0; i < dates->count; i++) {
        if (dates->at[i].day >= today) date_line(sheet, &dates->at[i]);
    }
    if (all) sheet_head(sheet, "law.head.past");
    for (size_t i = 0; all && i < dates->count; i++) {
        if (dates->at[i].day < today) date_line(sheet, &dates->at[i]);
    }
    recurring_sheet(sheet, law);
}

static void calendar_jot(struct jot *jot, const struct law *law, const struct dates *dates, int64_t today,
                         bool all)
{
    jot_open(jot, NULL, '{');
    jot_open(jot, "dates", '[');
    for (size_t i = 0; i < dates->count; i++) {
        const struct dated *one = &dates->at[i];
        if (one->day < today && !all) continue;
        jot_open(jot, NULL, '{');
        jot_text(jot, "on", one->date->on);
        jot_text(jot, "regime", one->regime->id);
        jot_bool(jot, "at_latest", one->date->at_latest);
        jot_text(jot, "text", one->date->text);
        jot_text(jot, "sure", law_sure_name(one->date->sure));
        jot_close(jot, '}');
    }
    jot_close(jot, ']');
    jot_open(jot, "standing", '[');
    for (size_t i = 0; law_at(law, i); i++) {
        const struct law_regime *regime = law_at(law, i);
        for (uint32_t j = 0; j < regime->recurring_count; j++) {
            jot_open(jot, NULL, '{');
            jot_text(jot, "regime", regime->id);
            jot_text(jot, "text", regime->recurring[j].text);
            jot_text(jot, "keep", regime->recurring[j].keep);
            if (regime->recurring[j].persons) jot_number(jot, "persons", regime->recurring[j].persons);
            jot_text(jot, "sure", law_sure_name(regime->recurring[j].sure));
            jot_close(jot, '}');
        }
    }
    jot_close(jot, ']');
    jot_close(jot, '}');
}

static void calendar_ics(const struct dates *dates, int64_t now_us, int64_t today, struct buf *out)
{
    ics_begin(out);
    for (size_t i = 0; i < dates->count; i++) {
        const struct dated *one = &dates->at[i];
        SCOPED(buf_done) struct buf uid = {0}, summary = {0};
        if (one->day < today) continue;
        buf_print(&uid, "%s.%s.%u.law@amanah", one->regime->id, one->date->on,
                  (unsigned)(one->date - one->regime->dates));
        buf_print(&summary, "%s: %s", one->regime->id, one->date->text);
        ics_day(
            out,
            &(struct ics_event){.uid = buf_slice(&uid), .summary = buf_slice(&summary), .made_us = now_us},
            one->day);
    }
    ics_end(out);
}

RESULT command_law_calendar(struct call *call)
{
    SCOPED(law_free) struct law *law = NULL;
    SCOPED(dates_done) struct dates dates = {0};
    SCOPED(sheet_done) struct sheet sheet = {0};
    SCOPED(jot_done) struct jot jot = {0};
    SCOPED(buf_done) struct buf ics = {0};
    static const struct zone utc = {0};
    int64_t now_us = 0;
    bool all = call_has(call, OPT_ALL);
    TRY(law_language(call, &sheet.language));
    TRY(law_open(call, &law));
    TRY(case_now(call, &now_us));
    TRY(dates_fill(law, &dates));
    int64_t today = zone_day(&utc, now_us);
    if (call_has(call, OPT_ICS)) {
        calendar_ics(&dates, now_us, today, &ics);
        TRY(output_write(call_text(call, OPT_ICS), buf_slice(&ics)));
        if (strcmp(call_text(call, OPT_ICS), "-") == 0) return OK;
    }
    if (call_has(call, OPT_JSON)) {
        calendar_jot(&jot, law, &dates, today, all);
        jot_show(&jot);
        return OK;
    }
    calendar_sheet(&sheet, law, &dates, today, all);
    sheet_show(&sheet);
    return OK;
}

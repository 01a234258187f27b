#include "cli/law/clocks.h"

#include "answer/law/ics.h"
#include "base/clock.h"
#include "cli/law/regime.h"
#include "cli/show.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const state_keys[] = {"law.state.running", "law.state.overdue", "law.state.met",
                                         "law.state.missed",  "law.state.unsaid",  "law.state.done",
                                         "law.state.open",    "law.state.waits"};
static const char *const state_names[] = {"running", "overdue", "met",  "missed",
                                          "unsaid",  "done",    "open", "waits"};

void duration_put(const struct sheet *sheet, struct buf *out, int64_t us)
{
    SCOPED(buf_done) struct buf first = {0}, second = {0};
    uint64_t minutes = (uint64_t)((us < 0 ? -us : us) / MINUTE_US), hours = minutes / 60;
    bool days = hours >= 100; /* legal clocks are read in hours */
    buf_decimal(&first, days ? hours / 24 : hours);
    buf_decimal(&second, days ? hours % 24 : minutes % 60);
    const struct mail_value values[] = {{days ? "d" : "h", buf_slice(&first)},
                                        {days ? "h" : "m", buf_slice(&second)}};
    words_put(sheet->language, days ? "law.time.dh" : "law.time.hm", values, 2, out);
}

/* 2025-11-20T16:00:00+09:00 (Asia/Seoul; 2025-11-20T07:00:00Z) */
static void instant_put(struct buf *out, const struct law_clock *clock, int64_t us)
{
    zone_put(out, &clock->zone, us);
    buf_print(out, " (%s; ", clock->zone_name);
    time_put(out, us);
    buf_text(out, ")");
}

void clock_state_put(const struct sheet *sheet, struct buf *out, const struct law_due *due,
                     const struct law_done *done)
{
    SCOPED(buf_done) struct buf by = {0}, after = {0};
    duration_put(sheet, &by, due->by_us);
    word_with(sheet, out, state_keys[due->state], "by", buf_c(&by));
    if (!done || done->from_us != done->to_us || due->supposed) return;
    duration_put(sheet, &after, due->after_us);
    buf_text(out, " (");
    word_with(sheet, out, "law.after", "by", buf_c(&after));
    buf_text(out, ")");
}

/* What this end counts from. */
static void candidate_put(const struct sheet *sheet, struct buf *out, const struct law_clock *clock,
                          const struct law_due *due)
{
    SCOPED(buf_done) struct buf time = {0};
    zone_put(&time, &clock->zone, due->from_us);
    word_with(sheet, out,
              due->instant    ? "law.candidate"
              : due->supposed ? "law.from_supposed"
                              : "law.from_report",
              "time", buf_c(&time));
    if (!due->instant || !due->instant->who) return;
    buf_print(out, " [%s", due->instant->who);
    if (due->instant->why) buf_print(out, ": %s", due->instant->why);
    buf_text(out, "]");
}

static void due_line(struct sheet *sheet, const struct law_clock *clock, const struct law_due *due,
                     bool first)
{
    SCOPED(buf_done) struct buf text = {0}, label = {0};
    bool number = clock->duty->due || clock->policy;
    if (number) {
        instant_put(&text, clock, due->due_us);
        buf_text(&text, ": ");
    }
    clock_state_put(sheet, &text, due, clock->done);
    buf_text(&text, "; ");
    candidate_put(sheet, &text, clock, due);
    word_put(sheet, &label, first ? "law.label.due" : "law.label.candidate");
    sheet_line(sheet, 2, buf_c(&label), buf_slice(&text));
}

static void labelled(struct sheet *sheet, const char *key, struct slice text)
{
    SCOPED(buf_done) struct buf label = {0};
    if (text.len == 0) return;
    word_put(sheet, &label, key);
    sheet_line(sheet, 2, buf_c(&label), text);
}

/* What is not known and decides it. */
static void open_put(const struct sheet *sheet, struct buf *out, const struct law_clock *clock)
{
    static const char *const keys[] = {"law.why.kinds", "law.why.risk", "law.why.number"};
    const bool open[] = {clock->open_kinds, clock->open_risk, clock->open_people};
    uint64_t facts = clock->open_facts | clock->applied.needs_open;
    facts_put(sheet, out, facts, "; ");
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if (!open[i]) continue;
        if (out->len > 0) buf_text(out, "; ");
        word_put(sheet, out, keys[i]);
    }
    if (clock->applied.by_people || clock->applied.by_seat) return;
    if (out->len > 0) buf_text(out, "; ");
    word_put(sheet, out,
             clock->applied.people_known == LAW_NO ? "law.why.people_unknown" : "law.why.seat_unknown");
}

/* Why it is not owed. */
static void not_owed_put(const struct sheet *sheet, struct buf *out, const struct law_clock *clock)
{
    if (clock->freed)
        buf_print(out, "%s: %s", clock->freed->id, clock->freed->text);
    else if (clock->switched)
        word_with(sheet, out, "law.why.switch", "name", clock->switched->name);
    else
        word_put(sheet, out, "law.why.threshold");
}

static void head_line(struct sheet *sheet, const struct law_clock *clock)
{
    SCOPED(buf_done) struct buf text = {0};
    const struct law_duty *duty = clock->duty;
    buf_print(&text, "%s/%s: ", clock->applied.regime->id, duty->id);
    word_of(sheet, &text, "to", law_to_name(duty->to));
    buf_text(&text, ", ");
    word_of(sheet, &text, "stage", law_stage_name(duty->stage));
    if (duty->recipients.at_count > 0) {
        buf_text(&text, " (");
        names_put(&text, &duty->recipients, ", ");
        buf_text(&text, ")");
    }
    sheet_line(sheet, 1, NULL, buf_slice(&text));
}

static void clock_sheet(struct sheet *sheet, const struct law *law, const struct law_clock *clock)
{
    SCOPED(buf_done) struct buf text = {0}, names = {0};
    const struct law_duty *duty = clock->duty;
    head_line(sheet, clock);
    if (clock->owed == LAW_NO) {
        not_owed_put(sheet, &text, clock);
        labelled(sheet, "law.label.why", buf_slice(&text));
        return;
    }
    for (size_t i = 0; i < clock->count; i++) due_line(sheet, clock, &clock->at[i], i == 0);
    if (clock->count == 0) {
        word_put(sheet, &text, "law.state.waits_instant");
        labelled(sheet, "law.label.due", buf_slice(&text));
        buf_clear(&text);
    }
    due_words(sheet, &text, duty);
    buf_byte(&text, ' ');
    sure_put(sheet, &text, duty->sure, duty->source, &duty->refs);
    labelled(sheet, "law.label.from", buf_slice(&text));
    buf_clear(&text);
    if (clock->owed == LAW_MAYBE) open_put(sheet, &text, clock);
    labelled(sheet, "law.label.depends", buf_slice(&text));
    buf_clear(&text);
    elements_put(sheet, &text, law, &duty->must);
    labelled(sheet, "law.label.must", buf_slice(&text));
    buf_clear(&text);
    elements_put(sheet, &text, law, &duty->doubted);
    labelled(sheet, "law.label.doubted", buf_slice(&text));
    if (clock->delayed) labelled(sheet, "law.label.waits", slice_text(clock->delayed->text));
    if (clock->substitute) labelled(sheet, "law.label.instead", slice_text(clock->substitute->text));
    if (clock->out_of_order) {
        buf_clear(&text);
        names_put(&names, &duty->after, ", ");
        word_with(sheet, &text, "law.order.wrong", "duties", buf_c(&names));
        labelled(sheet, "law.label.order", buf_slice(&text));
    }
}

/* Is the question of this switch printed above already? */
static bool asked_before(const struct law_clocks *clocks, size_t number, const struct law_switch *which)
{
    for (size_t i = 0; i < number; i++) {
        const struct law_clock *one = &clocks->at[i];
        if (one->applied.regime != clocks->at[number].applied.regime || one->owed == LAW_NO) continue;
        for (uint32_t j = 0; j < one->duty->switches.at_count; j++) {
            if (strcmp(one->duty->switches.at[j], which->id) == 0) return true;
        }
    }
    return false;
}

/* What is not settled: with its question the first time, by its name from then on. */
static void switches_sheet(struct sheet *sheet, const struct law_case *facts, const struct law_clocks *clocks,
                           size_t number)
{
    const struct law_clock *clock = &clocks->at[number];
    if (clock->owed == LAW_NO) return;
    for (uint32_t i = 0; i < clock->duty->switches.at_count; i++) {
        SCOPED(buf_done) struct buf text = {0};
        const struct law_switch *one = law_switch(clock->applied.regime, clock->duty->switches.at[i]);
        assert(one); /* the file was checked */
        buf_print(&text, "%s: ", one->id);
        if (!asked_before(clocks, number, one)) buf_print(&text, "%s ", one->question);
        word_with(sheet, &text, "law.default", "value", law_case_switch(facts, clock->applied.regime, one));
        labelled(sheet, "law.label.switch", buf_slice(&text));
    }
}

/* Those that are owed, may be, or are not: 3 lists of one order. */
static void part_sheet(struct sheet *sheet, const struct law *law, const struct law_case *facts,
                       const struct law_clocks *clocks, enum law_answer owed)
{
    bool any = false;
    for (size_t i = 0; i < clocks->count; i++) {
        if (clocks->at[i].owed != owed) continue;
        if (!any) {
            sheet_head(sheet, owed == LAW_YES     ? "law.head.owed"
                              : owed == LAW_MAYBE ? "law.head.perhaps"
                                                  : "law.head.not_owed");
        }
        any = true;
        clock_sheet(sheet, law, &clocks->at[i]);
        switches_sheet(sheet, facts, clocks, i);
    }
}

/* Between two reasons; `begin` is where the first one stands. */
static void more(struct buf *out, size_t begin)
{
    if (out->len > begin) buf_text(out, "; ");
}

static void reasons_put(const struct sheet *sheet, struct buf *out, const struct law_applied *applied)
{
    SCOPED(buf_done) struct buf part = {0};
    size_t begin = out->len;
    if (applied->people > 0) {
        count_put(&part, applied->people);
        word_with(sheet, out, applied->by_seat ? "law.why.everybody" : "law.why.people", "n", buf_c(&part));
    } else if (applied->by_seat) {
        word_put(sheet, out, "law.why.seat");
    }
    if (!applied->by_people && !applied->by_seat) {
        more(out, begin);
        word_put(sheet, out,
                 applied->people_known == LAW_NO ? "law.why.people_unknown" : "law.why.seat_unknown");
    }
    if (applied->force == LAW_FORCE_UNKNOWN) {
        more(out, begin);
        word_put(sheet, out, "law.why.force_unknown");
    }
    if (applied->straddles) {
        more(out, begin);
        word_put(sheet, out, "law.why.straddles");
    }
    if (applied->needs_open) {
        buf_clear(&part);
        facts_put(sheet, &part, applied->needs_open, "; ");
        more(out, begin);
        word_with(sheet, out, "law.why.needs", "what", buf_c(&part));
    }
}

static void why_sheet(struct sheet *sheet, const struct law *law, const struct law_case *facts)
{
    SCOPED(buf_done) struct buf text = {0}, places = {0};
    sheet_head(sheet, "law.head.why");
    for (size_t i = 0; law_at(law, i); i++) {
        struct law_applied applied;
        law_applies(law, law_at(law, i), facts, &applied);
        if (applied.answer == LAW_NO) continue;
        buf_clear(&text);
        buf_print(&text, "%s: ", form_text(&applied.regime->title, sheet->language));
        reasons_put(sheet, &text, &applied);
        sheet_line(sheet, 1, applied.regime->id, buf_slice(&text));
    }
    for (size_t i = 0; i < facts->people_count; i++) {
        if (!law_uncovered(law, facts->people[i].country)) continue;
        if (places.len > 0) buf_text(&places, ", ");
        buf_text(&places, facts->people[i].country);
    }
    if (places.len == 0) return;
    sheet_head(sheet, "law.head.uncovered");
    buf_clear(&text);
    word_with(sheet, &text, "law.uncovered", "places", buf_c(&places));
    sheet_line(sheet, 1, NULL, buf_slice(&text));
}

void clocks_sheet(struct sheet *sheet, const struct law *law, const struct law_case *facts,
                  const struct law_clocks *clocks)
{
    SCOPED(buf_done) struct buf text = {0};
    why_sheet(sheet, law, facts);
    part_sheet(sheet, law, facts, clocks, LAW_YES);
    part_sheet(sheet, law, facts, clocks, LAW_MAYBE);
    part_sheet(sheet, law, facts, clocks, LAW_NO);
    buf_byte(&sheet->out, '\n');
    if (clocks->count == 0) {
        word_put(sheet, &text, "law.none_owed");
        buf_byte(&text, ' ');
    }
    word_put(sheet, &text, "law.advice");
    sheet_line(sheet, 0, NULL, buf_slice(&text));
}

static void due_jot(struct jot *jot, const struct law_clock *clock, const struct law_due *due)
{
    SCOPED(buf_done) struct buf local = {0};
    bool number = clock->duty->due || clock->policy;
    jot_open(jot, NULL, '{');
    jot_time(jot, "from", due->from_us);
    if (due->instant) {
        jot_text(jot, "instant", law_from_name(due->instant->kind));
        jot_text(jot, "who", due->instant->who);
        jot_text(jot, "why", due->instant->why);
    } else {
        jot_text(jot, "instant", law_from_name(LAW_FROM_REPORT));
    }
    if (number) {
        zone_put(&local, &clock->zone, due->due_us);
        jot_time(jot, "due", due->due_us);
        jot_text(jot, "due_local", buf_c(&local));
    }
    jot_text(jot, "state", state_names[due->state]);
    if (number && due->state != LAW_STATE_UNSAID && due->state != LAW_STATE_WAITS)
        jot_number(jot, "by_seconds", (uint64_t)(due->by_us / SECOND_US));
    if (clock->done && !due->supposed && due->after_us >= 0)
        jot_number(jot, "after_seconds", (uint64_t)(due->after_us / SECOND_US));
    jot_bool(jot, "supposed", due->supposed);
    jot_close(jot, '}');
}

static void open_jot(struct jot *jot, const struct law_clock *clock)
{
    uint64_t facts = clock->open_facts | clock->applied.needs_open;
    jot_open(jot, "depends_on", '[');
    for (unsigned i = 0; i < LAW_FACT_COUNT; i++) {
        if (facts & LAW_BIT(i)) jot_text(jot, NULL, law_fact_name(i));
    }
    if (clock->open_kinds) jot_text(jot, NULL, "data");
    if (clock->open_risk) jot_text(jot, NULL, "risk");
    if (clock->open_people) jot_text(jot, NULL, "people");
    jot_close(jot, ']');
}

static void clock_jot(struct jot *jot, const struct law_clock *clock)
{
    static const char *const answers[] = {"no", "maybe", "yes"};
    const struct law_duty *duty = clock->duty;
    jot_open(jot, NULL, '{');
    jot_text(jot, "regime", clock->applied.regime->id);
    jot_text(jot, "duty", duty->id);
    jot_text(jot, "to", law_to_name(duty->to));
    jot_text(jot, "stage", law_stage_name(duty->stage));
    jot_names(jot, "recipients", &duty->recipients);
    jot_text(jot, "owed", answers[clock->owed]);
    if (clock->owed == LAW_MAYBE) open_jot(jot, clock);
    if (clock->freed) jot_text(jot, "freed_by", clock->freed->id);
    if (clock->switched) jot_text(jot, "switched_off_by", clock->switched->name);
    if (clock->delayed) jot_text(jot, "may_wait_by", clock->delayed->id);
    if (clock->substitute) jot_text(jot, "instead", clock->substitute->id);
    jot_text(jot, "zone", clock->zone_name);
    jot_bool(jot, "policy", clock->policy);
    jot_bool(jot, "out_of_order", clock->out_of_order);
    jot_text(jot, "no_number", duty->no_number);
    jot_open(jot, "candidates", '[');
    for (size_t i = 0; i < clock->count; i++) due_jot(jot, clock, &clock->at[i]);
    jot_close(jot, ']');
    jot_open(jot, "must", '[');
    for (uint32_t i = 0; i < duty->must.at_count; i++) jot_text(jot, NULL, duty->must.at[i]);
    jot_close(jot, ']');
    jot_names(jot, "doubted", &duty->doubted);
    jot_names(jot, "switches", &duty->switches);
    jot_text(jot, "source", duty->source);
    jot_text(jot, "sure", law_sure_name(duty->sure));
    jot_close(jot, '}');
}

static void applied_jot(struct jot *jot, const struct law_applied *applied)
{
    static const char *const forces[] = {"in_force", "not_yet", "no_more", "unknown"};
    jot_open(jot, NULL, '{');
    jot_text(jot, "regime", applied->regime->id);
    jot_text(jot, "applies", applied->answer == LAW_YES ? "yes" : "maybe");
    jot_text(jot, "force", forces[applied->force]);
    jot_bool(jot, "straddles", applied->straddles);
    jot_bool(jot, "by_people", applied->by_people);
    jot_bool(jot, "by_seat", applied->by_seat);
    jot_number(jot, "people", applied->people);
    jot_close(jot, '}');
}

void clocks_jot(struct jot *jot, const struct law *law, const struct law_case *facts,
                const struct law_clocks *clocks)
{
    jot_open(jot, NULL, '{');
    jot_time(jot, "at", facts->now_us);
    jot_open(jot, "applies", '[');
    for (size_t i = 0; law_at(law, i); i++) {
        struct law_applied applied;
        law_applies(law, law_at(law, i), facts, &applied);
        if (applied.answer != LAW_NO) applied_jot(jot, &applied);
    }
    jot_close(jot, ']');
    jot_open(jot, "uncovered", '[');
    for (size_t i = 0; i < facts->people_count; i++) {
        if (law_uncovered(law, facts->people[i].country)) jot_text(jot, NULL, facts->people[i].country);
    }
    jot_close(jot, ']');
    jot_open(jot, "clocks", '[');
    for (size_t i = 0; i < clocks->count; i++) clock_jot(jot, &clocks->at[i]);
    jot_close(jot, ']');
    jot_close(jot, '}');
}

/* The same duty keeps its uid, from the same instant on, so that a second import changes the first. */
static void uid_put(struct buf *out, const struct law_clock *clock, const struct law_due *due)
{
    buf_print(out, "%s.%s.", clock->applied.regime->id, clock->duty->id);
    if (clock->duty->from == LAW_FROM_FACT) buf_print(out, "%lld.", (long long)(due->from_us / SECOND_US));
    buf_text(out, "law@amanah");
}

void clocks_ics(const struct sheet *sheet, const struct law *law, const struct law_case *facts,
                const struct law_clocks *clocks, struct buf *out)
{
    ics_begin(out);
    for (size_t i = 0; i < clocks->count; i++) {
        const struct law_clock *clock = &clocks->at[i];
        const struct law_due *due = &clock->at[0];
        SCOPED(buf_done) struct buf uid = {0}, summary = {0}, text = {0};
        bool number = clock->duty->due || clock->policy;
        if (clock->owed == LAW_NO || clock->count == 0 || !number || clock->done) continue;
        uid_put(&uid, clock, due);
        buf_print(&summary, "%s/%s: ", clock->applied.regime->id, clock->duty->id);
        word_of(sheet, &summary, "to", law_to_name(clock->duty->to));
        due_words(sheet, &text, clock->duty);
        buf_text(&text, "\n");
        candidate_put(sheet, &text, clock, due);
        buf_text(&text, "\n");
        elements_put(sheet, &text, law, &clock->duty->must);
        buf_text(&text, "\n");
        word_put(sheet, &text, "law.advice");
        ics_event(out, &(struct ics_event){buf_slice(&uid),
                                           buf_slice(&summary),
                                           buf_slice(&text),
                                           facts->now_us,
                                           due->due_us,
                                           {2 * DAY_US, DAY_US, 6 * HOUR_US, HOUR_US}});
    }
    ics_end(out);
}

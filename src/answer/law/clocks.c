#include "answer/law/clocks.h"

#include "base/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CLOCKS_MAX = 4096 };

void law_clocks_done(struct law_clocks *clocks)
{
    free(clocks->at);
    *clocks = (struct law_clocks){0};
}

static enum law_answer least(enum law_answer a, enum law_answer b)
{
    return a < b ? a : b;
}

/* One way to meet the threshold; what is not known goes into `clock`. */
static enum law_answer when_met(const struct law_when *when, const struct law_case *facts,
                                struct law_clock *clock)
{
    enum law_answer answer = LAW_YES;
    if (when->persons > 0) {
        bool enough = clock->applied.people >= when->persons;
        bool known = clock->applied.people_known == LAW_YES;
        answer = enough ? LAW_YES : known ? LAW_NO : LAW_MAYBE;
        clock->open_people = clock->open_people || (!enough && !known);
    }
    if (when->kinds && !(facts->kinds & when->kinds)) {
        answer = least(answer, facts->kinds_known ? LAW_NO : LAW_MAYBE);
        clock->open_kinds = clock->open_kinds || !facts->kinds_known;
    }
    if (when->risk != LAW_RISK_NONE && (!facts->risk_known || facts->risk < when->risk)) {
        answer = least(answer, facts->risk_known ? LAW_NO : LAW_MAYBE);
        clock->open_risk = clock->open_risk || !facts->risk_known;
    }
    uint64_t unknown = (when->facts | when->unless) & ~(facts->yes | facts->no);
    clock->open_facts |= unknown;
    if (unknown) answer = least(answer, LAW_MAYBE);
    if ((when->facts & facts->no) || (when->unless & facts->yes)) answer = LAW_NO;
    return answer;
}

static bool all_facts(const struct law_case *facts, uint64_t wanted)
{
    return wanted != 0 && (facts->yes & wanted) == wanted;
}

static bool names_have(const struct law_names *names, const char *name)
{
    for (uint32_t i = 0; i < names->at_count; i++) {
        if (strcmp(names->at[i], name) == 0) return true;
    }
    return false;
}

static void exceptions_find(const struct law_case *facts, struct law_clock *clock)
{
    const struct law_regime *regime = clock->applied.regime;
    for (uint32_t i = 0; i < regime->exceptions_count; i++) {
        const struct law_exception *one = &regime->exceptions[i];
        if (!all_facts(facts, one->facts) || !law_only_holds(facts, regime, one->only)) continue;
        if (!clock->freed && names_have(&one->frees, clock->duty->id)) clock->freed = one;
        if (!clock->delayed && names_have(&one->delays, clock->duty->id)) clock->delayed = one;
    }
    for (uint32_t i = 0; i < regime->substitutes_count; i++) {
        const struct law_substitute *one = &regime->substitutes[i];
        if (strcmp(one->of, clock->duty->id) == 0 && all_facts(facts, one->facts)) clock->substitute = one;
    }
}

static void owed_find(const struct law_case *facts, struct law_clock *clock)
{
    const struct law_duty *duty = clock->duty;
    enum law_answer met = duty->when_count == 0 ? LAW_YES : LAW_NO;
    for (uint32_t i = 0; i < duty->when_count; i++) {
        enum law_answer one = when_met(&duty->when[i], facts, clock);
        if (one > met) met = one;
    }
    clock->owed = least(clock->applied.answer, met);
    if (clock->owed != LAW_MAYBE) {
        clock->open_facts = 0;
        clock->open_kinds = clock->open_risk = clock->open_people = false;
    }
    exceptions_find(facts, clock);
    if (!law_only_holds(facts, clock->applied.regime, duty->only)) clock->switched = duty->only;
    if (clock->freed || clock->switched) clock->owed = LAW_NO;
}

/* When it was done: a supplement by the first that followed its fact. */
static const struct law_done *done_find(const struct law_case *facts, const struct law_regime *regime,
                                        const struct law_duty *duty, int64_t since_us)
{
    const struct law_done *first = NULL;
    for (size_t i = 0; i < facts->done_count; i++) {
        const struct law_done *one = &facts->done[i];
        if (strcmp(one->regime, regime->id) != 0 || strcmp(one->duty, duty->id) != 0) continue;
        if (one->to_us < since_us) continue;
        if (!first || one->from_us < first->from_us) first = one;
    }
    return first;
}

static int64_t due_of(const struct law_duty *duty, const struct zone *zone, int64_t from_us, bool *out_number)
{
    struct span span;
    const char *text = duty->due ? duty->due : duty->policy_due;
    *out_number = text != NULL && span_get(slice_text(text), &span).code == CODE_OK;
    if (!*out_number) return from_us;
    return span_end(span, duty->due ? duty->count : LAW_COUNT_HOURS, from_us, zone);
}

static void due_judge(const struct law_case *facts, const struct law_done *done, bool number,
                      struct law_due *due)
{
    if (done) due->after_us = done->from_us - due->from_us;
    if (!number) {
        due->state = done ? LAW_STATE_DONE : LAW_STATE_OPEN;
    } else if (done && done->to_us <= due->due_us) {
        due->state = LAW_STATE_MET;
        due->by_us = due->due_us - done->to_us;
    } else if (done && done->from_us > due->due_us) {
        due->state = LAW_STATE_MISSED;
        due->by_us = done->from_us - due->due_us;
    } else if (done) {
        due->state = LAW_STATE_UNSAID;
    } else if (facts->now_us <= due->due_us) {
        due->state = LAW_STATE_RUNNING;
        due->by_us = due->due_us - facts->now_us;
    } else {
        due->state = LAW_STATE_OVERDUE;
        due->by_us = facts->now_us - due->due_us;
    }
}

static void due_add(const struct law_case *facts, struct law_clock *clock, struct law_due due)
{
    bool number = false;
    assert(clock->count < COUNT_OF(clock->at));
    due.due_us = due_of(clock->duty, &clock->zone, due.from_us, &number);
    if (due.supposed) {
        due.state = number ? LAW_STATE_WAITS : LAW_STATE_OPEN;
    } else {
        due_judge(facts, clock->done, number, &due);
    }
    size_t at = clock->count++;
    for (; at > 0 && clock->at[at - 1].from_us > due.from_us; at--) clock->at[at] = clock->at[at - 1];
    clock->at[at] = due;
}

/* The duty whose report it waits for: from when that was made, else from the last moment at which it is due. */
static void report_add(const struct law_case *facts, struct law_clock *clock)
{
    const struct law_regime *regime = clock->applied.regime;
    const struct law_duty *report = law_duty(regime, clock->duty->report);
    const struct law_done *made = done_find(facts, regime, report, INT64_MIN);
    const struct law_instant *first = law_case_first(facts, report->from);
    bool number = false;
    if (report->or_from && law_case_first(facts, *report->or_from)) {
        const struct law_instant *other = law_case_first(facts, *report->or_from);
        if (!first || other->us < first->us) first = other;
    }
    if (made) {
        due_add(facts, clock, (struct law_due){.from_us = made->from_us});
    } else if (first) {
        int64_t last = due_of(report, &clock->zone, first->us, &number);
        due_add(facts, clock, (struct law_due){.from_us = last, .supposed = true});
    }
}

static void instants_add(const struct law_case *facts, struct law_clock *clock, enum law_from kind)
{
    /* Nobody told apart when the intrusion was known: knowing of the leak is knowing of it. */
    if (kind == LAW_FROM_INTRUSION && !law_case_first(facts, kind)) kind = LAW_FROM_AWARE;
    if (kind == LAW_FROM_REPORT) report_add(facts, clock);
    for (size_t i = 0; i < facts->instant_count; i++) {
        const struct law_instant *one = &facts->instants[i];
        if (one->kind == kind) due_add(facts, clock, (struct law_due){.instant = one, .from_us = one->us});
    }
}

static void order_check(const struct law_case *facts, struct law_clock *clock)
{
    const struct law_names *after = &clock->duty->after;
    for (uint32_t i = 0; clock->done && i < after->at_count; i++) {
        const struct law_duty *first = law_duty(clock->applied.regime, after->at[i]);
        const struct law_done *done = done_find(facts, clock->applied.regime, first, INT64_MIN);
        if (!done || clock->done->from_us < done->from_us) clock->out_of_order = true;
    }
}

static RESULT clock_keep(struct law_clocks *clocks, const struct law_clock *clock)
{
    if (clocks->count == CLOCKS_MAX) return FAIL(INVALID, "clocks: more than %d", CLOCKS_MAX);
    if ((clocks->count & (clocks->count - 1)) == 0) { /* full at every power of two */
        size_t room = clocks->count ? clocks->count * 2 : 1;
        struct law_clock *more = realloc(clocks->at, room * sizeof *more);
        if (!more) return FAIL(UNAVAILABLE, "clocks: no memory");
        clocks->at = more;
    }
    clocks->at[clocks->count++] = *clock;
    return OK;
}

/* One clock for a duty; of a supplement, one for each fact. */
static RESULT duty_add(const struct law_case *facts, struct law_clock *clock, struct law_clocks *out)
{
    const struct law_duty *duty = clock->duty;
    const struct law_regime *regime = clock->applied.regime;
    if (duty->from != LAW_FROM_FACT) {
        clock->done = done_find(facts, regime, duty, INT64_MIN);
        instants_add(facts, clock, duty->from);
        if (duty->or_from) instants_add(facts, clock, *duty->or_from);
        order_check(facts, clock);
        return clock_keep(out, clock);
    }
    for (size_t i = 0; i < facts->instant_count; i++) {
        const struct law_instant *one = &facts->instants[i];
        struct law_clock each = *clock;
        if (one->kind != LAW_FROM_FACT) continue;
        each.done = done_find(facts, regime, duty, one->us);
        due_add(facts, &each, (struct law_due){.instant = one, .from_us = one->us});
        TRY(clock_keep(out, &each));
    }
    return law_case_first(facts, LAW_FROM_FACT) ? OK : clock_keep(out, clock); /* it waits for one */
}

/* Owed before perhaps before not; those with a number first, by the earliest deadline; then as the files stand. */
static int by_urgency(const void *a, const void *b)
{
    const struct law_clock *one = a, *other = b;
    bool one_no = one->owed == LAW_NO, other_no = other->owed == LAW_NO;
    if (one_no != other_no) return one_no ? 1 : -1;
    bool one_due = one->count > 0 && one->duty->due, other_due = other->count > 0 && other->duty->due;
    if (one_due != other_due) return one_due ? -1 : 1;
    if (one->count > 0 && other->count > 0 && one->at[0].due_us != other->at[0].due_us)
        return one->at[0].due_us < other->at[0].due_us ? -1 : 1;
    int order = strcmp(one->applied.regime->id, other->applied.regime->id);
    if (order != 0) return order;
    return one->duty < other->duty ? -1 : one->duty > other->duty;
}

RESULT law_clocks(const struct law *law, const struct law_case *facts, bool all, struct law_clocks *out)
{
    SCOPED(law_clocks_done) struct law_clocks clocks = {0};
    TRY(law_case_check(law, facts));
    for (size_t i = 0; law_at(law, i); i++) {
        const struct law_regime *regime = law_at(law, i);
        struct law_clock clock = {0};
        law_applies(law, regime, facts, &clock.applied);
        if (clock.applied.answer == LAW_NO) continue;
        clock.zone = law_zone(law, regime, facts, &clock.zone_name);
        for (uint32_t j = 0; j < regime->duties_count; j++) {
            struct law_clock one = clock;
            one.duty = &regime->duties[j];
            one.policy = !one.duty->due && one.duty->policy_due;
            owed_find(facts, &one);
            if (one.owed != LAW_NO || all) TRY(duty_add(facts, &one, &clocks));
        }
    }
    if (clocks.count > 0) qsort(clocks.at, clocks.count, sizeof *clocks.at, by_urgency);
    *out = TAKE(clocks);
    return OK;
}

static size_t missing_add(const struct law_names *names, const char *const *held, size_t held_count,
                          const char **out)
{
    size_t count = 0;
    for (uint32_t i = 0; i < names->at_count; i++) {
        bool there = false;
        for (size_t j = 0; j < held_count; j++) there = there || strcmp(held[j], names->at[i]) == 0;
        if (!there) out[count++] = names->at[i];
    }
    return count;
}

size_t law_missing(const struct law_duty *duty, const char *const *held, size_t held_count, const char **out)
{
    size_t count = missing_add(&duty->must, held, held_count, out);
    return count + missing_add(&duty->doubted, held, held_count, out + count);
}

#include "answer/facts/deadlines.h"

#include <stdlib.h>
#include <string.h>

void deadlines_free(struct deadlines **deadlines)
{
    struct deadlines *all = *deadlines;
    if (!all) return;
    law_clocks_done(&all->clocks);
    incident_case_done(&all->made);
    facts_done(&all->facts);
    reading_done(&all->reading);
    free(all->at);
    free(all);
    *deadlines = NULL;
}

void deadline_name(const struct deadline *deadline, struct buf *out)
{
    buf_print(out, "%s/%s", deadline->clock->applied.regime->id, deadline->clock->duty->id);
}

/* The newest line that takes this deadline, as a whole regime or by itself: it must be younger than what it counts from. */
static const struct line *taken_find(const struct fold *fold, const struct deadline *deadline)
{
    const struct law_clock *clock = deadline->clock;
    const struct line *found = NULL;
    SCOPED(buf_done) struct buf name = {0};
    deadline_name(deadline, &name);
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct line *now = &fold->items[i].now;
        bool meant =
            slice_equal(now->name, buf_slice(&name)) || slice_is(now->name, clock->applied.regime->id);
        if (now->kind != LINE_ACKNOWLEDGED || !meant) continue;
        if (clock->duty->from == LAW_FROM_FACT && clock->count > 0 && now->time_us < clock->at[0].from_us)
            continue;
        found = slice_is(now->state, "taken") ? now : NULL;
    }
    return found;
}

static const struct item *proof_find(const struct deadlines *all, const struct law_clock *clock)
{
    for (size_t i = 0; clock->done && i < all->made.facts.done_count; i++) {
        if (&all->made.facts.done[i] == clock->done) return all->made.done[i];
    }
    return NULL;
}

static bool is_running(const struct law_clock *clock)
{
    bool owed = clock->owed == LAW_YES || (clock->owed == LAW_MAYBE && clock->applied.answer == LAW_YES);
    if (!owed || clock->count == 0 || clock->at[0].supposed) return false;
    return clock->at[0].state == LAW_STATE_RUNNING || clock->at[0].state == LAW_STATE_OVERDUE;
}

/* Was anything reported under that regime before this fact? Else there is nothing to supplement. */
static bool supplements(const struct law_case *facts, const struct law_clock *clock)
{
    if (clock->duty->from != LAW_FROM_FACT) return true;
    if (clock->count == 0) return false;
    for (size_t i = 0; i < facts->done_count; i++) {
        const struct law_done *done = &facts->done[i];
        const struct law_duty *duty = law_duty(clock->applied.regime, done->duty);
        bool same = strcmp(done->regime, clock->applied.regime->id) == 0;
        if (same && duty && duty->to == clock->duty->to && done->to_us <= clock->at[0].from_us) return true;
    }
    return false;
}

static void elements_count(const struct facts *facts, const struct law_names *names, struct deadline *out)
{
    for (uint32_t i = 0; i < names->at_count; i++) {
        const struct fact *fact = fact_by(facts, names->at[i]);
        out->required++;
        out->held += fact && fact->state == FACT_KNOWN;
    }
}

RESULT deadlines_of(struct shop *shop, const struct incident *incident, int64_t now_us,
                    struct deadlines **out)
{
    SCOPED(deadlines_free) struct deadlines *all = calloc(1, sizeof *all);
    if (!all) return FAIL(UNAVAILABLE, "incident: out of memory");
    TRY(lawbook(shop, &all->book));
    TRY(incident_read(shop, incident, &all->reading));
    TRY(facts_of(shop, &all->reading.fold, now_us, &all->facts));
    TRY(case_of(shop, all->book->law, &all->reading.fold, &all->facts, &all->made));
    TRY(law_clocks(all->book->law, &all->made.facts, false, &all->clocks));
    all->at = calloc(all->clocks.count + 1, sizeof *all->at);
    if (!all->at) return FAIL(UNAVAILABLE, "incident: out of memory");
    for (size_t i = 0; i < all->clocks.count; i++) {
        const struct law_clock *clock = &all->clocks.at[i];
        struct deadline *one = &all->at[all->count];
        if (!supplements(&all->made.facts, clock)) continue;
        *one = (struct deadline){.clock = clock};
        one->taken = taken_find(&all->reading.fold, one);
        one->proof = proof_find(all, clock);
        one->running = is_running(clock);
        elements_count(&all->facts, &clock->duty->must, one);
        elements_count(&all->facts, &clock->duty->doubted, one);
        all->count++;
    }
    *out = TAKE(all);
    return OK;
}

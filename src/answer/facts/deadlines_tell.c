#include "answer/facts/deadlines.h"

#include "answer/incident/posting.h"

#include "base/clock.h"
#include "keep/put.h"

static const char *const answers[] = {"no", "maybe", "yes"};

static size_t maybe_text(struct buf *out, const char *name, const char *text)
{
    if (!text) return 0;
    put_text(out, name, slice_text(text));
    return 1;
}

static void names_put(struct buf *out, const char *name, const struct law_names *names)
{
    cbor_text(out, slice_text(name));
    cbor_array(out, names->at_count);
    for (uint32_t i = 0; i < names->at_count; i++) cbor_text(out, slice_text(names->at[i]));
}

static void bits_put(struct buf *out, const char *name, uint64_t bits, unsigned count,
                     const char *(*name_of)(unsigned))
{
    size_t items = 0;
    cbor_text(out, slice_text(name));
    size_t array = cbor_open(out);
    for (unsigned i = 0; i < count; i++) {
        if (!(bits & LAW_BIT(i))) continue;
        cbor_text(out, slice_text(name_of(i)));
        items++;
    }
    cbor_array_close(out, array, items);
}

static void due_put(const struct law_clock *clock, const struct law_due *due, struct buf *out)
{
    static const char *const states[] = {"running", "overdue", "met",  "missed",
                                         "unsaid",  "done",    "open", "waits"};
    size_t map = cbor_open(out), count = 4;
    bool number = clock->duty->due || clock->policy;
    put_time(out, "from", due->from_us);
    put_text(out, "instant", slice_text(law_from_name(due->instant ? due->instant->kind : LAW_FROM_REPORT)));
    put_text(out, "state", slice_text(states[due->state]));
    put_bool(out, "supposed", due->supposed);
    if (due->instant) count += maybe_text(out, "who", due->instant->who);
    if (due->instant) count += maybe_text(out, "why", due->instant->why);
    if (number) {
        SCOPED(buf_done) struct buf local = {0};
        zone_put(&local, &clock->zone, due->due_us);
        put_time(out, "due", due->due_us);
        put_text(out, "due_local", buf_slice(&local));
        count += 2;
    }
    if (number && due->state != LAW_STATE_UNSAID && due->state != LAW_STATE_WAITS) {
        put_number(out, "by_seconds", (uint64_t)(due->by_us / SECOND_US));
        count++;
    }
    if (clock->done && !due->supposed && due->after_us >= 0) {
        put_number(out, "after_seconds", (uint64_t)(due->after_us / SECOND_US));
        count++;
    }
    cbor_map_close(out, map, count);
}

static void depends_put(const struct law_clock *clock, struct buf *out)
{
    uint64_t facts = clock->open_facts | clock->applied.needs_open;
    const struct {
        bool open;
        const char *name;
    } more[] = {{clock->open_kinds, "data"}, {clock->open_risk, "risk"}, {clock->open_people, "people"}};
    size_t items = 0;
    cbor_text(out, SLICE_TEXT("depends_on"));
    size_t array = cbor_open(out);
    for (unsigned i = 0; i < LAW_FACT_COUNT; i++) {
        if (!(facts & LAW_BIT(i))) continue;
        cbor_text(out, slice_text(law_fact_name(i)));
        items++;
    }
    for (size_t i = 0; i < COUNT_OF(more); i++) {
        if (!more[i].open) continue;
        cbor_text(out, slice_text(more[i].name));
        items++;
    }
    cbor_array_close(out, array, items);
}

/* What must be said and is not known: who is asked, and by when it follows. */
static void missing_names(const struct facts *facts, const struct law_names *names, bool doubted,
                          struct buf *out, size_t *items)
{
    for (uint32_t i = 0; i < names->at_count; i++) {
        const struct fact *fact = fact_by(facts, names->at[i]);
        if (!fact || fact->state == FACT_KNOWN) continue;
        size_t map = cbor_open(out), count = 4;
        put_text(out, "element", slice_text(fact->element));
        put_text(out, "state", slice_text(fact_state_name(fact->state)));
        put_text(out, "knows", slice_text(fact->knows));
        put_bool(out, "doubted", doubted);
        if (fact->follows_us) {
            put_time(out, "follows", fact->follows_us);
            count++;
        }
        cbor_map_close(out, map, count);
        ++*items;
    }
}

static void ready_put(const struct deadlines *all, const struct deadline *deadline, struct buf *out)
{
    const struct law_duty *duty = deadline->clock->duty;
    size_t items = 0;
    put_number(out, "required", deadline->required);
    put_number(out, "held", deadline->held);
    cbor_text(out, SLICE_TEXT("missing"));
    size_t array = cbor_open(out);
    missing_names(&all->facts, &duty->must, false, out, &items);
    missing_names(&all->facts, &duty->doubted, true, out, &items);
    cbor_array_close(out, array, items);
}

static void taken_put(struct shop *shop, const struct line *taken, struct buf *out)
{
    SCOPED(buf_done) struct buf who = {0};
    cbor_text(out, SLICE_TEXT("acknowledged"));
    if (!taken) {
        cbor_null(out);
        return;
    }
    reader_put(shop, taken->who ? taken->who : taken->author, &who);
    cbor_map(out, 3);
    put_text(out, "who", buf_slice(&who));
    put_time(out, "at", taken->time_us);
    put_number(out, "line", taken->n);
}

/* What the duty demands and the text that was sent did not say. */
static size_t left_out(const struct texts *says, const struct law_names *names, struct buf *out)
{
    size_t items = 0;
    for (uint32_t i = 0; i < names->at_count; i++) {
        bool said = false;
        for (size_t j = 0; j < says->count; j++) said |= slice_is(says->at[j], names->at[i]);
        if (said) continue;
        cbor_text(out, slice_text(names->at[i]));
        items++;
    }
    return items;
}

static void proof_put(const struct item *proof, const struct law_duty *duty, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("proof"));
    if (!proof) {
        cbor_null(out);
        return;
    }
    const struct texts *says = &proof->now.says;
    cbor_map(out, says->count > 0 ? 6 : 5);
    put_number(out, "line", proof->now.n);
    put_number(out, "entry", proof->now.entry);
    put_time(out, "at", proof->now.at);
    put_text(out, "receipt", proof->now.receipt);
    put_text(out, "hash", proof->now.hash);
    if (says->count == 0) return;
    cbor_text(out, SLICE_TEXT("left_out"));
    size_t array = cbor_open(out), items = left_out(says, &duty->must, out);
    cbor_array_close(out, array, items + left_out(says, &duty->doubted, out));
}

/* Who was told of it, by which step. */
static void reminders_put(const struct fold *fold, const struct deadline *deadline, struct buf *out)
{
    SCOPED(buf_done) struct buf name = {0};
    size_t items = 0;
    deadline_name(deadline, &name);
    cbor_text(out, SLICE_TEXT("reminders"));
    size_t array = cbor_open(out);
    for (size_t i = 0; i < fold->line_count; i++) {
        const struct line *line = &fold->lines[i];
        bool meant = line->kind == LINE_REMINDED && slice_equal(line->name, buf_slice(&name));
        if (!meant || deadline->clock->count == 0 || line->due != deadline->clock->at[0].due_us) continue;
        cbor_map(out, 3);
        put_text(out, "step", line->state);
        put_time(out, "at", line->time_us);
        put_number(out, "line", line->n);
        items++;
    }
    cbor_array_close(out, array, items);
}

static void title_put(const struct law_regime *regime, struct buf *out)
{
    const struct {
        const char *name, *text;
    } titles[] = {{"en", regime->title.en}, {"id", regime->title.id}, {"ko", regime->title.ko}};
    size_t count = 0;
    cbor_text(out, SLICE_TEXT("title"));
    size_t map = cbor_open(out);
    for (size_t i = 0; i < COUNT_OF(titles); i++) count += maybe_text(out, titles[i].name, titles[i].text);
    cbor_map_close(out, map, count);
}

static void deadline_put(struct shop *shop, const struct deadlines *all, const struct deadline *deadline,
                         struct buf *out)
{
    const struct law_clock *clock = deadline->clock;
    const struct law_duty *duty = clock->duty;
    size_t map = cbor_open(out), count = 22;
    put_text(out, "regime", slice_text(clock->applied.regime->id));
    put_text(out, "duty", slice_text(duty->id));
    title_put(clock->applied.regime, out);
    put_text(out, "to", slice_text(law_to_name(duty->to)));
    put_text(out, "stage", slice_text(law_stage_name(duty->stage)));
    names_put(out, "recipients", &duty->recipients);
    put_text(out, "owed", slice_text(answers[clock->owed]));
    depends_put(clock, out);
    put_text(out, "zone", slice_text(clock->zone_name));
    put_bool(out, "policy", clock->policy);
    put_bool(out, "out_of_order", clock->out_of_order);
    put_bool(out, "running", deadline->running);
    cbor_text(out, SLICE_TEXT("candidates"));
    cbor_array(out, clock->count);
    for (size_t i = 0; i < clock->count; i++) due_put(clock, &clock->at[i], out);
    names_put(out, "must", &duty->must);
    names_put(out, "doubted", &duty->doubted);
    names_put(out, "switches", &duty->switches);
    ready_put(all, deadline, out);
    taken_put(shop, deadline->taken, out);
    proof_put(deadline->proof, duty, out);
    reminders_put(&all->reading.fold, deadline, out);
    count += maybe_text(out, "no_number", duty->no_number);
    count += maybe_text(out, "source", duty->source);
    if (clock->delayed) count += maybe_text(out, "may_wait_by", clock->delayed->id);
    if (clock->substitute) count += maybe_text(out, "instead", clock->substitute->id);
    put_text(out, "sure", slice_text(law_sure_name(duty->sure)));
    cbor_map_close(out, map, count + 1);
}

static void applied_put(const struct law_applied *applied, struct buf *out)
{
    static const char *const forces[] = {"in_force", "not_yet", "no_more", "unknown"};
    cbor_map(out, 7);
    put_text(out, "regime", slice_text(applied->regime->id));
    put_text(out, "applies", slice_text(answers[applied->answer]));
    put_text(out, "force", slice_text(forces[applied->force]));
    put_bool(out, "straddles", applied->straddles);
    put_bool(out, "by_people", applied->by_people);
    put_bool(out, "by_seat", applied->by_seat);
    put_number(out, "people", applied->people);
}

static void applies_put(const struct deadlines *all, struct buf *out)
{
    size_t items = 0;
    cbor_text(out, SLICE_TEXT("applies"));
    size_t array = cbor_open(out);
    for (size_t i = 0; law_at(all->book->law, i); i++) {
        struct law_applied applied;
        law_applies(all->book->law, law_at(all->book->law, i), &all->made.facts, &applied);
        if (applied.answer == LAW_NO) continue;
        applied_put(&applied, out);
        items++;
    }
    cbor_array_close(out, array, items);
    cbor_text(out, SLICE_TEXT("uncovered"));
    array = cbor_open(out);
    items = 0;
    for (size_t i = 0; i < all->made.facts.people_count; i++) {
        if (!law_uncovered(all->book->law, all->made.facts.people[i].country)) continue;
        cbor_text(out, slice_text(all->made.facts.people[i].country));
        items++;
    }
    cbor_array_close(out, array, items);
}

static void instants_put(const struct law_case *facts, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("instants"));
    cbor_array(out, facts->instant_count);
    for (size_t i = 0; i < facts->instant_count; i++) {
        const struct law_instant *one = &facts->instants[i];
        size_t map = cbor_open(out), count = 2;
        put_text(out, "kind", slice_text(law_from_name(one->kind)));
        put_time(out, "at", one->us);
        count += maybe_text(out, "who", one->who);
        count += maybe_text(out, "why", one->why);
        cbor_map_close(out, map, count);
    }
}

static void done_put(const struct law_case *facts, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("done"));
    cbor_array(out, facts->done_count);
    for (size_t i = 0; i < facts->done_count; i++) {
        const struct law_done *done = &facts->done[i];
        cbor_map(out, 4);
        put_text(out, "regime", slice_text(done->regime));
        put_text(out, "duty", slice_text(done->duty));
        put_time(out, "from", done->from_us);
        put_time(out, "to", done->to_us);
    }
    cbor_text(out, SLICE_TEXT("choices"));
    cbor_array(out, facts->choice_count);
    for (size_t i = 0; i < facts->choice_count; i++) {
        cbor_map(out, 3);
        put_text(out, "regime", slice_text(facts->choices[i].regime));
        put_text(out, "name", slice_text(facts->choices[i].name));
        put_text(out, "value", slice_text(facts->choices[i].value));
    }
}

/* What it was worked out from, so that anybody can do it again: amanah law clocks. */
static void case_put(const struct incident_case *made, struct buf *out)
{
    const struct law_case *facts = &made->facts;
    cbor_text(out, SLICE_TEXT("case"));
    size_t map = cbor_open(out), count = 9;
    cbor_text(out, SLICE_TEXT("people"));
    cbor_array(out, facts->people_count);
    for (size_t i = 0; i < facts->people_count; i++) {
        cbor_map(out, 2);
        put_text(out, "country", slice_text(facts->people[i].country));
        put_number(out, "count", facts->people[i].count);
    }
    bits_put(out, "yes", facts->yes, LAW_FACT_COUNT, law_fact_name);
    bits_put(out, "no", facts->no, LAW_FACT_COUNT, law_fact_name);
    bits_put(out, "kinds", facts->kinds, LAW_KIND_COUNT, law_kind_name);
    put_bool(out, "kinds_known", facts->kinds_known);
    instants_put(facts, out);
    done_put(facts, out);
    put_number(out, "unknown_names", made->unknown_names);
    count += maybe_text(out, "seat", facts->seat);
    if (facts->risk_known) count += maybe_text(out, "risk", law_risk_name(facts->risk));
    cbor_map_close(out, map, count);
}

static void postings_put(const struct deadlines *all, struct buf *out)
{
    const struct fold *fold = &all->reading.fold;
    size_t items = 0;
    cbor_text(out, SLICE_TEXT("postings"));
    size_t array = cbor_open(out);
    for (size_t i = 0; i < fold->item_count; i++) {
        struct posting posting;
        if (fold->items[i].now.kind != LINE_POSTING) continue;
        posting_of(fold, all->book->law, &fold->items[i], &posting);
        size_t map = cbor_open(out), count = 8;
        put_number(out, "line", posting.item->now.n);
        put_text(out, "duty", posting.item->now.name);
        put_text(out, "url", posting.item->now.url);
        put_text(out, "state", posting.item->now.state);
        put_time(out, "since", posting.item->now.at);
        put_number(out, "probes", posting.probes);
        put_number(out, "proven_seconds", (uint64_t)(posting.proven_us / SECOND_US));
        put_number(out, "needed_seconds", (uint64_t)(posting.needed_us / SECOND_US));
        if (posting.last) {
            put_text(out, "found", posting.last->state);
            put_time(out, "found_at", posting.last->time_us);
            count += 2;
        }
        cbor_map_close(out, map, count);
        items++;
    }
    cbor_array_close(out, array, items);
}

void deadlines_tell(struct shop *shop, const struct deadlines *all, struct buf *out)
{
    bool problem = all->book->problem.len > 0, own = false;
    for (size_t i = 0; law_at(all->book->law, i); i++)
        own |= law_is_own(all->book->law, law_at(all->book->law, i));
    cbor_map(out, problem ? 8 : 7);
    put_time(out, "at", all->facts.now_us);
    put_bool(out, "own_rules", own);
    if (problem) put_text(out, "law_problem", buf_slice(&all->book->problem));
    applies_put(all, out);
    cbor_text(out, SLICE_TEXT("clocks"));
    cbor_array(out, all->count);
    for (size_t i = 0; i < all->count; i++) deadline_put(shop, all, &all->at[i], out);
    postings_put(all, out);
    case_put(&all->made, out);
}

#include "answer/facts/case.h"

#include "keep/profile.h"

#include <string.h>

void incident_case_done(struct incident_case *made)
{
    arena_done(&made->arena);
    *made = (struct incident_case){0};
}

static const char *text_keep(struct arena *arena, struct slice text)
{
    char *copy = arena_take(arena, text.len + 1);
    if (text.len > 0) memcpy(copy, text.at, text.len);
    return copy;
}

/* Accounts that are known or possible, by country. That nobody was found is no proof that nobody is concerned. */
static void people_find(const struct facts *facts, struct incident_case *out)
{
    const struct told_groups *groups = &facts->scope.countries;
    struct law_people *people = arena_take(&out->arena, (groups->count + 1) * sizeof *people);
    size_t count = 0;
    for (size_t i = 0; facts->counted && i < groups->count; i++) {
        const struct told_group *group = &groups->at[i];
        if (group->known + group->possible == 0) continue;
        people[count].country = group->code.len == 2 ? text_keep(&out->arena, group->code) : CASE_NOWHERE;
        people[count++].count = group->known + group->possible;
    }
    out->facts.people = people;
    out->facts.people_count = count;
}

/* Which kinds of a threshold the fields are; whether there may be others: in notes and own fields anything may stand. */
static void kinds_find(const struct facts *facts, struct law_case *out)
{
    bool judged = facts->counted && facts->scope.any.known + facts->scope.any.possible > 0;
    for (size_t i = 0; i < facts->field_count; i++) {
        const struct fact_field *field = &facts->fields[i];
        if (!field->affected) continue;
        if (slice_is(field->name, "national_id"))
            out->kinds |= LAW_BIT(LAW_KIND_UNIQUE_ID) | LAW_BIT(LAW_KIND_IDENTITY_FRAUD);
        if (slice_is(field->class_name, "free_text") || slice_is(field->class_name, "own")) judged = false;
    }
    out->kinds_known = judged;
}

static uint64_t bit_set(uint64_t bits, int number, bool set)
{
    return set ? bits | LAW_BIT(number) : bits & ~LAW_BIT(number);
}

/* One answer: to a fact, to a kind of data, or how high the risk is. */
static void answer_take(const struct line *now, uint64_t *kinds_answered, struct law_case *out)
{
    bool yes = slice_is(now->state, "yes"), no = slice_is(now->state, "no");
    int fact = law_fact_by(now->name), kind = law_kind_by(now->name), risk = law_risk_by(now->state);
    if (fact >= 0) {
        out->yes = bit_set(out->yes, fact, yes);
        out->no = bit_set(out->no, fact, no);
    } else if (kind >= 0) {
        if (yes || no) out->kinds = bit_set(out->kinds, kind, yes);
        *kinds_answered = bit_set(*kinds_answered, kind, yes || no);
    } else if (slice_is(now->name, "risk")) {
        out->risk_known = risk >= 0;
        out->risk = risk >= 0 ? (enum law_risk)risk : LAW_RISK_NONE;
    }
}

/* What people answered: the newest to each question counts. */
static void circumstances_take(const struct fold *fold, struct law_case *out)
{
    uint64_t kinds_answered = 0;
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct line *now = &fold->items[i].now;
        if (now->kind == LINE_CIRCUMSTANCE) answer_take(now, &kinds_answered, out);
    }
    if (kinds_answered == LAW_BIT(LAW_KIND_COUNT) - 1) out->kinds_known = true;
}

static void profile_answer(enum profile_answer answer, unsigned fact, struct law_case *out)
{
    if (answer == PROFILE_YES) out->yes |= LAW_BIT(fact);
    if (answer == PROFILE_NO) out->no |= LAW_BIT(fact);
}

/* "kr-pipa/authority" in two. False when it is not so. */
static bool name_split(struct arena *arena, struct slice name, const char **regime, const char **rest)
{
    const uint8_t *mark = name.len > 0 ? memchr(name.at, '/', name.len) : NULL;
    if (!mark) return false;
    size_t len = (size_t)(mark - name.at);
    *regime = text_keep(arena, slice_part(name, 0, len));
    *rest = text_keep(arena, slice_from(name, len + 1));
    return true;
}

static void done_find(const struct law *law, const struct fold *fold, struct incident_case *out)
{
    struct law_done *done = arena_take(&out->arena, (fold->item_count + 1) * sizeof *done);
    size_t count = 0;
    out->done = arena_take(&out->arena, (fold->item_count + 1) * sizeof(void *));
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct line *now = &fold->items[i].now;
        struct law_done one = {.from_us = now->at, .to_us = now->until ? now->until : now->at};
        if (now->kind != LINE_DONE || !slice_is(now->state, "done")) continue;
        const struct law_regime *regime =
            name_split(&out->arena, now->name, &one.regime, &one.duty) ? law_regime(law, one.regime) : NULL;
        if (!regime || !law_duty(regime, one.duty)) {
            out->unknown_names++;
            continue;
        }
        out->done[count] = &fold->items[i];
        done[count++] = one;
    }
    out->facts.done = done;
    out->facts.done_count = count;
}

static void choices_find(const struct law *law, const struct fold *fold, struct incident_case *out)
{
    struct law_choice *choices = arena_take(&out->arena, (fold->item_count + 1) * sizeof *choices);
    size_t count = 0;
    for (size_t i = fold->item_count; i > 0;
         i--) { /* the newest of a name first: the first of a name counts */
        const struct line *now = &fold->items[i - 1].now;
        struct law_choice one = {0};
        if (now->kind != LINE_CHOICE) continue;
        const struct law_regime *regime =
            name_split(&out->arena, now->name, &one.regime, &one.name) ? law_regime(law, one.regime) : NULL;
        one.value = text_keep(&out->arena, now->answer);
        const struct law_case probe = {.choices = &one, .choice_count = 1};
        if (!regime || law_case_check(law, &probe).code != CODE_OK) {
            out->unknown_names++;
            continue;
        }
        choices[count++] = one;
    }
    out->facts.choices = choices;
    out->facts.choice_count = count;
}

/* Did this line change what is known of the leak? */
static bool line_changes(const struct line *line)
{
    if (line->kind == LINE_HYPOTHESIS) return line->cause && slice_is(line->state, "confirmed");
    if (line->kind == LINE_RECOVERY) return slice_is(line->state, "verified");
    if (line->kind == LINE_FACT) return line->state.len == 0 || slice_is(line->state, "known");
    if (line->kind == LINE_INSTANT) return !words_have("notified closed", line->name);
    return line->kind == LINE_SCOPE || line->kind == LINE_CIRCUMSTANCE;
}

/* The last report that was made up to an instant; INT64_MIN: none. */
static int64_t report_before(const struct law_case *facts, int64_t us)
{
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < facts->done_count; i++) {
        if (facts->done[i].to_us <= us && facts->done[i].to_us > last) last = facts->done[i].to_us;
    }
    return last;
}

/*
 * Facts that changed after a report: the first of those between two reports starts the clock of a supplement, the
 * others are told with it. Only the newest LAW_CANDIDATES_MAX such times are kept.
 */
static void changes_add(const struct fold *fold, struct incident_case *out, struct law_instant *at,
                        size_t *count)
{
    int64_t told_us = INT64_MIN;
    size_t kept = 0, first = *count;
    for (size_t i = 0; i < fold->line_count; i++) {
        const struct line *line = &fold->lines[i];
        int64_t report_us = report_before(&out->facts, line->time_us);
        if (report_us == INT64_MIN || !line_changes(line)) continue;
        out->changes++;
        if (report_us == told_us) continue;
        told_us = report_us;
        if (kept == LAW_CANDIDATES_MAX) {
            memmove(&at[first], &at[first + 1], (kept - 1) * sizeof *at);
            memmove(out->fact_lines, out->fact_lines + 1, (kept - 1) * sizeof *out->fact_lines);
            kept--;
            --*count;
        }
        SCOPED(buf_done) struct buf why = {0};
        buf_print(&why, "line %llu: %s", (unsigned long long)line->n, line_row(line->kind)->name);
        at[(*count)++] =
            (struct law_instant){LAW_FROM_FACT, line->time_us, NULL, text_keep(&out->arena, buf_slice(&why))};
        out->fact_lines[kept++] = line->n;
    }
}

static int instant_kind(struct slice name)
{
    static const struct {
        const char *name;
        enum law_from kind;
    } kinds[] = {{"aware", LAW_FROM_AWARE},
                 {"intrusion", LAW_FROM_INTRUSION},
                 {"occurred", LAW_FROM_OCCURRED},
                 {"assessed", LAW_FROM_ASSESSED}};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (slice_is(name, kinds[i].name)) return (int)kinds[i].kind;
    }
    return -1;
}

/* Every candidate, who says so and why; of more than there is room for the earliest, which are the worst. */
static void instants_find(struct shop *shop, const struct fold *fold, const struct facts *facts,
                          struct incident_case *out)
{
    size_t room = facts->instant_count + LAW_CANDIDATES_MAX + 1, count = 0, kinds[LAW_FROM_COUNT] = {0};
    struct law_instant *at = arena_take(&out->arena, room * sizeof *at);
    for (size_t i = 0; i < facts->instant_count; i++) {
        const struct fact_instant *one = &facts->instants[i];
        int kind = instant_kind(one->name);
        SCOPED(buf_done) struct buf who = {0}, why = {0};
        if (kind < 0 || kinds[kind]++ >= LAW_CANDIDATES_MAX) continue;
        if (one->ours) {
            buf_print(&who, "count %u", facts->scope.version);
            buf_text(&why, "the earliest trace that was found");
        } else {
            if (one->source.len > 0)
                buf_slice_put(&who, one->source);
            else
                reader_put(shop, one->who, &who);
            buf_print(&why, "line %llu", (unsigned long long)one->line);
        }
        at[count++] =
            (struct law_instant){(enum law_from)kind, one->at_us, text_keep(&out->arena, buf_slice(&who)),
                                 text_keep(&out->arena, buf_slice(&why))};
    }
    changes_add(fold, out, at, &count);
    out->facts.instants = at;
    out->facts.instant_count = count;
}

RESULT case_of(struct shop *shop, const struct law *law, const struct fold *fold, const struct facts *facts,
               struct incident_case *out)
{
    const struct profile *profile = profile_of(shop);
    out->facts.now_us = facts->now_us;
    if (profile->seat[0]) out->facts.seat = text_keep(&out->arena, slice_text(profile->seat));
    people_find(facts, out);
    kinds_find(facts, &out->facts);
    profile_answer(profile->marketplace, LAW_FACT_MARKETPLACE, &out->facts);
    profile_answer(profile->medium, LAW_FACT_MEDIUM_OR_LARGER, &out->facts);
    circumstances_take(fold, &out->facts);
    done_find(law, fold, out);
    choices_find(law, fold, out);
    instants_find(shop, fold, facts, out);
    return law_case_check(law, &out->facts);
}

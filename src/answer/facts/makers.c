/* How each element is worked out, where it can be. Lists are sentences in a row; people's own words stay theirs. */
#include "answer/facts/facts_priv.h"
#include "answer/facts/severe.h"

#include <string.h>

static void known(struct fact *fact, const char *source)
{
    fact->state = FACT_KNOWN;
    fact->source = source;
}

static void counted(const struct making *making, struct fact *fact)
{
    known(fact, "scope");
    fact->scope = making->out->scope.version;
}

static void said_by_profile(struct fact *fact, const struct buf *text)
{
    if (text->len == 0) return;
    known(fact, "profile");
    fact->text.any = buf_slice(text);
}

static void who_make(const struct making *making, struct fact *fact)
{
    said_by_profile(fact, &profile_of(making->shop)->name);
}

static void contact_make(const struct making *making, struct fact *fact)
{
    said_by_profile(fact, &profile_of(making->shop)->contact);
}

static void desk_make(const struct making *making, struct fact *fact)
{
    said_by_profile(fact, &profile_of(making->shop)->desk);
}

/* Every field that is known or possible of anybody: masked ones as well. */
static void data_items_make(const struct making *making, struct fact *fact)
{
    const struct facts *facts = making->out;
    SCOPED(compose_done) struct compose list = {0};
    if (!facts->counted) return;
    for (size_t i = 0; i < facts->field_count; i++) {
        const struct fact_field *field = &facts->fields[i];
        if (!field->affected) continue;
        if (!compose_empty(&list)) compose_text(&list, SLICE_TEXT(", "));
        compose_texts(&list, &field->label);
        const char *only = field->three.known == 0                     ? "fact.only_possible"
                           : field->three.known == field->three.masked ? "fact.only_masked"
                                                                       : NULL;
        if (only) {
            compose_text(&list, SLICE_TEXT(" "));
            compose_word(&list, only);
        }
        fact->partly |= field->three.known == 0;
    }
    if (compose_empty(&list)) compose_word(&list, "fact.no_field");
    counted(making, fact);
    compose_keep(&list, &making->out->arena, &fact->text);
}

/* From the earliest to the latest candidate of an instant. */
static size_t span_find(const struct facts *facts, const char *name, struct fact *fact)
{
    size_t count = 0;
    for (size_t i = 0; i < facts->instant_count; i++) {
        const struct fact_instant *one = &facts->instants[i];
        if (!slice_is(one->name, name)) continue;
        if (count++ == 0) fact->from_us = one->at_us;
        fact->to_us = one->at_us;
        if (one->line > 0 && fact->line == 0) fact->line = one->line;
    }
    return count;
}

static void time_text(struct compose *compose, int64_t us)
{
    SCOPED(buf_done) struct buf text = {0};
    minute_put(&text, us);
    compose_text(compose, buf_slice(&text));
}

static void time_word(struct compose *compose, const char *key, int64_t us)
{
    SCOPED(buf_done) struct buf time = {0};
    minute_put(&time, us);
    compose_with(compose, key, &(struct mail_value){"time", buf_slice(&time)}, 1);
}

static void when_make(const struct making *making, struct fact *fact)
{
    SCOPED(compose_done) struct compose text = {0};
    SCOPED(buf_done) struct buf from = {0}, to = {0};
    const struct item *contained = fold_instant(making->fold, "contained");
    if (span_find(making->out, "occurred", fact) == 0) return;
    fact->to_us = contained && contained->now.at >= fact->from_us ? contained->now.at : 0;
    minute_put(&from, fact->from_us);
    if (fact->to_us) minute_put(&to, fact->to_us);
    const struct mail_value values[] = {{"from", buf_slice(&from)}, {"to", buf_slice(&to)}};
    compose_with(&text, fact->to_us ? "fact.span" : "fact.since", values, COUNT_OF(values));
    fact->partly = fact->to_us == 0;
    known(fact, "timeline");
    compose_keep(&text, &making->out->arena, &fact->text);
}

static void aware_make(const struct making *making, struct fact *fact)
{
    SCOPED(compose_done) struct compose text = {0};
    const struct facts *facts = making->out;
    if (span_find(facts, "aware", fact) == 0) return;
    for (size_t i = 0; i < facts->instant_count; i++) {
        const struct fact_instant *one = &facts->instants[i];
        if (!slice_is(one->name, "aware")) continue;
        if (!compose_empty(&text)) compose_text(&text, SLICE_TEXT("; "));
        time_text(&text, one->at_us);
        if (one->source.len == 0) continue;
        compose_text(&text, SLICE_TEXT(" ("));
        compose_text(&text, one->source);
        compose_text(&text, SLICE_TEXT(")"));
    }
    known(fact, "timeline");
    compose_keep(&text, &making->out->arena, &fact->text);
}

static const struct item *cause_of(const struct fold *fold)
{
    const struct item *cause = NULL;
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct line *now = &fold->items[i].now;
        if (now->kind == LINE_HYPOTHESIS && now->cause && slice_is(now->state, "confirmed"))
            cause = &fold->items[i];
    }
    return cause;
}

static void cause_make(const struct making *making, struct fact *fact)
{
    const struct item *cause = cause_of(making->fold);
    if (!cause) return;
    known(fact, "timeline");
    fact->line = cause->now.n;
    fact->text.any = cause->now.text;
}

static void type_make(const struct making *making, struct fact *fact)
{
    const struct told_three *any = &making->out->scope.any;
    if (!making->out->counted || any->known + any->possible == 0) return;
    counted(making, fact);
    fact->partly = any->known == 0;
    fact->text = words_of("fact.type.confidentiality", &making->out->arena);
}

/* A number of people never stands alone: when it was counted stands beside it. */
static void as_of_put(const struct making *making, struct compose *text)
{
    int64_t counted_us = 0;
    SCOPED(buf_done) struct buf time = {0};
    if (time_get(making->out->scope.counted, &counted_us).code != CODE_OK) return;
    minute_put(&time, counted_us);
    compose_text(text, SLICE_TEXT(" "));
    compose_with(text, "fact.as_of", &(struct mail_value){"time", buf_slice(&time)}, 1);
}

static void people_make(const struct making *making, struct fact *fact, bool persons)
{
    const struct told_three *any = &making->out->scope.any;
    SCOPED(compose_done) struct compose text = {0};
    if (!making->out->counted) return;
    counted(making, fact);
    fact->numeric = true;
    fact->number = persons ? any->known_persons : any->known;
    fact->possible = persons ? any->possible_persons : any->possible;
    fact->partly = fact->possible > 0 || making->out->scope.nobody_lines > 0;
    compose_number(&text, persons ? "fact.persons" : "fact.records", fact->number);
    if (fact->possible > 0) {
        compose_text(&text, SLICE_TEXT("; "));
        compose_number(&text, persons ? "fact.persons_possible" : "fact.records_possible", fact->possible);
    }
    as_of_put(making, &text);
    compose_keep(&text, &making->out->arena, &fact->text);
}

static void n_persons_make(const struct making *making, struct fact *fact)
{
    people_make(making, fact, true);
}

static void n_records_make(const struct making *making, struct fact *fact)
{
    people_make(making, fact, false);
}

static void cat_persons_make(const struct making *making, struct fact *fact)
{
    const struct told_groups *groups = &making->out->scope.statuses;
    SCOPED(compose_done) struct compose text = {0};
    for (size_t i = 0; i < groups->count; i++) {
        char key[48] = "fact.status.";
        const struct told_group *group = &groups->at[i];
        if (group->known + group->possible == 0 || group->code.len > 20) continue;
        memcpy(key + 12, group->code.at, group->code.len);
        if (!words_has(SLICE_TEXT("en"), key)) continue;
        if (!compose_empty(&text)) compose_text(&text, SLICE_TEXT(", "));
        compose_number(&text, key, group->known + group->possible);
    }
    if (compose_empty(&text)) return;
    counted(making, fact);
    as_of_put(making, &text);
    compose_keep(&text, &making->out->arena, &fact->text);
}

/* Each consequence once, though several fields may have it. */
static void risks_make(const struct making *making, struct fact *fact, bool help)
{
    const struct facts *facts = making->out;
    SCOPED(compose_done) struct compose text = {0};
    for (size_t i = 0; i < facts->field_count; i++) {
        const struct fact_field *field = &facts->fields[i];
        const struct fact_texts *one = help ? &field->help : &field->impact;
        bool twice = false;
        for (size_t j = 0; j < i; j++) {
            const struct fact_field *other = &facts->fields[j];
            twice |= other->affected && slice_equal((help ? &other->help : &other->impact)->en, one->en);
        }
        if (!field->affected || twice) continue;
        if (!compose_empty(&text)) compose_text(&text, SLICE_TEXT(" "));
        compose_texts(&text, one);
    }
    if (compose_empty(&text)) return;
    counted(making, fact);
    compose_keep(&text, &making->out->arena, &fact->text);
}

static void impact_make(const struct making *making, struct fact *fact)
{
    risks_make(making, fact, false);
}

static void self_help_make(const struct making *making, struct fact *fact)
{
    risks_make(making, fact, true);
}

/* The texts of items of a kind in a state, as people or the program wrote them. */
static size_t items_text(const struct fold *fold, enum line_kind kind, const char *states, struct buf *out)
{
    size_t count = 0;
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct line *now = &fold->items[i].now;
        if (now->kind != kind || (states[0] && !words_have(states, now->state)) || now->text.len == 0)
            continue;
        if (out->len > 0) buf_text(out, "; ");
        buf_slice_put(out, now->text);
        count++;
    }
    return count;
}

static void items_make(const struct making *making, struct fact *fact, const struct buf *text)
{
    if (text->len == 0) return;
    known(fact, "timeline");
    fact->text.any = arena_copy(&making->out->arena, buf_slice(text));
}

static void actions_make(const struct making *making, struct fact *fact)
{
    SCOPED(buf_done) struct buf text = {0};
    (void)items_text(making->fold, LINE_CONTAIN, "", &text);
    (void)items_text(making->fold, LINE_TASK, "done", &text);
    items_make(making, fact, &text);
}

static void recover_make(const struct making *making, struct fact *fact)
{
    SCOPED(buf_done) struct buf text = {0};
    (void)items_text(making->fold, LINE_RECOVERY, "verified", &text); /* a claim is none of it */
    items_make(making, fact, &text);
}

static void prevent_make(const struct making *making, struct fact *fact)
{
    SCOPED(buf_done) struct buf text = {0};
    (void)items_text(making->fold, LINE_PREVENTION, "", &text);
    items_make(making, fact, &text);
}

static void followup_make(const struct making *making, struct fact *fact)
{
    known(fact, "timeline"); /* a promise: it holds while the incident is open */
    fact->text = words_of("fact.followup", &making->out->arena);
}

/* To persons, by what stands on record as done. */
static void notice_status_make(const struct making *making, struct fact *fact)
{
    SCOPED(compose_done) struct compose text = {0};
    for (size_t i = 0; i < making->fold->item_count; i++) {
        const struct line *now = &making->fold->items[i].now;
        const uint8_t *mark = now->name.len > 0 ? memmem(now->name.at, now->name.len, "/persons", 8) : NULL;
        if (now->kind != LINE_DONE || !slice_is(now->state, "done") || !mark) continue;
        if (!compose_empty(&text)) compose_text(&text, SLICE_TEXT("; "));
        time_word(&text, "fact.told", now->at);
        fact->line = now->n;
    }
    known(fact, "timeline");
    if (compose_empty(&text)) compose_word(&text, "fact.not_told");
    compose_keep(&text, &making->out->arena, &fact->text);
}

static void public_status_make(const struct making *making, struct fact *fact)
{
    SCOPED(compose_done) struct compose text = {0};
    for (size_t i = 0; i < making->fold->item_count; i++) {
        const struct line *now = &making->fold->items[i].now;
        if (now->kind != LINE_POSTING) continue;
        if (!compose_empty(&text)) compose_text(&text, SLICE_TEXT("; "));
        time_word(&text, "fact.posted", now->at);
        compose_text(&text, SLICE_TEXT(" "));
        compose_text(&text, now->url);
        fact->line = now->n;
    }
    known(fact, "timeline");
    if (compose_empty(&text)) compose_word(&text, "fact.not_posted");
    compose_keep(&text, &making->out->arena, &fact->text);
}

static void chrono_make(const struct making *making, struct fact *fact)
{
    const struct facts *facts = making->out;
    SCOPED(compose_done) struct compose text = {0};
    for (size_t i = 0; i < facts->instant_count; i++) {
        SCOPED(buf_done) struct buf key = {0};
        const struct fact_instant *one = &facts->instants[i];
        buf_text(&key, "fact.instant.");
        buf_slice_put(&key, one->name);
        if (!words_has(SLICE_TEXT("en"), buf_c(&key))) continue;
        if (!compose_empty(&text)) compose_text(&text, SLICE_TEXT("; "));
        time_text(&text, one->at_us);
        compose_text(&text, SLICE_TEXT(" "));
        compose_word(&text, buf_c(&key));
    }
    if (compose_empty(&text)) return;
    known(fact, "timeline");
    compose_keep(&text, &making->out->arena, &fact->text);
}

/* The newest answer to a question of the law; empty: nobody answered. */
static struct slice circumstance(const struct fold *fold, const char *name, uint64_t *line)
{
    struct slice state = {0};
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct line *now = &fold->items[i].now;
        if (now->kind != LINE_CIRCUMSTANCE || !slice_is(now->name, name)) continue;
        state = now->state;
        *line = now->n;
    }
    return state;
}

static void malicious_make(const struct making *making, struct fact *fact)
{
    static const char *const names[] = {"outside_access", "unauthorised_person", "improper_purpose",
                                        "intrusion"};
    size_t no = 0;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        uint64_t line = 0;
        struct slice state = circumstance(making->fold, names[i], &line);
        no += slice_is(state, "no");
        if (!slice_is(state, "yes")) continue;
        known(fact, "line");
        fact->line = line;
        fact->text = words_of("fact.malicious.yes", &making->out->arena);
        return;
    }
    if (no < COUNT_OF(names)) return;
    known(fact, "line");
    fact->text = words_of("fact.malicious.no", &making->out->arena);
}

static void xborder_make(const struct making *making, struct fact *fact)
{
    const struct told_groups *groups = &making->out->scope.countries;
    const char *seat = profile_of(making->shop)->seat;
    SCOPED(compose_done) struct compose text = {0};
    if (!making->out->counted) return;
    for (size_t i = 0; i < groups->count; i++) {
        const struct told_group *group = &groups->at[i];
        if (group->known + group->possible == 0 || group->code.len == 0 || slice_is(group->code, seat))
            continue;
        if (!compose_empty(&text)) compose_text(&text, SLICE_TEXT(", "));
        compose_text(&text, group->code);
        compose_text(&text, SLICE_TEXT(": "));
        compose_number(&text, "fact.records", group->known + group->possible);
    }
    counted(making, fact);
    fact->partly = seat[0] == 0;
    if (compose_empty(&text))
        compose_word(&text, "fact.xborder.none");
    else
        as_of_put(making, &text);
    compose_keep(&text, &making->out->arena, &fact->text);
}

static void severity_make(const struct making *making, struct fact *fact)
{
    struct severe severe = {0};
    SCOPED(compose_done) struct compose text = {0};
    static const char *const bands[] = {"law.band.low", "law.band.medium", "law.band.high",
                                        "law.band.very_high"};
    severe_of(making->fold, making->out, &severe);
    if (!severe.complete) return;
    known(fact, "line");
    fact->line = severe.line;
    compose_word(&text, bands[severe.result.band]);
    SCOPED(buf_done) struct buf score = {0};
    buf_print(&score, " (ENISA %u.%02u)", severe.result.score / 100, severe.result.score % 100);
    compose_text(&text, buf_slice(&score));
    compose_keep(&text, &making->out->arena, &fact->text);
}

fact_maker fact_maker_of(const char *element)
{
    static const struct {
        const char *element;
        fact_maker make;
    } makers[] = {
        {"who", who_make},
        {"contact", contact_make},
        {"desk", desk_make},
        {"data_items", data_items_make},
        {"when", when_make},
        {"how", cause_make},
        {"aware", aware_make},
        {"type", type_make},
        {"n_persons", n_persons_make},
        {"cat_persons", cat_persons_make},
        {"n_records", n_records_make},
        {"impact", impact_make},
        {"actions", actions_make},
        {"recover", recover_make},
        {"prevent", prevent_make},
        {"self_help", self_help_make},
        {"followup", followup_make},
        {"notice_status", notice_status_make},
        {"public_status", public_status_make},
        {"chrono", chrono_make},
        {"malicious", malicious_make},
        {"xborder", xborder_make},
        {"severity", severity_make},
        {"root_cause", cause_make},
    };
    for (size_t i = 0; i < COUNT_OF(makers); i++) {
        if (strcmp(makers[i].element, element) == 0) return makers[i].make;
    }
    return NULL;
}

#include "answer/notice/draft.h"

#include "answer/evidence/kept.h"
#include "answer/notice/person.h"
#include "answer/scope/kept.h"
#include "keep/access/notice_row.h"
#include "mail/texts.h"

#include <stdlib.h>
#include <string.h>

void draft_people_done(struct draft_people *people)
{
    set_done(&people->queued);
    set_done(&people->no_address);
    set_done(&people->no_consent);
}

void notice_draft_done(struct notice_draft *draft)
{
    scope_done(&draft->scope);
    scope_done(&draft->before);
    incident_case_done(&draft->found);
    arena_done(&draft->arena);
    draft_people_done(&draft->people);
}

uint32_t notice_template_row(enum notice_kind kind, size_t language)
{
    return (uint32_t)(NOTICE_ROW_TEXT + kind * 10 + language);
}

struct slice notice_template(const struct shop *shop, enum notice_kind kind, size_t language)
{
    struct slice own = notice_row(&shop->access, notice_template_row(kind, language));
    if (own.len > 0) return own;
    return slice_text(mail_notice_text(slice_text(mail_language(language)), notice_kind_name(kind)));
}

static RESULT audiences_read(const struct notice_draft_ask *ask, struct spec *spec)
{
    static const enum subject_state states[] = {SUBJECT_ACTIVE, SUBJECT_CLOSED, SUBJECT_LINKED};
    for (size_t i = 0; i < ask->audiences.count; i++) {
        bool known = false;
        for (size_t k = 0; k < COUNT_OF(states); k++) {
            if (!slice_is(ask->audiences.at[i], subject_state_name(states[k]))) continue;
            spec->audiences |= 1u << states[k];
            known = true;
        }
        if (!known) return FAIL(INVALID, "audiences: active, closed, linked");
    }
    for (size_t k = 0; ask->audiences.count == 0 && k < COUNT_OF(states); k++)
        spec->audiences |= 1u << states[k];
    return OK;
}

static void fact_add(struct spec *spec, const char *name, const struct facts *facts, const char *element)
{
    const struct fact *fact = fact_by(facts, element);
    if (!fact || fact->state != FACT_KNOWN) return;
    for (size_t i = 0; i < SPEC_LANGUAGES && spec->fact_count < SPEC_FACTS_MAX; i++) {
        struct slice lang = slice_text(mail_language(i));
        struct slice text = fact_has(fact, lang) ? texts_in(&fact->text, lang) : fact->text.any;
        if (text.len == 0 || spec_fact(spec, name, mail_language(i)).len > 0) continue;
        spec->facts[spec->fact_count++] =
            (struct spec_fact){slice_text(name), lang, slice_part(text, 0, FACT_BYTES_MAX)};
    }
}

/* What the incident's facts say, in each language. */
static void facts_take(struct spec *spec, const struct facts *facts)
{
    const struct fact *when = fact_by(facts, "when");
    fact_add(spec, "how", facts, "how");
    fact_add(spec, "actions", facts, "actions");
    fact_add(spec, "contact", facts, "desk");
    fact_add(spec, "contact", facts, "contact");
    fact_add(spec, "relief", facts, "relief");
    fact_add(spec, "rights", facts, "rights");
    if (!when) return;
    spec->since_us = when->from_us > 0 ? when->from_us : 0;
    spec->until_us = when->to_us > 0 ? when->to_us : 0;
}

/* Where no look tells when: the times of which the suspicion is. */
static RESULT since_take(struct notice_draft *draft)
{
    struct spec *spec = &draft->spec;
    struct slice bytes = {0}, told = {0};
    struct suspicion *suspicion = arena_take(&draft->arena, sizeof *suspicion);
    const struct line *line = scope_line(draft->fold, spec->count);
    if (spec->since_us > 0 || !line) return OK;
    TRY(scope_body_read(line->body, &bytes, &told));
    TRY(suspicion_read(bytes, suspicion));
    if (suspicion->from_us > 0) spec->since_us = suspicion->from_us;
    for (size_t i = 0; i < suspicion->case_count; i++) {
        int64_t from_us = suspicion->cases[i].from_us;
        if (from_us > 0 && (spec->since_us == 0 || from_us < spec->since_us)) spec->since_us = from_us;
    }
    return OK;
}

static bool wants(const struct notice_draft *draft, const struct record *record, struct subject_no no)
{
    uint64_t known = 0, possible = 0, known_before = 0, possible_before = 0;
    if (!(draft->spec.audiences >> record->state & 1)) return false;
    if (draft->spec.channel != NOTICE_BY_MAIL) {
        for (size_t i = 0; i < RUN_UNREACHED; i++) {
            if (set_has(&draft->after->states[run_unreached[i]], no.at)) return true;
        }
        return false;
    }
    if (draft->spec.kind == NOTICE_CARE)
        return set_has(&draft->after->states[PERSON_ACCEPTED], no.at) ||
               set_has(&draft->after->states[PERSON_OTHERWISE], no.at);
    run_person(&draft->scope, no, &known, &possible);
    if (draft->spec.kind == NOTICE_WATCH) return known && record->held & draft->watches;
    if (draft->spec.before == 0) return known | possible;
    run_person(&draft->before, no, &known_before, &possible_before);
    return known != known_before || possible != possible_before;
}

/* Is it of today, and does it owe persons a notice? */
static bool regime_today(const struct notice_draft *draft, const struct law_regime *regime)
{
    bool owes = false;
    for (uint32_t i = 0; i < regime->duties_count; i++) owes = owes || regime->duties[i].to == LAW_TO_PERSONS;
    return owes && law_on_day(regime->from, regime->to, draft->today);
}

/* Is it one of those that this run goes by, for people of that country? Named ones count for those of no known country, too. */
static bool regime_binds(const struct notice_draft *draft, const struct law_regime *regime,
                         const char *country)
{
    const struct texts *named = &draft->ask->regimes;
    bool binds = named->count == 0 && regime_today(draft, regime);
    for (size_t i = 0; i < named->count; i++) binds = binds || slice_is(named->at[i], regime->id);
    return binds && (law_country_among(draft->law, country, &regime->applies.persons) ||
                     (named->count > 0 && country[0] == 0));
}

/* Does a law want that they agreed beforehand to being told electronically? */
static bool consent_wanted(const struct notice_draft *draft, const char *country)
{
    const struct law_regime *regime = NULL;
    for (size_t i = 0; (regime = law_at(draft->law, i)) != NULL; i++) {
        if (!regime_binds(draft, regime, country)) continue;
        for (uint32_t k = 0; k < regime->duties_count; k++) {
            const struct law_duty *duty = &regime->duties[k];
            if (duty->to == LAW_TO_PERSONS && duty->electronic_consent &&
                law_only_holds(&draft->found.facts, regime, duty->only))
                return true;
        }
    }
    return false;
}

/* What holds for people of that country, looked up when the first of them comes. */
static RESULT country_of(struct notice_draft *draft, const char code[3], const struct spec_country **out)
{
    struct spec *spec = &draft->spec;
    *out = spec_country(spec, code);
    if (spec->country_count > 0 && memcmp((*out)->code, code, sizeof(*out)->code) == 0) return OK;
    if (spec->country_count == SPEC_COUNTRIES_MAX)
        return FAIL(TOO_MANY, "notice: people of too many countries");
    struct spec_country *made = &spec->countries[spec->country_count++];
    memcpy(made->code, code, sizeof made->code);
    made->under = (uint8_t)law_minor(draft->law, code, draft->today)->under;
    made->consent = !notice_on_paper(spec->channel) && consent_wanted(draft, code);
    *out = made;
    return OK;
}

struct gathering {
    struct notice_draft *draft;
    uint64_t consent, silence; /* bits of fields; 0: the shop has no such field */
};

static uint64_t bit_of(const struct shop *shop, const char *name)
{
    const struct field *field = person_field(shop, name);
    return field ? field_bit(field) : 0;
}

/* What a channel cannot do without. */
static uint64_t address_bit(enum notice_channel channel)
{
    unsigned field = channel == NOTICE_BY_HOOK     ? FIELD_PHONE
                     : channel == NOTICE_BY_LETTER ? FIELD_ADDRESS
                                                   : FIELD_EMAIL;
    return (uint64_t)1 << field;
}

static RESULT subject_gather(void *context, const struct subject_row *row)
{
    struct gathering *gathering = context;
    struct notice_draft *draft = gathering->draft;
    struct draft_people *people = &draft->people;
    const struct spec_country *country = NULL;
    struct record record;
    TRY(record_parse(row->record, &record));
    if (record.state == SUBJECT_ERASED || !wants(draft, &record, row->no)) return OK;
    bool asked_for = draft->spec.kind == NOTICE_WATCH; /* that is consent, too */
    if (!spec_is_legal(&draft->spec) && record.held & gathering->silence)
        return OK; /* asked not to be written to */
    TRY(country_of(draft, record.country, &country));
    people->by_language[says_language(slice_text(record.lang))]++;
    people->by_state[record.state]++;
    bool address = draft->spec.channel == NOTICE_BY_LIST || record.held & address_bit(draft->spec.channel);
    bool asked = !asked_for && (draft->spec.consent || (country->consent && gathering->consent));
    bool agrees = !asked || record.held & gathering->consent;
    (void)set_add(!agrees   ? &people->no_consent
                  : address ? &people->queued
                            : &people->no_address,
                  row->no.at);
    return OK;
}

static const char *regime_name(const struct spec *spec, size_t i, char out[LAW_ID_BYTES_MAX + 1])
{
    struct slice name = slice_part(spec->regimes[i], 0, LAW_ID_BYTES_MAX);
    memcpy(out, name.at, name.len);
    out[name.len] = 0;
    return out;
}

/* Does it count today, for anybody of the run? */
static bool regime_counts(const struct notice_draft *draft, const struct law_regime *regime)
{
    const struct spec *spec = &draft->spec;
    if (!regime_today(draft, regime)) return false;
    for (size_t i = 1; i < spec->country_count; i++) {
        if (law_country_among(draft->law, spec->countries[i].code, &regime->applies.persons)) return true;
    }
    return false;
}

/* The laws that were named; else those of the people's countries. */
static RESULT regimes_take(struct notice_draft *draft)
{
    struct spec *spec = &draft->spec;
    const struct notice_draft_ask *ask = draft->ask;
    char name[LAW_ID_BYTES_MAX + 1];
    if (ask->regimes.count > SPEC_REGIMES_MAX) return FAIL(TOO_MANY, "regimes: %d at most", SPEC_REGIMES_MAX);
    for (size_t i = 0; i < ask->regimes.count; i++) {
        spec->regimes[spec->regime_count++] = ask->regimes.at[i];
        if (!law_regime(draft->law, regime_name(spec, i, name)))
            return FAIL(NOT_FOUND, "regimes: no such regime; amanah law list");
    }
    const struct law_regime *regime = NULL;
    for (size_t i = 0; ask->regimes.count == 0 && (regime = law_at(draft->law, i)) != NULL; i++) {
        if (spec->regime_count < SPEC_REGIMES_MAX && regime_counts(draft, regime))
            spec->regimes[spec->regime_count++] = slice_text(regime->id);
    }
    return OK;
}

static RESULT follows_take(struct notice_draft *draft)
{
    const struct notice_draft_ask *ask = draft->ask;
    struct spec *spec = &draft->spec;
    spec->kind = ask->kind.len == 0 ? NOTICE_FIRST : notice_kind_of(ask->kind);
    if (spec->kind == 0) return FAIL(INVALID, "kind: notice, supplement, care or watch");
    if (!notice_channel_of(ask->channel, &spec->channel))
        return FAIL(INVALID, "channel: mail, hook, letter or list");
    if ((spec->kind == NOTICE_FIRST || spec->kind == NOTICE_WATCH) && spec->channel == NOTICE_BY_MAIL)
        return OK;
    draft->after = run_by_id(draft->runs, ask->after);
    if (!draft->after) return FAIL(MEMBER_MISSING, "after: the number of the run that it follows");
    if (draft->after->row.incident != draft->incident || draft->after->row.line > draft->fold->line_count)
        return FAIL(NOT_FOUND, "after: a run of another incident");
    if (spec->channel == NOTICE_BY_MAIL) return OK;
    if (ask->kind.len > 0) return FAIL(INVALID, "kind: another channel says what the run before it said");
    spec->follows = draft->after->row.id;
    return OK;
}

/* Of those who want to hear of every file in which they stand: by the newest match of which. */
static RESULT watch_take(struct notice_draft *draft)
{
    const struct line *line = match_line(draft->fold, draft->ask->number);
    draft->watches = bit_of(draft->shop, NOTICE_WATCH_FIELD);
    if (draft->watches == 0)
        return FAIL(CONFIG, "notice: nobody can have asked for it; amanah field put %s --kind date",
                    NOTICE_WATCH_FIELD);
    if (!line) return FAIL(NOT_FOUND, "number: the line of a file that was matched");
    draft->spec.count = (uint32_t)line->n;
    return OK;
}

/* Whether its verdict says that the file is somebody else's: then the words say so. */
static void others_note(struct notice_draft *draft)
{
    struct spec *spec = &draft->spec;
    struct slice verdict = draft->fold->lines[spec->count - 1].name;
    if (slice_is(verdict, verdict_name(VERDICT_ANOTHERS)) || slice_is(verdict, verdict_name(VERDICT_MADE_UP)))
        spec->facts[spec->fact_count++] = (struct spec_fact){SLICE_TEXT("others"), {0}, SLICE_TEXT("1")};
}

static RESULT newest_take(struct notice_draft *draft, uint64_t incident)
{
    uint32_t newest = 0;
    TRY(draft->shop->store->exposure->newest(draft->shop->store, incident, &newest));
    if (newest == 0) return FAIL(NOT_FOUND, "notice: nothing was counted yet; amanah incident scope");
    draft->spec.count = draft->ask->number > 0 ? (uint32_t)draft->ask->number : newest;
    return OK;
}

static RESULT count_take(struct notice_draft *draft, uint64_t incident)
{
    struct spec *spec = &draft->spec;
    struct store *store = draft->shop->store;
    struct spec earlier = {0};
    if (draft->after) TRY(spec_read(draft->fold->lines[draft->after->row.line - 1].body, &earlier));
    if (spec->follows > 0) { /* the same words to the same people */
        spec->kind = earlier.kind;
        spec->count = earlier.count;
        spec->before = earlier.before;
    } else if (spec->kind == NOTICE_WATCH) {
        TRY(watch_take(draft));
    } else {
        TRY(newest_take(draft, incident));
        if (spec->kind == NOTICE_SUPPLEMENT) spec->before = earlier.count;
    }
    TRY(run_scope(store, incident, draft->fold, spec, &draft->scope));
    if (spec->kind == NOTICE_WATCH) others_note(draft);
    return spec->before > 0 ? count_load(store, incident, spec->before, &draft->before) : OK;
}

/* The day, what was decided of open questions, and what holds for people of no known country. */
static RESULT laws_take(struct notice_draft *draft, int64_t now_us)
{
    const struct spec_country *rest = NULL;
    SCOPED(buf_done) struct buf now = {0};
    enum { DAY_TEXT = 10 };
    time_put(&now, now_us);
    memcpy(draft->today, now.at, DAY_TEXT);
    TRY(case_of(draft->shop, draft->law, draft->fold, draft->facts, &draft->found));
    return country_of(draft, (const char[3]){0}, &rest);
}

RESULT draft_make(struct notice_draft *draft, int64_t now_us)
{
    struct spec *spec = &draft->spec;
    struct shop *shop = draft->shop;
    struct gathering gathering = {draft, bit_of(shop, "e_notice_consent"), bit_of(shop, "do_not_contact")};
    TRY(follows_take(draft));
    TRY(audiences_read(draft->ask, spec));
    spec->per_day = draft->ask->per_day;
    spec->consent = draft->ask->consent && !notice_on_paper(spec->channel);
    TRY(count_take(draft, draft->after ? draft->after->row.incident : draft->incident));
    facts_take(spec, draft->facts);
    if (spec->kind != NOTICE_WATCH) TRY(since_take(draft));
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) spec->texts[i] = notice_template(shop, spec->kind, i);
    bool care = spec->kind == NOTICE_FIRST && spec->channel == NOTICE_BY_MAIL && !draft->ask->no_care;
    for (size_t i = 0; i < SPEC_LANGUAGES && care; i++) spec->care[i] = notice_template(shop, NOTICE_CARE, i);
    TRY(laws_take(draft, now_us));
    TRY(shop->store->subject->each(shop->store, (struct subject_no){1}, subject_gather, &gathering));
    for (size_t i = 0; i < SPEC_LANGUAGES; i++)
        spec->languages |= (uint32_t)(draft->people.by_language[i] > 0) << i;
    return spec->kind == NOTICE_WATCH ? OK : regimes_take(draft); /* no law asks for it */
}

static bool regime_speaks(const struct law_regime *regime, const char *lang)
{
    bool ours = false;
    for (uint32_t i = 0; i < regime->languages.at_count; i++) {
        if (strcmp(regime->languages.at[i], lang) == 0) return true;
        for (size_t k = 0; k < SPEC_LANGUAGES; k++)
            ours = ours || strcmp(regime->languages.at[i], mail_language(k)) == 0;
    }
    return !ours; /* its own language is none of ours: what it wants is said in each */
}

static size_t words_in(const struct buf *text)
{
    size_t count = 0;
    for (size_t i = 0; i < text->len; i++) count += text->at[i] == ' ';
    return count;
}

/* What of a regime a text in that language does not say. */
static size_t regime_missing(const struct spec *spec, const struct law_regime *regime, size_t language,
                             struct buf *out)
{
    size_t count = 0;
    const char *lang = mail_language(language);
    for (uint32_t i = 0; i < regime->duties_count; i++) {
        const struct law_duty *duty = &regime->duties[i];
        SCOPED(buf_done) struct buf missing = {0};
        if (duty->to != LAW_TO_PERSONS) continue;
        says_missing(spec->texts[language], duty->must.at, duty->must.at_count, &missing);
        for (uint32_t k = 0; k < duty->must.at_count; k++) {
            const char *element = duty->must.at[k];
            bool told = strcmp(element, "relief") == 0 || strcmp(element, "rights") == 0;
            if (told && spec_fact(spec, element, lang).len == 0) buf_print(&missing, " %s", element);
        }
        if (missing.len == 0) continue;
        count += words_in(&missing);
        buf_print(out, "%s%s: %s:", out->len > 0 ? "; " : "", lang, regime->id);
        buf_slice_put(out, buf_slice(&missing));
    }
    return count;
}

/* What is told in another language is told in this one, too. */
static void translations_missing(const struct spec *spec, const char *lang, struct buf *missing)
{
    static const char *const names[] = {"how", "actions"};
    for (size_t i = 0; i < COUNT_OF(names) && spec_is_legal(spec); i++) {
        bool any = false;
        for (size_t k = 0; k < spec->fact_count; k++) any = any || slice_is(spec->facts[k].name, names[i]);
        if (any && spec_fact(spec, names[i], lang).len == 0) buf_print(missing, " %s", names[i]);
    }
}

size_t draft_missing(const struct spec *spec, const struct law *law, struct buf *out)
{
    static const char *const own[] = {"data_items", "when", "self_help", "contact"};
    char name[LAW_ID_BYTES_MAX + 1];
    size_t count = 0;
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) {
        SCOPED(buf_done) struct buf missing = {0};
        const char *lang = mail_language(i);
        if (!(spec->languages >> i & 1)) continue;
        size_t wanted = spec_is_legal(spec) ? COUNT_OF(own) : 0;
        char *elements[COUNT_OF(own)];
        for (size_t k = 0; k < wanted; k++) elements[k] = strdupa(own[k]);
        says_missing(spec->texts[i], elements, wanted, &missing);
        if (spec_fact(spec, "contact", lang).len == 0) buf_text(&missing, " contact");
        translations_missing(spec, lang, &missing);
        if (missing.len > 0) {
            count += words_in(&missing);
            buf_print(out, "%s%s:", out->len > 0 ? "; " : "", lang);
            buf_slice_put(out, buf_slice(&missing));
        }
        for (size_t k = 0; spec_is_legal(spec) && k < spec->regime_count; k++) {
            const struct law_regime *regime = law_regime(law, regime_name(spec, k, name));
            if (regime && regime_speaks(regime, lang)) count += regime_missing(spec, regime, i, out);
        }
    }
    return count;
}

/* "72h", "14d" in hours; 0: something else. */
static uint64_t hours_of(const char *due)
{
    char *end = NULL;
    uint64_t number = due ? strtoull(due, &end, 10) : 0;
    if (number == 0 || !end) return 0;
    enum { DAY_HOURS = 24 };
    return *end == 'h' ? number : *end == 'd' ? number * DAY_HOURS : 0;
}

uint64_t draft_law_hours(const struct spec *spec, const struct law *law)
{
    char name[LAW_ID_BYTES_MAX + 1];
    uint64_t least = 0;
    for (size_t k = 0; k < spec->regime_count; k++) {
        const struct law_regime *regime = law_regime(law, regime_name(spec, k, name));
        for (uint32_t i = 0; regime && i < regime->duties_count; i++) {
            uint64_t hours = regime->duties[i].to == LAW_TO_PERSONS ? hours_of(regime->duties[i].due) : 0;
            if (hours > 0 && (least == 0 || hours < least)) least = hours;
        }
    }
    return least;
}

static bool done_there(const struct fold *fold, const char *duty)
{
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct line *line = &fold->items[i].now;
        if (line->kind == LINE_DONE && slice_is(line->name, duty) && !slice_is(line->state, "withdrawn"))
            return true;
    }
    return false;
}

bool draft_waits(const struct spec *spec, const struct law *law, const struct fold *fold, struct buf *out)
{
    char name[LAW_ID_BYTES_MAX + 1];
    for (size_t k = 0; k < spec->regime_count; k++) {
        const struct law_regime *regime = law_regime(law, regime_name(spec, k, name));
        for (uint32_t i = 0; regime && i < regime->duties_count; i++) {
            const struct law_duty *duty = &regime->duties[i];
            for (uint32_t n = 0; duty->to == LAW_TO_PERSONS && n < duty->after.at_count; n++) {
                buf_clear(out);
                buf_print(out, "%s/%s", regime->id, duty->after.at[n]);
                if (!done_there(fold, buf_c(out))) return true;
            }
        }
    }
    buf_clear(out);
    return false;
}

#include "answer/law/law_priv.h"
#include "answer/law/zone.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* One file while it is checked. */
struct check {
    const struct law *law;
    struct form_file file;
    const struct places *places;
    const struct law_regime *regime;
};

/* The path of the `number`th item of a list, and of a field in it. */
struct path {
    char text[PLACE_BYTES_MAX];
};
static struct path path_of(const char *list, uint32_t number, const char *field)
{
    struct path path;
    int len = snprintf(path.text, sizeof path.text, "%s[%u]%s%s", list, number, *field ? "." : "", field);
    assert(len > 0 && len < PLACE_BYTES_MAX); /* ours: names of fields, and their numbers */
    return path;
}

static bool id_fine(const char *id)
{
    size_t len = strlen(id);
    bool fine = len > 0 && len <= LAW_ID_BYTES_MAX;
    for (size_t i = 0; i < len; i++) {
        bool letter = (id[i] >= 'a' && id[i] <= 'z') || (id[i] >= '0' && id[i] <= '9') || id[i] == '_';
        fine = fine && (letter || (id[i] == '-' && i > 0));
    }
    return fine;
}

static bool code_fine(const char *code) /* KR, EU, EEA */
{
    size_t len = strlen(code);
    bool fine = len == 2 || len == 3;
    for (size_t i = 0; i < len; i++) fine = fine && code[i] >= 'A' && code[i] <= 'Z';
    return fine;
}

static bool names_have(const struct law_names *names, const char *name)
{
    for (uint32_t i = 0; i < names->at_count; i++) {
        if (strcmp(names->at[i], name) == 0) return true;
    }
    return false;
}

static RESULT need_id(const struct check *check, const char *path, const char *id)
{
    if (id_fine(id)) return OK;
    return FORM_BAD(check->file, check->places, path, "an id is of small letters, digits, - and _");
}

static RESULT need_span(const struct check *check, const char *path, const char *text)
{
    struct span span;
    if (!text || span_get(slice_text(text), &span).code == CODE_OK) return OK;
    return FORM_BAD(check->file, check->places, path, "not a span like 72h, 30d, 1mo or 2y");
}

static RESULT need_date(const struct check *check, const char *path, const char *text)
{
    int64_t days = 0;
    if (!text || date_get(slice_text(text), &days).code == CODE_OK) return OK;
    return FORM_BAD(check->file, check->places, path, "not a date like 2027-01-16");
}

/* Each of `names` is a row of a list of this regime whose rows begin with their id. */
struct target {
    const void *rows; /* each begins with `char *id` */
    uint32_t count;
    size_t row_bytes;
    const char *what;
};
static bool target_has(const struct target *target, const char *id)
{
    for (uint32_t i = 0; i < target->count; i++) {
        const char *const *row = (const void *)((const uint8_t *)target->rows + i * target->row_bytes);
        if (strcmp(*row, id) == 0) return true;
    }
    return false;
}
#define TARGET(regime, list) \
    ((struct target){(regime)->list, (regime)->list##_count, sizeof *(regime)->list, #list})

static RESULT need_each(const struct check *check, const char *path, const struct law_names *names,
                        struct target target)
{
    for (uint32_t i = 0; i < names->at_count; i++) {
        struct path at = path_of(path, i, "");
        if (target_has(&target, names->at[i])) continue;
        return FORM_BAD(check->file, check->places, at.text, "names nothing among %s of this file",
                        target.what);
    }
    return OK;
}

static RESULT need_ids(const struct check *check, struct target target)
{
    for (uint32_t i = 0; i < target.count; i++) {
        struct path path = path_of(target.what, i, "id");
        const char *const *row = (const void *)((const uint8_t *)target.rows + i * target.row_bytes);
        TRY(need_id(check, path.text, *row));
        struct target before = {target.rows, i, target.row_bytes, target.what};
        if (target_has(&before, *row))
            return FORM_BAD(check->file, check->places, path.text, "this id is taken");
    }
    return OK;
}

static RESULT need_refs(const struct check *check, const char *list, uint32_t number,
                        const struct law_names *refs)
{
    struct path path = path_of(list, number, "refs");
    return need_each(check, path.text, refs, TARGET(check->regime, sources));
}

static RESULT need_places(const struct check *check, const char *path, const struct law_names *names)
{
    for (uint32_t i = 0; i < names->at_count; i++) {
        struct path at = path_of(path, i, "");
        if (!code_fine(names->at[i]))
            return FORM_BAD(check->file, check->places, at.text, "not a country or union such as KR or EU");
    }
    return OK;
}

static RESULT need_elements(const struct check *check, uint32_t duty, const char *field,
                            const struct law_names *names)
{
    struct path path = path_of("duties", duty, field);
    for (uint32_t i = 0; i < names->at_count; i++) {
        struct path at = path_of(path.text, i, "");
        if (law_element(check->law, names->at[i])) continue;
        return FORM_BAD(check->file, check->places, at.text, "no element of elements.yaml");
    }
    return OK;
}

static RESULT need_only(const struct check *check, const char *list, uint32_t number,
                        const struct law_only *only)
{
    if (!only) return OK;
    struct path path = path_of(list, number, "only.switch");
    const struct law_switch *found = law_switch(check->regime, only->name);
    if (!found)
        return FORM_BAD(check->file, check->places, path.text, "names nothing among switches of this file");
    for (uint32_t i = 0; i < only->values.at_count; i++) {
        path = path_of(list, number, "only.values");
        if (!names_have(&found->values, only->values.at[i]))
            return FORM_BAD(check->file, check->places, path.text, "a value that its switch does not have");
    }
    return OK;
}

static RESULT duty_time(const struct check *check, uint32_t number, const struct law_duty *duty)
{
    struct path path = path_of("duties", number, "");
    if (!duty->due == !duty->no_number) {
        return FORM_BAD(check->file, check->places, path.text,
                        "either due, or no_number where the law has no number: one of the two");
    }
    path = path_of("duties", number, "due");
    TRY(need_span(check, path.text, duty->due));
    path = path_of("duties", number, "until");
    TRY(need_span(check, path.text, duty->until));
    path = path_of("duties", number, "policy_due");
    TRY(need_span(check, path.text, duty->policy_due));
    path = path_of("duties", number, "from");
    bool by_report = duty->from == LAW_FROM_REPORT || (duty->or_from && *duty->or_from == LAW_FROM_REPORT);
    if (by_report != (duty->report != NULL))
        return FORM_BAD(check->file, check->places, path.text, "from report and a report go together");
    if (!duty->report) return OK;
    const struct law_duty *report = law_duty(check->regime, duty->report);
    path = path_of("duties", number, "report");
    if (report && report->from != LAW_FROM_REPORT) return OK;
    return FORM_BAD(check->file, check->places, path.text,
                    "must name a duty that does not wait for a report itself");
}

/* What of each duty must be done first: two that wait for each other would wait for ever. */
static RESULT duty_order(const struct check *check, uint32_t number, const struct law_duty *duty)
{
    struct path path = path_of("duties", number, "after");
    TRY(need_each(check, path.text, &duty->after, TARGET(check->regime, duties)));
    for (uint32_t i = 0; i < duty->after.at_count; i++) {
        const struct law_duty *first = law_duty(check->regime, duty->after.at[i]);
        if (first && first->after.at_count == 0 && first != duty) continue;
        return FORM_BAD(check->file, check->places, path.text,
                        "must name duties that wait for none themselves");
    }
    return OK;
}

static RESULT need_persons(const struct check *check, const char *path, uint64_t persons)
{
    if (persons <= LAW_PERSONS_MAX) return OK;
    return FORM_BAD(check->file, check->places, path, "not a number of people");
}

static RESULT whens_check(const struct check *check, uint32_t number, const struct law_duty *duty)
{
    struct path path = path_of("duties", number, "when");
    for (uint32_t i = 0; i < duty->when_count; i++) {
        struct path at = path_of(path.text, i, "persons");
        const struct law_when *when = &duty->when[i];
        TRY(need_persons(check, at.text, when->persons));
        at = path_of(path.text, i, "");
        bool empty = !when->persons && !when->kinds && !when->facts && !when->unless && !when->risk;
        if (empty || (when->facts & when->unless))
            return FORM_BAD(check->file, check->places, at.text,
                            "says nothing, or asks for a fact and its contrary");
    }
    return OK;
}

static RESULT duty_check(const struct check *check, uint32_t number, const struct law_duty *duty)
{
    struct path path = path_of("duties", number, "recipients");
    TRY(need_each(check, path.text, &duty->recipients, TARGET(check->regime, recipients)));
    path = path_of("duties", number, "switches");
    TRY(need_each(check, path.text, &duty->switches, TARGET(check->regime, switches)));
    TRY(need_only(check, "duties", number, duty->only));
    TRY(whens_check(check, number, duty));
    TRY(duty_time(check, number, duty));
    TRY(duty_order(check, number, duty));
    TRY(need_elements(check, number, "must", &duty->must));
    TRY(need_elements(check, number, "doubted", &duty->doubted));
    TRY(need_elements(check, number, "practice", &duty->practice));
    TRY(need_elements(check, number, "case", &duty->case_of));
    TRY(need_elements(check, number, "later", &duty->later));
    return need_refs(check, "duties", number, &duty->refs);
}

static RESULT exceptions_check(const struct check *check)
{
    const struct law_regime *regime = check->regime;
    for (uint32_t i = 0; i < regime->exceptions_count; i++) {
        const struct law_exception *one = &regime->exceptions[i];
        struct path path = path_of("exceptions", i, "frees");
        TRY(need_each(check, path.text, &one->frees, TARGET(regime, duties)));
        path = path_of("exceptions", i, "delays");
        TRY(need_each(check, path.text, &one->delays, TARGET(regime, duties)));
        if (one->frees.at_count + one->delays.at_count == 0 || one->facts == 0)
            return FORM_BAD(check->file, check->places, path.text, "frees or delays nothing, or always");
        TRY(need_only(check, "exceptions", i, one->only));
        TRY(need_refs(check, "exceptions", i, &one->refs));
    }
    for (uint32_t i = 0; i < regime->substitutes_count; i++) {
        const struct law_substitute *one = &regime->substitutes[i];
        struct path path = path_of("substitutes", i, "of");
        if (!law_duty(regime, one->of))
            return FORM_BAD(check->file, check->places, path.text, "names no duty of this file");
        path = path_of("substitutes", i, "at_least");
        TRY(need_span(check, path.text, one->at_least));
        TRY(need_refs(check, "substitutes", i, &one->refs));
    }
    return OK;
}

static bool percent_fine(const char *text)
{
    size_t whole = strspn(text, "0123456789");
    size_t part = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
    if (whole == 0 || whole > 3 || part > 4) return false;
    return text[whole] == '.' ? part > 0 && text[whole + 1 + part] == '\0' : text[whole] == '\0';
}

static RESULT fine_check(const struct check *check, uint32_t number, const struct law_fine *fine)
{
    bool percent = fine->rule == LAW_RULE_PERCENT || fine->rule == LAW_RULE_HIGHER ||
                   fine->rule == LAW_RULE_PERCENT_OR_AMOUNT || fine->rule == LAW_RULE_PERCENT_ABOVE;
    bool amount = fine->rule != LAW_RULE_NONE && fine->rule != LAW_RULE_PERCENT;
    struct path path = path_of("fines", number, "percent");
    if (percent != (fine->percent != NULL) || (fine->percent && !percent_fine(fine->percent)))
        return FORM_BAD(check->file, check->places, path.text,
                        "missing, not wanted by its rule, or not a number like 1.4");
    path = path_of("fines", number, "amount");
    if (amount != (fine->amount > 0) || amount != (fine->currency != NULL) || fine->amount > 1000000000000000)
        return FORM_BAD(check->file, check->places, path.text,
                        "amount and currency: missing, not wanted by its rule, or too large");
    if (fine->currency && (!code_fine(fine->currency) || strlen(fine->currency) != 3))
        return FORM_BAD(check->file, check->places, path.text, "a currency is three letters, such as KRW");
    return need_refs(check, "fines", number, &fine->refs);
}

static RESULT rest_check(const struct check *check)
{
    const struct law_regime *regime = check->regime;
    for (uint32_t i = 0; i < regime->recipients_count; i++)
        TRY(need_refs(check, "recipients", i, &regime->recipients[i].refs));
    for (uint32_t i = 0; i < regime->switches_count; i++) {
        struct path path = path_of("switches", i, "default");
        if (!names_have(&regime->switches[i].values, regime->switches[i].value))
            return FORM_BAD(check->file, check->places, path.text, "none of its values");
        TRY(need_refs(check, "switches", i, &regime->switches[i].refs));
    }
    for (uint32_t i = 0; i < regime->fines_count; i++) TRY(fine_check(check, i, &regime->fines[i]));
    for (uint32_t i = 0; i < regime->notes_count; i++)
        TRY(need_refs(check, "notes", i, &regime->notes[i].refs));
    for (uint32_t i = 0; i < regime->dates_count; i++) {
        struct path path = path_of("dates", i, "on");
        TRY(need_date(check, path.text, regime->dates[i].on));
        TRY(need_refs(check, "dates", i, &regime->dates[i].refs));
    }
    for (uint32_t i = 0; i < regime->recurring_count; i++) {
        struct path path = path_of("recurring", i, "keep");
        TRY(need_span(check, path.text, regime->recurring[i].keep));
        path = path_of("recurring", i, "persons");
        TRY(need_persons(check, path.text, regime->recurring[i].persons));
        TRY(need_refs(check, "recurring", i, &regime->recurring[i].refs));
    }
    return OK;
}

static RESULT answers_check(const struct check *check)
{
    const struct law_regime *regime = check->regime;
    const struct law_rights *rights = regime->rights;
    for (uint32_t i = 0; i < regime->answers_count; i++) {
        TRY(need_id(check, path_of("answers", i, "to").text, regime->answers[i].to));
        TRY(need_span(check, path_of("answers", i, "due").text, regime->answers[i].due));
        TRY(need_refs(check, "answers", i, &regime->answers[i].refs));
    }
    if (!rights) return OK;
    if (!rights->text.id || !rights->text.ko)
        return FORM_BAD(check->file, check->places, "rights.text", "must have en, id and ko");
    return need_each(check, "rights.refs", &rights->refs, TARGET(regime, sources));
}

static RESULT head_check(const struct check *check)
{
    const struct law_regime *regime = check->regime;
    TRY(need_id(check, "id", regime->id));
    if (strncmp(check->file.name, regime->id, strlen(regime->id)) != 0 ||
        strcmp(check->file.name + strlen(regime->id), ".yaml") != 0) {
        return FORM_BAD(check->file, check->places, "id", "must be the file's name without .yaml");
    }
    if (!code_fine(regime->country))
        return FORM_BAD(check->file, check->places, "country", "not one such as KR or EU");
    if (regime->languages.at_count == 0) return FORM_BAD(check->file, check->places, "languages", "none");
    TRY(need_date(check, "from", regime->from));
    TRY(need_date(check, "to", regime->to));
    if (regime->from && regime->to && strcmp(regime->from, regime->to) >= 0)
        return FORM_BAD(check->file, check->places, "to", "not after from");
    if (regime->applies.persons.at_count + regime->applies.seat.at_count == 0)
        return FORM_BAD(check->file, check->places, "applies", "neither persons nor seat");
    TRY(need_places(check, "applies.persons", &regime->applies.persons));
    TRY(need_places(check, "applies.seat", &regime->applies.seat));
    return need_each(check, "applies.refs", &regime->applies.refs, TARGET(regime, sources));
}

RESULT check_regime(const struct law *law, struct form_file file, const struct places *places,
                    const struct law_regime *regime)
{
    const struct check check = {law, file, places, regime};
    TRY(head_check(&check));
    TRY(need_ids(&check, TARGET(regime, recipients)));
    TRY(need_ids(&check, TARGET(regime, duties)));
    TRY(need_ids(&check, TARGET(regime, exceptions)));
    TRY(need_ids(&check, TARGET(regime, substitutes)));
    TRY(need_ids(&check, TARGET(regime, switches)));
    TRY(need_ids(&check, TARGET(regime, fines)));
    for (uint32_t i = 0; i < regime->duties_count; i++) TRY(duty_check(&check, i, &regime->duties[i]));
    TRY(exceptions_check(&check));
    TRY(answers_check(&check));
    return rest_check(&check);
}

RESULT check_elements(struct form_file file, const struct places *places, const struct element_file *elements)
{
    struct check check = {.file = file, .places = places};
    struct target target = {elements->elements, elements->elements_count, sizeof *elements->elements,
                            "elements"};
    TRY(need_ids(&check, target));
    for (uint32_t i = 0; i < elements->elements_count; i++) {
        struct path path = path_of("elements", i, "labels");
        const struct form_texts *labels = &elements->elements[i].labels;
        if (!labels->id || !labels->ko) return FORM_BAD(file, places, path.text, "must have en, id and ko");
    }
    return OK;
}

RESULT check_countries(struct form_file file, const struct places *places,
                       const struct country_file *countries)
{
    for (uint32_t i = 0; i < countries->countries_count; i++) {
        const struct law_country *country = &countries->countries[i];
        struct zone zone;
        struct path path = path_of("countries", i, "code");
        bool taken = false;
        for (uint32_t j = 0; j < i; j++)
            taken = taken || strcmp(countries->countries[j].code, country->code) == 0;
        if (taken || !code_fine(country->code) || strlen(country->code) != 2)
            return FORM_BAD(file, places, path.text, "taken, or not two letters such as KR");
        path = path_of("countries", i, "rule");
        if (zone_parse(slice_text(country->rule), &zone).code != CODE_OK)
            return FORM_BAD(file, places, path.text, "not a rule like KST-9 or CET-1CEST,M3.5.0,M10.5.0/3");
    }
    return OK;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Do both count on some day? NULL is without end. */
static bool days_meet(const struct law_minor *a, const struct law_minor *b)
{
    return (!a->from || !b->to || strcmp(a->from, b->to) < 0) &&
           (!b->from || !a->to || strcmp(b->from, a->to) < 0);
}

static RESULT minor_check(const struct check *check, const struct minor_file *minors, uint32_t number)
{
    enum { YEARS_MAX = 25 };
    const struct law_minor *one = &minors->minors[number];
    const struct target sources = {minors->sources, minors->sources_count, sizeof *minors->sources,
                                   "sources"};
    struct path path = path_of("minors", number, "country");
    if (one->country && !code_fine(one->country))
        return FORM_BAD(check->file, check->places, path.text, "not a country or union such as KR or EU");
    if (!one->country && (one->from || one->to))
        return FORM_BAD(check->file, check->places, path.text, "the row for everywhere else counts always");
    for (uint32_t i = 0; i < number; i++) {
        if (same_text(minors->minors[i].country, one->country) && days_meet(&minors->minors[i], one))
            return FORM_BAD(check->file, check->places, path.text, "a row before counts on the same days");
    }
    path = path_of("minors", number, "under");
    if (one->under == 0 || one->under > YEARS_MAX)
        return FORM_BAD(check->file, check->places, path.text, "not an age");
    path = path_of("minors", number, "from");
    TRY(need_date(check, path.text, one->from));
    path = path_of("minors", number, "to");
    TRY(need_date(check, path.text, one->to));
    if (one->from && one->to && strcmp(one->from, one->to) >= 0)
        return FORM_BAD(check->file, check->places, path.text, "not after from");
    path = path_of("minors", number, "refs");
    return need_each(check, path.text, &one->refs, sources);
}

RESULT check_minors(struct form_file file, const struct places *places, const struct minor_file *minors)
{
    struct check check = {.file = file, .places = places};
    bool rest = false;
    for (uint32_t i = 0; i < minors->minors_count; i++) {
        rest = rest || !minors->minors[i].country;
        TRY(minor_check(&check, minors, i));
    }
    return rest ? OK : FORM_BAD(file, places, "minors", "no row without a country, for everywhere else");
}

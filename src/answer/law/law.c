#include "answer/law/law_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct regime_row {
    struct law_regime *regime;
    bool own;
};
struct law {
    struct element_file *elements;
    struct country_file *countries;
    struct minor_file *minors;
    size_t count;
    struct regime_row rows[LAW_REGIMES_MAX];
};

void law_free(struct law **law)
{
    if (!*law) return;
    for (size_t i = 0; i < (*law)->count; i++) schema_regime_free(&(*law)->rows[i].regime);
    schema_elements_free(&(*law)->elements);
    schema_countries_free(&(*law)->countries);
    schema_minors_free(&(*law)->minors);
    free(*law);
    *law = NULL;
}

const struct law_regime *law_at(const struct law *law, size_t number)
{
    return number < law->count ? law->rows[number].regime : NULL;
}

const struct law_regime *law_regime(const struct law *law, const char *id)
{
    for (size_t i = 0; i < law->count; i++) {
        if (strcmp(law->rows[i].regime->id, id) == 0) return law->rows[i].regime;
    }
    return NULL;
}

bool law_is_own(const struct law *law, const struct law_regime *regime)
{
    for (size_t i = 0; i < law->count; i++) {
        if (law->rows[i].regime == regime) return law->rows[i].own;
    }
    return false;
}

const struct law_element *law_element_at(const struct law *law, size_t number)
{
    return number < law->elements->elements_count ? &law->elements->elements[number] : NULL;
}

const struct law_element *law_element(const struct law *law, const char *id)
{
    for (uint32_t i = 0; i < law->elements->elements_count; i++) {
        if (strcmp(law->elements->elements[i].id, id) == 0) return &law->elements->elements[i];
    }
    return NULL;
}

const struct law_country *law_country_at(const struct law *law, size_t number)
{
    return number < law->countries->countries_count ? &law->countries->countries[number] : NULL;
}

const struct law_country *law_country(const struct law *law, const char *code)
{
    for (uint32_t i = 0; i < law->countries->countries_count; i++) {
        if (strcmp(law->countries->countries[i].code, code) == 0) return &law->countries->countries[i];
    }
    return NULL;
}

bool law_country_in(const struct law *law, const char *code, const char *country_or_union)
{
    if (strcmp(code, country_or_union) == 0) return true;
    const struct law_country *country = law_country(law, code);
    for (uint32_t i = 0; country && i < country->unions.at_count; i++) {
        if (strcmp(country->unions.at[i], country_or_union) == 0) return true;
    }
    return false;
}

bool law_country_among(const struct law *law, const char *code, const struct law_names *names)
{
    for (uint32_t i = 0; i < names->at_count; i++) {
        if (law_country_in(law, code, names->at[i])) return true;
    }
    return false;
}

bool law_on_day(const char *from, const char *to, const char *day)
{
    return (!from || strcmp(from, day) <= 0) && (!to || strcmp(day, to) < 0);
}

const struct law_minor *law_minor(const struct law *law, const char *country, const char *day)
{
    const struct law_minor *own = NULL, *of_union = NULL, *rest = NULL;
    for (uint32_t i = 0; i < law->minors->minors_count; i++) {
        const struct law_minor *row = &law->minors->minors[i];
        bool counts = law_on_day(row->from, row->to, day);
        if (!row->country)
            rest = row;
        else if (counts && strcmp(row->country, country) == 0)
            own = row;
        else if (counts && law_country_in(law, country, row->country))
            of_union = row;
    }
    assert(rest); /* the file was checked */
    return own ? own : of_union ? of_union : rest;
}

const struct law_duty *law_duty(const struct law_regime *regime, const char *id)
{
    for (uint32_t i = 0; i < regime->duties_count; i++) {
        if (strcmp(regime->duties[i].id, id) == 0) return &regime->duties[i];
    }
    return NULL;
}

const struct law_switch *law_switch(const struct law_regime *regime, const char *id)
{
    for (uint32_t i = 0; i < regime->switches_count; i++) {
        if (strcmp(regime->switches[i].id, id) == 0) return &regime->switches[i];
    }
    return NULL;
}

/* What one file holds: one of these. */
struct law_file {
    struct element_file *elements;
    struct country_file *countries;
    struct minor_file *minors;
    struct law_regime *regime;
};

static void law_file_done(struct law_file *file)
{
    schema_elements_free(&file->elements);
    schema_countries_free(&file->countries);
    schema_minors_free(&file->minors);
    schema_regime_free(&file->regime);
}

static RESULT elements_kept(const struct law *law, struct form_file file, const struct places *places,
                            const struct element_file *made)
{
    for (uint32_t i = 0; law->elements && i < law->elements->elements_count; i++) {
        bool kept = false;
        for (uint32_t j = 0; j < made->elements_count; j++)
            kept = kept || strcmp(made->elements[j].id, law->elements->elements[i].id) == 0;
        if (!kept)
            return FORM_BAD(file, places, "elements",
                            "an element that the program's own file has is missing");
    }
    return OK;
}

static RESULT countries_kept(const struct law *law, struct form_file file, const struct places *places,
                             const struct country_file *made)
{
    for (uint32_t i = 0; law->countries && i < law->countries->countries_count; i++) {
        bool kept = false;
        for (uint32_t j = 0; j < made->countries_count; j++)
            kept = kept || strcmp(made->countries[j].code, law->countries->countries[i].code) == 0;
        if (!kept)
            return FORM_BAD(file, places, "countries",
                            "a country that the program's own file has is missing");
    }
    return OK;
}

/* One file, read and held against the others; which it is its name says. */
static RESULT law_file_read(const struct law *law, struct form_file file, struct law_file *out)
{
    SCOPED(places_done) struct places places = {0};
    TRY(places_find(file, &places));
    if (strcmp(file.name, "elements.yaml") == 0) {
        TRY(schema_elements(file, &places, &out->elements));
        TRY(check_elements(file, &places, out->elements));
        return elements_kept(law, file, &places, out->elements);
    }
    if (strcmp(file.name, "countries.yaml") == 0) {
        TRY(schema_countries(file, &places, &out->countries));
        TRY(check_countries(file, &places, out->countries));
        return countries_kept(law, file, &places, out->countries);
    }
    if (strcmp(file.name, "minors.yaml") == 0) {
        TRY(schema_minors(file, &places, &out->minors));
        return check_minors(file, &places, out->minors);
    }
    TRY(schema_regime(file, &places, &out->regime));
    return check_regime(law, file, &places, out->regime);
}

/* In place of one of that id, or in its order between the others. */
static RESULT regime_keep(struct law *law, struct law_regime **regime, bool own)
{
    size_t at = 0;
    while (at < law->count && strcmp(law->rows[at].regime->id, (*regime)->id) < 0) at++;
    if (at < law->count && strcmp(law->rows[at].regime->id, (*regime)->id) == 0) {
        schema_regime_free(&law->rows[at].regime);
    } else {
        if (law->count == LAW_REGIMES_MAX) return FAIL(CONFIG, "law: more than %d regimes", LAW_REGIMES_MAX);
        memmove(&law->rows[at + 1], &law->rows[at], (law->count - at) * sizeof law->rows[0]);
        law->count++;
    }
    law->rows[at] = (struct regime_row){TAKE(*regime), own};
    return OK;
}

static bool is_common(const char *name)
{
    return strcmp(name, "elements.yaml") == 0 || strcmp(name, "countries.yaml") == 0 ||
           strcmp(name, "minors.yaml") == 0;
}

/* What is there takes the place of what was. */
static RESULT file_take(struct law *law, struct form_file file, bool own)
{
    SCOPED(law_file_done) struct law_file made = {NULL, NULL, NULL, NULL};
    TRY(law_file_read(law, file, &made));
    if (made.elements) {
        schema_elements_free(&law->elements);
        law->elements = TAKE(made.elements);
    }
    if (made.countries) {
        schema_countries_free(&law->countries);
        law->countries = TAKE(made.countries);
    }
    if (made.minors) {
        schema_minors_free(&law->minors);
        law->minors = TAKE(made.minors);
    }
    return made.regime ? regime_keep(law, &made.regime, own) : OK;
}

static RESULT carried_load(struct law *law)
{
    for (int common = 1; common >= 0; common--) { /* regimes name elements: those first */
        for (const struct form_file *file = law_files; file->name; file++) {
            if (is_common(file->name) == (common == 1)) TRY(file_take(law, *file, false));
        }
    }
    assert(law->elements && law->countries && law->minors);
    return OK;
}

/* Regimes name elements: those files first. */
static RESULT folder_load(struct law *law, const char *path)
{
    SCOPED(form_folder_done) struct form_folder folder = {0};
    TRY(form_folder_read(path, &folder));
    for (int common = 1; common >= 0; common--) {
        for (size_t i = 0; i < folder.count; i++) {
            const struct form_file *file = &folder.files[i];
            if (is_common(file->name) == (common == 1)) TRY(file_take(law, *file, true));
        }
    }
    return OK;
}

RESULT law_load(const char *folder, struct law **out)
{
    SCOPED(law_free) struct law *law = calloc(1, sizeof *law);
    if (!law) return FAIL(UNAVAILABLE, "law: no memory");
    TRY(carried_load(law));
    if (folder) TRY(folder_load(law, folder));
    *out = TAKE(law);
    return OK;
}

RESULT law_check(const struct law *law, const char *name, struct slice text)
{
    SCOPED(law_file_done) struct law_file made = {NULL, NULL, NULL, NULL};
    return law_file_read(law, (struct form_file){name, text}, &made);
}

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

static bool on_day(const struct law_minor *row, const char *day)
{
    return (!row->from || strcmp(row->from, day) <= 0) && (!row->to || strcmp(day, row->to) < 0);
}

const struct law_minor *law_minor(const struct law *law, const char *country, const char *day)
{
    const struct law_minor *own = NULL, *of_union = NULL, *rest = NULL;
    for (uint32_t i = 0; i < law->minors->minors_count; i++) {
        const struct law_minor *row = &law->minors->minors[i];
        if (!row->country)
            rest = row;
        else if (on_day(row, day) && strcmp(row->country, country) == 0)
            own = row;
        else if (on_day(row, day) && law_country_in(law, country, row->country))
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

/* Each file that is no regime, read and checked. */
static RESULT elements_read(struct form_file file, struct places *places, struct element_file **out)
{
    SCOPED(schema_elements_free) struct element_file *made = NULL;
    TRY(places_find(file, places));
    TRY(schema_elements(file, places, &made));
    TRY(check_elements(file, places, made));
    *out = TAKE(made);
    return OK;
}

static RESULT countries_read(struct form_file file, struct places *places, struct country_file **out)
{
    SCOPED(schema_countries_free) struct country_file *made = NULL;
    TRY(places_find(file, places));
    TRY(schema_countries(file, places, &made));
    TRY(check_countries(file, places, made));
    *out = TAKE(made);
    return OK;
}

static RESULT minors_read(struct form_file file, struct places *places, struct minor_file **out)
{
    SCOPED(schema_minors_free) struct minor_file *made = NULL;
    TRY(places_find(file, places));
    TRY(schema_minors(file, places, &made));
    TRY(check_minors(file, places, made));
    *out = TAKE(made);
    return OK;
}

static RESULT elements_take(struct law *law, struct form_file file)
{
    SCOPED(places_done) struct places places = {0};
    SCOPED(schema_elements_free) struct element_file *made = NULL;
    TRY(elements_read(file, &places, &made));
    for (uint32_t i = 0; law->elements && i < law->elements->elements_count; i++) {
        bool kept = false;
        for (uint32_t j = 0; j < made->elements_count; j++)
            kept = kept || strcmp(made->elements[j].id, law->elements->elements[i].id) == 0;
        if (!kept)
            return FORM_BAD(file, &places, "elements",
                            "an element that the program's own file has is missing");
    }
    schema_elements_free(&law->elements);
    law->elements = TAKE(made);
    return OK;
}

static RESULT countries_take(struct law *law, struct form_file file)
{
    SCOPED(places_done) struct places places = {0};
    SCOPED(schema_countries_free) struct country_file *made = NULL;
    TRY(countries_read(file, &places, &made));
    for (uint32_t i = 0; law->countries && i < law->countries->countries_count; i++) {
        bool kept = false;
        for (uint32_t j = 0; j < made->countries_count; j++)
            kept = kept || strcmp(made->countries[j].code, law->countries->countries[i].code) == 0;
        if (!kept)
            return FORM_BAD(file, &places, "countries",
                            "a country that the program's own file has is missing");
    }
    schema_countries_free(&law->countries);
    law->countries = TAKE(made);
    return OK;
}

static RESULT minors_take(struct law *law, struct form_file file)
{
    SCOPED(places_done) struct places places = {0};
    SCOPED(schema_minors_free) struct minor_file *made = NULL;
    TRY(minors_read(file, &places, &made));
    schema_minors_free(&law->minors);
    law->minors = TAKE(made);
    return OK;
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

static RESULT regime_read(const struct law *law, struct form_file file, struct law_regime **out)
{
    SCOPED(places_done) struct places places = {0};
    SCOPED(schema_regime_free) struct law_regime *made = NULL;
    TRY(places_find(file, &places));
    TRY(schema_regime(file, &places, &made));
    TRY(check_regime(law, file, &places, made));
    *out = TAKE(made);
    return OK;
}

static bool is_common(const char *name)
{
    return strcmp(name, "elements.yaml") == 0 || strcmp(name, "countries.yaml") == 0 ||
           strcmp(name, "minors.yaml") == 0;
}

static RESULT file_take(struct law *law, struct form_file file, bool own)
{
    SCOPED(schema_regime_free) struct law_regime *regime = NULL;
    if (strcmp(file.name, "elements.yaml") == 0) return elements_take(law, file);
    if (strcmp(file.name, "countries.yaml") == 0) return countries_take(law, file);
    if (strcmp(file.name, "minors.yaml") == 0) return minors_take(law, file);
    TRY(regime_read(law, file, &regime));
    return regime_keep(law, &regime, own);
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
    SCOPED(schema_regime_free) struct law_regime *regime = NULL;
    SCOPED(schema_elements_free) struct element_file *elements = NULL;
    SCOPED(schema_countries_free) struct country_file *countries = NULL;
    SCOPED(schema_minors_free) struct minor_file *minors = NULL;
    SCOPED(places_done) struct places places = {0};
    struct form_file file = {name, text};
    if (strcmp(name, "elements.yaml") == 0) return elements_read(file, &places, &elements);
    if (strcmp(name, "countries.yaml") == 0) return countries_read(file, &places, &countries);
    if (strcmp(name, "minors.yaml") == 0) return minors_read(file, &places, &minors);
    return regime_read(law, file, &regime);
}

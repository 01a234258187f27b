#include "answer/law/law_priv.h"

#include <cyaml/cyaml.h>

/* The words of names.def, for the schema. */
#define ROW(PREFIX, NAME, name) {name, LAW_##PREFIX##_##NAME},
static const cyaml_strval_t sure_words[] = {
#define SURE(NAME, name) ROW(SURE, NAME, name)
#include "answer/law/names.def"
#undef SURE
};
static const cyaml_strval_t to_words[] = {
#define TO(NAME, name) ROW(TO, NAME, name)
#include "answer/law/names.def"
#undef TO
};
static const cyaml_strval_t stage_words[] = {
#define STAGE(NAME, name) ROW(STAGE, NAME, name)
#include "answer/law/names.def"
#undef STAGE
};
static const cyaml_strval_t from_words[] = {
#define FROM(NAME, name) ROW(FROM, NAME, name)
#include "answer/law/names.def"
#undef FROM
};
static const cyaml_strval_t count_words[] = {
#define COUNT(NAME, name) ROW(COUNT, NAME, name)
#include "answer/law/names.def"
#undef COUNT
};
static const cyaml_strval_t risk_words[] = {
#define RISK(NAME, name) ROW(RISK, NAME, name)
#include "answer/law/names.def"
#undef RISK
};
static const cyaml_strval_t fine_words[] = {
#define FINE(NAME, name) ROW(FINE, NAME, name)
#include "answer/law/names.def"
#undef FINE
};
static const cyaml_strval_t rule_words[] = {
#define RULE(NAME, name) ROW(RULE, NAME, name)
#include "answer/law/names.def"
#undef RULE
};
static const cyaml_strval_t of_words[] = {
#define OF(NAME, name) ROW(OF, NAME, name)
#include "answer/law/names.def"
#undef OF
};
static const cyaml_strval_t about_words[] = {
#define ABOUT(NAME, name) ROW(ABOUT, NAME, name)
#include "answer/law/names.def"
#undef ABOUT
};
/* Sets: bit n is number n. */
static const cyaml_strval_t fact_words[] = {
#define FACT(NAME, name) {name, (int64_t)LAW_BIT(LAW_FACT_##NAME)},
#include "answer/law/names.def"
#undef FACT
};
static const cyaml_strval_t kind_words[] = {
#define KIND(NAME, name) {name, (int64_t)LAW_BIT(LAW_KIND_##NAME)},
#include "answer/law/names.def"
#undef KIND
};

/* Shorter names for what libcyaml's macros say: a field that must be there, and one that may. */
#define MAY CYAML_FLAG_OPTIONAL
#define MUST CYAML_FLAG_DEFAULT
#define TEXT(need, key, of, member) \
    CYAML_FIELD_STRING_PTR(key, need, struct of, member, 1, FORM_TEXT_BYTES_MAX)
#define ID(need, key, of, member) CYAML_FIELD_STRING_PTR(key, need, struct of, member, 1, LAW_ID_BYTES_MAX)
#define WORD(need, key, of, member, words) \
    CYAML_FIELD_ENUM(key, CYAML_FLAG_STRICT | (need), struct of, member, words, COUNT_OF(words))
#define SET(need, key, of, member, words) \
    CYAML_FIELD_FLAGS(key, CYAML_FLAG_STRICT | (need), struct of, member, words, COUNT_OF(words))
#define NUMBER(need, key, of, member) CYAML_FIELD_UINT(key, need, struct of, member)
#define YES(key, of, member) CYAML_FIELD_BOOL(key, MAY, struct of, member)
#define NAMES(need, key, of, member)                                                                    \
    CYAML_FIELD_SEQUENCE_COUNT(key, CYAML_FLAG_POINTER | (need), struct of, member.at, member.at_count, \
                               &name_value, 0, LAW_ITEMS_MAX)
#define LIST(need, key, of, member, value, most)                                                           \
    CYAML_FIELD_SEQUENCE_COUNT(key, CYAML_FLAG_POINTER | (need), struct of, member, member##_count, value, \
                               0, most)
#define PART(need, key, of, member, fields) CYAML_FIELD_MAPPING(key, need, struct of, member, fields)
#define PART_PTR(key, of, member, fields) CYAML_FIELD_MAPPING_PTR(key, MAY, struct of, member, fields)
#define VALUE_OF(of)                                                          \
    {                                                                         \
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct law_##of, of##_fields) \
    }
/* Where a line comes from, and how sure it is: at the end of most. */
#define SURENESS(of)                                                                                         \
    TEXT(MAY, "source", of, source), NAMES(MAY, "refs", of, refs), WORD(MUST, "sure", of, sure, sure_words), \
        CYAML_FIELD_END

static const cyaml_schema_value_t name_value = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, LAW_ID_BYTES_MAX)};

static const cyaml_schema_field_t texts_fields[] = {TEXT(MUST, "en", form_texts, en),
                                                    TEXT(MAY, "id", form_texts, id),
                                                    TEXT(MAY, "ko", form_texts, ko), CYAML_FIELD_END};
static const cyaml_schema_field_t when_fields[] = {
    NUMBER(MAY, "persons", law_when, persons),      SET(MAY, "kinds", law_when, kinds, kind_words),
    SET(MAY, "facts", law_when, facts, fact_words), SET(MAY, "unless", law_when, unless, fact_words),
    WORD(MAY, "risk", law_when, risk, risk_words),  CYAML_FIELD_END};
static const cyaml_schema_value_t when_value = VALUE_OF(when);
static const cyaml_schema_field_t only_fields[] = {ID(MUST, "switch", law_only, name),
                                                   NAMES(MUST, "values", law_only, values), CYAML_FIELD_END};

static const cyaml_schema_field_t recipient_fields[] = {
    ID(MUST, "id", law_recipient, id), TEXT(MUST, "name", law_recipient, name),
    TEXT(MAY, "about", law_recipient, about), TEXT(MAY, "channel", law_recipient, channel),
    SURENESS(law_recipient)};
static const cyaml_schema_value_t recipient_value = VALUE_OF(recipient);

static const cyaml_schema_field_t duty_fields[] = {
    ID(MUST, "id", law_duty, id),
    WORD(MUST, "to", law_duty, to, to_words),
    WORD(MAY, "stage", law_duty, stage, stage_words),
    NAMES(MAY, "recipients", law_duty, recipients),
    LIST(MAY, "when", law_duty, when, &when_value, LAW_ITEMS_MAX),
    PART_PTR("only", law_duty, only, only_fields),
    WORD(MUST, "from", law_duty, from, from_words),
    CYAML_FIELD_ENUM_PTR("or_from", CYAML_FLAG_STRICT | MAY, struct law_duty, or_from, from_words,
                         COUNT_OF(from_words)),
    ID(MAY, "report", law_duty, report),
    ID(MAY, "due", law_duty, due),
    WORD(MAY, "count", law_duty, count, count_words),
    ID(MAY, "until", law_duty, until),
    TEXT(MAY, "no_number", law_duty, no_number),
    ID(MAY, "policy_due", law_duty, policy_due),
    NAMES(MAY, "after", law_duty, after),
    NAMES(MUST, "must", law_duty, must),
    NAMES(MAY, "doubted", law_duty, doubted),
    NAMES(MAY, "practice", law_duty, practice),
    NAMES(MAY, "case", law_duty, case_of),
    NAMES(MAY, "later", law_duty, later),
    YES("electronic_consent", law_duty, electronic_consent),
    NAMES(MAY, "switches", law_duty, switches),
    TEXT(MAY, "note", law_duty, note),
    SURENESS(law_duty)};
static const cyaml_schema_value_t duty_value = VALUE_OF(duty);

static const cyaml_schema_field_t exception_fields[] = {ID(MUST, "id", law_exception, id),
                                                        NAMES(MAY, "frees", law_exception, frees),
                                                        NAMES(MAY, "delays", law_exception, delays),
                                                        SET(MUST, "if", law_exception, facts, fact_words),
                                                        PART_PTR("only", law_exception, only, only_fields),
                                                        TEXT(MUST, "text", law_exception, text),
                                                        SURENESS(law_exception)};
static const cyaml_schema_value_t exception_value = VALUE_OF(exception);

static const cyaml_schema_field_t substitute_fields[] = {ID(MUST, "id", law_substitute, id),
                                                         ID(MUST, "of", law_substitute, of),
                                                         SET(MUST, "if", law_substitute, facts, fact_words),
                                                         ID(MAY, "at_least", law_substitute, at_least),
                                                         TEXT(MUST, "text", law_substitute, text),
                                                         SURENESS(law_substitute)};
static const cyaml_schema_value_t substitute_value = VALUE_OF(substitute);

static const cyaml_schema_field_t switch_fields[] = {
    ID(MUST, "id", law_switch, id), TEXT(MUST, "question", law_switch, question),
    NAMES(MUST, "values", law_switch, values), ID(MUST, "default", law_switch, value), SURENESS(law_switch)};
static const cyaml_schema_value_t switch_value = VALUE_OF(switch);

static const cyaml_schema_field_t fine_fields[] = {ID(MUST, "id", law_fine, id),
                                                   WORD(MUST, "kind", law_fine, kind, fine_words),
                                                   WORD(MUST, "rule", law_fine, rule, rule_words),
                                                   ID(MAY, "percent", law_fine, percent),
                                                   WORD(MAY, "of", law_fine, of, of_words),
                                                   NUMBER(MAY, "amount", law_fine, amount),
                                                   NUMBER(MAY, "above", law_fine, above),
                                                   ID(MAY, "currency", law_fine, currency),
                                                   YES("aggravated", law_fine, aggravated),
                                                   TEXT(MUST, "text", law_fine, text),
                                                   SURENESS(law_fine)};
static const cyaml_schema_value_t fine_value = VALUE_OF(fine);

static const cyaml_schema_field_t note_fields[] = {WORD(MUST, "about", law_note, about, about_words),
                                                   TEXT(MUST, "text", law_note, text), SURENESS(law_note)};
static const cyaml_schema_value_t note_value = VALUE_OF(note);

static const cyaml_schema_field_t date_fields[] = {ID(MUST, "on", law_date, on),
                                                   YES("at_latest", law_date, at_latest),
                                                   TEXT(MUST, "text", law_date, text), SURENESS(law_date)};
static const cyaml_schema_value_t date_value = VALUE_OF(date);

static const cyaml_schema_field_t recurring_fields[] = {
    TEXT(MUST, "text", law_recurring, text), ID(MAY, "keep", law_recurring, keep),
    NUMBER(MAY, "persons", law_recurring, persons), SURENESS(law_recurring)};
static const cyaml_schema_value_t recurring_value = VALUE_OF(recurring);

static const cyaml_schema_field_t reply_fields[] = {ID(MUST, "to", law_reply, to),
                                                    ID(MUST, "due", law_reply, due),
                                                    TEXT(MAY, "note", law_reply, note), SURENESS(law_reply)};
static const cyaml_schema_value_t reply_value = VALUE_OF(reply);

static const cyaml_schema_field_t rights_fields[] = {PART(MUST, "text", law_rights, text, texts_fields),
                                                     SURENESS(law_rights)};

static const cyaml_schema_field_t source_fields[] = {ID(MUST, "id", law_source, id),
                                                     TEXT(MUST, "text", law_source, text),
                                                     TEXT(MAY, "link", law_source, link), CYAML_FIELD_END};
static const cyaml_schema_value_t source_value = VALUE_OF(source);

static const cyaml_schema_field_t applies_fields[] = {
    NAMES(MAY, "persons", law_applies, persons), NAMES(MAY, "seat", law_applies, seat),
    SET(MAY, "needs", law_applies, needs, fact_words), TEXT(MAY, "note", law_applies, note),
    SURENESS(law_applies)};

static const cyaml_schema_field_t regime_fields[] = {
    ID(MUST, "id", law_regime, id),
    PART(MUST, "title", law_regime, title, texts_fields),
    TEXT(MUST, "law", law_regime, law),
    ID(MUST, "country", law_regime, country),
    NAMES(MUST, "languages", law_regime, languages),
    ID(MAY, "from", law_regime, from),
    ID(MAY, "to", law_regime, to),
    WORD(MUST, "sure", law_regime, sure, sure_words),
    PART(MUST, "applies", law_regime, applies, applies_fields),
    LIST(MAY, "recipients", law_regime, recipients, &recipient_value, LAW_ITEMS_MAX),
    LIST(MUST, "duties", law_regime, duties, &duty_value, LAW_DUTIES_MAX),
    LIST(MAY, "exceptions", law_regime, exceptions, &exception_value, LAW_ITEMS_MAX),
    LIST(MAY, "substitutes", law_regime, substitutes, &substitute_value, LAW_ITEMS_MAX),
    LIST(MAY, "switches", law_regime, switches, &switch_value, LAW_ITEMS_MAX),
    LIST(MAY, "fines", law_regime, fines, &fine_value, LAW_ITEMS_MAX),
    LIST(MAY, "notes", law_regime, notes, &note_value, LAW_ITEMS_MAX),
    LIST(MAY, "dates", law_regime, dates, &date_value, LAW_ITEMS_MAX),
    LIST(MAY, "recurring", law_regime, recurring, &recurring_value, LAW_ITEMS_MAX),
    LIST(MAY, "answers", law_regime, answers, &reply_value, LAW_ITEMS_MAX),
    PART_PTR("rights", law_regime, rights, rights_fields),
    LIST(MAY, "sources", law_regime, sources, &source_value, LAW_ITEMS_MAX),
    CYAML_FIELD_END};
static const cyaml_schema_value_t regime_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct law_regime, regime_fields)};

static const cyaml_schema_field_t element_fields[] = {ID(MUST, "id", law_element, id),
                                                      PART(MUST, "labels", law_element, labels, texts_fields),
                                                      CYAML_FIELD_END};
static const cyaml_schema_value_t element_value = VALUE_OF(element);
static const cyaml_schema_field_t elements_fields[] = {
    LIST(MUST, "elements", element_file, elements, &element_value, LAW_ITEMS_MAX), CYAML_FIELD_END};
static const cyaml_schema_value_t elements_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct element_file, elements_fields)};

static const cyaml_schema_field_t country_fields[] = {
    ID(MUST, "code", law_country, code), ID(MUST, "zone", law_country, zone),
    ID(MUST, "rule", law_country, rule), NAMES(MAY, "unions", law_country, unions), CYAML_FIELD_END};
static const cyaml_schema_value_t country_value = VALUE_OF(country);
static const cyaml_schema_field_t countries_fields[] = {
    LIST(MUST, "countries", country_file, countries, &country_value, 256), CYAML_FIELD_END};
static const cyaml_schema_value_t countries_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct country_file, countries_fields)};

static const cyaml_schema_field_t minor_fields[] = {
    ID(MAY, "country", law_minor, country),    NUMBER(MUST, "under", law_minor, under),
    ID(MAY, "from", law_minor, from),          ID(MAY, "to", law_minor, to),
    TEXT(MUST, "decides", law_minor, decides), SURENESS(law_minor)};
static const cyaml_schema_value_t minor_value = VALUE_OF(minor);
static const cyaml_schema_field_t minors_fields[] = {
    LIST(MUST, "minors", minor_file, minors, &minor_value, 256),
    LIST(MAY, "sources", minor_file, sources, &source_value, LAW_ITEMS_MAX), CYAML_FIELD_END};
static const cyaml_schema_value_t minors_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct minor_file, minors_fields)};

static const struct form_schema regime_schema = {&regime_value, "docs/law.md"};
static const struct form_schema elements_schema = {&elements_value, "docs/law.md"};
static const struct form_schema countries_schema = {&countries_value, "docs/law.md"};
static const struct form_schema minors_schema = {&minors_value, "docs/law.md"};

RESULT schema_regime(struct form_file file, const struct places *places, struct law_regime **out)
{
    void *data = NULL;
    TRY(form_build(file, places, &regime_schema, &data));
    *out = data;
    return OK;
}

RESULT schema_elements(struct form_file file, const struct places *places, struct element_file **out)
{
    void *data = NULL;
    TRY(form_build(file, places, &elements_schema, &data));
    *out = data;
    return OK;
}

RESULT schema_countries(struct form_file file, const struct places *places, struct country_file **out)
{
    void *data = NULL;
    TRY(form_build(file, places, &countries_schema, &data));
    *out = data;
    return OK;
}

RESULT schema_minors(struct form_file file, const struct places *places, struct minor_file **out)
{
    void *data = NULL;
    TRY(form_build(file, places, &minors_schema, &data));
    *out = data;
    return OK;
}

void schema_regime_free(struct law_regime **regime)
{
    form_free(&regime_schema, *regime);
    *regime = NULL;
}

void schema_elements_free(struct element_file **elements)
{
    form_free(&elements_schema, *elements);
    *elements = NULL;
}

void schema_countries_free(struct country_file **countries)
{
    form_free(&countries_schema, *countries);
    *countries = NULL;
}

void schema_minors_free(struct minor_file **minors)
{
    form_free(&minors_schema, *minors);
    *minors = NULL;
}

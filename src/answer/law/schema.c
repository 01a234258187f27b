#include "answer/law/law_priv.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    CYAML_FIELD_STRING_PTR(key, need, struct of, member, 1, LAW_TEXT_BYTES_MAX)
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

static const cyaml_schema_field_t texts_fields[] = {TEXT(MUST, "en", law_texts, en),
                                                    TEXT(MAY, "id", law_texts, id),
                                                    TEXT(MAY, "ko", law_texts, ko), CYAML_FIELD_END};
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

/* The path that libcyaml tells in its log when it refuses something: from the inside out, one step a line. */
enum { STEPS_MAX = 16, STEP_BYTES = 48 };
struct trace {
    size_t count;
    bool missing; /* a field is: the innermost step was the last field that is there */
    char steps[STEPS_MAX][STEP_BYTES];
};

static void step_take(struct trace *trace, const char *before, const char *name, size_t len,
                      const char *after)
{
    if (trace->count == STEPS_MAX) return;
    (void)snprintf(trace->steps[trace->count++], STEP_BYTES, "%s%.*s%s", before,
                   (int)(len < STEP_BYTES - 4 ? len : STEP_BYTES - 4), name, after);
}

/* Lines such as "in mapping field 'due' (line: ...", "in sequence entry '3' (...", counted from 1. */
static void trace_take(cyaml_log_t level, void *context, const char *format, va_list list)
{
    static const char *const keys[] = {"Unexpected key: ", "Missing required mapping field: "};
    static const char field[] = "in mapping field '", entry[] = "in sequence entry '";
    struct trace *trace = context;
    char line[256];
    const char *at = NULL;
    (void)level;
    (void)vsnprintf(line, sizeof line, format, list); /* a longer one is cut */
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if ((at = strstr(line, keys[i])) == NULL) continue;
        at += strlen(keys[i]);
        step_take(trace, ".", at, strspn(at, "abcdefghijklmnopqrstuvwxyz_"), "");
        trace->missing = i == 1;
        return;
    }
    if ((at = strstr(line, field)) != NULL) {
        at += strlen(field);
        if (!trace->missing) step_take(trace, ".", at, strcspn(at, "'"), "");
        trace->missing = false;
    } else if ((at = strstr(line, entry)) != NULL) {
        char number[16];
        unsigned long from_one = strtoul(at + strlen(entry), NULL, 10);
        int len = snprintf(number, sizeof number, "%lu", from_one > 0 ? (from_one - 1) % 100000 : 0);
        step_take(trace, "[", number, (size_t)len, "]");
    }
}

/* Outside in: "duties[2].due". */
static void trace_path(const struct trace *trace, char path[PLACE_BYTES_MAX])
{
    size_t len = 0;
    path[0] = '\0';
    for (size_t i = trace->count; i > 0; i--) {
        const char *step = trace->steps[i - 1] + (len == 0 && trace->steps[i - 1][0] == '.');
        size_t more = strlen(step);
        if (len + more >= PLACE_BYTES_MAX) return;
        memcpy(path + len, step, more + 1);
        len += more;
    }
}

static const char *why_of(cyaml_err_t error)
{
    switch ((int)error) {
    case CYAML_ERR_INVALID_KEY:
        return "a field that rule files do not have, see docs/law.md";
    case CYAML_ERR_INVALID_VALUE:
    case CYAML_ERR_UNEXPECTED_EVENT:
        return "none of the words, numbers or lists that may stand here, see docs/law.md";
    case CYAML_ERR_STRING_LENGTH_MIN:
    case CYAML_ERR_STRING_LENGTH_MAX:
        return "an empty or overlong text";
    case CYAML_ERR_SEQUENCE_ENTRIES_MIN:
    case CYAML_ERR_SEQUENCE_ENTRIES_MAX:
        return "too many items";
    case CYAML_ERR_MAPPING_FIELD_MISSING:
        return "a field that must be there is missing, see docs/law.md";
    default:
        return "not as rule files are written, see docs/law.md";
    }
}

static cyaml_config_t config_with(struct trace *trace)
{
    return (cyaml_config_t){.log_fn = trace ? trace_take : NULL,
                            .log_ctx = trace,
                            .mem_fn = cyaml_mem,
                            .log_level = CYAML_LOG_ERROR,
                            .flags = CYAML_CFG_NO_ALIAS};
}

static RESULT schema_read(struct law_file file, const struct places *places,
                          const cyaml_schema_value_t *schema, void **out)
{
    struct trace trace = {0};
    char path[PLACE_BYTES_MAX];
    cyaml_config_t config = config_with(&trace);
    cyaml_data_t *data = NULL;
    assert(file.text.len <= LAW_FILE_BYTES_MAX);
    cyaml_err_t error = cyaml_load_data(file.text.at, file.text.len, &config, schema, &data, NULL);
    if (error != CYAML_OK) {
        trace_path(&trace, path);
        return LAW_BAD(file, places, path, "%s", why_of(error));
    }
    *out = data;
    return OK;
}

static void schema_free(const cyaml_schema_value_t *schema, void *data)
{
    cyaml_config_t config = config_with(NULL);
    if (data) (void)cyaml_free(&config, schema, data, 0); /* fails on a bad schema alone */
}

RESULT schema_regime(struct law_file file, const struct places *places, struct law_regime **out)
{
    void *data = NULL;
    TRY(schema_read(file, places, &regime_value, &data));
    *out = data;
    return OK;
}

RESULT schema_elements(struct law_file file, const struct places *places, struct element_file **out)
{
    void *data = NULL;
    TRY(schema_read(file, places, &elements_value, &data));
    *out = data;
    return OK;
}

RESULT schema_countries(struct law_file file, const struct places *places, struct country_file **out)
{
    void *data = NULL;
    TRY(schema_read(file, places, &countries_value, &data));
    *out = data;
    return OK;
}

void schema_regime_free(struct law_regime **regime)
{
    schema_free(&regime_value, *regime);
    *regime = NULL;
}

void schema_elements_free(struct element_file **elements)
{
    schema_free(&elements_value, *elements);
    *elements = NULL;
}

void schema_countries_free(struct country_file **countries)
{
    schema_free(&countries_value, *countries);
    *countries = NULL;
}

#include "answer/incident/law_lines.h"

#include "answer/incident/lawbook.h"
#include "answer/law/severity.h"

#include <string.h>

static const struct element_row rows[] = {
#define ELEMENT(name, SAYS, knows) {#name, ELEMENT_##SAYS, #knows},
#include "answer/incident/elements.def"
#undef ELEMENT
};

const struct element_row *element_rows(size_t *out_count)
{
    *out_count = COUNT_OF(rows);
    return rows;
}

const struct element_row *element_row(struct slice name)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_is(name, rows[i].name)) return &rows[i];
    }
    return NULL;
}

static RESULT fact_may(const struct line *line)
{
    const struct element_row *row = element_row(line->name);
    bool known = line->state.len == 0 || slice_is(line->state, "known");
    if (line->of > 0 && line->name.len == 0) return OK;
    if (!row) return FAIL(INVALID, "name: no element of law/elements.yaml, such as how or relief");
    if (row->says == ELEMENT_COUNTED)
        return FAIL(INVALID, "name: %s is worked out from the scope and the timeline, nobody types it",
                    row->name);
    if (line->lang.len > 0 && !words_have("en id ko", line->lang)) return FAIL(INVALID, "lang: en, id or ko");
    if (known && line->of == 0 && line->text.len == 0)
        return FAIL(MEMBER_MISSING, "text: what it is; or say state=not_yet, with due if it can be said");
    return OK;
}

static RESULT circumstance_may(const struct line *line)
{
    bool risk = slice_is(line->name, "risk");
    bool answer = words_have(risk ? "none some high unknown" : "yes no unknown", line->state);
    if (line->name.len > 0 && !risk && law_fact_by(line->name) < 0 && law_kind_by(line->name) < 0)
        return FAIL(INVALID, "name: risk, a kind of data, or a fact; docs/law.md lists them");
    if (line->state.len > 0 && line->name.len > 0 && !answer)
        return FAIL(INVALID, "state: yes, no or unknown; of risk none, some, high or unknown");
    return OK;
}

/* "kr-pipa", or where a duty is wanted "kr-pipa/authority". */
static RESULT regime_find(const struct law *law, struct slice name, bool whole,
                          const struct law_regime **regime, struct slice *rest)
{
    char id[LAW_ID_BYTES_MAX + 1] = {0};
    const uint8_t *mark = name.len > 0 ? memchr(name.at, '/', name.len) : NULL;
    size_t len = mark ? (size_t)(mark - name.at) : name.len;
    if (len > LAW_ID_BYTES_MAX) return FAIL(NOT_FOUND, "name: no such regime; amanah law list");
    memcpy(id, name.at, len);
    *regime = law_regime(law, id);
    *rest = mark ? slice_from(name, len + 1) : (struct slice){0};
    if (!*regime) return FAIL(NOT_FOUND, "name: no such regime; amanah law list");
    if (!mark && !whole) return FAIL(INVALID, "name: REGIME/DUTY, such as kr-pipa/authority");
    return OK;
}

static RESULT duty_may(struct shop *shop, const struct line *line, bool whole)
{
    const struct lawbook *book = NULL;
    const struct law_regime *regime = NULL;
    struct slice rest = {0};
    if (line->of > 0 && line->name.len == 0) return OK;
    TRY(lawbook(shop, &book));
    TRY(regime_find(book->law, line->name, whole, &regime, &rest));
    if (rest.len == 0) return OK;
    for (uint32_t i = 0; i < regime->duties_count; i++) {
        if (slice_is(rest, regime->duties[i].id)) return OK;
    }
    return FAIL(NOT_FOUND, "name: %s has no such duty; amanah law show %s", regime->id, regime->id);
}

static RESULT choice_may(struct shop *shop, const struct line *line)
{
    const struct lawbook *book = NULL;
    const struct law_regime *regime = NULL;
    struct slice rest = {0};
    TRY(lawbook(shop, &book));
    TRY(regime_find(book->law, line->name, false, &regime, &rest));
    for (uint32_t i = 0; i < regime->switches_count; i++) {
        const struct law_switch *which = &regime->switches[i];
        if (!slice_is(rest, which->id)) continue;
        for (uint32_t j = 0; j < which->values.at_count; j++) {
            if (slice_is(line->answer, which->values.at[j])) return OK;
        }
        return FAIL(INVALID, "answer: not a value of %s/%s; amanah law show %s", regime->id, which->id,
                    regime->id);
    }
    return FAIL(NOT_FOUND, "name: %s has no such switch; amanah law show %s", regime->id, regime->id);
}

static RESULT severity_may(const struct line *line)
{
    struct enisa severity = {0};
    bool given[ENISA_FACTORS] = {false};
    return enisa_answer(&severity, given, line->name, line->answer);
}

static RESULT url_may(const struct line *line)
{
    bool http = slice_starts(line->url, "https://") || slice_starts(line->url, "http://");
    if (line->url.len > 0 && !http) return FAIL(INVALID, "url: https://... or http://...");
    return OK;
}

RESULT law_line_may(struct shop *shop, const struct line *line)
{
    if (line->until != 0 && line->until < line->at) return FAIL(INVALID, "until: is before at");
    if (line->kind == LINE_FACT) return fact_may(line);
    if (line->kind == LINE_CIRCUMSTANCE) return circumstance_may(line);
    if (line->kind == LINE_SEVERITY) return severity_may(line);
    if (line->kind == LINE_CHOICE) return choice_may(shop, line);
    if (line->kind == LINE_POSTING) TRY(url_may(line));
    for (size_t i = 0; i < line->says.count; i++) {
        if (!element_row(line->says.at[i]))
            return FAIL(INVALID, "says: an element of law/elements.yaml, such as how");
    }
    if (line->kind == LINE_DONE || line->kind == LINE_POSTING) return duty_may(shop, line, false);
    return line->kind == LINE_ACKNOWLEDGED ? duty_may(shop, line, true) : OK;
}

#include "cli/law/regime.h"

static void texts_jot(struct jot *jot, const char *key, const struct form_texts *texts)
{
    jot_open(jot, key, '{');
    jot_text(jot, "en", texts->en);
    jot_text(jot, "id", texts->id);
    jot_text(jot, "ko", texts->ko);
    jot_close(jot, '}');
}

static void facts_jot(struct jot *jot, const char *key, uint64_t facts)
{
    if (!facts) return;
    jot_open(jot, key, '[');
    for (unsigned i = 0; i < LAW_FACT_COUNT; i++) {
        if (facts & LAW_BIT(i)) jot_text(jot, NULL, law_fact_name(i));
    }
    jot_close(jot, ']');
}

/* Where a line comes from; the end of most objects. */
static void sure_jot(struct jot *jot, enum law_sure sure, const char *source, const struct law_names *refs)
{
    jot_text(jot, "source", source);
    jot_names(jot, "refs", refs);
    jot_text(jot, "sure", law_sure_name(sure));
    jot_close(jot, '}');
}

static void only_jot(struct jot *jot, const struct law_only *only)
{
    if (!only) return;
    jot_open(jot, "only", '{');
    jot_text(jot, "switch", only->name);
    jot_names(jot, "values", &only->values);
    jot_close(jot, '}');
}

static void whens_jot(struct jot *jot, const struct law_duty *duty)
{
    if (duty->when_count == 0) return;
    jot_open(jot, "when", '[');
    for (uint32_t i = 0; i < duty->when_count; i++) {
        const struct law_when *when = &duty->when[i];
        jot_open(jot, NULL, '{');
        if (when->persons) jot_number(jot, "persons", when->persons);
        if (when->kinds) jot_open(jot, "kinds", '[');
        for (unsigned j = 0; j < LAW_KIND_COUNT; j++) {
            if (when->kinds & LAW_BIT(j)) jot_text(jot, NULL, law_kind_name(j));
        }
        if (when->kinds) jot_close(jot, ']');
        facts_jot(jot, "facts", when->facts);
        facts_jot(jot, "unless", when->unless);
        if (when->risk) jot_text(jot, "risk", law_risk_name(when->risk));
        jot_close(jot, '}');
    }
    jot_close(jot, ']');
}

static void duty_jot(struct jot *jot, const struct law_duty *duty)
{
    static const char *const counts[] = {
#define COUNT(NAME, name) name,
#include "answer/law/names.def"
#undef COUNT
    };
    jot_open(jot, NULL, '{');
    jot_text(jot, "id", duty->id);
    jot_text(jot, "to", law_to_name(duty->to));
    jot_text(jot, "stage", law_stage_name(duty->stage));
    jot_names(jot, "recipients", &duty->recipients);
    whens_jot(jot, duty);
    only_jot(jot, duty->only);
    jot_text(jot, "from", law_from_name(duty->from));
    if (duty->or_from) jot_text(jot, "or_from", law_from_name(*duty->or_from));
    jot_text(jot, "report", duty->report);
    jot_text(jot, "due", duty->due);
    if (duty->due) jot_text(jot, "count", counts[duty->count]);
    jot_text(jot, "until", duty->until);
    jot_text(jot, "no_number", duty->no_number);
    jot_text(jot, "policy_due", duty->policy_due);
    jot_names(jot, "after", &duty->after);
    jot_open(jot, "must", '[');
    for (uint32_t i = 0; i < duty->must.at_count; i++) jot_text(jot, NULL, duty->must.at[i]);
    jot_close(jot, ']');
    jot_names(jot, "doubted", &duty->doubted);
    jot_names(jot, "practice", &duty->practice);
    jot_names(jot, "case", &duty->case_of);
    jot_names(jot, "later", &duty->later);
    if (duty->electronic_consent) jot_bool(jot, "electronic_consent", true);
    jot_names(jot, "switches", &duty->switches);
    jot_text(jot, "note", duty->note);
    sure_jot(jot, duty->sure, duty->source, &duty->refs);
}

static void fine_jot(struct jot *jot, const struct law_fine *fine)
{
    static const char *const rules[] = {
#define RULE(NAME, name) name,
#include "answer/law/names.def"
#undef RULE
    };
    jot_open(jot, NULL, '{');
    jot_text(jot, "id", fine->id);
    jot_text(jot, "kind", law_fine_kind_name(fine->kind));
    jot_text(jot, "rule", rules[fine->rule]);
    jot_text(jot, "percent", fine->percent);
    if (fine->percent) jot_text(jot, "of", law_of_name(fine->of));
    if (fine->currency) jot_number(jot, "amount", fine->amount);
    if (fine->above) jot_number(jot, "above", fine->above);
    jot_text(jot, "currency", fine->currency);
    jot_bool(jot, "aggravated", fine->aggravated);
    jot_text(jot, "text", fine->text);
    sure_jot(jot, fine->sure, fine->source, &fine->refs);
}

static void exceptions_jot(struct jot *jot, const struct law_regime *regime)
{
    jot_open(jot, "exceptions", '[');
    for (uint32_t i = 0; i < regime->exceptions_count; i++) {
        const struct law_exception *one = &regime->exceptions[i];
        jot_open(jot, NULL, '{');
        jot_text(jot, "id", one->id);
        jot_names(jot, "frees", &one->frees);
        jot_names(jot, "delays", &one->delays);
        facts_jot(jot, "if", one->facts);
        only_jot(jot, one->only);
        jot_text(jot, "text", one->text);
        sure_jot(jot, one->sure, one->source, &one->refs);
    }
    jot_close(jot, ']');
    jot_open(jot, "substitutes", '[');
    for (uint32_t i = 0; i < regime->substitutes_count; i++) {
        const struct law_substitute *one = &regime->substitutes[i];
        jot_open(jot, NULL, '{');
        jot_text(jot, "id", one->id);
        jot_text(jot, "of", one->of);
        facts_jot(jot, "if", one->facts);
        jot_text(jot, "at_least", one->at_least);
        jot_text(jot, "text", one->text);
        sure_jot(jot, one->sure, one->source, &one->refs);
    }
    jot_close(jot, ']');
}

static void switches_jot(struct jot *jot, const struct law_regime *regime)
{
    jot_open(jot, "switches", '[');
    for (uint32_t i = 0; i < regime->switches_count; i++) {
        const struct law_switch *one = &regime->switches[i];
        jot_open(jot, NULL, '{');
        jot_text(jot, "id", one->id);
        jot_text(jot, "question", one->question);
        jot_names(jot, "values", &one->values);
        jot_text(jot, "default", one->value);
        sure_jot(jot, one->sure, one->source, &one->refs);
    }
    jot_close(jot, ']');
}

static void rest_jot(struct jot *jot, const struct law_regime *regime)
{
    jot_open(jot, "notes", '[');
    for (uint32_t i = 0; i < regime->notes_count; i++) {
        jot_open(jot, NULL, '{');
        jot_text(jot, "about", law_about_name(regime->notes[i].about));
        jot_text(jot, "text", regime->notes[i].text);
        sure_jot(jot, regime->notes[i].sure, regime->notes[i].source, &regime->notes[i].refs);
    }
    jot_close(jot, ']');
    jot_open(jot, "dates", '[');
    for (uint32_t i = 0; i < regime->dates_count; i++) {
        jot_open(jot, NULL, '{');
        jot_text(jot, "on", regime->dates[i].on);
        jot_bool(jot, "at_latest", regime->dates[i].at_latest);
        jot_text(jot, "text", regime->dates[i].text);
        sure_jot(jot, regime->dates[i].sure, regime->dates[i].source, &regime->dates[i].refs);
    }
    jot_close(jot, ']');
    jot_open(jot, "recurring", '[');
    for (uint32_t i = 0; i < regime->recurring_count; i++) {
        const struct law_recurring *one = &regime->recurring[i];
        jot_open(jot, NULL, '{');
        jot_text(jot, "text", one->text);
        jot_text(jot, "keep", one->keep);
        if (one->persons) jot_number(jot, "persons", one->persons);
        sure_jot(jot, one->sure, one->source, &one->refs);
    }
    jot_close(jot, ']');
    jot_open(jot, "sources", '[');
    for (uint32_t i = 0; i < regime->sources_count; i++) {
        jot_open(jot, NULL, '{');
        jot_text(jot, "id", regime->sources[i].id);
        jot_text(jot, "text", regime->sources[i].text);
        jot_text(jot, "link", regime->sources[i].link);
        jot_close(jot, '}');
    }
    jot_close(jot, ']');
}

void regime_jot(struct jot *jot, const struct law *law, const struct law_regime *regime)
{
    jot_open(jot, NULL, '{');
    jot_text(jot, "id", regime->id);
    texts_jot(jot, "title", &regime->title);
    jot_text(jot, "law", regime->law);
    jot_text(jot, "country", regime->country);
    jot_names(jot, "languages", &regime->languages);
    jot_text(jot, "from", regime->from);
    jot_text(jot, "to", regime->to);
    jot_text(jot, "sure", law_sure_name(regime->sure));
    jot_bool(jot, "own", law_is_own(law, regime));
    jot_open(jot, "applies", '{');
    jot_names(jot, "persons", &regime->applies.persons);
    jot_names(jot, "seat", &regime->applies.seat);
    facts_jot(jot, "needs", regime->applies.needs);
    jot_text(jot, "note", regime->applies.note);
    sure_jot(jot, regime->applies.sure, regime->applies.source, &regime->applies.refs);
    jot_open(jot, "recipients", '[');
    for (uint32_t i = 0; i < regime->recipients_count; i++) {
        const struct law_recipient *one = &regime->recipients[i];
        jot_open(jot, NULL, '{');
        jot_text(jot, "id", one->id);
        jot_text(jot, "name", one->name);
        jot_text(jot, "about", one->about);
        jot_text(jot, "channel", one->channel);
        sure_jot(jot, one->sure, one->source, &one->refs);
    }
    jot_close(jot, ']');
    jot_open(jot, "duties", '[');
    for (uint32_t i = 0; i < regime->duties_count; i++) duty_jot(jot, &regime->duties[i]);
    jot_close(jot, ']');
    exceptions_jot(jot, regime);
    switches_jot(jot, regime);
    jot_open(jot, "fines", '[');
    for (uint32_t i = 0; i < regime->fines_count; i++) fine_jot(jot, &regime->fines[i]);
    jot_close(jot, ']');
    rest_jot(jot, regime);
    jot_close(jot, '}');
}

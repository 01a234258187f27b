#include "answer/facts/severe.h"

static void answers_find(const struct fold *fold, struct severe *out)
{
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct line *now = &fold->items[i].now;
        for (unsigned f = 0; now->kind == LINE_SEVERITY && f < ENISA_FACTORS; f++) {
            if (slice_is(now->name, enisa_factor_name(f))) out->answers[f].line = now;
        }
    }
}

/* What the count shows: which classes of data leaked, and how far they tell who somebody is. */
static void propose(const struct facts *facts, struct severe *out)
{
    bool simple = false, behavioural = false, name = false, reach = false, identity = false;
    for (size_t i = 0; i < facts->field_count; i++) {
        const struct fact_field *field = &facts->fields[i];
        if (!field->affected) continue;
        bool purchase = slice_is(field->class_name, "purchase");
        behavioural |= purchase;
        simple |= !purchase && !slice_is(field->class_name, "identifier");
        name |= slice_is(field->name, "name");
        reach |= slice_is(field->name, "email") || slice_is(field->name, "phone") ||
                 slice_is(field->name, "address");
        identity |= slice_is(field->class_name, "identity");
    }
    if (simple) out->answers[ENISA_DATA_1].proposed = "leaked";
    if (behavioural) out->answers[ENISA_DATA_2].proposed = "leaked";
    if ((name && reach) || identity)
        out->answers[ENISA_IDENTIFICATION].proposed = "maximum";
    else if (reach)
        out->answers[ENISA_IDENTIFICATION].proposed = "significant";
    else if (name)
        out->answers[ENISA_IDENTIFICATION].proposed = "limited";
}

void severe_of(const struct fold *fold, const struct facts *facts, struct severe *out)
{
    bool given[ENISA_FACTORS] = {false}, all = true, data = false;
    struct severe severe = {0};
    answers_find(fold, &severe);
    propose(facts, &severe);
    for (unsigned f = 0; f < ENISA_FACTORS; f++) {
        const struct line *line = severe.answers[f].line;
        if (!line && f >= ENISA_IDENTIFICATION) all = false;
        if (!line) continue;
        if (line->n > severe.line) severe.line = line->n;
        struct result taken =
            enisa_answer(&severe.severity, given, slice_text(enisa_factor_name(f)), line->answer);
        all = all && taken.code == CODE_OK;
        data = data || f < ENISA_IDENTIFICATION;
    }
    severe.severity.people = facts->counted ? facts->scope.any.known + facts->scope.any.possible : 0;
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct line *now = &fold->items[i].now;
        if (now->kind == LINE_CIRCUMSTANCE && slice_is(now->name, "unintelligible"))
            severe.severity.unintelligible = slice_is(now->state, "yes");
    }
    severe.complete = all && data && enisa_score(&severe.severity, &severe.result).code == CODE_OK;
    *out = severe;
}

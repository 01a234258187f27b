#include "answer/facts/severe.h"

#include "keep/put.h"

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

static void answer_put(struct shop *shop, const struct severe *severe, unsigned factor, struct buf *out)
{
    const struct severe_answer *answer = &severe->answers[factor];
    size_t map = cbor_open(out), count = 1;
    put_text(out, "factor", slice_text(enisa_factor_name(factor)));
    if (answer->proposed) {
        put_text(out, "proposed", slice_text(answer->proposed));
        count++;
    }
    if (answer->line) {
        SCOPED(buf_done) struct buf who = {0};
        reader_put(shop, answer->line->author, &who);
        put_text(out, "answer", answer->line->answer);
        put_text(out, "reason", answer->line->text);
        put_text(out, "who", buf_slice(&who));
        put_number(out, "line", answer->line->n);
        count += 4;
    }
    cbor_map_close(out, map, count);
}

static void flips_put(const struct enisa_result *result, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("flips"));
    cbor_array(out, result->flip_count);
    for (size_t i = 0; i < result->flip_count; i++) {
        const struct enisa_flip *flip = &result->flips[i];
        bool data = flip->factor < ENISA_IDENTIFICATION;
        cbor_map(out, 5);
        put_text(out, "factor", slice_text(enisa_factor_name(flip->factor)));
        if (data) {
            put_number(out, "from_score", flip->from);
            put_number(out, "to_score", flip->to);
        } else {
            put_text(out, "from", slice_text(enisa_answer_name(flip->factor, flip->from)));
            put_text(out, "to", slice_text(enisa_answer_name(flip->factor, flip->to)));
        }
        put_number(out, "score_hundredths", flip->score);
        put_text(out, "band", slice_text(enisa_band_name(flip->band)));
    }
}

void severe_tell(struct shop *shop, const struct severe *severe, struct buf *out)
{
    const struct enisa_result *result = &severe->result;
    size_t missing = 0;
    cbor_map(out, severe->complete ? 12 : 5);
    put_bool(out, "complete", severe->complete);
    cbor_text(out, SLICE_TEXT("answers"));
    cbor_array(out, ENISA_FACTORS);
    for (unsigned f = 0; f < ENISA_FACTORS; f++) answer_put(shop, severe, f, out);
    cbor_text(out, SLICE_TEXT("missing"));
    size_t array = cbor_open(out);
    if (severe->severity.count == 0) {
        cbor_text(out, SLICE_TEXT("data"));
        missing++;
    }
    for (unsigned f = ENISA_IDENTIFICATION; f < ENISA_FACTORS; f++) {
        if (severe->answers[f].line) continue;
        cbor_text(out, slice_text(enisa_factor_name(f)));
        missing++;
    }
    cbor_array_close(out, array, missing);
    put_number(out, "people", severe->severity.people);
    put_bool(out, "unintelligible", severe->severity.unintelligible);
    if (!severe->complete) return;
    put_number(out, "score_hundredths", result->score);
    put_text(out, "band", slice_text(enisa_band_name(result->band)));
    put_number(out, "dpc", result->dpc);
    put_text(out, "decided_by", slice_text(enisa_factor_name(result->decided_by - 1)));
    put_number(out, "ei_hundredths", result->ei);
    put_number(out, "cb_hundredths", result->cb);
    flips_put(result, out);
}

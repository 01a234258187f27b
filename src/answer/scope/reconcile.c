#include "answer/scope/reconcile.h"

#include "answer/incident/incident.h"
#include "answer/scope/kept.h"
#include "answer/scope/told_read.h"
#include "answer/scope/verbs.h"
#include "keep/put.h"

/* Of the field that the claim names, where the count has it; else of any. */
static const struct told_three *three_of(const struct told_count *count, struct slice field)
{
    for (size_t i = 0; i < count->field_count; i++) {
        if (field.len > 0 && slice_equal(count->fields[i].name, field)) return &count->fields[i].three;
    }
    return &count->any;
}

static const char *relation_of(uint64_t people, const struct told_three *three)
{
    if (!three) return "uncounted";
    if (people < three->known) return "below";
    return people <= three->known + three->possible ? "within" : "above";
}

static void claim_put(struct shop *shop, const struct item *item, const struct told_count *count,
                      struct buf *out)
{
    const struct line *claim = &item->now;
    const struct told_three *three = count ? three_of(count, claim->name) : NULL;
    SCOPED(buf_done) struct buf author = {0};
    reader_put(shop, claim->author, &author);
    cbor_map(out, 11 + (three ? 2 : 0));
    put_number(out, "line", claim->n);
    put_text(out, "text", claim->text);
    put_text(out, "source", claim->source);
    put_text(out, "author", buf_slice(&author));
    put_time(out, "time", claim->time_us);
    put_text(out, "state", claim->state);
    put_text(out, "field", claim->name);
    put_number(out, "people", claim->people);
    put_text(out, "basis", claim->basis);
    put_number(out, "evidence_count", item->evidence);
    put_text(out, "relation", slice_text(relation_of(claim->people, three)));
    if (!three) return;
    put_number(out, "known", three->known);
    put_number(out, "possible", three->possible);
}

static void count_put_of(const struct line *line, const struct told_count *count, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("count"));
    if (!line) {
        cbor_null(out);
        return;
    }
    cbor_map(out, 6);
    put_number(out, "line", line->n);
    put_number(out, "version", count->version);
    put_text(out, "counted", count->counted);
    put_number(out, "known", count->any.known);
    put_number(out, "possible", count->any.possible);
    put_number(out, "excluded", count->any.excluded);
}

RESULT reconcile_put(struct shop *shop, const struct fold *fold, struct buf *out)
{
    SCOPED(arena_done) struct arena arena = {0};
    struct told_count count = {0};
    const struct line *line = scope_line(fold, 0);
    size_t claims = 0;
    if (line) TRY(told_read(line->body, &arena, &count));
    cbor_map(out, 2);
    count_put_of(line, &count, out);
    cbor_text(out, SLICE_TEXT("claims"));
    size_t mark = cbor_open(out);
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct item *item = &fold->items[i];
        if (item->now.kind != LINE_CLAIM || item->now.people == 0) continue;
        claim_put(shop, item, line ? &count : NULL, out);
        claims++;
    }
    cbor_array_close(out, mark, claims);
    return OK;
}

RESULT verb_incident_reconcile(struct batch *batch, const struct reader *reader,
                               const struct incident_reconcile_ask *ask, struct answer *out)
{
    struct incident *incident = NULL;
    SCOPED(reading_done) struct reading reading = {0};
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(incident_read(batch->shop, incident, &reading));
    return reconcile_put(batch->shop, &reading.fold, &out->body);
}

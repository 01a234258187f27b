#include "answer/incident/incident_put.h"

#include "keep/put.h"

static void reader_text(struct shop *shop, struct buf *out, const char *name, uint64_t reader)
{
    SCOPED(buf_done) struct buf text = {0};
    reader_put(shop, reader, &text);
    put_text(out, name, buf_slice(&text));
}

static void texts_put(struct buf *out, const char *name, const struct texts *texts)
{
    cbor_text(out, slice_text(name));
    cbor_array(out, texts->count);
    for (size_t i = 0; i < texts->count; i++) cbor_text(out, texts->at[i]);
}

static void value_put(struct shop *shop, const struct line_value *value, struct buf *out)
{
    switch (value->type) {
    case LINE_TYPE_TEXT:
        put_text(out, value->name, *(const struct slice *)value->at);
        return;
    case LINE_TYPE_BYTES:
        put_number(out, "body_bytes", ((const struct slice *)value->at)->len);
        return;
    case LINE_TYPE_WHO:
        reader_text(shop, out, value->name, *(const uint64_t *)value->at);
        return;
    case LINE_TYPE_TIME:
        put_time(out, value->name, *(const int64_t *)value->at);
        return;
    case LINE_TYPE_NUMBER:
        put_number(out, value->name, *(const uint64_t *)value->at);
        return;
    case LINE_TYPE_FLAG:
        put_bool(out, value->name, true);
        return;
    case LINE_TYPE_TEXTS:
        texts_put(out, value->name, value->at);
        return;
    }
}

/* How many members were written. */
static size_t members_put(struct shop *shop, const struct line *line, struct buf *out)
{
    size_t count = 5;
    put_number(out, "line", line->n);
    put_number(out, "entry", line->entry);
    put_text(out, "kind", slice_text(line_row(line->kind)->name));
    put_time(out, "time", line->time_us);
    reader_text(shop, out, "author", line->author);
    for (size_t i = 0;; i++) {
        struct line_value value = line_value(line, i);
        if (!value.name) return count;
        if (!value.there) continue;
        value_put(shop, &value, out);
        count++;
    }
}

void line_put(struct shop *shop, const struct line *line, struct buf *out)
{
    size_t mark = cbor_open(out);
    cbor_map_close(out, mark, members_put(shop, line, out));
}

/* The lines that amend item n with that stance. */
static void stances_put(const struct fold *fold, uint64_t n, const char *stance, struct buf *out)
{
    size_t count = 0;
    cbor_text(out, slice_text(stance));
    size_t mark = cbor_open(out);
    for (size_t i = 0; i < fold->line_count; i++) {
        const struct line *line = &fold->lines[i];
        if (line->kind != LINE_HYPOTHESIS || (line->of != n && line->n != n) ||
            !slice_is(line->stance, stance))
            continue;
        cbor_uint(out, line->n);
        count++;
    }
    cbor_array_close(out, mark, count);
}

static void item_put(struct shop *shop, const struct fold *fold, const struct item *item, struct buf *out)
{
    size_t mark = cbor_open(out), count = members_put(shop, &item->now, out) + 3;
    put_number(out, "last", item->last);
    put_time(out, "changed", item->last_us);
    put_number(out, "evidence_count", item->evidence);
    if (item->decided_by != item->now.author) {
        reader_text(shop, out, "decided_by", item->decided_by);
        count++;
    }
    if (item->now.kind == LINE_HYPOTHESIS) {
        stances_put(fold, item->now.n, "for", out);
        stances_put(fold, item->now.n, "against", out);
        count += 2;
    }
    if (item->now.kind == LINE_PREVENTION) {
        put_number(out, "failed", item->failed);
        put_number(out, "passed", item->passed);
        count += 2;
    }
    if (item->now.kind == LINE_INSTANT) {
        const struct item *counts = NULL;
        static const char *const names[] = {"occurred", "detected",  "aware",    "intrusion",
                                            "assessed", "contained", "notified", "closed"};
        for (size_t i = 0; i < COUNT_OF(names); i++) {
            if (slice_is(item->now.name, names[i])) counts = fold_instant(fold, names[i]);
        }
        put_bool(out, "counts", counts == item);
        count++;
    }
    cbor_map_close(out, mark, count);
}

void items_put(struct shop *shop, const struct fold *fold, enum line_kind kind, const char *name,
               struct buf *out)
{
    size_t count = 0;
    cbor_text(out, slice_text(name));
    size_t mark = cbor_open(out);
    for (size_t i = 0; i < fold->item_count; i++) {
        if (fold->items[i].now.kind != kind) continue;
        item_put(shop, fold, &fold->items[i], out);
        count++;
    }
    cbor_array_close(out, mark, count);
}

static void readers_put(struct shop *shop, const char *name, const uint64_t *readers, size_t count,
                        struct buf *out)
{
    cbor_text(out, slice_text(name));
    cbor_array(out, count);
    for (size_t i = 0; i < count; i++) {
        SCOPED(buf_done) struct buf text = {0};
        reader_put(shop, readers[i], &text);
        cbor_text(out, buf_slice(&text));
    }
}

static void costs_put(const struct fold *fold, struct buf *out)
{
    put_number(out, "minutes", fold->minutes);
    cbor_text(out, SLICE_TEXT("costs"));
    cbor_array(out, fold->cost_count);
    for (size_t i = 0; i < fold->cost_count; i++) {
        cbor_map(out, 2);
        put_text(out, "currency", slice_text(fold->costs[i].currency));
        put_number(out, "amount", fold->costs[i].amount);
    }
}

void missing_put(const struct fold *fold, struct buf *out)
{
    struct missing missing[MISSING_MAX];
    size_t count = fold_missing(fold, missing);
    cbor_text(out, SLICE_TEXT("missing"));
    cbor_array(out, count);
    for (size_t i = 0; i < count; i++) {
        cbor_map(out, 2 + (missing[i].n > 0));
        put_text(out, "code", slice_text(missing[i].code));
        if (missing[i].n > 0) put_number(out, "line", missing[i].n);
        put_text(out, "text", slice_text(missing[i].text));
    }
}

struct slice incident_title(const struct fold *fold)
{
    return fold->line_count > 0 ? fold->lines[0].text : (struct slice){0};
}

void incident_put(struct shop *shop, const struct incident *incident, const struct fold *fold,
                  struct buf *out)
{
    static const struct {
        enum line_kind kind;
        const char *name;
    } parts[] = {
        {LINE_INSTANT, "instants"},
        {LINE_HYPOTHESIS, "hypotheses"},
        {LINE_CLAIM, "claims"},
        {LINE_DECISION, "decisions"},
        {LINE_REQUEST, "requests"},
        {LINE_RECOVERY, "recovery"},
        {LINE_TASK, "tasks"},
        {LINE_AUDIT, "audits"},
        {LINE_PREVENTION, "prevention"},
        {LINE_CONTAIN, "contain"},
        {LINE_HOLD, "holds"},
        {LINE_EVIDENCE, "evidence"},
    };
    size_t mark = cbor_open(out), count = 11 + COUNT_OF(parts);
    put_id(shop, out, "id", ID_INCIDENT, incident->no);
    put_text(out, "title", incident_title(fold));
    put_text(out, "kind", fold->kind);
    put_text(out, "state", fold->closed_us ? SLICE_TEXT("closed") : SLICE_TEXT("open"));
    put_time(out, "opened", fold->opened_us);
    reader_text(shop, out, "owner", fold->circle.owner);
    readers_put(shop, "members", fold->circle.members, fold->circle.member_count, out);
    readers_put(shop, "suspects", fold->circle.suspects, fold->circle.suspect_count, out);
    put_number(out, "lines", fold->line_count);
    for (size_t i = 0; i < COUNT_OF(parts); i++) items_put(shop, fold, parts[i].kind, parts[i].name, out);
    costs_put(fold, out);
    if (!fold->closed_us) {
        missing_put(fold, out);
    } else {
        put_time(out, "closed", fold->closed_us);
    }
    cbor_map_close(out, mark, count + 1);
}

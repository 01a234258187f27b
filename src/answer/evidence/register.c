#include "answer/evidence/register.h"

#include "answer/evidence/kept.h"
#include "keep/hold.h"
#include "keep/put.h"

enum {
    NEARLY = 950, /* of 1,000: a sketch is off by some 20 */
    CONTAINED = 900,
    SOME = 100
};

const char *register_relation_name(enum register_relation relation)
{
    static const char *const names[] = {"new", "same", "part", "superset", "overlaps"};
    return names[relation];
}

enum register_relation register_relation_of(struct sketch_shares shares)
{
    if (shares.a_in_b >= NEARLY && shares.b_in_a >= NEARLY) return RELATION_SAME;
    if (shares.a_in_b >= CONTAINED && shares.a_in_b >= shares.b_in_a) return RELATION_PART;
    if (shares.b_in_a >= CONTAINED) return RELATION_MORE;
    return shares.a_in_b >= SOME || shares.b_in_a >= SOME ? RELATION_OVERLAPS : RELATION_NEW;
}

void register_key(struct shop *shop, uint8_t out[SKETCH_KEY_BYTES])
{
    const struct slice parts[] = {SLICE_TEXT("amanah sketch 2")}; /* no address: that has an @ */
    struct hash hash = {{0}};
    prf_run(shop->index[FIELD_EMAIL], parts, COUNT_OF(parts), &hash);
    memcpy(out, hash.bytes, SKETCH_KEY_BYTES);
    explicit_bzero(&hash, sizeof hash);
}

struct searching {
    struct shop *shop;
    const struct incident *incident;
    bool seen;
    uint64_t here; /* line of the new file, when this is its incident; else 0 */
    const struct sketch *sketch;
    struct slice hash;
    struct register_hits *out;
};

static RESULT line_compare(const struct searching *searching, const struct line *line)
{
    static const struct sketch_shares all = {1000, 1000};
    struct match_kept kept = {0};
    struct sketch other = {.count = 0};
    struct register_hit hit = {.incident = searching->incident->no, .seen = searching->seen};
    TRY(match_kept_read(line->body, &kept));
    if (kept.line == searching->here) return OK;
    bool same = slice_equal(line->hash, searching->hash);
    bool comparable = kept.epoch == searching->shop->index_epoch[FIELD_EMAIL];
    if (comparable) TRY(sketch_read(kept.sketch, &other));
    hit.line = kept.line;
    hit.closed = searching->incident->closed;
    hit.shares = same ? all : sketch_compare(searching->sketch, &other);
    hit.relation = same ? RELATION_SAME : register_relation_of(hit.shares);
    if (hit.relation == RELATION_NEW || searching->out->count == REGISTER_MAX) return OK;
    searching->out->at[searching->out->count++] = hit;
    return OK;
}

/* The newest match of each file. */
static RESULT incident_search(const struct searching *searching)
{
    SCOPED(reading_done) struct reading reading = {0};
    TRY(incident_read(searching->shop, searching->incident, &reading));
    for (size_t i = 0; i < reading.fold.line_count; i++) {
        const struct line *line = &reading.fold.lines[i];
        if (line->kind == LINE_MATCH && match_line(&reading.fold, line->lines) == line)
            TRY(line_compare(searching, line));
    }
    return OK;
}

RESULT register_search(struct shop *shop, const struct reader *reader, const struct register_file *file,
                       struct register_hits *out)
{
    struct incidents *incidents = NULL;
    TRY(incidents_of(shop, &incidents));
    out->count = 0;
    for (size_t i = 0; i < incidents->count; i++) {
        const struct incident *at = &incidents->at[i];
        const struct searching searching = {.shop = shop,
                                            .incident = at,
                                            .seen = incident_seen_by(shop, at, reader),
                                            .here = at->no == file->incident ? file->line : 0,
                                            .sketch = file->sketch,
                                            .hash = file->hash,
                                            .out = out};
        TRY(incident_search(&searching));
    }
    return OK;
}

void register_put(struct shop *shop, const struct register_hits *hits, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("known_as"));
    size_t array = cbor_open(out), count = 0;
    for (size_t i = 0; i < hits->count; i++) {
        const struct register_hit *hit = &hits->at[i];
        if (!hit->seen) continue;
        cbor_map(out, 5);
        put_id(shop, out, "incident", ID_INCIDENT, hit->incident);
        put_number(out, "line", hit->line);
        put_text(out, "relation", slice_text(register_relation_name(hit->relation)));
        put_number(out, "of_this", hit->shares.a_in_b);
        put_number(out, "of_that", hit->shares.b_in_a);
        count++;
    }
    cbor_array_close(out, array, count);
}

/* Lines that were written make pointers to incidents stale: found anew for each. */
static RESULT one_reopen(struct batch *batch, const struct register_hit *hit)
{
    static const struct reader program = {.no = (uint64_t)READER_SYSTEM << 32};
    struct incidents *incidents = NULL;
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf text = {0};
    SCOPED(reading_done) struct reading reading = {0};
    TRY(incidents_of(batch->shop, &incidents));
    for (size_t i = 0; i < incidents->count; i++) {
        struct incident *incident = &incidents->at[i];
        if (incident->no != hit->incident || !incident->closed) continue;
        buf_print(
            &text, "the file of line %llu was found again (%s): %u of 1,000 lines of the new one are new",
            (unsigned long long)hit->line, register_relation_name(hit->relation), 1000 - hit->shares.a_in_b);
        struct line line = {.kind = LINE_REOPENED, .text = buf_slice(&text)};
        TRY(incident_read(batch->shop, incident, &reading));
        TRY(hold_set(batch, incident->no, true));
        return incident_line(batch, &program, incident, &reading, &line, &receipt);
    }
    return OK; /* it was opened again for another file */
}

RESULT register_reopen(struct batch *batch, const struct register_hits *hits)
{
    for (size_t i = 0; i < hits->count; i++) {
        if (hits->at[i].closed) TRY(one_reopen(batch, &hits->at[i]));
    }
    return OK;
}

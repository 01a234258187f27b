#include "answer/evidence/kept.h"
#include "answer/evidence/verbs.h"
#include "answer/incident/kept_set.h"
#include "keep/put.h"

/* How far another is who asked for it: numbers of lines and bytes alone, which depend on the file and no customer. */
static void progress_put(struct evidence_progress *progress, struct buf *out)
{
    cbor_map(out, 4);
    put_bool(out, "busy", progress != NULL);
    put_number(out, "bytes", progress ? atomic_load(&progress->bytes) : 0);
    put_number(out, "read", progress ? atomic_load(&progress->read) : 0);
    put_number(out, "rows", progress ? atomic_load(&progress->rows) : 0);
}

static RESULT provenance_begin(struct batch *batch, const struct incident *incident, const struct item *item,
                               const struct line *before, struct provenance *out)
{
    out->incident = incident->no;
    out->line = item->now.n;
    out->now_us = batch->now_us;
    out->before = before ? before->n : 0;
    buf_slice_put(&out->file, item->now.file);
    buf_slice_put(&out->hash, item->now.hash);
    out->progress = evidence_progress(batch->shop, incident->no, item->now.n, true);
    return out->progress ? OK
                         : FAIL(TOO_BUSY, "evidence: as many files as may be are worked on; wait for one");
}

static RESULT sets_keep(struct batch *batch, struct provenance *provenance, struct match_kept *kept)
{
    struct match *match = provenance->match;
    kept->set_count = match->combination_count;
    for (size_t i = 0; i < match->combination_count; i++) {
        struct match_combination *from = &match->combinations[i];
        kept->sets[i] = (struct match_kept_set){from->fields, set_count(&from->people), provenance->names[i]};
        TRY(set_keep(batch_write(batch), &from->people, &provenance->names[i]));
    }
    kept->maybe =
        (struct match_kept_set){0, set_count(&match->maybe), provenance->names[match->combination_count]};
    return set_keep(batch_write(batch), &match->maybe, &kept->maybe.name);
}

/* One look with its sets: the entry says how many people, which fields, and the hash of all that was found. */
static void entry_put(struct batch *batch, const struct reader *reader, const struct provenance *provenance,
                      const struct match_kept *kept, struct slice body, struct receipt *out)
{
    struct draft draft = batch_draft(batch, reader, ENTRY_EVIDENCE_MATCH);
    draft.entry.count = set_count(&provenance->match->people);
    for (size_t i = 0; i < kept->set_count; i++) draft.entry.full |= kept->sets[i].fields;
    draft.entry.has_object = true;
    sha256_one(batch->shop->crypto, body, &draft.entry.object);
    batch_append(batch, &draft, out);
}

static RESULT provenance_keep(struct batch *batch, const struct reader *reader, struct incident *incident,
                              struct provenance *provenance, struct answer *out)
{
    SCOPED(buf_done) struct buf told = {0}, sketch = {0}, body = {0}, text = {0};
    struct match_kept kept = {.line = provenance->line};
    struct receipt receipt = {0}, of_line = {0};
    struct register_hits known = {.count = 0};
    const struct register_file file = {incident->no, provenance->line, provenance->match->rows_sketch,
                                       buf_slice(&provenance->hash)};
    TRY(register_search(batch->shop, reader, &file, &known));
    provenance_told(batch->shop, provenance, &told);
    sketch_write(provenance->match->rows_sketch, &sketch);
    kept.told = buf_slice(&told);
    kept.sketch = buf_slice(&sketch);
    kept.epoch = batch->shop->index_epoch[FIELD_EMAIL];
    TRY(sets_keep(batch, provenance, &kept));
    match_kept_write(&kept, &body);
    entry_put(batch, reader, provenance, &kept, buf_slice(&body), &receipt);
    batch_receipt(out, &receipt);
    buf_print(&text, "the file of line %llu was matched with the vault",
              (unsigned long long)provenance->line);
    struct line line = {.kind = LINE_MATCH,
                        .name = slice_text(verdict_name(provenance->verdict.kind)),
                        .text = buf_slice(&text),
                        .hash = buf_slice(&provenance->hash),
                        .lines = provenance->line,
                        .body = buf_slice(&body)};
    TRY(incident_line(batch, reader, incident, NULL, &line, &of_line));
    TRY(match_told_put(batch->shop, buf_slice(&told), &known, &out->body));
    provenance->known = true;
    return register_reopen(batch, &known);
}

static RESULT told_again(struct batch *batch, const struct reader *reader, const struct incident *incident,
                         const struct line *line, struct answer *out)
{
    struct match_kept kept = {0};
    struct sketch sketch = {.count = 0};
    struct register_hits known = {.count = 0};
    TRY(match_kept_read(line->body, &kept));
    if (kept.epoch == batch->shop->index_epoch[FIELD_EMAIL]) TRY(sketch_read(kept.sketch, &sketch));
    const struct register_file file = {incident->no, kept.line, &sketch, line->hash};
    TRY(register_search(batch->shop, reader, &file, &known));
    return match_told_put(batch->shop, kept.told, &known, &out->body);
}

/* An auditor is told what was found, and starts nothing. */
static RESULT audited(struct batch *batch, const struct reader *reader, const struct incident *incident,
                      const struct evidence_match_ask *ask, struct answer *out)
{
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(buf_done) struct buf what = {0};
    if (ask->again || ask->progress) return access_act(reader, ACT_INCIDENT);
    TRY(incident_read(batch->shop, incident, &reading));
    const struct line *line = match_line(&reading.fold, ask->line);
    if (!line) return FAIL(NOT_FOUND, "line: no file by that line was matched");
    buf_print(&what, "verdict %llu", (unsigned long long)ask->line);
    incident_audited(batch, reader, incident, buf_slice(&what), out);
    return told_again(batch, reader, incident, line, out);
}

RESULT verb_evidence_match(struct batch *batch, const struct reader *reader,
                           const struct evidence_match_ask *ask, struct answer *out)
{
    struct incident *incident = NULL;
    const struct item *item = NULL;
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(provenance_free) struct provenance *provenance = NULL;
    TRY(incident_find(batch, reader, ask->id, &incident));
    if (access_audits(reader)) return audited(batch, reader, incident, ask, out);
    if (ask->progress) {
        progress_put(evidence_progress(batch->shop, incident->no, ask->line, false), &out->body);
        return OK;
    }
    TRY(incident_read(batch->shop, incident, &reading));
    item = fold_item(&reading.fold, LINE_EVIDENCE, ask->line);
    if (!item) return FAIL(NOT_FOUND, "line: this incident took in no file by that line");
    const struct line *before = match_line(&reading.fold, ask->line);
    if (before && !ask->again && !batch->returned) return told_again(batch, reader, incident, before, out);
    if (slice_is(item->now.state, "released"))
        return FAIL(CONFLICT, "line: that file was released, and is gone");
    if (incident->closed) return FAIL(CONFLICT, "incident: is closed; open it again first");
    if (batch->returned) {
        TRY(errand_result(batch->returned));
        return provenance_keep(batch, reader, incident, batch->returned->state, out);
    }
    TRY(provenance_new(&provenance));
    TRY(provenance_begin(batch, incident, item, before, provenance));
    if (batch->errand_later) {
        TRY(provenance_errand(&provenance, &batch->errand));
        return FAIL(TOO_BUSY, "evidence: as much as may be is under way; ask again when some of it is done");
    }
    TRY(provenance_run(batch->shop, provenance));
    return provenance_keep(batch, reader, incident, provenance, out);
}

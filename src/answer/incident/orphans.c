/*
 * Files of evidence that no line names, after an old copy of the database was put back: the key they were sealed under may
 * be lost with their line, so nobody can say whose they are. The operator lists them, and destroys one with a reason, which
 * is a line of the incident it is noted in. While a hold stands nothing is destroyed.
 */
#include "answer/incident/evidence_priv.h"
#include "answer/incident/verbs.h"
#include "keep/hold.h"
#include "keep/put.h"

enum { ORPHANS_MAX = 1000 };

struct listing {
    const struct evidence_orphans_ask *ask;
    struct buf *out;
    size_t count;
    uint64_t bytes; /* of the one that is named */
    bool found;
};

static RESULT orphan_take(void *context, const struct orphan *orphan)
{
    struct listing *listing = context;
    bool named = slice_equal(orphan->name, listing->ask->file);
    if (named) listing->bytes = orphan->bytes;
    listing->found |= named;
    if ((listing->ask->file.len > 0 && !named) || listing->count == ORPHANS_MAX) return OK;
    cbor_map(listing->out, 3);
    put_text(listing->out, "file", orphan->name);
    put_number(listing->out, "bytes", orphan->bytes);
    put_time(listing->out, "changed", orphan->changed_us);
    listing->count++;
    return OK;
}

/* The line makes it a file that is known and released: it goes once that is durable, as every released one. */
static RESULT orphan_destroy(struct batch *batch, const struct reader *reader, struct incident *incident,
                             const struct listing *listing, struct answer *out)
{
    struct evidence_room *room = NULL;
    struct receipt receipt = {0};
    struct line line = {.kind = LINE_EVIDENCE,
                        .name = SLICE_TEXT("a file that no line named"),
                        .text = listing->ask->reason,
                        .file = listing->ask->file,
                        .bytes = listing->bytes,
                        .state = SLICE_TEXT("released")};
    if (listing->ask->reason.len == 0) return FAIL(REASON_MISSING, "reason: say why it is destroyed");
    if (hold_stands(&batch->shop->access)) {
        return FAIL(CONFLICT,
                    "evidence: a legal hold stands; nothing is destroyed before every incident is closed");
    }
    if (incident->lines == FOLD_LINES_MAX)
        return FAIL(TOO_MANY, "incident: has %d lines; note it in another", FOLD_LINES_MAX);
    TRY(evidence_room(batch->shop, &room));
    TRY(incident_line(batch, reader, incident, NULL, &line, &receipt));
    room->unsettled = true;
    batch_receipt(out, &receipt);
    return OK;
}

RESULT verb_evidence_orphans(struct batch *batch, const struct reader *reader,
                             const struct evidence_orphans_ask *ask, struct answer *out)
{
    struct incident *incident = NULL;
    struct listing listing = {.ask = ask, .out = &out->body};
    TRY(incident_find(batch, reader, ask->id, &incident));
    if (reader->no != reader_no(READER_OPERATOR, 0))
        return FAIL(ROLE_ACT, "evidence: what belongs to no incident is for who holds the machine");
    size_t mark = cbor_open(&out->body);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t array = cbor_open(&out->body);
    TRY(evidence_orphans(batch->shop, orphan_take, &listing));
    cbor_array_close(&out->body, array, listing.count);
    if (ask->file.len > 0 && !listing.found)
        return FAIL(NOT_FOUND, "file: there is no such one without a line");
    bool destroys = ask->file.len > 0 && !ask->dry_run;
    if (destroys) TRY(orphan_destroy(batch, reader, incident, &listing, out));
    put_text(&out->body, "state", destroys ? SLICE_TEXT("released") : SLICE_TEXT("listed"));
    cbor_map_close(&out->body, mark, 2);
    return OK;
}

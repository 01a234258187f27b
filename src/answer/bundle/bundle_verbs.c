#include "answer/bundle/verbs.h"

#include "answer/bundle/bundle.h"
#include "answer/export/job.h"
#include "keep/put.h"

#include <stdlib.h>

/* Two people agreed to that export, it is of this incident's people, and it is the asker's own. */
static RESULT personal_take(struct batch *batch, const struct reader *reader, struct slice id,
                            struct incident_bundle *bundle)
{
    struct shop *shop = batch->shop;
    uint64_t number = 0;
    SCOPED(buf_done) struct buf hash = {0}, name = {0};
    TRY(id_get(shop, ID_EXPORT, id, &number));
    const struct export *export = export_by_id(shop, number);
    if (!export || !export_is_of(shop, export, reader))
        return FAIL(NOT_FOUND, "personal: you have no export of that id");
    if (export->who != EXPORT_EXPOSED || export->incident != bundle->incident)
        return FAIL(CONFLICT, "personal: that export is not of this incident's people: amanah export ask "
                              "--incident");
    if (!export_held(export, batch->now_us))
        return FAIL(CONFLICT, "personal: that export has no file now: nobody else agreed yet, or it is over");
    hex_put(&hash, SLICE_OF(export->hash.bytes));
    id_put(shop, ID_EXPORT, export->id, &name);
    buf_print(&bundle->basis, "personal %s\nsha256 %s\nbytes %llu\n", buf_c(&name), buf_c(&hash),
              (unsigned long long)export->bytes);
    buf_print(&bundle->personal_sum, "%s  personal/export.age\n", buf_c(&hash));
    buf_slice_put(&bundle->personal_note, export->note);
    buf_slice_put(&bundle->personal_entries, export->entries);
    return OK;
}

static RESULT gather_run(struct shop *view, void *state)
{
    return bundle_gather(view, state);
}

static void gather_free(void *state)
{
    struct incident_bundle *bundle = state;
    bundle_free(&bundle);
}

static RESULT gather_later(struct batch *batch, struct incident_bundle **bundle)
{
    struct errand *errand = calloc(1, sizeof *errand);
    if (!errand) return FAIL(UNAVAILABLE, "bundle: out of memory");
    *errand = (struct errand){
        .about = (*bundle)->incident, .run = gather_run, .free = gather_free, .state = *bundle};
    *bundle = NULL;
    batch->errand = errand;
    return FAIL(TOO_BUSY, "bundle: as much as may be is under way; ask again when some of it is done");
}

/* It leaves only with the line that says so. */
static RESULT bundle_give(struct batch *batch, const struct reader *reader, struct incident *incident,
                          struct incident_bundle *bundle, struct answer *out)
{
    struct hash sums = {{0}};
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf hex = {0}, text = {0};
    bundle_seal(batch->shop, bundle, &sums);
    hex_put(&hex, SLICE_OF(sums.bytes));
    buf_print(&text, "a bundle of its first %llu lines was given out%s", (unsigned long long)bundle->lines,
              bundle->basis.len > 0 ? ", with an export of people that two agreed to" : "");
    struct line line = {.kind = LINE_BUNDLE,
                        .text = buf_slice(&text),
                        .hash = buf_slice(&hex),
                        .lines = bundle->lines,
                        .bytes = bundle->archive.tar.len};
    TRY(incident_line(batch, reader, incident, NULL, &line, &receipt));
    batch_receipt(out, &receipt);
    buf_slice_put(&out->body, buf_slice(&bundle->archive.tar));
    out->head.shape = ANSWER_OCTETS;
    return OK;
}

RESULT verb_incident_export(struct batch *batch, const struct reader *reader,
                            const struct incident_export_ask *ask, struct answer *out)
{
    struct incident *incident = NULL;
    SCOPED(bundle_free) struct incident_bundle *bundle = NULL;
    TRY(incident_find(batch, reader, ask->id, &incident));
    if (ask->personal.len > 0) TRY(access_act(reader, ACT_INCIDENT)); /* no auditor */
    if (batch->returned) {
        TRY(errand_result(batch->returned));
        return bundle_give(batch, reader, incident, batch->returned->state, out);
    }
    TRY(bundle_new(&bundle));
    bundle->incident = incident->no;
    bundle->now_us = batch->now_us;
    buf_slice_put(&bundle->id, ask->id);
    if (ask->personal.len > 0) TRY(personal_take(batch, reader, ask->personal, bundle));
    if (batch->errand_later) return gather_later(batch, &bundle);
    TRY(bundle_gather(batch->shop, bundle));
    return bundle_give(batch, reader, incident, bundle, out);
}

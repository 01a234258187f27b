#include "answer/evidence/kept.h"
#include "answer/incident/incident.h"
#include "answer/scope/ask.h"
#include "answer/scope/kept.h"
#include "answer/scope/tally.h"
#include "answer/scope/verbs.h"
#include "keep/history.h"
#include "keep/put.h"

/* The sets of each file that is named, as its match kept them. A list of somebody else's exposes nobody here. */
static RESULT found_gather(const struct fold *fold, struct tally *out)
{
    const struct suspicion *suspicion = &out->count.suspicion;
    for (size_t i = 0; i < suspicion->found_count; i++) {
        struct match_kept kept = {0};
        unsigned file = suspicion->found[i];
        const struct line *line = match_line(fold, file);
        if (!line)
            return FAIL(CONFLICT, "evidence: the file of line %u was not matched yet: amanah evidence match",
                        file);
        if (slice_is(line->name, "anothers") || slice_is(line->name, "made_up"))
            return FAIL(CONFLICT, "evidence: by its verdict the file of line %u is not this shop's", file);
        TRY(match_kept_read(line->body, &kept));
        for (size_t at = 0; at < kept.set_count; at++) {
            if (out->found_count == TALLY_FOUND_MAX) return FAIL(TOO_MANY, "evidence: fewer files at once");
            out->found[out->found_count++] =
                (struct scope_found){kept.sets[at].fields, kept.sets[at].count, kept.sets[at].name};
        }
    }
    return OK;
}

/* What is to be counted. The incident is read for when it was detected. */
static RESULT tally_begin(struct batch *batch, const struct incident *incident,
                          const struct incident_scope_ask *ask, struct tally *out)
{
    SCOPED(reading_done) struct reading reading = {0};
    TRY(incident_read(batch->shop, incident, &reading));
    const struct item *detected = fold_instant(&reading.fold, "detected");
    out->incident = incident->no;
    out->now_us = batch->now_us;
    out->detected_us = detected ? detected->now.at : 0;
    out->count.own.quiet_h = (uint32_t)ask->quiet_hours; /* the wire bounds it */
    TRY(suspicion_of_ask(batch->shop, ask, batch->now_us, &out->count.suspicion));
    return found_gather(&reading.fold, out);
}

/* Write what was counted: sets, parts, and the line that is its version. */
static RESULT tally_keep(struct batch *batch, const struct reader *reader, struct incident *incident,
                         struct tally *tally, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct receipt receipt = {0};
    uint32_t newest = 0;
    SCOPED(buf_done) struct buf line_body = {0}, text = {0};
    TRY(shop->store->exposure->newest(shop->store, incident->no, &newest));
    if (newest + 1 != tally->version) return FAIL(CONFLICT, "scope: it was counted meanwhile; count again");
    TRY(count_keep(batch_write(batch), incident->no, tally->version, &tally->count, tally->hashes));
    scope_body_write(buf_slice(&tally->suspicion), buf_slice(&tally->told), &line_body);
    buf_print(&text, "count %u", tally->version);
    struct line line = {.kind = LINE_SCOPE, .text = buf_slice(&text), .body = buf_slice(&line_body)};
    TRY(incident_line(batch, reader, incident, NULL, &line, &receipt));
    batch_receipt(out, &receipt);
    buf_slice_put(&out->body, buf_slice(&tally->told));
    return OK;
}

RESULT verb_incident_scope(struct batch *batch, const struct reader *reader,
                           const struct incident_scope_ask *ask, struct answer *out)
{
    struct incident *incident = NULL;
    SCOPED(tally_free) struct tally *tally = NULL;
    TRY(incident_find(batch, reader, ask->id, &incident));
    if (incident->closed) return FAIL(CONFLICT, "incident: it is closed; reopen it first");
    if (batch->returned) {
        TRY(errand_result(batch->returned));
        return tally_keep(batch, reader, incident, batch->returned->state, out);
    }
    TRY(tally_new(&tally));
    TRY(tally_begin(batch, incident, ask, tally));
    if (batch->errand_later) {
        TRY(tally_errand(&tally, &batch->errand));
        return FAIL(TOO_BUSY, "scope: as many counts as may be are under way; ask again when one is done");
    }
    TRY(tally_run(batch->shop, tally));
    return tally_keep(batch, reader, incident, tally, out);
}

/* Does one of the lines about this person count? By hour and reader, as scope_observed() has it. */
static bool line_meant(const struct suspicion *suspicion, const struct sighting *at)
{
    struct observations lines = observed_of(&at->aside->observed, at->position);
    for (size_t i = 0; i < lines.count && suspicion->purpose_count == 0; i++) {
        int64_t hour_us = (int64_t)lines.at[i].hour * HOUR_US;
        bool then = hour_us + HOUR_US > suspicion->from_us && hour_us < suspicion->to_us;
        if (then && (lines.at[i].full & suspicion->fields) &&
            suspicion_stranger(suspicion, lines.at[i].reader))
            return true;
    }
    return false;
}

/* Is this look one of those that were suspected? */
static bool look_meant(const void *context, const struct sighting *at)
{
    const struct suspicion *suspicion = context;
    const struct sighted *seen = &at->aside->set[at->position];
    if (((seen->full | seen->masked) & suspicion->fields) == 0) return false;
    if (at->entry.kind == ENTRY_OBSERVED) return line_meant(suspicion, at);
    return at->entry.time_us >= suspicion->from_us && at->entry.time_us < suspicion->to_us &&
           suspicion_reader(suspicion, at->entry.reader) && suspicion_purpose(suspicion, at->entry.purpose) &&
           network_meant(suspicion, at->aside);
}

static void fields_put(struct shop *shop, const char *name, uint64_t fields, struct buf *out)
{
    cbor_text(out, slice_text(name));
    size_t mark = cbor_open(out);
    cbor_array_close(out, mark, field_names_put(&shop->fields, fields, "", out));
}

static void parts_put(struct shop *shop, const struct suspicion *suspicion, const struct person_parts *parts,
                      struct buf *out)
{
    fields_put(shop, "known", parts->full, out);
    fields_put(shop, "known_masked", parts->masked, out);
    fields_put(shop, "known_observed", parts->observed, out);
    fields_put(shop, "known_found", parts->found, out);
    cbor_text(out, SLICE_TEXT("possible"));
    size_t array = cbor_open(out), count = 0;
    for (size_t i = 0; i < suspicion->case_count; i++) {
        uint64_t fields = parts->by_case[i] & parts->possible;
        if (fields == 0) continue;
        cbor_map(out, 2);
        put_text(out, "rule", slice_text(rule_of(suspicion->cases[i].rule)->name));
        fields_put(shop, "fields", fields, out);
        count++;
    }
    cbor_array_close(out, array, count);
    uint64_t exposed = parts->full | parts->masked | parts->observed | parts->found | parts->possible;
    fields_put(shop, "excluded", suspicion->fields & ~exposed, out);
}

/* Of which count a person's part is asked. */
struct version {
    uint64_t incident;
    uint32_t number;
    const struct suspicion *suspicion;
};

static RESULT person_put(struct batch *batch, const struct reader *reader,
                         const struct incident_exposures_ask *ask, const struct version *of,
                         struct answer *out)
{
    struct shop *shop = batch->shop;
    struct person_parts parts = {0};
    struct looks_list list = {.limit = ask->limit ? ask->limit : 100,
                              .proofs = true,
                              .names = access_act(reader, ACT_OBSERVE).code == CODE_OK,
                              .want = look_meant,
                              .context = of->suspicion};
    TRY(id_get(shop, ID_SUBJECT, ask->subject, &list.no.at));
    TRY(history_after(ask->after, &list.from));
    TRY(count_person(shop->store, of->incident, of->number, list.no, &parts));
    if (!parts.there)
        return FAIL(SUBJECT_UNKNOWN, "subject: the vault did not have them when it was counted");
    cbor_map(&out->body, 10);
    put_text(&out->body, "subject", ask->subject);
    put_number(&out->body, "version", of->number);
    parts_put(shop, of->suspicion, &parts, &out->body);
    TRY(history_list(batch, &list, &out->body));
    history_asked(batch, reader, ask->subject, out);
    return OK;
}

RESULT verb_incident_exposures(struct batch *batch, const struct reader *reader,
                               const struct incident_exposures_ask *ask, struct answer *out)
{
    struct incident *incident = NULL;
    struct slice suspicion = {0}, told = {0};
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(tally_free) struct tally *tally = NULL; /* for its suspicion, which is large */
    uint32_t newest = 0;
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(incident_read(batch->shop, incident, &reading));
    const struct line *line = scope_line(&reading.fold, ask->number);
    if (!line) return FAIL(NOT_FOUND, "scope: nothing was counted yet, or not that often");
    TRY(scope_body_read(line->body, &suspicion, &told));
    if (ask->subject.len == 0) {
        buf_slice_put(&out->body, told);
        return OK;
    }
    TRY(tally_new(&tally));
    TRY(suspicion_read(suspicion, &tally->count.suspicion));
    TRY(batch->shop->store->exposure->newest(batch->shop->store, incident->no, &newest));
    struct version of = {incident->no, ask->number > 0 ? (uint32_t)ask->number : newest,
                         &tally->count.suspicion};
    return person_put(batch, reader, ask, &of, out);
}

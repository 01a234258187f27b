#include "answer/portal/leaks.h"

#include "answer/notice/run.h"
#include "answer/scope/count.h"
#include "keep/put.h"

/* What a person's part in one leak comes to. */
struct leak {
    uint64_t known, possible;
    int64_t since_us, until_us, told_us; /* 0: not said */
};

static bool run_has(const struct run *run, struct subject_no no)
{
    for (unsigned i = 1; i < PERSON_STATES; i++) {
        if (set_has(&run->states[i], no.at)) return true;
    }
    return false;
}

/* The newest notice of the incident that was begun to be sent and is about them; NULL. */
static struct run *run_of(struct notices *runs, uint64_t incident, struct subject_no no)
{
    struct run *found = NULL;
    for (size_t i = 0; i < runs->count; i++) {
        struct run *run = runs->at[i];
        if (run->row.incident == incident && run->row.started_us > 0 && run_has(run, no)) found = run;
    }
    return found;
}

/* When public words about it were published last; 0: never. */
static RESULT published(struct shop *shop, const struct incident *incident, int64_t *out_us)
{
    SCOPED(reading_done) struct reading reading = {0};
    *out_us = 0;
    TRY(incident_read(shop, incident, &reading));
    for (size_t i = 0; i < reading.fold.item_count; i++) {
        const struct line *now = &reading.fold.items[i].now;
        bool out = now->kind == LINE_STATEMENT && slice_is(now->state, "published");
        if (out && now->at > *out_us) *out_us = now->at;
    }
    return OK;
}

/* `there`: it concerns them, and they may be told. */
static RESULT leak_find(struct batch *batch, const struct incident *incident, struct subject_no no,
                        struct leak *leak, bool *there)
{
    struct shop *shop = batch->shop;
    struct notices *runs = NULL;
    struct person_parts parts = {0};
    uint32_t version = 0;
    *there = false;
    TRY(shop->store->exposure->newest(shop->store, incident->no, &version));
    if (version == 0) return OK;
    TRY(count_person(shop->store, incident->no, version, no, &parts));
    leak->known = parts.full | parts.masked | parts.observed | parts.found;
    leak->possible = parts.possible & ~leak->known;
    if (!parts.there || (leak->known | leak->possible) == 0) return OK;
    TRY(runs_of(shop, &runs));
    struct run *run = run_of(runs, incident->no, no);
    if (run) {
        TRY(run_words(batch, run));
        leak->since_us = run->words->spec.since_us;
        leak->until_us = run->words->spec.until_us;
        leak->told_us = run->row.started_us;
    } else {
        TRY(published(shop, incident, &leak->told_us));
    }
    *there = leak->told_us > 0;
    return OK;
}

static void fields_put(struct shop *shop, const char *name, uint64_t fields, struct buf *out)
{
    cbor_text(out, slice_text(name));
    size_t mark = cbor_open(out);
    cbor_array_close(out, mark, field_names_put(&shop->fields, fields, "", out));
}

RESULT leaks_put(struct batch *batch, struct subject_no no, struct buf *out)
{
    struct incidents *incidents = NULL;
    size_t mark = cbor_open(out), count = 0;
    TRY(incidents_of(batch->shop, &incidents));
    for (size_t i = 0; i < incidents->count; i++) {
        struct leak leak = {0};
        bool there = false;
        TRY(leak_find(batch, &incidents->at[i], no, &leak, &there));
        if (!there) continue;
        cbor_map(out, 5);
        fields_put(batch->shop, "known", leak.known, out);
        fields_put(batch->shop, "possible", leak.possible, out);
        put_time_or_null(out, "since", leak.since_us);
        put_time_or_null(out, "until", leak.until_us);
        put_time(out, "told", leak.told_us);
        count++;
    }
    cbor_array_close(out, mark, count);
    return OK;
}

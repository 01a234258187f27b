/*
 * Jobs: what takes longer than an ask, and is asked after. They work a slice at a time between the batches of asks, each
 * slice in a batch of its own; how far one is stands in the rows of its own row of the house, so it goes on after a
 * restart. A kind of job is one row of `kinds`; numbers of jobs are kind << 32 | its own number there.
 */
#include "answer/export/job.h"
#include "answer/export/verbs.h"
#include "keep/put.h"
#include "keep/rotate.h"
#include "keeper/keeper_priv.h"

enum { FAILED_US = 1000 * 1000 };

/* One job as it is told. */
struct job_told {
    uint64_t number;
    const char *state;
    uint64_t done, total, failures;
    uint64_t asker;
    int64_t asked_us;
    enum id_kind of_kind; /* what it is a job of */
    uint64_t of;
};

static void export_told(const struct shop *shop, const struct export *export, int64_t now_us,
                        struct job_told *out)
{
    struct export_progress progress = {0};
    export_progress(shop, export, &progress);
    *out = (struct job_told){.number = export_job(export),
                             .state = export_told_state(shop, export, now_us),
                             .done = progress.done,
                             .total = export->counted ? export->people : export->asked_people,
                             .failures = progress.failures,
                             .asker = export->asker,
                             .asked_us = export->asked_us,
                             .of_kind = ID_EXPORT,
                             .of = export->id};
}

static void job_put(struct shop *shop, const struct job_told *job, struct buf *out)
{
    SCOPED(buf_done) struct buf asker = {0};
    reader_put(shop, job->asker, &asker);
    cbor_map(out, 9);
    put_id(shop, out, "id", ID_JOB, job->number);
    put_text(out, "kind", SLICE_TEXT("export"));
    put_id(shop, out, "of", job->of_kind, job->of);
    put_text(out, "state", slice_text(job->state));
    put_number(out, "done", job->done);
    put_number(out, "total", job->total);
    put_number(out, "failures", job->failures);
    put_text(out, "asker", buf_slice(&asker));
    put_time(out, "asked", job->asked_us);
}

/* One of others is one that is not there, but for who may approve. */
static RESULT job_find(struct shop *shop, const struct reader *reader, struct slice id,
                       const struct export **out)
{
    uint64_t number = 0;
    TRY(id_get(shop, ID_JOB, id, &number));
    *out = number >> 32 == JOB_EXPORT ? export_by_id(shop, (uint32_t)number) : NULL;
    if (*out && export_seen_by(shop, *out, reader)) return OK;
    return FAIL(NOT_FOUND, "job: there is none of that id");
}

RESULT verb_job_show(struct batch *batch, const struct reader *reader, const struct job_show_ask *ask,
                     struct answer *out)
{
    const struct export *export = NULL;
    struct job_told job = {0};
    TRY(job_find(batch->shop, reader, ask->id, &export));
    export_told(batch->shop, export, batch->now_us, &job);
    job_put(batch->shop, &job, &out->body);
    return OK;
}

/* The newest first would need no page: they are told in the order they were asked for, as everything is. */
RESULT verb_job_list(struct batch *batch, const struct reader *reader, const struct job_list_ask *ask,
                     struct answer *out)
{
    struct shop *shop = batch->shop;
    struct page page = {.count = export_count(shop)};
    struct slice after = {0};
    SCOPED(buf_done) struct buf row = {0};
    uint64_t number = 0;
    if (ask->after.len > 0) { /* pages go by the exports that the jobs are of */
        TRY(id_get(shop, ID_JOB, ask->after, &number));
        id_put(shop, ID_EXPORT, (uint32_t)number, &row);
        after = buf_slice(&row);
    }
    TRY(page_of(shop, ID_EXPORT, after, ask->limit, &page));
    cbor_map(&out->body, 2);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body), count = 0;
    for (size_t i = page.from; i < page.to; i++) {
        const struct export *export = export_by_id(shop, i + 1);
        struct job_told job = {0};
        if (!export_seen_by(shop, export, reader)) continue;
        export_told(shop, export, batch->now_us, &job);
        job_put(shop, &job, &out->body);
        count++;
    }
    cbor_array_close(&out->body, mark, count);
    cbor_text(&out->body, SLICE_TEXT("next"));
    if (page.to == page.count) {
        cbor_null(&out->body);
        return OK;
    }
    SCOPED(buf_done) struct buf next = {0};
    id_put(shop, ID_JOB, (uint64_t)JOB_EXPORT << 32 | page.to, &next);
    cbor_text(&out->body, buf_slice(&next));
    return OK;
}

RESULT verb_job_cancel(struct batch *batch, const struct reader *reader, const struct job_cancel_ask *ask,
                       struct answer *out)
{
    const struct export *export = NULL;
    TRY(job_find(batch->shop, reader, ask->id, &export));
    return export_cancel(batch, reader, export, out);
}

/* One slice of one shop's work, in one commit. */
static RESULT slice(struct keeper *keeper, struct shop *shop, RESULT (*turn)(struct batch *batch, bool *more),
                    bool *more)
{
    SCOPED(batch_done) struct batch batch = {0};
    TRY(batch_begin(shop, &keeper->arena, &batch));
    struct result done = turn(&batch, more);
    if (done.code == CODE_OK) return batch_settle(&batch);
    batch_rollback(&batch);
    return done;
}

/* Rotating keys asks nobody and answers nobody: it is no job that somebody has, but works as one. */
static bool rotation_go_on(struct keeper *keeper, struct shop *shop)
{
    bool more = false;
    if (!rotation_waits(shop)) return false;
    struct result done = slice(keeper, shop, rotation_turn, &more);
    arena_reset(&keeper->arena);
    if (done.code == CODE_OK && !rotation_waits(shop)) shop_scrub(shop); /* keys that were stand in no log */
    return done.code == CODE_OK && more;
}

void jobs_tidy(struct keeper *keeper, struct shop *shop)
{
    struct result done = exports_tidy(shop, clock_now(&keeper->options.clock));
    shop->exporting.untidy =
        done.code != CODE_OK; /* it is tried again in a minute; what is over is not given out */
}

bool keeper_jobs(struct keeper *keeper)
{
    bool any = false;
    for (size_t i = 0; i < keeper->shop_count; i++) {
        struct shop *shop = keeper->shops[i];
        bool more = false;
        if (export_waits(shop)) {
            news_note(&shop->news, NEWS_JOBS);
            struct result done = slice(keeper, shop, export_turn, &more);
            arena_reset(&keeper->arena);
            shop->exporting.untidy |= !export_waits(shop);
            if (done.code != CODE_OK) export_drop(shop, true);
            any |= done.code == CODE_OK && more && export_waits(shop);
        }
        any |= rotation_go_on(keeper, shop);
        if (shop->exporting.untidy) jobs_tidy(keeper, shop);
    }
    return any;
}

int64_t jobs_turn(struct keeper *keeper)
{
    int64_t began_us = clock_monotonic_us();
    bool busy = keeper->jobs_batches != keeper->counters.batches;
    if (busy && began_us < keeper->jobs_us) return keeper->jobs_us - began_us;
    bool more = keeper_jobs(keeper);
    int64_t ended_us = clock_monotonic_us();
    keeper->jobs_batches = keeper->counters.batches;
    keeper->jobs_us = ended_us + (JOBS_SHARE - 1) * (ended_us - began_us);
    if (more) return 0;
    for (size_t i = 0; i < keeper->shop_count; i++) {
        if (export_waits(keeper->shops[i]) || rotation_waits(keeper->shops[i])) return FAILED_US;
    }
    return INT64_MAX;
}

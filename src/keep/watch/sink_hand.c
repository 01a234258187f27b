/* Tellings on their way: what waits for a sink becomes a job, and word of it moves the sink on. */
#include "keep/post.h"
#include "keep/watch/sink_priv.h"
#include "send/target.h"

#include <assert.h>
#include <string.h>

/* What a job is made of. */
struct gathering {
    struct shop *shop;
    struct sink *sink;
    struct send_job *job;
    int64_t now_us;
    size_t most;      /* tellings that go into it */
    size_t seen;      /* rows */
    size_t count;     /* tellings in it */
    uint64_t upto;    /* the last row that it goes past */
    int64_t first_us; /* of the first row */
};

static void signature_put(const struct sink *sink, struct slice body, int64_t now_us, struct buf *out)
{
    SCOPED(buf_done) struct buf time = {0};
    struct hash mac = {{0}};
    buf_decimal(&time, (uint64_t)(now_us / SECOND_US));
    const struct slice parts[] = {buf_slice(&time), SLICE_TEXT("."), body};
    prf_run(sink->sign, parts, COUNT_OF(parts), &mac);
    buf_text(out, "Amanah-Signature: t=");
    buf_slice_put(out, buf_slice(&time));
    buf_text(out, ",v1=");
    hex_put(out, SLICE_OF(mac));
    buf_byte(out, '\n');
}

static void telling_put(struct gathering *gathering, const struct alert_text *text,
                        const struct alert_names *names)
{
    struct send_job *job = gathering->job;
    switch (gathering->sink->row.kind) {
    case SINK_WEBHOOK:
        alert_json(text, names, &job->bytes);
        buf_text(&job->headers, "Content-Type: application/json\nAmanah-Event: ");
        buf_text(&job->headers, alert_event_name(text->event));
        buf_text(&job->headers, "\nIdempotency-Key: ");
        buf_slice_put(&job->headers, names->id);
        buf_byte(&job->headers, '\n');
        signature_put(gathering->sink, buf_slice(&job->bytes), gathering->now_us, &job->headers);
        break;
    case SINK_SYSLOG:
        alert_syslog(text, names, &job->bytes);
        break;
    case SINK_OCSF:
        alert_ocsf(text, names, &job->bytes);
        break;
    case SINK_MAIL:
        break; /* has a queue of its own */
    }
}

static RESULT row_gather(void *context, const struct telling_row *row)
{
    struct gathering *gathering = context;
    SCOPED(telling_names_done) struct telling_names names = {0};
    struct alert_text text = {0};
    if (gathering->count == gathering->most) return OK;
    TRY(telling_read(row->body, &text));
    if (gathering->seen++ == 0) gathering->first_us = row->time_us;
    gathering->upto = row->id;
    if (text.event != ALERT_TEST && text.severity < gathering->sink->row.least) return OK;
    telling_names_make(gathering->shop, row, &text, &names);
    telling_put(gathering, &text, &names.names);
    gathering->count++;
    return OK;
}

/* One message that says how many were passed over. */
static void more_put(struct gathering *gathering, const struct sink_place *place)
{
    SCOPED(buf_done) struct buf id = {0};
    struct alert_text text = {.event = ALERT_MORE, .severity = ALERT_HIGH, .count = place->more};
    id_put(gathering->shop, ID_MORE, (uint64_t)place->sink << 40 | place->folded, &id);
    const struct alert_names names = {.id = buf_slice(&id),
                                      .shop = slice_text(gathering->shop->name),
                                      .host = slice_text(gathering->shop->sinks->host),
                                      .time_us = gathering->now_us};
    telling_put(gathering, &text, &names);
    gathering->job->more = place->more;
    gathering->upto = place->next - 1;
}

/* Pass over what is too old to be told one by one, and what is beyond the bound. */
static RESULT fold(struct batch *batch, struct sink_place *place, bool *moved)
{
    struct store *store = batch->shop->store;
    uint64_t last = 0, old = 0, all = 0;
    TRY(store->alert->count(store, place->sink, place->next, batch->now_us - SEND_AGE_MAX_US, &old));
    TRY(store->alert->count(store, place->sink, place->next, INT64_MAX, &all));
    uint64_t skip = all > SINK_WAITING_MAX && all - SINK_WAITING_MAX > old ? all - SINK_WAITING_MAX : old;
    if (skip == 0) return OK;
    struct result behind = store->alert->behind(store, place->sink, place->next, skip, &place->next);
    if (behind.code == CODE_NOT_FOUND) {
        TRY(store->alert->last(store, &last));
        place->next = last + 1;
    } else if (behind.code != CODE_OK) {
        return behind;
    }
    place->more += skip;
    place->folded += skip;
    *moved = true;
    return OK;
}

/* Can it have anything to fold? Without counting, for the usual case. */
static RESULT fold_if_late(struct batch *batch, struct sink_place *place, bool *moved)
{
    struct store *store = batch->shop->store;
    uint64_t last = 0;
    TRY(store->alert->last(store, &last));
    bool many = last + 1 - place->next > SINK_WAITING_MAX;
    if (!many && place->failures == 0) return OK;
    return fold(batch, place, moved);
}

static RESULT place_save(struct batch *batch, const struct sink_place *place)
{
    struct store *store = batch_write(batch);
    return store->alert->place_put(store, place);
}

/* The job for one sink, if there is anything for it. `passed`: the place moved past what is not for it. */
static RESULT job_make(struct gathering *gathering, struct sink_place *place, bool *passed)
{
    struct store *store = gathering->shop->store;
    if (place->more > 0) {
        more_put(gathering, place);
        return OK;
    }
    size_t rows = SINK_JOB_TELLINGS;
    TRY(store->alert->each(store, place->sink, place->next, rows, row_gather, gathering));
    if (gathering->seen == 0 || gathering->count > 0) return OK;
    place->next = gathering->upto + 1;
    *passed = true;
    return OK;
}

static void job_address(struct gathering *gathering)
{
    const struct sink_row *row = &gathering->sink->row;
    struct send_job *job = gathering->job;
    job->sink = gathering->sink->id;
    job->kind = row->kind;
    job->upto = gathering->upto;
    buf_slice_put(&job->ca, buf_slice(&row->ca));
    if (row->kind == SINK_OCSF)
        sink_file_path(gathering->shop, buf_slice(&row->target), &job->target);
    else
        buf_slice_put(&job->target, buf_slice(&row->target));
}

/* One sink that may have something to do. True in `made`: the job is one. */
static RESULT sink_turn(struct batch *batch, struct sink *sink, struct send_job *job, bool *made)
{
    struct sink_place place = {0};
    bool changed = sink->moved, passed = false;
    TRY(sink_place(batch->shop, sink->id, &place));
    if (sink->moved) place.gone = false;
    int64_t due_us = sink->fresh && sink->row.kind != SINK_MAIL ? 0 : place.due_us;
    sink->due_us = place.gone ? INT64_MAX : due_us;
    if (place.gone || due_us > batch->now_us) return OK;
    TRY(fold_if_late(batch, &place, &changed));
    if (sink->row.kind == SINK_MAIL) {
        bool sent = false;
        TRY(sink_mail(batch, sink, &place, &sent));
        sink->due_us = sent ? place.due_us : INT64_MAX;
        return changed || sent ? place_save(batch, &place) : OK;
    }
    struct gathering gathering = {.shop = batch->shop,
                                  .sink = sink,
                                  .job = job,
                                  .now_us = batch->now_us,
                                  .most = sink->row.kind == SINK_WEBHOOK ? 1 : SINK_JOB_TELLINGS};
    TRY(job_make(&gathering, &place, &passed));
    if (changed || passed) TRY(place_save(batch, &place));
    sink->due_us = passed ? INT64_MIN : INT64_MAX; /* past what is not for it, there may be more */
    *made = job->bytes.len > 0;
    if (*made) job_address(&gathering);
    sink->in_hand_count = gathering.count;
    return OK;
}

RESULT sinks_hand_over(struct batch *batch, uint64_t number, struct send_job *jobs, size_t room,
                       size_t *count)
{
    struct sinks *sinks = batch->shop->sinks;
    struct result done = OK;
    *count = 0;
    for (size_t i = 0; i < sinks->count && done.code == CODE_OK; i++) {
        struct sink *sink = &sinks->at[i];
        bool made = false, full = *count == room && sink->row.kind != SINK_MAIL;
        if (!sink->set || sink->row.state != SINK_ON || sink->in_hand || full || sink->due_us > batch->now_us)
            continue;
        SCOPED(send_job_done) struct send_job job = {.shop = number};
        done = sink_turn(batch, sink, &job, &made);
        if (made && done.code == CODE_OK) jobs[(*count)++] = TAKE(job);
    }
    if (done.code == CODE_OK) return OK;
    for (size_t i = 0; i < *count; i++) send_job_done(&jobs[i]);
    *count = 0;
    return done;
}

void sinks_given(struct shop *shop, const struct send_job *job)
{
    struct sink *sink = &shop->sinks->at[job->sink - 1];
    sink->in_hand = true;
    sink->moved = sink->fresh = false;
}

void sinks_told(struct shop *shop, const struct send_done *done)
{
    struct sink *sink = &shop->sinks->at[done->sink - 1];
    sink->in_hand = false;
    sink->due_us = INT64_MIN;
    sink->problem = done->problem;
    sink->status = done->status;
}

/* A receiver that wants no more is left alone, and people are told: nobody may switch a sink off in silence. */
static RESULT sink_gone(struct batch *batch, const struct sink *sink, struct sink_place *place)
{
    SCOPED(buf_done) struct buf id = {0};
    place->gone = true;
    id_put(batch->shop, ID_SINK, sink->id, &id);
    const struct mail_value values[] = {{"sink", buf_slice(&id)}};
    return mail_tell_staff(
        batch, &(struct mail_draft){.kind = MAIL_SINK_GONE, .values = values, .count = COUNT_OF(values)});
}

RESULT sinks_word(struct batch *batch, const struct send_done *done)
{
    struct sink *sink = sink_by_id(batch->shop->sinks, done->sink);
    struct sink_place place = {0};
    if (!sink || done->end == SEND_UNTOUCHED) return OK; /* dropped meanwhile; or as it was */
    TRY(sink_place(batch->shop, sink->id, &place));
    switch (done->end) {
    case SEND_ARRIVED:
        place.more -= done->more < place.more ? done->more : place.more;
        if (place.next <= done->upto) place.next = done->upto + 1;
        place.told += sink->in_hand_count;
        place.failures = 0;
        place.due_us = 0;
        place.arrived_us = batch->now_us;
        break;
    case SEND_LATER:
        place.failures++;
        place.due_us = batch->now_us + send_wait_us(place.failures);
        break;
    case SEND_GONE:
        place.failures++;
        TRY(sink_gone(batch, sink, &place));
        break;
    case SEND_UNTOUCHED:
        return OK;
    }
    return place_save(batch, &place);
}

RESULT sinks_sweep(struct batch *batch)
{
    struct sinks *sinks = batch->shop->sinks;
    uint64_t last = 0;
    for (size_t i = 0; i < sinks->count; i++) {
        struct sink *sink = &sinks->at[i];
        struct sink_place place = {0};
        bool moved = false;
        if (!sink->set || sink->row.state != SINK_ON) continue;
        TRY(sink_place(batch->shop, sink->id, &place));
        TRY(fold_if_late(batch, &place, &moved));
        if (moved) TRY(place_save(batch, &place));
    }
    struct store *store = batch->shop->store;
    TRY(store->alert->last(store, &last));
    TRY(store->alert->tally_sweep(store, (uint32_t)(batch->now_us / DAY_US) - TELLING_KEEP_DAYS));
    return store->alert->sweep(store, last > TELLINGS_MAX ? last - TELLINGS_MAX : 0,
                               batch->now_us - TELLING_KEEP_DAYS * DAY_US, TELLING_SWEEP);
}

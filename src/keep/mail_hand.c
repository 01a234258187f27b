/* Mails on their way: rows of the queue become jobs of a sender, and its word becomes their state. */
#include "keep/post_priv.h"
#include "mail/retry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { RECOVER_MAX = 256, ID_HASH_BYTES = 16 };

/* The same for every attempt at the same mail. */
static void message_id(struct post *post, const struct mail_row *row, struct buf *out)
{
    uint8_t number[8 + 8 + 2];
    struct hash hash = {{0}};
    be64_put(number, row->id);
    be64_put(number + 8, (uint64_t)row->made_us);
    be16_put(number + 16, row->kind);
    const struct slice parts[] = {SLICE_OF(number)};
    prf_run(post->ids, parts, COUNT_OF(parts), &hash);
    base32_put(out, (struct slice){hash.bytes, ID_HASH_BYTES});
    buf_byte(out, '@');
    buf_slice_put(out, mail_address_domain(buf_slice(&post->settings.from)));
}

static RESULT job_message(struct shop *shop, const struct mail_row *row, struct mail_job *job)
{
    struct post *post = shop->post;
    SCOPED(buf_done) struct buf aad = {0}, text = {0}, id = {0};
    struct mail_mime mime = {.from = buf_slice(&post->settings.from),
                             .from_name = post_shop_name(shop),
                             .reply_to = buf_slice(&post->settings.reply_to),
                             .time_us = row->made_us};
    size_t four = 0;
    post_message_aad(row, &aad);
    TRY(aead_open(post->box, buf_slice(&aad), row->message, &text));
    struct cbor reader = cbor_reader(buf_slice(&text));
    TRY(cbor_read_array(&reader, &four));
    TRY(cbor_read_text(&reader, &mime.to));
    TRY(cbor_read_text(&reader, &mime.to_name));
    TRY(cbor_read_text(&reader, &mime.subject));
    TRY(cbor_read_text(&reader, &mime.body));
    message_id(post, row, &id);
    mime.id = buf_slice(&id);
    TRY(mail_mime_write(&mime, &job->message));
    buf_slice_put(&job->from, mime.from);
    buf_slice_put(&job->to, mime.to);
    return OK;
}

/* An end: the words are gone with it (store/mail.h), the row stays for a while. */
static struct mail_row ended(const struct batch *batch, uint64_t id, enum mail_state state, uint32_t attempts,
                             uint16_t reply)
{
    return (struct mail_row){.id = id,
                             .state = state,
                             .due_us = batch->now_us + MAIL_KEEP_DAYS * DAY_US,
                             .attempts = attempts,
                             .reply = reply};
}

static RESULT row_move(struct batch *batch, const struct mail_row *row)
{
    struct store *store = batch_write(batch);
    if (row->due_us < batch->shop->post->due_us && row->state != MAIL_SENT && row->state != MAIL_FAILED)
        batch->shop->post->due_us = row->due_us;
    struct result moved = store->mail->move(store, row);
    return moved.code == CODE_NOT_FOUND ? OK : moved; /* erased meanwhile */
}

struct handing {
    struct batch *batch;
    struct mail_row *rows; /* of what was found due; their messages in `bytes` */
    struct buf *bytes;
    size_t count;
};

static RESULT row_keep(void *context, const struct mail_row *row)
{
    struct handing *handing = context;
    handing->rows[handing->count] = *row;
    buf_slice_put(&handing->bytes[handing->count], row->message);
    handing->rows[handing->count].message = buf_slice(&handing->bytes[handing->count]);
    handing->count++;
    return OK;
}

/* One due row: a job, or an end when it is too old or does not open. */
static RESULT row_hand_over(struct batch *batch, uint64_t number, struct mail_row *row, struct mail_job *jobs,
                            size_t *count)
{
    struct shop *shop = batch->shop;
    SCOPED(mail_job_done)
    struct mail_job job = {
        .shop = number, .id = row->id, .made_us = row->made_us, .attempts = row->attempts + 1};
    bool old = batch->now_us - row->made_us > MAIL_AGE_MAX_US;
    struct result made = old ? OK : job_message(shop, row, &job);
    if (made.code != CODE_OK && made.code != CODE_CORRUPT && made.code != CODE_INVALID) return made;
    if (old || made.code != CODE_OK) {
        struct mail_row end = ended(batch, row->id, MAIL_FAILED, row->attempts, row->reply);
        return row_move(batch, &end);
    }
    struct mail_row sending = *row;
    sending.state = MAIL_SENDING;
    sending.attempts = job.attempts;
    struct store *store = batch_write(batch);
    TRY(store->mail->move(store, &sending));
    job.route = mail_route_keep(shop->post->route);
    jobs[(*count)++] = TAKE(job);
    return OK;
}

static RESULT due_find(struct handing *handing, int64_t until_us, size_t most)
{
    static const enum mail_state states[] = {MAIL_UNKNOWN, MAIL_WAITING};
    struct store *store = handing->batch->shop->store;
    for (size_t i = 0; i < COUNT_OF(states) && handing->count < most; i++)
        TRY(store->mail->due(store, states[i], until_us, most - handing->count, row_keep, handing));
    return OK;
}

/* When to look again: when the next mail is due, in a pause at its end. */
static RESULT due_again(struct batch *batch)
{
    static const enum mail_state states[] = {MAIL_UNKNOWN, MAIL_WAITING};
    struct store *store = batch->shop->store;
    struct post *post = batch->shop->post;
    post->due_us = INT64_MAX;
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        int64_t due_us = INT64_MAX;
        struct result found = store->mail->next(store, states[i], &due_us);
        if (found.code != CODE_OK && found.code != CODE_NOT_FOUND) return found;
        if (found.code == CODE_OK && due_us < post->due_us) post->due_us = due_us;
    }
    if (post->due_us == INT64_MAX) return OK;
    if (!post->route) post->due_us += MAIL_AGE_MAX_US; /* without a way only their age matters */
    if (post->due_us < post->paused_until_us) post->due_us = post->paused_until_us;
    return OK;
}

static RESULT hand_over(struct handing *handing, uint64_t number, struct mail_job *jobs, size_t most,
                        size_t *count)
{
    struct batch *batch = handing->batch;
    int64_t until_us = batch->shop->post->route ? batch->now_us : batch->now_us - MAIL_AGE_MAX_US;
    TRY(due_find(handing, until_us, most));
    for (size_t i = 0; i < handing->count; i++)
        TRY(row_hand_over(batch, number, &handing->rows[i], jobs, count));
    return due_again(batch);
}

RESULT post_hand_over(struct batch *batch, uint64_t number, struct mail_job *jobs, size_t room, size_t *count)
{
    struct post *post = batch->shop->post;
    *count = 0;
    if (room == 0 || batch->now_us < post_due_us(batch->shop) || batch->now_us < post->paused_until_us)
        return OK;
    size_t most = post->failures > 0 ? 1 : room; /* one mail tries whether the host is there again */
    struct handing handing = {batch, arena_take(batch->arena, most * sizeof *handing.rows),
                              calloc(most, sizeof *handing.bytes), 0};
    if (!handing.bytes) return FAIL(UNAVAILABLE, "mail: out of memory");
    struct result done = hand_over(&handing, number, jobs, most, count);
    for (size_t i = 0; i < most; i++) buf_done(&handing.bytes[i]);
    free(handing.bytes);
    if (done.code == CODE_OK) return OK;
    for (size_t i = 0; i < *count; i++) mail_job_done(&jobs[i]);
    *count = 0;
    return done;
}

static void host_failed(struct post *post, const struct mail_done *done, int64_t now_us)
{
    if (post->paused_until_us <= now_us) { /* else it is word of the same failure */
        post->failures++;
        post->paused_until_us = now_us + mail_pause_us(post->failures);
    }
    if (!post->problem) post->problem_us = now_us;
    post->problem = done->problem;
    post->reply = done->reply;
}

static void host_works(struct post *post)
{
    post->failures = 0;
    post->paused_until_us = 0;
    post->problem = NULL;
    post->reply = 0;
}

/* Again, unless that would be too late. */
static struct mail_row again(const struct batch *batch, const struct mail_done *done, enum mail_state state)
{
    int64_t due_us = batch->now_us + mail_retry_us(done->attempts);
    if (due_us - done->made_us > MAIL_AGE_MAX_US)
        return ended(batch, done->id, MAIL_FAILED, done->attempts, done->reply);
    return (struct mail_row){
        .id = done->id, .state = state, .due_us = due_us, .attempts = done->attempts, .reply = done->reply};
}

RESULT post_word(struct batch *batch, const struct mail_done *done)
{
    struct post *post = batch->shop->post;
    struct mail_row row = {.id = done->id, .due_us = batch->now_us};
    switch (done->end) {
    case MAIL_ARRIVED:
        host_works(post);
        row = ended(batch, done->id, MAIL_SENT, done->attempts, done->reply);
        break;
    case MAIL_REFUSED:
        host_works(post);
        row = ended(batch, done->id, MAIL_FAILED, done->attempts, done->reply);
        break;
    case MAIL_LATER:
        host_works(post);
        row = again(batch, done, MAIL_WAITING);
        break;
    case MAIL_LOST:
        row = again(batch, done, MAIL_UNKNOWN);
        break;
    case MAIL_DOWN:
        host_failed(post, done, batch->now_us);
        row.reply = done->reply;
        row.state = MAIL_WAITING;
        row.attempts = done->attempts - 1; /* it was not about this mail */
        break;
    case MAIL_UNTOUCHED:
        row.state = MAIL_WAITING;
        row.attempts = done->attempts - 1;
        break;
    }
    TRY(row_move(batch, &row));
    if (post->due_us < post->paused_until_us) post->due_us = post->paused_until_us;
    return OK;
}

RESULT post_recover(struct batch *batch)
{
    struct store *store = batch->shop->store;
    for (;;) {
        struct mail_row rows[RECOVER_MAX];
        struct buf bytes[RECOVER_MAX] = {{0}};
        struct handing handing = {batch, rows, bytes, 0};
        struct result found =
            store->mail->due(store, MAIL_SENDING, INT64_MAX, RECOVER_MAX, row_keep, &handing);
        for (size_t i = 0; i < handing.count; i++) buf_done(&bytes[i]);
        TRY(found);
        for (size_t i = 0; i < handing.count; i++) {
            rows[i].state = MAIL_UNKNOWN;
            rows[i].due_us = batch->now_us;
            TRY(row_move(batch, &rows[i]));
        }
        if (handing.count < RECOVER_MAX) return OK;
    }
}

RESULT post_sweep(struct batch *batch)
{
    struct store *store = batch_write(batch);
    return store->mail->sweep(store, batch->now_us, MAIL_SWEEP);
}

int64_t post_due_us(const struct shop *shop)
{
    const struct post *post = shop->post;
    return post->failures > 0 && post->in_hand > 0 ? INT64_MAX
                                                   : post->due_us; /* first hear of the one that tries */
}

void post_undone(struct shop *shop)
{
    shop->post->due_us = INT64_MIN; /* look again */
}

void post_in_hand(struct shop *shop, size_t given, size_t told)
{
    assert(shop->post->in_hand + given >= told);
    shop->post->in_hand += given - told;
}

bool post_way(const struct shop *shop)
{
    return shop->post->route != NULL;
}

const char *post_problem(const struct shop *shop)
{
    return shop->post->problem;
}

const char *post_state_name(enum mail_state state)
{
    static const char *const names[MAIL_STATES] = {"?", "waiting", "sending", "sent", "failed", "unknown"};
    return (size_t)state < MAIL_STATES ? names[state] : names[0];
}

static RESULT count_add(void *context, enum mail_state state, unsigned kind, uint64_t count)
{
    uint64_t *counts = context;
    (void)kind;
    if ((size_t)state < MAIL_STATES) counts[state] += count;
    return OK;
}

RESULT post_counts(struct shop *shop, uint64_t out[MAIL_STATES])
{
    memset(out, 0, MAIL_STATES * sizeof *out);
    return shop->store->mail->counts(shop->store, count_add, out);
}

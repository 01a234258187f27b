#include "send/worker.h"

#include "send/send_priv.h"

#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    POLL_MS = 1000,
    SETTLE_MS = 20, /* between two looks whether bytes were acknowledged */
    KEPT_US = 10 * 60 * 1000 * 1000
};

struct worker {
    struct carrier carrier; /* first: a struct carrier * is a struct worker * */
    pthread_t thread;
    bool running;
    int word_fd; /* an eventfd */
    CURLM *multi;

    pthread_mutex_t lock; /* of what follows */
    bool stopping;
    struct send_job jobs[SEND_IN_HAND_MAX]; /* a ring of those not begun */
    size_t first, waiting;
    struct send_done done[SEND_IN_HAND_MAX]; /* a ring of those to be told */
    size_t told, untold;
    size_t in_hand; /* given and not told */

    struct slot slots[SEND_SLOTS]; /* the thread's own */
};

void send_job_done(struct send_job *job)
{
    buf_done(&job->target);
    buf_done(&job->ca);
    buf_done(&job->headers);
    buf_done(&job->bytes);
    *job = (struct send_job){0};
}

static struct worker *of(struct carrier *carrier)
{
    return (struct worker *)carrier;
}

static void hold(struct worker *worker)
{
    int failed = pthread_mutex_lock(&worker->lock);
    assert(!failed);
}

static void let_go(struct worker *worker)
{
    int failed = pthread_mutex_unlock(&worker->lock);
    assert(!failed);
}

static void word_call(struct worker *worker)
{
    (void)eventfd_write(worker->word_fd, 1); /* fails only when it was called 2^64 times */
}

static void word_put(struct worker *worker, const struct send_done *done)
{
    hold(worker);
    assert(worker->untold < SEND_IN_HAND_MAX);
    worker->done[(worker->told + worker->untold++) % SEND_IN_HAND_MAX] = *done;
    let_go(worker);
    word_call(worker);
}

/* The next job, if there is one to begin. */
static bool job_next(struct worker *worker, struct send_job *out)
{
    bool any = false;
    hold(worker);
    if (worker->waiting > 0) {
        *out = TAKE(worker->jobs[worker->first]);
        worker->first = (worker->first + 1) % SEND_IN_HAND_MAX;
        worker->waiting--;
        any = true;
    }
    let_go(worker);
    return any;
}

static void slot_free(struct worker *worker, struct slot *slot)
{
    if (slot->easy) {
        (void)curl_multi_remove_handle(worker->multi, slot->easy); /* it is there, or was never put */
        curl_easy_cleanup(slot->easy);
    }
    curl_slist_free_all(slot->headers);
    send_job_done(&slot->job);
    *slot = (struct slot){0};
}

static void slot_end(struct worker *worker, struct slot *slot, const struct send_done *done)
{
    slot_free(worker, slot);
    word_put(worker, done);
}

static bool is_busy(const struct slot *slot)
{
    return slot->state != SLOT_FREE && slot->state != SLOT_KEPT;
}

/* The line that is kept for this job's target. */
static struct slot *slot_kept(struct worker *worker, const struct send_job *job)
{
    for (size_t i = 0; i < SEND_SLOTS; i++) {
        struct slot *slot = &worker->slots[i];
        bool same = slot->state == SLOT_KEPT && slot->job.shop == job->shop && slot->job.sink == job->sink &&
                    slice_equal(buf_slice(&slot->job.target), buf_slice(&job->target)) &&
                    slice_equal(buf_slice(&slot->job.ca), buf_slice(&job->ca));
        if (same) return slot;
    }
    return NULL;
}

/* A free slot; else that of the line that was kept longest. NULL when all are busy. */
static struct slot *slot_room(struct worker *worker)
{
    struct slot *oldest = NULL;
    for (size_t i = 0; i < SEND_SLOTS; i++) {
        struct slot *slot = &worker->slots[i];
        if (slot->state == SLOT_FREE) return slot;
        if (slot->state == SLOT_KEPT && (!oldest || slot->until_us < oldest->until_us)) oldest = slot;
    }
    if (oldest) slot_free(worker, oldest);
    return oldest;
}

static void line_write(struct slot *slot)
{
    slot->state = SLOT_WRITE;
    slot->sent = 0;
    slot->until_us = clock_monotonic_us() + SEND_ANSWER_MS * (int64_t)1000;
}

/* Begin a job that goes over a network, in a slot of its own. */
static void job_begin(struct worker *worker, struct slot *slot, struct send_job *job)
{
    slot->easy = curl_easy_init();
    slot->job = TAKE(*job);
    bool good = slot->easy && curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot) == CURLE_OK &&
                (slot->job.kind == SINK_WEBHOOK ? web_begin(slot) : line_begin(slot)) &&
                curl_multi_add_handle(worker->multi, slot->easy) == CURLM_OK;
    if (good) return;
    struct send_done none = send_word(&slot->job, SEND_LATER, "this machine has no memory for it");
    slot_end(worker, slot, &none);
}

static void job_start(struct worker *worker, struct slot *room, struct send_job *job)
{
    struct slot *kept = job->kind == SINK_SYSLOG ? slot_kept(worker, job) : NULL;
    if (job->kind == SINK_OCSF) {
        struct send_done done = file_append(job);
        word_put(worker, &done);
        return;
    }
    if (kept && line_ended(kept)) {
        slot_free(worker, kept);
        kept = NULL;
    }
    if (!kept) {
        job_begin(worker, room, job);
        return;
    }
    send_job_done(&kept->job);
    kept->job = TAKE(*job);
    line_write(kept);
}

static bool any_waiting(struct worker *worker)
{
    hold(worker);
    bool any = worker->waiting > 0;
    let_go(worker);
    return any;
}

static void slots_fill(struct worker *worker)
{
    while (any_waiting(worker)) {
        struct slot *room = slot_room(worker);
        struct send_job job = {0};
        if (!room || !job_next(worker, &job)) return;
        job_start(worker, room, &job);
        send_job_done(&job); /* empty, if a slot took it over */
    }
}

/* libcurl is through with this slot: a post is over, or a line is connected. */
static void slot_reap(struct worker *worker, struct slot *slot, CURLcode code)
{
    if (slot->state == SLOT_CONNECT && code == CURLE_OK) {
        line_write(slot); /* the handle stays where it is: its connection lives in it */
        return;
    }
    struct send_done done =
        slot->state == SLOT_WEB ? web_end(slot, code) : send_word(&slot->job, SEND_LATER, send_problem(code));
    slot_end(worker, slot, &done);
}

static void slots_reap(struct worker *worker)
{
    int left = 0;
    for (CURLMsg *message = NULL; (message = curl_multi_info_read(worker->multi, &left)) != NULL;) {
        struct slot *slot = NULL;
        CURLcode code = message->data.result;
        if (message->msg != CURLMSG_DONE) continue;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot); /* set by job_begin() */
        slot_reap(worker, slot, code);
    }
}

/* A line whose messages arrived is kept. */
static void line_keep(struct worker *worker, struct slot *slot, const struct send_done *done)
{
    buf_done(&slot->job.bytes);
    slot->state = SLOT_KEPT;
    slot->until_us = clock_monotonic_us() + KEPT_US;
    word_put(worker, done);
}

static void lines_go_on(struct worker *worker)
{
    int64_t now = clock_monotonic_us();
    for (size_t i = 0; i < SEND_SLOTS; i++) {
        struct slot *slot = &worker->slots[i];
        struct send_done done = {0};
        bool writes = slot->state == SLOT_WRITE || slot->state == SLOT_SETTLE;
        bool over = slot->until_us <= now;
        if (slot->state == SLOT_KEPT && over) slot_free(worker, slot);
        if (!writes) continue;
        if (line_go_on(slot, &done)) {
            if (done.end == SEND_ARRIVED)
                line_keep(worker, slot, &done);
            else
                slot_end(worker, slot, &done);
        } else if (over) {
            done = send_word(&slot->job, SEND_LATER, "the receiver does not answer in time");
            slot_end(worker, slot, &done);
        }
    }
}

static size_t slots_busy(const struct worker *worker)
{
    size_t count = 0;
    for (size_t i = 0; i < SEND_SLOTS; i++) count += is_busy(&worker->slots[i]);
    return count;
}

static bool stopping(struct worker *worker)
{
    hold(worker);
    bool stop = worker->stopping;
    let_go(worker);
    return stop;
}

/* The end came: what was not begun is given back, what is under way is cut off. */
static void all_drop(struct worker *worker)
{
    for (struct send_job job = {0}; job_next(worker, &job); send_job_done(&job)) {
        struct send_done done = send_word(&job, SEND_UNTOUCHED, NULL);
        word_put(worker, &done);
    }
    for (size_t i = 0; i < SEND_SLOTS; i++) {
        struct slot *slot = &worker->slots[i];
        struct send_done done = send_word(&slot->job, SEND_UNTOUCHED, NULL);
        if (is_busy(slot))
            slot_end(worker, slot, &done);
        else
            slot_free(worker, slot);
    }
}

/* Wait for a socket, a job or the end of a while. */
static void rest(struct worker *worker, bool stop)
{
    struct curl_waitfd extra[SEND_SLOTS];
    unsigned count = 0;
    int wait_ms = stop ? 10 : POLL_MS;
    for (size_t i = 0; i < SEND_SLOTS; i++) {
        const struct slot *slot = &worker->slots[i];
        if (slot->state == SLOT_SETTLE && wait_ms > SETTLE_MS) wait_ms = SETTLE_MS;
        if (slot->state == SLOT_WRITE && line_socket(slot) >= 0)
            extra[count++] = (struct curl_waitfd){.fd = line_socket(slot), .events = CURL_WAIT_POLLOUT};
    }
    (void)curl_multi_poll(worker->multi, extra, count, wait_ms,
                          NULL); /* fails for our bugs only; it is asked again */
}

static void *work(void *context)
{
    struct worker *worker = context;
    int64_t stop_at = 0;
    int running = 0;
    for (;;) {
        bool stop = stopping(worker);
        if (stop && stop_at == 0) stop_at = clock_monotonic_us() + SEND_STOP_MS * (int64_t)1000;
        if (!stop) slots_fill(worker);
        (void)curl_multi_perform(worker->multi, &running); /* what fails ends its transfer with a code */
        slots_reap(worker);
        lines_go_on(worker);
        if (stop && (slots_busy(worker) == 0 || clock_monotonic_us() > stop_at)) break;
        rest(worker, stop);
    }
    all_drop(worker);
    return NULL;
}

static size_t worker_room(struct carrier *carrier)
{
    struct worker *worker = of(carrier);
    hold(worker);
    size_t room = worker->stopping ? 0 : SEND_IN_HAND_MAX - worker->in_hand;
    let_go(worker);
    return room;
}

static void worker_give(struct carrier *carrier, struct send_job *job)
{
    struct worker *worker = of(carrier);
    assert(job->kind != SINK_MAIL);
    hold(worker);
    assert(worker->in_hand < SEND_IN_HAND_MAX && !worker->stopping);
    worker->jobs[(worker->first + worker->waiting++) % SEND_IN_HAND_MAX] = TAKE(*job);
    worker->in_hand++;
    let_go(worker);
    (void)curl_multi_wakeup(worker->multi); /* else it looks within POLL_MS all the same */
}

static bool worker_take(struct carrier *carrier, struct send_done *out)
{
    struct worker *worker = of(carrier);
    eventfd_t calls = 0;
    hold(worker);
    bool any = worker->untold > 0;
    if (any) {
        *out = worker->done[worker->told];
        worker->told = (worker->told + 1) % SEND_IN_HAND_MAX;
        worker->untold--;
        worker->in_hand--;
    } else {
        (void)eventfd_read(worker->word_fd, &calls); /* empties it; there may have been no call */
    }
    let_go(worker);
    return any;
}

static int worker_fd(struct carrier *carrier)
{
    return of(carrier)->word_fd;
}

static void worker_stop(struct carrier *carrier)
{
    struct worker *worker = of(carrier);
    if (!worker->running) return;
    hold(worker);
    worker->stopping = true;
    let_go(worker);
    (void)curl_multi_wakeup(worker->multi); /* else it looks within POLL_MS all the same */
    (void)pthread_join(worker->thread, NULL);
    worker->running = false;
}

static void worker_free(struct carrier **carrier)
{
    if (!*carrier) return;
    struct worker *worker = of(*carrier);
    worker_stop(*carrier);
    if (worker->multi) (void)curl_multi_cleanup(worker->multi); /* no handle is left in it */
    if (worker->word_fd >= 0) (void)close(worker->word_fd);
    (void)pthread_mutex_destroy(&worker->lock);
    free(worker);
    *carrier = NULL;
}

/* The thread hears no signals: they are the keeper's. */
static bool thread_start(struct worker *worker)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return false;
    worker->running = pthread_create(&worker->thread, NULL, work, worker) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* as it was */
    return worker->running;
}

static void carrier_done(struct carrier **carrier)
{
    worker_free(carrier);
}

RESULT send_worker_new(struct carrier **out)
{
    struct worker *worker = calloc(1, sizeof *worker);
    if (!worker) return FAIL(UNAVAILABLE, "send: out of memory");
    SCOPED(carrier_done) struct carrier *carrier = &worker->carrier;
    worker->carrier =
        (struct carrier){worker_room, worker_give, worker_take, worker_fd, worker_stop, worker_free};
    bool good =
        pthread_mutex_init(&worker->lock, NULL) == 0 && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    worker->word_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    worker->multi = curl_multi_init();
    good = good && worker->word_fd >= 0 && worker->multi &&
           curl_multi_setopt(worker->multi, CURLMOPT_MAXCONNECTS, (long)SEND_SLOTS) == CURLM_OK;
    if (!good || !thread_start(worker)) return FAIL(UNAVAILABLE, "send: its thread cannot be started");
    *out = TAKE(carrier);
    return OK;
}

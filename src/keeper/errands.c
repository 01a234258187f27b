#include "keeper/errands.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

enum { BREAK_EVERY_NS = 10 * 1000 * 1000 };

enum job_state { JOB_FREE, JOB_WAITING, JOB_RUNNING, JOB_DONE, JOB_TAKEN };

struct job {
    enum job_state state;
    uint64_t order;
    bool forgotten; /* while it ran */
    struct keeper_ask ask;
    struct buf frame;
    char shop[SHOP_NAME_BYTES_MAX + 1];
    struct errand *errand;
};

struct errands {
    const struct home *home;
    struct clock clock;
    int fd;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more, less; /* less: the one that ran is done */
    bool started, ending, running;
    struct store *view; /* of the one that runs; NULL: it is not open yet, or no more */
    uint64_t order;
    struct job jobs[ERRANDS_MAX];
};

static void job_free(struct job *job)
{
    buf_done(&job->frame);
    errand_free(&job->errand);
    explicit_bzero(job, sizeof *job);
}

/* Is one about the same not settled yet? Then a later one would read what the first is about to change. */
static bool held_up(const struct errands *errands, const struct job *job)
{
    for (size_t i = 0; i < ERRANDS_MAX; i++) {
        const struct job *at = &errands->jobs[i];
        bool under_way = at->state == JOB_RUNNING || at->state == JOB_DONE || at->state == JOB_TAKEN;
        if (under_way && at->errand->about == job->errand->about && strcmp(at->shop, job->shop) == 0)
            return true;
    }
    return false;
}

/* The next one, in the order they came. */
static struct job *job_next(struct errands *errands)
{
    struct job *next = NULL;
    for (size_t i = 0; i < ERRANDS_MAX; i++) {
        struct job *job = &errands->jobs[i];
        if (job->state != JOB_WAITING || held_up(errands, job)) continue;
        if (!next || job->order < next->order) next = job;
    }
    return next;
}

/* Nobody waits for it any more. */
static void job_stop(struct job *job)
{
    if (job->errand && job->errand->stop) atomic_store(job->errand->stop, true);
}

/* From here on, or to here, the thread may be interrupted as it reads. */
static void view_set(struct errands *errands, struct store *view)
{
    (void)pthread_mutex_lock(&errands->lock);
    errands->view = view;
    (void)pthread_mutex_unlock(&errands->lock);
}

static RESULT job_run(struct errands *errands, struct job *job)
{
    SCOPED(shop_free) struct shop *shop = NULL;
    const struct shop_options options = {.home = errands->home,
                                         .name = job->shop,
                                         .clock = errands->clock,
                                         .mode = SHOP_READER,
                                         .unwatched = true};
    TRY(shop_open(&options, &shop));
    view_set(errands, shop->store);
    struct result done = job->errand->run(shop, job->errand->state);
    view_set(errands, NULL); /* before it is closed */
    return done;
}

static void *work(void *context)
{
    struct errands *errands = context;
    (void)pthread_mutex_lock(&errands->lock);
    while (!errands->ending) {
        struct job *job = job_next(errands);
        if (!job) {
            (void)pthread_cond_wait(&errands->more, &errands->lock);
            continue;
        }
        job->state = JOB_RUNNING;
        errands->running = true;
        (void)pthread_mutex_unlock(&errands->lock);
        struct result done = job_run(errands, job);
        (void)pthread_mutex_lock(&errands->lock);
        job->errand->failed = done.cause;
        if (done.code != CODE_OK) buf_text(&job->errand->why, result_text());
        job->state = JOB_DONE;
        errands->running = false;
        if (job->forgotten) job_free(job);
        (void)pthread_cond_broadcast(&errands->less);
        (void)eventfd_write(errands->fd, 1); /* it fails only when it was never read for 2^64 times */
    }
    (void)pthread_mutex_unlock(&errands->lock);
    return NULL;
}

RESULT errands_new(const struct home *home, struct clock clock, int ring_fd, struct errands **out)
{
    SCOPED(errands_free) struct errands *errands = calloc(1, sizeof *errands);
    if (!errands) return FAIL(UNAVAILABLE, "keeper: out of memory");
    errands->home = home;
    errands->clock = clock;
    errands->fd = ring_fd;
    (void)pthread_mutex_init(&errands->lock, NULL); /* none can fail on Linux */
    (void)pthread_cond_init(&errands->more, NULL);
    pthread_condattr_t steady; /* break_off() takes no longer when the wall clock is set back */
    (void)pthread_condattr_init(&steady);
    (void)pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&errands->less, &steady);
    (void)pthread_condattr_destroy(&steady);
    errands->started = pthread_create(&errands->thread, NULL, work, errands) == 0;
    if (!errands->started) return FAIL(UNAVAILABLE, "keeper: no thread for what takes long");
    *out = TAKE(errands);
    return OK;
}

/*
 * Break off what runs, until it ended: an interrupt that comes between two reads is lost, so it is said again. With the
 * lock held.
 */
static void break_off(struct errands *errands)
{
    while (errands->running) {
        struct timespec until = {0};
        if (errands->view) errands->view->batch->interrupt(errands->view);
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += BREAK_EVERY_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        (void)pthread_cond_timedwait(&errands->less, &errands->lock, &until);
    }
}

void errands_free(struct errands **errands)
{
    struct errands *at = *errands;
    if (!at) return;
    (void)pthread_mutex_lock(&at->lock);
    at->ending = true;
    for (size_t i = 0; i < ERRANDS_MAX; i++) job_stop(&at->jobs[i]);
    (void)pthread_cond_signal(&at->more);
    break_off(at);
    (void)pthread_mutex_unlock(&at->lock);
    if (at->started) (void)pthread_join(at->thread, NULL);
    for (size_t i = 0; i < ERRANDS_MAX; i++) job_free(&at->jobs[i]);
    (void)pthread_cond_destroy(&at->less);
    (void)pthread_cond_destroy(&at->more);
    (void)pthread_mutex_destroy(&at->lock);
    free(at);
    *errands = NULL;
}

bool errands_put(struct errands *errands, const struct keeper_ask *ask, const char *shop,
                 struct errand **errand)
{
    struct job *place = NULL;
    (void)pthread_mutex_lock(&errands->lock);
    for (size_t i = 0; i < ERRANDS_MAX; i++) {
        if (errands->jobs[i].state == JOB_FREE) place = &errands->jobs[i];
    }
    if (place) {
        *place = (struct job){.state = JOB_WAITING, .order = errands->order++, .ask = *ask};
        assert(strlen(shop) <= SHOP_NAME_BYTES_MAX);
        memcpy(place->shop, shop, strlen(shop) + 1);
        buf_slice_put(&place->frame, ask->frame);
        place->ask.frame = buf_slice(&place->frame);
        place->errand = TAKE(*errand);
        (void)pthread_cond_signal(&errands->more);
    }
    (void)pthread_mutex_unlock(&errands->lock);
    return place != NULL;
}

size_t errands_take(struct errands *errands, struct keeper_ask *out, size_t room)
{
    size_t count = 0;
    (void)pthread_mutex_lock(&errands->lock);
    for (size_t i = 0; i < ERRANDS_MAX && count < room; i++) {
        struct job *job = &errands->jobs[i];
        if (job->state != JOB_DONE) continue;
        job->state = JOB_TAKEN;
        out[count] = job->ask;
        out[count++].returned = job->errand;
    }
    (void)pthread_mutex_unlock(&errands->lock);
    return count;
}

void errands_taken(struct errands *errands)
{
    (void)pthread_mutex_lock(&errands->lock);
    for (size_t i = 0; i < ERRANDS_MAX; i++) {
        if (errands->jobs[i].state == JOB_TAKEN) job_free(&errands->jobs[i]);
    }
    (void)pthread_cond_signal(&errands->more); /* one about the same may have waited for it */
    (void)pthread_mutex_unlock(&errands->lock);
}

void errands_forget(struct errands *errands, const void *from)
{
    (void)pthread_mutex_lock(&errands->lock);
    for (size_t i = 0; i < ERRANDS_MAX; i++) {
        struct job *job = &errands->jobs[i];
        if (job->state == JOB_FREE || job->ask.from != from) continue;
        if (job->state != JOB_RUNNING) {
            job_free(job);
            continue;
        }
        job->forgotten = true; /* its thread reads it still */
        job_stop(job);
        if (errands->view) errands->view->batch->interrupt(errands->view);
    }
    (void)pthread_mutex_unlock(&errands->lock);
}

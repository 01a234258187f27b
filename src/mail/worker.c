#include "mail/worker.h"

#include "base/clock.h"
#include "mail/smtp_priv.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct worker {
    struct mail_sender sender; /* first: a struct mail_sender * is a struct worker * */
    int word_fd;               /* an eventfd */
    atomic_llong stop_at_us;   /* what is being sent is cut off then; 0: goes on */

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t work;  /* there is a job, or the end came */
    bool stopping;
    struct mail_job jobs[MAIL_IN_HAND_MAX]; /* a ring of those not begun */
    size_t first, waiting;
    struct mail_done done[MAIL_IN_HAND_MAX]; /* a ring of those to be told */
    size_t told, untold;
    bool called;    /* word_fd is readable */
    size_t in_hand; /* given and not told */
    pthread_t threads[MAIL_CONNECTIONS];
    size_t thread_count, idle;
};

static struct worker *of(struct mail_sender *sender)
{
    return (struct worker *)sender;
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

/* The next job, once there is one. False: the end came. */
static bool job_next(struct worker *worker, struct mail_job *out)
{
    hold(worker);
    worker->idle++;
    while (worker->waiting == 0 && !worker->stopping) {
        int failed = pthread_cond_wait(&worker->work, &worker->lock);
        assert(!failed);
    }
    worker->idle--;
    bool any = !worker->stopping;
    if (any) {
        *out = TAKE(worker->jobs[worker->first]);
        worker->first = (worker->first + 1) % MAIL_IN_HAND_MAX;
        worker->waiting--;
    }
    let_go(worker);
    return any;
}

static void word_put(struct worker *worker, const struct mail_done *done)
{
    hold(worker);
    assert(worker->untold < MAIL_IN_HAND_MAX);
    worker->done[(worker->told + worker->untold++) % MAIL_IN_HAND_MAX] = *done;
    if (!worker->called)
        (void)eventfd_write(worker->word_fd, 1); /* fails only when it was called 2^64 times */
    worker->called = true;
    let_go(worker);
}

/* libcurl asks this at least once a second. */
static int cut_off(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct worker *worker = context;
    long long stop_at_us = atomic_load(&worker->stop_at_us);
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return stop_at_us != 0 && clock_monotonic_us() > stop_at_us;
}

static void job_run(struct worker *worker, struct smtp_slot *slot, struct mail_job *job)
{
    struct mail_done done = smtp_word(job, MAIL_DOWN, 0, "this machine has no memory for it");
    if (slot->easy && smtp_begin(slot, job).code == CODE_OK) {
        CURLcode code = CURLE_OUT_OF_MEMORY;
        if (curl_easy_setopt(slot->easy, CURLOPT_XFERINFODATA, worker) == CURLE_OK &&
            curl_easy_setopt(slot->easy, CURLOPT_XFERINFOFUNCTION, cut_off) == CURLE_OK &&
            curl_easy_setopt(slot->easy, CURLOPT_NOPROGRESS, 0L) == CURLE_OK) {
            code = curl_easy_perform(slot->easy);
        }
        smtp_end(slot, code, &done);
    }
    mail_job_done(job); /* when it was not begun */
    word_put(worker, &done);
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct smtp_slot slot = {.easy = curl_easy_init()};
    for (struct mail_job job = {0}; job_next(worker, &job);) job_run(worker, &slot, &job);
    smtp_slot_done(&slot);
    return NULL;
}

/* One more thread. It hears no signals: they are the keeper's. Under the lock. */
static void thread_start(struct worker *worker)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return;
    if (pthread_create(&worker->threads[worker->thread_count], NULL, work, worker) == 0)
        worker->thread_count++;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* as it was */
}

static size_t worker_room(struct mail_sender *sender)
{
    struct worker *worker = of(sender);
    hold(worker);
    size_t room = worker->stopping ? 0 : MAIL_IN_HAND_MAX - worker->in_hand;
    let_go(worker);
    return room;
}

static void worker_give(struct mail_sender *sender, struct mail_job *job)
{
    struct worker *worker = of(sender);
    hold(worker);
    assert(worker->in_hand < MAIL_IN_HAND_MAX && !worker->stopping);
    worker->jobs[(worker->first + worker->waiting++) % MAIL_IN_HAND_MAX] = TAKE(*job);
    worker->in_hand++;
    if (worker->idle < worker->waiting && worker->thread_count < MAIL_CONNECTIONS) thread_start(worker);
    let_go(worker);
    (void)pthread_cond_signal(&worker->work); /* never fails */
}

static bool worker_take(struct mail_sender *sender, struct mail_done *out)
{
    struct worker *worker = of(sender);
    eventfd_t calls = 0;
    hold(worker);
    bool any = worker->untold > 0;
    if (any) {
        *out = worker->done[worker->told];
        worker->told = (worker->told + 1) % MAIL_IN_HAND_MAX;
        worker->untold--;
        worker->in_hand--;
    } else if (worker->called) {
        (void)eventfd_read(worker->word_fd, &calls);
        worker->called = false;
    }
    let_go(worker);
    return any;
}

static int worker_fd(struct mail_sender *sender)
{
    return of(sender)->word_fd;
}

static void worker_stop(struct mail_sender *sender)
{
    struct worker *worker = of(sender);
    hold(worker);
    worker->stopping = true;
    let_go(worker);
    atomic_store(&worker->stop_at_us, clock_monotonic_us() + MAIL_STOP_MS * (int64_t)1000);
    (void)pthread_cond_broadcast(&worker->work); /* never fails */
    for (; worker->thread_count > 0; worker->thread_count--)
        (void)pthread_join(worker->threads[worker->thread_count - 1], NULL);
    for (; worker->waiting > 0; worker->waiting--) { /* alone now */
        struct mail_job *job = &worker->jobs[worker->first];
        struct mail_done done = smtp_word(job, MAIL_UNTOUCHED, 0, NULL);
        worker->first = (worker->first + 1) % MAIL_IN_HAND_MAX;
        mail_job_done(job);
        word_put(worker, &done);
    }
}

static void worker_free(struct mail_sender **sender)
{
    if (!*sender) return;
    struct worker *worker = of(*sender);
    worker_stop(*sender);
    if (worker->word_fd >= 0) (void)close(worker->word_fd);
    (void)pthread_cond_destroy(&worker->work);
    (void)pthread_mutex_destroy(&worker->lock);
    free(worker);
    *sender = NULL;
}

RESULT mail_worker_new(struct mail_sender **out)
{
    struct worker *worker = calloc(1, sizeof *worker);
    if (!worker) return FAIL(UNAVAILABLE, "mail: out of memory");
    worker->sender =
        (struct mail_sender){worker_room, worker_give, worker_take, worker_fd, worker_stop, worker_free};
    worker->word_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bool good = worker->word_fd >= 0 && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK &&
                pthread_mutex_init(&worker->lock, NULL) == 0 && pthread_cond_init(&worker->work, NULL) == 0;
    if (!good) {
        if (worker->word_fd >= 0) (void)close(worker->word_fd);
        free(worker);
        return FAIL(UNAVAILABLE, "mail: no memory or descriptor for its threads");
    }
    *out = &worker->sender;
    return OK;
}

#include "keeper/stretch.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { JOBS = 2 * STRETCH_WAITING_MAX, STRETCH_URL_BYTES = 128 };

enum job_state { JOB_FREE, JOB_WAITING, JOB_RUNNING, JOB_DONE, JOB_TAKEN };

struct job {
    enum job_state state;
    uint64_t order;
    bool forgotten; /* while it ran */
    struct keeper_ask ask;
    struct buf frame;
    uint8_t network[NETWORK_BYTES];
    struct stretching wanted; /* its password lies in `frame` */
    struct stretched done;
    struct probes *probes; /* to be tried, and what was seen; NULL: it is a password */
    char url[STRETCH_URL_BYTES];
};

struct stretcher {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more;
    bool started, ending;
    int fd;
    uint64_t order;
    struct job jobs[JOBS];
};

static void job_free(struct job *job)
{
    buf_done(&job->frame);
    if (job->probes) explicit_bzero(job->probes, sizeof *job->probes);
    free(job->probes);
    explicit_bzero(job, sizeof *job);
}

/* The next one: known networks first, then in the order they came. */
static struct job *job_next(struct stretcher *stretcher)
{
    struct job *next = NULL;
    for (size_t i = 0; i < JOBS; i++) {
        struct job *job = &stretcher->jobs[i];
        if (job->state != JOB_WAITING) continue;
        bool before =
            next && (job->wanted.known != next->wanted.known ? job->wanted.known : job->order < next->order);
        if (!next || before) next = job;
    }
    return next;
}

static void job_run(struct job *job)
{
    const struct stretching *wanted = &job->wanted;
    struct result done = passphrase_stretch(wanted->password, wanted->salt, wanted->memory_kib,
                                            wanted->passes, job->done.hash);
    job->done.failed = done.code != CODE_OK;
    memcpy(job->done.salt, wanted->salt, STRETCH_SALT_BYTES);
}

static void probes_run(struct job *job)
{
    int64_t until_us = clock_monotonic_us() + PROBES_S_MAX * SECOND_US;
    for (size_t i = 0; i < job->probes->count && clock_monotonic_us() < until_us; i++)
        job->probes->at[i].seen = probe_try(job->url, job->probes->at[i].token);
}

static void *work(void *context)
{
    struct stretcher *stretcher = context;
    (void)pthread_mutex_lock(&stretcher->lock);
    while (!stretcher->ending) {
        struct job *job = job_next(stretcher);
        if (!job) {
            (void)pthread_cond_wait(&stretcher->more, &stretcher->lock);
            continue;
        }
        job->state = JOB_RUNNING;
        (void)pthread_mutex_unlock(&stretcher->lock);
        if (job->probes)
            probes_run(job);
        else
            job_run(job);
        (void)pthread_mutex_lock(&stretcher->lock);
        job->state = JOB_DONE;
        if (job->forgotten) job_free(job);
        (void)eventfd_write(stretcher->fd, 1); /* it fails only when it was never read for 2^64 times */
    }
    (void)pthread_mutex_unlock(&stretcher->lock);
    return NULL;
}

RESULT stretcher_new(struct stretcher **out)
{
    SCOPED(stretcher_free) struct stretcher *stretcher = calloc(1, sizeof *stretcher);
    if (!stretcher) return FAIL(UNAVAILABLE, "keeper: out of memory");
    (void)pthread_mutex_init(&stretcher->lock, NULL); /* neither can fail on Linux */
    (void)pthread_cond_init(&stretcher->more, NULL);
    stretcher->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (stretcher->fd < 0) return FAIL(UNAVAILABLE, "keeper: no descriptor for passwords");
    stretcher->started = pthread_create(&stretcher->thread, NULL, work, stretcher) == 0;
    if (!stretcher->started) return FAIL(UNAVAILABLE, "keeper: no thread for passwords");
    *out = TAKE(stretcher);
    return OK;
}

void stretcher_free(struct stretcher **stretcher)
{
    struct stretcher *at = *stretcher;
    if (!at) return;
    (void)pthread_mutex_lock(&at->lock);
    at->ending = true;
    (void)pthread_cond_signal(&at->more);
    (void)pthread_mutex_unlock(&at->lock);
    if (at->started) (void)pthread_join(at->thread, NULL);
    for (size_t i = 0; i < JOBS; i++) job_free(&at->jobs[i]);
    if (at->fd >= 0) (void)close(at->fd);
    (void)pthread_cond_destroy(&at->more);
    (void)pthread_mutex_destroy(&at->lock);
    free(at);
    *stretcher = NULL;
}

int stretcher_fd(const struct stretcher *stretcher)
{
    return stretcher->fd;
}

/* A free place, or NULL when as many of its sort, or of its network, are on their way. */
static struct job *job_place(struct stretcher *stretcher, const uint8_t network[NETWORK_BYTES], bool known)
{
    struct job *place = NULL;
    size_t same = 0, sort = 0;
    for (size_t i = 0; i < JOBS; i++) {
        struct job *job = &stretcher->jobs[i];
        if (job->state == JOB_FREE) {
            place = job;
            continue;
        }
        same += memcmp(job->network, network, NETWORK_BYTES) == 0;
        sort += job->wanted.known == known;
    }
    return same < STRETCH_NETWORK_MAX && sort < STRETCH_WAITING_MAX ? place : NULL;
}

bool stretcher_put(struct stretcher *stretcher, const struct keeper_ask *ask,
                   const uint8_t network[NETWORK_BYTES], const struct stretching *wanted)
{
    (void)pthread_mutex_lock(&stretcher->lock);
    struct job *job = job_place(stretcher, network, wanted->known);
    if (job) {
        assert(wanted->password.at >= ask->frame.at &&
               wanted->password.at + wanted->password.len <= ask->frame.at + ask->frame.len);
        size_t offset = (size_t)(wanted->password.at - ask->frame.at);
        *job =
            (struct job){.state = JOB_WAITING, .order = stretcher->order++, .ask = *ask, .wanted = *wanted};
        memcpy(job->network, network, NETWORK_BYTES);
        buf_slice_put(&job->frame, ask->frame);
        job->ask.frame = buf_slice(&job->frame);
        job->wanted.password.at = job->frame.at + offset;
        (void)pthread_cond_signal(&stretcher->more);
    }
    (void)pthread_mutex_unlock(&stretcher->lock);
    return job != NULL;
}

bool stretcher_probe(struct stretcher *stretcher, const struct keeper_ask *ask,
                     const uint8_t network[NETWORK_BYTES], const char *url, const struct probes *wanted)
{
    struct probes *copy = malloc(sizeof *copy);
    size_t len = strlen(url);
    if (!copy || len >= STRETCH_URL_BYTES) {
        free(copy);
        return false;
    }
    memcpy(copy, wanted, sizeof *copy);
    (void)pthread_mutex_lock(&stretcher->lock);
    struct job *job = job_place(stretcher, network, true);
    if (job) {
        *job = (struct job){.state = JOB_WAITING, .order = stretcher->order++, .ask = *ask, .probes = copy};
        job->wanted.known = true;
        memcpy(job->url, url, len);
        memcpy(job->network, network, NETWORK_BYTES);
        buf_slice_put(&job->frame, ask->frame);
        job->ask.frame = buf_slice(&job->frame);
        (void)pthread_cond_signal(&stretcher->more);
    }
    (void)pthread_mutex_unlock(&stretcher->lock);
    if (!job) free(copy);
    return job != NULL;
}

size_t stretcher_take(struct stretcher *stretcher, struct keeper_ask *out, size_t room)
{
    size_t count = 0;
    eventfd_t rung = 0;
    (void)eventfd_read(stretcher->fd, &rung); /* nothing to read is fine */
    (void)pthread_mutex_lock(&stretcher->lock);
    for (size_t i = 0; i < JOBS && count < room; i++) {
        struct job *job = &stretcher->jobs[i];
        if (job->state != JOB_DONE) continue;
        job->state = JOB_TAKEN;
        out[count] = job->ask;
        out[count].stretched = job->probes ? NULL : &job->done;
        out[count++].probed = job->probes;
    }
    (void)pthread_mutex_unlock(&stretcher->lock);
    return count;
}

void stretcher_taken(struct stretcher *stretcher)
{
    (void)pthread_mutex_lock(&stretcher->lock);
    for (size_t i = 0; i < JOBS; i++) {
        if (stretcher->jobs[i].state == JOB_TAKEN) job_free(&stretcher->jobs[i]);
    }
    (void)pthread_mutex_unlock(&stretcher->lock);
}

void stretcher_forget(struct stretcher *stretcher, const void *from)
{
    (void)pthread_mutex_lock(&stretcher->lock);
    for (size_t i = 0; i < JOBS; i++) {
        struct job *job = &stretcher->jobs[i];
        if (job->state == JOB_FREE || job->ask.from != from) continue;
        if (job->state == JOB_RUNNING)
            job->forgotten = true; /* its thread reads it still */
        else
            job_free(job);
    }
    (void)pthread_mutex_unlock(&stretcher->lock);
}

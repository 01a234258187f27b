/*
 * A carrier of alerts for tests: it keeps the jobs it is given, and tells of each what the test says, in one thread.
 * Example: `struct send_fake fake;  send_fake_init(&fake);  options.carrier = &fake.carrier;`
 */
#ifndef AMN_TESTS_SEND_FAKE_H
#define AMN_TESTS_SEND_FAKE_H

#include "send/carrier.h"

#include <string.h>

enum { SEND_FAKE_MAX = 64 };

struct send_fake {
    struct carrier carrier;              /* first */
    struct send_job jobs[SEND_FAKE_MAX]; /* given, not told of */
    size_t job_count;
    struct send_done done[SEND_FAKE_MAX];
    size_t done_count;
    bool stopped;
};

static inline struct send_fake *send_fake_of(struct carrier *carrier)
{
    return (struct send_fake *)carrier;
}

static inline size_t send_fake_room(struct carrier *carrier)
{
    struct send_fake *fake = send_fake_of(carrier);
    return fake->stopped ? 0 : SEND_FAKE_MAX - fake->job_count - fake->done_count;
}

static inline void send_fake_give(struct carrier *carrier, struct send_job *job)
{
    struct send_fake *fake = send_fake_of(carrier);
    fake->jobs[fake->job_count++] = TAKE(*job);
}

static inline bool send_fake_take(struct carrier *carrier, struct send_done *out)
{
    struct send_fake *fake = send_fake_of(carrier);
    if (fake->done_count == 0) return false;
    *out = fake->done[0];
    memmove(fake->done, fake->done + 1, --fake->done_count * sizeof fake->done[0]);
    return true;
}

/* The first job given ends so. */
static inline void send_fake_end(struct send_fake *fake, enum send_end end)
{
    struct send_job *job = &fake->jobs[0];
    fake->done[fake->done_count++] = (struct send_done){.shop = job->shop,
                                                        .sink = job->sink,
                                                        .upto = job->upto,
                                                        .more = job->more,
                                                        .end = end,
                                                        .problem = end == SEND_LATER ? "it is down" : NULL};
    send_job_done(job);
    memmove(fake->jobs, fake->jobs + 1, --fake->job_count * sizeof fake->jobs[0]);
}

static inline int send_fake_fd(struct carrier *carrier)
{
    (void)carrier;
    return -1;
}

static inline void send_fake_stop(struct carrier *carrier)
{
    struct send_fake *fake = send_fake_of(carrier);
    fake->stopped = true;
    while (fake->job_count > 0) send_fake_end(fake, SEND_UNTOUCHED);
}

/* As if its process were killed: what it had is forgotten. */
static inline void send_fake_kill(struct send_fake *fake)
{
    for (size_t i = 0; i < fake->job_count; i++) send_job_done(&fake->jobs[i]);
    fake->job_count = fake->done_count = 0;
}

static inline void send_fake_free(struct carrier **carrier)
{
    send_fake_kill(send_fake_of(*carrier));
    *carrier = NULL;
}

static inline void send_fake_init(struct send_fake *fake)
{
    memset(fake, 0, sizeof *fake);
    fake->carrier = (struct carrier){send_fake_room, send_fake_give, send_fake_take,
                                     send_fake_fd,   send_fake_stop, send_fake_free};
}

#endif

/*
 * A sender of mails for tests: it keeps the jobs it is given, and tells of each what the test says, in one thread.
 * Example: `struct mail_fake fake;  mail_fake_init(&fake);  options.mail = &fake.sender;`
 */
#ifndef AMN_TESTS_MAIL_FAKE_H
#define AMN_TESTS_MAIL_FAKE_H

#include "mail/sender.h"

#include <string.h>

enum { MAIL_FAKE_MAX = 256 };

struct mail_fake {
    struct mail_sender sender; /* first */
    size_t room;
    struct mail_job jobs[MAIL_FAKE_MAX]; /* given, not told of */
    size_t job_count;
    struct mail_done done[MAIL_FAKE_MAX];
    size_t done_count;
    bool stopped;
};

static inline struct mail_fake *mail_fake_of(struct mail_sender *sender)
{
    return (struct mail_fake *)sender;
}

static inline size_t mail_fake_room(struct mail_sender *sender)
{
    struct mail_fake *fake = mail_fake_of(sender);
    size_t held = fake->job_count + fake->done_count;
    return fake->stopped || held >= fake->room ? 0 : fake->room - held;
}

static inline void mail_fake_give(struct mail_sender *sender, struct mail_job *job)
{
    struct mail_fake *fake = mail_fake_of(sender);
    fake->jobs[fake->job_count++] = TAKE(*job);
}

static inline bool mail_fake_take(struct mail_sender *sender, struct mail_done *out)
{
    struct mail_fake *fake = mail_fake_of(sender);
    if (fake->done_count == 0) return false;
    *out = fake->done[0];
    memmove(fake->done, fake->done + 1, --fake->done_count * sizeof fake->done[0]);
    return true;
}

/* The first job given ends so. */
static inline void mail_fake_end(struct mail_fake *fake, enum mail_end end, uint16_t reply)
{
    struct mail_job *job = &fake->jobs[0];
    fake->done[fake->done_count++] = (struct mail_done){.shop = job->shop,
                                                        .id = job->id,
                                                        .made_us = job->made_us,
                                                        .attempts = job->attempts,
                                                        .end = end,
                                                        .reply = reply,
                                                        .problem = end == MAIL_DOWN ? "it is down" : NULL};
    mail_job_done(job);
    memmove(fake->jobs, fake->jobs + 1, --fake->job_count * sizeof fake->jobs[0]);
}

static inline int mail_fake_fd(struct mail_sender *sender)
{
    (void)sender;
    return -1;
}

static inline void mail_fake_stop(struct mail_sender *sender)
{
    struct mail_fake *fake = mail_fake_of(sender);
    fake->stopped = true;
    while (fake->job_count > 0) mail_fake_end(fake, MAIL_UNTOUCHED, 0);
}

/* As if its process were killed: what it had is forgotten. */
static inline void mail_fake_kill(struct mail_fake *fake)
{
    for (size_t i = 0; i < fake->job_count; i++) mail_job_done(&fake->jobs[i]);
    fake->job_count = fake->done_count = 0;
}

static inline void mail_fake_free(struct mail_sender **sender)
{
    mail_fake_kill(mail_fake_of(*sender));
    *sender = NULL;
}

static inline void mail_fake_init(struct mail_fake *fake)
{
    memset(fake, 0, sizeof *fake);
    fake->room = MAIL_FAKE_MAX / 2;
    fake->sender = (struct mail_sender){mail_fake_room, mail_fake_give, mail_fake_take,
                                        mail_fake_fd,   mail_fake_stop, mail_fake_free};
}

#endif

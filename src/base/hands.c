#include "base/hands.h"

#include <sched.h>
#include <signal.h>

/* Take the next items and do them. False when there are none left. */
static bool take(struct hands *job, unsigned hand)
{
    if (hand > 0)
        atomic_store(&job->second_at, HANDS_TAKING); /* before: else the items look done for a moment */
    size_t from = atomic_fetch_add(&job->next, HANDS_TAKE);
    bool any = from < job->count;
    if (hand > 0) atomic_store(&job->second_at, any ? from : HANDS_NOTHING);
    if (!any) return false;
    size_t to = job->count - from < HANDS_TAKE ? job->count : from + HANDS_TAKE;
    for (size_t item = from; item < to; item++) job->work(job->context, hand, item);
    return true;
}

static void *second_hand(void *context)
{
    struct hands *job = context;
    while (take(job, 1)) {}
    return NULL;
}

/* Signals are for the thread that runs the loop. */
static bool second_begin(struct hands *job)
{
    sigset_t all, before;
    (void)sigfillset(&all); /* it cannot fail */
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return false;
    int failed = pthread_create(&job->second, NULL, second_hand, job);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* as it was a moment ago */
    return failed == 0;
}

void hands_begin(struct hands *job, size_t count, hands_work *work, void *context)
{
    *job = (struct hands){.count = count, .work = work, .context = context, .second_at = HANDS_NOTHING};
    job->two = count >= HANDS_LEAST && second_begin(job);
}

void hands_end(struct hands *job)
{
    while (job->work && take(job, 0)) {}
    if (job->two) (void)pthread_join(job->second, NULL); /* it is ours, and was not joined before */
    *job = (struct hands){0};
}

static bool is_done(struct hands *job, size_t item)
{
    if (item >= atomic_load(&job->next)) return false;
    size_t second = atomic_load(&job->second_at); /* behind `next`: who took the item had said so before */
    return second == HANDS_NOTHING || (second != HANDS_TAKING && second / HANDS_TAKE != item / HANDS_TAKE);
}

void hands_until(struct hands *job, size_t item)
{
    while (job->work && !is_done(job, item)) {
        if (!take(job, 0)) (void)sched_yield(); /* hand 1 has the last ones */
    }
}

void hands_stop(struct hands *job)
{
    atomic_store(&job->next, job->count);
    hands_end(job);
}

void hands_run(size_t count, hands_work *work, void *context)
{
    struct hands job = {0};
    hands_begin(&job, count, work, context);
    hands_end(&job);
}

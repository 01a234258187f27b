#include "base/hands.h"

#include <signal.h>

static void take(struct hands *job, unsigned hand)
{
    for (;;) {
        size_t from = atomic_fetch_add(&job->next, HANDS_TAKE);
        if (from >= job->count) return;
        size_t to = job->count - from < HANDS_TAKE ? job->count : from + HANDS_TAKE;
        for (size_t item = from; item < to; item++) job->work(job->context, hand, item);
    }
}

static void *second_hand(void *job)
{
    take(job, 1);
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
    *job = (struct hands){.count = count, .work = work, .context = context};
    job->two = count >= HANDS_LEAST && second_begin(job);
}

void hands_end(struct hands *job)
{
    if (job->work) take(job, 0);
    if (job->two) (void)pthread_join(job->second, NULL); /* it is ours, and was not joined before */
    *job = (struct hands){0};
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

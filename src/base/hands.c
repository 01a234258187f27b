#include "base/hands.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

struct job {
    size_t count;
    void (*work)(void *context, unsigned hand, size_t item);
    void *context;
    atomic_size_t next; /* first item that nobody took */
};

static void take(struct job *job, unsigned hand)
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
static bool second_begin(struct job *job, pthread_t *out)
{
    sigset_t all, before;
    (void)sigfillset(&all); /* it cannot fail */
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return false;
    int failed = pthread_create(out, NULL, second_hand, job);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* as it was a moment ago */
    return failed == 0;
}

void hands_run(size_t count, void (*work)(void *context, unsigned hand, size_t item), void *context)
{
    struct job job = {.count = count, .work = work, .context = context};
    pthread_t second = 0;
    bool two = count >= HANDS_LEAST && second_begin(&job, &second);
    take(&job, 0);
    if (two) (void)pthread_join(second, NULL); /* it is ours, and was not joined before */
}

/* Between the shops' notice runs and the sender for many: who is due is handed over, what hosts said is written down. */
#include "answer/notice/hook.h"
#include "answer/notice/send.h"
#include "answer/notice/word.h"
#include "keeper/keeper_priv.h"
#include "send/worker.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    JOBS_MAX = 256,         /* handed over in one commit */
    TURN_US = 2 * 1000,     /* between two commits: they must not hold up the asks */
    FAILED_US = 1000 * 1000 /* after one that failed */
};

static size_t word_of(const struct noticing *noticing, uint64_t shop)
{
    size_t count = 0;
    for (size_t i = 0; i < noticing->count; i++) count += noticing->word[i].done.shop == shop;
    return count;
}

static void word_take(struct noticing *noticing)
{
    struct carrier *hook = noticing->hook;
    struct send_done done = {0};
    while (noticing->count < NOTICING_WORD_MAX && bulk_take(noticing->bulk, &noticing->word[noticing->count]))
        noticing->count++;
    while (hook && noticing->count < NOTICING_WORD_MAX && hook->take(hook, &done))
        hook_word(&done, &noticing->word[noticing->count++]);
}

static bool heed(const struct noticing *noticing, int fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    return epoll_ctl(noticing->word_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* The thread for text messages begins with the first of them. */
static void hook_give(struct noticing *noticing, struct send_job *job)
{
    if (!noticing->hook && send_worker_new(&noticing->hook).code == CODE_OK &&
        !heed(noticing, noticing->hook->fd(noticing->hook)))
        noticing->hook->free(&noticing->hook);
    if (noticing->hook && noticing->hook->room(noticing->hook) > 0) {
        noticing->hook->give(noticing->hook, job);
        return;
    }
    const struct send_done down = {.shop = job->shop,
                                   .sink = job->sink,
                                   .upto = job->upto,
                                   .more = job->more,
                                   .end = SEND_LATER,
                                   .problem = "this machine has no memory for it"};
    if (noticing->count < NOTICING_WORD_MAX) hook_word(&down, &noticing->word[noticing->count++]);
}

/* Those of this shop to the front, in order; how many. */
static size_t word_sort(struct noticing *noticing, uint64_t shop)
{
    size_t front = 0;
    for (size_t i = 0; i < noticing->count; i++) {
        if (noticing->word[i].done.shop != shop) continue;
        struct bulk_word one = noticing->word[i];
        noticing->word[i] = noticing->word[front];
        noticing->word[front++] = one;
    }
    return front;
}

static void word_drop(struct noticing *noticing, size_t front)
{
    noticing->count -= front;
    memmove(noticing->word, noticing->word + front, noticing->count * sizeof noticing->word[0]);
}

/* One shop's turn, in one commit. The jobs are given out only when it is durable that they are being sent. */
static RESULT shop_turn(struct keeper *keeper, struct shop *shop, uint64_t number, size_t room)
{
    struct noticing *noticing = keeper->noticing;
    struct notice_job jobs[JOBS_MAX] = {{0}};
    SCOPED(batch_done) struct batch batch = {0};
    size_t count = 0, told = word_sort(noticing, number);
    TRY(batch_begin(shop, &keeper->arena, &batch));
    struct result done = notices_recover(&batch);
    if (done.code == CODE_OK) done = notices_word(&batch, noticing->word, told);
    if (done.code == CODE_OK) done = notices_hand_over(&batch, number, jobs, room, &count);
    if (done.code == CODE_OK)
        done = batch_settle(&batch);
    else
        batch_rollback(&batch);
    if (done.code == CODE_OK) {
        notices_told(shop, noticing->word, told);
        word_drop(noticing, told);
    }
    notices_settled(shop, done.code == CODE_OK);
    for (size_t i = 0; i < count; i++) {
        if (done.code == CODE_OK && jobs[i].by_hook) hook_give(noticing, &jobs[i].hook);
        if (done.code == CODE_OK && !jobs[i].by_hook) bulk_give(noticing->bulk, &jobs[i].mail);
        notice_job_done(&jobs[i]);
    }
    return done;
}

RESULT notices_begin(struct keeper *keeper)
{
    struct noticing *noticing = calloc(1, sizeof *noticing);
    if (!noticing) return FAIL(UNAVAILABLE, "notice: out of memory");
    noticing->word_fd = epoll_create1(EPOLL_CLOEXEC);
    struct result made = bulk_new(NULL, &noticing->bulk);
    if (made.code == CODE_OK && noticing->word_fd >= 0 && heed(noticing, bulk_fd(noticing->bulk))) {
        keeper->noticing = noticing;
        return OK;
    }
    if (made.code == CODE_OK) bulk_free(&noticing->bulk);
    if (noticing->word_fd >= 0) (void)close(noticing->word_fd);
    free(noticing);
    return made.code == CODE_OK ? FAIL(UNAVAILABLE, "notice: no descriptor to hear its senders") : made;
}

/* A shop that does not know whom it had erased writes to nobody yet. */
static int64_t shop_due_us(struct shop *shop, int64_t now_us)
{
    return shop->access.quiet_us != 0 ? INT64_MAX : notices_due_us(shop, now_us);
}

/* When the first shop wants a turn. */
static int64_t due_us(struct keeper *keeper, int64_t now_us)
{
    int64_t next_us = INT64_MAX;
    for (size_t i = 0; i < keeper->shop_count; i++) {
        int64_t shop_us = shop_due_us(keeper->shops[i], now_us);
        if (shop_us < next_us) next_us = shop_us;
    }
    return next_us;
}

int64_t notices_turn(struct keeper *keeper)
{
    int64_t now_us = clock_now(&keeper->options.clock), next_us = INT64_MAX;
    struct noticing *noticing = keeper->noticing;
    if (!noticing) return INT64_MAX;
    word_take(noticing);
    if (now_us < noticing->after_us && noticing->after_us - now_us <= FAILED_US)
        return noticing->after_us - now_us;
    for (size_t i = 0; i < keeper->shop_count; i++) {
        struct shop *shop = keeper->shops[i];
        size_t room = bulk_room(noticing->bulk);
        if (shop_due_us(shop, now_us) > now_us && word_of(noticing, i) == 0) continue;
        if (room == 0 && word_of(noticing, i) == 0) continue;
        struct result done = shop_turn(keeper, shop, i, room < JOBS_MAX ? room : JOBS_MAX);
        arena_reset(&keeper->arena);
        noticing->after_us = now_us + (done.code == CODE_OK ? TURN_US : FAILED_US);
    }
    if (bulk_room(noticing->bulk) > 0) next_us = due_us(keeper, now_us); /* else there will be word */
    if (noticing->count > 0) next_us = now_us;
    if (next_us == INT64_MAX) return INT64_MAX;
    if (next_us < noticing->after_us) next_us = noticing->after_us;
    return next_us > now_us ? next_us - now_us : 0;
}

void notices_end(struct keeper *keeper)
{
    struct noticing *noticing = keeper->noticing;
    if (!noticing) return;
    bulk_stop(noticing->bulk);
    if (noticing->hook) noticing->hook->stop(noticing->hook);
    word_take(noticing);
    for (size_t i = 0; i < keeper->shop_count; i++) {
        struct result done = word_of(noticing, i) > 0 ? shop_turn(keeper, keeper->shops[i], i, 0) : OK;
        (void)done; /* what could not be written down is found as unknown at the next start */
    }
    bulk_free(&noticing->bulk);
    if (noticing->hook) noticing->hook->free(&noticing->hook);
    (void)close(noticing->word_fd);
    free(noticing);
    keeper->noticing = NULL;
}

int notices_fd(const struct keeper *keeper)
{
    return keeper->noticing ? keeper->noticing->word_fd : -1;
}

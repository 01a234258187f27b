#include "answer/evidence/dump/pump.h"

#include "answer/evidence/dump/reader.h"
#include "child/child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIPE_BYTES = 1 << 20, SLOTS = 4, TEXT_BYTES = 512 };

struct pump {
    const struct unpack_source *source;
    struct child child;
    pthread_t thread;
    bool running;

    pthread_mutex_t lock; /* of all up to the thread's own */
    pthread_cond_t came, went;
    struct slot {
        enum frame_type type;
        struct buf body;
    } slots[SLOTS];       /* a ring: the thread fills behind the last, the caller works on the first */
    size_t first, filled; /* `filled` of them from `first` on */
    bool taken;           /* the caller works on the first */
    bool wanted;          /* since the caller looked last */
    bool ended, stop;
    uint64_t read;
    struct result failed;
    char text[TEXT_BYTES]; /* of that failure: texts are kept by the thread that made them */

    struct buf pending; /* the thread's own from here on. For the child */
    size_t pending_at;
};

/* For the child, on its way: a part of the file. */
static RESULT part_give(struct pump *pump, struct slice body)
{
    struct frame frame = {0};
    TRY(frame_read(FRAME_WANT, body, &frame));
    const struct frame_want *wanted = &frame.want;
    if (pump->pending_at < pump->pending.len || wanted->from > pump->source->size)
        return FAIL(CORRUPT, "dump: the child that reads it asks for what there is not");
    pump->pending.len = pump->pending_at = 0; /* overwritten, wiped at the end */
    buf_be32(&pump->pending, 0);
    TRY(pump->source->read(pump->source->context, wanted->from, wanted->len, &pump->pending));
    if (pump->pending.len > wanted->len + sizeof(uint32_t))
        return FAIL(CORRUPT, "dump: more was read than was wanted");
    be32_put(pump->pending.at, (uint32_t)(pump->pending.len - sizeof(uint32_t)));
    pthread_mutex_lock(&pump->lock);
    pump->read = wanted->from;
    pump->wanted = true;
    pthread_cond_signal(&pump->came);
    pthread_mutex_unlock(&pump->lock);
    return OK;
}

static RESULT give_out(struct pump *pump)
{
    struct slice rest = slice_from(buf_slice(&pump->pending), pump->pending_at);
    ssize_t put = write(pump->child.in_fd, rest.at, rest.len);
    if (put < 0 && (errno == EINTR || errno == EAGAIN)) return OK;
    if (put < 0 && errno == EPIPE) { /* it ended: its output says how */
        pump->pending_at = pump->pending.len;
        return OK;
    }
    if (put < 0) return FAIL(UNAVAILABLE, "dump: the child that reads it was lost: %s", strerror(errno));
    pump->pending_at += (size_t)put;
    return OK;
}

/*
 * So many bytes of the child, and meanwhile what it wants. Neither side ever waits for the other with its hands full: the
 * child for room to write, this thread likewise. `got` is less at the end of its output alone.
 */
static RESULT take_in(struct pump *pump, uint8_t *at, size_t len, size_t *got)
{
    *got = 0;
    while (*got < len) {
        bool gives = pump->pending_at < pump->pending.len;
        struct pollfd fds[2] = {{.fd = pump->child.out_fd, .events = POLLIN},
                                {.fd = gives ? pump->child.in_fd : -1, .events = POLLOUT}};
        if (poll(fds, COUNT_OF(fds), -1) < 0) {
            if (errno == EINTR) continue;
            return FAIL(UNAVAILABLE, "dump: cannot wait: %s", strerror(errno));
        }
        if (fds[1].revents) TRY(give_out(pump));
        if (!fds[0].revents) continue;
        ssize_t came = read(pump->child.out_fd, at + *got, len - *got);
        if (came < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (came < 0) return FAIL(UNAVAILABLE, "dump: the child that reads it was lost: %s", strerror(errno));
        if (came == 0) return OK;
        *got += (size_t)came;
    }
    return OK;
}

static RESULT frame_take_in(struct pump *pump, struct slot *slot, bool *more)
{
    uint8_t head[FRAME_HEAD_BYTES];
    size_t got = 0, len = 0;
    TRY(take_in(pump, head, sizeof head, &got));
    *more = got > 0;
    if (got == 0) return OK;
    if (got == sizeof head) {
        TRY(frame_head(head, &slot->type, &len));
        slot->body.len = 0; /* overwritten by what follows, wiped at the end */
        TRY(take_in(pump, buf_extend(&slot->body, len), len, &got));
        if (got == len) return OK;
    }
    return FAIL(CORRUPT, "dump: the child that reads it ended too early");
}

/* Behind the last frame that waits; NULL: nobody waits for more. */
static struct slot *room_wait(struct pump *pump)
{
    pthread_mutex_lock(&pump->lock);
    while (pump->filled == SLOTS && !pump->stop) pthread_cond_wait(&pump->went, &pump->lock);
    struct slot *slot = pump->stop ? NULL : &pump->slots[(pump->first + pump->filled) % SLOTS];
    pthread_mutex_unlock(&pump->lock);
    return slot;
}

static RESULT frames_take_in(struct pump *pump)
{
    for (struct slot *slot = room_wait(pump); slot; slot = room_wait(pump)) {
        bool more = false;
        TRY(frame_take_in(pump, slot, &more));
        if (!more) return OK;
        if (slot->type == FRAME_WANT) {
            TRY(part_give(pump, buf_slice(&slot->body)));
            continue;
        }
        pthread_mutex_lock(&pump->lock);
        pump->filled++;
        pthread_cond_signal(&pump->came);
        pthread_mutex_unlock(&pump->lock);
    }
    return OK;
}

static void *work(void *context)
{
    struct pump *pump = context;
    struct result done = frames_take_in(pump);
    pthread_mutex_lock(&pump->lock);
    pump->failed = done;
    if (done.code != CODE_OK) (void)snprintf(pump->text, sizeof pump->text, "%s", result_text());
    pump->ended = true;
    pthread_cond_signal(&pump->came);
    pthread_mutex_unlock(&pump->lock);
    return NULL;
}

/* Signals are for the thread that runs the loop. */
static RESULT thread_start(struct pump *pump)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&pump->thread, NULL, work, pump);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    pump->running = failed == 0;
    return failed ? FAIL(UNAVAILABLE, "dump: no thread: %s", strerror(failed)) : OK;
}

RESULT pump_start(const struct unpack_source *source, uint64_t skip, struct pump **out)
{
    SCOPED(pump_free) struct pump *pump = calloc(1, sizeof *pump);
    char size[24], passed[24];
    if (!pump) return FAIL(UNAVAILABLE, "dump: out of memory");
    pump->source = source;
    pthread_mutex_init(&pump->lock, NULL);
    pthread_cond_init(&pump->came, NULL);
    pthread_cond_init(&pump->went, NULL);
    (void)snprintf(size, sizeof size, "%" PRIu64, source->size);
    (void)snprintf(passed, sizeof passed, "%" PRIu64, skip);
    TRY(child_start(READER_WORD, (const char *const[]){size, passed, NULL}, -1, &pump->child));
    (void)fcntl(pump->child.out_fd, F_SETPIPE_SZ, PIPE_BYTES); /* a smaller one serves as well */
    (void)fcntl(pump->child.in_fd, F_SETPIPE_SZ, PIPE_BYTES);
    if (fcntl(pump->child.in_fd, F_SETFL, O_NONBLOCK) != 0)
        return FAIL(UNAVAILABLE, "dump: no line to the child that reads it");
    TRY(thread_start(pump));
    *out = TAKE(pump);
    return OK;
}

/* Its child's output has ended, or ends now. */
static void thread_end(struct pump *pump)
{
    if (!pump->running) return;
    pthread_mutex_lock(&pump->lock);
    pump->stop = true;
    pthread_cond_signal(&pump->went);
    pthread_mutex_unlock(&pump->lock);
    pthread_join(pump->thread, NULL);
    pump->running = false;
}

void pump_free(struct pump **pump)
{
    struct pump *at = *pump;
    if (!at) return;
    if (at->child.pid > 0) (void)kill(at->child.pid, SIGKILL); /* so its output ends, and the thread */
    thread_end(at);
    child_done(&at->child);
    for (size_t i = 0; i < SLOTS; i++) buf_done(&at->slots[i].body);
    buf_done(&at->pending);
    pthread_cond_destroy(&at->came);
    pthread_cond_destroy(&at->went);
    pthread_mutex_destroy(&at->lock);
    free(at);
    *pump = NULL;
}

/* The frame that the caller worked on makes room. */
static void slot_leave(struct pump *pump)
{
    if (!pump->taken) return;
    pump->taken = false;
    pump->first = (pump->first + 1) % SLOTS;
    pump->filled--;
    pthread_cond_signal(&pump->went);
}

RESULT pump_next(struct pump *pump, enum frame_type *type, struct slice *body, bool *more)
{
    struct result failed = OK;
    pthread_mutex_lock(&pump->lock);
    slot_leave(pump);
    while (pump->filled == 0 && !pump->wanted && !pump->ended) pthread_cond_wait(&pump->came, &pump->lock);
    const struct slot *slot = &pump->slots[pump->first];
    pump->taken = pump->filled > 0;
    pump->wanted = false;
    *more = pump->taken || !pump->ended;
    *type = pump->taken ? slot->type : FRAME_WANT;
    *body = pump->taken ? buf_slice(&slot->body) : (struct slice){0};
    if (!*more) failed = pump->failed;
    pthread_mutex_unlock(&pump->lock);
    return failed.code == CODE_OK ? OK : result_carry(failed.cause, pump->text, strlen(pump->text));
}

uint64_t pump_read(struct pump *pump)
{
    pthread_mutex_lock(&pump->lock);
    uint64_t read = pump->read;
    pthread_mutex_unlock(&pump->lock);
    return read;
}

RESULT pump_end(struct pump *pump)
{
    assert(pump->ended);
    thread_end(pump);
    return child_end(&pump->child);
}

#include "serve/link.h"

#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LENGTH_BYTES = 4, SLOT_BITS = 13, KEEP_BYTES = 4 * LINK_READ_BYTES };
_Static_assert(LINK_WAITING_MAX == 1 << SLOT_BITS, "an ask's id holds its slot");

struct slot {
    uint64_t id; /* 0: free */
    void *asker; /* NULL: forgotten */
    int64_t asked_at;
};

struct link {
    int fd;
    struct link_sink sink;
    struct buf out, in;
    size_t sent, burst, waiting, free_count;
    uint64_t serial;
    struct buf checkpoints[LINK_SHOPS_MAX];
    struct slot slots[LINK_WAITING_MAX];
    uint16_t free[LINK_WAITING_MAX];
};

void link_new(int fd, struct link_sink sink, struct link **out)
{
    struct link *link = calloc(1, sizeof *link);
    if (link == NULL) abort(); /* as all memory: see bytes.h */
    link->fd = fd;
    link->sink = sink;
    for (size_t i = 0; i < LINK_WAITING_MAX; i++) link->free[i] = (uint16_t)(LINK_WAITING_MAX - 1 - i);
    link->free_count = LINK_WAITING_MAX;
    *out = link;
}

void link_free(struct link **link)
{
    if (*link == NULL) return;
    (void)close((*link)->fd);
    buf_done(&(*link)->out);
    buf_done(&(*link)->in);
    for (size_t i = 0; i < LINK_SHOPS_MAX; i++) buf_done(&(*link)->checkpoints[i]);
    free(*link);
    *link = NULL;
}

size_t link_waiting(const struct link *link)
{
    return link->waiting;
}

bool link_unsent(const struct link *link)
{
    return link->out.len > 0;
}

RESULT link_flush(struct link *link)
{
    link->burst = 0;
    while (link->sent < link->out.len) {
        ssize_t len = send(link->fd, link->out.at + link->sent, link->out.len - link->sent, MSG_NOSIGNAL);
        if (len > 0)
            link->sent += (size_t)len;
        else if (errno == EAGAIN)
            return OK;
        else if (errno != EINTR)
            return FAIL(UNAVAILABLE, "keeper: it is gone");
    }
    link->sent = 0;
    if (link->out.cap > KEEP_BYTES)
        buf_done(&link->out);
    else
        buf_clear(&link->out);
    return OK;
}

RESULT link_ask(struct link *link, struct ask_head *head, const void *ask, void *asker)
{
    assert(asker);
    if (link->free_count == 0 || link->out.len - link->sent > LINK_OUT_BYTES_MAX) {
        return FAIL(TOO_BUSY, "service: too many requests wait already; try again in a moment");
    }
    uint16_t slot = link->free[link->free_count - 1];
    head->id = ++link->serial << SLOT_BITS | slot;
    TRY(ask_write(head, ask, &link->out));
    link->free_count--;
    link->waiting++;
    link->slots[slot] = (struct slot){head->id, asker, clock_monotonic_us()};
    if (++link->burst < LINK_BURST) return OK;
    struct result flushed = link_flush(link); /* a lost keeper is seen by the next read */
    (void)flushed;
    return OK;
}

void link_forget(struct link *link, const void *asker)
{
    for (size_t i = 0; i < LINK_WAITING_MAX && link->waiting > 0; i++) {
        if (link->slots[i].asker == asker) link->slots[i].asker = NULL;
    }
}

static void keep_checkpoint(struct link *link, uint32_t shop, struct slice note)
{
    if (shop >= LINK_SHOPS_MAX) return;
    buf_clear(&link->checkpoints[shop]);
    buf_slice_put(&link->checkpoints[shop], note);
}

static RESULT take_frame(struct link *link, struct slice frame)
{
    struct answer_head head = {0};
    struct slice body = {0};
    if (answer_read(frame, &head, &body).code != CODE_OK)
        return FAIL(CORRUPT, "keeper: an answer that is none");
    if (head.shape == ANSWER_CHECKPOINT) {
        keep_checkpoint(link, head.shop, body);
        return OK;
    }
    uint16_t at = (uint16_t)(head.id & (LINK_WAITING_MAX - 1));
    struct slot slot = link->slots[at];
    if (slot.id != head.id || head.id == 0)
        return FAIL(CORRUPT, "keeper: an answer to nothing that was asked");
    link->slots[at] = (struct slot){0};
    link->free[link->free_count++] = at;
    link->waiting--;
    bool known = head.shop < LINK_SHOPS_MAX;
    struct slice note = known ? buf_slice(&link->checkpoints[head.shop]) : (struct slice){0};
    if (slot.asker) link->sink.answer(link->sink.context, slot.asker, &head, body, note);
    return OK;
}

static RESULT take_frames(struct link *link)
{
    size_t done = 0;
    struct result result = OK;
    while (result.code == CODE_OK && link->in.len - done >= LENGTH_BYTES) {
        uint32_t len = be32_get(link->in.at + done);
        if (len > ANSWER_FRAME_BYTES_MAX) return FAIL(CORRUPT, "keeper: an answer above its bound");
        if (link->in.len - done - LENGTH_BYTES < len) break;
        result = take_frame(link, (struct slice){link->in.at + done + LENGTH_BYTES, len});
        done += LENGTH_BYTES + len;
    }
    size_t rest = link->in.len - done;
    if (done > 0 && rest > 0) memmove(link->in.at, link->in.at + done, rest);
    if (done > 0) explicit_bzero(link->in.at + rest, done);
    link->in.len = rest;
    if (rest == 0 && link->in.cap > KEEP_BYTES) buf_done(&link->in);
    return result;
}

RESULT link_read(struct link *link)
{
    for (;;) {
        buf_reserve(&link->in, LINK_READ_BYTES);
        ssize_t len = recv(link->fd, link->in.at + link->in.len, LINK_READ_BYTES, 0);
        if (len == 0) return FAIL(UNAVAILABLE, "keeper: it is gone"); /* before errno: it is stale */
        if (len < 0 && errno == EINTR) continue;
        if (len < 0 && errno == EAGAIN) return OK;
        if (len < 0) return FAIL(UNAVAILABLE, "keeper: it is gone");
        link->in.len += (size_t)len;
        TRY(take_frames(link));
        if (len < LINK_READ_BYTES) return OK;
    }
}

static void give_up(struct link *link, int64_t asked_before)
{
    for (size_t i = 0; i < LINK_WAITING_MAX && link->waiting > 0; i++) {
        struct slot *slot = &link->slots[i];
        if (slot->asker == NULL || slot->asked_at > asked_before) continue;
        void *asker = TAKE(slot->asker); /* the slot stays taken: an answer may yet come */
        link->sink.late(link->sink.context, asker);
    }
}

void link_sweep(struct link *link, int64_t now_us)
{
    give_up(link, now_us - LINK_PATIENCE_US);
}

void link_abandon(struct link *link)
{
    give_up(link, INT64_MAX);
}

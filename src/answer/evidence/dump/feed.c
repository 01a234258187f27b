#include "answer/evidence/dump/feed.h"

#include "answer/evidence/dump/reader.h"
#include "child/child.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIPE_BYTES = 1 << 20, READ_BYTES = 256 * 1024 };

struct feed {
    const struct unpack_source *source;
    const struct feed_sink *sink;
    struct child child;
    struct buf in;      /* of the child: what is not a whole frame yet */
    size_t in_at;       /* of it, what was taken */
    struct buf pending; /* for the child */
    size_t pending_at;
    struct frame_end end;
    bool ended;
    struct sheet_value *values; /* SHEET_VALUES_MAX of them */
};

static void feed_done(struct feed *feed)
{
    child_done(&feed->child);
    buf_done(&feed->in);
    buf_done(&feed->pending);
    free(feed->values);
}

static RESULT part_give(struct feed *feed, const struct frame_want *wanted)
{
    if (feed->pending_at < feed->pending.len || wanted->from > feed->source->size)
        return FAIL(CORRUPT, "dump: the child that reads it asks for what there is not");
    feed->pending.len = feed->pending_at = 0; /* overwritten, wiped at the end */
    buf_be32(&feed->pending, 0);
    TRY(feed->source->read(feed->source->context, wanted->from, wanted->len, &feed->pending));
    if (feed->pending.len > wanted->len + 4U) return FAIL(CORRUPT, "dump: more was read than was wanted");
    be32_put(feed->pending.at, (uint32_t)(feed->pending.len - 4));
    return feed->sink->idle ? feed->sink->idle(feed->sink->context, wanted->from) : OK;
}

static RESULT rows_take(struct feed *feed, const struct frame *frame)
{
    struct cursor rows = {frame->rows.at, false};
    uint64_t line = 0;
    size_t count = 0;
    while (rows_next(&rows, &line, feed->values, &count))
        TRY(feed->sink->row(feed->sink->context, line, feed->values, count));
    if (feed->sink->flush) TRY(feed->sink->flush(feed->sink->context, frame->rows.unreadable));
    return rows.bad ? FAIL(CORRUPT, "dump: the child that reads it wrote rows that are none") : OK;
}

static RESULT frame_take(struct feed *feed, enum frame_type type, struct slice body)
{
    struct frame frame = {0};
    if (feed->ended) return FAIL(CORRUPT, "dump: the child that reads it wrote behind its end");
    TRY(frame_read(type, body, &frame));
    switch (type) {
    case FRAME_WANT:
        return part_give(feed, &frame.want);
    case FRAME_COLUMNS:
        return feed->sink->columns(feed->sink->context, &frame.columns);
    case FRAME_ROWS:
        return rows_take(feed, &frame);
    case FRAME_END:
        feed->end = frame.end;
        feed->ended = true;
        return OK;
    }
    return OK;
}

/* Whole frames of what came. */
static RESULT frames_take(struct feed *feed)
{
    for (;;) {
        struct slice rest = slice_from(buf_slice(&feed->in), feed->in_at);
        enum frame_type type = FRAME_END;
        size_t len = 0;
        if (rest.len < FRAME_HEAD_BYTES) break;
        TRY(frame_head(rest.at, &type, &len));
        if (rest.len < FRAME_HEAD_BYTES + len) break;
        TRY(frame_take(feed, type, slice_part(rest, FRAME_HEAD_BYTES, len)));
        feed->in_at += FRAME_HEAD_BYTES + len;
    }
    memmove(feed->in.at, feed->in.at + feed->in_at, feed->in.len - feed->in_at);
    feed->in.len -= feed->in_at;
    feed->in_at = 0;
    return OK;
}

static RESULT take_in(struct feed *feed, bool *more)
{
    uint8_t *at = buf_extend(&feed->in, READ_BYTES);
    ssize_t got = read(feed->child.out_fd, at, READ_BYTES);
    feed->in.len -= READ_BYTES - (got > 0 ? (size_t)got : 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return OK;
    if (got < 0) return FAIL(UNAVAILABLE, "dump: the child that reads it was lost: %s", strerror(errno));
    *more = got > 0;
    return frames_take(feed);
}

static RESULT give_out(struct feed *feed)
{
    struct slice rest = slice_from(buf_slice(&feed->pending), feed->pending_at);
    ssize_t put = write(feed->child.in_fd, rest.at, rest.len);
    if (put < 0 && (errno == EINTR || errno == EAGAIN)) return OK;
    if (put < 0 && errno == EPIPE) { /* it ended: its output says how */
        feed->pending_at = feed->pending.len;
        return OK;
    }
    if (put < 0) return FAIL(UNAVAILABLE, "dump: the child that reads it was lost: %s", strerror(errno));
    feed->pending_at += (size_t)put;
    return OK;
}

/* Neither side ever waits for the other with its hands full: the child for room to write, the parent likewise. */
static RESULT turn(struct feed *feed, bool *more)
{
    bool gives = feed->pending_at < feed->pending.len;
    struct pollfd fds[2] = {{.fd = feed->child.out_fd, .events = POLLIN},
                            {.fd = gives ? feed->child.in_fd : -1, .events = POLLOUT}};
    if (poll(fds, COUNT_OF(fds), -1) < 0)
        return errno == EINTR ? OK : FAIL(UNAVAILABLE, "dump: cannot wait: %s", strerror(errno));
    if (fds[1].revents) TRY(give_out(feed));
    return fds[0].revents ? take_in(feed, more) : OK;
}

RESULT feed_run(const struct unpack_source *source, uint64_t skip, const struct feed_sink *sink,
                struct frame_end *out)
{
    SCOPED(feed_done) struct feed feed = {.source = source, .sink = sink};
    char size[24], passed[24];
    (void)snprintf(size, sizeof size, "%" PRIu64, source->size);
    (void)snprintf(passed, sizeof passed, "%" PRIu64, skip);
    feed.values = calloc(SHEET_VALUES_MAX, sizeof *feed.values);
    if (!feed.values) return FAIL(UNAVAILABLE, "dump: out of memory");
    TRY(child_start(READER_WORD, (const char *const[]){size, passed, NULL}, -1, &feed.child));
    (void)fcntl(feed.child.out_fd, F_SETPIPE_SZ, PIPE_BYTES); /* a smaller one serves as well */
    (void)fcntl(feed.child.in_fd, F_SETPIPE_SZ, PIPE_BYTES);
    if (fcntl(feed.child.in_fd, F_SETFL, O_NONBLOCK) != 0)
        return FAIL(UNAVAILABLE, "dump: no line to the child that reads it");
    bool more = true;
    while (more) TRY(turn(&feed, &more));
    TRY(child_end(&feed.child));
    if (!feed.ended || feed.in.len > 0) return FAIL(CORRUPT, "dump: the child that reads it ended too early");
    *out = feed.end;
    return OK;
}

static RESULT here_take(void *context, struct slice bytes)
{
    struct feed *feed = context;
    buf_slice_put(&feed->in, bytes);
    return frames_take(feed);
}

RESULT feed_here(const struct unpack_source *source, uint64_t skip, const struct feed_sink *sink,
                 struct frame_end *out)
{
    SCOPED(feed_done) struct feed feed = {.source = source, .sink = sink};
    feed.values = calloc(SHEET_VALUES_MAX, sizeof *feed.values);
    if (!feed.values) return FAIL(UNAVAILABLE, "dump: out of memory");
    TRY(reader_run(source, skip, here_take, &feed));
    *out = feed.end;
    return OK;
}

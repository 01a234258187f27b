#include "serve/events.h"

#include "serve/serve_priv.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 4096, RETRY_MS = 2000, NUMBER_DIGITS_MAX = 18 };

struct stream {
    struct buf bearer; /* the credential it came by */
    struct buf whose;  /* who is behind it, as the keeper says */
    struct buf out;    /* what waits to be taken */
    size_t sent;
    uint64_t next;    /* the first alert it does not have */
    uint64_t since;   /* of news: the number that the keeper gave last */
    int64_t said_us;  /* something was put into `out` last */
    int64_t waits_us; /* `out` has not been empty since; 0: it is */
    bool over;
};

uint64_t events_next(const char *last_event_id)
{
    uint64_t number = 0;
    size_t len = last_event_id ? strlen(last_event_id) : 0;
    if (len == 0 || len > NUMBER_DIGITS_MAX) return 0;
    for (size_t i = 0; i < len; i++) {
        if (last_event_id[i] < '0' || last_event_id[i] > '9') return 0;
        number = number * 10 + (uint64_t)(last_event_id[i] - '0');
    }
    return number + 1;
}

static void rest(struct request *request)
{
    assert(!request->suspended);
    request->suspended = true;
    MHD_suspend_connection(request->mhd);
}

static void wake(struct request *request)
{
    struct stream *stream = request->stream;
    bool more = stream->sent < stream->out.len;
    if (more && stream->waits_us == 0) stream->waits_us = request->front->now_us;
    if (!request->suspended || (!more && !stream->over)) return;
    request->suspended = false;
    MHD_resume_connection(request->mhd);
}

/* libmicrohttpd wants bytes: what waits, the end, or none until somebody wakes it. */
static ssize_t stream_read(void *context, uint64_t at, char *out, size_t room)
{
    (void)at;
    struct request *request = context;
    struct stream *stream = request->stream;
    size_t len = stream->out.len - stream->sent;
    if (len > room) len = room;
    if (len > 0) {
        memcpy(out, stream->out.at + stream->sent, len);
        stream->sent += len;
        if (stream->sent < stream->out.len) return (ssize_t)len;
        stream->sent = 0;
        stream->waits_us = 0;
        buf_clear(&stream->out);
        return (ssize_t)len;
    }
    if (stream->over) return MHD_CONTENT_READER_END_OF_STREAM;
    rest(request);
    return 0;
}

static RESULT event_put(struct cbor *items, struct buf *out)
{
    size_t pairs = 0;
    uint64_t id = 0;
    struct slice event = {0}, data = {0}, name = {0};
    TRY(cbor_read_map(items, &pairs));
    for (; pairs > 0; pairs--) {
        TRY(cbor_read_text(items, &name));
        if (slice_is(name, "id"))
            TRY(cbor_read_uint(items, &id));
        else if (slice_is(name, "event"))
            TRY(cbor_read_text(items, &event));
        else
            TRY(cbor_read_text(items, &data));
    }
    if (id > 0) buf_print(out, "id: %llu\n", (unsigned long long)id);
    buf_text(out, "event: ");
    buf_slice_put(out, event);
    buf_text(out, "\ndata: ");
    buf_slice_put(out, data);
    buf_text(out, "\n\n");
    return OK;
}

static RESULT events_put(struct stream *stream, struct slice body)
{
    struct cbor next = {0}, since = {0}, items = {0};
    size_t count = 0;
    bool whole = reply_member(body, "next", &next) && reply_member(body, "since", &since) &&
                 reply_member(body, "items", &items);
    if (!whole) return FAIL(CORRUPT, "keeper: an answer without events");
    TRY(cbor_read_uint(&next, &stream->next));
    TRY(cbor_read_uint(&since, &stream->since));
    TRY(cbor_read_array(&items, &count));
    for (; count > 0; count--) TRY(event_put(&items, &stream->out));
    return OK;
}

static void stream_take(struct request *request, struct slice body)
{
    struct stream *stream = request->stream;
    size_t before = stream->out.len;
    if (events_put(stream, body).code != CODE_OK) stream->over = true;
    if (stream->out.len > before) stream->said_us = request->front->now_us;
    wake(request);
}

static void answer_problem(struct request *request, struct result why)
{
    struct reply reply = {0};
    reply_problem(why, NULL, request->id, &reply);
    (void)respond(request, &reply); /* a connection that cannot be answered ends */
    reply_done(&reply);
}

/* One person alone cannot take all the room there is, by as many credentials as they may have. */
static size_t streams_of(const struct front *front, struct slice whose)
{
    size_t count = 0;
    for (const struct connection *at = front->connections; at; at = at->after) {
        const struct stream *stream = at->request ? at->request->stream : NULL;
        count += stream && slice_equal(buf_slice(&stream->whose), whose);
    }
    return count;
}

static RESULT stream_open(struct request *request, struct slice body)
{
    struct ask_head head = {0};
    struct cbor member = {0};
    struct slice whose = {0};
    if (!reply_member(body, "whose", &member)) return FAIL(CORRUPT, "keeper: events of nobody");
    TRY(cbor_read_text(&member, &whose));
    if (request->front->stream_count >= EVENTS_STREAMS_MAX)
        return FAIL(TOO_BUSY, "events: %d streams are open already; close one", EVENTS_STREAMS_MAX);
    TRY(request_head(request, &head));
    if (streams_of(request->front, whose) >= EVENTS_STREAMS_EACH)
        return FAIL(TOO_BUSY, "events: %d streams of this person or key are open already; close one",
                    EVENTS_STREAMS_EACH);
    request->stream = calloc(1, sizeof *request->stream);
    if (!request->stream) abort(); /* as all memory: see bytes.h */
    request->front->stream_count++;
    buf_slice_put(&request->stream->bearer, head.bearer);
    buf_slice_put(&request->stream->whose, whose);
    buf_print(&request->stream->out, "retry: %d\n\n", RETRY_MS);
    request->stream->said_us = request->front->now_us;
    return respond_stream(request, BLOCK_BYTES, stream_read) ? OK
                                                             : FAIL(UNAVAILABLE, "service: out of memory");
}

void events_answer(struct request *request, const struct answer_head *head, struct slice body)
{
    if (request->stream) {
        if (head->cause == CAUSE_OK) {
            stream_take(request, body);
            return;
        }
        request->stream->over = true;
        wake(request);
        return;
    }
    struct result opened = stream_open(request, body);
    if (opened.code != CODE_OK) answer_problem(request, opened);
    if (opened.code == CODE_OK) stream_take(request, body);
    if (!request->suspended) return;
    request->suspended = false;
    MHD_resume_connection(request->mhd);
}

void events_late(struct request *request)
{
    request->stream->over = true;
    wake(request);
}

static void events_ask(struct request *request)
{
    struct stream *stream = request->stream;
    struct ask_head head = {.verb = VERB_EVENTS, .bearer = buf_slice(&stream->bearer)};
    struct events_ask ask = {.next = stream->next, .since = stream->since};
    memcpy(head.network, request->network, sizeof head.network);
    if (link_ask(request->front->link, &head, &ask, request).code == CODE_OK)
        request->asks_open++; /* else in a second */
}

/* A page that was closed: libmicrohttpd does not look at a connection that waits, so its room would be taken until the next event. */
static bool client_gone(struct request *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct pollfd at = {.fd = info ? info->connect_fd : -1, .events = POLLRDHUP};
    return poll(&at, 1, 0) > 0 && (at.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

bool events_turn(struct request *request)
{
    struct stream *stream = request->stream;
    int64_t now = request->front->now_us;
    if (!stream->over && client_gone(request)) {
        stream->over = true;
        wake(request);
        return true;
    }
    if (stream->waits_us > 0 && now - stream->waits_us > EVENTS_STUCK_US) return true;
    if (request->front->ending || request->front->keeper_gone) {
        stream->over = true;
        wake(request);
        return false;
    }
    if (stream->over || stream->out.len > 0) return false;
    if (now - stream->said_us > EVENTS_BEAT_US) {
        buf_text(&stream->out, ": still here\n\n");
        stream->said_us = now;
        wake(request);
    }
    if (request->asks_open == 0) events_ask(request);
    return false;
}

void events_done(struct request *request)
{
    if (!request->stream) return;
    buf_done(&request->stream->bearer);
    buf_done(&request->stream->whose);
    buf_done(&request->stream->out);
    free(TAKE(request->stream));
    request->front->stream_count--;
}

/*
 * Server-sent events: alerts as they come to whoever may watch, and what changed to whoever may see it. A stream is a request whose answer does not end: the
 * front asks the keeper once a second for what is new, with the stream's own credential, so a stream ends with the
 * credential it came by. What is not taken is not asked for anew: a slow reader costs one page of memory, then its place.
 * Source: WHATWG HTML, "Server-sent events". Main calls: events_answer(), events_turn().
 */
#ifndef AMN_SERVE_EVENTS_H
#define AMN_SERVE_EVENTS_H

#include "base/asks.h"

enum {
    EVENTS_STREAMS_MAX = 128,          /* open at once */
    EVENTS_STREAMS_EACH = 16,          /* of one person, or of one key that several hold */
    EVENTS_BEAT_US = 15 * 1000 * 1000, /* without an event, then a comment is sent */
    EVENTS_STUCK_US = 30 * 1000 * 1000 /* a reader that has not taken what it was sent is dropped */
};

struct request;
struct stream;

/* An answer of the keeper to a request for events: opens the stream, goes on with it, or ends it. */
void events_answer(struct request *request, const struct answer_head *head, struct slice body);
/* No answer came. */
void events_late(struct request *request);

/* About once a second. True when its connection is to be dropped. */
bool events_turn(struct request *request);

void events_done(struct request *request);

/* The number behind Last-Event-ID; 0: there is none, or it is no number. */
uint64_t events_next(const char *last_event_id);

#endif

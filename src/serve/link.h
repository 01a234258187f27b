/*
 * The front's line to the keeper: asks gather and leave together, answers find who asked.
 *
 * Asks leave once LINK_BURST of them wait or the loop turns (measured: 1.1 to 1.4 times faster than at each turn only).
 * Must never block. Main calls: link_ask(), link_flush(), link_read().
 */
#ifndef AMN_SERVE_LINK_H
#define AMN_SERVE_LINK_H

#include "base/asks.h"

enum {
    LINK_BURST = 32,
    LINK_WAITING_MAX = 8192,               /* asks without an answer yet */
    LINK_OUT_BYTES_MAX = 64 * 1024 * 1024, /* unsent asks */
    LINK_READ_BYTES = 256 * 1024,
    LINK_SHOPS_MAX = 1024,
    LINK_PATIENCE_US = 30 * 1000 * 1000 /* then the asker is told that it is unknown whether it was done */
};

struct link;

struct link_sink {
    void *context;
    /* An answer; `checkpoint` is the shop's latest signed note, empty if none came. All borrowed for the call. */
    void (*answer)(void *context, void *asker, const struct answer_head *head, struct slice body,
                   struct slice checkpoint);
    void (*late)(void *context, void *asker); /* none came in time; the asker is forgotten */
};

/* @param fd  non-blocking; closed by link_free() */
void link_new(int fd, struct link_sink sink, struct link **out);
void link_free(struct link **link);

/*
 * Send an ask; head->id is chosen here. TOO_BUSY when too many wait; INVALID, CREDENTIAL_UNKNOWN, TOO_MANY,
 * BODY_TOO_LARGE, FIELD_UNKNOWN, FIELD_TOO_LONG as ask_write(). `asker` gets exactly one call of the sink, unless forgotten.
 */
RESULT link_ask(struct link *link, struct ask_head *head, const void *ask, void *asker);
void link_forget(struct link *link, const void *asker); /* drop what comes for it */

/* Send what waits. UNAVAILABLE when the keeper is gone. */
RESULT link_flush(struct link *link);
bool link_unsent(const struct link *link); /* wait for the descriptor to take more */

/* Read what there is and hand it out. UNAVAILABLE when the keeper is gone, CORRUPT when it talks nonsense. */
RESULT link_read(struct link *link);

void link_sweep(struct link *link,
                int64_t now_us);      /* tell who waited LINK_PATIENCE_US; about once a second */
void link_abandon(struct link *link); /* tell everyone who waits: the keeper is gone */
size_t link_waiting(const struct link *link);

#endif

/*
 * Replies: what an HTTP answer says, made from the keeper's answer or from a failure. Knows nothing of sockets.
 *
 * Refusals are problem documents (RFC 9457) of media type application/problem+json. Must never hold what a person gave:
 * details come from failures, and the keeper's bodies. Main calls: reply_answer(), reply_problem().
 */
#ifndef AMN_SERVE_REPLY_H
#define AMN_SERVE_REPLY_H

#include "base/json.h"
#include "serve/route.h"

enum { WINDOW_BYTES = 24 };

struct reply {
    int status;
    const char *type;  /* media type; lives for ever */
    const char *cache; /* Cache-Control */
    struct buf body;
    bool receipt, replayed, budget;
    uint64_t receipt_index, version; /* version 0: no ETag */
    uint32_t retry_after_s;
    uint64_t budget_limit, budget_left;
    char budget_window[WINDOW_BYTES];
    bool session_ended; /* so its cookie goes too */
    struct buf token;   /* that goes into a cookie; wiped */
};

void reply_done(struct reply *reply); /* wipes the body */

/* The keeper's answer to a route's verb. `id` is the request's, for a problem's `instance`. */
void reply_answer(const struct route *route, const struct answer_head *head, struct slice body,
                  struct slice checkpoint, const char *id, struct reply *out);

/* A failure of this thread (its text is the detail). `errors` may be NULL. */
void reply_problem(struct result failure, const struct json_errors *errors, const char *id,
                   struct reply *out);

/* Append `"receipt":{…}`. */
void reply_receipt(const struct answer_head *head, struct slice checkpoint, struct buf *out);

/* Pass over one item. Answers need not be deterministic, so that cbor_skip() would refuse some. */
RESULT reply_skip(struct cbor *reader);

/* The place of a member in a CBOR map; false if it is not there. */
bool reply_member(struct slice map, const char *name, struct cbor *out);

#endif

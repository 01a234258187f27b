/* Inside send only: one thing under way, and the three ways it goes. */
#ifndef AMN_SEND_PRIV_H
#define AMN_SEND_PRIV_H

#include "base/clock.h"
#include "send/carrier.h"

#include <curl/curl.h>

enum { SEND_ANSWER_BYTES_MAX = 1024 };

enum slot_state {
    SLOT_FREE,
    SLOT_WEB,     /* libcurl posts it */
    SLOT_CONNECT, /* libcurl connects a line */
    SLOT_WRITE,   /* the line's messages are being written */
    SLOT_SETTLE,  /* written, but not yet acknowledged by the other machine */
    SLOT_KEPT     /* no job: the line is kept for the next one */
};

struct slot {
    enum slot_state state;
    CURL *easy;                         /* NULL while free */
    struct curl_slist *headers;         /* of WEB */
    struct send_job job;                /* of KEPT: target and ca alone, by which it is found again */
    size_t sent;                        /* of job.bytes */
    char answer[SEND_ANSWER_BYTES_MAX]; /* of WEB: how its answer begins */
    size_t answered;
    int64_t until_us; /* by the steady clock: when it is given up, or when a kept line is closed */
};

/* Word of a job. */
struct send_done send_word(const struct send_job *job, enum send_end end, const char *problem);

/* In words, why libcurl could not. */
const char *send_problem(CURLcode code);

/* web.c: set the slot up for libcurl; what became of it. False without memory. */
bool web_begin(struct slot *slot);
struct send_done web_end(struct slot *slot, CURLcode code);

/* line.c. False without memory. */
bool line_begin(struct slot *slot); /* a new connection */
/* Go on with WRITE and SETTLE. True when there is word. */
bool line_go_on(struct slot *slot, struct send_done *out);
/* Did the other side close a kept line? */
bool line_ended(const struct slot *slot);
int line_socket(const struct slot *slot); /* -1: none */

/* file.c: append, at once. */
struct send_done file_append(const struct send_job *job);

/* Options that both kinds of transfer share. */
bool easy_common(CURL *easy, const struct send_job *job);

#endif

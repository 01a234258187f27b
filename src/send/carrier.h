/*
 * What carries alerts out, seen from the keeper: it is given jobs while it has room, works on them by itself, and gives
 * word of each back. It knows neither shop nor store nor secret, and never keeps its caller waiting. The program's own
 * carrier is a thread (send/worker.h); tests bring others. Example:
 *     if (carrier->room(carrier) > 0) carrier->give(carrier, &job);
 *     while (carrier->take(carrier, &done)) { ... }
 */
#ifndef AMN_SEND_CARRIER_H
#define AMN_SEND_CARRIER_H

#include "base/bytes.h"

enum sink_kind {
#define SINK_KIND(NAME, number, name, target, about) SINK_##NAME = (number),
#include "send/kinds.def"
#undef SINK_KIND
};

/* Something to bring to one sink. Bufs are owned. MAIL is none of these: mails have a queue of their own. */
struct send_job {
    uint64_t shop; /* the keeper's, given back */
    uint32_t sink; /* the shop's, given back */
    uint64_t upto; /* the same: what follows is not in it yet */
    uint64_t more; /* the same: how many alerts it tells of in one */
    enum sink_kind kind;
    struct buf target;  /* target_web(), target_line(), or the path of a file */
    struct buf ca;      /* certificates to trust, PEM; empty: those of the machine */
    struct buf headers; /* of WEBHOOK: whole lines, each ended by \n */
    struct buf bytes;   /* a body, syslog messages, or lines */
    bool wants_code;    /* of WEBHOOK: look for the error's number in a JSON answer */
};
void send_job_done(struct send_job *job);

enum send_end {
    SEND_ARRIVED,
    SEND_LATER,    /* it did not, or nobody knows: to be tried again */
    SEND_GONE,     /* the receiver wants no more (410) */
    SEND_UNTOUCHED /* it was not begun, as the carrier ends */
};

struct send_done {
    uint64_t shop;
    uint32_t sink;
    uint64_t upto, more;
    enum send_end end;
    uint16_t status;     /* of HTTP; 0: none */
    uint32_t code;       /* the first "code": N of its answer; 0: none, or not asked for */
    bool maybe;          /* of LATER without a status: it may have arrived all the same */
    const char *problem; /* of LATER and GONE, in words; static */
};

/* The number behind the first "code": of a JSON text; 0: there is none. Any bytes are fine. */
uint32_t answer_code(struct slice text);

struct carrier {
    size_t (*room)(struct carrier *carrier);                     /* jobs it takes now */
    void (*give)(struct carrier *carrier, struct send_job *job); /* takes it over; only while there is room */
    bool (*take)(struct carrier *carrier, struct send_done *out); /* word of one; false: there is none now */
    int (*fd)(struct carrier *carrier);                           /* readable when there is word; -1: ask */
    void (*stop)(struct carrier *carrier); /* within seconds there is word of every job; no more are taken */
    void (*free)(struct carrier **carrier);
};

#endif

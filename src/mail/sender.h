/*
 * What sends mails, seen from the keeper: it is given jobs while it has room, works on them by itself, and gives word of
 * each back. It knows neither shop nor store, and never keeps its caller waiting. The program's own sender is a thread
 * with libcurl (mail/worker.h); tests bring others. Example:
 *     if (sender->room(sender) > 0) sender->give(sender, &job);
 *     while (sender->take(sender, &done)) { ... }
 */
#ifndef AMN_MAIL_SENDER_H
#define AMN_MAIL_SENDER_H

#include "base/bytes.h"

/* Where the mails of a shop go, and how it signs in there. Never changed once made; shared by jobs and counted. */
struct mail_route;

struct mail_route_parts {
    struct slice url;            /* mail_url_good() */
    struct slice hello;          /* what it calls itself in EHLO: the domain of the sender's address */
    struct slice user, password; /* empty: it does not sign in */
    struct slice ca;             /* certificates to trust, PEM; empty: those of the machine */
    bool clear;                  /* without TLS: to this machine alone */
};

RESULT mail_route_new(const struct mail_route_parts *parts, struct mail_route **out);
struct mail_route *mail_route_keep(struct mail_route *route); /* one more owner */
void mail_route_free(struct mail_route **route); /* one fewer; the last one wipes it. NULL is fine */

/* Is it smtp://host, smtp://host:port or smtps://…, and nothing more? `loopback`: the host is this machine. */
bool mail_url_good(struct slice url, bool *loopback);

/* One mail to send. Bufs and route are owned. */
struct mail_job {
    uint64_t shop, id; /* the keeper's, given back */
    int64_t made_us;
    uint32_t attempts; /* with this one */
    struct mail_route *route;
    struct buf from, to, message; /* addresses, and what mail_mime_write() made */
};
void mail_job_done(struct mail_job *job);

enum mail_end {
    MAIL_ARRIVED,  /* the host took it over */
    MAIL_REFUSED,  /* the host will never take this mail */
    MAIL_LATER,    /* the host does not take this mail now */
    MAIL_DOWN,     /* the host takes no mail at all now, or not from us */
    MAIL_LOST,     /* the mail was handed over, but no word came back */
    MAIL_UNTOUCHED /* it was not begun, as the sender ends */
};

struct mail_done {
    uint64_t shop, id;
    int64_t made_us;
    uint32_t attempts;
    enum mail_end end;
    uint16_t reply;      /* the host's answer that decided, 550; 0: none */
    const char *problem; /* of DOWN, in words; static */
};

struct mail_sender {
    size_t (*room)(struct mail_sender *sender); /* jobs it takes now */
    void (*give)(struct mail_sender *sender,
                 struct mail_job *job); /* takes it over; only while there is room */
    bool (*take)(struct mail_sender *sender,
                 struct mail_done *out);   /* word of one; false: there is none now */
    int (*fd)(struct mail_sender *sender); /* readable when there is word; -1: ask */
    void (*stop)(
        struct mail_sender *sender); /* within seconds there is word of every job; no more are taken */
    void (*free)(struct mail_sender **sender);
};

#endif

/*
 * The sender for many mails: one thread that talks SMTP by itself over several connections to the shop's mail host, many
 * mails a connection, pipelined (mail/bulk/talk.h). It is given jobs while it has room and gives word of each, with the
 * host's own words; the order of words is not that of jobs.
 *
 * How many connections: one at first, one more each time the host let one in while mails wait, BULK_CONNECTIONS at most;
 * fewer, for BULK_HOLD_US, when it turns one away. A host that takes so many mails a connection and no more is heard: the
 * next connections end before that.
 *
 * Must never touch a shop or a store, as mail/sender.h says of all. Main call: bulk_new(). Example:
 *     TRY(bulk_new(NULL, &bulk));  if (bulk_room(bulk) > 0) bulk_give(bulk, &job);  while (bulk_take(bulk, &word)) …
 */
#ifndef AMN_MAIL_BULK_BULK_H
#define AMN_MAIL_BULK_BULK_H

#include "mail/bulk/talk.h"

enum {
    BULK_IN_HAND_MAX = 1024,
    BULK_CONNECTIONS = 8,
    BULK_HOSTS_MAX = 16, /* of as many shops at a time */
    BULK_TRIES_MAX = 3   /* connections that may end under a mail before it is told as LATER */
};

/* How long to wait, in microseconds; 0: what RFC 5321 section 4.5.3.2 asks for. */
struct bulk_options {
    int64_t connect_us, answer_us, dot_us;
    unsigned connections; /* at once and host; 0: BULK_CONNECTIONS */
};

struct bulk;

/* Set it up; the thread starts with the first mail. UNAVAILABLE without memory or descriptor. */
RESULT bulk_new(const struct bulk_options *options, struct bulk **out);
void bulk_free(struct bulk **bulk); /* bulk_stop(), then gone */

size_t bulk_room(struct bulk *bulk);
void bulk_give(struct bulk *bulk, struct mail_job *job); /* takes it over; only while there is room */
bool bulk_take(struct bulk *bulk, struct bulk_word *out);
int bulk_fd(const struct bulk *bulk); /* readable when there is word */
void bulk_stop(struct bulk *bulk);    /* within seconds there is word of every job; no more are taken */

#endif

/*
 * The carrier of the program: one thread that posts webhooks, writes syslog lines and appends to files. Sinks do not
 * wait for each other: what goes over a network goes through libcurl without blocking, each to its own time limit.
 * Main call: send_worker_new(). Example: `TRY(send_worker_new(&carrier));  ...  carrier->free(&carrier);`
 */
#ifndef AMN_SEND_WORKER_H
#define AMN_SEND_WORKER_H

#include "send/carrier.h"

enum {
    SEND_IN_HAND_MAX = 256, /* jobs given and not yet told of */
    SEND_SLOTS = 64,        /* jobs under way at once, and connections that are kept, of all shops */
    SEND_STOP_MS = 2000,    /* what is under way has so long to finish */
    SEND_CONNECT_MS = 10000,
    SEND_ANSWER_MS = 30000 /* of one delivery, all in all */
};

/* Start it. UNAVAILABLE without memory, thread or descriptor. */
RESULT send_worker_new(struct carrier **out);

#endif

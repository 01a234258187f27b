/*
 * A small HTTP server for tests: one thread, one connection at a time, on a free port of 127.0.0.1. It answers POST by
 * a callback, or misbehaves on purpose.
 */
#ifndef AMN_TESTS_PROVE_LOOPBACK_H
#define AMN_TESTS_PROVE_LOOPBACK_H

#include "base/bytes.h"

#include <pthread.h>
#include <stdatomic.h>

enum loopback_fault { LOOPBACK_NONE, LOOPBACK_HANG, LOOPBACK_CLOSE, LOOPBACK_FLOOD };

struct loopback {
    int (*answer)(void *context, struct slice body,
                  struct buf *out); /* gives the status; runs in the server's thread */
    void *context;
    enum loopback_fault fault;
    int port, listener;
    atomic_bool stop;
    pthread_t thread;
};

void loopback_start(struct loopback *server); /* aborts if it cannot */
void loopback_done(struct loopback *server);  /* waits for the thread */

#endif

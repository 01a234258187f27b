/*
 * The keeper's sockets: ask frames come in from the front and from the home's Unix socket, go to keeper_run() in
 * batches, and the answers go back. One thread, one epoll.
 *
 * A batch is what was there when the loop looked: while one is committed, the next gathers. Must never look into a
 * frame, and never wait for a peer that does not read. Main call: keeper_loop(). Example:
 *     TRY(keeper_listen(home, &listen_fd));
 *     TRY(keeper_loop(keeper, &(struct loop_doors){listen_fd, front_fd, signal_fd}, &hooks));
 */
#ifndef AMN_KEEPER_LOOP_H
#define AMN_KEEPER_LOOP_H

#include "keeper/keeper.h"

enum {
    LOOP_PEERS_MAX = 64,              /* at the Unix socket; one more is turned away */
    LOOP_READ_BYTES = 256 * 1024,     /* of one peer in one turn */
    LOOP_LONG_BYTES = 32 * 1024,      /* a frame above is a chunk of an import, or other heavy work */
    LOOP_LONGS = 1,                   /* so many of those of one peer in one turn */
    LOOP_OUT_BYTES = 4 * 1024 * 1024, /* with so much unsent, a peer's asks wait */
    LOOP_STUCK_US = 10 * 1000 * 1000, /* a local peer that takes nothing for so long is dropped */
    LOOP_STOP_US = 15 * 1000 * 1000   /* what runs at the end has so long to finish */
};

/* Descriptors, all non-blocking; -1: none. The loop closes peers and the front's, not the other two. */
struct loop_doors {
    int listen_fd; /* keeper_listen() */
    int front_fd;  /* a socket pair's end */
    int signal_fd; /* signalfd of SIGTERM, SIGINT, SIGHUP */
};

struct loop_hooks {
    void *context;
    /* The front's connection ended while nobody asked for that. Its successor's descriptor; -1: ask again in
     * *out_wait_ms, or end the loop with UNAVAILABLE when that is negative. */
    int (*front_lost)(void *context, int *out_wait_ms);
    void (*reload)(void *context); /* SIGHUP */
    void (*stop)(
        void *context); /* SIGTERM, SIGINT: tell the front to finish; its connection's end ends the loop */
};

/*
 * Make the home's Unix socket HOME/socket: mode 0600. A file of that name is replaced, for the caller holds the home's
 * lock. UNAVAILABLE when it cannot be.
 */
RESULT keeper_listen(const char *home, int *out_fd);

/* Serve until SIGTERM or SIGINT. UNAVAILABLE when the front could not be had again, or epoll failed. */
RESULT keeper_loop(struct keeper *keeper, const struct loop_doors *doors, const struct loop_hooks *hooks);

#endif

/*
 * Starting the front: a process of its own, from a clean image of this program, that inherits three descriptors and
 * nothing else: its line to the keeper, a control channel, the bound listeners. So no key was ever in its memory.
 *
 * The control channel (one datagram a message): to the front `C` with the certificate's and key's descriptors, `Q` to
 * finish and end; from it `R` once it serves. Main calls: front_start(), front_reload(), front_quit().
 */
#ifndef AMN_SERVE_LAUNCH_H
#define AMN_SERVE_LAUNCH_H

#include "base/result.h"

#include <stdbool.h>
#include <sys/types.h>

enum {
    FRONT_FD_KEEPER = 3,
    FRONT_FD_CONTROL = 4,
    FRONT_FD_LISTEN = 5, /* then the console's and the portal's, as far as there are */
    FRONT_PROXIES_MAX = 16,
    FRONT_START_MS = 15000, /* it serves by then, or has failed */
    FRONT_END_MS = 2000     /* it is gone so long after its connection ended, or is killed */
};

#define FRONT_WORD "front" /* argv[1] of the front's process */

struct front_options {
    int listen_fd;                           /* bound and listening */
    int console_fd, portal_fd;               /* the same for pages of staff, of customers; -1: none */
    const char *certificate_path, *key_path; /* both or none */
    size_t proxy_count;
    const char *proxies[FRONT_PROXIES_MAX]; /* addresses whose X-Forwarded-For is believed */
    bool log_requests;
    bool secure; /* browsers reach it over TLS at a proxy in front, so that cookies are bound to that */
};

struct front_child {
    pid_t pid; /* 0: none */
    int control_fd;
};

/*
 * Start the front and wait until it serves.
 * @param out_keeper_fd  the keeper's end of the line, non-blocking, the caller's to close
 * CONFIG when certificate or key cannot be opened; UNAVAILABLE when it ended at its start: its log lines say why.
 */
RESULT front_start(const struct front_options *options, struct front_child *out, int *out_keeper_fd);

/* Hand over the certificate and key as they are now. CONFIG when they cannot be opened. */
RESULT front_reload(const struct front_options *options, const struct front_child *child);

void front_quit(const struct front_child *child); /* it finishes what runs, then ends */
void front_reap(struct front_child *child,
                int *out_status); /* after its line ended; kills it if it lingers */

/* The front's own main function: argv as front_start() makes it. Exit status. */
int front_main(int argc, char **argv);

#endif

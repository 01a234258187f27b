/*
 * `amanah serve HOME`: this process becomes the keeper, and starts the front as a process of its own.
 *
 * Standard output says once it serves: `listening on http://127.0.0.1:8420`, and `console on …` where there is one. Must never listen beyond loopback
 * without TLS. Main call: command_serve(). SIGTERM and SIGINT end it with 0, SIGHUP reads the certificate again.
 */
#ifndef AMN_CLI_SERVE_H
#define AMN_CLI_SERVE_H

enum {
    SERVE_BACKLOG = 1024,   /* connections that wait to be taken */
    SERVE_RESTARTS_MAX = 5, /* of the front within SERVE_RESTARTS_US, then the keeper gives up */
    SERVE_RESTART_WAIT_MS = 500
};

#define SERVE_RESTARTS_US (60 * SECOND_US)
#define SERVE_LISTEN "127.0.0.1:8420"

#endif

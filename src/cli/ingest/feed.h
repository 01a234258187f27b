/*
 * One log file on its way into the vault: found again by its first line and the hash of what was read of it, whatever
 * its name is now and whether it was compressed meanwhile; read on from there; sent in chunks that are taken exactly once.
 *
 * Main calls: feed_open(), feed_pump(), feed_flush(). Example: see command_watch_ingest() in cli/command/ingest.c.
 */
#ifndef AMN_CLI_FEED_H
#define AMN_CLI_FEED_H

#include "cli/client.h"
#include "cli/ingest/log_file.h"
#include "cli/ingest/pile.h"
#include "crypto/crypto.h"

enum { FEEDS_MAX = 64 };

struct feed;

/* What all files of one call share. */
struct ingest {
    struct client *client;
    struct crypto *crypto;
    struct slice system;
    struct weblog_options options; /* how lines are read */
    struct slice *route_texts;     /* of the service */
    size_t route_count;
    struct routes *routes;
    bool follow, history;
    /* A line that could not be read. */
    void (*broken)(void *context, const char *path, uint64_t line, const char *why);
    void *context;
    struct feed *waiting[CLIENT_WINDOW]; /* whose chunks are on their way, the oldest first */
    size_t waiting_count;
};

struct feed_sums {
    uint64_t lines, broken, matched; /* read in this call; about a route */
    uint64_t attributed, unattributed;
    uint64_t before;          /* lines that an earlier call had read */
    uint64_t bytes, line_end; /* read of the file in all */
    struct hash hash;         /* of those bytes */
    bool older;               /* it is shorter than what was read of it: an older copy; nothing was read */
    bool twin;                /* begins like another file, but differs from it later */
    bool cut;                 /* the compressed bytes ended early */
    bool partial;             /* its last line has no end yet, and was left for the next time */
};

/* Open a file and find out how far it was read before. `out` is the caller's to free. */
RESULT feed_open(struct ingest *ingest, const char *path, struct feed **out);
void feed_free(struct feed **feed);

/* Read what is there, at most about a megabyte; *moved tells whether there was anything. */
RESULT feed_pump(struct feed *feed, bool *moved);

/* Send what was read, and wait until all that was sent is durable. `always`: also when it says nothing of anybody. */
RESULT feed_flush(struct feed *feed, bool always);

/* Of a file that is followed: when another one has taken its name, or it began anew, go over to that. Call at its end. */
RESULT feed_turn(struct feed *feed, int64_t now_us);

const char *feed_path(const struct feed *feed);
struct feed_sums feed_sums(const struct feed *feed);

/* Wait for the answers of all chunks on their way. */
RESULT ingest_drain(struct ingest *ingest);

#endif

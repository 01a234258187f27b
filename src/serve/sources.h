/*
 * Where connections come from: how many each source holds on a listener, so that one cannot hold them all. A source is an
 * IPv4 address, or the 64 bits of an IPv6 one: whoever has one of those has them all.
 *
 * Knows nothing of sockets. Main calls: sources_count(), sources_add(). Example:
 *     if (sources_count(&sources, network) < most) connection->source = sources_add(&sources, network);
 */
#ifndef AMN_SERVE_SOURCES_H
#define AMN_SERVE_SOURCES_H

#include "base/asks.h"

enum { SOURCES_ROWS = 4096 };

struct source {
    struct source *next; /* of its row */
    uint64_t name[2];
    size_t count;
};

struct sources {
    uint64_t seed; /* random, so that nobody can choose addresses that share a row */
    struct source *rows[SOURCES_ROWS];
};

size_t sources_count(const struct sources *sources, const uint8_t network[NETWORK_BYTES]);

/* One connection more; its source, which lives until the last of its connections is dropped. */
struct source *sources_add(struct sources *sources, const uint8_t network[NETWORK_BYTES]);
void sources_drop(struct sources *sources, struct source **source); /* NULL is passed over */

#endif

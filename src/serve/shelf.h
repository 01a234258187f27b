/*
 * Answers that are the same for everybody, kept for a second: the public words of the status page. On the day of an
 * announcement each costs one question to the keeper a second, not one for each reader.
 *
 * Must never hold an answer that depends on who asks. Main calls: shelf_find(), shelf_put(). Example:
 *     struct MHD_Response *kept = shelf_find(&front->shelf, &key, front->now_us);
 */
#ifndef AMN_SERVE_SHELF_H
#define AMN_SERVE_SHELF_H

#include "base/bytes.h"
#include "serve/route.h"

#include <microhttpd.h>

enum { SHELF_PLACES = 32, SHELF_NAME_BYTES = 32, SHELF_US = 1000 * 1000 };

/* What was asked for: the route, what its path names, the language. */
struct shelf_key {
    const struct route *route;
    struct slice name, language; /* at most SHELF_NAME_BYTES together, or it is not kept */
};

struct shelf_place {
    const struct route *route; /* NULL: empty */
    char name[SHELF_NAME_BYTES + 1];
    struct MHD_Response *response;
    int64_t until_us;
};

struct shelf {
    struct shelf_place places[SHELF_PLACES];
    size_t next; /* the place that is given away when all are taken */
};

/* NULL: there is none, or it is too old. Borrowed until the next shelf_put(). */
struct MHD_Response *shelf_find(const struct shelf *shelf, const struct shelf_key *key, int64_t now_us);

/* Keep it, if it can be named; true: it is the shelf's now, to be destroyed when its place is given away. */
bool shelf_put(struct shelf *shelf, const struct shelf_key *key, struct MHD_Response *response,
               int64_t now_us);

void shelf_done(struct shelf *shelf);

#endif

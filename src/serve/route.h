/*
 * Routes: which row of routes.def a method and path mean, and how the members of its verb are filled.
 *
 * Must never take a personal value from a path or query: those stand in logs of machines in between. Main call:
 * route_find(). Example: `if (route_find("GET", path, &found).code != CODE_OK) ...`
 */
#ifndef AMN_SERVE_ROUTE_H
#define AMN_SERVE_ROUTE_H

#include "base/asks.h"

enum route_body { BODY_NONE, BODY_JSON, BODY_OPTIONAL, BODY_ROWS };
enum route_reply {
    REPLY_JSON,
    REPLY_CHECKPOINT,
    REPLY_OCTETS,
    REPLY_METRICS,
    REPLY_HEALTH,
    REPLY_OPENAPI,
    REPLY_EVENTS,
    REPLY_FILE,
    REPLY_ARCHIVE,
    REPLY_PDF,
    REPLY_RANGE,
    REPLY_PAGE
};
enum { ROUTE_CAPTURES_MAX = 3, ROUTE_ALLOW_BYTES = 64 };

struct route {
    const char *method, *path;
    enum verb verb;
    enum route_body body;
    enum route_reply reply;
    const char *about;
};

struct route_found {
    const struct route *route;
    size_t captures;
    struct slice names[ROUTE_CAPTURES_MAX], values[ROUTE_CAPTURES_MAX]; /* borrow from table and path */
    char allow[ROUTE_ALLOW_BYTES]; /* "GET, HEAD, POST", set with METHOD_UNKNOWN */
};

const struct route *route_rows(size_t *out_count);

/* HEAD is GET. ROUTE_UNKNOWN, or METHOD_UNKNOWN with out->allow set. About 0.3 us. */
RESULT route_find(const char *method, const char *path, struct route_found *out);

/* Does a header bring it: `version` If-Match, `browser` the portal's cookie? */
bool member_of_header(const struct member *member);

/*
 * Put what the path says into the ask, and tell which members the body must not have.
 * @param out_taken  bit i: member i of the verb's table comes from elsewhere
 * INVALID, ID_MALFORMED when a part of the path cannot be such a member.
 */
RESULT route_fill(const struct route_found *found, void *ask, uint64_t *out_taken);

/* May this member stand in the query? Numbers and switches; of texts only `after` and `lang`, and only without a body. */
bool route_query_member(const struct route *route, const struct member *member);

/* Put one query parameter into the ask. MEMBER_UNKNOWN, INVALID. `value` is borrowed by the ask. */
RESULT route_query(const struct route *route, const char *name, struct slice value, uint64_t *taken,
                   void *ask);

/* Does the body (or If-Match) bring it? False for what the path brings. */
bool route_body_member(const struct route *route, const struct member *member);

#endif

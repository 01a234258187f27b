/*
 * Routes of the shop's own systems, and which one a line of their log was about.
 *
 *     GET /api/customers/{ref}            {ref} or {id} stands where the subject does: the shop's own id, or sub_…
 *     GET /orders?customer={ref}          in a query parameter as well
 *     GET /api/batch?ids={ref,}           several, with commas between them
 *     GET /shops/{}/customers/{ref}       {} is any one segment
 *     GET /customers/{ref}/{...}          {...} at the end is any number of them, also none
 *     ANY /{...}?customer={ref}           ANY is every method; here every path with that parameter
 *     GET /admin/export                   whom it returned the log cannot tell
 *     SELECT public.customers             a command of pgaudit and its table
 *     EVENT customer.view                 a word of an application's own log
 *     ANY {...}                           every line; of use where a mapping gives the subject
 *
 * Paths are compared as a server sees them: percent signs decoded, empty and dot segments gone. Main call: routes_match().
 */
#ifndef AMN_BASE_WEBLOG_ROUTE_H
#define AMN_BASE_WEBLOG_ROUTE_H

#include "base/weblog/weblog.h"

enum {
    ROUTES_MAX = 200,
    ROUTE_SEGMENTS_MAX = 24,
    ROUTE_PARAMETERS_MAX = 8,
    ROUTE_TARGET_BYTES_MAX = 8192 /* of a line; a longer one matches nothing */
};

enum route_subject { ROUTE_NOBODY, ROUTE_REF, ROUTE_ID };

struct route_match {
    size_t route; /* which one, from 0 */
    enum route_subject kind;
    bool many;            /* `subject` is a list with commas */
    struct slice subject; /* decoded; lives until the next call */
};

struct routes;

/* INVALID: what is no route. The text is a method, a blank and a target, as above. */
RESULT route_check(struct slice text);

/* At most ROUTES_MAX of them. INVALID names the item. `out` is the caller's to free. */
RESULT routes_new(const struct slice *texts, size_t count, struct routes **out);
void routes_free(struct routes **routes);

/* The first route that the line is about; false: none. Cost: 50 ns and 10 ns a route of the same method and depth. */
bool routes_match(struct routes *routes, const struct weblog_line *line, struct route_match *out);

#endif

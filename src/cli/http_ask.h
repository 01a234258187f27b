/*
 * How an ask is said over HTTP, by the front's table of routes: method, path with query, JSON body. For --url and for
 * --output-curl. Main call: http_ask_make(). Example:
 *     SCOPED(http_ask_done) struct http_ask http = {0};  TRY(http_ask_make(VERB_SELF, &ask, &http));
 */
#ifndef AMN_CLI_HTTP_ASK_H
#define AMN_CLI_HTTP_ASK_H

#include "serve/route.h"

struct http_ask {
    const struct route *route;
    struct buf path; /* "/v1/subjects/sub_…?proofs=true", owned */
    struct buf body; /* JSON; empty: none */
};
void http_ask_done(struct http_ask *http);

/* USAGE for a verb without a route: it is for the home's own machine. Members that are not set are left out. */
RESULT http_ask_make(enum verb verb, const void *ask, struct http_ask *out);

/* The same as a curl command line for a shell. The credential is $AMANAH_KEY; the vault `url`, else $AMANAH_URL. */
void http_ask_curl(const struct http_ask *http, const char *url, struct buf *out);

/* Append `text` in single quotes of a shell. */
void shell_put(struct buf *out, struct slice text);

/* Append `text` with everything but RFC 3986's unreserved characters as %XX. */
void percent_put(struct buf *out, struct slice text);

#endif

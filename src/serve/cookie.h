/*
 * Sessions of browsers: the cookie that holds the token, and whether a request with one may be believed. The keeper checks
 * the token and what must stand beside it; the front can mint neither.
 *
 * Main calls: cookie_bearer(), cookie_put(). Example:
 *     TRY(cookie_bearer(&request->headers, front->secure, is_get, &bearer));
 */
#ifndef AMN_SERVE_COOKIE_H
#define AMN_SERVE_COOKIE_H

#include "base/asks.h"

/* Values of headers; NULL: not there. */
struct cookie_headers {
    const char *cookie, *csrf, *site, *origin, *host;
};

/*
 * What the keeper is told of the session cookie, if there is one: BEARER_COOKIE, the token, and for a request that is
 * no GET a colon and the value of X-CSRF-Token. Appended to `out`; nothing without a cookie of ours.
 * @param secure  the vault is reached over TLS, so only the cookie that is bound to its host is looked at
 * SESSION_CSRF when the browser says that another site made the request, or no token stands beside it.
 */
RESULT cookie_bearer(const struct cookie_headers *headers, bool secure, bool get, struct buf *out);

/* SESSION_CSRF when the browser says that another site's page made this request. */
RESULT cookie_site(const struct cookie_headers *headers);

/* Which browser it is at the portal, by its cookie there; empty: it has none. Borrowed. */
struct slice cookie_browser(const struct cookie_headers *headers, bool secure);

/* The value of Set-Cookie that keeps the token, of the console or the portal; an empty one ends the cookie. Appended. */
void cookie_put(struct slice token, bool portal, bool secure, struct buf *out);

#endif

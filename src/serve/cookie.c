#include "serve/cookie.h"

#include <string.h>

static const char *cookie_name(bool portal, bool secure)
{
    if (portal) return secure ? "__Host-amanah-portal" : "amanah-portal";
    return secure ? "__Host-amanah" : "amanah";
}

static bool token_byte(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* The value of a cookie: `a=1; b=2`. Empty when it is not there, or holds what no token does. */
static struct slice cookie_value(const char *header, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = header; at && *at; at = strchr(at, ';')) {
        while (*at == ';' || *at == ' ') at++;
        if (strncmp(at, name, len) != 0 || at[len] != '=') continue;
        struct slice value = {(const uint8_t *)at + len + 1, 0};
        while (token_byte(value.at[value.len])) value.len++;
        bool whole = value.at[value.len] == 0 || value.at[value.len] == ';';
        return whole && value.len <= BEARER_BYTES_MAX ? value : (struct slice){0};
    }
    return (struct slice){0};
}

RESULT cookie_site(const struct cookie_headers *headers)
{
    const char *site = headers->site, *origin = headers->origin,
               *host = origin ? strstr(origin, "://") : NULL;
    bool other = site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
    bool elsewhere = origin && (!host || !headers->host || strcmp(host + strlen("://"), headers->host) != 0);
    if (!other && !elsewhere) return OK;
    return FAIL(SESSION_CSRF, "the browser says that a page of another site made this request");
}

RESULT cookie_bearer(const struct cookie_headers *headers, bool secure, bool get, struct buf *out)
{
    struct slice token = cookie_value(headers->cookie, cookie_name(false, secure));
    struct slice csrf = slice_text(headers->csrf);
    if (token.len == 0) return OK;
    TRY(cookie_site(headers));
    if (!get && (csrf.len == 0 || csrf.len > BEARER_BYTES_MAX / 2))
        return FAIL(SESSION_CSRF, "X-CSRF-Token: missing; send what came with the cookie");
    buf_text(out, BEARER_COOKIE);
    buf_slice_put(out, token);
    if (get) return OK;
    buf_byte(out, ':');
    buf_slice_put(out, csrf);
    return OK;
}

struct slice cookie_browser(const struct cookie_headers *headers, bool secure)
{
    struct slice value = cookie_value(headers->cookie, cookie_name(true, secure));
    return value.len <= ID_BYTES_MAX ? value : (struct slice){0};
}

void cookie_put(struct slice token, bool portal, bool secure, struct buf *out)
{
    buf_text(out, cookie_name(portal, secure));
    buf_byte(out, '=');
    buf_slice_put(out, token);
    buf_text(out, "; Path=/; HttpOnly; SameSite=Strict");
    if (secure) buf_text(out, "; Secure");
    if (token.len == 0) buf_text(out, "; Max-Age=0");
}

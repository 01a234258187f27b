#include "mail/mail_priv.h"

#include <stdlib.h>
#include <string.h>

enum { PORT_DIGITS_MAX = 5, PORT_MAX = 65535, HOST_BYTES_MAX = 253 };

static bool host_symbol(uint8_t c, bool bracket)
{
    bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (bracket) return hex || c == ':' || c == '.';
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
}

static bool port_good(struct slice port)
{
    unsigned number = 0;
    if (port.len == 0 || port.len > PORT_DIGITS_MAX) return false;
    for (size_t i = 0; i < port.len; i++) {
        if (port.at[i] < '0' || port.at[i] > '9') return false;
        number = number * 10 + (unsigned)(port.at[i] - '0');
    }
    return number > 0 && number <= PORT_MAX;
}

static bool host_loopback(struct slice host)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "::1"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (slice_is(host, names[i])) return true;
    }
    return false;
}

bool mail_url_good(struct slice url, bool *loopback)
{
    static const char *const schemes[] = {"smtp://", "smtps://"};
    struct slice rest = {0};
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        if (slice_starts(url, schemes[i])) rest = slice_from(url, strlen(schemes[i]));
    }
    bool bracket = slice_starts(rest, "[");
    size_t len = 0;
    rest = slice_from(rest, bracket);
    while (len < rest.len && host_symbol(rest.at[len], bracket)) len++;
    struct slice host = slice_part(rest, 0, len);
    rest = slice_from(rest, len);
    if (host.len == 0 || host.len > HOST_BYTES_MAX || (bracket && !slice_starts(rest, "]"))) return false;
    rest = slice_from(rest, bracket);
    if (rest.len > 0 && (!slice_starts(rest, ":") || !port_good(slice_from(rest, 1)))) return false;
    *loopback = host_loopback(host);
    return true;
}

RESULT mail_route_new(const struct mail_route_parts *parts, struct mail_route **out)
{
    bool loopback = false;
    if (!mail_url_good(parts->url, &loopback))
        return FAIL(CONFIG, "mail: the url must be smtp://host:port or smtps://host:port, and nothing more");
    if (parts->clear && !loopback) return FAIL(CONFIG, "mail: without TLS only to this machine");
    struct mail_route *route = calloc(1, sizeof *route);
    if (!route) return FAIL(UNAVAILABLE, "mail: out of memory");
    atomic_init(&route->owners, 1);
    route->clear = parts->clear;
    buf_slice_put(&route->url, parts->url);
    buf_byte(&route->url, '/');
    buf_slice_put(&route->url, parts->hello);
    buf_slice_put(&route->user, parts->user);
    buf_slice_put(&route->password, parts->password);
    buf_slice_put(&route->ca, parts->ca);
    (void)buf_c(&route->url); /* terminates it */
    (void)buf_c(&route->user);
    (void)buf_c(&route->password);
    *out = route;
    return OK;
}

struct mail_route *mail_route_keep(struct mail_route *route)
{
    (void)atomic_fetch_add(&route->owners, 1);
    return route;
}

void mail_route_free(struct mail_route **route)
{
    struct mail_route *at = *route;
    *route = NULL;
    if (!at || atomic_fetch_sub(&at->owners, 1) > 1) return;
    buf_done(&at->url);
    buf_done(&at->user);
    buf_done(&at->password);
    buf_done(&at->ca);
    free(at);
}

void mail_job_done(struct mail_job *job)
{
    mail_route_free(&job->route);
    buf_done(&job->from);
    buf_done(&job->to);
    buf_done(&job->message);
    *job = (struct mail_job){0};
}

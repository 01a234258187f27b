#include "base/host.h"
#include "mail/mail_priv.h"

#include <stdlib.h>
#include <string.h>

bool mail_url_good(struct slice url, bool *loopback)
{
    static const char *const schemes[] = {"smtp://", "smtps://"};
    struct slice rest = {0}, host = {0};
    bool port = false;
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        if (slice_starts(url, schemes[i])) rest = slice_from(url, strlen(schemes[i]));
    }
    if (!host_take(&rest, &host, &port) || rest.len > 0) return false;
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

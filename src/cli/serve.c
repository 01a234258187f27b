#include "cli/serve.h"
#include "cli/client.h"

#include "base/clock.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "keep/country.h"
#include "keep/home.h"
#include "keeper/loop.h"
#include "mail/worker.h"
#include "send/worker.h"
#include "serve/address.h"
#include "serve/launch.h"
#include "serve/pages.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct server {
    struct slice public_origin; /* empty: none */
    struct slice portal_shop;   /* empty: the only one */
    const char *countries;      /* NULL: none */
    const char *home;
    struct front_options front;
    struct front_child child;
    struct keeper *keeper;
    int listen_fd, home_fd, signal_fd;
    char listener[ADDRESS_BYTES + 24];    /* URL of the front, from this machine */
    struct arena arena;                   /* of the proxies' addresses */
    int64_t restarts[SERVE_RESTARTS_MAX]; /* when, the oldest is overwritten */
    size_t restart_count;
};

static void server_done(struct server *server)
{
    char path[4096];
    front_reap(&server->child, NULL);
    if (server->home_fd >= 0 && snprintf(path, sizeof path, "%s/socket", server->home) < (int)sizeof path)
        (void)unlink(path); /* while the lock is ours; a stale one does no harm */
    int fds[] = {server->listen_fd, server->front.console_fd, server->front.portal_fd, server->home_fd,
                 server->signal_fd};
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        if (fds[i] >= 0) (void)close(fds[i]);
    }
    keeper_free(&server->keeper);
    arena_done(&server->arena);
}

static void log_event(enum log_level level, const char *event, const char *name, int64_t number)
{
    struct log_line line = {0};
    log_begin(&line, level, event);
    if (name) log_number(&line, name, number);
    log_end(&line, STDERR_FILENO);
}

static void log_failed(const char *event, struct result failure)
{
    struct log_line line = {0};
    log_begin(&line, LOG_WARN, event);
    log_failure(&line, failure);
    log_end(&line, STDERR_FILENO);
}

/* The front ended by itself. A few times it is started again; often means that it will not work. */
static int front_lost(void *context, int *out_wait_ms)
{
    struct server *server = context;
    int status = 0, fd = -1;
    int64_t now = clock_monotonic_us();
    int64_t *oldest = &server->restarts[server->restart_count % SERVE_RESTARTS_MAX];
    front_reap(&server->child, &status);
    log_event(LOG_ERROR, "front.lost", "status",
              WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
    *out_wait_ms = -1;
    if (server->restart_count >= SERVE_RESTARTS_MAX && now - *oldest < SERVE_RESTARTS_US) return -1;
    *oldest = now;
    server->restart_count++;
    struct result started = front_start(&server->front, &server->child, &fd);
    if (started.code == CODE_OK) return fd;
    log_failed("front.refused", started);
    *out_wait_ms = SERVE_RESTART_WAIT_MS;
    return -1;
}

static void reload(void *context)
{
    struct server *server = context;
    struct result reloaded = server->child.pid > 0 ? front_reload(&server->front, &server->child) : OK;
    if (reloaded.code != CODE_OK) log_failed("tls.refused", reloaded);
}

static void stop(void *context)
{
    const struct server *server = context;
    log_event(LOG_INFO, "serve.ending", NULL, 0);
    if (server->child.pid > 0) front_quit(&server->child);
}

static RESULT read_proxies(const struct call *call, struct server *server)
{
    struct texts given = {0};
    uint8_t ip[NETWORK_BYTES];
    TRY(call_list(call, OPT_PROXY, &server->arena, &given));
    if (given.count > FRONT_PROXIES_MAX) return FAIL(CONFIG, "--proxy: more than %d", FRONT_PROXIES_MAX);
    for (size_t i = 0; i < given.count; i++) {
        if (!address_ip(given.at[i], ip)) return FAIL(CONFIG, "--proxy: must be an address, without a port");
        char *text = arena_take(&server->arena, given.at[i].len + 1);
        memcpy(text, given.at[i].at, given.at[i].len);
        server->front.proxies[server->front.proxy_count++] = text;
    }
    return OK;
}

static RESULT read_address(const struct front_options *front, const char *option, const char *text,
                           struct address *out)
{
    TRY(address_parse(text, out));
    if (front->certificate_path || address_loopback(out->ip)) return OK;
    return FAIL(CONFIG, "%s: beyond this machine only with TLS; give --tls-cert and --tls-key, or 127.0.0.1",
                option);
}

static RESULT read_options(const struct call *call, struct server *server, struct address *out_listen)
{
    struct front_options *front = &server->front;
    const char *listen_at = call_text(call, OPT_LISTEN);
    server->home = call->args[0];
    front->certificate_path = call_text(call, OPT_TLS_CERT);
    front->key_path = call_text(call, OPT_TLS_KEY);
    front->log_requests = call_has(call, OPT_LOG_REQUESTS);
    server->countries = call_text(call, OPT_COUNTRIES);
    server->public_origin = call_slice(call, OPT_PUBLIC_ORIGIN);
    server->portal_shop = call_slice(call, OPT_PORTAL_SHOP);
    front->secure = slice_starts(server->public_origin, "https://");
    if ((front->certificate_path == NULL) != (front->key_path == NULL)) {
        return FAIL(CONFIG, "--tls-cert and --tls-key: one needs the other");
    }
    TRY(read_address(front, "--listen", listen_at ? listen_at : SERVE_LISTEN, out_listen));
    return read_proxies(call, server);
}

/* The listener of a console or portal, if there shall be one. */
static RESULT bind_pages(const struct front_options *front, enum door_kind door, const char *option,
                         const char *at, int *out_fd)
{
    struct address address = {0};
    if (at == NULL) return OK;
    if (!pages_there(door))
        return FAIL(CONFIG, "%s: this program was built without pages (meson -Dweb=enabled, and npm)",
                    option);
    TRY(read_address(front, option, at, &address));
    return address_bind(&address, out_fd);
}

/* SIGTERM, SIGINT and SIGHUP are read from a descriptor, by the keeper's loop. */
static RESULT hear_signals(struct server *server)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return FAIL(UNAVAILABLE, "serve: signals: %s", strerror(errno));
    server->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return server->signal_fd >= 0 ? OK : FAIL(UNAVAILABLE, "serve: signals: %s", strerror(errno));
}

/* An old copy of a shop's store was put back, and its ledger goes on as a new log. */
static void log_reopened(const struct keeper *keeper)
{
    const char *shop = NULL;
    bool keys_ended = false;
    for (size_t i = 0; (shop = keeper_reopened(keeper, i, &keys_ended)) != NULL; i++) {
        struct log_line line = {0};
        log_begin(&line, LOG_WARN, "ledger.reopened");
        log_text(&line, "shop", shop);
        log_text(&line, "keys", keys_ended ? "all were ended; issue new ones" : "kept");
        log_end(&line, STDERR_FILENO);
    }
}

/* Somebody wrote rows that give rights into a shop's database: they were passed over. */
static void log_forged(const struct keeper *keeper)
{
    const char *shop = NULL;
    uint64_t rows = 0;
    for (size_t i = 0; (shop = keeper_forged(keeper, i, &rows)) != NULL; i++) {
        struct log_line line = {0};
        log_begin(&line, LOG_ERROR, "authority.forged");
        log_text(&line, "shop", shop);
        log_number(&line, "rows", (int64_t)rows);
        log_end(&line, STDERR_FILENO);
    }
}

/* A shop does not hold together, while others of the home do: its people wait, and somebody must know why. */
static void log_unserved(const struct keeper *keeper)
{
    SCOPED(buf_done) struct buf why = {0};
    struct log_line line = {0};
    buf_slice_put(&why, keeper_unserved(keeper));
    if (why.len == 0) return;
    log_begin(&line, LOG_ERROR, "shop.unserved");
    log_text(&line, "why", buf_c(&why));
    log_end(&line, STDERR_FILENO);
}

static void sender_done(struct mail_sender **sender)
{
    if (*sender) (*sender)->free(sender);
}

static void carrier_done(struct carrier **carrier)
{
    if (*carrier) (*carrier)->free(carrier);
}

/* Where the front can be reached from this machine: an address that means all of them is reached over loopback. */
static RESULT listener_url(struct server *server)
{
    char address[ADDRESS_BYTES];
    TRY(address_text(server->listen_fd, address));
    const char *port = strrchr(address, ':');
    bool any4 = strncmp(address, "0.0.0.0:", 8) == 0, any6 = strncmp(address, "[::]:", 5) == 0;
    assert(port);
    (void)snprintf(server->listener, sizeof server->listener, "%s://%s%s",
                   server->front.certificate_path ? "https" : "http",
                   any4   ? "127.0.0.1"
                   : any6 ? "[::1]"
                          : address,
                   any4 || any6 ? port : "");
    return OK;
}

static RESULT open_keeper(struct server *server)
{
    SCOPED(buf_done) struct buf phrase = {0};
    enum seal_kind seal = SEAL_PLAIN;
    TRY(home_seal_kind(server->home, &seal));
    TRY(home_phrase_get(server->home, &phrase));
    if (seal == SEAL_PLAIN)
        log_event(LOG_WARN, "home.plain_seal", NULL,
                  0); /* who reads the disk can open it: said at every start */
    SCOPED(sender_done) struct mail_sender *sender = NULL;
    SCOPED(carrier_done) struct carrier *carrier = NULL;
    SCOPED(countries_free) struct countries *countries = NULL;
    if (server->countries) TRY(countries_open(server->countries, &countries));
    TRY(mail_worker_new(&sender));
    TRY(send_worker_new(&carrier));
    struct keeper_options options = {.home = server->home,
                                     .passphrase = buf_slice(&phrase),
                                     .public_origin = server->public_origin,
                                     .listener = server->listener,
                                     .clock = clock_system(),
                                     .portal = server->front.portal_fd >= 0,
                                     .portal_shop = server->portal_shop,
                                     .countries = countries,
                                     .mail = sender,
                                     .carrier = carrier};
    TRY(keeper_open(&options, &server->keeper));
    sender = NULL; /* the keeper's now */
    carrier = NULL;
    countries = NULL;
    log_reopened(server->keeper);
    log_forged(server->keeper);
    log_unserved(server->keeper);
    return OK;
}

static RESULT say_listener(const struct server *server, const char *what, int fd)
{
    char address[ADDRESS_BYTES];
    if (fd < 0) return OK;
    TRY(address_text(fd, address));
    (void)printf("%s %s://%s\n", what, server->front.certificate_path ? "https" : "http", address);
    return OK;
}

static RESULT announce(const struct server *server)
{
    TRY(say_listener(server, "listening on", server->listen_fd));
    TRY(say_listener(server, "console on", server->front.console_fd));
    TRY(say_listener(server, "portal on", server->front.portal_fd));
    if (fflush(stdout) != 0) return FAIL(UNAVAILABLE, "serve: standard output: %s", strerror(errno));
    log_event(LOG_INFO, "serve.started", "front", server->child.pid);
    return OK;
}

static RESULT take_connections(const char *option, int fd)
{
    if (fd < 0 || listen(fd, SERVE_BACKLOG) == 0) return OK;
    return FAIL(CONFIG, "%s: %s", option, strerror(errno));
}

RESULT command_serve(struct call *call)
{
    SCOPED(server_done)
    struct server server = {
        .listen_fd = -1, .home_fd = -1, .signal_fd = -1, .front = {.console_fd = -1, .portal_fd = -1}};
    struct address listen_at = {0};
    int front_fd = -1;
    TRY(read_options(call, &server, &listen_at));
    TRY(address_bind(&listen_at, &server.listen_fd));
    TRY(bind_pages(&server.front, DOOR_CONSOLE, "--console", call_text(call, OPT_CONSOLE),
                   &server.front.console_fd));
    TRY(bind_pages(&server.front, DOOR_PORTAL, "--portal", call_text(call, OPT_PORTAL),
                   &server.front.portal_fd));
    TRY(hear_signals(&server));
    TRY(listener_url(&server));
    TRY(open_keeper(&server));
    TRY(keeper_listen(server.home, &server.home_fd));
    TRY(take_connections("--listen", server.listen_fd));
    TRY(take_connections("--console", server.front.console_fd));
    TRY(take_connections("--portal", server.front.portal_fd));
    server.front.listen_fd = server.listen_fd;
    TRY(front_start(&server.front, &server.child, &front_fd));
    TRY(announce(&server));
    struct loop_doors doors = {server.home_fd, front_fd, server.signal_fd};
    struct loop_hooks hooks = {&server, front_lost, reload, stop};
    TRY(keeper_loop(server.keeper, &doors, &hooks));
    log_event(LOG_INFO, "serve.ended", NULL, 0);
    return OK;
}

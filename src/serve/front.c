#include "child/sandbox.h"
#include "serve/openapi.h"
#include "serve/serve_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

enum { EVENTS = 8, TURN_MS = 1000, END_US = 12 * 1000 * 1000, CONTROL_MS = 10000 };

static void log_failed(const char *event, struct result failure)
{
    struct log_line line = {0};
    log_begin(&line, LOG_ERROR, event);
    log_failure(&line, failure);
    log_end(&line, STDERR_FILENO);
}

static void front_done(struct front *front)
{
    for (size_t i = 0; i < DOOR_COUNT; i++) {
        if (front->doors[i].daemon) MHD_stop_daemon(front->doors[i].daemon);
    }
    shelf_done(&front->shelf);
    buf_done(&front->openapi);
    link_free(&front->link);
    tls_done(&front->tls);
    encodings_release(&front->encodings);
    arena_done(&front->arena);
    if (front->epoll_fd >= 0) (void)close(front->epoll_fd);
}

static RESULT read_args(struct front *front, int argc, char **argv, bool listed[DOOR_COUNT])
{
    listed[DOOR_API] = true;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--tls") == 0) {
            front->use_tls = front->secure = true;
        } else if (strcmp(argv[i], "--secure") == 0) {
            front->secure = true;
        } else if (strcmp(argv[i], "--log-requests") == 0) {
            front->log_requests = true;
        } else if (strcmp(argv[i], "--console") == 0) {
            listed[DOOR_CONSOLE] = true;
        } else if (strcmp(argv[i], "--portal") == 0) {
            listed[DOOR_PORTAL] = true;
        } else if (strcmp(argv[i], "--proxy") == 0 && i + 1 < argc &&
                   front->proxy_count < FRONT_PROXIES_MAX) {
            if (!address_ip(slice_text(argv[++i]), front->proxies[front->proxy_count++]))
                return FAIL(CONFIG, "front: a proxy that is no address");
        } else {
            return FAIL(USAGE, "front: started by hand; `amanah serve` starts it");
        }
    }
    return OK;
}

/* What the control channel says. Descriptors that came along are closed when read. */
static ssize_t control_read(struct front *front, char *out_word, int out_fds[2])
{
    union {
        char bytes[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr align;
    } space = {0};
    struct iovec data = {out_word, 1};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = space.bytes, .msg_controllen = sizeof space};
    ssize_t len = recvmsg(front->control_fd, &message, MSG_CMSG_CLOEXEC);
    const struct cmsghdr *rights = len > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (rights && rights->cmsg_type == SCM_RIGHTS && rights->cmsg_len == CMSG_LEN(2 * sizeof(int)))
        memcpy(out_fds, CMSG_DATA(rights), 2 * sizeof(int));
    return len;
}

static void take_control(struct front *front)
{
    char word = 0;
    int fds[2] = {-1, -1};
    ssize_t len = control_read(front, &word, fds);
    if (len <= 0 && (len == 0 || (errno != EAGAIN && errno != EINTR))) front->keeper_gone = true;
    if (len > 0 && word == 'Q') front->ending = true;
    if (len > 0 && word == 'C') {
        struct log_line line = {0};
        struct result loaded = tls_load(&front->tls, fds[0], fds[1]);
        if (loaded.code != CODE_OK)
            log_failed("tls.refused", loaded);
        else
            log_begin(&line, LOG_INFO, "tls.loaded");
        if (line.len > 0) log_end(&line, STDERR_FILENO);
    }
    for (int i = 0; i < 2; i++) {
        if (fds[i] >= 0) (void)close(fds[i]);
    }
}

static bool watch(const struct front *front, int fd, int op, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    return epoll_ctl(front->epoll_fd, op, fd, &event) == 0;
}

static RESULT first_certificate(struct front *front)
{
    struct pollfd wait = {.fd = front->control_fd, .events = POLLIN};
    if (!front->use_tls) return OK;
    if (poll(&wait, 1, CONTROL_MS) == 1) take_control(front);
    return front->tls.newest ? OK : FAIL(CONFIG, "front: no certificate to serve with");
}

static bool open_door(struct front *front, enum door_kind kind, int fd)
{
    struct door *door = &front->doors[kind];
    door->front = front;
    door->kind = kind;
    if (!http_start(door, fd)) return false;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(door->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info && watch(front, info->epoll_fd, EPOLL_CTL_ADD, EPOLLIN);
}

static RESULT start(struct front *front, const bool listed[DOOR_COUNT])
{
    uint32_t boot = 0;
    if (getrandom(&boot, sizeof boot, 0) != sizeof boot ||
        getrandom(&front->sources.seed, sizeof front->sources.seed, 0) != sizeof front->sources.seed)
        return FAIL(UNAVAILABLE, "front: no random bytes");
    (void)snprintf(front->boot, sizeof front->boot, "%08x", boot);
    front->now_us = clock_monotonic_us();
    link_new(FRONT_FD_KEEPER, (struct link_sink){front, http_answer, http_late}, &front->link);
    TRY(first_certificate(front));
    openapi_put(&front->openapi);
    front->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (front->epoll_fd < 0 || !watch(front, FRONT_FD_KEEPER, EPOLL_CTL_ADD, EPOLLIN) ||
        !watch(front, front->control_fd, EPOLL_CTL_ADD, EPOLLIN)) {
        return FAIL(UNAVAILABLE, "front: its sockets cannot be watched");
    }
    int fd = FRONT_FD_LISTEN;
    for (enum door_kind kind = DOOR_API; kind < DOOR_COUNT; kind++) {
        if (listed[kind] && !open_door(front, kind, fd++))
            return FAIL(UNAVAILABLE, "front: HTTP cannot be started");
    }
    return OK;
}

static void lose_keeper(struct front *front, struct result failure)
{
    if (front->keeper_gone) return;
    front->keeper_gone = true;
    log_failed("front.keeper_gone", failure);
}

static int wait_ms(const struct front *front)
{
    MHD_UNSIGNED_LONG_LONG least = TURN_MS, ms = 0;
    for (size_t i = 0; i < DOOR_COUNT; i++) {
        struct MHD_Daemon *daemon = front->doors[i].daemon;
        if (daemon && MHD_get_timeout(daemon, &ms) == MHD_YES && ms < least) least = ms;
    }
    return (int)least;
}

static void run_doors(const struct front *front)
{
    for (size_t i = 0; i < DOOR_COUNT; i++) {
        if (front->doors[i].daemon) (void)MHD_run(front->doors[i].daemon);
    }
}

static void turn(struct front *front, int64_t *next_sweep)
{
    struct epoll_event events[EVENTS];
    run_doors(front);
    struct result sent = link_flush(front->link);
    if (sent.code != CODE_OK) lose_keeper(front, sent);
    bool unsent = link_unsent(front->link);
    if (unsent) (void)watch(front, FRONT_FD_KEEPER, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    int count = epoll_wait(front->epoll_fd, events, EVENTS, wait_ms(front));
    front->now_us = clock_monotonic_us();
    for (int i = 0; i < count; i++) {
        if (events[i].data.fd == front->control_fd) take_control(front);
        if (events[i].data.fd != FRONT_FD_KEEPER || !(events[i].events & ~(uint32_t)EPOLLOUT)) continue;
        struct result read = link_read(front->link);
        if (read.code != CODE_OK) lose_keeper(front, read);
    }
    if (unsent) (void)watch(front, FRONT_FD_KEEPER, EPOLL_CTL_MOD, EPOLLIN);
    if (front->now_us < *next_sweep) return;
    *next_sweep = front->now_us + SECOND_US;
    http_sweep(front);
    link_sweep(front->link, front->now_us);
}

/* Until the keeper is gone, or, asked to end, no request is open. */
static void serve(struct front *front)
{
    int64_t next_sweep = 0, end_by = 0;
    while (!front->keeper_gone) {
        turn(front, &next_sweep);
        if (!front->ending) continue;
        if (end_by == 0) {
            end_by = front->now_us + END_US;
            for (size_t i = 0; i < DOOR_COUNT; i++) { /* no new connections */
                if (front->doors[i].daemon) (void)close(MHD_quiesce_daemon(front->doors[i].daemon));
            }
        }
        if (front->request_count == 0 || front->now_us > end_by) break;
    }
    front->keeper_gone = true; /* nothing is asked any more */
    link_abandon(front->link); /* who still waits is told so, as far as that gets */
    for (int i = 0; i < 3; i++) run_doors(front);
}

/*
 * As many files as the listeners want, or as the system gives to this process: then each gets its share. With fewer the
 * portal's customers wait for each other sooner, so the operator is told.
 */
static void share_files(struct front *front, const bool listed[DOOR_COUNT])
{
    static const size_t wants[DOOR_COUNT] = {CONNECTIONS_MAX, CONNECTIONS_MAX, CONNECTIONS_PORTAL_MAX};
    struct rlimit files = {0};
    size_t wanted = 0;
    for (size_t i = 0; i < DOOR_COUNT; i++) wanted += listed[i] ? wants[i] : 0;
    (void)getrlimit(RLIMIT_NOFILE, &files);
    size_t most = files.rlim_max < FILES_OWN + wanted ? (size_t)files.rlim_max : FILES_OWN + wanted;
    size_t room = most > FILES_OWN ? most - FILES_OWN : 0;
    files.rlim_cur = files.rlim_max = most;
    (void)setrlimit(RLIMIT_NOFILE, &files); /* not above the hard limit, so it is allowed */
    for (size_t i = 0; i < DOOR_COUNT; i++)
        front->doors[i].connections_max = room < wanted ? wants[i] * room / wanted : wants[i];
    if (room >= wanted) return;
    struct log_line line = {0};
    log_begin(&line, LOG_WARN, "front.few_files");
    log_number(&line, "files", (int64_t)most);
    log_number(&line, "wanted", (int64_t)(FILES_OWN + wanted));
    log_end(&line, STDERR_FILENO);
}

int front_main(int argc, char **argv)
{
    bool listed[DOOR_COUNT] = {false};
    SCOPED(front_done) struct front front = {.epoll_fd = -1, .control_fd = FRONT_FD_CONTROL};
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN); /* the parent hears it, and tells us when to end */
    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    struct result started = read_args(&front, argc, argv, listed);
    share_files(&front, listed);
    if (started.code == CODE_OK && fcntl(FRONT_FD_KEEPER, F_GETFD) < 0)
        started = FAIL(USAGE, "front: started by hand");
    encodings_hold(&front.encodings);
    if (started.code == CODE_OK) started = sandbox_enter(SANDBOX_SERVE);
    if (started.code == CODE_OK) started = start(&front, listed);
    if (started.code != CODE_OK) {
        log_failed("front.refused", started);
        return code_row(started.code)->exit;
    }
    if (send(front.control_fd, "R", 1, MSG_NOSIGNAL) != 1) return code_row(CODE_UNAVAILABLE)->exit;
    serve(&front);
    return 0;
}

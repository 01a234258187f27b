#include "keeper/loop.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    LENGTH_BYTES = 4,
    FRONT = 0, /* its slot */
    SLOTS = LOOP_PEERS_MAX + 1,
    WORD = SLOTS + 3, /* of keeper_word_fd() */
    EVENTS = WORD + KEEPER_WORD_FDS,
    TURN_MS_MAX = 1000,
    KEEP_BYTES = 2 * LOOP_READ_BYTES /* a buffer that grew above is given back when empty */
};

struct peer {
    int fd;                    /* -1: free */
    bool local, ended, broken; /* ended: it sends no more; broken: drop it now */
    bool left;                 /* a whole frame of its waits for the next turn */
    uint32_t wanted;           /* epoll events asked for */
    struct buf in, out;
    size_t taken, sent;  /* of `in`, by the running batch; of `out` */
    int64_t stuck_since; /* unsent bytes have stood still since; 0: none */
};

struct loop {
    struct keeper *keeper;
    const struct loop_hooks *hooks;
    int epoll_fd, listen_fd, signal_fd;
    bool stopping, failed, more; /* more: whole frames wait already */
    bool rung;                   /* asks that were put aside can be run */
    int64_t stop_at, retry_front_at, idle_at;
    size_t first; /* peer whose frames come first in the next batch */
    struct keeper_ask *asks;
    struct keeper_ask soon; /* comes first in the next turn, if `from` is set */
    struct peer peers[SLOTS];
};

static void peer_close(struct peer *peer)
{
    if (peer->fd >= 0) (void)close(peer->fd); /* leaves the epoll set with it */
    buf_done(&peer->in);
    buf_done(&peer->out);
    *peer = (struct peer){.fd = -1};
}

static void loop_done(struct loop *loop)
{
    for (size_t i = 0; i < SLOTS; i++) peer_close(&loop->peers[i]);
    if (loop->epoll_fd >= 0) (void)close(loop->epoll_fd);
    free(loop->asks);
}

static void fd_done(const int *fd)
{
    if (*fd >= 0) (void)close(*fd);
}

/* Through the directory's descriptor, because a socket's path may have 107 bytes at most. */
RESULT keeper_listen(const char *home, int *out_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    SCOPED(fd_done) int directory = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return FAIL(UNAVAILABLE, "socket: the home cannot be opened: %s", strerror(errno));
    (void)snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/socket", directory);
    SCOPED(fd_done) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return FAIL(UNAVAILABLE, "socket: cannot be made: %s", strerror(errno));
    (void)unlinkat(directory, "socket", 0); /* usually there is none */
    mode_t before = umask(S_IXUSR | S_IRWXG | S_IRWXO);
    int bound = bind(fd, (struct sockaddr *)&address, sizeof address);
    (void)umask(before);
    if (bound != 0 || listen(fd, LOOP_PEERS_MAX) != 0) {
        return FAIL(UNAVAILABLE, "socket: cannot listen in the home: %s", strerror(errno));
    }
    *out_fd = fd;
    fd = -1; /* fd_done() reads it */
    return OK;
}

static bool watch(const struct loop *loop, int fd, uint64_t slot)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = slot};
    return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool peer_open(struct loop *loop, size_t slot, int fd)
{
    loop->peers[slot] = (struct peer){.fd = fd, .local = slot != FRONT, .wanted = EPOLLIN};
    if (watch(loop, fd, slot)) return true;
    peer_close(&loop->peers[slot]);
    return false;
}

static size_t unsent(const struct peer *peer)
{
    return peer->out.len - peer->sent;
}

/* Only the owner of the home and root may come in, whatever the file's mode became. */
static bool may_enter(int fd)
{
    struct ucred who = {0};
    socklen_t len = sizeof who;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 && (who.uid == geteuid() || who.uid == 0);
}

static void accept_peers(struct loop *loop)
{
    for (int i = 0; i < LOOP_PEERS_MAX; i++) {
        int fd = accept4(loop->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        size_t slot = FRONT + 1;
        while (slot < SLOTS && loop->peers[slot].fd >= 0) slot++;
        if (slot == SLOTS || !may_enter(fd))
            (void)close(fd);
        else
            (void)peer_open(loop, slot, fd);
    }
}

/* One read: more is told by the next turn, after what came now was answered. */
static void peer_read(struct peer *peer)
{
    buf_reserve(&peer->in, LOOP_READ_BYTES);
    ssize_t len = recv(peer->fd, peer->in.at + peer->in.len, LOOP_READ_BYTES, 0);
    if (len > 0)
        peer->in.len += (size_t)len;
    else if (len == 0)
        peer->ended = true; /* before errno: it is stale */
    else if (errno != EAGAIN && errno != EINTR)
        peer->broken = true;
}

static void peer_write(struct peer *peer)
{
    while (unsent(peer) > 0) {
        ssize_t len = send(peer->fd, peer->out.at + peer->sent, unsent(peer), MSG_NOSIGNAL);
        if (len > 0) {
            peer->sent += (size_t)len;
            peer->stuck_since = 0;
        } else if (errno != EINTR) {
            if (errno != EAGAIN) peer->broken = true;
            break;
        }
    }
    if (unsent(peer) > 0) {
        if (peer->stuck_since == 0) peer->stuck_since = clock_monotonic_us();
        return;
    }
    peer->sent = 0;
    if (peer->out.cap > KEEP_BYTES)
        buf_done(&peer->out);
    else
        buf_clear(&peer->out);
}

/* Length of the whole frame that a peer's buffer begins with, its length word counted; 0: none. */
static size_t frame_bytes(const struct peer *peer)
{
    size_t have = peer->in.len - peer->taken;
    if (have < LENGTH_BYTES) return 0;
    size_t len = LENGTH_BYTES + (size_t)be32_get(peer->in.at + peer->taken);
    return have < len ? 0 : len;
}

static bool frame_too_long(const struct peer *peer)
{
    return peer->in.len - peer->taken >= LENGTH_BYTES &&
           be32_get(peer->in.at + peer->taken) > ASK_FRAME_BYTES_MAX;
}

static bool next_frame(struct peer *peer, struct slice *out)
{
    size_t len = frame_bytes(peer);
    if (frame_too_long(peer)) peer->broken = true;
    if (len == 0 || peer->broken) return false;
    *out = (struct slice){peer->in.at + peer->taken + LENGTH_BYTES, len - LENGTH_BYTES};
    peer->taken += len;
    return true;
}

/* What a peer asks in this turn. Long frames wait for their turn one by one, so that one is read while another is
 * written, and so that who asks little need not wait for all of them. */
static size_t gather_peer(struct loop *loop, struct peer *peer, size_t count)
{
    struct slice frame = {0};
    size_t longs = 0;
    peer->left = false;
    while (count < KEEPER_BATCH_MAX && next_frame(peer, &frame)) {
        struct keeper_ask ask = {frame, peer->local, peer};
        longs += frame.len > LOOP_LONG_BYTES;
        if (longs > LOOP_LONGS) {
            peer->left = true;
            peer->taken -= LENGTH_BYTES + frame.len;
            if (!loop->soon.from) loop->soon = ask;
            break;
        }
        loop->asks[count++] = ask;
    }
    return count;
}

static size_t gather(struct loop *loop)
{
    size_t count = 0;
    loop->more = false;
    loop->soon = (struct keeper_ask){0};
    for (size_t i = 0; i < SLOTS; i++) {
        struct peer *peer = &loop->peers[(loop->first + i) % SLOTS];
        if (peer->fd < 0 || unsent(peer) > LOOP_OUT_BYTES) continue;
        count = gather_peer(loop, peer, count);
    }
    loop->first = (loop->first + 1) % SLOTS;
    return count;
}

static void take_answer(void *context, void *from, struct slice frame)
{
    (void)context;
    struct peer *peer = from;
    buf_slice_put(&peer->out, frame);
}

/* Wipe the frames that were run; a part of the next one moves to the front. */
static void forget_taken(struct peer *peer)
{
    if (peer->taken == 0) return;
    size_t rest = peer->in.len - peer->taken;
    if (rest > 0) memmove(peer->in.at, peer->in.at + peer->taken, rest);
    explicit_bzero(peer->in.at + rest, peer->in.len - rest);
    peer->in.len = rest;
    peer->taken = 0;
    if (rest == 0 && peer->in.cap > KEEP_BYTES) buf_done(&peer->in);
}

static void run_batch(struct loop *loop)
{
    size_t count = gather(loop);
    if (count > 0 || loop->rung) loop->idle_at = 0; /* it may queue mails */
    if (loop->rung) keeper_resume(loop->keeper, (struct keeper_sink){take_answer, NULL});
    loop->rung = false;
    if (count > 0 && loop->soon.from) keeper_soon(loop->keeper, &loop->soon);
    if (count > 0) keeper_run(loop->keeper, loop->asks, count, (struct keeper_sink){take_answer, NULL});
    for (size_t i = 0; i < SLOTS; i++) forget_taken(&loop->peers[i]);
}

static void lose_front(struct loop *loop, int64_t now)
{
    int wait_ms = -1, fd = -1;
    if (loop->stopping || loop->hooks->front_lost == NULL) return;
    fd = loop->hooks->front_lost(loop->hooks->context, &wait_ms);
    loop->retry_front_at = 0;
    if (fd >= 0) {
        if (!peer_open(loop, FRONT, fd)) loop->failed = true;
    } else if (wait_ms >= 0) {
        loop->retry_front_at = now + (int64_t)wait_ms * 1000;
    } else {
        loop->failed = true;
    }
}

/* Send what there is, drop who is gone, and ask epoll for what each peer needs next. */
static void settle(struct loop *loop, size_t slot, int64_t now)
{
    struct peer *peer = &loop->peers[slot];
    if (peer->fd < 0) return;
    if (unsent(peer) > 0) peer_write(peer);
    bool stuck = peer->local && peer->stuck_since > 0 && now - peer->stuck_since > LOOP_STUCK_US;
    if (peer->broken || stuck || (peer->ended && unsent(peer) == 0 && frame_bytes(peer) == 0)) {
        keeper_forget(loop->keeper, peer);
        peer_close(peer);
        if (slot == FRONT) lose_front(loop, now);
        return;
    }
    if (frame_bytes(peer) > 0 && unsent(peer) <= LOOP_OUT_BYTES) loop->more = true;
    uint32_t wanted = unsent(peer) > 0 ? EPOLLOUT : 0;
    bool room = unsent(peer) <= LOOP_OUT_BYTES &&
                (peer->left || frame_bytes(peer) == 0); /* what came is taken before more comes */
    if (!peer->ended && room) wanted |= EPOLLIN;
    if (wanted == peer->wanted) return;
    struct epoll_event event = {.events = wanted, .data.u64 = slot};
    if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, peer->fd, &event) != 0) peer->broken = true;
    peer->wanted = wanted;
}

static void begin_stop(struct loop *loop)
{
    if (loop->stopping) { /* the second time somebody is in a hurry */
        loop->stop_at = 0;
        return;
    }
    loop->stopping = true;
    loop->stop_at = clock_monotonic_us() + LOOP_STOP_US;
    if (loop->listen_fd >= 0) (void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, loop->listen_fd, NULL);
    if (loop->hooks->stop) loop->hooks->stop(loop->hooks->context);
}

static void take_signals(struct loop *loop)
{
    struct signalfd_siginfo info = {0};
    while (read(loop->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) begin_stop(loop);
        if (info.ssi_signo == SIGHUP && loop->hooks->reload) loop->hooks->reload(loop->hooks->context);
    }
}

static bool busy(const struct loop *loop)
{
    if (loop->peers[FRONT].fd >= 0 || loop->more) return true;
    for (size_t i = 0; i < SLOTS; i++) {
        if (loop->peers[i].fd >= 0 && unsent(&loop->peers[i]) > 0) return true;
    }
    return false;
}

static int wait_ms(const struct loop *loop, int64_t now)
{
    if (loop->more) return 0;
    int64_t until = loop->idle_at;
    if (loop->retry_front_at > 0 && loop->retry_front_at < until) until = loop->retry_front_at;
    if (until <= now) return 0;
    int64_t ms = (until - now + 999) / 1000;
    return ms < TURN_MS_MAX ? (int)ms : TURN_MS_MAX;
}

static void turn(struct loop *loop)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(loop->epoll_fd, events, EVENTS, wait_ms(loop, clock_monotonic_us()));
    if (count < 0 && errno != EINTR) loop->failed = true;
    for (int i = 0; i < count; i++) {
        uint64_t slot = events[i].data.u64;
        if (slot == SLOTS)
            accept_peers(loop);
        else if (slot == SLOTS + 2)
            loop->rung = true;
        else if (slot >= WORD && slot < WORD + KEEPER_WORD_FDS)
            loop->idle_at = 0;
        else if (slot > SLOTS)
            take_signals(loop);
        else if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            peer_read(&loop->peers[slot]);
    }
    run_batch(loop);
    int64_t now = clock_monotonic_us();
    for (size_t i = 0; i < SLOTS; i++) settle(loop, i, now);
    if (loop->retry_front_at > 0 && now >= loop->retry_front_at) lose_front(loop, now);
    if (now >= loop->idle_at) loop->idle_at = now + keeper_idle(loop->keeper);
}

RESULT keeper_loop(struct keeper *keeper, const struct loop_doors *doors, const struct loop_hooks *hooks)
{
    assert(keeper && doors && hooks);
    SCOPED(loop_done)
    struct loop loop = {
        .keeper = keeper, .hooks = hooks, .listen_fd = doors->listen_fd, .signal_fd = doors->signal_fd};
    for (size_t i = 0; i < SLOTS; i++) loop.peers[i].fd = -1;
    loop.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop.asks = calloc(KEEPER_BATCH_MAX, sizeof *loop.asks);
    if (loop.epoll_fd < 0 || loop.asks == NULL) return FAIL(UNAVAILABLE, "keeper: no memory for its sockets");
    int rings_fd = -1;
    TRY(keeper_apart(keeper, &rings_fd));
    bool watched = watch(&loop, rings_fd, SLOTS + 2) &&
                   (doors->listen_fd < 0 || watch(&loop, doors->listen_fd, SLOTS)) &&
                   (doors->signal_fd < 0 || watch(&loop, doors->signal_fd, SLOTS + 1)) &&
                   (doors->front_fd < 0 || peer_open(&loop, FRONT, doors->front_fd));
    for (size_t i = 0; i < KEEPER_WORD_FDS; i++) {
        int fd = keeper_word_fd(keeper, i);
        watched = watched && (fd < 0 || watch(&loop, fd, WORD + i));
    }
    if (!watched) return FAIL(UNAVAILABLE, "keeper: its sockets cannot be watched: %s", strerror(errno));

    while (!loop.failed) {
        turn(&loop);
        if (loop.stopping && (!busy(&loop) || clock_monotonic_us() > loop.stop_at)) return OK;
    }
    return FAIL(UNAVAILABLE, "keeper: the front could not be started again; see the log lines above");
}

#include "serve/launch.h"

#include "child/child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGS_MAX = 8 + 2 * FRONT_PROXIES_MAX, LINE_BYTES = 1024 * 1024, STEP_MS = 10 };

static void fd_done(const int *fd)
{
    if (*fd >= 0) (void)close(*fd);
}

static void make_args(const struct front_options *options, const char *args[ARGS_MAX])
{
    size_t count = 0;
    args[count++] = "amanah";
    args[count++] = FRONT_WORD;
    if (options->certificate_path) args[count++] = "--tls";
    if (options->secure && !options->certificate_path) args[count++] = "--secure";
    if (options->log_requests) args[count++] = "--log-requests";
    if (options->console_fd >= 0) args[count++] = "--console";
    if (options->portal_fd >= 0) args[count++] = "--portal";
    for (size_t i = 0; i < options->proxy_count; i++) {
        args[count++] = "--proxy";
        args[count++] = options->proxies[i];
    }
    args[count] = NULL;
    assert(count < ARGS_MAX);
}

static RESULT send_pair(int control_fd, const int fds[2])
{
    char kind = 'C';
    union {
        char bytes[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr align;
    } space = {0};
    struct iovec data = {&kind, 1};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = space.bytes, .msg_controllen = sizeof space};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(2 * sizeof(int));
    memcpy(CMSG_DATA(rights), fds, 2 * sizeof(int));
    if (sendmsg(control_fd, &message, MSG_NOSIGNAL) == 1) return OK;
    return FAIL(UNAVAILABLE, "front: it takes no certificate: %s", strerror(errno));
}

RESULT front_reload(const struct front_options *options, const struct front_child *child)
{
    if (options->certificate_path == NULL) return OK;
    SCOPED(fd_done) int certificate = open(options->certificate_path, O_RDONLY | O_CLOEXEC);
    if (certificate < 0) return FAIL(CONFIG, "TLS certificate: cannot be opened: %s", strerror(errno));
    SCOPED(fd_done) int key = open(options->key_path, O_RDONLY | O_CLOEXEC);
    if (key < 0) return FAIL(CONFIG, "TLS key: cannot be opened: %s", strerror(errno));
    return send_pair(child->control_fd, (int[2]){certificate, key});
}

static RESULT await_ready(const struct front_child *child)
{
    struct pollfd wait = {.fd = child->control_fd, .events = POLLIN};
    char word = 0;
    if (poll(&wait, 1, FRONT_START_MS) != 1) return FAIL(UNAVAILABLE, "front: it does not begin to serve");
    if (recv(child->control_fd, &word, 1, 0) == 1 && word == 'R') return OK;
    return FAIL(UNAVAILABLE, "front: it ended at its start; its log lines say why");
}

static void front_child_done(struct front_child *child)
{
    if (child->pid == 0) return;
    (void)kill(child->pid, SIGKILL);
    front_reap(child, NULL);
}

RESULT front_start(const struct front_options *options, struct front_child *out, int *out_keeper_fd)
{
    assert(options->proxy_count <= FRONT_PROXIES_MAX);
    const char *args[ARGS_MAX] = {NULL};
    int line[2] = {-1, -1}, control[2] = {-1, -1}, room = LINE_BYTES;
    make_args(options, args);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, line) != 0) {
        return FAIL(UNAVAILABLE, "front: no line to it: %s", strerror(errno));
    }
    SCOPED(fd_done) int keeper_fd = line[0], front_fd = line[1];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) != 0) {
        return FAIL(UNAVAILABLE, "front: no control of it: %s", strerror(errno));
    }
    SCOPED(fd_done) int its_control = control[1];
    for (int i = 0; i < 2; i++) (void)setsockopt(line[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    SCOPED(front_child_done) struct front_child child = {.control_fd = control[0]};
    int fds[CHILD_FDS_MAX] = {front_fd, its_control, options->listen_fd};
    size_t fd_count = 3;
    if (options->console_fd >= 0) fds[fd_count++] = options->console_fd;
    if (options->portal_fd >= 0) fds[fd_count++] = options->portal_fd;
    int failed = child_spawn(args, fds, fd_count, FRONT_FD_KEEPER, &child.pid);
    if (failed) {
        (void)close(control[0]);
        child.pid = 0;
        return FAIL(UNAVAILABLE, "front: it cannot be started: %s", strerror(failed));
    }
    (void)close(its_control); /* so that its end is seen */
    its_control = -1;
    TRY(front_reload(options, &child));
    TRY(await_ready(&child));
    *out = TAKE(child);
    *out_keeper_fd = keeper_fd;
    keeper_fd = -1;
    return OK;
}

void front_quit(const struct front_child *child)
{
    (void)send(child->control_fd, "Q", 1, MSG_NOSIGNAL);
}

void front_reap(struct front_child *child, int *out_status)
{
    if (child->pid == 0) return;
    int status = 0;
    pid_t gone = 0;
    for (int waited = 0; waited < FRONT_END_MS && gone == 0; waited += STEP_MS) {
        gone = waitpid(child->pid, &status, WNOHANG);
        if (gone == 0) (void)usleep(STEP_MS * 1000);
    }
    if (gone == 0) {
        (void)kill(child->pid, SIGKILL);
        (void)waitpid(child->pid, &status, 0);
    }
    (void)close(child->control_fd);
    *child = (struct front_child){0};
    if (out_status) *out_status = status;
}

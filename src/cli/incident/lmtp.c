/*
 * Bounces over LMTP: a listener of its own on a Unix socket, which the mail host hands what comes to return paths. It has no
 * key of the vault and no store: it reads the protocol (mail/lmtp.h), hands each message on, and says what became of it.
 * What the vault did not take durably is answered "later", so the mail host keeps it.
 */
#include "mail/lmtp.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/show.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { READ_BYTES = 16 * 1024, IDLE_S = 30, BACKLOG = 64, SOCKET_MODE = 0660 };

static void descriptor_done(int *fd)
{
    if (*fd >= 0) (void)close(*fd);
}

/* Whom the socket is for beside its owner. None is named: the group that the folder gives, or the program's own. */
static RESULT group_find(const struct call *call, gid_t *out)
{
    const char *name = call_text(call, OPT_GROUP);
    const struct group *group = name ? getgrnam(name) : NULL;
    *out = group ? group->gr_gid : (gid_t)-1;
    return name && !group ? FAIL(USAGE, "--group: no such group on this machine") : OK;
}

/* Until its group is set nobody but the owner may write to it: the program's umask is 077. */
static bool socket_bind(int fd, const struct sockaddr_un *address, gid_t group)
{
    return bind(fd, (const struct sockaddr *)address, sizeof *address) == 0 &&
           chown(address->sun_path, (uid_t)-1, group) == 0 && chmod(address->sun_path, SOCKET_MODE) == 0 &&
           listen(fd, BACKLOG) == 0;
}

/* A socket that nobody serves any more is in the way; one that somebody serves is not taken from them. */
static RESULT socket_open(const char *path, gid_t group, int *out)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    SCOPED(descriptor_done) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (strlen(path) >= sizeof address.sun_path)
        return FAIL(USAGE, "argument 1: a shorter path for a socket");
    memcpy(address.sun_path, path, strlen(path));
    if (fd < 0) return FAIL(UNAVAILABLE, "lmtp: no socket: %s", strerror(errno));
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return FAIL(CONFLICT, "%s: somebody listens there already", path);
    struct stat there = {0};
    if (lstat(path, &there) == 0 && S_ISSOCK(there.st_mode)) (void)unlink(path);
    SCOPED(descriptor_done) int fresh = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fresh < 0 || !socket_bind(fresh, &address, group))
        return FAIL(UNAVAILABLE, "%s: cannot listen: %s", path, strerror(errno));
    *out = fresh;
    fresh = -1;
    return OK;
}

static bool write_all(int fd, struct buf *bytes)
{
    struct slice rest = buf_slice(bytes);
    while (rest.len > 0) {
        ssize_t put = send(fd, rest.at, rest.len, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        rest = slice_from(rest, (size_t)put);
    }
    buf_clear(bytes);
    return true;
}

static enum lmtp_end hand_on(struct call *call, struct client **client, struct slice to, struct slice message)
{
    SCOPED(answer_done) struct answer answer = {0};
    const struct notice_bounce_ask ask = {.recipient = to, .message = message};
    struct result done = *client ? OK : client_open_served(call, client);
    if (done.code == CODE_OK) done = client_ask(*client, VERB_NOTICE_BOUNCE, &ask, &answer);
    if (done.code == CODE_OK) return LMTP_TAKEN;
    if (done.code == CODE_INVALID || done.code == CODE_NOT_FOUND) return LMTP_NONE_OF_OURS;
    show_remark(call, "bounce: %s", result_text());
    if (done.code == CODE_UNAVAILABLE) client_free(client); /* the next one finds it again */
    return LMTP_LATER;
}

/* What a mail host hands over may be no UTF-8: what is not ASCII says nothing that matters. */
static void ascii_only(struct buf *message)
{
    for (size_t i = 0; i < message->len; i++) {
        if (message->at[i] >= 0x80 || message->at[i] == 0) message->at[i] = '?';
    }
}

static void connection(struct call *call, struct client **client, int fd)
{
    SCOPED(lmtp_done) struct lmtp lmtp = {0};
    SCOPED(buf_done) struct buf out = {0};
    const struct timeval idle = {.tv_sec = IDLE_S};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof idle); /* without, it would wait longer */
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &idle, sizeof idle);
    lmtp_begin(&lmtp, &out);
    while (write_all(fd, &out) && !lmtp.over) {
        size_t had = lmtp.in.len;
        ssize_t got = read(fd, buf_extend(&lmtp.in, READ_BYTES), READ_BYTES);
        lmtp.in.len = had + (got > 0 ? (size_t)got : 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return;
        while (lmtp_input(&lmtp, &out)) {
            ascii_only(&lmtp.message);
            for (size_t i = 0; i < lmtp.to_count; i++)
                lmtp_answer(hand_on(call, client, buf_slice(&lmtp.to[i]), buf_slice(&lmtp.message)), &out);
            lmtp_next(&lmtp);
        }
    }
}

RESULT command_notice_lmtp(struct call *call)
{
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer shown = {0};
    SCOPED(descriptor_done) int listener = -1;
    const struct notice_bounce_ask ask = {.recipient = SLICE_TEXT("RECIPIENT"),
                                          .message = SLICE_TEXT("BOUNCE")};
    if (call_shows(call)) { /* what it asks for each bounce */
        TRY(client_open(call, &client));
        return ask_answer(call, client, VERB_NOTICE_BOUNCE, &ask, &shown);
    }
    TRY(client_open_served(call, &client));
    gid_t group = (gid_t)-1;
    TRY(group_find(call, &group));
    TRY(socket_open(call->args[0], group, &listener));
    show_remark(call, "bounces are taken in at %s", call->args[0]);
    for (;;) { /* until a signal ends it: nothing of it is lost, the mail host keeps what was not taken */
        SCOPED(descriptor_done) int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0 && errno != EINTR && errno != ECONNABORTED)
            return FAIL(UNAVAILABLE, "%s: %s", call->args[0], strerror(errno));
        if (fd >= 0) connection(call, &client, fd);
    }
}

#include "crypto/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What comes back: the cause in 4 bytes, then the bytes, or the text of a failure. */
enum { HEAD_BYTES = 4, FRAME_BYTES_MAX = HEAD_BYTES + APART_BYTES_MAX };

static void fd_done(int *fd)
{
    if (*fd >= 0) (void)close(*fd); /* nothing is lost with it */
}

/* In the copy. Its standard streams are the parent's: nothing is flushed, no handler runs. */
__attribute__((noreturn)) static void work_apart(struct result (*work)(void *context, struct buf *out),
                                                 void *context, int to)
{
    struct buf frame = {0}, bytes = {0};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* else it only ends later, by itself */
    (void)signal(SIGPIPE, SIG_DFL);
    struct result done = work(context, &bytes);
    buf_be32(&frame, (uint32_t)done.cause);
    if (done.code == CODE_OK)
        buf_slice_put(&frame, buf_slice(&bytes));
    else
        buf_text(&frame, result_text());
    for (size_t at = 0; at < frame.len && frame.len <= FRAME_BYTES_MAX;) {
        ssize_t wrote = write(to, frame.at + at, frame.len - at);
        if (wrote < 0 && errno != EINTR) _exit(1);
        if (wrote > 0) at += (size_t)wrote;
    }
    _exit(frame.len <= FRAME_BYTES_MAX ? 0 : 1);
}

/* Until its end. */
static bool frame_read(int from, struct buf *frame)
{
    for (;;) {
        ssize_t got = read(from, buf_extend(frame, FRAME_BYTES_MAX), FRAME_BYTES_MAX);
        frame->len -= FRAME_BYTES_MAX - (got > 0 ? (size_t)got : 0);
        if (got == 0) return frame->len >= HEAD_BYTES;
        if ((got < 0 && errno != EINTR) || frame->len > FRAME_BYTES_MAX) return false;
    }
}

static RESULT frame_take(const struct buf *frame, struct buf *out)
{
    struct cursor cursor = {buf_slice(frame), false};
    enum cause cause = (enum cause)cursor_be32(&cursor);
    if (cause != CAUSE_OK) return result_carry(cause, (const char *)cursor.rest.at, cursor.rest.len);
    buf_slice_put(out, cursor.rest);
    return OK;
}

RESULT apart_run(struct result (*work)(void *context, struct buf *out), void *context, struct buf *out)
{
    SCOPED(buf_done) struct buf frame = {0};
    int ends[2], status = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) return FAIL(UNAVAILABLE, "process: no pipe to it");
    SCOPED(fd_done) int from = ends[0], to = ends[1];
    pid_t child = fork();
    if (child == 0) work_apart(work, context, to);
    fd_done(&to);
    to = -1;
    if (child < 0) return FAIL(UNAVAILABLE, "process: none can be made now");
    bool whole = frame_read(from, &frame);
    if (!whole) (void)kill(child, SIGKILL); /* it may be gone already */
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (!whole || status != 0) return FAIL(UNAVAILABLE, "process: it ended before its work was done");
    return frame_take(&frame, out);
}

#include "cli/output.h"

#include "crypto/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

RESULT output_all(int fd, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t put = write(fd, bytes.at, bytes.len);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0 && (errno == ENOSPC || errno == EDQUOT))
            return FAIL(DISK_FULL, "--out: the disk is full; free some space");
        if (put < 0) return FAIL(UNAVAILABLE, "--out: cannot write: %s", strerror(errno));
        bytes = slice_from(bytes, (size_t)put);
    }
    return OK;
}

static void fd_done(int *fd)
{
    if (*fd >= 0) (void)close(*fd); /* what matters was fsynced before */
}

RESULT output_made(const char *path, struct result (*make)(void *context, int fd), void *context)
{
    SCOPED(buf_done) struct buf temporary = {0};
    if (strcmp(path, "-") == 0) return make(context, STDOUT_FILENO);
    buf_print(&temporary, "%s.part", path);
    SCOPED(fd_done)
    int fd = open(buf_c(&temporary), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return FAIL(UNAVAILABLE, "%s: cannot create: %s", buf_c(&temporary), strerror(errno));
    struct result done = make(context, fd);
    if (done.code == CODE_OK && (fsync(fd) != 0 || rename(buf_c(&temporary), path) != 0))
        done = FAIL(UNAVAILABLE, "%s: cannot write: %s", path, strerror(errno));
    if (done.code == CODE_OK) return file_folder_sync(path);
    (void)unlink(buf_c(&temporary)); /* the reason above is what counts */
    return done;
}

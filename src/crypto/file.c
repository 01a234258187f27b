#include "crypto/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fd_done(int *fd)
{
    if (*fd >= 0) (void)close(*fd); /* what matters was fsynced before */
}

static RESULT write_all(int fd, const char *path, struct slice bytes)
{
    size_t done = 0;
    while (done < bytes.len) {
        ssize_t put = write(fd, bytes.at + done, bytes.len - done);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0 && errno == ENOSPC) return FAIL(DISK_FULL, "%s: the disk is full; free some space", path);
        if (put < 0) return FAIL(UNAVAILABLE, "%s: cannot write: %s", path, strerror(errno));
        done += (size_t)put;
    }
    return OK;
}

RESULT file_folder_sync(const char *path)
{
    char copy[4096];
    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy) return FAIL(INVALID, "path: too long");
    SCOPED(fd_done) int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return FAIL(UNAVAILABLE, "%s: cannot sync its directory: %s", path, strerror(errno));
    return OK;
}

/* Whose it is to be: as the file that it takes the place of; else, if `of_folder`, as its folder; else the process's. */
static RESULT owner_take(int fd, const char *path, bool of_folder)
{
    char copy[4096];
    struct stat owner = {0};
    bool there = lstat(path, &owner) == 0;
    if (geteuid() != 0 || (!there && !of_folder)) return OK; /* who may not give it away is whose it is */
    (void)snprintf(copy, sizeof copy, "%s", path);
    if ((there || stat(dirname(copy), &owner) == 0) && fchown(fd, owner.st_uid, owner.st_gid) == 0) return OK;
    return FAIL(UNAVAILABLE, "%s: cannot be given to the owner it had: %s", path, strerror(errno));
}

/* Made anew beside it, never opened: who owns the folder may have put a link there. */
static RESULT replace(const char *path, struct slice bytes, bool of_folder)
{
    char temporary[4096];
    if (snprintf(temporary, sizeof temporary, "%s.new", path) >= (int)sizeof temporary) {
        return FAIL(INVALID, "path: too long");
    }
    (void)unlink(temporary); /* of a time before, if there is one */
    SCOPED(fd_done) int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return FAIL(UNAVAILABLE, "%s: cannot create: %s", temporary, strerror(errno));
    TRY(owner_take(fd, path, of_folder));
    TRY(write_all(fd, temporary, bytes));
    if (fsync(fd) != 0) return FAIL(UNAVAILABLE, "%s: cannot sync: %s", temporary, strerror(errno));
    if (rename(temporary, path) != 0)
        return FAIL(UNAVAILABLE, "%s: cannot rename: %s", path, strerror(errno));
    return file_folder_sync(path);
}

RESULT file_replace(const char *path, struct slice bytes)
{
    return replace(path, bytes, false);
}

RESULT file_replace_at_home(const char *path, struct slice bytes)
{
    return replace(path, bytes, true);
}

RESULT file_read(const char *path, size_t bytes_max, struct buf *out)
{
    SCOPED(fd_done) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) return FAIL(NOT_FOUND, "%s: no such file", path);
    if (fd < 0) return FAIL(UNAVAILABLE, "%s: cannot open: %s", path, strerror(errno));
    size_t start = out->len;
    for (;;) {
        uint8_t block[4096];
        ssize_t got = read(fd, block, sizeof block);
        if (got < 0 && errno == EINTR) continue;
        if (got > 0) buf_put(out, block, (size_t)got);
        explicit_bzero(block, sizeof block);
        if (got == 0) return OK;
        if (got > 0 && out->len - start <= bytes_max) continue;
        out->len = start;
        if (got < 0) return FAIL(UNAVAILABLE, "%s: cannot read: %s", path, strerror(errno));
        return FAIL(INVALID, "%s: larger than %zu bytes", path, bytes_max);
    }
}

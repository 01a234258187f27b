#include "crypto/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FREED_AT_ONCE = 4 * 1024 * 1024, FREED_REST_NS = 3 * 1000 * 1000 };

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

/* To hold a file whose name is about to go; -1: there is none, or none that can be shortened. */
static int hold(const char *path)
{
    return open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/*
 * A file that has no name any more gives its room back piece by piece. Where a file system tells the disk what is free (the
 * mount option `discard`), 107 MB at once took 15 ms, and each fsync() of the keeper waited for them; 4 MB take 1 to 2.
 * Whoever has it open reads it to its end: a lease is not given then. It is never kept, as nobody can open it anew.
 */
static void let_go(int fd)
{
    static const struct timespec rest = {.tv_nsec = FREED_REST_NS};
    struct stat status = {0};
    if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink > 0) return;
    if (fcntl(fd, F_SETLEASE, F_WRLCK) != 0 || fcntl(fd, F_SETLEASE, F_UNLCK) != 0) return;
    for (off_t left = status.st_size - FREED_AT_ONCE; left > 0; left -= FREED_AT_ONCE) {
        if (ftruncate(fd, left) != 0) return; /* the rest is freed as it is closed */
        (void)nanosleep(&rest, NULL);         /* a shorter one only goes on sooner */
    }
}

RESULT file_remove(const char *path)
{
    SCOPED(fd_done) int fd = hold(path);
    if (unlink(path) != 0 && errno != ENOENT)
        return FAIL(UNAVAILABLE, "%s: cannot remove: %s", path, strerror(errno));
    let_go(fd);
    return OK;
}

RESULT file_rename(const char *path, const char *to)
{
    SCOPED(fd_done) int fd = hold(to);
    if (rename(path, to) != 0) return FAIL(UNAVAILABLE, "%s: cannot rename: %s", to, strerror(errno));
    TRY(file_folder_sync(to));
    let_go(fd);
    return OK;
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

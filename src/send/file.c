#include "send/send_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void fd_done(const int *fd)
{
    if (*fd >= 0) (void)close(*fd);
}

/* A line that a crash cut off is ended, so that the next one stands alone. */
static bool line_end_put(int fd, off_t size)
{
    char last = '\n';
    if (size > 0 && pread(fd, &last, 1, size - 1) != 1) return false;
    return last == '\n' || write(fd, "\n", 1) == 1;
}

/* All of it or nothing, as far as the disk lets us. */
static bool all_put(int fd, const struct buf *bytes, off_t size)
{
    ssize_t len = write(fd, bytes->at, bytes->len);
    if (len == (ssize_t)bytes->len && fdatasync(fd) == 0) return true;
    int failed = ftruncate(fd, size); /* else the rest is a line cut off, which is told again whole */
    (void)failed;
    return false;
}

/* Opened anew for each job, so a file that was rotated away is simply a new one. */
struct send_done file_append(const struct send_job *job)
{
    SCOPED(buf_done) struct buf path = {0};
    struct stat about = {0};
    buf_slice_put(&path, buf_slice(&job->target));
    SCOPED(fd_done)
    int fd = open(buf_c(&path), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
                  S_IRUSR | S_IWUSR | S_IRGRP);
    if (fd < 0) {
        return send_word(job, SEND_LATER,
                         errno == ENOENT   ? "the folder of the file is not there"
                         : errno == EACCES ? "the file may not be written"
                         : errno == ELOOP  ? "the file is a link, and none is followed"
                                           : "the file cannot be opened");
    }
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode))
        return send_word(job, SEND_LATER, "it is no plain file");
    if (!line_end_put(fd, about.st_size) || !all_put(fd, &job->bytes, about.st_size))
        return send_word(job, SEND_LATER, "the file cannot be written: is the disk full?");
    return send_word(job, SEND_ARRIVED, NULL);
}

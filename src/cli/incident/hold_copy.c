#include "cli/incident/hold_copy.h"

#include "cli/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_BYTES = 256 * 1024 };

static void descriptor_done(int *fd)
{
    if (*fd >= 0) (void)close(*fd); /* what was written was fsynced before */
}

static RESULT plain_open(const char *path, int flags, int *out, uint64_t *bytes)
{
    SCOPED(descriptor_done) int fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0600);
    struct stat status = {0};
    if (fd < 0 && errno == ENOENT) return FAIL(NOT_FOUND, "%s: not there", path);
    if (fd < 0) return FAIL(UNAVAILABLE, "%s: cannot open: %s", path, strerror(errno));
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return FAIL(UNAVAILABLE, "%s: no plain file", path);
    *bytes = (uint64_t)status.st_size;
    *out = fd;
    fd = -1;
    return OK;
}

/* Up to `want` bytes at `from`; fewer only where the file ends. */
static RESULT block_read(int fd, uint64_t from, size_t want, struct buf *out)
{
    buf_clear(out);
    uint8_t *at = buf_extend(out, want);
    size_t done = 0;
    while (done < want) {
        ssize_t got = pread(fd, at + done, want - done, (off_t)(from + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return FAIL(UNAVAILABLE, "file: cannot read: %s", strerror(errno));
        if (got == 0) break;
        done += (size_t)got;
    }
    out->len = done;
    return OK;
}

/* As much of it as there was when it was opened: it may grow meanwhile. */
static RESULT read_hashed(struct crypto *crypto, int fd, const struct hold_known *known, struct hold_now *now)
{
    SCOPED(hasher_free) struct hasher *hasher = NULL;
    SCOPED(buf_done) struct buf block = {0};
    uint64_t mark = known->bytes < now->bytes ? known->bytes : now->bytes, at = 0;
    TRY(hasher_new(crypto, &hasher));
    hasher_so_far(hasher, &now->before);
    while (at < now->bytes) {
        uint64_t end = at < mark ? mark : now->bytes;
        TRY(block_read(fd, at, end - at < BLOCK_BYTES ? (size_t)(end - at) : BLOCK_BYTES, &block));
        if (block.len == 0) break; /* it was cut this moment */
        hasher_put(hasher, buf_slice(&block));
        at += block.len;
        if (at == mark) hasher_so_far(hasher, &now->before);
    }
    if (at < mark) hasher_so_far(hasher, &now->before);
    now->bytes = at;
    hasher_end(hasher, &now->hash);
    return OK;
}

RESULT hold_measure(struct crypto *crypto, const char *path, const struct hold_known *known,
                    struct hold_now *out)
{
    SCOPED(descriptor_done) int fd = -1;
    *out = (struct hold_now){0};
    struct result opened = plain_open(path, O_RDONLY, &fd, &out->bytes);
    out->gone = opened.code == CODE_NOT_FOUND;
    if (out->gone) return OK;
    TRY(opened);
    return read_hashed(crypto, fd, known, out);
}

bool hold_good(const struct hold_known *known, const struct hold_now *now)
{
    if (!known->there) return !now->gone;
    return !now->gone && now->bytes >= known->bytes && hash_equal(&known->hash, &now->before);
}

static RESULT block_write(int fd, uint64_t to, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t put = pwrite(fd, bytes.at, bytes.len, (off_t)to);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return FAIL(UNAVAILABLE, "--dir: cannot write a copy: %s", strerror(errno));
        bytes = slice_from(bytes, (size_t)put);
        to += (uint64_t)put;
    }
    return OK;
}

RESULT hold_grow(const char *path, const char *copy, uint64_t from, uint64_t to)
{
    SCOPED(descriptor_done) int source = -1, target = -1;
    SCOPED(buf_done) struct buf block = {0};
    uint64_t bytes = 0, there = 0;
    TRY(plain_open(path, O_RDONLY, &source, &bytes));
    TRY(plain_open(copy, O_RDWR | O_CREAT | O_NOFOLLOW, &target, &there));
    if (there > from && ftruncate(target, (off_t)from) != 0)
        return FAIL(UNAVAILABLE, "--dir: cannot cut a copy: %s", strerror(errno));
    while (from < to) {
        TRY(block_read(source, from, to - from < BLOCK_BYTES ? (size_t)(to - from) : BLOCK_BYTES, &block));
        if (block.len == 0) break;
        TRY(block_write(target, from, buf_slice(&block)));
        from += block.len;
    }
    return fsync(target) == 0 ? OK : FAIL(UNAVAILABLE, "--dir: cannot write a copy: %s", strerror(errno));
}

RESULT hold_run(const char *const *words, const char *copy)
{
    SCOPED(descriptor_done) int fd = -1;
    uint64_t bytes = 0;
    TRY(plain_open(copy, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, &fd, &bytes));
    TRY(hand_from_program(words, fd));
    return fsync(fd) == 0 ? OK : FAIL(UNAVAILABLE, "--dir: cannot write a copy: %s", strerror(errno));
}

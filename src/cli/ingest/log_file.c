#include "cli/ingest/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { IN_BYTES = 64 * 1024, HEAD_BYTES = 256, GZIP_WINDOW_BITS = 15 + 16, MAGIC_BYTES = 2 };

struct log_file {
    int fd;
    bool begun, zipped, regular;
    z_stream zip;
    bool zip_open, zip_ended; /* between members, of which a file may have several */
    uint8_t in[IN_BYTES];
    size_t in_at, in_len;
    uint64_t raw; /* bytes of the file that were read */
    uint8_t head[HEAD_BYTES];
    size_t head_len;
};

void log_file_free(struct log_file **file)
{
    struct log_file *at = *file;
    if (!at) return;
    if (at->zip_open) (void)inflateEnd(&at->zip);   /* only frees */
    if (at->fd > STDIN_FILENO) (void)close(at->fd); /* it was only read */
    explicit_bzero(at, sizeof *at);
    free(at);
    *file = NULL;
}

RESULT log_file_open(const char *path, struct log_file **out)
{
    SCOPED(log_file_free) struct log_file *file = calloc(1, sizeof *file);
    struct stat at = {0};
    if (!file) return FAIL(UNAVAILABLE, "ingest: out of memory");
    file->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (file->fd < 0 && errno == ENOENT) return FAIL(NOT_FOUND, "%s: no such file", path);
    if (file->fd < 0 || fstat(file->fd, &at) != 0)
        return FAIL(UNAVAILABLE, "%s: cannot be read: %s", path, strerror(errno));
    if (S_ISDIR(at.st_mode)) return FAIL(INVALID, "%s: a folder; name the files in it", path);
    file->regular = S_ISREG(at.st_mode);
    *out = TAKE(file);
    return OK;
}

static RESULT raw_read(struct log_file *file, void *room, size_t len, size_t *out)
{
    for (;;) {
        ssize_t got = read(file->fd, room, len);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return FAIL(UNAVAILABLE, "ingest: the log cannot be read: %s", strerror(errno));
        if (file->raw < HEAD_BYTES && got > 0) {
            size_t more =
                HEAD_BYTES - file->head_len < (size_t)got ? HEAD_BYTES - file->head_len : (size_t)got;
            memcpy(file->head + file->head_len, room, more);
            file->head_len += more;
        }
        file->raw += (uint64_t)got;
        *out = (size_t)got;
        return OK;
    }
}

/* The first bytes tell whether it is compressed. */
static RESULT begin(struct log_file *file)
{
    while (file->in_len < MAGIC_BYTES) {
        size_t got = 0;
        TRY(raw_read(file, file->in + file->in_len, IN_BYTES - file->in_len, &got));
        if (got == 0) break;
        file->in_len += got;
    }
    if (file->in_len == 0) return OK; /* nothing in it yet */
    file->begun = file->in_len >= MAGIC_BYTES;
    file->zipped = file->begun && file->in[0] == 0x1f && file->in[1] == 0x8b;
    if (!file->zipped) return OK;
    if (inflateInit2(&file->zip, GZIP_WINDOW_BITS) != Z_OK) return FAIL(UNAVAILABLE, "ingest: out of memory");
    file->zip_open = true;
    return OK;
}

static RESULT zip_read(struct log_file *file, void *room, size_t len, size_t *out)
{
    z_stream *zip = &file->zip;
    zip->next_out = room;
    zip->avail_out = (uInt)len;
    while (zip->avail_out == len) {
        if (file->in_at == file->in_len) {
            file->in_at = 0;
            TRY(raw_read(file, file->in, IN_BYTES, &file->in_len));
            if (file->in_len == 0 && !file->zip_ended)
                return FAIL(INVALID, "ingest: the compressed log is cut short");
            if (file->in_len == 0) break;
        }
        if (file->zip_ended &&
            file->in[file->in_at] == 0) { /* zeros behind the last member, as tapes and disks leave */
            file->in_at++;
            continue;
        }
        if (file->zip_ended && inflateReset(zip) != Z_OK) return FAIL(UNAVAILABLE, "ingest: out of memory");
        zip->next_in = file->in + file->in_at;
        zip->avail_in = (uInt)(file->in_len - file->in_at);
        int done = inflate(zip, Z_NO_FLUSH);
        file->in_at = file->in_len - zip->avail_in;
        file->zip_ended = done == Z_STREAM_END;
        if (done != Z_OK && done != Z_STREAM_END && done != Z_BUF_ERROR)
            return FAIL(INVALID, "ingest: the compressed log is no gzip from some place on");
    }
    *out = len - zip->avail_out;
    return OK;
}

RESULT log_file_read(struct log_file *file, void *room, size_t len, size_t *out)
{
    *out = 0;
    if (!file->begun) TRY(begin(file));
    if (file->zipped) return zip_read(file, room, len, out);
    if (file->in_at < file->in_len) {
        *out = file->in_len - file->in_at < len ? file->in_len - file->in_at : len;
        memcpy(room, file->in + file->in_at, *out);
        file->in_at += *out;
        if (file->in_at == file->in_len) file->in_at = file->in_len = 0;
        return OK;
    }
    return raw_read(file, room, len, out);
}

bool log_file_rewind(struct log_file *file)
{
    if (lseek(file->fd, 0, SEEK_SET) != 0) return false;
    if (file->zip_open) (void)inflateEnd(&file->zip); /* only frees */
    memset(&file->zip, 0, sizeof file->zip);
    file->begun = file->zipped = file->zip_open = file->zip_ended = false;
    file->in_at = file->in_len = file->head_len = 0;
    file->raw = 0;
    return true;
}

bool log_file_grows(const struct log_file *file)
{
    return file->regular && !file->zipped;
}

uint64_t log_file_behind(const struct log_file *file)
{
    struct stat at = {0};
    if (!log_file_grows(file) || fstat(file->fd, &at) != 0 || at.st_size < 0) return 0;
    return (uint64_t)at.st_size > file->raw ? (uint64_t)at.st_size - file->raw : 0;
}

enum log_file_turn log_file_turn(const struct log_file *file, const char *path)
{
    struct stat now = {0}, open_at = {0};
    uint8_t head[HEAD_BYTES];
    if (fstat(file->fd, &open_at) != 0 || !S_ISREG(open_at.st_mode)) return LOG_FILE_SAME;
    if ((uint64_t)open_at.st_size < file->raw) return LOG_FILE_CUT;
    ssize_t got = pread(file->fd, head, file->head_len, 0);
    if (got >= 0 && ((size_t)got != file->head_len || memcmp(head, file->head, file->head_len) != 0))
        return LOG_FILE_CUT;
    if (stat(path, &now) != 0) return LOG_FILE_SAME;
    return now.st_ino == open_at.st_ino && now.st_dev == open_at.st_dev ? LOG_FILE_SAME : LOG_FILE_REPLACED;
}

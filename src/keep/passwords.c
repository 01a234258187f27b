#include "keep/passwords.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD_BYTES = 16, ROW_BYTES = SHA1_BYTES + 4, WRITE_BYTES = 256 * 1024, READ_ROWS = 4096 };

static const char magic[] = "AMNPWD01";

struct list {
    int fd;
    uint64_t count;
};

static void list_done(struct list *list)
{
    if (list->fd >= 0) (void)close(list->fd); /* only read */
}

static RESULT bytes_read(const struct list *list, uint64_t at, size_t len, uint8_t *out)
{
    for (size_t done = 0; done < len;) {
        ssize_t got = pread(list->fd, out + done, len - done, (off_t)(at + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return FAIL(CORRUPT, "passwords: a list is cut short");
        done += (size_t)got;
    }
    return OK;
}

static RESULT list_open(const char *path, struct list *out)
{
    uint8_t head[HEAD_BYTES];
    struct stat file = {0};
    out->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (out->fd < 0 && errno == ENOENT) return FAIL(NOT_FOUND, "passwords: there is no such list");
    if (out->fd < 0) return FAIL(UNAVAILABLE, "passwords: a list cannot be opened: %s", strerror(errno));
    TRY(bytes_read(out, 0, sizeof head, head));
    out->count = be64_get(head + 8);
    bool good = fstat(out->fd, &file) == 0 && memcmp(head, magic, 8) == 0 &&
                out->count <= (uint64_t)file.st_size / ROW_BYTES &&
                (uint64_t)file.st_size == HEAD_BYTES + out->count * ROW_BYTES;
    return good ? OK : FAIL(CORRUPT, "passwords: a list is damaged: amanah password import");
}

static uint32_t prefix_of(const uint8_t sha1[SHA1_BYTES])
{
    return be32_get(sha1) >> (32 - PASSWORD_PREFIX_BITS);
}

/* The first row at or behind that prefix. */
static RESULT first_at(const struct list *list, uint32_t prefix, uint64_t *out)
{
    uint64_t low = 0, high = list->count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        uint8_t sha1[SHA1_BYTES];
        TRY(bytes_read(list, HEAD_BYTES + middle * ROW_BYTES, sizeof sha1, sha1));
        if (prefix_of(sha1) < prefix)
            low = middle + 1;
        else
            high = middle;
    }
    *out = low;
    return OK;
}

/* Rows `from` … `to` - 1 of a list, in order. False from `each` ends it. */
static RESULT rows_walk(const struct list *list, uint64_t from, uint64_t to,
                        bool (*each)(void *context, const struct password_seen *seen), void *context)
{
    SCOPED(buf_done) struct buf room = {0};
    for (uint64_t at = from; at < to;) {
        size_t rows = to - at < READ_ROWS ? (size_t)(to - at) : READ_ROWS;
        buf_clear(&room);
        TRY(bytes_read(list, HEAD_BYTES + at * ROW_BYTES, rows * ROW_BYTES,
                       buf_extend(&room, rows * ROW_BYTES)));
        for (size_t i = 0; i < rows; i++) {
            struct password_seen seen;
            memcpy(seen.sha1, room.at + i * ROW_BYTES, SHA1_BYTES);
            seen.times = be32_get(room.at + i * ROW_BYTES + SHA1_BYTES);
            if (!each(context, &seen)) return OK;
        }
        at += rows;
    }
    return OK;
}

RESULT passwords_range(const char *path, uint32_t prefix,
                       bool (*each)(void *context, const struct password_seen *seen), void *context)
{
    SCOPED(list_done) struct list list = {.fd = -1};
    uint64_t from = 0, to = 0;
    TRY(list_open(path, &list));
    TRY(first_at(&list, prefix, &from));
    TRY(first_at(&list, prefix + 1, &to));
    if (to - from > PASSWORD_RANGE_MAX) return FAIL(TOO_MANY, "passwords: a list that is not evenly spread");
    return rows_walk(&list, from, to, each, context);
}

struct password_writer {
    int fd;
    struct buf path, part, rows;
    uint64_t count;
    uint8_t last[SHA1_BYTES];
};

static RESULT flush(struct password_writer *writer)
{
    struct slice rest = buf_slice(&writer->rows);
    while (rest.len > 0) {
        ssize_t put = write(writer->fd, rest.at, rest.len);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0 && (errno == ENOSPC || errno == EDQUOT))
            return FAIL(DISK_FULL, "passwords: the disk is full; free some space");
        if (put < 0) return FAIL(UNAVAILABLE, "passwords: cannot write: %s", strerror(errno));
        rest = slice_from(rest, (size_t)put);
    }
    writer->rows.len = 0; /* hashes: nothing to wipe */
    return OK;
}

RESULT password_writer_new(const char *path, struct password_writer **out)
{
    SCOPED(password_writer_free) struct password_writer *writer = calloc(1, sizeof *writer);
    if (!writer) return FAIL(UNAVAILABLE, "passwords: out of memory");
    writer->fd = -1;
    buf_text(&writer->path, path);
    buf_print(&writer->part, "%s.part", path);
    writer->fd = open(buf_c(&writer->part), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (writer->fd < 0) return FAIL(UNAVAILABLE, "passwords: a list cannot be made: %s", strerror(errno));
    buf_text(&writer->rows, magic);
    buf_be64(&writer->rows, 0); /* set at the end */
    *out = TAKE(writer);
    return OK;
}

RESULT password_writer_put(struct password_writer *writer, const struct password_seen *seen)
{
    if (writer->count > 0 && memcmp(seen->sha1, writer->last, SHA1_BYTES) <= 0)
        return FAIL(INVALID, "passwords: not in order: take the list that is ordered by hash");
    memcpy(writer->last, seen->sha1, SHA1_BYTES);
    buf_put(&writer->rows, seen->sha1, SHA1_BYTES);
    buf_be32(&writer->rows, seen->times);
    writer->count++;
    return writer->rows.len < WRITE_BYTES ? OK : flush(writer);
}

RESULT password_writer_end(struct password_writer *writer, uint64_t *count)
{
    uint8_t number[8];
    TRY(flush(writer));
    be64_put(number, writer->count);
    if (pwrite(writer->fd, number, sizeof number, sizeof magic - 1) != sizeof number ||
        fsync(writer->fd) != 0 || rename(buf_c(&writer->part), buf_c(&writer->path)) != 0)
        return FAIL(UNAVAILABLE, "passwords: cannot write: %s", strerror(errno));
    *count = writer->count;
    (void)close(writer->fd); /* it was synced */
    writer->fd = -1;
    return OK;
}

void password_writer_free(struct password_writer **writer)
{
    struct password_writer *at = *writer;
    if (!at) return;
    if (at->fd >= 0) {
        (void)close(at->fd); /* it is thrown away */
        (void)unlink(buf_c(&at->part));
    }
    buf_done(&at->path);
    buf_done(&at->part);
    buf_done(&at->rows);
    free(at);
    *writer = NULL;
}

bool password_line_get(struct slice line, struct password_seen *out)
{
    enum { HEX = 2 * SHA1_BYTES, DIGITS_MAX = 10 };
    char lower[HEX];
    uint64_t times = 0;
    if (line.len > 0 && line.at[line.len - 1] == '\r') line.len--;
    if (line.len < HEX + 2 || line.len > HEX + 1 + DIGITS_MAX || line.at[HEX] != ':') return false;
    for (size_t i = 0; i < HEX; i++)
        lower[i] = (char)(line.at[i] >= 'A' && line.at[i] <= 'F' ? line.at[i] + 32 : line.at[i]);
    for (size_t i = HEX + 1; i < line.len; i++) {
        if (line.at[i] < '0' || line.at[i] > '9') return false;
        times = times * 10 + (uint64_t)(line.at[i] - '0');
    }
    struct password_seen seen = {.times = times > UINT32_MAX ? UINT32_MAX : (uint32_t)times};
    if (!hex_get((struct slice){(const uint8_t *)lower, HEX}, seen.sha1, SHA1_BYTES)) return false;
    *out = seen;
    return true;
}

void passwords_found_add(struct passwords_found *found, struct slice password)
{
    if (found->hashes.len / SHA1_BYTES == PASSWORDS_FOUND_MAX) {
        found->over++;
        return;
    }
    sha1_of_password(password, buf_extend(&found->hashes, SHA1_BYTES));
}

static int by_hash(const void *a, const void *b)
{
    return memcmp(a, b, SHA1_BYTES);
}

static size_t found_order(struct passwords_found *found)
{
    size_t rows = found->hashes.len / SHA1_BYTES;
    if (rows > 0) qsort(found->hashes.at, rows, SHA1_BYTES, by_hash);
    return rows;
}

/* How many of `rows` from `at` on are the same. */
static size_t times_of(const struct passwords_found *found, size_t at, size_t rows)
{
    const uint8_t *hashes = found->hashes.at;
    size_t end = at + 1;
    while (end < rows && memcmp(hashes + end * SHA1_BYTES, hashes + at * SHA1_BYTES, SHA1_BYTES) == 0) end++;
    return end - at;
}

/* Two lists in order, side by side. */
struct lessening {
    struct passwords_found *found;
    size_t rows, at, kept; /* looked at up to `at`; those that stay stand in front */
};

static void some_keep(struct lessening *lessening, size_t count)
{
    uint8_t *hashes = lessening->found->hashes.at;
    memmove(hashes + lessening->kept * SHA1_BYTES, hashes + lessening->at * SHA1_BYTES, count * SHA1_BYTES);
    lessening->kept += count;
    lessening->at += count;
}

static bool one_lessen(void *context, const struct password_seen *seen)
{
    struct lessening *lessening = context;
    const uint8_t *hashes = lessening->found->hashes.at;
    int order = -1;
    while (lessening->at < lessening->rows && order < 0) {
        order = memcmp(hashes + lessening->at * SHA1_BYTES, seen->sha1, SHA1_BYTES);
        if (order < 0) some_keep(lessening, 1);
    }
    if (order == 0) {
        size_t times = times_of(lessening->found, lessening->at, lessening->rows);
        lessening->at += times < seen->times ? times : seen->times;
        some_keep(lessening, times > seen->times ? times - seen->times : 0);
    }
    return lessening->at < lessening->rows;
}

RESULT passwords_found_less(struct passwords_found *found, const char *path)
{
    SCOPED(list_done) struct list list = {.fd = -1};
    struct lessening lessening = {found, found_order(found), 0, 0};
    if (lessening.rows == 0) return OK;
    TRY(list_open(path, &list));
    struct result walked = rows_walk(&list, 0, list.count, one_lessen, &lessening);
    some_keep(&lessening, lessening.rows - lessening.at);
    found->hashes.len = lessening.kept * SHA1_BYTES;
    return walked;
}

uint64_t passwords_found_distinct(struct passwords_found *found)
{
    size_t rows = found_order(found), distinct = 0;
    for (size_t at = 0; at < rows; at += times_of(found, at, rows)) distinct++;
    return distinct;
}

RESULT passwords_found_write(struct passwords_found *found, const char *path)
{
    SCOPED(password_writer_free) struct password_writer *writer = NULL;
    size_t rows = found_order(found), times = 0;
    uint64_t count = 0;
    if (rows == 0) return OK;
    TRY(password_writer_new(path, &writer));
    for (size_t at = 0; at < rows; at += times) {
        times = times_of(found, at, rows);
        struct password_seen seen = {.times = (uint32_t)times};
        memcpy(seen.sha1, found->hashes.at + at * SHA1_BYTES, SHA1_BYTES);
        TRY(password_writer_put(writer, &seen));
    }
    return password_writer_end(writer, &count);
}

void passwords_found_done(struct passwords_found *found)
{
    buf_done(&found->hashes);
    *found = (struct passwords_found){0};
}

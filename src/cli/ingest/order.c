#include "cli/ingest/order.h"

#include "cli/ingest/feed.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PEEK_BYTES = WEBLOG_RECORD_BYTES_MAX };

/* The first time in the bytes; INT64_MAX: none. */
static int64_t time_first(const struct weblog_options *options, struct slice rest)
{
    SCOPED(weblog_free) struct weblog *log = NULL;
    struct weblog_line line = {0};
    if (weblog_new(options, &log).code != CODE_OK) return INT64_MAX; /* is said when it is read */
    for (enum weblog_got got = WEBLOG_MORE; (got = weblog_next(log, &rest, true, &line)) != WEBLOG_MORE;) {
        if (got != WEBLOG_BAD && line.time_us > 0) return line.time_us;
    }
    return INT64_MAX;
}

static int64_t file_time(const struct weblog_options *options, const char *path, uint8_t *room)
{
    SCOPED(log_file_free) struct log_file *file = NULL;
    size_t len = 0, got = 1;
    struct stat at = {0};
    /* what comes through a pipe could be read once only */
    if (stat(path, &at) != 0 || !S_ISREG(at.st_mode) || log_file_open(path, &file).code != CODE_OK)
        return INT64_MAX;
    while (len < PEEK_BYTES && got > 0 &&
           log_file_read(file, room + len, PEEK_BYTES - len, &got).code == CODE_OK)
        len += got;
    int64_t time_us = time_first(options, (struct slice){room, len});
    explicit_bzero(room, len);
    return time_us;
}

void order_by_time(const struct weblog_options *options, const char **paths, size_t count)
{
    int64_t times[FEEDS_MAX];
    uint8_t *room = malloc(PEEK_BYTES);
    if (!room) abort(); /* as all memory: see bytes.h */
    for (size_t i = 0; i < count && i < FEEDS_MAX; i++) {
        const char *path = paths[i];
        int64_t time_us = file_time(options, path, room);
        size_t at = i;
        for (; at > 0 && times[at - 1] > time_us; at--) {
            times[at] = times[at - 1];
            paths[at] = paths[at - 1];
        }
        times[at] = time_us;
        paths[at] = path;
    }
    free(room);
}

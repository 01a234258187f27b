#include "send/target.h"

#include "base/host.h"

#include <assert.h>
#include <string.h>

bool target_web(struct slice url)
{
    bool secure = slice_starts(url, "https://"), port = false;
    struct slice rest = slice_from(url, secure ? strlen("https://") : strlen("http://")), host = {0};
    if (url.len > TARGET_BYTES_MAX || (!secure && !slice_starts(url, "http://"))) return false;
    if (!host_take(&rest, &host, &port) || (!secure && !host_loopback(host))) return false;
    if (rest.len > 0 && rest.at[0] != '/' && rest.at[0] != '?') return false;
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.at[i] <= ' ' || rest.at[i] >= 0x7f || rest.at[i] == '#') return false;
    }
    return true;
}

bool target_line(struct slice url, bool *tls)
{
    bool secure = slice_starts(url, "tls://"), port = false;
    struct slice rest = slice_from(url, strlen("tls://")), host = {0};
    if (url.len > TARGET_BYTES_MAX || (!secure && !slice_starts(url, "tcp://"))) return false;
    if (!host_take(&rest, &host, &port) || !port || rest.len > 0) return false;
    if (tls) *tls = secure;
    return true;
}

/* A part of a path: not empty, no `.` or `..`, printable. */
static bool part_good(struct slice part)
{
    if (part.len == 0 || slice_is(part, ".") || slice_is(part, "..")) return false;
    for (size_t i = 0; i < part.len; i++) {
        if (part.at[i] < ' ' || part.at[i] == 0x7f) return false;
    }
    return true;
}

static bool path_good(struct slice path)
{
    while (path.len > 0) {
        size_t len = 1;
        while (len < path.len && path.at[len] != '/') len++;
        if (!part_good(slice_part(path, 1, len - 1))) return false;
        path = slice_from(path, len);
    }
    return true;
}

bool target_file(struct slice path, bool *absolute)
{
    if (path.len == 0 || path.len > TARGET_BYTES_MAX) return false;
    *absolute = path.at[0] == '/';
    if (*absolute) return path_good(path);
    for (size_t i = 0; i < path.len; i++) {
        uint8_t c = path.at[i], low = c | 0x20;
        if (!(low >= 'a' && low <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != '-' &&
            (c != '.' || i == 0))
            return false;
    }
    return true;
}

int64_t send_wait_us(unsigned failures)
{
    static const int64_t waits[] = {SECOND_US,     5 * SECOND_US,  15 * SECOND_US, MINUTE_US,
                                    5 * MINUTE_US, 15 * MINUTE_US, 30 * MINUTE_US, HOUR_US};
    assert(failures > 0);
    return waits[failures < COUNT_OF(waits) ? failures - 1 : COUNT_OF(waits) - 1];
}

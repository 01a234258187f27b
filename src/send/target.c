#include "send/target.h"

#include <assert.h>
#include <string.h>

enum { PORT_DIGITS_MAX = 5, PORT_MAX = 65535, HOST_BYTES_MAX = 253 };

static bool host_symbol(uint8_t c, bool bracket)
{
    bool digit = c >= '0' && c <= '9', hex = (c | 0x20) >= 'a' && (c | 0x20) <= 'f';
    bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    if (bracket) return digit || hex || c == ':' || c == '.';
    return digit || letter || c == '.' || c == '-';
}

static bool port_good(struct slice port)
{
    unsigned number = 0;
    if (port.len == 0 || port.len > PORT_DIGITS_MAX) return false;
    for (size_t i = 0; i < port.len; i++) {
        if (port.at[i] < '0' || port.at[i] > '9') return false;
        number = number * 10 + (unsigned)(port.at[i] - '0');
    }
    return number > 0 && number <= PORT_MAX;
}

static bool host_loopback(struct slice host)
{
    return slice_is(host, "127.0.0.1") || slice_is(host, "localhost") || slice_is(host, "::1");
}

/* Behind the scheme: host, and a port if there is one. What is left over is the path. */
static bool host_take(struct slice *rest, struct slice *host, bool *port)
{
    bool bracket = slice_starts(*rest, "[");
    size_t len = 0, digits = 0;
    *rest = slice_from(*rest, bracket);
    while (len < rest->len && host_symbol(rest->at[len], bracket)) len++;
    *host = slice_part(*rest, 0, len);
    *rest = slice_from(*rest, len);
    if (host->len == 0 || host->len > HOST_BYTES_MAX || (bracket && !slice_starts(*rest, "]"))) return false;
    *rest = slice_from(*rest, bracket);
    *port = slice_starts(*rest, ":");
    if (!*port) return true;
    *rest = slice_from(*rest, 1);
    while (digits < rest->len && rest->at[digits] >= '0' && rest->at[digits] <= '9') digits++;
    if (!port_good(slice_part(*rest, 0, digits))) return false;
    *rest = slice_from(*rest, digits);
    return true;
}

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

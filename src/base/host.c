#include "base/host.h"

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

bool host_loopback(struct slice host)
{
    return slice_is(host, "127.0.0.1") || slice_is(host, "localhost") || slice_is(host, "::1");
}

bool host_take(struct slice *rest, struct slice *host, bool *port)
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

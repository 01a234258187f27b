#include "answer/notice/dsn.h"

#include <string.h>
#include <strings.h>

/* The next line, without its end. */
static struct slice line_next(struct slice *rest)
{
    const uint8_t *end = rest->len > 0 ? memchr(rest->at, '\n', rest->len) : NULL;
    size_t len = end ? (size_t)(end - rest->at) : rest->len;
    struct slice line = slice_part(*rest, 0, len);
    *rest = slice_from(*rest, end ? len + 1 : len);
    if (line.len > 0 && line.at[line.len - 1] == '\r') line.len--;
    return line;
}

/* The value of a header line of that name; empty: it is another. */
static struct slice header(struct slice line, const char *name)
{
    size_t len = strlen(name);
    if (line.len <= len || strncasecmp((const char *)line.at, name, len) != 0 || line.at[len] != ':')
        return (struct slice){0};
    struct slice value = slice_from(line, len + 1);
    while (value.len > 0 && (value.at[0] == ' ' || value.at[0] == '\t')) value = slice_from(value, 1);
    return value;
}

static bool begins(struct slice text, const char *word)
{
    size_t len = strlen(word);
    return text.len >= len && strncasecmp((const char *)text.at, word, len) == 0;
}

static bool contains(struct slice text, const char *word)
{
    for (; text.len > 0; text = slice_from(text, 1)) {
        if (begins(text, word)) return true;
    }
    return false;
}

static enum dsn_action action_of(struct slice value)
{
    if (begins(value, "failed")) return DSN_FAILED;
    if (begins(value, "delayed")) return DSN_DELAYED;
    if (begins(value, "delivered") || begins(value, "relayed") || begins(value, "expanded"))
        return DSN_DELIVERED;
    return DSN_NONE;
}

/* "5.1.1" as 511: class, and a digit each of subject and detail (RFC 3463). */
static uint16_t status_of(struct slice value)
{
    enum { SYMBOLS = 5 };
    if (value.len < SYMBOLS || value.at[0] < '2' || value.at[0] > '5' || value.at[1] != '.' ||
        value.at[3] != '.' || value.at[2] < '0' || value.at[2] > '9' || value.at[4] < '0' ||
        value.at[4] > '9')
        return 0;
    return (uint16_t)((value.at[0] - '0') * 100 + (value.at[2] - '0') * 10 + (value.at[4] - '0'));
}

RESULT dsn_read(struct slice message, struct dsn *out)
{
    struct dsn dsn = {DSN_NONE, 0};
    bool report = false, part = false;
    struct slice rest = message;
    if (message.len > DSN_BYTES_MAX) return FAIL(INVALID, "bounce: longer than %d bytes", DSN_BYTES_MAX);
    for (size_t i = 0; rest.len > 0 && i < DSN_LINES_MAX; i++) {
        struct slice line = line_next(&rest);
        struct slice type = header(line, "Content-Type");
        if (type.len > 0) {
            report = report || contains(type, "multipart/report");
            part = begins(type, "message/delivery-status");
        }
        if (!part || !report) continue;
        enum dsn_action action = action_of(header(line, "Action"));
        uint16_t status = status_of(header(line, "Status"));
        if (action > dsn.action) dsn = (struct dsn){action, 0};
        if (status > dsn.status) dsn.status = status;
    }
    if (!report || dsn.action == DSN_NONE) return FAIL(INVALID, "bounce: no delivery status notification");
    *out = dsn;
    return OK;
}

#include "cli/http_ask.h"

#include "base/json.h"

#include <assert.h>
#include <string.h>

void http_ask_done(struct http_ask *http)
{
    buf_done(&http->path);
    buf_done(&http->body);
}

void percent_put(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.at[i], lower = byte | 0x20;
        bool plain = (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') || strchr("-._~", byte);
        if (plain && byte != 0) {
            buf_byte(out, byte);
        } else {
            buf_print(out, "%%%02X", byte);
        }
    }
}

static bool is_set(const struct member *member, const uint8_t *ask)
{
    const void *at = ask + member->offset;
    switch (member->wire) {
    case WIRE_TEXT:
    case WIRE_BYTES:
        return ((const struct slice *)at)->len > 0;
    case WIRE_U64:
        return *(const uint64_t *)at != 0;
    case WIRE_BOOL:
        return *(const bool *)at;
    case WIRE_TEXTS:
        return ((const struct texts *)at)->count > 0;
    case WIRE_VALUES:
        return ((const struct values *)at)->count > 0;
    case WIRE_END:
        break;
    }
    return false;
}

/* A number, switch or text as it stands in a path or query. */
static void plain_put(const struct member *member, const uint8_t *ask, struct buf *out)
{
    const void *at = ask + member->offset;
    assert(member->wire == WIRE_TEXT || member->wire == WIRE_U64 || member->wire == WIRE_BOOL);
    if (member->wire == WIRE_TEXT) percent_put(out, *(const struct slice *)at);
    if (member->wire == WIRE_U64) buf_decimal(out, *(const uint64_t *)at);
    if (member->wire == WIRE_BOOL) buf_text(out, *(const bool *)at ? "true" : "false");
}

/* What a member of `{path*}` says behind the segment before it: a path of safe characters, checked by who reads it. */
static void rest_put(struct slice path, struct buf *out)
{
    const uint8_t *slash = path.len > 0 ? memchr(path.at, '/', path.len) : NULL;
    if (slash) path = slice_from(path, (size_t)(slash - path.at) + 1);
    buf_slice_put(out, path);
}

static void path_put(const struct route *route, const struct member *members, const uint8_t *ask,
                     struct buf *out)
{
    for (const char *at = route->path; *at; at++) {
        if (*at != '{') {
            buf_byte(out, (uint8_t)*at);
            continue;
        }
        const char *close = strchr(at, '}');
        bool rest = close[-1] == '*';
        struct slice name = {(const uint8_t *)at + 1, (size_t)(close - at) - 1 - rest};
        const struct member *member = members;
        while (member->wire != WIRE_END && !slice_is(name, member->name)) member++;
        assert(member->wire != WIRE_END);
        if (rest) {
            rest_put(*(const struct slice *)(const void *)(ask + member->offset), out);
        } else {
            plain_put(member, ask, out);
        }
        at = close;
    }
}

static void query_put(const struct route *route, const struct member *members, const uint8_t *ask,
                      struct buf *out)
{
    char mark = '?';
    for (const struct member *member = members; member->wire != WIRE_END; member++) {
        if (!route_query_member(route, member)) continue;
        if (!is_set(member, ask) && !(member->required && member->wire == WIRE_U64)) continue;
        buf_print(out, "%c%s=", mark, member->name);
        plain_put(member, ask, out);
        mark = '&';
    }
}

static void json_member_put(const struct member *member, const uint8_t *ask, struct buf *out)
{
    const void *at = ask + member->offset;
    const struct texts *texts = at;
    json_text(out, slice_text(member->name));
    buf_byte(out, ':');
    if (member->wire == WIRE_TEXT) {
        json_text(out, *(const struct slice *)at);
        return;
    }
    if (member->wire != WIRE_TEXTS) {
        plain_put(member, ask, out);
        return;
    }
    buf_byte(out, '[');
    for (size_t i = 0; i < texts->count; i++) {
        if (i > 0) buf_byte(out, ',');
        json_text(out, texts->at[i]);
    }
    buf_byte(out, ']');
}

static void body_put(const struct route *route, const struct member *members, const uint8_t *ask,
                     struct buf *out)
{
    size_t start = out->len;
    for (const struct member *member = members; member->wire != WIRE_END; member++) {
        if (!route_body_member(route, member) || (!is_set(member, ask) && !member->required)) continue;
        assert(member->wire != WIRE_BYTES && member->wire != WIRE_VALUES); /* no command has them in a body */
        buf_byte(out, out->len == start ? '{' : ',');
        json_member_put(member, ask, out);
    }
    if (out->len > start) buf_byte(out, '}');
    if (out->len == start && route->body == BODY_JSON) buf_text(out, "{}");
}

/* Is every member of its path set? Else there is a hole in it. */
static bool whole(const struct route *route, const struct member *members, const uint8_t *ask)
{
    for (const struct member *member = members; member->wire != WIRE_END; member++) {
        if (!route_body_member(route, member) && !is_set(member, ask)) return false;
    }
    return true;
}

/* Is it whole, and says more of the ask in its path than the one before, or that one is not whole? */
static bool closer(const struct route *route, const struct route *before, const struct member *members,
                   const uint8_t *ask)
{
    bool more = !whole(before, members, ask);
    for (const struct member *member = members; member->wire != WIRE_END; member++)
        more |= !route_body_member(route, member) && route_body_member(before, member);
    return more && whole(route, members, ask);
}

RESULT http_ask_make(enum verb verb, const void *ask, struct http_ask *out)
{
    size_t count = 0;
    const struct route *rows = route_rows(&count), *route = NULL;
    const struct member *members = verb_row(verb)->members;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].verb == verb && (!route || closer(&rows[i], route, members, ask))) route = &rows[i];
    }
    if (!route) return FAIL(USAGE, "this command works on a home alone, on its own machine; give --home");
    out->route = route;
    path_put(route, members, ask, &out->path);
    if (route->body == BODY_NONE) query_put(route, members, ask, &out->path);
    if (route->body == BODY_JSON || route->body == BODY_OPTIONAL) body_put(route, members, ask, &out->body);
    return OK;
}

void shell_put(struct buf *out, struct slice text)
{
    buf_byte(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\'') {
            buf_text(out, "'\\''");
        } else {
            buf_byte(out, text.at[i]);
        }
    }
    buf_byte(out, '\'');
}

void http_ask_curl(const struct http_ask *http, const char *url, struct buf *out)
{
    buf_print(out, "curl --fail-with-body -X %s", http->route->method);
    buf_text(out, " -H \"Authorization: Bearer $AMANAH_KEY\"");
    if (http->body.len > 0) {
        buf_text(out, " -H 'Content-Type: application/json' --data-binary ");
        shell_put(out, buf_slice(&http->body));
    }
    buf_byte(out, ' ');
    if (url) {
        shell_put(out, slice_text(url));
    } else {
        buf_text(out, "\"$AMANAH_URL\"");
    }
    shell_put(out, buf_slice(&http->path));
    buf_byte(out, '\n');
}

#include "serve/route.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct route routes[] = {
#define ROUTE(method, path, VERB, BODY, REPLY, about) \
    {#method, path, VERB_##VERB, BODY_##BODY, REPLY_##REPLY, about},
#include "serve/routes.def"
#undef ROUTE
};

const struct route *route_rows(size_t *out_count)
{
    *out_count = COUNT_OF(routes);
    return routes;
}

static bool capture(struct route_found *found, const char *name, size_t name_len, struct slice value)
{
    assert(found->captures < ROUTE_CAPTURES_MAX);
    found->names[found->captures] = (struct slice){(const uint8_t *)name, name_len};
    found->values[found->captures++] = value;
    return value.len > 0;
}

/* Does the path fit the pattern? What its braces stand for goes into `found`. */
static bool fits(const char *pattern, const char *path, struct route_found *found)
{
    const char *segment = path; /* where the segment before began */
    found->captures = 0;
    while (*pattern != 0) {
        if (*pattern != '{') {
            if (*pattern != *path) return false;
            if (*pattern == '/' && pattern[1] != '{') segment = path + 1;
            pattern++;
            path++;
            continue;
        }
        const char *name = pattern + 1, *close = strchr(name, '}');
        bool rest = close[-1] == '*';
        size_t len = rest ? strlen(path) : strcspn(path, "/");
        if (len == 0) return false;
        struct slice value = {(const uint8_t *)path, len};
        if (rest) value = (struct slice){(const uint8_t *)segment, (size_t)(path - segment) + len};
        if (!capture(found, name, (size_t)(close - name) - rest, value)) return false;
        path += len;
        pattern = close + 1;
    }
    return *path == 0;
}

/* Nearly all paths begin with "/v1/": the sign behind tells most of them apart, before anything is compared whole. */
enum { ROUTE_APART = 4 };
#define ROUTE(method, path, VERB, BODY, REPLY, about) \
    _Static_assert(sizeof(path) > ROUTE_APART + 1, "a path that is too short to be told apart");
#include "serve/routes.def"
#undef ROUTE

static bool may_fit(const char *pattern, const char *path, size_t len)
{
    return len <= ROUTE_APART || pattern[ROUTE_APART] == '{' || pattern[ROUTE_APART] == path[ROUTE_APART];
}

static void allow(struct route_found *found, const char *method)
{
    size_t len = strlen(found->allow);
    (void)snprintf(found->allow + len, sizeof found->allow - len, "%s%s%s", len > 0 ? ", " : "", method,
                   strcmp(method, "GET") == 0 ? ", HEAD" : "");
}

RESULT route_find(const char *method, const char *path, struct route_found *out)
{
    struct route_found found = {0};
    const size_t len = strlen(path);
    if (strcmp(method, "HEAD") == 0) method = "GET";
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        if (!may_fit(routes[i].path, path, len) || !fits(routes[i].path, path, &found)) continue;
        if (strcmp(routes[i].method, method) == 0) {
            found.route = &routes[i];
            *out = found;
            return OK;
        }
        allow(&found, routes[i].method);
    }
    *out = (struct route_found){0};
    if (found.allow[0] == 0) return FAIL(ROUTE_UNKNOWN, "path: there is nothing here; see /openapi.json");
    memcpy(out->allow, found.allow, sizeof out->allow);
    return FAIL(METHOD_UNKNOWN, "method: this path takes %s", found.allow);
}

static bool digits(struct slice text, uint64_t most, uint64_t *out)
{
    uint64_t number = 0;
    if (text.len == 0 || text.len > 19) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return false;
        number = number * 10 + (uint64_t)(text.at[i] - '0');
    }
    *out = number;
    return number <= most;
}

static RESULT fill(const struct member *member, struct slice value, uint8_t *ask)
{
    void *field = ask + member->offset;
    if (member->wire == WIRE_U64) {
        if (digits(value, member->max, field)) return OK;
        return FAIL(INVALID, "%s: must be a whole number up to %zu", member->name, member->max);
    }
    if (member->wire == WIRE_BOOL) {
        *(bool *)field = slice_is(value, "true") || slice_is(value, "1");
        if (*(bool *)field || slice_is(value, "false") || slice_is(value, "0")) return OK;
        return FAIL(INVALID, "%s: must be true or false", member->name);
    }
    if (member->wire != WIRE_TEXT) return FAIL(MEMBER_UNKNOWN, "%s: belongs into the body", member->name);
    if (value.len > member->max) return FAIL(INVALID, "%s: longer than %zu bytes", member->name, member->max);
    *(struct slice *)field = value;
    return OK;
}

/* Ids are made of this alone, so nothing else needs a place in a URL. */
static bool plain(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.at[i], low = byte | 0x20;
        if (!((low >= 'a' && low <= 'z') || (byte >= '0' && byte <= '9') || strchr("._-/", byte)) ||
            byte == 0)
            return false;
    }
    return true;
}

bool member_of_header(const struct member *member)
{
    return strcmp(member->name, "version") == 0 || strcmp(member->name, "browser") == 0;
}

RESULT route_fill(const struct route_found *found, void *ask, uint64_t *out_taken)
{
    const struct member *members = verb_row(found->route->verb)->members;
    *out_taken = 0;
    for (size_t i = 0; members[i].wire != WIRE_END; i++) {
        if (member_of_header(&members[i])) *out_taken |= (uint64_t)1 << i;
        for (size_t j = 0; j < found->captures; j++) {
            if (!slice_is(found->names[j], members[i].name)) continue;
            if (!plain(found->values[j])) return FAIL(ID_MALFORMED, "%s: this is none", members[i].name);
            TRY(fill(&members[i], found->values[j], ask));
            *out_taken |= (uint64_t)1 << i;
        }
    }
    return OK;
}

bool route_body_member(const struct route *route, const struct member *member)
{
    char one[NAME_BYTES_MAX + 3], rest[NAME_BYTES_MAX + 4];
    (void)snprintf(one, sizeof one, "{%s}", member->name);
    (void)snprintf(rest, sizeof rest, "{%s*}", member->name);
    return !strstr(route->path, one) && !strstr(route->path, rest);
}

/* Texts that may stand in a URL: places in a list, and words of tables. Nobody's own words, ever. */
static bool in_url(const char *name)
{
    static const char *const names[] = {"after", "lang", "kind", "state"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(name, names[i]) == 0) return true;
    }
    return false;
}

bool route_query_member(const struct route *route, const struct member *member)
{
    if (route->reply == REPLY_HEALTH || route->reply == REPLY_METRICS || route->reply == REPLY_OPENAPI)
        return false;
    if (!route_body_member(route, member) || member_of_header(member)) return false;
    if (member->wire == WIRE_U64 || member->wire == WIRE_BOOL) return true;
    return member->wire == WIRE_TEXT && route->body == BODY_NONE && in_url(member->name);
}

RESULT route_query(const struct route *route, const char *name, struct slice value, uint64_t *taken,
                   void *ask)
{
    const struct member *members = verb_row(route->verb)->members;
    for (size_t i = 0; members[i].wire != WIRE_END; i++) {
        if (strcmp(members[i].name, name) != 0 || !route_query_member(route, &members[i])) continue;
        if (*taken >> i & 1) return FAIL(INVALID, "query: %s: is there twice", members[i].name);
        *taken |= (uint64_t)1 << i;
        return fill(&members[i], value, ask);
    }
    return FAIL(MEMBER_UNKNOWN, "query: a parameter that this route does not take");
}

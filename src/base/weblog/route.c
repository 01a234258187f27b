#include "base/weblog/route.h"

#include <stdlib.h>
#include <string.h>

enum { METHOD_BYTES_MAX = 16, TEXT_BYTES_MAX = 400 };

static const char every[] = "{...}";

enum part_kind { PART_WORD, PART_ANY, PART_REF, PART_ID, PART_REFS, PART_IDS };

struct part {
    enum part_kind kind;
    struct slice text; /* of PART_WORD; borrowed from the route's own text */
};

struct parameter {
    struct slice name;
    struct part value;
};

struct route {
    char text[TEXT_BYTES_MAX + 1];
    struct slice method;
    bool any_method, any_target; /* ANY; a target of {...} alone */
    bool path;                   /* the target begins with a slash; else it is one word */
    bool open_end;               /* its path ends with {...} */
    struct part parts[ROUTE_SEGMENTS_MAX];
    size_t part_count;
    struct parameter parameters[ROUTE_PARAMETERS_MAX];
    size_t parameter_count;
};

/* A target, taken apart. */
struct target {
    struct slice segments[ROUTE_SEGMENTS_MAX];
    size_t count; /* of segments in all: those beyond ROUTE_SEGMENTS_MAX are not kept */
    struct slice query;
};

struct routes {
    size_t count;
    struct route *at;
    uint8_t decoded[ROUTE_TARGET_BYTES_MAX]; /* of the line at hand: its segments, */
    uint8_t subject[ROUTE_TARGET_BYTES_MAX]; /* its subject, */
    uint8_t value[ROUTE_TARGET_BYTES_MAX];   /* and a parameter's value */
};

static struct slice cut_at(struct slice *rest, uint8_t byte)
{
    const uint8_t *found = rest->len > 0 ? memchr(rest->at, byte, rest->len) : NULL;
    struct slice before = slice_part(*rest, 0, found ? (size_t)(found - rest->at) : rest->len);
    *rest = slice_from(*rest, before.len + 1);
    return before;
}

static int hex_digit(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Percent signs undone into `out`, which has room for text.len; a plus is a blank in a query. */
static struct slice decode(struct slice text, bool query, uint8_t *out)
{
    size_t len = 0;
    if (text.len == 0) return text;
    if (!memchr(text.at, '%', text.len) && !(query && memchr(text.at, '+', text.len))) return text;
    for (size_t i = 0; i < text.len; i++) {
        int high = text.at[i] == '%' && i + 2 < text.len ? hex_digit(text.at[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text.at[i + 2]) : -1;
        if (low >= 0) {
            out[len++] = (uint8_t)(high << 4 | low);
            i += 2;
        } else {
            out[len++] = query && text.at[i] == '+' ? ' ' : text.at[i];
        }
    }
    return (struct slice){out, len};
}

static struct part part_of(struct slice text)
{
    static const struct {
        const char *text;
        enum part_kind kind;
    } marks[] = {
        {"{}", PART_ANY}, {"{ref}", PART_REF}, {"{id}", PART_ID}, {"{ref,}", PART_REFS}, {"{id,}", PART_IDS}};
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        if (slice_is(text, marks[i].text)) return (struct part){marks[i].kind, {0}};
    }
    return (struct part){PART_WORD, text};
}

static bool part_subject(const struct part *part)
{
    return part->kind != PART_WORD && part->kind != PART_ANY;
}

static RESULT part_take(struct slice text, size_t *subjects, struct part *out)
{
    *out = part_of(text);
    *subjects += part_subject(out);
    if (out->kind == PART_WORD && text.len > 0 &&
        (memchr(text.at, '{', text.len) || memchr(text.at, '}', text.len)))
        return FAIL(INVALID, "route: in braces stand ref, id or nothing, and then the whole segment");
    return OK;
}

static RESULT parameters_parse(struct slice query, size_t *subjects, struct route *out)
{
    while (query.len > 0) {
        struct slice value = cut_at(&query, '&'), name = cut_at(&value, '=');
        struct parameter *parameter = &out->parameters[out->parameter_count];
        if (name.len == 0 || value.len == 0 || out->parameter_count == ROUTE_PARAMETERS_MAX)
            return FAIL(INVALID, "route: a parameter is name=value, at most %d of them",
                        ROUTE_PARAMETERS_MAX);
        parameter->name = name;
        TRY(part_take(value, subjects, &parameter->value));
        out->parameter_count++;
    }
    return OK;
}

static RESULT parts_parse(struct slice path, size_t *subjects, struct route *out)
{
    while (path.len > 0) {
        struct slice segment = cut_at(&path, '/');
        if (segment.len == 0) continue;
        if (out->open_end) return FAIL(INVALID, "route: {...} stands at the end of a path only");
        out->open_end = slice_is(segment, every);
        if (out->open_end) continue;
        if (out->part_count == ROUTE_SEGMENTS_MAX)
            return FAIL(INVALID, "route: more than %d segments", ROUTE_SEGMENTS_MAX);
        TRY(part_take(segment, subjects, &out->parts[out->part_count++]));
    }
    return OK;
}

static bool method_good(struct slice method)
{
    if (method.len == 0 || method.len > METHOD_BYTES_MAX) return false;
    for (size_t i = 0; i < method.len; i++) {
        if (method.at[i] < 'A' || method.at[i] > 'Z') return false;
    }
    return true;
}

static RESULT route_parse(struct slice text, struct route *out)
{
    size_t subjects = 0;
    if (text.len > TEXT_BYTES_MAX) return FAIL(INVALID, "route: longer than %d bytes", TEXT_BYTES_MAX);
    if (text.len > 0) memcpy(out->text, text.at, text.len);
    struct slice target = {(const uint8_t *)out->text, text.len};
    out->method = cut_at(&target, ' ');
    if (!method_good(out->method) || target.len == 0 || memchr(target.at, ' ', target.len))
        return FAIL(INVALID, "route: not of the form GET /path/{ref}, SELECT schema.table or EVENT word");
    out->any_method = slice_is(out->method, "ANY");
    out->any_target = slice_is(target, every);
    out->path = target.at[0] == '/';
    if (!out->path) {
        out->parts[0] = (struct part){PART_WORD, target};
        out->part_count = 1;
        return OK;
    }
    struct slice path = cut_at(&target, '?');
    TRY(parts_parse(path, &subjects, out));
    TRY(parameters_parse(target, &subjects, out));
    return subjects < 2 ? OK : FAIL(INVALID, "route: the subject stands in two places");
}

RESULT route_check(struct slice text)
{
    struct route *route = calloc(1, sizeof *route);
    if (!route) return FAIL(UNAVAILABLE, "route: out of memory");
    struct result checked = route_parse(text, route);
    free(route);
    return checked;
}

RESULT routes_new(const struct slice *texts, size_t count, struct routes **out)
{
    SCOPED(routes_free) struct routes *routes = calloc(1, sizeof *routes);
    if (count > ROUTES_MAX) return FAIL(INVALID, "routes: more than %d", ROUTES_MAX);
    if (routes) routes->at = calloc(count + 1, sizeof *routes->at);
    if (!routes || !routes->at) return FAIL(UNAVAILABLE, "routes: out of memory");
    for (; routes->count < count; routes->count++)
        TRY(route_parse(texts[routes->count], &routes->at[routes->count]));
    *out = TAKE(routes);
    return OK;
}

void routes_free(struct routes **routes)
{
    if (!*routes) return;
    free((*routes)->at);
    explicit_bzero(*routes, sizeof **routes); /* a customer's ref was in it */
    free(*routes);
    *routes = NULL;
}

/* "http://host/path" as proxies log it: what is behind the host. */
static struct slice path_of(struct slice target)
{
    if (target.at[0] == '/') return target;
    const uint8_t *scheme = memmem(target.at, target.len, "://", 3);
    if (!scheme) return target;
    struct slice rest = slice_from(target, (size_t)(scheme - target.at) + 3);
    const uint8_t *slash = rest.len > 0 ? memchr(rest.at, '/', rest.len) : NULL;
    return slash ? slice_from(rest, (size_t)(slash - rest.at)) : SLICE_TEXT("/");
}

static void target_take(struct routes *routes, struct slice target, struct target *out)
{
    size_t used = 0;
    struct slice whole = path_of(target), before = cut_at(&whole, '#'), path = cut_at(&before, '?');
    out->query = before;
    out->count = 0;
    while (path.len > 0) {
        struct slice raw = cut_at(&path, '/');
        if (raw.len == 0) continue;
        struct slice segment = decode(raw, false, routes->decoded + used);
        used += raw.len;
        bool dots = segment.at[0] == '.' && segment.len < 3 && segment.at[segment.len - 1] == '.';
        if (dots && segment.len == 1) continue;
        if (dots) {
            out->count -= out->count > 0;
            continue;
        }
        if (out->count < ROUTE_SEGMENTS_MAX) out->segments[out->count] = segment;
        out->count++;
    }
}

/* Does the text fit the part? A subject goes into `out`. */
static bool part_fits(struct routes *routes, const struct part *part, struct slice text,
                      struct route_match *out)
{
    if (part->kind == PART_WORD) return slice_equal(part->text, text);
    if (part->kind == PART_ANY) return true;
    if (text.len == 0) return false;
    memcpy(routes->subject, text.at, text.len); /* what was decoded is used again */
    out->subject = (struct slice){routes->subject, text.len};
    out->kind = part->kind == PART_ID || part->kind == PART_IDS ? ROUTE_ID : ROUTE_REF;
    out->many = part->kind == PART_REFS || part->kind == PART_IDS;
    return true;
}

static bool parameter_fits(struct routes *routes, const struct parameter *parameter, struct slice query,
                           struct route_match *out)
{
    while (query.len > 0) {
        struct slice value = cut_at(&query, '&'), name = cut_at(&value, '=');
        if (!slice_equal(decode(name, true, routes->value), parameter->name)) continue;
        if (part_fits(routes, &parameter->value, decode(value, true, routes->value), out)) return true;
    }
    return false;
}

static bool path_fits(struct routes *routes, const struct route *route, const struct target *target,
                      struct route_match *out)
{
    if (target->count < route->part_count || (target->count > route->part_count && !route->open_end))
        return false;
    for (size_t i = 0; i < route->part_count; i++) {
        if (!part_fits(routes, &route->parts[i], target->segments[i], out)) return false;
    }
    for (size_t i = 0; i < route->parameter_count; i++) {
        if (!parameter_fits(routes, &route->parameters[i], target->query, out)) return false;
    }
    return true;
}

bool routes_match(struct routes *routes, const struct weblog_line *line, struct route_match *out)
{
    struct target target = {.count = 0};
    bool taken = false;
    if (line->method.len == 0 || line->target.len == 0 || line->target.len > ROUTE_TARGET_BYTES_MAX)
        return false;
    for (size_t i = 0; i < routes->count; i++) {
        const struct route *route = &routes->at[i];
        if (!route->any_method && !slice_equal(route->method, line->method)) continue;
        *out = (struct route_match){.route = i};
        if (!route->path) {
            if (route->any_target || slice_equal(route->parts[0].text, line->target)) return true;
            continue;
        }
        if (!taken) target_take(routes, line->target, &target);
        taken = true;
        if (path_fits(routes, route, &target, out)) return true;
    }
    return false;
}

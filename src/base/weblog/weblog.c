#include "base/weblog/weblog_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { STAMP_BYTES = 19 };

enum parser { PARSER_NONE, PARSER_COMBINED, PARSER_JSON, PARSER_PGCSV };

static const struct {
    const char *name;
    enum parser parser;
} kinds[WEBLOG_KIND_COUNT] = {
    {"any", PARSER_NONE},
#define WEBLOG(NAME, name, parser, about) {name, PARSER_##parser},
#include "base/weblog/kinds.def"
#undef WEBLOG
};

struct weblog {
    enum weblog_kind kind; /* WEBLOG_ANY: not found yet */
    struct parse parse;
    struct names names;
    uint64_t lines; /* read so far */
    bool skip;      /* within a line that is too long */
};

enum weblog_kind weblog_kind_find(struct slice name)
{
    for (int kind = 1; kind < WEBLOG_KIND_COUNT; kind++) {
        if (slice_is(name, kinds[kind].name)) return (enum weblog_kind)kind;
    }
    return WEBLOG_ANY;
}

const char *weblog_kind_name(enum weblog_kind kind)
{
    assert((unsigned)kind < WEBLOG_KIND_COUNT);
    return kinds[kind].name;
}

void weblog_free(struct weblog **log)
{
    if (!*log) return;
    (*log)->parse.scratch.len =
        (*log)->parse.scratch.cap; /* lines were reset without being wiped: now all of it is */
    buf_done(&(*log)->parse.scratch);
    explicit_bzero(*log, sizeof **log);
    free(*log);
    *log = NULL;
}

RESULT weblog_new(const struct weblog_options *options, struct weblog **out)
{
    SCOPED(weblog_free) struct weblog *log = calloc(1, sizeof *log);
    if (!log) return FAIL(UNAVAILABLE, "ingest: out of memory");
    bool mapped = options->map && options->map[0];
    if (options->kind == WEBLOG_JSONL && !mapped)
        return FAIL(USAGE, "--kind jsonl: say with --map which member is the time, the reader and the route");
    if (mapped && options->kind != WEBLOG_ANY && kinds[options->kind].parser != PARSER_JSON)
        return FAIL(USAGE, "--map: is for JSON lines");
    log->kind = options->kind == WEBLOG_ANY && mapped ? WEBLOG_JSONL : options->kind;
    log->lines = options->lines_before;
    log->parse.names = &log->names;
    log->parse.when.zone_given = options->zone_given;
    log->parse.when.zone_s = options->zone_s;
    if (mapped) {
        TRY(names_map(&log->names, options->map));
    } else {
        names_usual(&log->names);
    }
    *out = TAKE(log);
    return OK;
}

bool weblog_between(const struct weblog *log)
{
    return !log->skip;
}

uint64_t weblog_lines(const struct weblog *log)
{
    return log->lines;
}

enum weblog_kind weblog_kind(const struct weblog *log)
{
    return log->kind;
}

bool weblog_zone_missing(const struct weblog *log)
{
    return log->parse.zone_missing;
}

uint8_t *scratch_room(struct parse *parse, size_t most)
{
    struct buf *scratch = &parse->scratch;
    assert(most <= scratch->cap -
                       scratch->len); /* no text of a line comes out longer than it stands there, or twice */
    uint8_t *at = scratch->at + scratch->len;
    scratch->len += most;
    return at;
}

bool time_take(struct parse *parse, struct slice text, struct weblog_line *line)
{
    enum when_got got = when_get(&parse->when, text, &line->time_us);
    line->why = got == WHEN_NO_ZONE ? "its time names no zone; say which with --zone" : "its time is none";
    parse->zone_missing = parse->zone_missing || got == WHEN_NO_ZONE;
    return got == WHEN_GOOD;
}

void request_split(struct slice request, struct weblog_line *line)
{
    const uint8_t *blank = request.len > 0 ? memchr(request.at, ' ', request.len) : NULL;
    if (!blank) return; /* "-", or bytes that were no HTTP */
    size_t method = (size_t)(blank - request.at);
    struct slice target = slice_from(request, method + 1);
    const uint8_t *protocol = target.len > 0 ? memrchr(target.at, ' ', target.len) : NULL;
    if (protocol && slice_starts(slice_from(target, (size_t)(protocol - target.at) + 1), "HTTP/"))
        target.len = (size_t)(protocol - target.at);
    if (method == 0 || target.len == 0) return;
    line->method = slice_part(request, 0, method);
    line->target = target;
}

struct slice address_bare(struct slice text)
{
    if (text.len > 0 && text.at[0] == '[') {
        const uint8_t *close = memchr(text.at, ']', text.len);
        return close ? slice_part(text, 1, (size_t)(close - text.at) - 1) : text;
    }
    const uint8_t *colon = text.len > 0 ? memchr(text.at, ':', text.len) : NULL;
    if (!colon || memrchr(text.at, ':', text.len) != colon) return text; /* none, or IPv6 without brackets */
    return slice_part(text, 0, (size_t)(colon - text.at));
}

static bool stamp_here(struct slice text)
{
    static const char form[] = "dddd-dd-dd dd:dd:dd";
    if (text.len < STAMP_BYTES) return false;
    for (size_t i = 0; i < STAMP_BYTES; i++) {
        bool digit = text.at[i] >= '0' && text.at[i] <= '9';
        if (form[i] == 'd' ? !digit : text.at[i] != (uint8_t)form[i]) return false;
    }
    return true;
}

/* Length with its end of the line at the start of `rest`; 0 when it is not whole. */
static size_t plain_len(struct slice rest)
{
    const uint8_t *end = rest.len > 0 ? memchr(rest.at, '\n', rest.len) : NULL;
    return end ? (size_t)(end - rest.at) + 1 : 0;
}

/* The same of a CSV record: a line end between quotes belongs to it. */
static size_t record_len(struct slice rest)
{
    size_t from = 0;
    bool quoted = false;
    for (;;) {
        const uint8_t *end = from < rest.len ? memchr(rest.at + from, '\n', rest.len - from) : NULL;
        if (!end) return 0;
        size_t at = (size_t)(end - rest.at), quotes = 0;
        for (size_t i = from; i < at; i++) quotes += rest.at[i] == '"';
        quoted = quoted != (quotes % 2 == 1);
        from = at + 1;
        if (!quoted) return from;
    }
}

/* A record that never ends: up to the next line that looks like the start of one. */
static size_t resync_len(struct slice rest)
{
    for (size_t at = plain_len(rest); at > 0 && at < rest.len;) {
        struct slice next = slice_from(rest, at);
        if (stamp_here(next)) return at;
        size_t len = plain_len(next);
        if (len == 0) return at;
        at += len;
    }
    return 0;
}

size_t weblog_first(struct slice bytes)
{
    return stamp_here(bytes) ? record_len(bytes) : plain_len(bytes);
}

static uint64_t lines_in(struct slice bytes)
{
    uint64_t lines = 0;
    for (size_t i = 0; i < bytes.len; i++) lines += bytes.at[i] == '\n';
    return lines;
}

/* Which kind is a line like? WEBLOG_ANY when like none. */
static enum weblog_kind kind_guess(struct weblog *log, struct slice text)
{
    struct weblog_line line = {0};
    bool other = false;
    if (text.len > 0 && text.at[0] == '{') return WEBLOG_JSON;
    if (stamp_here(text) && memchr(text.at, ',', text.len)) return WEBLOG_PGCSV;
    bool zone_missing = log->parse.zone_missing;
    bool like = combined_parse(&log->parse, text, &line, &other);
    log->parse.zone_missing = zone_missing;
    return like ? WEBLOG_NGINX : WEBLOG_ANY;
}

/* Between two lines: what the last one left there is wiped when the room moves. */
static void scratch_grow(struct buf *scratch, size_t room)
{
    if (scratch->cap >= room) return;
    scratch->len = scratch->cap;
    buf_done(scratch);
    buf_reserve(scratch, room);
}

static enum weblog_got line_parse(struct weblog *log, struct slice text, struct weblog_line *line)
{
    bool other = false, good = false;
    while (text.len > 0 && (text.at[text.len - 1] == '\n' || text.at[text.len - 1] == '\r')) text.len--;
    if (text.len == 0) return WEBLOG_OTHER;
    line->why = "a zero byte in it";
    if (memchr(text.at, 0, text.len)) return WEBLOG_BAD;
    log->parse.scratch.len = 0;
    scratch_grow(&log->parse.scratch, 2 * text.len);
    if (log->kind == WEBLOG_ANY) { /* as long as it takes: rubbish at its head must not hide the rest */
        log->kind = kind_guess(log, text);
        log->parse.scratch.len = 0;
    }
    switch (kinds[log->kind].parser) {
    case PARSER_COMBINED:
        good = combined_parse(&log->parse, text, line, &other);
        break;
    case PARSER_JSON:
        good = json_parse(&log->parse, text, line, &other);
        break;
    case PARSER_PGCSV:
        good = pgcsv_parse(&log->parse, text, line, &other);
        break;
    case PARSER_NONE:
        line->why = "like no kind of log that is known";
        break;
    }
    return !good ? WEBLOG_BAD : other ? WEBLOG_OTHER : WEBLOG_LINE;
}

/* The rest of a line that was too long. */
static bool skip_on(struct weblog *log, struct slice *rest, bool ended)
{
    size_t len = plain_len(*rest);
    *rest = slice_from(*rest, len > 0 ? len : rest->len);
    log->lines += len > 0;
    if (len > 0 || ended) log->skip = false;
    return !log->skip;
}

/* Is the next line a record of a csvlog, with line ends between its quotes? Until the kind is known, by its stamp. */
static bool record_next(const struct weblog *log, struct slice rest)
{
    return kinds[log->kind].parser == PARSER_PGCSV || (log->kind == WEBLOG_ANY && stamp_here(rest));
}

static bool quote_open(struct slice rest)
{
    bool open = false;
    for (size_t i = 0; i < rest.len; i++) open = open != (rest.at[i] == '"');
    return open;
}

/* How much of `rest` is the next line; 0: it is not whole. A broken one sets line->why. */
static size_t next_len(struct weblog *log, struct slice rest, bool ended, struct weblog_line *line)
{
    struct slice window = slice_part(rest, 0, WEBLOG_RECORD_BYTES_MAX);
    bool record = record_next(log, rest), too_long = rest.len >= WEBLOG_RECORD_BYTES_MAX;
    size_t len = record ? record_len(window) : plain_len(window);
    if (len > 0) return len;
    if (!too_long && !ended) return 0;
    if (record && quote_open(window)) {
        line->why = "a quote in it is never closed";
        len = resync_len(window);
        if (len > 0) return len;
    }
    if (too_long) line->why = "longer than a line may be";
    log->skip = too_long;
    return window.len;
}

enum weblog_got weblog_next(struct weblog *log, struct slice *rest, bool ended, struct weblog_line *line)
{
    assert(log && rest && line);
    memset(line, 0, sizeof *line);
    if (log->skip && !skip_on(log, rest, ended)) return WEBLOG_MORE;
    if (rest->len == 0) return WEBLOG_MORE;
    bool record = record_next(log, *rest);
    size_t len = next_len(log, *rest, ended, line);
    if (len == 0) return WEBLOG_MORE;
    struct slice text = slice_part(*rest, 0, len);
    *rest = slice_from(*rest, len);
    line->number = log->lines + 1;
    line->rows = 1;
    if (!log->skip) log->lines += record ? lines_in(text) + (text.at[len - 1] != '\n') : 1;
    return line->why ? WEBLOG_BAD : line_parse(log, text, line);
}

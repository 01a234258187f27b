/*
 * Logs of systems outside the vault, line by line: who asked for which route, when, and with what outcome. nginx and
 * Apache access logs, JSON lines, PostgreSQL's csvlog with pgaudit.
 *
 * The bytes are the caller's; nothing is allocated for a line. A broken line is told and passed over, whatever is in it.
 * Must never decide whom a line is about: that is for base/weblog/route.h. Main call: weblog_next(). Example:
 *     while ((got = weblog_next(log, &rest, ended, &line)) != WEBLOG_MORE)
 *         if (got == WEBLOG_LINE) ...
 */
#ifndef AMN_BASE_WEBLOG_WEBLOG_H
#define AMN_BASE_WEBLOG_WEBLOG_H

#include "base/weblog/when.h"

enum weblog_kind {
    WEBLOG_ANY, /* found by content */
#define WEBLOG(NAME, name, parser, about) WEBLOG_##NAME,
#include "base/weblog/kinds.def"
#undef WEBLOG
    WEBLOG_KIND_COUNT
};

enum {
    WEBLOG_RECORD_BYTES_MAX = 256 * 1024, /* a longer line is broken, and passed over */
    WEBLOG_PATH_BYTES_MAX = 64,           /* of a member's name with those it stands in: "user.id" */
    WEBLOG_MEMBERS_MAX = 16               /* of a mapping */
};

/* Is it a kind that --kind may name? WEBLOG_ANY when not. */
enum weblog_kind weblog_kind_find(struct slice name);
const char *weblog_kind_name(enum weblog_kind kind);

/* What a line says. Slices live until the next call. */
struct weblog_line {
    uint64_t number; /* of its first line in the file, from 1 */
    int64_t time_us;
    struct slice reader;  /* principal, as written; empty: not said */
    struct slice network; /* address, without port; empty: not said */
    struct slice method;  /* "GET", "SELECT", "EVENT"; empty: the request was none */
    struct slice target;  /* "/api/customers/17?x=1", "public.customers", "customer.view" */
    struct slice subject; /* as a mapping gives it; empty: the route tells */
    uint64_t rows;        /* how many it returned; 1 unless the log says */
    uint16_t status;      /* of HTTP; 0: not said */
    const char *why;      /* of WEBLOG_BAD: what is wrong, for a list of line numbers */
};

enum weblog_got {
    WEBLOG_LINE,
    WEBLOG_OTHER, /* well formed, but says nothing about a request: another message, an empty line */
    WEBLOG_BAD,
    WEBLOG_MORE /* `rest` holds no whole line any more: give it again with more behind it */
};

struct weblog;

struct weblog_options {
    enum weblog_kind kind; /* WEBLOG_ANY: found by the first lines */
    const char *map;       /* "time=ts,reader=user.id,subject=customer"; NULL: the usual names */
    bool zone_given;
    int32_t zone_s;        /* of times that name no zone */
    uint64_t lines_before; /* numbers go on behind them */
};

/* USAGE: the mapping names something that is not there, or a kind needs one. `out` is the caller's to free. */
RESULT weblog_new(const struct weblog_options *options, struct weblog **out);
void weblog_free(struct weblog **log); /* wipes what it holds */

/**
 * The next line of `rest`.
 *
 * @param rest   moved behind what was read; on WEBLOG_MORE it stands at the beginning of a line, or within one that is
 *               too long (weblog_between() is false). A buffer of 2 x WEBLOG_RECORD_BYTES_MAX is always enough
 * @param ended  nothing will come behind `rest`: its last line may lack its end
 * @param line   set for WEBLOG_LINE; of WEBLOG_BAD and WEBLOG_OTHER its number, and why
 * Cost: 0.1 to 0.4 us a line.
 */
enum weblog_got weblog_next(struct weblog *log, struct slice *rest, bool ended, struct weblog_line *line);

/* Did the last line end where the next one begins? Positions are kept only there. */
bool weblog_between(const struct weblog *log);

/* Lines read so far, with those before. */
uint64_t weblog_lines(const struct weblog *log);

/* The kind, once a line was read; WEBLOG_ANY before, and while no line was like any kind. */
enum weblog_kind weblog_kind(const struct weblog *log);

/* Was there a time that named no zone, without one given? Then every line of the file is likely to be broken. */
bool weblog_zone_missing(const struct weblog *log);

/* Length of the first line of `bytes` with its end: what a file is known again by. 0: not whole yet. */
size_t weblog_first(struct slice bytes);

#endif

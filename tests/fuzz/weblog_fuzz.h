/* What the fuzz targets of base/weblog share: a log in one piece and in two says the same, within its own bytes. */
#ifndef AMN_TESTS_FUZZ_WEBLOG_H
#define AMN_TESTS_FUZZ_WEBLOG_H

#include "base/weblog/weblog.h"

#include <string.h>

struct weblog_sum {
    uint64_t lines[4], time, texts, rows, last;
};

static inline void weblog_add(struct weblog_sum *sum, enum weblog_got got, const struct weblog_line *line)
{
    const struct slice texts[] = {line->reader, line->network, line->method, line->target, line->subject};
    sum->lines[got]++;
    if (line->number <= sum->last) __builtin_trap(); /* numbers only grow */
    sum->last = line->number;
    if (got == WEBLOG_BAD && !line->why) __builtin_trap();
    if (got != WEBLOG_LINE) return;
    if (line->time_us <= 0 || line->status > 999 || (line->method.len == 0) != (line->target.len == 0))
        __builtin_trap();
    sum->time += (uint64_t)line->time_us;
    sum->rows += line->rows;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].len > WEBLOG_RECORD_BYTES_MAX) __builtin_trap();
        for (size_t at = 0; at < texts[i].len; at++) sum->texts = sum->texts * 31 + texts[i].at[at];
    }
}

static inline void weblog_read(const struct weblog_options *options, struct slice text, size_t cut,
                               struct weblog_sum *sum)
{
    struct weblog *log = NULL;
    struct weblog_line line;
    struct slice rest = slice_part(text, 0, cut);
    enum weblog_got got = WEBLOG_MORE;
    if (weblog_new(options, &log).code != CODE_OK) __builtin_trap();
    while ((got = weblog_next(log, &rest, false, &line)) != WEBLOG_MORE) weblog_add(sum, got, &line);
    size_t left = rest.len;
    rest = (struct slice){text.at + cut - left, text.len - cut + left};
    while ((got = weblog_next(log, &rest, true, &line)) != WEBLOG_MORE) weblog_add(sum, got, &line);
    if (rest.len != 0) __builtin_trap();
    weblog_free(&log);
}

static inline int weblog_try(enum weblog_kind kind, const char *map, const uint8_t *data, size_t len)
{
    struct weblog_options options = {.kind = kind, .map = map, .zone_given = len % 2 == 0};
    struct weblog_sum whole = {{0}}, parts = {{0}};
    struct slice text = {data, len};
    weblog_read(&options, text, len, &whole);
    weblog_read(&options, text, len / 2, &parts);
    if (memcmp(&whole, &parts, sizeof whole) != 0) __builtin_trap();
    return 0;
}

#endif

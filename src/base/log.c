#include "base/log.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void put(struct log_line *line, const char *text)
{
    size_t len = strlen(text), room = sizeof line->text - 1 - line->len; /* one byte for the line's end */
    if (len > room) len = room;
    memcpy(line->text + line->len, text, len);
    line->len += len;
}

void log_begin(struct log_line *line, enum log_level level, const char *event)
{
    static const char *const levels[] = {"info", "warn", "error"};
    assert((unsigned)level < COUNT_OF(levels) && event);
    line->len = 0;
    put(line, "level=");
    put(line, levels[level]);
    put(line, " event=");
    put(line, event);
}

static void put_name(struct log_line *line, const char *name)
{
    put(line, " ");
    put(line, name);
    put(line, "=");
}

void log_number(struct log_line *line, const char *name, int64_t number)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%lld", (long long)number);
    put_name(line, name);
    put(line, digits);
}

void log_text(struct log_line *line, const char *name, const char *text)
{
    bool quoted = text[0] == 0 || strpbrk(text, " =\"") != NULL;
    put_name(line, name);
    if (quoted) put(line, "\"");
    for (const char *at = text; *at != 0; at++) {
        char one[2] = {*at, 0};
        if (*at < 0x20 || *at > 0x7e || *at == '"') one[0] = '?';
        put(line, one);
    }
    if (quoted) put(line, "\"");
}

void log_failure(struct log_line *line, struct result failure)
{
    log_text(line, "code", cause_row(failure.cause)->slug);
    log_text(line, "at", result_place());
}

void log_end(struct log_line *line, int fd)
{
    line->text[line->len] = '\n';
    ssize_t written = write(fd, line->text, line->len + 1);
    (void)written;
    line->len = 0;
}

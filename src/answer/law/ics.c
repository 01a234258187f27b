#include "answer/law/ics.h"

#include "answer/law/zone.h"
#include "base/clock.h"
#include "base/text.h"

#include <assert.h>

enum { LINE_BYTES_MAX = 75 };

/* One content line, folded between code points: a line goes on behind a line end and a blank. RFC 5545, 3.1. */
static void line_put(struct buf *out, struct slice line)
{
    size_t column = 0;
    assert(utf8_valid(line));
    for (struct slice rest = line; rest.len > 0;) {
        struct slice before = rest;
        (void)utf8_next(&rest); /* valid: one point further */
        size_t len = before.len - rest.len;
        if (column + len > LINE_BYTES_MAX) {
            buf_text(out, "\r\n ");
            column = 1;
        }
        buf_put(out, before.at, len);
        column += len;
    }
    buf_text(out, "\r\n");
}

static void plain_put(struct buf *out, const char *line)
{
    line_put(out, slice_text(line));
}

/* "NAME:" and a TEXT value: backslash, semicolon, comma and line ends escaped, other controls left out. 3.3.11. */
static void text_put(struct buf *out, const char *name, struct slice text)
{
    SCOPED(buf_done) struct buf line = {0};
    buf_print(&line, "%s:", name);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.at[i];
        if (c == '\\' || c == ';' || c == ',') buf_byte(&line, '\\');
        if (c == '\n')
            buf_text(&line, "\\n");
        else if (c >= ' ' && c != 0x7f)
            buf_byte(&line, c);
    }
    line_put(out, buf_slice(&line));
}

static void day_put(struct buf *line, int64_t day)
{
    int year = 0, month = 0, of_month = 0;
    date_of(day, &year, &month, &of_month);
    buf_print(line, "%04d%02d%02d", year, month, of_month);
}

/* 20251120T070000Z */
static void instant_put(struct buf *out, const char *name, int64_t us)
{
    SCOPED(buf_done) struct buf line = {0};
    static const struct zone utc = {0};
    int64_t day = zone_day(&utc, us), second = us / SECOND_US - day * 86400;
    buf_print(&line, "%s:", name);
    day_put(&line, day);
    buf_print(&line, "T%02d%02d%02dZ", (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
    line_put(out, buf_slice(&line));
}

static void alarm_put(struct buf *out, const struct ics_event *event, int64_t before_us)
{
    SCOPED(buf_done) struct buf line = {0};
    plain_put(out, "BEGIN:VALARM");
    plain_put(out, "ACTION:DISPLAY");
    buf_print(&line, "TRIGGER:-PT%lldM", (long long)(before_us / MINUTE_US));
    line_put(out, buf_slice(&line));
    text_put(out, "DESCRIPTION", event->summary);
    plain_put(out, "END:VALARM");
}

static void head_put(struct buf *out, const struct ics_event *event)
{
    plain_put(out, "BEGIN:VEVENT");
    text_put(out, "UID", event->uid);
    instant_put(out, "DTSTAMP", event->made_us);
}

static void tail_put(struct buf *out, const struct ics_event *event)
{
    text_put(out, "SUMMARY", event->summary);
    if (event->text.len > 0) text_put(out, "DESCRIPTION", event->text);
}

void ics_begin(struct buf *out)
{
    plain_put(out, "BEGIN:VCALENDAR");
    plain_put(out, "VERSION:2.0");
    plain_put(out, "PRODID:-//Amanah//amanah law//EN");
    plain_put(out, "CALSCALE:GREGORIAN");
}

void ics_event(struct buf *out, const struct ics_event *event)
{
    head_put(out, event);
    instant_put(out, "DTSTART", event->at_us);
    tail_put(out, event);
    for (size_t i = 0; i < ICS_ALARMS_MAX; i++) {
        int64_t before = event->alarms_us[i];
        if (before > 0 && event->at_us - before > event->made_us) alarm_put(out, event, before);
    }
    plain_put(out, "END:VEVENT");
}

void ics_day(struct buf *out, const struct ics_event *event, int64_t day)
{
    SCOPED(buf_done) struct buf line = {0};
    head_put(out, event);
    buf_text(&line, "DTSTART;VALUE=DATE:");
    day_put(&line, day);
    line_put(out, buf_slice(&line));
    tail_put(out, event);
    plain_put(out, "TRANSP:TRANSPARENT");
    plain_put(out, "END:VEVENT");
}

void ics_end(struct buf *out)
{
    plain_put(out, "END:VCALENDAR");
}

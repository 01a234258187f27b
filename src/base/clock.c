#include "base/clock.h"

#include <assert.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now = {0};
    int failed = clock_gettime(id, &now);
    assert(failed == 0);
    return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

static int64_t system_now(void *context)
{
    (void)context;
    return read_clock(CLOCK_REALTIME);
}

struct clock clock_system(void)
{
    return (struct clock){system_now, NULL};
}

int64_t clock_now(const struct clock *clock)
{
    assert(clock && clock->now_us);
    return clock->now_us(clock->context);
}

int64_t clock_monotonic_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

/* Days since 1970-01-01 of a proleptic Gregorian date, by counting from March. */
static int64_t days_of(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void time_put(struct buf *out, int64_t us)
{
    time_t seconds = (time_t)(us / SECOND_US);
    int64_t rest = us % SECOND_US;
    if (rest < 0) {
        rest += SECOND_US;
        seconds--;
    }
    struct tm at = {0};
    (void)gmtime_r(&seconds, &at); /* any 64-bit second that we keep fits */
    buf_print(out, "%04d-%02d-%02dT%02d:%02d:%02d", at.tm_year + 1900, at.tm_mon + 1, at.tm_mday, at.tm_hour,
              at.tm_min, at.tm_sec);
    if (rest != 0) buf_print(out, ".%06d", (int)rest);
    buf_byte(out, 'Z');
}

void minute_put(struct buf *out, int64_t us)
{
    enum { DAY_BYTES = 10, TIME_AT = 11, TIME_BYTES = 5 };
    SCOPED(buf_done) struct buf text = {0};
    time_put(&text, us);
    buf_slice_put(out, slice_part(buf_slice(&text), 0, DAY_BYTES));
    buf_byte(out, ' ');
    buf_slice_put(out, slice_part(buf_slice(&text), TIME_AT, TIME_BYTES));
    buf_text(out, " UTC");
}

static bool digits_get(struct cursor *cursor, int count, int *out)
{
    int number = 0;
    for (int i = 0; i < count; i++) {
        uint8_t c = cursor_byte(cursor);
        if (c < '0' || c > '9') return false;
        number = number * 10 + (c - '0');
    }
    *out = number;
    return true;
}

static bool date_get(struct cursor *cursor, int64_t *days)
{
    int year = 0, month = 0, day = 0;
    if (!digits_get(cursor, 4, &year) || cursor_byte(cursor) != '-') return false;
    if (!digits_get(cursor, 2, &month) || cursor_byte(cursor) != '-') return false;
    if (!digits_get(cursor, 2, &day)) return false;
    static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1) return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > month_days[month - 1] + (month == 2 && leap ? 1 : 0)) return false;
    *days = days_of(year, month, day);
    return true;
}

static bool fraction_get(struct cursor *cursor, int64_t *us)
{
    if (cursor->rest.len == 0 || cursor->rest.at[0] != '.') return true;
    (void)cursor_byte(cursor); /* the point */
    int64_t scale = SECOND_US / 10;
    size_t count = 0;
    while (cursor->rest.len > 0 && cursor->rest.at[0] >= '0' && cursor->rest.at[0] <= '9') {
        *us += (cursor_byte(cursor) - '0') * scale;
        scale /= 10;
        count++;
    }
    return count > 0 && count <= 9;
}

static bool offset_get(struct cursor *cursor, int64_t *us)
{
    uint8_t sign = cursor_byte(cursor);
    if (sign == 'Z' || sign == 'z') return true;
    int hours = 0, minutes = 0;
    if (sign != '+' && sign != '-') return false;
    if (!digits_get(cursor, 2, &hours) || cursor_byte(cursor) != ':') return false;
    if (!digits_get(cursor, 2, &minutes) || hours > 23 || minutes > 59) return false;
    int64_t offset = hours * HOUR_US + minutes * MINUTE_US;
    *us += sign == '+' ? -offset : offset;
    return true;
}

RESULT time_get(struct slice text, int64_t *out)
{
    struct cursor cursor = {text, false};
    int64_t days = 0, us = 0;
    int hour = 0, minute = 0, second = 0;
    bool good = date_get(&cursor, &days);
    uint8_t mark = cursor_byte(&cursor);
    good = good && (mark == 'T' || mark == 't' || mark == ' ');
    good = good && digits_get(&cursor, 2, &hour) && cursor_byte(&cursor) == ':';
    good = good && digits_get(&cursor, 2, &minute) && cursor_byte(&cursor) == ':';
    good = good && digits_get(&cursor, 2, &second) && hour < 24 && minute < 60 && second < 61;
    good = good && fraction_get(&cursor, &us) && offset_get(&cursor, &us);
    if (!good || cursor.bad || cursor.rest.len != 0) {
        return FAIL(INVALID, "time: not RFC 3339, such as 2026-11-22T03:24:00Z");
    }
    *out = days * DAY_US + hour * HOUR_US + minute * MINUTE_US + second * SECOND_US + us;
    return OK;
}

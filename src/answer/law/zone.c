#include "answer/law/zone.h"

#include "base/clock.h"

#include <assert.h>

enum { DAY_SECONDS = 86400, HOUR_SECONDS = 3600 };

static bool leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && leap(year) ? 1 : 0);
}

int64_t date_days(int year, int month, int day)
{
    assert(year >= 1 && month >= 1 && month <= 12 && day >= 1);
    int64_t before = (int64_t)year - 1; /* whole years since 0001-01-01, a Monday 719162 days before 1970 */
    int64_t days = before * 365 + before / 4 - before / 100 + before / 400 - 719162;
    for (int i = 1; i < month; i++) days += month_days(year, i);
    return days + day - 1;
}

void date_of(int64_t days, int *year, int *month, int *day)
{
    int64_t since = days + 719162; /* 0001-01-01 */
    assert(since >= 0);
    int64_t y = since / 366 + 1; /* not later than it is */
    while (date_days((int)y + 1, 1, 1) <= days) y += 1 + (days - date_days((int)y + 1, 1, 1)) / 366;
    int m = 1;
    int64_t rest = days - date_days((int)y, 1, 1);
    while (rest >= month_days(y, m)) rest -= month_days(y, m++);
    *year = (int)y;
    *month = m;
    *day = (int)rest + 1;
}

static bool number_take(struct slice *rest, size_t digits_max, int *out)
{
    int number = 0;
    size_t digits = 0;
    for (; digits < digits_max && digits < rest->len && rest->at[digits] >= '0' && rest->at[digits] <= '9';
         digits++) {
        number = number * 10 + (rest->at[digits] - '0');
    }
    if (digits == 0) return false;
    *rest = slice_from(*rest, digits);
    *out = number;
    return true;
}

static bool mark_take(struct slice *rest, char mark)
{
    if (rest->len == 0 || rest->at[0] != (uint8_t)mark) return false;
    *rest = slice_from(*rest, 1);
    return true;
}

RESULT date_get(struct slice text, int64_t *out_days)
{
    struct slice rest = text;
    int year = 0, month = 0, day = 0;
    bool good = text.len == 10 && number_take(&rest, 4, &year) && mark_take(&rest, '-') &&
                number_take(&rest, 2, &month) && mark_take(&rest, '-') && number_take(&rest, 2, &day);
    if (!good || rest.len > 0 || year < 1 || month < 1 || month > 12 || day < 1 ||
        day > month_days(year, month)) {
        return FAIL(INVALID, "date: not one like 2027-01-16");
    }
    *out_days = date_days(year, month, day);
    return OK;
}

void date_put(struct buf *out, int64_t days)
{
    int year = 0, month = 0, day = 0;
    date_of(days, &year, &month, &day);
    buf_print(out, "%04d-%02d-%02d", year, month, day);
}

/* A zone's short name: letters, or anything in angle brackets. */
static bool name_take(struct slice *rest)
{
    size_t len = 0;
    if (mark_take(rest, '<')) {
        while (len < rest->len && rest->at[len] != '>') len++;
        *rest = slice_from(*rest, len);
        return len > 0 && mark_take(rest, '>');
    }
    while (len < rest->len && ((rest->at[len] | 0x20) >= 'a' && (rest->at[len] | 0x20) <= 'z')) len++;
    *rest = slice_from(*rest, len);
    return len >= 3;
}

/* [+-]hh[:mm[:ss]], in seconds. */
static bool hours_take(struct slice *rest, int32_t *out)
{
    int hours = 0, minutes = 0, seconds = 0;
    bool minus = mark_take(rest, '-');
    if (!minus) (void)mark_take(rest, '+'); /* it may stand there */
    if (!number_take(rest, 3, &hours) || hours > 167) return false;
    if (mark_take(rest, ':') && (!number_take(rest, 2, &minutes) || minutes > 59)) return false;
    if (mark_take(rest, ':') && (!number_take(rest, 2, &seconds) || seconds > 59)) return false;
    *out = (hours * 60 + minutes) * 60 + seconds;
    if (minus) *out = -*out;
    return true;
}

/* ,Mm.w.d[/time] */
static bool turn_take(struct slice *rest, struct zone_turn *out)
{
    bool good = mark_take(rest, ',') && mark_take(rest, 'M') && number_take(rest, 2, &out->month) &&
                mark_take(rest, '.') && number_take(rest, 1, &out->week) && mark_take(rest, '.') &&
                number_take(rest, 1, &out->weekday);
    out->seconds = 2 * HOUR_SECONDS;
    if (good && mark_take(rest, '/')) good = hours_take(rest, &out->seconds);
    return good && out->month >= 1 && out->month <= 12 && out->week >= 1 && out->week <= 5 &&
           out->weekday <= 6;
}

RESULT zone_parse(struct slice rule, struct zone *out)
{
    struct slice rest = rule;
    struct zone zone = {0};
    int32_t west = 0;
    bool good = name_take(&rest) && hours_take(&rest, &west) && west > -DAY_SECONDS && west < DAY_SECONDS;
    zone.standard = -west;
    zone.summer = zone.standard + HOUR_SECONDS;
    if (good && rest.len > 0) {
        zone.has_summer = true;
        good = name_take(&rest);
        if (good && rest.len > 0 && rest.at[0] != ',') {
            good = hours_take(&rest, &west) && west > -DAY_SECONDS && west < DAY_SECONDS;
            zone.summer = -west;
        }
        good = good && turn_take(&rest, &zone.start) && turn_take(&rest, &zone.end);
    }
    if (!good || rest.len > 0)
        return FAIL(INVALID, "rule of a zone: not one like KST-9 or CET-1CEST,M3.5.0,M10.5.0/3");
    *out = zone;
    return OK;
}

static int64_t floor_div(int64_t number, int64_t by)
{
    return number / by - (number % by < 0);
}

/* The day of a year's turn. 1970-01-01 was a Thursday. */
static int64_t turn_day(const struct zone_turn *turn, int year)
{
    int64_t first = date_days(year, turn->month, 1);
    int64_t weekday = ((first + 4) % 7 + 7) % 7;
    int64_t day = first + (turn->weekday - weekday + 7) % 7 + 7 * (int64_t)(turn->week - 1);
    return day >= first + month_days(year, turn->month) ? day - 7 : day;
}

int32_t zone_offset(const struct zone *zone, int64_t us)
{
    int year = 0, month = 0, day = 0;
    if (!zone->has_summer) return zone->standard;
    int64_t seconds = floor_div(us, SECOND_US);
    date_of(floor_div(seconds + zone->standard, DAY_SECONDS), &year, &month, &day);
    int64_t start = turn_day(&zone->start, year) * DAY_SECONDS + zone->start.seconds - zone->standard;
    int64_t end = turn_day(&zone->end, year) * DAY_SECONDS + zone->end.seconds - zone->summer;
    bool summer = start < end ? seconds >= start && seconds < end : seconds >= start || seconds < end;
    return summer ? zone->summer : zone->standard;
}

int64_t zone_day(const struct zone *zone, int64_t us)
{
    return floor_div(floor_div(us, SECOND_US) + zone_offset(zone, us), DAY_SECONDS);
}

int64_t zone_instant(const struct zone *zone, int64_t days, int32_t seconds)
{
    int64_t local = days * DAY_SECONDS + seconds;
    int64_t by_summer = (local - zone->summer) * SECOND_US,
            by_standard = (local - zone->standard) * SECOND_US;
    /* An hour that comes twice is taken the first time; one that is left out, by the offset before the gap. */
    if (zone->has_summer && zone_offset(zone, by_summer) == zone->summer) return by_summer;
    return by_standard;
}

void zone_put(struct buf *out, const struct zone *zone, int64_t us)
{
    int32_t offset = zone_offset(zone, us);
    int64_t local = floor_div(us, SECOND_US) + offset;
    int64_t day = floor_div(local, DAY_SECONDS), rest = local - day * DAY_SECONDS;
    int32_t minutes = (offset < 0 ? -offset : offset) / 60;
    date_put(out, day);
    buf_print(out, "T%02d:%02d:%02d%c%02d:%02d", (int)(rest / HOUR_SECONDS), (int)(rest / 60 % 60),
              (int)(rest % 60), offset < 0 ? '-' : '+', (int)(minutes / 60), (int)(minutes % 60));
}

RESULT span_get(struct slice text, struct span *out)
{
    static const char *const units[] = {"h", "d", "mo", "y"};
    struct slice rest = text;
    int number = 0;
    if (number_take(&rest, 4, &number) && number >= 1 && number <= SPAN_NUMBER_MAX) {
        for (unsigned i = 0; i < COUNT_OF(units); i++) {
            if (!slice_is(rest, units[i])) continue;
            *out = (struct span){(uint32_t)number, (enum span_unit)i};
            return OK;
        }
    }
    return FAIL(INVALID, "span: not one like 72h, 30d, 1mo or 2y");
}

static int64_t months_later(int64_t us, uint32_t months, const struct zone *zone)
{
    int year = 0, month = 0, day = 0;
    int64_t local_day = zone_day(zone, us);
    int64_t of_day = us + (int64_t)zone_offset(zone, us) * SECOND_US - local_day * DAY_US;
    date_of(local_day, &year, &month, &day);
    int64_t count = (int64_t)year * 12 + (month - 1) + months;
    int to_year = (int)(count / 12), to_month = (int)(count % 12) + 1;
    if (day > month_days(to_year, to_month)) day = month_days(to_year, to_month);
    return zone_instant(zone, date_days(to_year, to_month, day), (int32_t)(of_day / SECOND_US)) +
           of_day % SECOND_US;
}

int64_t span_end(struct span span, enum law_count count, int64_t us, const struct zone *zone)
{
    assert(span.number >= 1 && span.number <= SPAN_NUMBER_MAX);
    if (span.unit == SPAN_DAYS && count == LAW_COUNT_DAYS_AFTER)
        return zone_instant(zone, zone_day(zone, us) + span.number + 1, 0);
    if (span.unit == SPAN_DAYS && count == LAW_COUNT_DAYS_WITHIN)
        return zone_instant(zone, zone_day(zone, us) + span.number, 0);
    switch (span.unit) {
    case SPAN_HOURS:
        return us + (int64_t)span.number * HOUR_US;
    case SPAN_DAYS:
        return us + (int64_t)span.number * DAY_US;
    case SPAN_MONTHS:
        return months_later(us, span.number, zone);
    case SPAN_YEARS:
        break;
    }
    return months_later(us, span.number * 12, zone);
}

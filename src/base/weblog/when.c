#include "base/weblog/when.h"

#include <string.h>

enum { ZONE_S_MAX = 14 * 3600, YEAR_MIN = 1970, CLF_BYTES = 20 };

static const struct {
    const char *name;
    int minutes;
} zones[] = {
#define ZONE(name, minutes) {name, minutes},
#include "base/weblog/zones.def"
#undef ZONE
};

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* `count` digits at the start of `rest`, which moves behind them; -1 when there are not so many. */
static int digits_take(struct slice *rest, size_t count)
{
    int number = 0;
    if (rest->len < count) return -1;
    for (size_t i = 0; i < count; i++) {
        if (!is_digit(rest->at[i])) return -1;
        number = number * 10 + (rest->at[i] - '0');
    }
    *rest = slice_from(*rest, count);
    return number;
}

static bool byte_take(struct slice *rest, uint8_t want)
{
    if (rest->len == 0 || rest->at[0] != want) return false;
    *rest = slice_from(*rest, 1);
    return true;
}

bool zone_get(struct slice text, int32_t *out)
{
    for (size_t i = 0; i < COUNT_OF(zones); i++) {
        if (!slice_is(text, zones[i].name)) continue;
        *out = zones[i].minutes * 60;
        return true;
    }
    if (text.len < 3 || (text.at[0] != '+' && text.at[0] != '-')) return false;
    bool west = text.at[0] == '-';
    text = slice_from(text, 1);
    int hours = digits_take(&text, 2);
    (void)byte_take(&text, ':'); /* either way */
    int minutes = text.len > 0 ? digits_take(&text, 2) : 0;
    if (hours < 0 || minutes < 0 || minutes > 59 || text.len > 0) return false;
    int32_t seconds = hours * 3600 + minutes * 60;
    if (seconds > ZONE_S_MAX) return false;
    *out = west ? -seconds : seconds;
    return true;
}

/* Days since 1970-01-01, by counting from March; false when there is no such day. */
static bool days_get(int year, int month, int day, int64_t *out)
{
    static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (year < YEAR_MIN || month < 1 || month > 12 || day < 1) return false;
    if (day > month_days[month - 1] + (month == 2 && leap ? 1 : 0)) return false;
    int64_t from_march = month <= 2 ? year - 1 : year;
    int64_t era = from_march / 400, of_era = from_march - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    *out = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
    return true;
}

static bool clock_take(struct slice *rest, int64_t *us)
{
    int hour = digits_take(rest, 2);
    if (!byte_take(rest, ':')) return false;
    int minute = digits_take(rest, 2);
    if (!byte_take(rest, ':')) return false;
    int second = digits_take(rest, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
    *us += hour * HOUR_US + minute * MINUTE_US + second * SECOND_US;
    return true;
}

/* A fraction of a second, if there is one; digits below a microsecond are dropped. */
static bool fraction_take(struct slice *rest, int64_t *us)
{
    int64_t scale = SECOND_US / 10;
    if (rest->len == 0 || (rest->at[0] != '.' && rest->at[0] != ',')) return true;
    *rest = slice_from(*rest, 1);
    if (rest->len == 0 || !is_digit(rest->at[0])) return false;
    for (; rest->len > 0 && is_digit(rest->at[0]); *rest = slice_from(*rest, 1)) {
        *us += (rest->at[0] - '0') * scale;
        scale /= 10;
    }
    return true;
}

static int month_take(struct slice *rest)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (rest->len < 3) return -1;
    for (int month = 0; month < 12; month++) {
        if (memcmp(rest->at, names + (size_t)month * 3, 3) != 0) continue;
        *rest = slice_from(*rest, 3);
        return month + 1;
    }
    return -1;
}

/* "10/Oct/2000:13:55:36", the zone behind it. */
static bool common_take(struct slice *rest, int64_t *us)
{
    int64_t days = 0;
    int day = digits_take(rest, 2);
    if (!byte_take(rest, '/')) return false;
    int month = month_take(rest);
    if (!byte_take(rest, '/')) return false;
    int year = digits_take(rest, 4);
    if (!byte_take(rest, ':') || !days_get(year, month, day, &days)) return false;
    *us = days * DAY_US;
    return clock_take(rest, us);
}

/* "2000-10-10T13:55:36.123", the zone behind it. */
static bool date_take(struct slice *rest, int64_t *us)
{
    int64_t days = 0;
    int year = digits_take(rest, 4);
    if (!byte_take(rest, '-')) return false;
    int month = digits_take(rest, 2);
    if (!byte_take(rest, '-')) return false;
    int day = digits_take(rest, 2);
    if (!days_get(year, month, day, &days)) return false;
    if (!byte_take(rest, 'T') && !byte_take(rest, 't') && !byte_take(rest, ' ')) return false;
    *us = days * DAY_US;
    return clock_take(rest, us) && fraction_take(rest, us);
}

static enum when_got zone_apply(const struct when *when, struct slice rest, int64_t *us)
{
    int32_t zone_s = 0;
    while (byte_take(&rest, ' ')) continue;
    if (!zone_get(rest, &zone_s)) {
        bool name = rest.len == 0 || (rest.at[0] >= 'A' && rest.at[0] <= 'Z');
        if (!name) return WHEN_BAD;
        if (!when->zone_given) return WHEN_NO_ZONE;
        zone_s = when->zone_s;
    }
    *us -= zone_s * SECOND_US;
    return WHEN_GOOD;
}

/* Seconds, milliseconds, microseconds or nanoseconds since 1970: which one, its size tells. */
static enum when_got number_read(struct slice text, int64_t *us)
{
    uint64_t whole = 0;
    size_t digits = 0;
    int64_t fraction = 0;
    for (; digits < text.len && is_digit(text.at[digits]); digits++) {
        if (digits == 19) return WHEN_BAD;
        whole = whole * 10 + (uint64_t)(text.at[digits] - '0');
    }
    struct slice rest = slice_from(text, digits);
    if (!fraction_take(&rest, &fraction) || rest.len > 0) return WHEN_BAD;
    if (whole < 100000000000U) {
        *us = (int64_t)whole * SECOND_US + fraction;
    } else if (whole < 100000000000000U) {
        *us = (int64_t)whole * 1000;
    } else {
        *us = (int64_t)(whole < 100000000000000000U ? whole : whole / 1000);
    }
    return WHEN_GOOD;
}

static enum when_got text_read(const struct when *when, struct slice text, int64_t *us)
{
    struct slice rest = text;
    if (text.len >= CLF_BYTES && text.at[2] == '/')
        return common_take(&rest, us) ? zone_apply(when, rest, us) : WHEN_BAD;
    if (text.len >= CLF_BYTES - 1 && text.at[4] == '-')
        return date_take(&rest, us) ? zone_apply(when, rest, us) : WHEN_BAD;
    return text.len > 0 && is_digit(text.at[0]) ? number_read(text, us) : WHEN_BAD;
}

enum when_got when_get(struct when *when, struct slice text, int64_t *out)
{
    int64_t us = 0;
    if (text.len == when->kept_len && text.len > 0 && memcmp(text.at, when->kept, text.len) == 0) {
        *out = when->kept_us;
        return WHEN_GOOD;
    }
    enum when_got got = text_read(when, text, &us);
    if (got != WHEN_GOOD) return got;
    if (us <= 0 || us >= INT64_C(253402300800) * SECOND_US) return WHEN_BAD;
    *out = us;
    if (text.len <= WHEN_KEPT_BYTES) {
        memcpy(when->kept, text.at, text.len);
        when->kept_len = text.len;
        when->kept_us = us;
    }
    return WHEN_GOOD;
}

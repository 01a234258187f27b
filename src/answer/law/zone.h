/*
 * Local time by the rule of a zone in the form of POSIX ("CET-1CEST,M3.5.0,M10.5.0/3"), and the spans of rule files.
 *
 * No zone files and no environment are read: the rules are data (law/countries.yaml). Must never be asked about instants
 * before such a rule held. Main calls: zone_parse(), span_end(). Example:
 *     TRY(zone_parse(SLICE_TEXT("KST-9"), &zone));  due_us = span_end((struct span){72, SPAN_HOURS}, ..., aware_us, &zone);
 */
#ifndef AMN_ANSWER_LAW_ZONE_H
#define AMN_ANSWER_LAW_ZONE_H

#include "answer/law/words.h"

struct zone_turn { /* the `week`th `weekday` of a month, 5 being the last; at so many seconds of local time */
    int month, week, weekday;
    int32_t seconds;
};
struct zone {
    int32_t standard, summer; /* seconds east of Greenwich */
    bool has_summer;
    struct zone_turn start, end;
};

/* INVALID when it is no such rule. Only turns of the form M are known. Source: POSIX.1-2017, 8.3, TZ. */
RESULT zone_parse(struct slice rule, struct zone *out);
int32_t zone_offset(const struct zone *zone, int64_t us); /* seconds east at an instant */

/* A day: since 1970-01-01. Dates are Gregorian, 0001-01-01 to 9999-12-31. */
int64_t date_days(int year, int month, int day);
void date_of(int64_t days, int *year, int *month, int *day);
RESULT date_get(struct slice text, int64_t *out_days); /* "2027-01-16"; INVALID otherwise */
void date_put(struct buf *out, int64_t days);

int64_t zone_day(const struct zone *zone, int64_t us); /* the local day of an instant */
int64_t zone_instant(const struct zone *zone, int64_t days,
                     int32_t seconds);                               /* of a local day and time of day */
void zone_put(struct buf *out, const struct zone *zone, int64_t us); /* 2025-11-20T16:00:00+09:00 */

/* How long: "72h", "30d", "1mo", "2y". */
enum span_unit { SPAN_HOURS, SPAN_DAYS, SPAN_MONTHS, SPAN_YEARS };
struct span {
    uint32_t number; /* 1 … SPAN_NUMBER_MAX */
    enum span_unit unit;
};
enum { SPAN_NUMBER_MAX = 5000 };
RESULT span_get(struct slice text, struct span *out); /* INVALID otherwise */

/*
 * When it ends that began at `us`. Hours and days elapse, whatever day it is; a month or year later is the same local
 * time of day, on the last day of a shorter month. By LAW_COUNT_DAYS_AFTER it is the end of the local day `number` days
 * after that of `us`; by LAW_COUNT_DAYS_WITHIN the same with the day of `us` as the first.
 */
int64_t span_end(struct span span, enum law_count count, int64_t us, const struct zone *zone);

#endif

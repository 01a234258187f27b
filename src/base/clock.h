/*
 * Time comes from here, never from time(): so tests and the simulator can hold the clock.
 * Inside: microseconds since 1970 UTC in int64_t. Outside: RFC 3339 in UTC.
 */
#ifndef AMN_BASE_CLOCK_H
#define AMN_BASE_CLOCK_H

#include "base/bytes.h"

struct clock {
    int64_t (*now_us)(void *context);
    void *context;
};

#define SECOND_US ((int64_t)1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

struct clock clock_system(void); /* the machine's real time */
int64_t clock_now(const struct clock *clock);
int64_t clock_monotonic_us(void); /* for durations only */

void time_put(struct buf *out, int64_t us); /* 2026-11-22T03:24:00.123456Z; whole seconds without fraction */
void minute_put(struct buf *out, int64_t us);     /* as people read it: 2026-11-22 03:24 UTC */
RESULT time_get(struct slice text, int64_t *out); /* RFC 3339 with Z or an offset; INVALID otherwise */

#endif

/*
 * Times as logs write them: common log format, RFC 3339 and its relatives with or without a zone, seconds since 1970.
 *
 * A log's lines mostly share their second, so the last text is remembered. Must never guess a zone: a time that names
 * none wants one that was given. Main call: when_get(). Example:
 *     struct when when = {.zone_given = true, .zone_s = 9 * 3600};  if (when_get(&when, text, &us) == WHEN_GOOD) ...
 */
#ifndef AMN_BASE_WEBLOG_WHEN_H
#define AMN_BASE_WEBLOG_WHEN_H

#include "base/clock.h"

enum { WHEN_KEPT_BYTES = 40 };

struct when {
    int32_t zone_s; /* of times that name none, or one that nobody knows; seconds east of UTC */
    bool zone_given;
    uint8_t kept[WHEN_KEPT_BYTES]; /* the last text and what it was */
    size_t kept_len;
    int64_t kept_us;
};

enum when_got { WHEN_GOOD, WHEN_BAD, WHEN_NO_ZONE };

/*
 * @param out  microseconds since 1970 UTC, above 0 and below the year 10000; untouched unless WHEN_GOOD
 * A leap second is the first one of the next minute. Cost: 3 ns when the text is the last one's, 30 ns else.
 */
enum when_got when_get(struct when *when, struct slice text, int64_t *out);

/* "+0900", "+09:00", "-03", "Z", or a name of zones.def, as seconds; false otherwise. At most 14 hours. */
bool zone_get(struct slice text, int32_t *out);

#endif

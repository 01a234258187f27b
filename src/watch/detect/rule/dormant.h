/*
 * Dormant: a reader that looked at nobody for weeks looks again.
 *
 * Score: days without a look / dormant.days, once it has asked for dormant.people on the day of waking. A reader that
 * never looked before does not sleep: it is new.
 * Source: retained credentials, as in the Coupang theft; NIST SP 800-53 AC-2(3) "disable accounts".
 * Parameters: dormant.days (days), dormant.people (people), dormant.trip.
 */
#ifndef AMN_WATCH_DETECT_RULE_DORMANT_H
#define AMN_WATCH_DETECT_RULE_DORMANT_H

#include "watch/detect/detect.h"

struct dormant {
    int64_t last_day; /* local day of the latest look, 0 none */
    uint64_t slept;   /* days before today, while it counts */
    uint64_t people;  /* asked for today; repeats count */
};

double dormant_look(struct dormant *dormant, const struct params *params, const struct look *look,
                    int64_t day);
void dormant_close(struct dormant *dormant); /* the day is over */

#endif

/*
 * Passes: self passes that nobody issued, counted for each reader and hour; and one client network whose passes are of
 * too many people in an hour (counted outside, by watch/spread.h).
 *
 * Score: the greater of unknown / passes.unknown and people / passes.people. It never trips by default: whoever sends
 * nonsense to a shop's front end could stop the shop; an unknown pass shows nobody anything.
 * Source: facts of the Coupang theft: validly signed tokens that no sign-in had issued.
 * Parameters: passes.unknown (passes an hour), passes.people (people an hour), passes.trip.
 */
#ifndef AMN_WATCH_DETECT_RULE_PASSES_H
#define AMN_WATCH_DETECT_RULE_PASSES_H

#include "watch/detect/detect.h"

struct passes {
    int64_t hour;     /* since 1970 */
    uint64_t unknown; /* in it */
};

double passes_look(struct passes *passes, const struct params *params, const struct look *look, int64_t hour);

#endif

/*
 * Hours: how many different people in each of the last hours by the clock, in UTC. For people to see; no detector reads it.
 *     hours_note(&hours, 495000, 12);
 *     hours_get(&hours, 495001, people);  // people[HOURS_KEPT - 2] is 12
 */
#ifndef AMN_WATCH_DETECT_MEASURE_HOURS_H
#define AMN_WATCH_DETECT_MEASURE_HOURS_H

#include <stdint.h>

enum { HOURS_KEPT = 48 };

struct people_hours {
    int64_t latest;              /* hour since 1970; 0: none yet */
    uint32_t people[HOURS_KEPT]; /* of hour h at h mod HOURS_KEPT; hours between two that were noted are 0 */
};

/* So many people were looked at in that hour; less than was noted of it changes nothing, nor does an hour before the latest. */
void hours_note(struct people_hours *hours, int64_t hour, double people);

/* The hours up to `now`, the oldest first. */
void hours_get(const struct people_hours *hours, int64_t now, uint32_t out[HOURS_KEPT]);

#endif

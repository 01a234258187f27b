/*
 * Deadlines for other calendars: iCalendar (RFC 5545), one event each with alarms before it. Instants are in UTC, so no
 * reader needs our zones; lines are folded at 75 bytes between characters. Holds no personal data and must be handed none.
 *
 * Main calls: ics_begin(), ics_event(), ics_end(). Example:
 *     ics_begin(&out);  ics_event(&out, &(struct ics_event){...});  ics_end(&out);
 */
#ifndef AMN_ANSWER_LAW_ICS_H
#define AMN_ANSWER_LAW_ICS_H

#include "base/bytes.h"

enum { ICS_ALARMS_MAX = 4 };

struct ics_event {
    struct slice uid;           /* the same for the same duty, so that a second import changes the first */
    struct slice summary, text; /* UTF-8; line ends in `text` are kept */
    int64_t made_us, at_us;
    int64_t alarms_us
        [ICS_ALARMS_MAX]; /* so long before, those above 0; those that are over already are left out */
};

void ics_begin(struct buf *out);
void ics_event(struct buf *out, const struct ics_event *event);
/* A day in a calendar, without alarms. `day` is since 1970. */
void ics_day(struct buf *out, const struct ics_event *event, int64_t day);
void ics_end(struct buf *out);

#endif

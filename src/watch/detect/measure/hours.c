#include "watch/detect/measure/hours.h"

#include <stdbool.h>
#include <string.h>

void hours_note(struct people_hours *hours, int64_t hour, double people)
{
    if (hour <= 0 || hour < hours->latest || people < 0) return;
    if (hour - hours->latest >= HOURS_KEPT) {
        memset(hours->people, 0, sizeof hours->people);
    } else {
        for (int64_t passed = hours->latest + 1; passed <= hour; passed++)
            hours->people[passed % HOURS_KEPT] = 0;
    }
    hours->latest = hour;
    uint32_t count = people < (double)UINT32_MAX ? (uint32_t)people : UINT32_MAX;
    uint32_t *at = &hours->people[hour % HOURS_KEPT];
    if (*at < count) *at = count;
}

void hours_get(const struct people_hours *hours, int64_t now, uint32_t out[HOURS_KEPT])
{
    for (int64_t i = 0; i < HOURS_KEPT; i++) {
        int64_t hour = now - (HOURS_KEPT - 1) + i;
        bool known = hour > 0 && hour <= hours->latest && hours->latest - hour < HOURS_KEPT;
        out[i] = known ? hours->people[hour % HOURS_KEPT] : 0;
    }
}

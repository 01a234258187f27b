#include "keep/watch/outside_watch.h"

#include "prove/entry.h"

#include <assert.h>
#include <stdlib.h>

enum {
    LINE_BITS = 48
}; /* of a reader's number within the detectors: above them stands what kind of line it is */
static const uint64_t line_mask = ((uint64_t)1 << LINE_BITS) - 1;

struct outside_watch {
    struct watch *today, *past;
    struct params params;
    uint64_t customers;
    int64_t past_us; /* newest that was judged of the past; 0: nothing yet */
    bool changed;
};

static RESULT detectors_new(const struct outside_watch *outside, struct watch **out)
{
    const struct watch_options options = {
        .params = outside->params, .customers = outside->customers, .readers_max = OUTSIDE_READERS_MAX};
    return watch_new(&options, out);
}

RESULT outside_watch_new(const struct params *params, uint64_t customers, struct outside_watch **out)
{
    SCOPED(outside_watch_free) struct outside_watch *outside = calloc(1, sizeof *outside);
    if (!outside) return FAIL(UNAVAILABLE, "watching: out of memory");
    outside->params = *params;
    outside->customers = customers;
    TRY(detectors_new(outside, &outside->today));
    TRY(detectors_new(outside, &outside->past));
    *out = TAKE(outside);
    return OK;
}

void outside_watch_free(struct outside_watch **outside)
{
    if (!*outside) return;
    if ((*outside)->today) watch_free(&(*outside)->today);
    if ((*outside)->past) watch_free(&(*outside)->past);
    free(*outside);
    *outside = NULL;
}

RESULT outside_watch_file(struct outside_watch *outside, uint32_t hour, uint64_t customers)
{
    struct watch *fresh = NULL;
    outside->customers = customers;
    if (outside->past_us == 0 || (int64_t)hour * HOUR_US >= outside->past_us - DAY_US) return OK;
    TRY(detectors_new(outside, &fresh));
    watch_free(&outside->past);
    outside->past = fresh;
    outside->past_us = 0;
    return OK;
}

/* NULL: it is of the future, or of days that were closed long ago. */
static struct watch *detectors_of(struct outside_watch *outside, int64_t at_us, int64_t now_us)
{
    if (at_us > now_us + OUTSIDE_FUTURE_US) return NULL;
    if (at_us >= now_us - OUTSIDE_PAST_US) return outside->today;
    if (at_us < outside->past_us - OUTSIDE_PAST_US) return NULL;
    if (at_us > outside->past_us) outside->past_us = at_us;
    return outside->past;
}

/* A log may say any hour: what does not fit is of the future all the same. */
static int64_t hour_us(uint32_t hour)
{
    const uint32_t most = (uint32_t)(INT64_MAX / HOUR_US) - 1;
    return (int64_t)(hour < most ? hour : most) * HOUR_US;
}

void outside_watch_look(struct outside_watch *outside, const struct outside_looks *looks, int64_t now_us)
{
    int64_t at_us = hour_us(looks->hour);
    struct watch *watch = detectors_of(outside, at_us, now_us);
    if (!watch || looks->count == 0) return;
    const struct look look = {.kind = LOOK_OBSERVED,
                              .now_us = at_us,
                              .reader = reader_no(READER_OUTSIDE, looks->reader) | (uint64_t)looks->line
                                                                                       << LINE_BITS,
                              .peers = ((uint64_t)looks->system << 8 | (uint64_t)looks->line) + 1,
                              .fields = looks->fields,
                              .subjects = looks->subjects,
                              .count = looks->count};
    watch_look(watch, &look);
    outside->changed = outside->changed || watch == outside->today;
}

void outside_watch_hour(struct outside_watch *outside, uint32_t hour, int64_t now_us, uint64_t customers)
{
    int64_t at_us = hour_us(hour);
    struct watch *watch = detectors_of(outside, at_us, now_us);
    outside->customers = customers;
    if (watch) watch_minute(watch, at_us + HOUR_US - 1, customers);
}

/* Does the detector say something of this kind of line? */
static bool counts(enum outside_line line, enum detector detector)
{
    bool order = detector == DETECTOR_ENUMERATION, sums = detector == DETECTOR_SLOW_RISE,
         burst = detector == DETECTOR_BURST;
    switch (line) {
    case OUTSIDE_USER:
        return detector != DETECTOR_GRANTLESS;
    case OUTSIDE_ADDRESS:
    case OUTSIDE_UNNAMED:
    case OUTSIDE_NETWORK:
        return order || sums || burst || detector == DETECTOR_COVERAGE || detector == DETECTOR_CANARY;
    case OUTSIDE_SYSTEM: /* all of its readers at once: their order and whom they cover are nobody's */
        return sums;
    }
    return false;
}

size_t outside_watch_findings(struct outside_watch *outside, int64_t now_us, struct finding *out, size_t room)
{
    struct watch *both[] = {outside->today, outside->past};
    size_t count = 0;
    struct finding one;
    for (size_t i = 0; i < COUNT_OF(both); i++) {
        while (count < room && watch_findings(both[i], &one, 1) == 1) {
            enum outside_line line = (enum outside_line)(one.reader >> LINE_BITS);
            if (!counts(line, one.detector)) continue;
            one.reader &= line_mask;
            one.trips = false; /* nobody is stopped by it */
            if (both[i] == outside->today) one.at_us = now_us;
            out[count++] = one;
        }
    }
    return count;
}

void outside_watch_save(const struct outside_watch *outside, struct buf *out)
{
    watch_save(outside->today, out);
}

RESULT outside_watch_load(struct outside_watch *outside, struct slice bytes)
{
    TRY(watch_load(outside->today, bytes));
    outside->changed = false;
    return OK;
}

void outside_watch_saved(struct outside_watch *outside)
{
    outside->changed = false;
}

bool outside_watch_changed(const struct outside_watch *outside)
{
    return outside->changed;
}

#include "watch/budget/meter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR_MINUTES = 60, DAY_MINUTES = 1440, RING_HOUR = 60, RING_DAY = 24 };

const struct window_row window_rows[WINDOW_COUNT] = {
    [WINDOW_MINUTE] = {"minute", 1, 1},
    [WINDOW_HOUR] = {"hour", RING_HOUR, 1},
    [WINDOW_DAY] = {"day", RING_DAY, HOUR_MINUTES},
    [WINDOW_MONTH] = {"month", METER_DAYS, DAY_MINUTES},
};

struct meter_few {
    uint64_t subject;
    uint32_t minute;
};

/* Subjects by the slot of their last look; `used` is the sum of a ring's live slots. */
struct meter_many {
    uint32_t at; /* the minute up to which slots that ended were emptied */
    uint32_t minutes[RING_HOUR], hours[RING_DAY], days[METER_DAYS];
    uint64_t hour, day, month;
    struct lasts lasts;
};

void meter_done(struct meter *meter)
{
    free(meter->few);
    if (meter->many) lasts_done(&meter->many->lasts);
    free(meter->many);
    *meter = (struct meter){0};
}

static bool counts(enum window window, uint32_t minute, uint32_t now)
{
    const struct window_row *row = &window_rows[window];
    return minute / row->minutes + row->slots > now / row->minutes;
}

/* What stands at or before it counts in no window. */
static uint32_t stale_at(uint32_t now)
{
    uint32_t kept = METER_DAYS * DAY_MINUTES;
    uint32_t first = now / DAY_MINUTES * DAY_MINUTES;
    return first > kept ? first - kept + DAY_MINUTES - 1 : LASTS_NEVER;
}

static void ring_turn(uint32_t *ring, uint32_t slots, uint64_t *sum, uint32_t from, uint32_t to)
{
    uint32_t turns = to - from < slots ? to - from : slots;
    for (uint32_t i = 1; i <= turns; i++) {
        uint32_t *slot = &ring[(from + i) % slots];
        *sum -= *slot;
        *slot = 0;
    }
}

/* Empty the slots that have ended since. */
static void many_turn(struct meter_many *many, uint32_t now)
{
    uint32_t at = many->at;
    if (now <= at) return;
    ring_turn(many->minutes, RING_HOUR, &many->hour, at, now);
    ring_turn(many->hours, RING_DAY, &many->day, at / HOUR_MINUTES, now / HOUR_MINUTES);
    ring_turn(many->days, METER_DAYS, &many->month, at / DAY_MINUTES, now / DAY_MINUTES);
    many->at = now;
}

/* One subject more, or fewer, with its last look at that minute. */
static void many_place(struct meter_many *many, uint32_t minute, uint32_t step)
{
    uint64_t wide = (uint64_t)(int64_t)(int32_t)step;
    if (counts(WINDOW_HOUR, minute, many->at)) {
        many->minutes[minute % RING_HOUR] += step;
        many->hour += wide;
    }
    if (counts(WINDOW_DAY, minute, many->at)) {
        many->hours[minute / HOUR_MINUTES % RING_DAY] += step;
        many->day += wide;
    }
    if (counts(WINDOW_MONTH, minute, many->at)) {
        many->days[minute / DAY_MINUTES % METER_DAYS] += step;
        many->month += wide;
    }
}

/* Move a subject's last look; gives the one before. */
static uint32_t many_set(struct meter_many *many, uint64_t subject, uint32_t minute)
{
    static const uint32_t more = 1, fewer = UINT32_MAX;
    uint32_t before = lasts_swap(&many->lasts, subject, minute, stale_at(many->at));
    if (before == 0) before = LASTS_NEVER;
    if (before == minute) return before;
    many_place(many, before, fewer);
    many_place(many, minute, more);
    return before;
}

static void few_become_many(struct meter *meter, uint32_t now)
{
    struct meter_many *many = calloc(1, sizeof *many);
    if (!many) abort();
    many->at = now;
    for (size_t i = 0; i < meter->few_count; i++) {
        if (meter->few[i].minute > stale_at(now))
            (void)many_set(many, meter->few[i].subject, meter->few[i].minute);
    }
    free(meter->few);
    meter->few = NULL;
    meter->few_count = meter->few_room = 0;
    meter->many = many;
}

static void few_drop_stale(struct meter *meter, uint32_t stale)
{
    uint8_t kept = 0;
    for (uint8_t i = 0; i < meter->few_count; i++) {
        if (meter->few[i].minute > stale) meter->few[kept++] = meter->few[i];
    }
    meter->few_count = kept;
}

/* Set the subject's last look in the list; false when the list is full. */
static bool few_set(struct meter *meter, uint64_t subject, uint32_t minute, uint32_t now, uint32_t *before)
{
    for (size_t i = 0; i < meter->few_count; i++) {
        if (meter->few[i].subject != subject) continue;
        *before = meter->few[i].minute;
        meter->few[i].minute = minute;
        return true;
    }
    *before = LASTS_NEVER;
    if (meter->few_count == meter->few_room) few_drop_stale(meter, stale_at(now));
    if (meter->few_count == METER_FEW_MAX) return false;
    if (meter->few_count == meter->few_room) {
        uint8_t room = meter->few_room ? (uint8_t)(meter->few_room * 2) : 2;
        meter->few = realloc(meter->few, room * sizeof *meter->few);
        if (!meter->few) abort();
        meter->few_room = room;
    }
    meter->few[meter->few_count++] = (struct meter_few){subject, minute};
    return true;
}

static uint32_t set(struct meter *meter, uint64_t subject, uint32_t minute, uint32_t now)
{
    uint32_t before = LASTS_NEVER;
    if (!meter->many && few_set(meter, subject, minute, now, &before)) return before;
    if (!meter->many) few_become_many(meter, now);
    many_turn(meter->many, now);
    return many_set(meter->many, subject, minute);
}

uint32_t meter_look(struct meter *meter, uint64_t subject, uint32_t now)
{
    return set(meter, subject, now, now);
}

void meter_fetch(const struct meter *meter, uint64_t subject)
{
    if (meter->many) lasts_fetch(&meter->many->lasts, subject);
}

void meter_unlook(struct meter *meter, uint64_t subject, uint32_t before, uint32_t now)
{
    (void)set(meter, subject, before, now);
}

void meter_restore(struct meter *meter, uint64_t subject, uint32_t then, uint32_t now)
{
    assert(then <= now);
    uint32_t before = set(meter, subject, then, now);
    if (before > then) (void)set(meter, subject, before, now);
}

void meter_used(struct meter *meter, uint32_t now, uint64_t out[WINDOW_COUNT])
{
    struct meter_many *many = meter->many;
    if (many) {
        many_turn(many, now);
        out[WINDOW_MINUTE] = many->minutes[now % RING_HOUR];
        out[WINDOW_HOUR] = many->hour;
        out[WINDOW_DAY] = many->day;
        out[WINDOW_MONTH] = many->month;
        return;
    }
    memset(out, 0, WINDOW_COUNT * sizeof *out);
    for (size_t i = 0; i < meter->few_count; i++) {
        for (int window = 0; window < WINDOW_COUNT; window++)
            out[window] += counts((enum window)window, meter->few[i].minute, now);
    }
}

/* Subjects whose last look lies in slot number `slot` (since 1970) of the window, a live one. */
static uint64_t slot_count(const struct meter *meter, enum window window, uint32_t slot)
{
    const struct meter_many *many = meter->many;
    uint64_t count = 0;
    if (many && window == WINDOW_DAY) return many->hours[slot % RING_DAY];
    if (many && window == WINDOW_MONTH) return many->days[slot % METER_DAYS];
    if (many) return many->minutes[slot % RING_HOUR];
    for (size_t i = 0; i < meter->few_count; i++)
        count += meter->few[i].minute / window_rows[window].minutes == slot;
    return count;
}

uint32_t meter_leaves(struct meter *meter, enum window window, uint64_t need, uint32_t now)
{
    const struct window_row *row = &window_rows[window];
    uint32_t present = now / row->minutes, last = present;
    uint64_t left = 0;
    if (meter->many) many_turn(meter->many, now);
    for (uint32_t slot = present + 1 - row->slots; slot <= present && left < need; slot++) {
        left += slot_count(meter, window, slot);
        last = slot;
    }
    return (last + row->slots) * row->minutes;
}

size_t meter_sweep(struct meter *meter, uint32_t now, uint32_t keep_minutes, size_t room, bool *empty)
{
    uint32_t stale = stale_at(now), own = now > keep_minutes ? now - keep_minutes : LASTS_NEVER;
    size_t examined = (size_t)meter->few_count + 1;
    if (own > stale) stale = own;
    if (meter->many) {
        many_turn(meter->many, now);
        examined = lasts_sweep(&meter->many->lasts, &meter->swept, stale, room);
        *empty = meter->swept == 0 && lasts_empty(&meter->many->lasts);
        return examined;
    }
    few_drop_stale(meter, stale);
    *empty = meter->few_count == 0;
    return examined;
}

size_t meter_bytes(const struct meter *meter)
{
    size_t bytes = sizeof *meter + meter->few_room * sizeof *meter->few;
    return meter->many ? bytes + sizeof *meter->many + lasts_bytes(&meter->many->lasts) : bytes;
}

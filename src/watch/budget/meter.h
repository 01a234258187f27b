/*
 * A meter: how many distinct subjects one reader (or holder, network, role, shop …) looked at in a minute, an hour, a
 * day and 30 days, exactly. It keeps the minute of each subject's last look, and three rings that count the subjects
 * whose last look lies in a slot: 60 x 1 minute, 24 x 1 hour, 30 x 1 day. A look moves its subject to the present slot;
 * what is used of a window is the sum of its live slots. A meter of few subjects is a short list without rings.
 *
 * Minutes here are minutes since 1970 of a clock that never goes back. Example: `before = meter_look(meter, 7, now);`
 */
#ifndef AMN_WATCH_METER_H
#define AMN_WATCH_METER_H

#include "watch/budget/lasts.h"

/* A subject counts in a window while its last look lies in one of the window's slots, the present one included. */
enum window { WINDOW_MINUTE, WINDOW_HOUR, WINDOW_DAY, WINDOW_MONTH, WINDOW_COUNT };

struct window_row {
    const char *name;
    uint32_t slots, minutes; /* how many, and how long each is */
};
extern const struct window_row window_rows[WINDOW_COUNT];

enum { METER_DAYS = 30, METER_FEW_MAX = 16 };

struct meter_few;
struct meter_many;

/* `{0}` counts nobody. One of `few` and `many` is in use. */
struct meter {
    uint64_t id;
    uint8_t scope, few_count, few_room;
    size_t swept; /* chunk at which the sweep goes on */
    struct meter_few *few;
    struct meter_many *many;
};
void meter_done(struct meter *meter);

/*
 * Count a look at minute `now`, no earlier than any before it; gives the minute of the look before, or LASTS_NEVER.
 * Cost: about 20 ns, and misses of the cache.
 */
uint32_t meter_look(struct meter *meter, uint64_t subject, uint32_t now);

/* Have the processor fetch what a look at this subject will read. */
void meter_fetch(const struct meter *meter, uint64_t subject);

/* Set a subject's last look to what meter_look() gave: the look did not happen. `now` as for the look, or later. */
void meter_unlook(struct meter *meter, uint64_t subject, uint32_t before, uint32_t now);

/* A look of the past, at minute `then`: counts unless a later one of that subject is known. */
void meter_restore(struct meter *meter, uint64_t subject, uint32_t then, uint32_t now);

/* Distinct subjects of each window at minute `now`, which is no earlier than any look. */
void meter_used(struct meter *meter, uint32_t now, uint64_t out[WINDOW_COUNT]);

/*
 * The minute at which `need` of the subjects that count now will have left the window; when they are fewer, the minute
 * at which all of them will have. Cost: up to 60 slots.
 */
uint32_t meter_leaves(struct meter *meter, enum window window, uint64_t need, uint32_t now);

/*
 * Forget looks that are older than `keep_minutes`, in about `room` numbers at most; returns how many were examined.
 * `empty` when nothing is left in the whole meter.
 */
size_t meter_sweep(struct meter *meter, uint32_t now, uint32_t keep_minutes, size_t room, bool *empty);

size_t meter_bytes(const struct meter *meter);

#endif

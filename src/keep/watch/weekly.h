/*
 * The weekly mail: how the last seven days were, in plain words, for a shop that never opens a console. It goes to every
 * mail sink, and where there is none, to everybody who may approve; on Monday at 08:00 of their offset, once a week,
 * also across restarts. Main calls: weekly_put(), weekly_due().
 */
#ifndef AMN_KEEP_WATCH_WEEKLY_H
#define AMN_KEEP_WATCH_WEEKLY_H

#include "keep/batch.h"

enum { WEEKLY_HOUR = 8, WEEKLY_DAYS = 7, WEEKLY_ROLES_MAX = 32 };

/* Append the lines of the week that ends now, in a language. Errors are the store's. Cost: one pass over the sightings
 * of a week. */
RESULT weekly_put(struct batch *batch, struct slice lang, struct buf *out);

/* Queue the mails of this week if it is time and they were not. For upkeep. `sent`: they were queued now. */
RESULT weekly_due(struct batch *batch, bool *sent);

/* Which week a moment is in, counted from one Monday 08:00 of the offset to the next. Never goes back as time goes on. */
uint64_t weekly_number(int64_t now_us, int64_t offset_min);

/* The offset of a shop that never said one: by its language. Minutes. */
int64_t weekly_offset_min(struct slice lang);

#endif

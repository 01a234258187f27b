/*
 * How one sort of thing spreads over another within an hour: how many different subjects each network was given a pass
 * for. Plain numbers; bounded, and told when the bound was met. Main calls: spread_add(), spread_now(). Example:
 *     spread_add(spread, now_us, network, subject);
 */
#ifndef AMN_WATCH_SPREAD_H
#define AMN_WATCH_SPREAD_H

#include "base/clock.h"

enum { SPREAD_PAIRS_MAX = 1 << 16 };

struct spread;
RESULT spread_new(struct spread **out); /* UNAVAILABLE without memory. About 2.5 MiB. */
void spread_free(struct spread **spread);

/*
 * Count the pair once in the hour of `now_us`. Both are any numbers; two pairs of equal hash (1 in 2^64) count as one.
 * Behind SPREAD_PAIRS_MAX pairs of an hour nothing more is counted. Cost: below 100 ns.
 */
void spread_add(struct spread *spread, int64_t now_us, uint64_t group, uint64_t member);

/* Of the hour of `now_us`: different groups, and the most different members of one of them. */
void spread_now(const struct spread *spread, int64_t now_us, uint64_t *groups, uint64_t *members_most);

#endif

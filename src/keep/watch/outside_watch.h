/*
 * The same detectors, over what logs of systems outside told: each reader there, each network of addresses, and each
 * system as a whole is held against its own habit and its peers'. Alert only: the vault cannot stop anybody there.
 *
 * Time is the log's own. What is about now goes to one set of detectors, kept over a restart; what was long ago to
 * another, which begins anew when an older log is read: so a history is judged day by day however late it is read, and
 * never mixes with today. A line of the future is not judged, or one wrong clock would blind the rest of the day; nor is
 * one of days that were closed long ago, unless its file begins there.
 *
 * Not judged are: fruitless tries and refusals (a log's lines that were not answered are not taken in), budgets, grants
 * and passes (there are none outside). An address is nobody's habit: of it, order, coverage, rise and bursts are judged; of
 * a whole system only its rise. Main calls: outside_watch_look(), outside_watch_hour(). Example: keep/observe/observe_watch.c.
 */
#ifndef AMN_KEEP_OUTSIDE_WATCH_H
#define AMN_KEEP_OUTSIDE_WATCH_H

#include "base/weblog/seen.h"
#include "watch/detect/detect.h"

enum {
    OUTSIDE_READERS_MAX = 4096
}; /* that detectors know at once; the quietest is forgotten for a new one */
#define OUTSIDE_PAST_US (2 * DAY_US)    /* older is of the past */
#define OUTSIDE_FUTURE_US (2 * HOUR_US) /* later than now is not judged */

/* Lines that looks are counted under. A user, an address or nobody is a reader of a log; the others are made of them. */
enum outside_line { OUTSIDE_USER, OUTSIDE_ADDRESS, OUTSIDE_UNNAMED, OUTSIDE_NETWORK, OUTSIDE_SYSTEM };

struct outside_watch;

RESULT outside_watch_new(const struct params *params, uint64_t customers, struct outside_watch **out);
void outside_watch_free(struct outside_watch **outside);

/* People whom one line of readers saw in one hour of a log, in the order of its lines. */
struct outside_looks {
    enum outside_line line;
    uint32_t reader; /* its number, of store/observed.h */
    uint32_t system;
    uint32_t hour; /* since 1970 */
    uint64_t fields;
    const uint64_t *subjects;
    size_t count;
};

/* A file begins at this hour: the past begins anew when it is older than what was judged of it by more than a day. */
RESULT outside_watch_file(struct outside_watch *outside, uint32_t hour, uint64_t customers);

/* Cost: as watch_look(). */
void outside_watch_look(struct outside_watch *outside, const struct outside_looks *looks, int64_t now_us);

/* All looks of this hour that the chunk tells of were given: what is judged by sums. */
void outside_watch_hour(struct outside_watch *outside, uint32_t hour, int64_t now_us, uint64_t customers);

/*
 * Findings that wait; `reader` is reader_no(READER_OUTSIDE, …). at_us is `now_us` of what is about now, and the log's own
 * time of what is past: its alert says when it was.
 */
size_t outside_watch_findings(struct outside_watch *outside, int64_t now_us, struct finding *out,
                              size_t room);

/* What was learned of today, for a restart; and back. INVALID: no such bytes, nothing is changed. */
void outside_watch_save(const struct outside_watch *outside, struct buf *out);
RESULT outside_watch_load(struct outside_watch *outside, struct slice bytes);
/* Is there something new since outside_watch_saved() said that what it gave is kept? */
bool outside_watch_changed(const struct outside_watch *outside);
void outside_watch_saved(struct outside_watch *outside);

#endif

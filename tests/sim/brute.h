/*
 * Detectors said again in the simplest way: every look is kept, and what each detector must hold of each reader is
 * counted anew from all looks there ever were, by going through them; nothing is summed up on the way but what a day
 * that is over came to. Small and slow on purpose; knows the formulas of src/watch/detect/rule/ and none of their state.
 *
 * Main calls: brute_look(), brute_minute(), brute_differs(). Example:
 *     watch_look(watch, &look);
 *     brute_look(brute, &look);
 *     const char *wrong = brute_differs(brute, watch);   // NULL: all detectors of all readers are as they must be
 */
#ifndef AMN_TESTS_BRUTE_H
#define AMN_TESTS_BRUTE_H

#include "watch/detect/detect.h"

enum { BRUTE_READERS_MAX = 64, BRUTE_GROUPS_MAX = 16 };

struct brute;

struct brute *brute_new(const struct params *params, uint64_t customers);
void brute_free(struct brute **brute);

void brute_look(struct brute *brute, const struct look *look);
void brute_minute(struct brute *brute, int64_t now_us, uint64_t customers);
/* Saved, and put back; what was learned is gone. Both begin with so many customers. */
void brute_restart(struct brute *brute, uint64_t customers);
void brute_forget(struct brute *brute, uint64_t customers);

/* What differs, in words that last until the next call; NULL: nothing. Findings since the call before are compared, too. */
const char *brute_differs(struct brute *brute, const struct watch *watch);

bool brute_any(const struct brute *brute); /* was anything found since brute_differs()? */

/* Which detectors found something of anybody since the beginning: bits by number. */
uint64_t brute_found(const struct brute *brute);

#endif

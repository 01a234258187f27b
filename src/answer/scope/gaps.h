/*
 * Gaps that the vault finds by itself: whole days, by UTC, of the suspicion on which no line was taken in of a system whose
 * logs it reads, or whose routes were declared. Nothing may have happened there, or nothing was written down, or the
 * log was not found yet: that is for people to say, so a gap is told and not counted until it is asked for. Main call:
 * gaps_find(). Example: `TRY(gaps_find(shop, &suspicion, &gaps));`
 */
#ifndef AMN_ANSWER_SCOPE_GAPS_H
#define AMN_ANSWER_SCOPE_GAPS_H

#include "answer/scope/suspicion.h"
#include "keep/shop.h"

enum { GAPS_MAX = 64, GAP_DAYS_MAX = 4000 };

struct gap {
    uint32_t system;        /* number of the service */
    int64_t from_us, to_us; /* from the first to before the second */
};

struct gaps {
    struct gap at[GAPS_MAX];
    size_t count;
    bool cut; /* there are more */
};

/*
 * The gaps, by system and time. Where the suspicion has no beginning, from the first line of any outside log on, and no
 * more than GAP_DAYS_MAX days back. `out` is untouched on failure. Cost: one more read of the observed rows of that time.
 */
RESULT gaps_find(struct shop *shop, const struct suspicion *suspicion, struct gaps *out);

#endif

/*
 * Where the vault's own log tells nothing. *Restored*: an old copy was put back, and what was written down since is lost,
 * so whoever was there may have been seen. *Quiet*: for a day, or as long as was asked, nothing was written; the vault was down, or nobody
 * asked, and no entry says which. *Before*: the vault was not there yet. Main call: own_gaps_find(). Example:
 *     TRY(own_gaps_find(&base, &suspicion, &gaps));  TRY(own_gaps_suspect(&gaps, reach, &suspicion));
 */
#ifndef AMN_ANSWER_SCOPE_OWN_GAPS_H
#define AMN_ANSWER_SCOPE_OWN_GAPS_H

#include "answer/scope/scope.h"

enum { OWN_GAPS_MAX = 64, QUIET_H = 24 };

enum own_gap_kind { OWN_GAP_RESTORED, OWN_GAP_QUIET, OWN_GAP_BEFORE };

struct own_gap {
    enum own_gap_kind kind;
    int64_t from_us, to_us;
    bool lost_known; /* of a restored one: what had been signed before is known */
    uint64_t lost;   /* so many entries at least are gone */
};

struct own_gaps {
    uint32_t quiet_h; /* in: a stretch as long is one; 0: QUIET_H */
    struct own_gap at[OWN_GAPS_MAX];
    size_t count;
    bool cut; /* there are more */
};

/*
 * Those that reach into the suspicion's time; restored ones first. Errors are those of store and ledger.
 * Cost: 20 us for each of some 25 entries a quiet day; where an old copy was put back, the entries of one minute as well.
 */
RESULT own_gaps_find(const struct scope_base *base, const struct suspicion *suspicion, struct own_gaps *out);

/* Make a case of each restored one, so that it counts as possible: fields of `reach`. TOO_MANY when there is no room. */
RESULT own_gaps_suspect(const struct own_gaps *gaps, uint64_t reach, struct suspicion *suspicion);

uint32_t own_quiet_h(const struct own_gaps *gaps); /* for how many hours nothing is written in a quiet one */
const char *own_gap_name(enum own_gap_kind kind);
const char *own_gap_why(enum own_gap_kind kind);

#endif

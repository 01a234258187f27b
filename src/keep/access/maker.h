/*
 * Who made a credential: whoever issued a key or added a member of staff saw its secret, or the invitation, and could
 * be behind it. So what descends from a person is not a second person for them, and is found when they leave.
 */
#ifndef AMN_KEEP_ACCESS_MAKER_H
#define AMN_KEEP_ACCESS_MAKER_H

#include "keep/access/access.h"

enum {
    MAKER_STEPS_MAX = 64, /* a longer chain counts as theirs */
    MAKER_FRESH_DAYS = 7  /* for so long a new member of staff counts as whoever added them */
};

/*
 * Does a credential made by this reader descend from the member of staff: made by them, by a key of theirs, or by
 * somebody they made?
 * Cost: a few array reads.
 */
bool made_by(const struct access *access, uint64_t maker, uint32_t staff);

/*
 * May this reader speak as a person of their own beside whoever asked? Not for a credential that they made, or could
 * be behind; not with a key that one of the askers issued, or the asking credential itself; and not in the first
 * MAKER_FRESH_DAYS after one of those added or invited them.
 *
 * @param asker    reader_no() of the credential that asked
 * @param persons  the staff known to be behind it: `count` of them, none for the operator and for an unnamed key
 */
bool maker_independent(const struct access *access, const struct reader *reader, uint64_t asker,
                       const uint32_t *persons, size_t count, int64_t now_us);

#endif

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
 * May this reader speak as a person of their own beside `persons`? Not with a key that one of them issued; and not
 * in the first MAKER_FRESH_DAYS after one of them added them.
 */
bool maker_independent(const struct access *access, const struct reader *reader, const uint32_t *persons,
                       size_t count, int64_t now_us);

#endif

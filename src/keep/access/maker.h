/*
 * Who made a credential: whoever issued a key or added a member of staff saw its secret, or the invitation, and could
 * be behind it. So what descends from a person is not a second person for them, and is found when they leave.
 */
#ifndef AMN_KEEP_ACCESS_MAKER_H
#define AMN_KEEP_ACCESS_MAKER_H

#include "keep/access/access.h"

enum {
    MAKER_STEPS_MAX = 64, /* a longer chain counts as theirs */
    MAKER_FRESH_DAYS = 7  /* for so long whoever added or invited somebody could be them; and a key is new */
};

/*
 * Does a credential made by this reader descend from the member of staff: made by them, by a key of theirs, or by
 * somebody they made?
 * Cost: a few array reads.
 */
bool made_by(const struct access *access, uint64_t maker, uint32_t staff);

/* Who asked for something: reader_no() of the credential, and the staff known to be behind it, none for the operator. */
struct asked_by {
    uint64_t no;
    const uint32_t *persons;
    size_t count;
};

/*
 * May this member of staff speak as a second person beside the asker: signed in (`key` NULL), or by a key that is theirs
 * alone? Not when they could be behind what asked, nor an asker behind them; not when the same person, key or operator
 * stands behind both, who could have made two names for themselves. In the first MAKER_FRESH_DAYS after an
 * invitation whoever invited counts as well. A key counts when its holder made it, or a person with a name did and
 * it is MAKER_FRESH_DAYS old: of one that the operator made, or a key without a name, nobody knows who has it.
 * Cost: some thousand comparisons at worst.
 */
bool maker_speaks(const struct access *access, uint32_t staff, const struct key *key,
                  const struct asked_by *asker, int64_t now_us);

#endif

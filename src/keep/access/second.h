/*
 * A second person: could somebody say yes beside whoever asked, and if nobody could, since when? Main calls:
 * second_person(), second_alone_us().
 */
#ifndef AMN_KEEP_ACCESS_SECOND_H
#define AMN_KEEP_ACCESS_SECOND_H

#include "keep/access/maker.h"

/* Could this member of staff say yes today to whatever another asks: signed in, or by a key that is theirs alone? */
bool person_may_approve(const struct access *access, uint32_t staff);

/* Is there somebody who could say yes now, beside this asker? Cost: a pass over the keys for each member of staff. */
bool second_person(const struct access *access, const struct asked_by *asker, int64_t now_us);

/*
 * From when on the asker counts as the only one left: MAKER_FRESH_DAYS after somebody else who could have said yes left,
 * was invited anew, lost their role, or had a key ended. So nobody gets there by removing the others.
 */
int64_t second_alone_us(const struct access *access, const struct asked_by *asker);

#endif

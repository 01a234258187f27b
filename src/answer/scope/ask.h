/* From what is asked to a suspicion: names become numbers. Main call: suspicion_of_ask(). */
#ifndef AMN_ANSWER_SCOPE_ASK_H
#define AMN_ANSWER_SCOPE_ASK_H

#include "answer/scope/suspicion.h"
#include "keep/shop.h"

/*
 * A suspicion from an ask: a key stands for its whole line of rotation, a holder for their sessions and every key they
 * hold or held. `to` is now where none is given, and not later. FIELD_UNKNOWN, PURPOSE_UNKNOWN, ID_MALFORMED, NOT_FOUND,
 * TOO_MANY, INVALID.
 */
RESULT suspicion_of_ask(struct shop *shop, const struct incident_scope_ask *ask, int64_t now_us,
                        struct suspicion *out);

/* What the suspects' roles let them see, everything when none is named: as far as that a gap reaches. */
uint64_t suspicion_reach(struct shop *shop, const struct suspicion *suspicion);

#endif

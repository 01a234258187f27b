/*
 * Trials: checks of a prevention that the vault makes itself, before and after what it checks is done (trials.def). What
 * was seen is the check's line, with its hash; nobody writes such a line by hand. Any other check is words for people.
 * Main calls: trial_of(), trial_run(). Example: TRY(trial_of(shop, item->now.check, &trial, &is_one));
 */
#ifndef AMN_ANSWER_INCIDENT_TRIAL_H
#define AMN_ANSWER_INCIDENT_TRIAL_H

#include "answer/incident/incident.h"

enum trial_kind {
#define TRIAL(NAME, name, arguments, passes) TRIAL_##NAME,
#include "answer/incident/trials.def"
#undef TRIAL
    TRIAL_COUNT
};

struct trial {
    enum trial_kind kind;
    uint32_t id;     /* of a key, role or secret */
    uint64_t number; /* an act, a field mask, a limit */
};

/* Does a check begin with "amanah "? Then it is for the vault to make. */
bool trial_is(struct slice check);

/* What such a check asks for. INVALID names what is wrong; NOT_FOUND, FIELD_UNKNOWN, ID_MALFORMED. */
RESULT trial_of(struct shop *shop, struct slice check, struct trial *out);

/*
 * Make it. What was seen is appended in words. CHECK_NOT_MET: it could not be made, which is neither failed nor passed.
 * @param since_us  when the incident was opened
 */
RESULT trial_run(struct batch *batch, const struct trial *trial, int64_t since_us, bool *passed,
                 struct buf *seen);

#endif

/*
 * How far a match is, kept on disk now and then, so that one that was killed or stopped goes on behind the last rows that
 * were kept: sealed under the key of its incident, one box, replaced as a whole.
 *
 *     HOME/shops/NAME/matching/ID   "AMNMAT01" ‖ box of: be64 values that were unreadable · be64 passwords passed over ·
 *                                   be32 length, hashes of passwords · the state (answer/evidence/match_state.h)
 *
 * It opens for this file, this program's version, these keys of the index and the run behind the same earlier match of
 * the file alone; for any other it is as if there was none. No answer is made of it before the match's own entry is
 * durable. Goes with the match's end, and with the file's release (answer/incident/evidence.h).
 * Main calls: resume_take(), resume_turn().
 */
#ifndef AMN_ANSWER_EVIDENCE_RESUME_H
#define AMN_ANSWER_EVIDENCE_RESUME_H

#include "answer/evidence/provenance.h"

enum {
    RESUME_ROWS = 128 * 1024, /* the first time */
    RESUME_SHARE = 8,         /* then when this part of what was kept came anew: a kill costs no more */
    RESUME_BYTES_MAX = 512 * 1024 * 1024
};

/* Is anything kept of a match of this file? Sets where it is or will be. */
bool resume_is_there(struct shop *shop, struct provenance *provenance);

/* Take up what is kept of this match, into a new provenance->match; nothing changes when it is not of this one. */
RESULT resume_take(struct shop *shop, const struct incident *incident, struct provenance *provenance);

/* Behind some rows: keep how far it is, if it is time, or `now`. What cannot be kept is not: the match goes on. */
void resume_turn(struct shop *shop, const struct incident *incident, struct provenance *provenance, bool now);

/* The match is known: what was kept of it goes. */
void resume_drop(const struct provenance *provenance);

#endif

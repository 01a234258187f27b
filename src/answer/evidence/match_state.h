/*
 * A match as bytes, between two rows: all that match_row() has gathered, so that another process goes on from there and
 * ends with the same numbers. Sets of people and rows of the file are in it: it is for a sealed file alone
 * (answer/evidence/resume.h).
 *
 *     be64 of each count in the order of STATE_COUNTS · flag · both sets · be32 combinations, each be64 fields and a set ·
 *     sample and newest: be32, each be64 line, be32 subject, u8 file, u8 past, be32 length, text · both sketches
 *
 * Main calls: match_state_put(), match_state_take().
 */
#ifndef AMN_ANSWER_EVIDENCE_MATCH_STATE_H
#define AMN_ANSWER_EVIDENCE_MATCH_STATE_H

#include "answer/evidence/match.h"

/* Behind match_flush(). Sorts the sketches, compacts the sets; neither changes what they say. */
void match_state_put(struct match *match, struct buf *out);

/* Into a new match. CORRUPT for what match_state_put() did not make: free the match then. */
RESULT match_state_take(struct cursor *state, struct match *match);

#endif

/*
 * After-care: 1, 3, 6 and 12 months after a run began, whoever it reached is written to once more, by itself. What it says
 * was agreed to with the run: its texts are in the words that two people said yes to. Main call: notices_care().
 */
#ifndef AMN_ANSWER_NOTICE_CARE_H
#define AMN_ANSWER_NOTICE_CARE_H

#include "answer/notice/run.h"

/* Begin those that are due, in the open batch. Looks once an hour; of several that were missed the last one alone goes. */
RESULT notices_care(struct batch *batch, struct notices *runs);

/* So many months after `us`: the same time of day, on the last day of a shorter month. UTC. */
int64_t care_after(int64_t us, int months);

#endif

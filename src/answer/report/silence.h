/*
 * The silence after the last public word: until when the next one is due, and mails to those who answer for the incident
 * once that has passed, each day anew, until something is published or the incident is closed. Main calls: silence_set(),
 * silence_due(). Example: TRY(silence_set(batch, incident->no, next_us));
 */
#ifndef AMN_ANSWER_REPORT_SILENCE_H
#define AMN_ANSWER_REPORT_SILENCE_H

#include "keep/batch.h"

/* In the open batch. `keep`: an earlier date stays. */
RESULT silence_set(struct batch *batch, uint64_t incident, int64_t due_us, bool keep);

/* 0: nothing was drafted yet. */
RESULT silence_get(struct shop *shop, uint64_t incident, int64_t *out_due_us);

/* Once a minute. Cost: a read for each open incident. */
RESULT silence_due(struct batch *batch, bool *noted);

#endif

/*
 * Word of the senders: what hosts said of those who were handed over becomes their state, with the reply; of whom no word was
 * written down before the process ended it is unknown. The keeper's part, in open batches; handing over is send.h.
 *
 * Main calls: notices_word(), notices_recover(). Example: TRY(notices_word(batch, words, count));
 */
#ifndef AMN_ANSWER_NOTICE_WORD_H
#define AMN_ANSWER_NOTICE_WORD_H

#include "answer/notice/run.h"

/* Write down what hosts said of some. */
RESULT notices_word(struct batch *batch, const struct bulk_word *words, size_t count);
/* That batch is durable: the flights that they told of have ended. */
void notices_told(struct shop *shop, const struct bulk_word *words, size_t count);
/* What was being sent when the process before this one ended is unknown now. Once, before the first hand-over. */
RESULT notices_recover(struct batch *batch);

#endif

/*
 * Is a notice code one of this shop's? Told with the date, how it went, and whom it went to, masked; the look has its
 * entry by `reader`. Main call: notice_check(). Example: TRY(notice_check(batch, reader, ask->code, &ours, out));
 */
#ifndef AMN_ANSWER_NOTICE_PROOF_H
#define AMN_ANSWER_NOTICE_PROOF_H

#include "keep/batch.h"

/* The answer is a map {ours, …}. SUBJECT_ERASED: it was for somebody who was erased since. Cost: about 0.1 ms. */
RESULT notice_check(struct batch *batch, const struct reader *reader, struct slice code, bool *out_ours,
                    struct answer *out);

#endif

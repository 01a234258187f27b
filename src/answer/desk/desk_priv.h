/* Inside desk only. */
#ifndef AMN_ANSWER_DESK_PRIV_H
#define AMN_ANSWER_DESK_PRIV_H

#include "answer/desk/desk.h"

/* A ticket as a line of a mail: which, what kind, due when. */
void desk_line_put(struct batch *batch, const struct matter_row *row, struct slice lang, struct buf *out);

/* Need to know: what belongs to an incident is there for those only who may know of that. Of a claim its pool is asked. */
RESULT desk_seen(struct shop *shop, const struct reader *reader, const struct matter_row *row, bool *out);

/* The same of a member of staff who is told of it, or shall answer for it. */
RESULT desk_staff_sees(struct shop *shop, uint32_t staff, const struct matter_row *row, bool *out);

/* The matter of that number, if this reader may know of it; NOT_FOUND, TAMPERED. */
RESULT desk_find(struct shop *shop, const struct reader *reader, uint64_t no, struct matter_row *out);

/* A day, whose end it is, or a time; INVALID when it lies in the past. */
RESULT desk_day_get(struct slice text, int64_t now_us, int64_t *out);

/* Who reads a matter sees what somebody said: of a customer it is charged, and stands in their history. */
RESULT desk_read_note(struct batch *batch, const struct reader *reader, const struct matter_row *row,
                      struct answer *out);

#endif

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

/*
 * Those of a kind that this reader may know of, `most` at the most, in the batch's memory. All of them before what hangs on
 * them is read: one statement is not run within itself.
 */
struct desk_list {
    size_t most, count;
    struct matter_row *at;
};
RESULT desk_list(struct batch *batch, const struct reader *reader, enum matter_kind kind,
                 struct desk_list *out);

/* The matter of that public id, which is one of `kind`, if this reader may know of it; ID_MALFORMED, NOT_FOUND, TAMPERED. */
RESULT desk_find(struct shop *shop, const struct reader *reader, enum id_kind kind, struct slice id,
                 struct matter_row *out);

/* Its customer is there: who was erased waits for nothing, and can be paid nothing. */
RESULT desk_claim_stands(struct shop *shop, const struct matter_row *row, bool *out);

/*
 * Is this somebody with a name who may say yes, and else than the row's owner, who asked? Where there is nobody else, they
 * themselves: a day after it was asked, or after they came to count as the only one left.
 */
RESULT desk_second_check(struct batch *batch, const struct reader *reader, const struct matter_row *row);

/* When its newest line was added. As matter_read(). */
RESULT desk_newest_us(struct shop *shop, const struct matter_row *row, int64_t *out);

/* What a line of a decision says: what was done, and why. */
void desk_line_text(const char *act, struct slice text, struct buf *out);

/* The answer to who made a pool or promise: its id, state, and when it ends by the name `due`. */
void desk_made_put(struct batch *batch, const struct matter_row *row, const struct receipt *receipt,
                   const char *due, struct answer *out);

/* How long after its last line the words of a ticket of nobody known are kept; INT64_MAX: it is no ticket. */
int64_t desk_kept_us(enum matter_kind kind);

/* A day, whose end it is, or a time; INVALID when it lies in the past. */
RESULT desk_day_get(struct slice text, int64_t now_us, int64_t *out);

/* Who reads a matter sees what somebody said: of a customer it is charged, and stands in their history. */
RESULT desk_read_note(struct batch *batch, const struct reader *reader, const struct matter_row *row,
                      struct answer *out);

#endif

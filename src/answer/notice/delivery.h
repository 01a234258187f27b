/*
 * What was delivered, as it is kept: one record a person, sealed under their own key, so that erasing them erases it; and
 * one entry a batch, the root of a tree over the records. Main calls: delivery_add(), delivery_enter(). Example:
 *     TRY(delivery_add(batch, &flight, reply, &delivery));  TRY(delivery_enter(batch, run, &delivery));
 */
#ifndef AMN_ANSWER_NOTICE_DELIVERY_H
#define AMN_ANSWER_NOTICE_DELIVERY_H

#include "answer/notice/run.h"

struct delivery {
    struct buf bytes; /* rows: be64 number ‖ leaf ‖ be16 length ‖ sealed */
    struct hash *leaves;
    size_t count, room; /* room: of leaves */
    uint64_t first, last;
};
RESULT delivery_new(size_t room, struct delivery *out);
void delivery_done(struct delivery *delivery);

/* A record: it went to flight->masked, and `reply` is what was said of it. Sets the person's data key. */
RESULT delivery_add(struct batch *batch, const struct flight *flight, struct slice reply,
                    struct delivery *delivery);

/* The entry of all that was added, and the records beside it. Nothing for none. */
RESULT delivery_enter(struct batch *batch, const struct run *run, const struct delivery *delivery);

#endif

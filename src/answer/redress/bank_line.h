/*
 * Lines of short lists that others send: cells between commas, in quotes or not; and what the bank says of a payment.
 * Main call: payment_line_read(). Example: TRY(payment_line_read(text, &line));
 */
#ifndef AMN_ANSWER_REDRESS_BANK_LINE_H
#define AMN_ANSWER_REDRESS_BANK_LINE_H

#include "base/bytes.h"
#include "base/result.h"

enum { PAYMENT_ID_BYTES_MAX = 35 };

/* The next cell, without blanks and quotes around it; empty behind the last. No cell holds a comma. */
struct slice line_cell(struct slice *rest);

/* A line of what the bank says: ID,paid or ID,returned,AC04. */
struct payment_line {
    struct slice id;
    bool paid;
    uint32_t reason; /* as payment_row has it */
};
RESULT payment_line_read(struct slice line, struct payment_line *out); /* INVALID */
void payment_reason_put(uint32_t reason, struct buf *out);

#endif

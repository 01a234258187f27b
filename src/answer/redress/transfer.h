/*
 * A file of payments as banks take it: CSV of ours, or pain.001.001.09 of ISO 20022. Text in, text out: it knows no
 * campaign and no store. Main calls: transfer_head_put(), transfer_put(), transfer_end_put(). Example:
 *     transfer_head_put(&head, &text);  for (…) transfer_put(&head, &one, &text);  transfer_end_put(&head, &text);
 *
 * Source: ISO 20022 message definition pain.001.001.09 (2019): order of elements, Max35Text and Max140Text,
 * IBAN2007Identifier, BICFIDec2014Identifier; ISO 13616 (check digits of an IBAN).
 */
#ifndef AMN_ANSWER_REDRESS_TRANSFER_H
#define AMN_ANSWER_REDRESS_TRANSFER_H

#include "base/bytes.h"

enum { ACCOUNT_CHARS_MAX = 34, PARTY_BYTES_MAX = 140 };

/* Numbers are stored: never reuse one. */
enum transfer_format { TRANSFER_CSV = 1, TRANSFER_PAIN };

struct transfer_head {
    enum transfer_format format;
    struct slice message;       /* the batch's id, at most 35 letters and digits */
    struct slice made;          /* 2026-11-22T23:10:00Z */
    struct slice name, account; /* who pays */
    struct slice bank;          /* a BIC; empty: none is said */
    struct slice date;          /* on which it is to be paid */
    char currency[4];
    unsigned digits;
    uint64_t count, sum; /* of all that follow */
};

struct transfer {
    struct slice id, name, account, bank; /* bank: a BIC, a number of a bank, or empty */
    uint64_t amount;
};

void transfer_head_put(const struct transfer_head *head, struct buf *out);
void transfer_put(const struct transfer_head *head, const struct transfer *one, struct buf *out);
void transfer_end_put(const struct transfer_head *head, struct buf *out);

/*
 * An account number as it is written into the file: letters and digits, without blanks and hyphens. False: it is none; what
 * begins as an IBAN must have its check digits right.
 */
bool account_clean(struct slice text, struct buf *out);
bool bic_is(struct slice text);
bool day_is(struct slice text); /* 2026-11-22 */

#endif

/*
 * Compensation by bank. Whoever has an account number in the field that a batch names has asked to be paid there. A batch
 * of payments is made by one person and agreed to by a second (where there is none, by the first after a day); then what is left of each such voucher is reserved, written
 * into a file for the bank, and used or open again as the bank says. A payment is a redemption of its voucher, so the books
 * are those of vouchers. Its id is made of campaign, part, customer and attempt: the same however often the file is made,
 * and from whichever backup.
 *
 * Main calls: payments_at(), payment_id_put(), payment_id_get(). Example:
 *     TRY(payments_at(shop, ask->id, &payments));
 */
#ifndef AMN_ANSWER_REDRESS_PAYMENT_H
#define AMN_ANSWER_REDRESS_PAYMENT_H

#include "answer/redress/bank_line.h"
#include "answer/redress/campaign.h"
#include "answer/redress/transfer.h"

enum { PAYMENTS_MAX = 20000, PAYMENT_ATTEMPTS_MAX = 255 };

/* Numbers are stored: never reuse one. */
enum payments_state {
    PAYMENTS_ASKED = 1, /* waits for a second person */
    PAYMENTS_AGREED,    /* not all of them are reserved yet */
    PAYMENTS_MADE
};
enum { PAYMENT_MADE_UP = 1, PAYMENT_WRITTEN, PAYMENT_BOOKED }; /* object_kind of ENTRY_PAYMENT */

/* A batch as its row says it. Slices borrow from the row. */
struct payments {
    uint32_t id; /* from 1; in no row */
    enum payments_state state;
    uint32_t campaign, part; /* from 1 */
    bool again;              /* also what came back before */
    struct transfer_head head;
    struct slice recipient, account, bank, name; /* age1…; fields of the customer's record */
    /* Left out: no account number; nothing left in the budget; a record that was changed in the last 72 hours. */
    uint64_t unusable, unfunded, waiting;
};
void payments_write(const struct payments *payments, struct buf *out);
RESULT payments_read(struct slice body, struct payments *out); /* CORRUPT */
/* NOT_FOUND, ID_MALFORMED. */
RESULT payments_at(struct shop *shop, struct slice id, struct payments *out);
RESULT payments_put(struct batch *batch, const struct reader *reader, const struct payments *payments,
                    struct receipt *out);

/* "pay7q…": letters and digits alone, at most 35, as banks take them. */
void payment_id_put(struct shop *shop, const struct payment_row *row, struct buf *out);
RESULT payment_id_get(struct shop *shop, struct slice text, struct payment_row *out); /* ID_MALFORMED */

/*
 * What an entry of PAYMENT_MADE_UP carries: the sum of the keyed hashes of all payments that it tells of, so that their
 * rows, in any order, add up to what all entries do. Whoever has the database but no key finds no other rows that do.
 */
void payment_hash(const struct prf *salts, const struct payment_row *row, struct hash *out);
void payments_sum(struct hash *sum, const struct hash *one);

/* A redemption that a payment is, with all that it moves. */
struct paying_one {
    struct campaign *campaign;
    struct payment_row row;
    struct redemption_row taken;
    struct taking taking;
    struct voucher voucher;
};
/* Read what the row's redemption is now. TAMPERED: it is of another voucher. */
RESULT payment_load(struct batch *batch, struct redress *redress, const struct payment_row *row,
                    struct paying_one *out);
/* Its posting, voucher and redemption, as `act` left them. */
RESULT payment_save(struct batch *batch, const struct reader *reader, struct redress *redress,
                    struct paying_one *one, enum voucher_act act, uint64_t amount);

#endif

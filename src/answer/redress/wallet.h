/*
 * What compensation one customer has: each campaign that was announced to them, what is left of each part, until when,
 * on which terms, and where the asker may have them the codes. Whether somebody is among those of a leak is personal: so
 * this is a look, charged and noted like any other. Must never show a code to anybody but its owner.
 *
 * Main call: wallet_look(). Example, for a customer who proved to be one:
 *     TRY(wallet_look(batch, reader, &(struct wallet_asked){.no = no, .codes = true}, out));
 */
#ifndef AMN_ANSWER_REDRESS_WALLET_H
#define AMN_ANSWER_REDRESS_WALLET_H

#include "answer/redress/campaign.h"

/* object_kind of ENTRY_RELIEF. Numbers are in signed bytes: never reuse one. The last four are of answer/desk. */
enum relief_entry {
    RELIEF_WALLET = 1,
    RELIEF_WALLET_CODES,
    RELIEF_TICKET,      /* somebody read it */
    RELIEF_NAMED,       /* who acts for persons named these */
    RELIEF_CERTIFICATE, /* one for who acts for this person; the object is its hash */
    RELIEF_MANDATES     /* they saw who says to act for them */
};

struct wallet_asked {
    struct subject_no no;
    bool codes; /* the asker is the customer: the caller knows it from a pass, or from a code that it sent */
    uint64_t right_entry;      /* of a pass or grant that allowed it; 0: none was needed */
    const uint8_t *network;    /* where the customer is, of whom a pass tells; NULL: where the reader is */
    struct slice reason, lang; /* lang empty: the customer's */
};

/*
 * The body of the answer, as a map: id, items. Its entry is appended and its receipt set; the reader's budgets are
 * charged before anything is read. With codes their serials count as handed out, in the same commit.
 *
 * @return SUBJECT_UNKNOWN, SUBJECT_ERASED; SPENT: `out` says which budget
 * Cost: about 10 us, and 0.3 us a code.
 */
RESULT wallet_look(struct batch *batch, const struct reader *reader, const struct wallet_asked *asked,
                   struct answer *out);

#endif

/*
 * The desk: complaints, questions, scams that people tell of, and rights that they ask for. Each is a ticket with a time
 * by which it is answered, as the law of the person's country has it (`answers` in law/) or as the program aims at
 * where no law says one. Who opens one is told their rights, and of a scam what to do now.
 *
 * Must never show whose a ticket is without an entry. Main calls: desk_open(), desk_ticket(). Example, for the portal:
 *     const struct ticket_new ticket = {.kind = MATTER_SCAM, .text = text, .lang = lang, .subject = no};
 *     TRY(desk_open(batch, reader, &ticket, out));
 */
#ifndef AMN_ANSWER_DESK_DESK_H
#define AMN_ANSWER_DESK_DESK_H

#include "answer/law/law.h"
#include "answer/law/zone.h"
#include "keep/matter.h"
#include "keep/shop.h"

enum { TICKET_TEXT_MAX = 8000, TICKET_CONTACT_MAX = 254, TICKET_SENDER_MAX = 300 };

struct ticket_new {
    enum matter_kind kind;
    struct subject_no subject;  /* who asks, where that was proven; 0: somebody */
    uint64_t incident;          /* number; 0: of none */
    struct slice text;          /* what they say; sealed */
    struct slice contact;       /* where somebody who is no customer is answered; may be empty */
    struct slice sender;        /* of a scam: who wrote or called, as they saw it */
    struct slice lang, country; /* empty: the subject's */
};

/*
 * Take a ticket in. The answer is a map: id, kind, state, due, basis, rights, and of a scam `advice`.
 * @return INVALID (kind), MEMBER_MISSING (text), FIELD_TOO_LONG, SUBJECT_UNKNOWN, SUBJECT_ERASED
 * Cost: about 30 us.
 */
RESULT desk_open(struct batch *batch, const struct reader *reader, const struct ticket_new *ticket,
                 struct answer *out);

enum matter_kind ticket_kind(struct slice name);     /* 0: none of that name */
const char *ticket_kind_name(enum matter_kind kind); /* NULL: it is no ticket */

/* By when something of that kind is answered. `basis`: the regime's id, or "policy". Lives as long as `law`. */
int64_t desk_due_us(const struct law *law, struct slice country, enum matter_kind kind, int64_t now_us,
                    const char **basis);

/* The rights of somebody there, in that language: an array of {regime, title, text, source, sure}; never empty. */
void desk_rights_put(const struct law *law, struct slice country, struct slice lang, int64_t now_us,
                     struct buf *out);

/*
 * Tell of tickets and promises that are due, once a day: their owners, or where one has none everybody who may see them, by
 * mail; and an alert of those that are over. With the keeper's upkeep.
 */
RESULT desk_watch(struct batch *batch, bool *noted);

/*
 * Destroy what somebody said who is no customer, so long after the last line of their ticket (kinds.def). Once a day; some
 * at a time. Not while a legal hold stands: the caller sees to that.
 */
RESULT desk_forget(struct batch *batch, bool *noted);

#endif

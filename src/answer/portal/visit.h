/*
 * Visits: browsers at the portal that asked for a one-time code, and those that came in with one. In memory alone, so a
 * restart ends them all and nobody finds in the store who asked.
 *
 * Whoever asks is answered before anybody looks whether the address is somebody's: the ask joins a queue, in which each
 * source may have a few, and is looked at behind the answer (visits_work()). A visit of an unknown address is like any
 * other: it has a code that nobody knows. Codes hold for 10 minutes and 5 tries, for the browser that asked.
 *
 * Main calls: visit_ask(), visit_enter(), visit_find(), visits_work(). Example:
 *     TRY(visit_ask(batch, visits, &asking, &token, &wait_s));
 */
#ifndef AMN_ANSWER_PORTAL_VISIT_H
#define AMN_ANSWER_PORTAL_VISIT_H

#include "answer/portal/gate.h"
#include "keep/batch.h"
#include "keep/record.h"

enum {
    VISITS_MAX = 65536,
    VISIT_SUBJECTS_MAX = 8, /* customers with one address */
    VISIT_TRIES = 5,
    VISIT_LOOKS_MAX = 300,        /* in one visit: its page takes a handful */
    VISIT_SOURCE_WAITING_MAX = 3, /* of one source in the queue */
    VISIT_CODE_MINUTES = 10,
    VISIT_MINUTES = 30,         /* of one that came in */
    VISIT_CONTACT_HOURLY = 3,   /* codes to one address */
    VISITS_A_SECOND = 20,       /* looked at: what a mail host takes without complaint */
    VISIT_TOKEN_BYTES = 4 + 24, /* place, secret */
    VISIT_CODE_DIGITS = 8
};

struct visit {
    struct hash token, code; /* keyed; of an unknown address the code is nobody's */
    struct subject_no nos[VISIT_SUBJECTS_MAX];
    size_t count; /* of nos; 0: nobody has the address */
    struct source from;
    int64_t until_us; /* 0: free */
    uint8_t tries;
    uint16_t looks; /* since they came in */
    bool in;        /* came in: may see what is theirs */
};

struct visits;
RESULT visits_new(struct visits **out);
void visits_free(struct visits **visits);

struct visit_asking {
    struct source from;
    struct slice email, lang; /* email in its normal form */
};

/*
 * Put an ask into the queue, as a new visit; `token` gets what the browser keeps. Neither result nor time depends on
 * whether anybody has the address. PORTAL_WAIT: this source has enough in the queue, or the queue is full.
 */
RESULT visit_ask(struct batch *batch, struct visits *visits, const struct visit_asking *asking,
                 struct buf *token, uint32_t *wait_s);

/* How many seconds until what is asked now is looked at. */
uint32_t visits_wait_s(const struct visits *visits);

/* The visit of a browser that came in, and not too long ago. CREDENTIAL_MISSING. */
RESULT visit_find(struct batch *batch, struct visits *visits, struct slice token, struct visit **out);

/*
 * Come in: the same refusal (PORTAL_CODE) whatever is wrong, after the same work. Nothing but the try is counted until
 * visit_came_in(), which can't fail: call it last. Then the browser gets another token, so that one which somebody put
 * there before is worth nothing.
 */
RESULT visit_enter(struct batch *batch, struct visits *visits, struct slice token, struct slice code,
                   struct visit **out);
void visit_came_in(struct batch *batch, struct visits *visits, struct visit *visit, struct buf *new_token);
void visit_leave(struct visits *visits, struct visit *visit);

/* Call before a visit that was found is changed: a batch that is undone gives it back as it was. */
void visit_changes(struct visits *visits, struct visit *visit);
void visits_ended(struct visits *visits, bool durable); /* the batch: what it changed stands, or is undone */

/*
 * Look at the next asks of the queue, in a batch of their own: an entry each, and to whom an address belongs a mail with
 * a code; nothing for a visit that is over, or an address that was asked for too often. They leave the queue once that is durable. One that fails where others don't is left out, and the others are
 * done without it; when none can be done, they are tried again behind those that wait, until their visit is over.
 */
RESULT visits_work(struct shop *shop, struct arena *arena, struct visits *visits);

/* Microseconds until visits_work() has something to do; INT64_MAX. */
int64_t visits_due_us(const struct visits *visits, int64_t now_us);

/* object_kind of ENTRY_PORTAL. Numbers are in signed bytes: never reuse one. */
enum portal_entry {
    PORTAL_ASKED = 1, /* a code was asked for: those of the set were sent one; without a set nobody was */
    PORTAL_CAME_IN,
    PORTAL_LEAKED, /* was told what leaked of theirs */
    PORTAL_VALUES, /* saw what is held of them, masked */
    PORTAL_SEEN,   /* was told who saw them */
    PORTAL_WROTE,  /* wrote to the desk as themself */
    PORTAL_PAID_TO /* said which bank account compensation goes to, or that none does */
};

/* An entry that tells whom an answer at the portal is about. `set` ascending; empty: nobody. */
RESULT portal_note(struct batch *batch, enum portal_entry kind, const struct reader *reader,
                   const struct sighted *set, size_t count, struct answer *out);

#endif

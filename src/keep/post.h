/*
 * The shop's post: mails that the vault sends by itself. A mail is put in the open batch, beside the change it tells of:
 * either both become durable or neither. What it says is rendered at once and sealed under a key of its own; the
 * keeper hands it to a sender later, and again until it arrived, was refused or is too old (mail/retry.h).
 *
 * Must never decide whether a change may happen: a mail that cannot be sent delays nothing. Main call: mail_queue().
 * Example:
 *     const struct mail_value values[] = {{"key", id}, {"days", SLICE_TEXT("7")}, {"ends", ends}};
 *     TRY(mail_queue(batch, &(struct mail_draft){.kind = MAIL_KEY_ENDING, .to = email, .values = values, .count = 3}));
 */
#ifndef AMN_KEEP_POST_H
#define AMN_KEEP_POST_H

#include "keep/access/loosening.h"
#include "keep/batch.h"
#include "mail/sender.h"
#include "mail/texts.h"
#include "store/mail.h"

enum {
    MAIL_VALUES_MAX = 8,
    MAIL_VALUE_BYTES_MAX = 8192,    /* of one value */
    MAIL_MESSAGE_BYTES_MAX = 65536, /* of subject and body, rendered */
    MAIL_LEFT_DAYS = 7,             /* so long whoever left is still told what all staff are told */
    MAIL_KEEP_DAYS = 30,            /* what became of a mail is known for so long; its words go at once */
    MAIL_SWEEP = 4096               /* mails forgotten in one go */
};

/* A mail to be. Borrowed until mail_queue() returns. */
struct mail_draft {
    enum mail_kind kind;
    struct slice to;           /* e-mail address as a person wrote it, or in its normal form */
    struct slice to_name;      /* how it is addressed; may be empty */
    struct slice lang;         /* "id", "ko", "en"; empty: the shop's own; another one: English */
    struct subject_no subject; /* whom it is about, so that their erasure takes it back; 0: staff */
    const struct mail_value
        *values; /* of the variables of its kind (mail/kinds.def), {{shop}} and {{time}} left out */
    size_t count;
    const struct loosening_said
        *loosening; /* stands for the value {{what}}, in the mail's language; NULL: none does */
};

/**
 * Put one mail into the queue, in the open batch. It leaves no entry: the change it tells of has one. What tells of no
 * change of its own batch calls mail_note() once, too.
 *
 * @return FIELD_FORMAT    `to` is no e-mail address
 *         FIELD_TOO_LONG  a value or the whole message above its bound
 *         UNAVAILABLE     a write failed; the batch must be rolled back
 * Cost: about 10 us.
 */
RESULT mail_queue(struct batch *batch, const struct mail_draft *draft);

/* One entry for mails that the vault queues by itself in this batch (a date came near): which kind, and how many. */
void mail_note(struct batch *batch, enum mail_kind kind, uint64_t count);

/* Tell every member of staff who has not left: one mail each in their language, and mail_note(). `to`, `to_name` and
 * `lang` of the draft are not looked at. */
RESULT mail_tell_staff(struct batch *batch, const struct mail_draft *draft);

/* Tell one person who has not left, in their language, and count it in `told`; NULL, who left, and an address that is
 * none are passed over: they hold nothing up. The same three members are set, the rest stays. */
RESULT mail_tell_person(struct batch *batch, const struct staff *staff, struct mail_draft *draft,
                        uint64_t *told);

/* The language of mails to whom no other is known for. */
struct slice post_language(const struct shop *shop);

/* A time for a value of a mail: 2026-11-22 03:24 UTC. */
void mail_time_put(struct buf *out, int64_t us);

/* Texts and keys of a shop's post; made when the shop is opened. CONFIG when a text of the home is not one. */
struct post;
RESULT post_open(struct shop *shop, struct post **out);
void post_free(struct post **post);

/* Take the mail settings from their authority row; or forget them. */
RESULT post_settings_take(struct shop *shop, struct slice body);
void post_settings_drop(struct post *post);

/*
 * When the way that mails go was last changed: for who sends to many, and must not along a way that is new.
 * NOT_FOUND when mail was never set. Cost: one pass over the authority rows.
 */
RESULT post_changed_us(struct shop *shop, int64_t *out);

/* How letters of the shop begin: borrowed, until the settings change. NOT_FOUND when mail was never set. */
struct post_head {
    struct slice from, name, reply_to, lang;
    struct mail_route *route; /* NULL: there is no way */
};
RESULT post_head(const struct shop *shop, struct post_head *out);

/*
 * The keeper's part: handing mails over to a sender, and writing down what became of them. In an open batch; what
 * was given out for a batch that failed must not be sent.
 */

/* Mails that a process before this one was sending: nobody knows whether they arrived. They are sent again. */
RESULT post_recover(struct batch *batch);
/* Mark up to `room` mails that are due as being sent, and make jobs of them. `jobs` has that room. `number` names the
 * shop in the jobs. */
RESULT post_hand_over(struct batch *batch, uint64_t number, struct mail_job *jobs, size_t room,
                      size_t *count);
/* Write down what became of one. An erased subject's mail is gone: that is fine. */
RESULT post_word(struct batch *batch, const struct mail_done *done);
/* The batch failed: what it handed over is as due as before. */
void post_undone(struct shop *shop);
/* After the batch is durable: so many were given to a sender, and it gave word of so many. */
void post_in_hand(struct shop *shop, size_t given, size_t told);
/* Forget mails that ended MAIL_KEEP_DAYS ago. */
RESULT post_sweep(struct batch *batch);
/* When post_hand_over() may next have something to do; INT64_MAX: not before a mail is queued or there is word. */
int64_t post_due_us(const struct shop *shop);
/* How many mails are in each state: out[0] is not used. */
enum { MAIL_STATES = MAIL_UNKNOWN + 1 };
RESULT post_counts(struct shop *shop, uint64_t out[MAIL_STATES]);
const char *post_state_name(enum mail_state state); /* "waiting" */
/* Is there a way that mails go? */
bool post_way(const struct shop *shop);
/* What keeps this shop's mails from going out, in words without personal values; NULL: nothing does. */
const char *post_problem(const struct shop *shop);

#endif

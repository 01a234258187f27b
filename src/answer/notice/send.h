/*
 * Sending notices: people of running runs become jobs of a sender, its word becomes their state. The keeper's part, in
 * open batches: it is durable that somebody is being sent to before the sender has the mail, and what the host said of
 * it before anything follows from that. So after a kill nobody is lost; of whom no word was written down it is unknown
 * whether it arrived, which is listed, and they get the same message again.
 *
 * A run's look is one entry a RUN_LOOK_MAX people, before the first of them is opened for sending; what hosts took is one
 * entry a batch, over a tree of salted records, one a person: each can prove their own.
 *
 * Main calls: notices_hand_over(), notices_word(), notices_recover().
 */
#ifndef AMN_ANSWER_NOTICE_SEND_H
#define AMN_ANSWER_NOTICE_SEND_H

#include "answer/notice/run.h"
#include "send/carrier.h"

enum { NOTICE_HOLD_HOURS = 72 }; /* since the way of mails changed */

/* A job of one of the two senders. */
struct notice_job {
    bool by_hook;
    struct mail_job mail;
    struct send_job
        hook; /* `upto` is the id, `sink` the attempts, `more` made_us: given back with word of it */
};
void notice_job_done(struct notice_job *job);

/* Make jobs of up to `room` people of all running runs. `number` names the shop in the jobs. */
RESULT notices_hand_over(struct batch *batch, uint64_t number, struct notice_job *jobs, size_t room,
                         size_t *count);
/* Write down what hosts said of some. */
RESULT notices_word(struct batch *batch, const struct bulk_word *words, size_t count);
/* That batch is durable: the flights that they told of have ended. */
void notices_told(struct shop *shop, const struct bulk_word *words, size_t count);
/* What was being sent when the process before this one ended is unknown now. Once, before the first hand-over. */
RESULT notices_recover(struct batch *batch);

/* The batch is durable, or was undone: what it handed over is on its way, or not. */
void notices_settled(struct shop *shop, bool durable);

/* When notices_hand_over() may next have something to do; INT64_MAX: not before something is asked, or there is word. */
int64_t notices_due_us(struct shop *shop, int64_t now_us);

/* May a run be sent along the way that mails go? CONFLICT when that way is new; NOT_FOUND when there is none. */
RESULT notices_way(struct shop *shop, enum notice_channel channel, int64_t now_us);

/* Subject and body for one person, as they go out, with the mail's address and hash. */
struct notice_mail {
    struct buf to, name, subject, body;
    struct hash text;
    bool guardian; /* it goes to a minor's guardian; `name` is the minor's */
};
void notice_mail_done(struct notice_mail *mail);
/* SUBJECT_ERASED and those of opening. An empty `to`: there is no address. The subject's data key is set. */
RESULT notice_mail_make(struct batch *batch, struct notices *runs, struct run *run, struct subject_no no,
                        struct notice_mail *out);

#endif

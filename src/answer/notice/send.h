/*
 * Sending notices: people of running runs become jobs of a sender, its word becomes their state. The keeper's part, in
 * open batches: it is durable that somebody is being sent to before the sender has the mail, and what the host said of
 * it before anything follows from that. So after a kill nobody is lost; of whom no word was written down it is unknown
 * whether it arrived, which is listed, and they get the same message again.
 *
 * A run's look is one entry a RUN_LOOK_MAX people, before the first of them is opened for sending; what hosts took is one
 * entry a batch, over a tree of salted records, one a person: each can prove their own.
 *
 * Main call: notices_hand_over(); what comes back is word.h. Example: TRY(notices_hand_over(batch, number, jobs, room, &count));
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
/* The batch is durable, or was undone: what it handed over is on its way, or not. */
void notices_settled(struct shop *shop, bool durable);

/* When notices_hand_over() may next have something to do; INT64_MAX: not before something is asked, or there is word. */
int64_t notices_due_us(struct shop *shop, int64_t now_us);

/* May a run be sent along the way that mails go? CONFLICT when that way is new; NOT_FOUND when there is none. */
RESULT notices_way(struct shop *shop, enum notice_channel channel, int64_t now_us);

#endif

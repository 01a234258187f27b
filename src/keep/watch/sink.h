/*
 * Sinks: where the alerts of a shop go. What happened to an alert is told once, in the batch it happened in; each sink
 * reads the tellings at its own pace, one delivery after the other. So a sink that is down delays nothing and loses
 * nothing: it is told later, and when it lags too far, how many it missed. Kept at least once: ids let receivers drop
 * doubles. Must never carry personal data: see send/alert.h.
 *
 * A sink is an authority row. Its target, certificates and signing secret are sealed in it.
 * Main calls: sinks_tell(), sinks_hand_over(). Example:
 *     TRY(sinks_tell(batch, &(struct alert_text){.event = ALERT_OPENED, .detector = SLICE_TEXT("canary"), ...}));
 */
#ifndef AMN_KEEP_WATCH_SINK_H
#define AMN_KEEP_WATCH_SINK_H

#include "keep/batch.h"
#include "send/alert.h"
#include "send/carrier.h"
#include "store/alert.h"

enum {
    SINKS_MAX = 16,          /* at once */
    SINK_ROWS_MAX = 256,     /* with those that were dropped */
    SINK_WAITING_MAX = 1000, /* tellings that wait for one sink; the oldest beyond are told as a number */
    SINK_JOB_TELLINGS = 64,  /* in one delivery, of kinds that take several */
    SINK_CA_BYTES_MAX = 65536,
    SINK_MAIL_EVERY_MIN = 5, /* alerts that come sooner after a mail are in the next one */
    TELLINGS_MAX = 20000,    /* kept, for those that were away */
    TELLING_KEEP_DAYS = 30,
    TELLING_SWEEP = 4096 /* forgotten in one go */
};

/*
 * Tell every sink of the shop, in the open batch. The alert has its entry already.
 * UNAVAILABLE: a write failed; the batch must be rolled back. Cost: about 15 us.
 */
RESULT sinks_tell(struct batch *batch, const struct alert_text *text);

/* What a telling says, as it is stored. CORRUPT. `out` borrows from `body`. */
RESULT telling_read(struct slice body, struct alert_text *out);

/* The names that stand for a telling's numbers, and the bufs they borrow from. */
struct telling_names {
    struct alert_names names;
    struct buf id, alert, reader;
};
void telling_names_make(struct shop *shop, const struct telling_row *row, const struct alert_text *text,
                        struct telling_names *out);
void telling_names_done(struct telling_names *names);

/* Alerts from number `from` on (0: from now on) that this reader may know of, as items of an answer to VERB_EVENTS. */
struct alerts_told {
    size_t count;
    uint64_t next; /* the first one after them */
};
RESULT alerts_since(struct batch *batch, const struct reader *reader, uint64_t from, struct buf *items,
                    struct alerts_told *out);

/* The sinks of a shop in memory; made when the shop is opened. */
struct sinks;
RESULT sinks_new(struct shop *shop, struct sinks **out);
void sinks_free(struct sinks **sinks);
/* Take a sink from its authority row; or forget them all, but not what is on its way. */
RESULT sink_take(struct shop *shop, uint32_t id, struct slice body);
void sinks_drop(struct sinks *sinks);

/*
 * The keeper's part: handing tellings over to a carrier, and writing down what became of them. In an open batch; what was
 * given out for a batch that failed must not be sent.
 */

/* Make jobs of what is due, at most `room`. `jobs` has that room. `number` names the shop in the jobs. */
RESULT sinks_hand_over(struct batch *batch, uint64_t number, struct send_job *jobs, size_t room,
                       size_t *count);
/* Write down what became of one. */
RESULT sinks_word(struct batch *batch, const struct send_done *done);
/* After the batch is durable: this one was given to a carrier; it gave word of that one. */
void sinks_given(struct shop *shop, const struct send_job *job);
void sinks_told(struct shop *shop, const struct send_done *done);
/* When sinks_hand_over() may next have something to do; INT64_MAX: not before something is told or there is word. */
int64_t sinks_due_us(const struct shop *shop);
/* After a batch that was rolled back: look again. */
void sinks_look_again(struct shop *shop);
/* Let sinks that lag too far pass over what they missed, and forget tellings that are old or too many. For upkeep. */
RESULT sinks_sweep(struct batch *batch);

#endif

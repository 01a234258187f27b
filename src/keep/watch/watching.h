/*
 * Watching: where the shop's looks meet its detectors. Each look that is entered, and each refusal of a known reader, is
 * handed to watch/detect as numbers; what it finds becomes alerts (watch/alerts.h) and moves breakers (watch/breaker.h),
 * both kept as authority rows, so that each change has its entry, its MAC and a check at start.
 *
 * A finding takes effect behind the ask that it was found in, in the same batch: behind the entry that opened a breaker
 * no look of that reader has an entry until people reset it. What detectors learned is kept in a sealed file of the
 * shop, at most some minutes old after a crash; when it is gone they begin anew, and an alert says so.
 *
 * Main calls: watching_look(), watching_ask(), watching_settle(). Example, in the keeper, around each ask:
 *     TRY(watching_settle(batch));  TRY(watching_ask(batch, reader, &asking));  ...  TRY(watching_settle(batch));
 */
#ifndef AMN_KEEP_WATCH_WATCHING_H
#define AMN_KEEP_WATCH_WATCHING_H

#include "keep/batch.h"

struct watching;

/* UNAVAILABLE: no memory. `off`: nothing is watched, for who checks every entry against a model of its own. */
RESULT watching_new(bool off, struct watching **out);
void watching_free(struct watching **watching);

/* Once the shop's rows and newest subject are known: take back what was learned. UNAVAILABLE: no memory. */
RESULT watching_start(struct shop *shop);

/* Forget the rows, before they are loaded anew; take one; and when all are taken. */
void watching_drop(struct watching *watching);
RESULT watching_take(struct shop *shop, uint16_t kind, uint32_t id, struct slice body);
RESULT watching_ready(struct shop *shop);

/* An entry was appended: a look among them is watched. Cost: below 1 us. */
void watching_look(struct batch *batch, const struct draft *draft);
/* The detectors over logs of systems outside (outside_watch.h); NULL: nothing is watched. */
struct outside_watch;
struct outside_watch *watching_outside(struct shop *shop);
/* This reader named a canary: keep/watch/canary.h. */
void watching_canary(struct batch *batch, const struct reader *reader);
/* This reader was refused for that cause. */
void watching_refused(struct batch *batch, const struct reader *reader, enum cause cause);

/* What is asked, as far as a breaker cares. */
struct asking {
    enum verb verb;
    uint64_t people;        /* named in the ask; 1 when it does not say */
    uint32_t retry_after_s; /* out: of BREAKER_SLOWED */
};

/*
 * May this reader look now? Only verbs that lead to values are held up. BREAKER_OPEN: people must reset it.
 * BREAKER_SLOWED: later, as `retry_after_s` says.
 */
RESULT watching_ask(struct batch *batch, const struct reader *reader, struct asking *asking);
/* Nothing came of that ask: what a half-open breaker counted is given back. */
void watching_give_back(struct batch *batch, const struct reader *reader, const struct asking *asking);

/*
 * Let what was found so far take effect: rows and their entries in the open batch. UNAVAILABLE when a write failed: then
 * the batch must be rolled back, and the findings wait for the next one. A few ns when nothing was found.
 */
RESULT watching_settle(struct batch *batch);
void watching_settled(struct watching *watching); /* the batch is durable */
void watching_undone(struct watching *watching);  /* it was rolled back */

/* In place of a detector: what is told of once, about nobody alone. */
enum {
#define ALERT(NAME, number, name, severity) ALERT_##NAME = (number),
#include "keep/watch/alerts.def"
#undef ALERT
};
/* Write such an alert, in the open batch, and tell it to the sinks. */
RESULT alert_once(struct batch *batch, unsigned detector);

/* Once a minute, in upkeep's batch. @param noted  set true when a row was written */
RESULT watching_minute(struct batch *batch, bool *noted);
/* After that batch: keep what was learned, when there is something new. A file that cannot be written is tried again. */
void watching_save(struct shop *shop, bool all);

/*
 * Is that line this reader itself, or somebody who may be the same person: a key that they hold, a co-holder of theirs?
 * Who is suspected is not shown it, so nothing about that line is told to this reader. Never true of the local operator.
 */
bool watching_concerns(const struct shop *shop, const struct reader *reader, uint64_t line);

/* Of one reader, for the status: its breaker's name, and what its detectors hold. */
struct watch_view;
const char *watching_state(const struct shop *shop, uint64_t line);
bool watching_view(const struct shop *shop, uint64_t line, struct watch_view *out);
void watching_hours(const struct shop *shop, uint64_t line, int64_t now_us, uint32_t out[HOURS_KEPT]);

struct watching_counts {
    bool on; /* detectors are there */
    size_t readers, slowed, open, half_open, alerts, mutes;
    uint64_t trips, refused, muted, dropped, evicted; /* muted, refused: since the start */
};
struct watching_counts watching_counts(const struct shop *shop, int64_t now_us);

/* "operator", "key_…", "staff_…", "role_NAME" for all of its readers: the line under which that reader's looks are counted. ID_MALFORMED. */
RESULT watching_reader(struct shop *shop, struct slice id, uint64_t *out);

#endif

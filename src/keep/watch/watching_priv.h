/* Inside keep/watch only: what is watched with, and the rows in memory. */
#ifndef AMN_KEEP_WATCHING_PRIV_H
#define AMN_KEEP_WATCHING_PRIV_H

#include "base/set.h"
#include "keep/access/authority.h"
#include "keep/watch/watching.h"
#include "watch/alerts.h"
#include "watch/breaker.h"

enum { ALERT_MEMORY_LOST = 0 }; /* in place of a detector: what detectors had learned was gone at start */

struct breaker_row {
    uint64_t reader; /* its line */
    struct breaker breaker;
    int64_t next_us; /* of a slowed one: not before that is there another look */
};

struct alert_row {
    struct alert alert; /* `number` is the row's id */
    int64_t over_us;    /* 0: it lasts */
};

struct mute_row {
    struct alerts_mute mute; /* the reason stays in the row's sealed words */
};

struct watching {
    bool off, ready;
    struct params params;
    struct breaker_policy policy;
    struct watch *watch;
    struct alerts *alerts;
    struct breaker_row *breakers; /* by row number - 1, as all of these */
    size_t breaker_count;
    struct alert_row *rows;
    size_t row_count;
    struct mute_row *mutes;
    size_t mute_count;
    struct finding found[WATCH_FINDINGS_MAX]; /* in this batch, or in one that was rolled back */
    size_t found_count, settled;
    int64_t saved_us;
    bool changed;   /* since it was kept */
    bool kept;      /* there is a file */
    bool lost;      /* there was one, and it was missing or bad at start */
    bool lost_told; /* by an alert of the open batch, or of one before */
};

/* The row of a reader's line; NULL: nothing was ever found of it. */
struct breaker_row *breaker_row_find(const struct watching *watching, uint64_t reader);

/* Write the state of a reader's breaker, in its row or a new one. */
RESULT breaker_save(struct batch *batch, const struct reader *by, uint64_t reader,
                    const struct breaker *breaker, struct receipt *out);
void breaker_body_write(uint64_t reader, const struct breaker *breaker, struct buf *out);

RESULT alert_save(struct batch *batch, const struct alert_row *row);

/* Seals the reason under the staff key. `id` is the number of the row to be. */
void mute_body_write(struct shop *shop, uint32_t id, const struct alerts_mute *mute, struct slice reason,
                     struct buf *out);

/* The name that people see: of the detector, or of what stands in its place. */
const char *alert_name(unsigned detector);

#endif

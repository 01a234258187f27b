/* Inside keep/watch only: what is watched with, and the rows in memory. */
#ifndef AMN_KEEP_WATCHING_PRIV_H
#define AMN_KEEP_WATCHING_PRIV_H

#include "base/set.h"
#include "keep/access/authority.h"
#include "keep/watch/outside_watch.h"
#include "keep/watch/watching.h"
#include "watch/alerts.h"
#include "watch/policy.h"

/* Role of a reader's line; NULL when there is none (any more). */
const struct role *reader_role(const struct access *access, uint64_t line);

/* How long the shop has been there, by the first entry of its ledger; 0 when that cannot be read. */
int64_t watching_age(struct batch *batch);

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
    struct outside_watch *outside;
    struct alerts *alerts;
    struct breaker_row *breakers; /* by row number - 1, as all of these */
    size_t breaker_count;
    struct alert_row *rows;
    size_t row_count;
    struct mute_row *mutes;
    size_t mute_count;
    struct finding found[WATCH_FINDINGS_MAX]; /* in this batch, or in one that was rolled back */
    size_t found_count, settled;
    int64_t began_us;        /* time of the ledger's first entry; 0: not known yet */
    uint64_t refused, muted; /* since the start: asks that a breaker refused, findings under a mute */
    int64_t saved_us, outside_saved_us;
    uint8_t network[NETWORK_BYTES]; /* of the look before, as most looks of a batch have the same, */
    uint64_t network_tag;           /* and its tag; 0: there was none */
    bool changed;                   /* since it was kept */
    bool kept;                      /* there is a file */
    bool lost;                      /* there was one, and it was missing or bad at start */
    bool lost_told;                 /* by an alert of the open batch, or of one before */
};

/* The row of a reader's line; NULL: nothing was ever found of it. */
struct breaker_row *breaker_row_find(const struct watching *watching, uint64_t reader);

/* Write the state of a reader's breaker, in its row or a new one. */
RESULT breaker_save(struct batch *batch, const struct reader *by, uint64_t reader,
                    const struct breaker *breaker, struct receipt *out);
void breaker_body_write(uint64_t reader, const struct breaker *breaker, struct buf *out);

/* `number` is the row's, which its id is made of. */
RESULT alert_save(struct batch *batch, const struct alert_row *row, uint32_t *number, struct receipt *out);

/* Seals the reason under the staff key. `id` is the number of the row to be. */
void mute_body_write(struct shop *shop, uint32_t id, const struct alerts_mute *mute, struct slice reason,
                     struct buf *out);

/* The name that people see: of the detector, or of what stands in its place. */
const char *alert_name(unsigned detector);
enum severity alert_severity(unsigned detector);

#endif

/* Inside keep/watch only: sinks in memory. */
#ifndef AMN_KEEP_WATCH_SINK_PRIV_H
#define AMN_KEEP_WATCH_SINK_PRIV_H

#include "keep/watch/sink.h"

enum { SINK_OFFSET_MAX_MIN = 840 }; /* 14 hours: as far from UTC as clocks are set */

/* Numbers are stored: never reuse one. */
enum sink_state { SINK_ON = 1, SINK_OFF, SINK_DROPPED };

/* What stands in the row of a sink. Bufs are owned. */
struct sink_row {
    enum sink_kind kind;
    enum sink_state state;
    uint32_t least;     /* enum alert_severity: nothing below */
    int64_t offset_min; /* of MAIL: local time minus UTC */
    int64_t made_us;
    struct buf lang;   /* of MAIL; empty: the shop's own */
    struct buf target; /* url, path or address */
    struct buf ca;     /* certificates, PEM; empty: those of the machine */
    struct buf secret; /* of WEBHOOK: 32 bytes */
};
void sink_row_done(struct sink_row *row);
void sink_row_copy(const struct sink_row *from, struct sink_row *to);
void sink_row_write(struct shop *shop, uint32_t id, const struct sink_row *row, struct buf *out);
RESULT sink_row_read(struct shop *shop, uint32_t id, struct slice body, struct sink_row *out);

struct sink {
    uint32_t id;
    bool set; /* its row is there */
    struct sink_row row;
    struct prf *sign; /* of WEBHOOK */

    /* What is on its way knows no rollback. */
    bool in_hand;
    uint64_t in_hand_count; /* tellings in it */
    int64_t due_us;         /* nothing to do before; INT64_MIN: look */
    bool fresh;             /* no attempt since the start, or since it leads elsewhere: try at once */
    bool moved; /* leads elsewhere since the last look: a receiver that was gone is another one now */
    const char *problem; /* of the latest attempt; NULL: none */
    uint16_t status;     /* of HTTP, of the latest attempt; 0: none */
};

struct sinks {
    struct sink at[SINK_ROWS_MAX]; /* by id - 1 */
    size_t count;
    char host[256];
};

struct sink *sink_by_id(struct sinks *sinks, uint64_t id); /* NULL */
const char *sink_kind_name(unsigned kind);                 /* "?" */

/* How far it was told; a sink without a place has everything that there is. */
RESULT sink_place(struct shop *shop, uint32_t id, struct sink_place *out);
/* From the next telling on: what was told before a sink was there, or while it was off, is not for it. */
RESULT sink_place_begin(struct batch *batch, uint32_t id);
/* Tellings that wait for it. */
RESULT sink_waiting(struct shop *shop, const struct sink_place *place, uint64_t *out);
/* Put one telling into the queue: for one sink, or, with 0, for all. */
RESULT telling_add(struct batch *batch, uint32_t sink, const struct alert_text *text);
/* Some sinks may have something to do now. */
void sinks_wake(struct sinks *sinks);

/* Of MAIL: make one mail of what waits, in the batch; the place moves behind it. */
RESULT sink_mail(struct batch *batch, struct sink *sink, struct sink_place *place, bool *sent);
/* Where the file of a sink is: in the shop's own folder of the home, or where the operator said. */
void sink_file_path(struct shop *shop, struct slice target, struct buf *out);

#endif

/*
 * Detectors: what each reader does, held against its own habit and its peers', within the look and on the minute.
 *
 * Plain numbers; knows no roles, no store, no clock, no personal data. It refuses nothing by itself: findings go to the
 * breaker (watch/breaker.h) and to the alerts (watch/alerts.h). One thread's at a time. State is bounded and in memory;
 * watch_save() and watch_load() carry it over a restart. Main calls: watch_look(), watch_minute(), watch_findings().
 * Example:
 *     watch_look(watch, &look);
 *     struct finding found[8];
 *     for (size_t n; (n = watch_findings(watch, found, 8)) > 0;) ...
 */
#ifndef AMN_WATCH_DETECT_DETECT_H
#define AMN_WATCH_DETECT_DETECT_H

#include "base/clock.h"
#include "watch/detect/measure/hours.h"
#include "watch/detect/table.h"

enum {
    WATCH_READERS_MAX = 16384, /* states held at most, unless the options say less */
    WATCH_GROUPS_MAX = 256, /* peer groups (roles) with habits of their own; beyond, a reader has no peers' */
    WATCH_FINDINGS_MAX = 256 /* that wait to be taken; beyond, they are counted and dropped */
};

struct watch;

enum look_kind {
    LOOK_REVEAL,       /* fields of known people were shown */
    LOOK_FOUND,        /* a lookup that found somebody */
    LOOK_MISSED,       /* a lookup that found nobody */
    LOOK_REFUSED,      /* access, budget or breaker said no */
    LOOK_PASS_UNKNOWN, /* a self pass that nobody issued */
    LOOK_OBSERVED      /* as REVEAL, but read from the log of a system outside the vault */
};

/* What one ask was, in numbers. What does not apply stays 0. */
struct look {
    enum look_kind kind;
    int64_t now_us;   /* UTC */
    uint64_t reader;  /* any number but 0 */
    uint64_t peers;   /* whom it is compared with: the number of its role; 0 nobody */
    uint64_t network; /* keyed tag of the reader's network; 0 unknown. Not looked at behind a pass */
    uint16_t country; /* two letters, the first in the high byte; 0 unknown. Not looked at behind a pass */
    uint64_t fields;  /* bits */
    uint32_t purpose; /* 0 none */
    bool granted;     /* behind a grant, or an approved export */
    bool passed;      /* behind a self pass */
    const uint64_t *subjects; /* internal numbers in the order asked; read within the call only */
    size_t count;             /* of subjects */
    uint64_t value;           /* of a lookup: first 8 bytes of the value's tag */
    uint32_t canaries;        /* canaries among what was asked for; they need not stand in `subjects` */
    uint64_t
        network_people; /* behind a pass: different people of this client network in the hour (watch/spread.h) */
    uint64_t limit_hour, used_hour, limit_day,
        used_day; /* the reader's budget after this ask; limit 0: none */
};

struct finding {
    enum detector detector;
    uint64_t reader;
    int64_t at_us;
    uint64_t people; /* different people that this reader saw today, so far (within 3 %) */
    uint32_t times;  /* it was found since the finding before, 1 or more */
    double score;    /* 1 or more: what was seen over what is allowed */
    bool trips;
    bool
        few; /* fewer people than trip.people: to be told, and nobody is to be held up for it; never of a canary */
};

struct watch_options {
    struct params params;
    uint64_t customers;   /* of the shop */
    int32_t offset_s;     /* local time minus UTC, -86,400 to 86,400: days and hours are local ones */
    uint32_t readers_max; /* 1 to WATCH_READERS_MAX; 0: that */
};

/* INVALID: options out of bounds. UNAVAILABLE: no memory. */
RESULT watch_new(const struct watch_options *options, struct watch **out);
void watch_free(struct watch **watch);

/*
 * One look, whatever became of it. The first look of a day closes the day before for all readers.
 * Cost: about 60 ns a look of one subject among 200 readers (37 for one reader; 220 where 5,000 look in turn, as their
 * states do not fit the cache), 12 ns for each further subject; no allocation but for a reader's first look.
 */
void watch_look(struct watch *watch, const struct look *look);

/* Once a minute: what is judged by sums. Cost: about 1.7 us for each reader that looked since the last call. */
void watch_minute(struct watch *watch, int64_t now_us, uint64_t customers);

/* Take up to `room` of the findings that wait, oldest first; how many were taken. A few ns when none waits. */
size_t watch_findings(struct watch *watch, struct finding *out, size_t room);

/* People say that what this reader does now is its work: its habit becomes what it was in the last days, and all sums
 * begin anew. The only way past the bounds on growth, so it wants two people. */
void watch_accept(struct watch *watch, uint64_t reader);

/* People looked into it, and put the reader back to work: sums and runs begin anew, so that it is not stopped again for
 * what is past; its habit stays. Called when a breaker is reset. */
void watch_calm(struct watch *watch, uint64_t reader);

/* The reader is gone for good. */
void watch_forget(struct watch *watch, uint64_t reader);

struct watch_counts {
    size_t readers;   /* states held */
    uint64_t evicted; /* readers forgotten because the bound was met: the quietest first */
    uint64_t dropped; /* findings that found no room */
};
struct watch_counts watch_counts(const struct watch *watch);

/* What is known of one reader; false: nothing. */
struct watch_view {
    uint64_t people_today, people_ever; /* different people, within 3 % */
    double baseline;                    /* people a day; 0 while there is none */
    double rise;                        /* CUSUM of slow_rise, in deviations */
    uint32_t days;                      /* of use */
    bool alerted;                       /* today: the day will not be learned from */
    double busiest_hour;                /* of a usual day; 0: not learned yet */
};
bool watch_view(const struct watch *watch, uint64_t reader, struct watch_view *out);

/* Different people of each hour by the clock (UTC), as of the last minute; the present hour is the last. */
void watch_hours(const struct watch *watch, uint64_t reader, int64_t now_us, uint32_t out[HOURS_KEPT]);

/**
 * State for a restart: deterministic CBOR, the same bytes for the same state. Findings that wait are not in it.
 *
 * @param out  appended to; at most 8,192 bytes a reader
 */
void watch_save(const struct watch *watch, struct buf *out);

/**
 * Put back what watch_save() gave, in place of all that is there. Parameters, customers and offset stay the options';
 * findings that wait are dropped.
 *
 * @return INVALID  not such bytes, another version, more readers than the bound; nothing is changed then
 */
RESULT watch_load(struct watch *watch, struct slice bytes);

#endif

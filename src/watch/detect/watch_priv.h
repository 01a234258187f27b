/*
 * The state behind detect.h: one fixed struct a reader, one a group of peers, and the clock they share.
 */
#ifndef AMN_WATCH_DETECT_WATCH_PRIV_H
#define AMN_WATCH_DETECT_WATCH_PRIV_H

#include "watch/detect/detect.h"
#include "watch/detect/measure/sketch.h"
#include "watch/detect/rule/burst.h"
#include "watch/detect/rule/coverage.h"
#include "watch/detect/rule/dormant.h"
#include "watch/detect/rule/enumeration.h"
#include "watch/detect/rule/first_seen.h"
#include "watch/detect/rule/fruitless.h"
#include "watch/detect/rule/grantless.h"
#include "watch/detect/rule/passes.h"
#include "watch/detect/rule/riding.h"
#include "watch/detect/rule/slow_rise.h"

struct told { /* what was said of one detector, so that it is not said again within params.def's repeat */
    int64_t at_us;
    uint32_t held; /* findings since */
    double score;  /* the greatest of them */
    bool trips, few;
};

struct reader_state {
    uint64_t reader, peers;
    struct group *group; /* NULL: no peers, or WATCH_GROUPS_MAX was met */
    int64_t last_us;
    uint32_t days;         /* of use that are over */
    bool looked;           /* since the last minute */
    bool active;           /* today */
    bool alerted;          /* today */
    bool held;             /* some told[].held is above 0 */
    double people, values; /* today, as of the last minute */
    double shift;          /* of its peers, while a day is closed */
    double intensity;      /* coverage, as of the latest day that is over */
    struct dormant dormant;
    struct fruitless fruitless;
    struct grantless grantless;
    struct passes passes;
    struct riding riding;
    struct burst burst;
    struct enumeration enumeration;
    struct first_seen first_seen; /* up to here what every look touches */
    struct slow_rise rise;
    struct coverage coverage;
    struct told told[DETECTORS_END];
    struct sketch today, ever,
        tried; /* people of the day; people not behind a pass; values looked up on the day */
};
_Static_assert(sizeof(struct reader_state) <= 8192, "a reader's state is bounded");

/* Readers that are compared with each other. Valid within a minute's work; the list is made anew for each. */
struct crowd {
    struct reader_state **members;
    size_t count;
    bool shift_known, cover_known; /* of a large crowd these are measured once for all members */
    double shift, cover;
};

struct group {
    uint64_t peers;
    struct crowd crowd;
    uint32_t teachers;           /* readers with learn.days days of use */
    struct slow_rise_peers rise; /* without its shift */
    double burst[BURST_WINDOWS];
    double values, fruitless, grantless; /* medians of what is usual; below 0: too few readers */
    struct first_seen_peers first_seen;
};

struct slot {
    uint64_t reader; /* 0: free */
    struct reader_state *state;
};

struct readers {
    struct slot *slots; /* open addressing, a power of two, at most half full */
    size_t slots_count;
    struct reader_state **list;
    size_t count, cap, max, hand; /* `hand`: where the search for a quiet one goes on */
    uint64_t evicted;
};

struct watch {
    struct params params;
    struct fruitless_table fruitless;
    uint64_t riding_near, riding_people, newest_room;
    int64_t repeat_us, offset_us;
    uint64_t customers, newest; /* greatest subject number seen */
    bool started;               /* the clock below is set */
    int64_t day, hour, hour_from_us, hour_to_us;
    struct readers readers;
    struct group *groups[WATCH_GROUPS_MAX];
    size_t groups_count;
    struct crowd everybody;
    struct reader_state **order; /* room for all readers, ordered by group */
    double *scratch;             /* room for a number of each reader */
    struct finding findings[WATCH_FINDINGS_MAX];
    size_t findings_from, findings_count;
    uint64_t dropped;
};

/* The reader's state; NULL when there is none. readers_add() makes it, and may forget the quietest for it. */
struct reader_state *readers_find(const struct readers *readers, uint64_t reader);
struct reader_state *readers_add(struct readers *readers, uint64_t reader);
void readers_remove(struct readers *readers, uint64_t reader);
void readers_done(struct readers *readers);

/* The group of that number, made when it is new; NULL for 0, or when there are WATCH_GROUPS_MAX. */
struct group *watch_group(struct watch *watch, uint64_t peers);

double watch_burst_score(const struct watch *watch, const struct reader_state *state);

/* What groups have in common, measured anew from what their readers learned. */
void watch_groups_measure(struct watch *watch);

/* A day, or an hour, is over or has begun: called whenever `now_us` is outside of the current hour. */
void watch_turn(struct watch *watch, int64_t now_us);

/* Put a finding of score 1 or more into the queue, unless it was told a moment ago. */
void watch_raise(struct watch *watch, struct reader_state *state, enum detector detector, double score,
                 int64_t now_us);
void watch_raise_held(struct watch *watch, struct reader_state *state, int64_t now_us);

#endif

/*
 * Alerts: findings folded, so that people are told once of one thing, and told how often.
 *
 * One alert for each (detector, reader) while it lasts: it begins with a finding and is over when none came for
 * alerts.quiet. Independent rules never hide each other. What is not told is counted: folded findings, muted ones, and
 * alerts that found no room. Plain numbers, no clock; the caller stores and sends what alerts_note() says is to be told.
 * A mute keeps an alert from being told and nothing else: the finding goes to the breaker all the same.
 * Main calls: alerts_note(), alerts_over(), alerts_mute(). Example:
 *     struct alert alert;
 *     if (alerts_tells(alerts_note(alerts, &finding, &alert))) ... send it
 */
#ifndef AMN_WATCH_ALERTS_H
#define AMN_WATCH_ALERTS_H

#include "watch/detect/detect.h"

enum {
    ALERTS_MAX = 4096, /* that last at the same time */
    ALERTS_MUTES_MAX = 256,
    ALERTS_REASON_MAX = 200, /* bytes */
    ALERTS_MUTE_DAYS_MAX = 90
};

struct alerts;

struct alert {
    uint64_t number; /* 1, 2, ... in the order of beginning */
    enum detector detector;
    uint64_t reader;
    int64_t first_us, last_us; /* findings */
    int64_t told_us;           /* 0: never yet */
    uint64_t count;            /* findings in all */
    uint64_t folded;           /* since it was told, this one not counted */
    uint64_t muted;            /* findings that came under a mute */
    uint64_t people;           /* most that a finding named */
    double score;              /* greatest */
    bool trips;                /* one of them did */
};

enum alerts_event {
    ALERTS_NEW,     /* it began, or its mute is over */
    ALERTS_TRIPPED, /* it lasted, and now a finding trips */
    ALERTS_AGAIN,   /* it lasts since it was told alerts.again ago */
    ALERTS_FOLDED,  /* counted */
    ALERTS_MUTED    /* counted, and not to be told */
};

/* UNAVAILABLE: no memory. About 0.5 MB. */
RESULT alerts_new(const struct params *params, struct alerts **out);
void alerts_free(struct alerts **alerts);

/*
 * Take a finding in; `out` is its alert after that, as it is to be told or stored (may be NULL). Below 1 us.
 * Beyond ALERTS_MAX the least of all (not tripping, low severity, quiet for long) goes for the new one, and is counted.
 */
enum alerts_event alerts_note(struct alerts *alerts, const struct finding *finding, struct alert *out);
bool alerts_tells(enum alerts_event event); /* NEW, TRIPPED, AGAIN */

/* Take up to `room` alerts that are over, out of the list: to be told, when they were ever told, and stored. */
size_t alerts_over(struct alerts *alerts, int64_t now_us, struct alert *out, size_t room);

size_t alerts_count(const struct alerts *alerts); /* that last */
void alerts_at(const struct alerts *alerts, size_t index, struct alert *out);
uint64_t alerts_lost(const struct alerts *alerts); /* that found no room */

/* At start: an alert that lasted. One that is there already, or finds no room, changes nothing. */
void alerts_restore(struct alerts *alerts, const struct alert *alert);

struct alerts_mute {
    uint64_t reader;   /* 0: every */
    unsigned detector; /* 0: every */
    int64_t until_us;
    char reason[ALERTS_REASON_MAX + 1];
};

/**
 * Tell nothing of a reader, a detector, or one detector of one reader, until a time. The same pair again replaces.
 *
 * @param reason  why, in words; no personal data; 1 to ALERTS_REASON_MAX bytes of UTF-8
 * @return INVALID  neither reader nor detector, no such detector, no reason, an end that is past or beyond
 *                  ALERTS_MUTE_DAYS_MAX days, or ALERTS_MUTES_MAX mutes already
 */
RESULT alerts_mute(struct alerts *alerts, int64_t now_us, struct alerts_mute mute, struct slice reason);
bool alerts_unmute(struct alerts *alerts, uint64_t reader, unsigned detector); /* false: there was none */
size_t alerts_mutes_count(const struct alerts *alerts, int64_t now_us);
size_t alerts_mutes(const struct alerts *alerts, int64_t now_us, struct alerts_mute *out, size_t room);

#endif

/*
 * Fruitless: lookups that find nobody, as one has who guesses e-mails or telephone numbers.
 *
 * Score: Wilson's lower bound of misses / tries, over the latest 64 tries and over the day, divided by what is allowed:
 *     allowed = min(0.95, max(fruitless.share, fruitless.times * usual share))
 * with usual share the greater of the reader's own, learned by at most 0.02 a day, and its peers' median. Fewer than
 * fruitless.least tries say nothing. Refusals are no tries: whoever has spent a budget may well ask again and again.
 * Source: Wilson 1927 (measure/statistic.h).
 * Parameters: fruitless.least (tries), fruitless.share, fruitless.times, fruitless.z (deviations), fruitless.trip.
 */
#ifndef AMN_WATCH_DETECT_RULE_FRUITLESS_H
#define AMN_WATCH_DETECT_RULE_FRUITLESS_H

#include "watch/detect/detect.h"

enum { FRUITLESS_LATEST = 64 };

struct fruitless {
    uint64_t missed; /* bits of the latest tries, newest lowest */
    uint8_t latest;  /* how many of them there are */
    uint64_t day_misses, day_tries;
    double usual; /* share */
    bool known;   /* `usual` was learned */
};

/* The least misses of so many latest tries that could alert: made once, so that most looks end with a comparison. */
struct fruitless_table {
    uint8_t least[FRUITLESS_LATEST + 1];
};
void fruitless_table_make(const struct params *params, struct fruitless_table *out);

/* Counts the look; true when fruitless_score() should be asked. */
bool fruitless_look(struct fruitless *state, const struct fruitless_table *table, const struct look *look);

/* `peers`: the median of the peers' usual shares, 0 without. */
double fruitless_score(const struct fruitless *state, const struct params *params, double peers);

void fruitless_close(struct fruitless *state, const struct params *params, bool learn); /* the day is over */
void fruitless_calm(struct fruitless *state);

#endif

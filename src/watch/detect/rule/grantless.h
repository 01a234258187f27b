/*
 * Grantless: looks without a grant, by a reader of a role that works by grants.
 *
 * Of a day's looks that were not behind a self pass: Wilson's lower bound of the share without a grant, divided by
 * usual + grantless.more. Usual is the median of its peers' usual shares; without peers its own, learned by at most
 * 0.02 a day. Where usual is above grantless.usual the role does not work by grants, and nothing is said.
 * Sources: "departure from a business-justified workflow" in research on support agents; Wilson 1927.
 * Parameters: grantless.least (looks a day), grantless.usual, grantless.more (shares), grantless.z, grantless.trip.
 */
#ifndef AMN_WATCH_DETECT_RULE_GRANTLESS_H
#define AMN_WATCH_DETECT_RULE_GRANTLESS_H

#include "watch/detect/detect.h"

struct grantless {
    uint64_t day_without, day_looks; /* people asked for */
    double usual;                    /* share */
    bool known;
};

void grantless_look(struct grantless *state, const struct look *look);

/* `usual`: what is compared with, below 0 when there is nothing. */
double grantless_score(const struct grantless *state, const struct params *params, double usual);

void grantless_close(struct grantless *state, const struct params *params, bool learn); /* the day is over */
void grantless_calm(struct grantless *state);

#endif

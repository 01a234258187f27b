/*
 * A page that must stand for so long: how much of it is proven. Time counts between two probes that both found the page,
 * no more than POSTING_APART_US apart, by when their lines were written: whoever says that it stood all the time shows it.
 *
 * Main call: posting_of(). Example: struct posting posting;  posting_of(&fold, book->law, item, &posting);
 */
#ifndef AMN_ANSWER_INCIDENT_POSTING_H
#define AMN_ANSWER_INCIDENT_POSTING_H

#include "answer/incident/fold.h"
#include "answer/law/law.h"
#include "base/clock.h"

#define POSTING_APART_US (26 * HOUR_US) /* a daily probe, and some hours for when it is late */

struct posting {
    const struct item *item;
    int64_t proven_us, needed_us; /* needed 0: the rules say no time */
    const struct line *last;      /* the newest probe; NULL: none */
    size_t probes;
};

/* `item` is one of LINE_POSTING. Cost: 10 ns a line. */
void posting_of(const struct fold *fold, const struct law *law, const struct item *item, struct posting *out);

/* May it be called ended? CHECK_NOT_MET while less is proven than the law asks. OK of every other line. */
RESULT posting_may(const struct fold *fold, const struct law *law, const struct line *line);

#endif

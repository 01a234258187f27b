/*
 * The rules on breaches that a shop goes by: those of the program and of its home, kept in memory and read again when a
 * file of the home changes. On the day of a leak a bad file stops nothing: the program's own rules stand alone, and
 * `problem` says what is wrong. Main call: lawbook(). Example: TRY(lawbook(shop, &book));  law_clocks(book->law, ...);
 */
#ifndef AMN_ANSWER_INCIDENT_LAWBOOK_H
#define AMN_ANSWER_INCIDENT_LAWBOOK_H

#include "answer/law/law.h"
#include "keep/shop.h"

struct lawbook {
    struct law *law;
    struct buf problem; /* empty: none */
    uint64_t stamp;     /* of the home's files when they were read */
    bool read;
};

/* Lives until the next call. Cost: a stat of each file of HOME/law; about 20 ms when they are read. */
RESULT lawbook(struct shop *shop, const struct lawbook **out);

#endif

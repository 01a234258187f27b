/*
 * What a breach can cost at most by the rules: each sanction's maximum from its formula, the shop's turnover and the
 * number of people. Maxima, not forecasts; nothing is added up, because caps of different laws and currencies do not add.
 *
 * Main call: law_cost(). Example:
 *     struct law_cost cost;  TRY(law_cost(fine, &(struct law_turnover){"KRW", 1000}, 10, &cost));
 */
#ifndef AMN_ANSWER_LAW_COST_H
#define AMN_ANSWER_LAW_COST_H

#include "answer/law/law.h"

#define LAW_TURNOVER_MAX ((uint64_t)1000000000000000) /* a thousand billions of a currency */

struct law_turnover {     /* of a year; taken for every kind of it: worldwide, in the country, revenue */
    const char *currency; /* NULL: not known */
    uint64_t amount;      /* whole units */
};

enum law_cost_kind {
    LAW_COST_TEXT,   /* no maximum in numbers: what its text says */
    LAW_COST_AMOUNT, /* `amount` of `currency` */
    LAW_COST_EITHER, /* that, or `other_amount` of `other_currency`: they cannot be compared without an exchange rate */
    LAW_COST_TURNOVER, /* cannot be said without the turnover; `amount` is its fixed part, if `currency` is there */
    LAW_COST_PEOPLE, /* nor without the number of people */
};

struct law_cost {
    enum law_cost_kind kind;
    uint64_t amount, other_amount;
    const char *currency, *other_currency;
};

/* INVALID: turnover above LAW_TURNOVER_MAX, or a product that no number holds. `people` 0: not known. */
RESULT law_cost(const struct law_fine *fine, const struct law_turnover *turnover, uint64_t people,
                struct law_cost *out);

#endif

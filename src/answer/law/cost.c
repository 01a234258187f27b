#include "answer/law/cost.h"

#include <assert.h>
#include <string.h>

/* "1.4" as 14,000 millionths of the whole: at most four digits behind the point, as files are checked. */
static uint64_t percent_millionths(const char *text)
{
    uint64_t number = 0, scale = 10000;
    bool point = false;
    for (; *text; text++) {
        if (*text == '.') {
            point = true;
            continue;
        }
        number = number * 10 + (uint64_t)(*text - '0');
        if (point) scale /= 10;
    }
    return number * scale;
}

static uint64_t share_of(const struct law_fine *fine, const struct law_turnover *turnover)
{
    /* Below 10^15 times 10^7: in parts, so that 64 bits hold it. */
    uint64_t millionths = percent_millionths(fine->percent);
    return turnover->amount / 1000000 * millionths + turnover->amount % 1000000 * millionths / 1000000;
}

static struct law_cost in_fine(const struct law_fine *fine)
{
    return (struct law_cost){LAW_COST_AMOUNT, fine->amount, 0, fine->currency, NULL};
}

static struct law_cost in_turnover(const struct law_fine *fine, const struct law_turnover *turnover)
{
    return (struct law_cost){LAW_COST_AMOUNT, share_of(fine, turnover), 0, turnover->currency, NULL};
}

/* Two parts of which the law takes one: which, can be told in one currency only. */
static struct law_cost by_both(const struct law_fine *fine, const struct law_turnover *turnover)
{
    struct law_cost fixed = in_fine(fine), share = in_turnover(fine, turnover);
    if (strcmp(turnover->currency, fine->currency) == 0) {
        if (fine->rule == LAW_RULE_HIGHER) return share.amount > fixed.amount ? share : fixed;
        return turnover->amount > fine->above ? share : fixed;
    }
    fixed.kind = LAW_COST_EITHER;
    fixed.other_amount = share.amount;
    fixed.other_currency = share.currency;
    return fixed;
}

RESULT law_cost(const struct law_fine *fine, const struct law_turnover *turnover, uint64_t people,
                struct law_cost *out)
{
    struct law_cost cost = {.kind = LAW_COST_TEXT};
    bool known = turnover->currency != NULL;
    assert(fine && turnover);
    if (turnover->amount > LAW_TURNOVER_MAX) return FAIL(INVALID, "turnover: larger than any");
    if (fine->rule != LAW_RULE_NONE && fine->rule != LAW_RULE_AMOUNT && fine->rule != LAW_RULE_PER_PERSON &&
        !known) {
        *out = (struct law_cost){LAW_COST_TURNOVER, fine->amount, 0, fine->currency, NULL};
        return OK;
    }
    switch (fine->rule) {
    case LAW_RULE_NONE:
    case LAW_RULE_COUNT:
        break;
    case LAW_RULE_AMOUNT:
        cost = in_fine(fine);
        break;
    case LAW_RULE_PERCENT:
        cost = in_turnover(fine, turnover);
        break;
    case LAW_RULE_PERCENT_OR_AMOUNT:
        cost = turnover->amount > 0 ? in_turnover(fine, turnover) : in_fine(fine);
        break;
    case LAW_RULE_HIGHER:
    case LAW_RULE_PERCENT_ABOVE:
        cost = by_both(fine, turnover);
        break;
    case LAW_RULE_PER_PERSON:
        cost = in_fine(fine);
        if (people == 0) cost.kind = LAW_COST_PEOPLE;
        if (people > 0 && __builtin_mul_overflow(cost.amount, people, &cost.amount))
            return FAIL(INVALID, "people: so many that no number holds what each may ask for");
        break;
    }
    *out = cost;
    return OK;
}

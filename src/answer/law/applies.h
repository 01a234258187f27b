/*
 * Which regimes apply to a leak, and why: where the people are, where the shop has its seat, what was in force when it
 * became aware. Every answer carries its reasons. Main call: law_applies(). Example:
 *     struct law_applied applied;  law_applies(law, law_regime(law, "kr-pipa"), &facts, &applied);  applied.answer
 */
#ifndef AMN_ANSWER_LAW_APPLIES_H
#define AMN_ANSWER_LAW_APPLIES_H

#include "answer/law/case.h"
#include "answer/law/zone.h"

enum law_force {
    LAW_IN_FORCE,
    LAW_NOT_YET,       /* the shop became aware before it came into force */
    LAW_NO_MORE,       /* after it went out of force */
    LAW_FORCE_UNKNOWN, /* when the shop became aware is not known, or since when it binds is not said */
};

struct law_applied {
    const struct law_regime *regime;
    enum law_answer answer;
    enum law_force force;
    bool straddles; /* by another candidate for the instant of knowing it would be otherwise */
    bool by_people, by_seat;
    enum law_answer people_known; /* NO: how many people, and where, is not known */
    uint64_t people;        /* that count for its thresholds: all where the seat is there, else those there */
    uint64_t needs_open;    /* facts that it needs and that are not known */
    uint64_t needs_missing; /* and those that are not so */
};

void law_applies(const struct law *law, const struct law_regime *regime, const struct law_case *facts,
                 struct law_applied *out);

/* Is this country of the case one that no regime here speaks of? Then nothing here says what is owed there. */
bool law_uncovered(const struct law *law, const char *country);

/* The zone of a regime's authority: that of its country; of a union, that of the seat, else of the first people in it.
 * `out_name` lives as long as `law`; UTC where there is none. */
struct zone law_zone(const struct law *law, const struct law_regime *regime, const struct law_case *facts,
                     const char **out_name);

#endif

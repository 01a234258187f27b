/*
 * What is known of one leak, as plain facts: who, where, how many, what, when. Everything may be unknown: an unknown
 * fact never takes a duty away, and never grants an exception.
 */
#ifndef AMN_ANSWER_LAW_CASE_H
#define AMN_ANSWER_LAW_CASE_H

#include "answer/law/law.h"

/* In this order, so that the least of several is "all" and the most is "any". */
enum law_answer { LAW_NO, LAW_MAYBE, LAW_YES };

enum { LAW_CANDIDATES_MAX = 16 }; /* instants of one case, of one kind */

struct law_people {
    const char *country; /* where they are: "KR" */
    uint64_t count;
};

/* One of several candidates for an instant, or one of several later facts. */
struct law_instant {
    enum law_from kind; /* AWARE, INTRUSION, OCCURRED, ASSESSED or FACT */
    int64_t us;
    const char *who, *why; /* may be NULL */
};

/* A duty that was done, between two instants: one only, when it is known exactly. */
struct law_done {
    const char *regime, *duty;
    int64_t from_us, to_us;
};

/* A switch that somebody decided. */
struct law_choice {
    const char *regime, *name, *value;
};

/* Borrows everything. */
struct law_case {
    const struct law_people *people;
    size_t people_count; /* 0: how many and where is not known */
    const char *seat;    /* country of the shop; NULL: not known */
    uint64_t yes, no;    /* bits of enum law_fact; in neither: not known */
    uint64_t kinds;      /* kinds of data that leaked, bits of enum law_kind */
    bool kinds_known;    /* and there were no others */
    bool risk_known;
    enum law_risk risk;
    const struct law_instant *instants;
    size_t instant_count;
    const struct law_done *done;
    size_t done_count;
    const struct law_choice *choices;
    size_t choice_count;
    int64_t now_us;
};

enum law_answer law_case_fact(const struct law_case *facts, unsigned fact);

/* What a switch stands at: what was decided, else the default of its file. */
const char *law_case_switch(const struct law_case *facts, const struct law_regime *regime,
                            const struct law_switch *which);

/* Has the switch that something hangs on one of its values? NULL: it hangs on none. */
bool law_only_holds(const struct law_case *facts, const struct law_regime *regime,
                    const struct law_only *only);

/* The earliest candidate; NULL where there is none. */
const struct law_instant *law_case_first(const struct law_case *facts, enum law_from kind);

/* INVALID: names a regime, duty, switch or value that there is not, more candidates than the bound, or doubled ones. */
RESULT law_case_check(const struct law *law, const struct law_case *facts);

#endif

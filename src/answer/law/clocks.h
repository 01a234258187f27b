/*
 * The duties of a leak on the clock: what is owed to whom, by when under each candidate for the instant that it counts
 * from, met or missed by how much. The earliest candidate counts. Nothing is sent and nothing is kept here.
 *
 * Main call: law_clocks(). Example:
 *     SCOPED(law_clocks_done) struct law_clocks clocks = {0};  TRY(law_clocks(law, &facts, &clocks));
 */
#ifndef AMN_ANSWER_LAW_CLOCKS_H
#define AMN_ANSWER_LAW_CLOCKS_H

#include "answer/law/applies.h"

enum law_state {
    LAW_STATE_RUNNING, /* `by_us` are left */
    LAW_STATE_OVERDUE, /* not done, `by_us` too late already */
    LAW_STATE_MET,     /* with `by_us` to spare */
    LAW_STATE_MISSED,  /* done `by_us` too late */
    LAW_STATE_UNSAID,  /* done between instants on both sides of the deadline */
    LAW_STATE_DONE,    /* there is no number in the law to hold it against */
    LAW_STATE_OPEN,    /* no number either, and not done */
    LAW_STATE_WAITS    /* nothing it could count from has happened yet */
};

/* Under one candidate. */
struct law_due {
    const struct law_instant *instant; /* NULL: from the report of another duty */
    int64_t from_us, due_us, by_us;    /* due_us is from_us where the law has no number */
    int64_t after_us;                  /* of a duty that was done: how long after from_us, at least */
    enum law_state state;
    bool supposed; /* counted from the last moment at which that report is due: it was not made yet */
};

struct law_clock {
    struct law_applied applied;
    const struct law_duty *duty;
    enum law_answer owed;
    uint64_t open_facts; /* of MAYBE: what decides it and is not known */
    bool open_kinds, open_risk, open_people;
    const struct law_exception *freed;   /* of NO: why */
    const struct law_exception *delayed; /* it may wait */
    const struct law_substitute *substitute;
    const struct law_only *switched; /* of NO: the switch stands elsewhere */
    bool policy;                     /* the time is this program's aim, not the law's */
    bool out_of_order;               /* done before what comes first */
    const char *zone_name;
    struct zone zone;
    const struct law_done *done;
    size_t count; /* candidates, the earliest first */
    struct law_due at[LAW_CANDIDATES_MAX * 2];
};

struct law_clocks {
    struct law_clock *at;
    size_t count;
};
void law_clocks_done(struct law_clocks *clocks);

/**
 * Every duty of every regime that applies or may, the earliest deadline first, those without a number behind.
 *
 * @param all  with those that are not owed, and why: behind the others
 * @param out  law_clocks_done(); borrows from `law` and `facts`
 * @return INVALID  as law_case_check()
 */
RESULT law_clocks(const struct law *law, const struct law_case *facts, bool all, struct law_clocks *out);

/* The elements that a duty demands and that `held` does not have; those in doubt with it. Each `out` has room for
 * LAW_ITEMS_MAX * 2 names; the count. */
size_t law_missing(const struct law_duty *duty, const char *const *held, size_t held_count, const char **out);

#endif

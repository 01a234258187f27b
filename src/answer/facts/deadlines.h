/*
 * The deadlines of one incident: the clocks of the law on its case, who took each, who was told, the proof of what was
 * done, and how much of what each duty must say is known. Worked out anew at each call: nothing of it is stored.
 *
 * Main call: deadlines_of(). Example:
 *     SCOPED(deadlines_free) struct deadlines *all = NULL;  TRY(deadlines_of(shop, incident, now_us, &all));
 */
#ifndef AMN_ANSWER_FACTS_DEADLINES_H
#define AMN_ANSWER_FACTS_DEADLINES_H

#include "answer/facts/case.h"
#include "answer/incident/incident.h"
#include "answer/incident/lawbook.h"
#include "answer/law/clocks.h"

struct deadline {
    const struct law_clock *clock;
    const struct line *taken; /* by whom, since when; NULL: nobody took it */
    const struct item *proof; /* the line of what was done; NULL: not done */
    bool running;             /* owed, or perhaps owed where the rules do apply; not done; with a time */
    size_t required, held;    /* elements that it must say, and those that are known */
};

struct deadlines {
    struct reading reading;
    struct facts facts;
    struct incident_case made;
    struct law_clocks clocks;
    const struct lawbook *book;
    struct deadline
        *at; /* in the order of the clocks; without supplements of regimes that nothing was reported to */
    size_t count;
};
void deadlines_free(struct deadlines **deadlines);

/* Errors of incident_read(), facts_of(), law_clocks(). Cost: about 1 ms, and 1 us a line. */
RESULT deadlines_of(struct shop *shop, const struct incident *incident, int64_t now_us,
                    struct deadlines **out);

/* "kr-pipa/authority" */
void deadline_name(const struct deadline *deadline, struct buf *out);

/* Append the answer: what applies and why, each deadline, and the case that it was worked out from. */
void deadlines_tell(struct shop *shop, const struct deadlines *deadlines, struct buf *out);

/*
 * For upkeep: tell the people of every open incident of the deadlines that are near, and everybody who may approve of
 * those that nobody took: mails and lines in the open batch. `told`: something was queued. Who is suspected, or shares a
 * key or role with a suspect, is never told.
 */
RESULT deadlines_watch(struct batch *batch, bool *told);

#endif

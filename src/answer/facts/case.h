/*
 * An incident as the facts that rules ask for: whose data by country from the newest count, kinds of data from the fields
 * that leaked, every candidate instant, what people answered, what was done. What nobody answered stays unknown.
 *
 * Main call: case_of(). Example:
 *     SCOPED(incident_case_done) struct incident_case made = {0};  TRY(case_of(shop, law, &fold, &facts, &made));
 *     TRY(law_clocks(law, &made.facts, false, &clocks));
 */
#ifndef AMN_ANSWER_FACTS_CASE_H
#define AMN_ANSWER_FACTS_CASE_H

#include "answer/facts/facts.h"
#include "answer/law/case.h"

/* Countries of people whom no country is known of stand under this code, which ISO 3166 leaves to its users. */
#define CASE_NOWHERE "ZZ"

struct incident_case {
    struct arena arena;
    struct law_case facts;
    const struct item **done; /* the line of each of facts.done */
    uint64_t
        fact_lines[LAW_CANDIDATES_MAX]; /* of each instant of LAW_FROM_FACT, in their order: what changed */
    size_t changes,
        changes_told;     /* lines that changed a fact after a report; those that a supplement followed */
    size_t unknown_names; /* lines that name a duty or switch which the rules have no more */
};
void incident_case_done(struct incident_case *made);

/* `facts` and `fold` must outlive it. */
RESULT case_of(struct shop *shop, const struct law *law, const struct fold *fold, const struct facts *facts,
               struct incident_case *out);

#endif

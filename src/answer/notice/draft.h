/*
 * From an incident to a run: which count, whom, which laws, which words; and what keeps it from being sent. Main calls:
 * draft_make(), draft_missing(). Used by the verbs of notices.
 */
#ifndef AMN_ANSWER_NOTICE_DRAFT_H
#define AMN_ANSWER_NOTICE_DRAFT_H

#include "answer/facts/case.h"
#include "answer/incident/lawbook.h"
#include "answer/notice/run.h"

/* Whom a run would reach. */
struct draft_people {
    struct set queued, no_address, no_consent;
    uint64_t by_language[SPEC_LANGUAGES], by_state[SUBJECT_LINKED + 1];
};
void draft_people_done(struct draft_people *people);

/* What is drafted, borrowed from facts, incident and ask. */
struct notice_draft {
    struct shop *shop;
    uint64_t incident; /* number */
    const struct notice_draft_ask *ask;
    const struct fold *fold;
    const struct facts *facts;
    const struct law *law;
    struct notices *runs;
    const struct run *after; /* of a supplement or after-care: the run that it follows */
    struct spec spec;
    struct scope scope, before;
    struct draft_people people;
    struct incident_case found; /* what was decided of the laws' open questions */
    uint64_t watches;           /* bit of NOTICE_WATCH_FIELD; 0: the shop has none */
    char today[16];             /* 2026-11-22 */
    struct arena arena;
};
void notice_draft_done(struct notice_draft *draft);

/*
 * Fill spec, scope and people. NOT_FOUND: nothing was counted yet; INVALID; CONFIG for a template that is none. Cost: a
 * pass over the heads of all records, 0.3 us a customer.
 */
RESULT draft_make(struct notice_draft *draft, int64_t now_us);

/* Append one problem each that keeps it from being sent: "en: how", "ko: rights (kr-pipa)". How many. */
size_t draft_missing(const struct spec *spec, const struct law *law, struct buf *out);

/* Hours that the shortest of the regimes' laws gives; 0: none says a number. */
uint64_t draft_law_hours(const struct spec *spec, const struct law *law);

/* A duty to persons that must wait for another which nothing shows done yet: "sg-pdpa/authority"; false: none waits. */
bool draft_waits(const struct spec *spec, const struct law *law, const struct fold *fold, struct buf *out);

/* The shop's own text of that kind and language, or the program's. */
struct slice notice_template(const struct shop *shop, enum notice_kind kind, size_t language);
uint32_t notice_template_row(enum notice_kind kind, size_t language); /* its authority row */

#endif

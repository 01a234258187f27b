/*
 * The lint of words over notices: every text of a run is written for people of whom something is known to have leaked,
 * of whom something is only possible, and both, and held against the tables of its language and the incident's facts.
 * "May have been leaked" is right where it is only possible, and nowhere else. Main calls: run_lint(), template_lint().
 */
#ifndef AMN_ANSWER_NOTICE_NOTICE_LINT_H
#define AMN_ANSWER_NOTICE_NOTICE_LINT_H

#include "answer/notice/run.h"
#include "answer/words/words.h"

struct notice_linting {
    const struct spec *spec;
    const struct says *says;
    const struct wording *wording;
    uint64_t fields;                                 /* what leaked of anybody */
    const struct words_facts *facts[SPEC_LANGUAGES]; /* NULL: only rules that need none */
};

/* What was found. */
struct notice_faults {
    struct buf list;  /* CBOR array of {lang, text, line, rule, word, instead} */
    struct buf first; /* the first in words that may stand in an error: without what somebody wrote */
    size_t count;
};
void notice_faults_done(struct notice_faults *faults);

/* The texts in all languages of the spec. INVALID: one is no UTF-8. Cost: about 5 ms a language. */
RESULT notice_lint(const struct notice_linting *linting, struct notice_faults *out);

/* A run against its incident as it is now: a claim may have fallen since the run was drafted. */
RESULT run_lint(struct batch *batch, struct run *run, const struct reading *reading,
                struct notice_faults *out);

/* A template by itself, before any leak: as if everything had leaked, and were confirmed. */
RESULT template_lint(struct shop *shop, enum notice_kind kind, size_t language, struct slice text,
                     struct notice_faults *out);

/* CHECK_NOT_MET with the first of them; OK: there is none. */
RESULT notice_faults_refuse(const struct notice_faults *faults, const char *what);

#endif

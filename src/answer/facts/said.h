/*
 * What the lint of words holds a text about an incident against: its numbers, its facts in words, its register of claims.
 * Main call: said_of(). Example: TRY(said_of(&facts, &reading.fold, language, &arena, &said));  words_lint(…, &said.facts, …)
 */
#ifndef AMN_ANSWER_FACTS_SAID_H
#define AMN_ANSWER_FACTS_SAID_H

#include "answer/facts/facts.h"
#include "answer/words/words.h"

/* Everything lives in `arena`, and borrows from facts and fold. `facts.needs` is left to the caller. */
void said_of(const struct facts *facts, const struct fold *fold, struct slice language, struct arena *arena,
             struct words_facts *out);

/* The newest answer to a question of the law, "yes" or "no"; empty: nobody answered. */
struct slice circumstance_of(const struct fold *fold, const char *name);

/* "findings": [{line, rule, word, instead}], as the next member of a map. */
void findings_put(const struct words_findings *findings, struct buf *out);

/* The tables of the program and of the shop's home. */
RESULT wording_of(const struct shop *shop, struct wording **out);

#endif

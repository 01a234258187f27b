/*
 * What the command line says of a leak, as the facts that rules ask for.
 *
 * Main call: case_read(). Example:
 *     SCOPED(case_done) struct case_read read = {0};  TRY(case_read(call, law, &read));  law_clocks(law, &read.facts, ...);
 */
#ifndef AMN_CLI_LAW_CASE_H
#define AMN_CLI_LAW_CASE_H

#include "answer/law/case.h"
#include "base/arena.h"
#include "cli/call.h"

struct case_read {
    struct law_case facts;
    struct arena arena; /* holds what `facts` borrows */
};
void case_done(struct case_read *read);

/* USAGE: an option's value is none; law_case_check() says the rest. */
RESULT case_read(const struct call *call, struct case_read *out);

/* --at, else now. */
RESULT case_now(const struct call *call, int64_t *out);

/* "A=B" as two C strings; false without `=`, or with an empty side. */
bool pair_split(struct arena *arena, struct slice text, char mark, const char **left, const char **right);

#endif

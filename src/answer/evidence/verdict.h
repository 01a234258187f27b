/*
 * The verdict on a dump, from numbers alone: ours, partly ours, another's, made up, or undecided; how sure, and why. Pure.
 *
 * Must never claim a list because many of its people are customers too: those of a large shop stand in every list.
 * Main call: verdict_of(). Example: struct verdict verdict = verdict_of(&numbers);
 */
#ifndef AMN_ANSWER_EVIDENCE_VERDICT_H
#define AMN_ANSWER_EVIDENCE_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

enum verdict_kind {
#define VERDICT(NAME, name) VERDICT_##NAME,
#define REASON(NAME, name)
#include "answer/evidence/verdict.def"
#undef VERDICT
#undef REASON
    VERDICT_COUNT
};

enum verdict_reason {
#define VERDICT(NAME, name)
#define REASON(NAME, name) REASON_##NAME,
#include "answer/evidence/verdict.def"
#undef VERDICT
#undef REASON
    REASON_COUNT
};

enum verdict_sure { SURE_LOW, SURE_MEDIUM, SURE_HIGH };

struct verdict_numbers {
    uint64_t keyed, hit,
        crossed; /* rows: with a value to look up; that name one of ours; whose values name several */
    uint64_t compared, agreeing; /* of those that hit, looked at closer; where something else agrees, too */
    uint64_t names_compared, names_agreeing; /* rows whose name, or date of birth, was compared */
    uint64_t own_compared,
        own_agreeing; /* rows with something that only this shop gives: its number of a customer, an order */
    uint64_t canaries;
};

struct verdict {
    enum verdict_kind kind;
    enum verdict_sure sure;
    uint32_t reasons; /* bits of enum verdict_reason */
};

struct verdict verdict_of(const struct verdict_numbers *numbers);
const char *verdict_name(enum verdict_kind kind);
const char *verdict_sure_name(enum verdict_sure sure);
const char *verdict_reason_name(enum verdict_reason reason);

#endif

/*
 * A sample of rows that hit, looked at closer inside the vault: which of a row's other values are those of the person
 * whom it names, and from when to when the vault held what the dump holds. Only counts and times come out.
 *
 * Main calls: compare_rows(), compare_dates().
 */
#ifndef AMN_ANSWER_EVIDENCE_COMPARE_H
#define AMN_ANSWER_EVIDENCE_COMPARE_H

#include "answer/evidence/match.h"
#include "keep/shop.h"

struct compare_field {
    uint64_t compared, agreed;
};

struct compare {
    struct compare_field fields[FIELD_MAX]; /* by the vault's field */
    uint64_t rows, agreeing; /* agreeing: some value beside one that was looked up, or two of those */
    uint64_t own_compared, own_agreeing; /* rows with ref or order_ref */
    int64_t not_before_us, not_after_us; /* 0: nothing tells */
    bool at_odds;                        /* something is newer than something else was gone */
    bool *agrees;                        /* of each row of the sample, then of the newest */
};
void compare_done(struct compare *compare);

/*
 * Open the people of the sample and of the newest rows, field by field. People who were erased meanwhile are passed over.
 * Cost: some 10 us a row. CORRUPT for a record that does not open.
 */
RESULT compare_rows(struct shop *shop, const struct match *match, struct compare *out);

/*
 * When can it have been taken? Of rows that agree: not before the newest of their values came into the vault, not after
 * the first of them that is there no more was gone. Reads every past tag once.
 */
RESULT compare_dates(struct shop *shop, const struct match *match, struct compare *out);

#endif

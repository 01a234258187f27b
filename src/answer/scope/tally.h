/*
 * One count as the verb has it made: in place, or in a thread on a view of the shop while the keeper goes on. Made
 * without writing; what is found is written by scope_verbs.c in one commit. Main calls: tally_new(), tally_run().
 */
#ifndef AMN_ANSWER_SCOPE_TALLY_H
#define AMN_ANSWER_SCOPE_TALLY_H

#include "answer/scope/told.h"
#include "keep/batch.h"

enum { TALLY_FOUND_MAX = 256 };

struct tally {
    uint64_t incident;
    int64_t now_us, detected_us;               /* as struct told has them */
    uint32_t version;                          /* out: its number, if nobody counts meanwhile */
    struct count count;                        /* its suspicion is the caller's to fill in */
    struct scope_found found[TALLY_FOUND_MAX]; /* of the suspicion's files, the caller's to fill in */
    size_t found_count;
    struct hash *hashes;        /* out: one a part, that of everybody first */
    struct buf suspicion, told; /* out: as the incident's line keeps them */
};

RESULT tally_new(struct tally **out);
void tally_free(struct tally **tally);

/* Count. Writes nothing, and asks nothing of the shop but what lies in its store. Errors of count_make(). */
RESULT tally_run(struct shop *shop, struct tally *tally);

/* The same as an errand of the keeper's, which takes the tally over. */
RESULT tally_errand(struct tally **tally, struct errand **out);

#endif

/*
 * Who saw a subject: every entry whose set holds it, found through the sightings (looks) and the chain of its records
 * (changes). Main call: history_each(). Used to answer the person, and by erasure, which keeps its leaves.
 */
#ifndef AMN_KEEP_HISTORY_H
#define AMN_KEEP_HISTORY_H

#include "keep/record.h"

/* One entry that concerns the subject: where it stands in the entry's set. Borrowed for the call. */
struct sighting {
    uint64_t index;
    struct slice bytes; /* the entry's */
    struct entry entry;
    const struct aside_read *aside;
    size_t position;
};

/* Every look at the subject, ascending by hour; then nothing else. Cost: the entries of the hours in which it was seen. */
RESULT history_looks(struct shop *shop, struct subject_no no, RESULT (*each)(void *context, const struct sighting *at),
                     void *context);

/* Every entry that made or changed it, newest first: `newest` is the entry of its present record. */
RESULT history_changes(struct shop *shop, struct subject_no no, uint64_t newest,
                       RESULT (*each)(void *context, const struct sighting *at), void *context);

#endif

/*
 * Who saw a subject: every entry whose set holds it, found through the sightings (looks) and the chain of its records
 * (changes). Main call: history_each(). Used to answer the person, and by erasure, which keeps its leaves.
 */
#ifndef AMN_KEEP_HISTORY_H
#define AMN_KEEP_HISTORY_H

#include "keep/record.h"

struct answer;
struct batch;
struct reader;

/* One entry that concerns the subject: where it stands in the entry's set. Borrowed for the call. */
struct sighting {
    uint64_t index;
    struct slice bytes; /* the entry's */
    struct entry entry;
    const struct aside_read *aside;
    size_t position;
};

/* A part of the looks at somebody, in the order of the ledger. */
struct looks_part {
    uint64_t from; /* index to begin at */
    bool
        bounded; /* open at most LOOK_BUNDLES_MAX bundles, examine about LOOK_GROUPS_MAX groups of sightings */
    bool more;   /* out: it stopped before the end */
    uint64_t next; /* out, if more: the index to go on from; above `from` unless `each` stopped at once */
};
enum { LOOK_BUNDLES_MAX = 64, LOOK_GROUPS_MAX = 4096 };

/*
 * Each look of a part; `each` sets *stop at a look that shall be the first of the next part. Bounded, because the keeper
 * serves nobody else meanwhile: a part may then end before it found anything. Cost: a group 5 us, a bundle 0.1 to 0.5 ms.
 */
RESULT history_part(struct shop *shop, struct subject_no no, struct looks_part *part,
                    RESULT (*each)(void *context, const struct sighting *at, bool *stop), void *context);

/* Which looks to list: all of them where `want` is NULL. */
struct looks_list {
    struct subject_no no;
    uint64_t from, limit; /* index to begin at; items */
    bool proofs, names;   /* names: of readers outside, for who may see them */
    bool (*want)(const void *context, const struct sighting *at);
    const void *context;
};

/*
 * The looks at a subject as an array of maps, "items", and "next": two members of an answer. SUBJECT_UNKNOWN,
 * SUBJECT_ERASED. Bounded as history_part() is, and in what proofs take.
 */
RESULT history_list(struct batch *batch, const struct looks_list *list, struct buf *out);

/* Where to go on, from the "next" of a page before; 0 for an empty text. INVALID. */
RESULT history_after(struct slice text, uint64_t *out);

/* An entry of who asked; whom it concerned stands aside. The answer gets its receipt. */
void history_asked(struct batch *batch, const struct reader *reader, struct slice id, struct answer *out);

/* Every look at the subject, in the order of the ledger. Cost: the bundles of the hours in which it was seen. */
RESULT history_looks(struct shop *shop, struct subject_no no,
                     RESULT (*each)(void *context, const struct sighting *at), void *context);

/* Every entry that made or changed it, newest first: `newest` is the entry of its present record. */
RESULT history_changes(struct shop *shop, struct subject_no no, uint64_t newest,
                       RESULT (*each)(void *context, const struct sighting *at), void *context);

#endif

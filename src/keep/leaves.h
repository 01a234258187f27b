/*
 * The leaves of an entry's set, made again from the subjects' data keys, or taken from what was kept when a subject
 * was erased. They must hash to the root that the entry holds. Main calls: entry_leaves(); verify keeps its own cache
 * of what subject_known() says.
 */
#ifndef AMN_KEEP_LEAVES_H
#define AMN_KEEP_LEAVES_H

#include "keep/record.h"

/* What making a subject's leaves takes. Holds its data key: wiped by known_done(). */
struct known {
    struct subject_no no;
    bool erased;
    uint64_t newest;    /* the entry that wrote the present record */
    struct hash record; /* and that record's hash */
    struct secret data_key;
    struct eras eras; /* and the data keys before it */
};
void known_done(struct known *known);

/* TAMPERED when the subject's record is missing, is no record, or its data key does not open. */
RESULT subject_known(struct shop *shop, struct subject_no no, struct known *out);

/* A place in the set of an entry. Borrowed. */
struct leaf_at {
    const struct entry *entry;
    uint64_t index;
    const struct aside_read *aside;
    size_t position;
};

/* The leaf of the subject who stands there. TAMPERED when what it needs is missing. */
RESULT known_leaf(struct shop *shop, const struct known *known, const struct leaf_at *at, struct hash *out);

/* The hash of the record that the entry at `index` wrote of this subject. TAMPERED when it was not kept. */
RESULT known_record(struct shop *shop, const struct known *known, uint64_t index, struct hash *out);

/*
 * @param out  aside->set_count leaves
 * TAMPERED as above, or when the leaves do not hash to the entry's root. Cost: about 3 us a subject.
 */
RESULT entry_leaves(struct shop *shop, const struct entry *entry, uint64_t index,
                    const struct aside_read *aside, struct hash *out);

/* Does an entry of this kind bind the hash of each record into its leaf? */
bool entry_binds_records(enum entry_kind kind);

#endif

/*
 * The leaves of an entry's set, made again from the subjects' data keys, or taken from what was kept when a subject
 * was erased. They must hash to the root that the entry holds. Main call: entry_leaves().
 */
#ifndef AMN_KEEP_LEAVES_H
#define AMN_KEEP_LEAVES_H

#include "keep/record.h"

/*
 * @param out  aside->set_count leaves
 * TAMPERED when a subject's record is missing or does not open, or the leaves do not hash to the entry's root.
 * Cost: a row and an unwrap a subject, about 3 us.
 */
RESULT entry_leaves(struct shop *shop, const struct entry *entry, uint64_t index, const struct aside_read *aside,
                    struct hash *out);

/* Does an entry of this kind bind the hash of each record into its leaf? */
bool entry_binds_records(enum entry_kind kind);

#endif

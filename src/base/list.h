/*
 * Room for one more at the end of an array that grows by doubling. Running out of memory aborts, as in bytes.h.
 *
 * Must never hold secrets: what it grows out of isn't wiped. Main call: list_room(). Example:
 *     batch->uses = list_room(batch->uses, batch->use_count, &batch->use_cap, sizeof *batch->uses);
 */
#ifndef AMN_BASE_LIST_H
#define AMN_BASE_LIST_H

#include <stddef.h>

void *list_grow(void *at, size_t *cap, size_t item_bytes) __attribute__((returns_nonnull));

/* `at`, or where it stands now: of `count` items there is room for one more. Inline: most calls find it. */
static inline void *list_room(void *at, size_t count, size_t *cap, size_t item_bytes)
{
    return count < *cap ? at : list_grow(at, cap, item_bytes);
}

#endif

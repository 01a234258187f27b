/*
 * A bump allocator for what lives as long as one batch: decoded asks, answers in the making. Wiped when emptied,
 * because personal values pass through it. One thread. Example: `char *at = arena_take(&arena, 30);`
 */
#ifndef AMN_BASE_ARENA_H
#define AMN_BASE_ARENA_H

#include "base/bytes.h"

struct arena_block;
struct arena {
    struct arena_block *blocks; /* newest first */
};

/* `len` zeroed bytes, aligned for any object; they live until arena_reset() or arena_done(). Aborts without memory. */
void *arena_take(struct arena *arena, size_t len);
struct slice arena_copy(struct arena *arena, struct slice bytes);
void arena_reset(struct arena *arena); /* wipe what was used, keep one block */
void arena_done(struct arena *arena);

#endif

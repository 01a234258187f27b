#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK_BYTES = 256 * 1024 };

struct arena_block {
    struct arena_block *older;
    size_t used, room;
    alignas(16) uint8_t bytes[];
};

static struct arena_block *block_new(size_t room, struct arena_block *older)
{
    struct arena_block *block = malloc(sizeof *block + room);
    if (!block) abort();
    block->older = older;
    block->used = 0;
    block->room = room;
    return block;
}

void *arena_take(struct arena *arena, size_t len)
{
    assert(len < SIZE_MAX / 2);
    size_t need = (len + 15) & ~(size_t)15;
    if (!arena->blocks || arena->blocks->room - arena->blocks->used < need) {
        arena->blocks = block_new(need > ARENA_BLOCK_BYTES ? need : ARENA_BLOCK_BYTES, arena->blocks);
    }
    uint8_t *at = arena->blocks->bytes + arena->blocks->used;
    arena->blocks->used += need;
    memset(at, 0, need);
    return at;
}

struct slice arena_copy(struct arena *arena, struct slice bytes)
{
    if (bytes.len == 0) return (struct slice){0};
    uint8_t *at = arena_take(arena, bytes.len);
    memcpy(at, bytes.at, bytes.len);
    return (struct slice){at, bytes.len};
}

static void block_free(struct arena_block *block)
{
    explicit_bzero(block->bytes, block->used);
    free(block);
}

void arena_reset(struct arena *arena)
{
    while (arena->blocks && arena->blocks->older) {
        struct arena_block *older = arena->blocks->older;
        block_free(arena->blocks);
        arena->blocks = older;
    }
    if (arena->blocks) {
        explicit_bzero(arena->blocks->bytes, arena->blocks->used);
        arena->blocks->used = 0;
    }
}

void arena_done(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *older = arena->blocks->older;
        block_free(arena->blocks);
        arena->blocks = older;
    }
}

/*
 * When each key was last used, to the day: a key that nobody uses for KEY_UNUSED_DAYS ends; and what its holders were
 * told of its end. In memory, and in rows with a MAC, written by the first batch of a day that uses a key. A row that is missing or not ours counts as
 * never used, so whoever writes the database can make keys end sooner, never later.
 *
 * Main calls: key_used(), key_unused_us(). Example: `if (now_us >= key_unused_us(shop, key)) …`
 */
#ifndef AMN_KEEP_ACCESS_KEY_USE_H
#define AMN_KEEP_ACCESS_KEY_USE_H

#include "keep/access/access.h"

struct batch;

/* Bits of `told` that a use forgets: what was told of the end that comes for want of use. */
enum { KEY_TOLD_REST = 1U << 3 | 1U << 4 };

struct key_use {
    uint32_t day;  /* since 1970, UTC; 0: never used */
    uint32_t told; /* which marks before its end its holders were told of */
};
struct key_uses {
    struct key_use *at, *kept; /* of key id at id - 1: now, and as it is in the store */
    size_t count;
    bool changed; /* some differ */
};

/* It was let in, in the open batch. */
void key_used(struct shop *shop, uint32_t id, int64_t now_us);

/* Was it ever used? */
bool key_was_used(const struct shop *shop, uint32_t id);

/* When it ends for want of use: KEY_UNUSED_DAYS whole days after the day of its last use, or of its making. */
int64_t key_unused_us(const struct shop *shop, const struct key *key, int64_t now_us);

/* Which marks a key's holders were told of, and to note it in the open batch. */
uint32_t key_told_of(const struct shop *shop, uint32_t id);
void key_told(struct shop *shop, uint32_t id, uint32_t told);

/* Every batch writes the rows that changed in it; then that is durable, or undone. */
RESULT key_uses_write(struct batch *batch);
void key_uses_settle(struct key_uses *uses);
void key_uses_undo(struct key_uses *uses);
/* Read them all, at start, after the keys. One with another MAC is passed over. */
RESULT key_uses_load(struct shop *shop);
void key_uses_done(struct key_uses *uses);

#endif

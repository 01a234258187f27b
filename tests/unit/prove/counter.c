#include "counter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void keep_node(void *context, unsigned level, uint64_t index, const struct hash *hash)
{
    struct counter *counter = context;
    if (level % TILE_HEIGHT != 0) return;
    struct buf *row = &counter->rows[level / TILE_HEIGHT];
    assert(row->len == index * HASH_BYTES); /* nodes come in the order of their tiles */
    buf_put(row, hash->bytes, HASH_BYTES);
}

static RESULT read_row(void *context, unsigned level, uint64_t n, unsigned width, struct buf *out)
{
    struct counter *counter = context;
    struct slice row = buf_slice(&counter->rows[level]);
    counter->reads++;
    buf_slice_put(out, slice_part(row, (size_t)n * TILE_BYTES, (size_t)width * HASH_BYTES));
    return OK;
}

struct counter *counter_new(struct crypto *crypto, uint64_t size)
{
    struct counter *counter = calloc(1, sizeof *counter);
    if (!counter) abort();
    counter->crypto = crypto;
    counter->reader = (struct tile_reader){read_row, counter};
    counter_grow(counter, size);
    return counter;
}

void counter_free(struct counter **counter)
{
    if (!*counter) return;
    for (size_t i = 0; i < TILE_LEVELS; i++) buf_done(&(*counter)->rows[i]);
    free(*counter);
    *counter = NULL;
}

void counter_entry(uint64_t index, uint8_t out[COUNTER_ENTRY_BYTES])
{
    be64_put(out, index);
}

void counter_grow(struct counter *counter, uint64_t size)
{
    struct tree_emit emit = {keep_node, counter};
    while (counter->tree.size < size) {
        uint8_t entry[COUNTER_ENTRY_BYTES];
        struct hash leaf = {{0}};
        counter_entry(counter->tree.size, entry);
        leaf_hash(counter->crypto, (struct slice){entry, sizeof entry}, &leaf);
        tree_append(counter->crypto, &counter->tree, &leaf, &emit);
    }
}

void counter_root(struct counter *counter, uint64_t size, struct hash *out)
{
    merkle_root(counter->crypto, (const struct hash *)counter->rows[0].at, (size_t)size, out);
}

struct test_key test_key_make(struct crypto *crypto, enum key_type type, const char *name,
                              const char *seed_hex)
{
    struct test_key made = {0};
    uint8_t public_key[PUBLIC_KEY_BYTES];
    SECRET seed = {{0}};
    if (!hex_get(slice_text(seed_hex), seed.bytes, SECRET_BYTES)) abort();
    if (signer_new(crypto, &seed, &made.signer).code != CODE_OK) abort();
    signer_public(made.signer, public_key);
    if (note_key_make(crypto, type, slice_text(name), public_key, &made.key).code != CODE_OK) abort();
    return made;
}

void test_key_done(struct test_key *key)
{
    signer_free(&key->signer);
}

void counter_checkpoint(struct counter *counter, const struct test_key *key, uint64_t size, struct buf *out)
{
    struct checkpoint checkpoint = {.size = size};
    assert(strlen(key->key.name) <= ORIGIN_BYTES_MAX);
    memcpy(checkpoint.origin, key->key.name, strlen(key->key.name));
    counter_root(counter, size, &checkpoint.root);
    checkpoint_sign(key->signer, &key->key, &checkpoint, out);
}

void eight_leaves(struct crypto *crypto, struct hash out[8])
{
    const struct slice eight[8] = {
        SLICE_TEXT(""),
        SLICE_TEXT("\x00"),
        SLICE_TEXT("\x10"),
        SLICE_TEXT("\x20\x21"),
        SLICE_TEXT("\x30\x31"),
        SLICE_TEXT("\x40\x41\x42\x43"),
        SLICE_TEXT("\x50\x51\x52\x53\x54\x55\x56\x57"),
        SLICE_TEXT("\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"),
    };
    for (size_t i = 0; i < COUNT_OF(eight); i++) leaf_hash(crypto, eight[i], &out[i]);
}

/*
 * A log for tests, in memory: entry i is i in eight bytes, big-endian. Its hashes stand in one row a tile level, as a
 * store would keep them; the rows may be spoilt on purpose. And two keys: the seeds of RFC 8032 tests 1 and 2.
 */
#ifndef AMN_TESTS_PROVE_COUNTER_H
#define AMN_TESTS_PROVE_COUNTER_H

#include "prove/checkpoint.h"
#include "prove/tile.h"

enum { COUNTER_ENTRY_BYTES = 8 };

struct counter {
    struct crypto *crypto;
    struct tree tree;
    struct buf rows[TILE_LEVELS];
    struct tile_reader reader; /* over these rows */
    size_t reads;              /* tiles given so far */
};

struct counter *counter_new(struct crypto *crypto, uint64_t size);
void counter_free(struct counter **counter);
void counter_grow(struct counter *counter, uint64_t size);
void counter_entry(uint64_t index, uint8_t out[COUNTER_ENTRY_BYTES]);
void counter_root(struct counter *counter, uint64_t size, struct hash *out); /* of its first `size` entries */

/* The leaf hashes of the eight entries that Certificate Transparency's tests use. */
void eight_leaves(struct crypto *crypto, struct hash out[8]);

#define LOG_NAME "vault.example/amanah"
#define LOG_SEED "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define LOG_VKEY "vault.example/amanah+13664933+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
#define WITNESS_NAME "witness.example/w1"
#define WITNESS_SEED "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
#define WITNESS_VKEY "witness.example/w1+04d2d833+BD1AF8PoQ4lakrcKp00bfrycmCzPLsSWjMDNVfEq9GYM"

/* A key with its signer; aborts on a bad seed or name. */
struct test_key {
    struct signer *signer;
    struct note_key key;
};
struct test_key test_key_make(struct crypto *crypto, enum key_type type, const char *name,
                              const char *seed_hex);
void test_key_done(struct test_key *key);

/* Append the signed checkpoint of the log's first `size` entries. */
void counter_checkpoint(struct counter *counter, const struct test_key *key, uint64_t size, struct buf *out);

#endif

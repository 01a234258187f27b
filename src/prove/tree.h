/*
 * The Merkle tree of RFC 6962: hashes of leaves and nodes, a tree that grows by one leaf at a time in constant space,
 * and roots and paths over leaves that lie in memory.
 *
 * A tree keeps only the roots of its perfect subtrees. Must never hash an entry's length or pad a tree. Main calls:
 * tree_append(), tree_root(), merkle_root(). Example:
 *     struct tree tree = {0};  leaf_hash(crypto, entry, &leaf);  tree_append(crypto, &tree, &leaf, NULL);
 */
#ifndef AMN_PROVE_TREE_H
#define AMN_PROVE_TREE_H

#include "crypto/crypto.h"

enum { PROOF_HASHES_MAX = 64, TREE_LEVELS = 64, HASH_TEXT_BYTES = 44 };
#define TREE_SIZE_MAX ((uint64_t)INT64_MAX) /* what a checkpoint can say */

/* Sibling hashes, in the order in which a verifier uses them. */
struct proof {
    size_t count;
    struct hash hashes[PROOF_HASHES_MAX];
};

/* SHA-256(0x00 ‖ entry) and SHA-256(0x01 ‖ left ‖ right); `out` may be one of the inputs. RFC 6962 section 2.1. */
void leaf_hash(struct crypto *crypto, struct slice entry, struct hash *out);
void node_hash(struct crypto *crypto, const struct hash *left, const struct hash *right, struct hash *out);

/* The root of no leaves: SHA-256(""). */
void empty_root(struct hash *out);

/* A tree by the roots of its perfect subtrees: peaks[k], over 2^k leaves, counts iff bit k of size is set. */
struct tree {
    uint64_t size;
    struct hash peaks[TREE_LEVELS];
};

/* Told of every node that a leaf completes, from level 0 upwards; such a node never changes again. */
struct tree_emit {
    void (*node)(void *context, unsigned level, uint64_t index, const struct hash *hash);
    void *context;
};

/**
 * Add the next leaf.
 *
 * @param tree  {0} is the empty tree; size below TREE_SIZE_MAX
 * @param leaf  a leaf_hash(), not an entry
 * @param emit  NULL if nobody wants the nodes; the leaf itself comes first, as (0, old size)
 * Cost: one node hash, amortised. Nodes at levels 0, 8, 16 … are the hashes of the tiles of level 0, 1, 2 …, in order.
 * Source: RFC 6962 section 2.1; C2SP tlog-tiles.
 */
void tree_append(struct crypto *crypto, struct tree *tree, const struct hash *leaf,
                 const struct tree_emit *emit);

/* The root over tree->size leaves: at most 62 node hashes. */
void tree_root(struct crypto *crypto, const struct tree *tree, struct hash *out);

/* Fold perfect subtrees of falling size, `count` 1 … 64, from the right: the root of the range that they cover. */
void hashes_fold(struct crypto *crypto, const struct hash *parts, size_t count, struct hash *out);

/* The root over `count` leaf hashes in memory, 0 leaves included: count - 1 node hashes, 2 KiB of stack. */
void merkle_root(struct crypto *crypto, const struct hash *leaves, size_t count, struct hash *out);

/**
 * The inclusion path of leaf `index` in the tree over `count` leaf hashes in memory.
 *
 * @param index  below `count`
 * @param out    0 … 63 hashes, the leaf's sibling first
 * Cost: count - 1 node hashes at most. Check it with proof_inclusion_check(). Source: RFC 6962 section 2.1.1.
 */
void merkle_path(struct crypto *crypto, const struct hash *leaves, size_t count, size_t index,
                 struct proof *out);

/* The largest power of two strictly below `size`, which is 2 at least: where RFC 6962 splits a tree. */
uint64_t tree_split(uint64_t size);

/* A hash as 44 characters of base64. Reading wants exactly those; false otherwise, and `out` is untouched. */
void hash_text_put(struct buf *out, const struct hash *hash);
bool hash_text_get(struct slice text, struct hash *out);

#endif

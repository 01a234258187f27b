#include "prove/tree.h"

#include <assert.h>
#include <string.h>

_Static_assert(sizeof(struct hash) == HASH_BYTES, "tiles are read in place as arrays of hashes");

void leaf_hash(struct crypto *crypto, struct slice entry, struct hash *out)
{
    static const uint8_t zero = 0;
    struct slice parts[] = {{&zero, 1}, entry};
    sha256(crypto, parts, COUNT_OF(parts), out);
}

void node_hash(struct crypto *crypto, const struct hash *left, const struct hash *right, struct hash *out)
{
    uint8_t input[1 + 2 * HASH_BYTES]; /* one update is measurably faster than three */
    input[0] = 1;
    memcpy(input + 1, left->bytes, HASH_BYTES);
    memcpy(input + 1 + HASH_BYTES, right->bytes, HASH_BYTES);
    sha256_one(crypto, (struct slice){input, sizeof input}, out);
}

void empty_root(struct hash *out)
{
    static const struct hash empty = {{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
                                       0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
                                       0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}};
    *out = empty;
}

static void tell(const struct tree_emit *emit, unsigned level, uint64_t index, const struct hash *node)
{
    if (emit) emit->node(emit->context, level, index, node);
}

void tree_append(struct crypto *crypto, struct tree *tree, const struct hash *leaf,
                 const struct tree_emit *emit)
{
    assert(crypto && tree && leaf);
    assert(tree->size < TREE_SIZE_MAX);
    struct hash node = *leaf;
    unsigned level = 0;
    tell(emit, 0, tree->size, &node);
    while (tree->size >> level & 1) {
        node_hash(crypto, &tree->peaks[level], &node, &node);
        level++;
        tell(emit, level, tree->size >> level, &node);
    }
    tree->peaks[level] = node;
    tree->size++;
}

void tree_root(struct crypto *crypto, const struct tree *tree, struct hash *out)
{
    assert(crypto && tree && out);
    if (tree->size == 0) {
        empty_root(out);
        return;
    }
    unsigned level = (unsigned)__builtin_ctzll(tree->size);
    struct hash root = tree->peaks[level];
    for (level++; level < TREE_LEVELS; level++) {
        if (tree->size >> level & 1) node_hash(crypto, &tree->peaks[level], &root, &root);
    }
    *out = root;
}

void hashes_fold(struct crypto *crypto, const struct hash *parts, size_t count, struct hash *out)
{
    assert(count > 0 && count <= TREE_LEVELS);
    struct hash root = parts[count - 1];
    for (size_t i = count - 1; i-- > 0;) node_hash(crypto, &parts[i], &root, &root);
    *out = root;
}

void merkle_root(struct crypto *crypto, const struct hash *leaves, size_t count, struct hash *out)
{
    assert(leaves || count == 0);
    if (count == 1) { /* most looks are at one person */
        *out = leaves[0];
        return;
    }
    struct tree tree = {0};
    for (size_t i = 0; i < count; i++) tree_append(crypto, &tree, &leaves[i], NULL);
    tree_root(crypto, &tree, out);
}

uint64_t tree_split(uint64_t size)
{
    assert(size > 1);
    return (uint64_t)1 << (63 - __builtin_clzll(size - 1));
}

void merkle_path(struct crypto *crypto, const struct hash *leaves, size_t count, size_t index,
                 struct proof *out)
{
    assert(index < count && out);
    size_t low = 0, high = count, used = 0;
    struct hash fromtop[TREE_LEVELS];
    while (high - low > 1) {
        assert(used < TREE_LEVELS);
        size_t middle = low + tree_split(high - low);
        if (index < middle) {
            merkle_root(crypto, leaves + middle, high - middle, &fromtop[used++]);
            high = middle;
        } else {
            merkle_root(crypto, leaves + low, middle - low, &fromtop[used++]);
            low = middle;
        }
    }
    out->count = used;
    for (size_t i = 0; i < used; i++) out->hashes[i] = fromtop[used - 1 - i];
}

void hash_text_put(struct buf *out, const struct hash *hash)
{
    base64_put(out, (struct slice){hash->bytes, HASH_BYTES});
}

bool hash_text_get(struct slice text, struct hash *out)
{
    SCOPED(buf_done) struct buf bytes = {0};
    if (text.len != HASH_TEXT_BYTES) return false;
    if (base64_get(text, &bytes).code != CODE_OK || bytes.len != HASH_BYTES) return false;
    memcpy(out->bytes, bytes.at, HASH_BYTES);
    return true;
}

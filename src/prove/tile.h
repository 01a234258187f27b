/*
 * Tiles and entry bundles of C2SP tlog-tiles: which exist, what they are called, how nodes are read from them, and
 * whether a whole log's tiles hang together.
 *
 * A tile is a run of up to 256 hashes of one tree level; a partial tile is a prefix of the later full one, so a store
 * needs one flat row of hashes a level. Must never hash a partial tile into the level above. Main calls:
 * tile_path_get(), tiles_node(), tiles_check(). Example:
 *     SCOPED(tiles_done) struct tiles tiles = tiles_of(crypto, &reader, size);  TRY(tiles_range(&tiles, 0, 4, &hash));
 */
#ifndef AMN_PROVE_TILE_H
#define AMN_PROVE_TILE_H

#include "prove/tree.h"

enum {
    TILE_HEIGHT = 8,
    TILE_WIDTH = 256,
    TILE_BYTES = TILE_WIDTH * HASH_BYTES,
    TILE_LEVELS = 8,          /* levels that a tree of 2^63 leaves can have */
    TILE_PATH_LEVEL_MAX = 63, /* what a path may say */
    TILE_PATH_BYTES_MAX = 64,
    TILES_HELD_MAX = 2 * TILE_LEVELS,
    ENTRY_BYTES_MAX = 65535
};
#define TILE_N_MAX (((uint64_t)1 << 55) - 1) /* the last level-0 tile of a tree of 2^63 leaves */

struct tile_at {
    bool entries; /* a bundle of entries; then level is 0 */
    unsigned level;
    uint64_t n;
    unsigned width; /* 1 … 256; 256 is a full tile */
};

/* How many hashes tile (level, n) has in a tree of `size`: 0 if it does not exist, 256 if it is full. */
unsigned tile_width(uint64_t size, unsigned level, uint64_t n);

/* "tile/0/x001/x234/067.p/5", "tile/entries/000": no leading slash. `at` must be one that can exist. */
void tile_path_put(struct buf *out, const struct tile_at *at);

/* Strict: one path a tile. INVALID otherwise, and `out` is untouched. Whether the tile exists is not asked. */
RESULT tile_path_get(struct slice path, struct tile_at *out);

/*
 * Where tiles come from. `read` appends exactly 32 * width bytes of tile (level, n) to `out`, width 1 … 256, and asks
 * nobody to check them. UNAVAILABLE or NOT_FOUND if it cannot. A larger stored tile is cut to its first `width` hashes.
 */
struct tile_reader {
    RESULT (*read)(void *context, unsigned level, uint64_t n, unsigned width, struct buf *out);
    void *context;
};

/* The tiles of the tree of the first `size` leaves, each read once and held: at most 16, two a level, 128 KiB. */
struct tiles {
    struct crypto *crypto;
    const struct tile_reader *reader;
    uint64_t size;
    size_t next;
    struct tile_held {
        struct tile_at at; /* width 0: nothing held */
        struct buf bytes;
    } held[TILES_HELD_MAX];
};

struct tiles tiles_of(struct crypto *crypto, const struct tile_reader *reader, uint64_t size);
void tiles_done(struct tiles *tiles);

/**
 * Node (level, index): the root over leaves [index * 2^level, (index + 1) * 2^level), which must all be in the tree.
 *
 * @return TAMPERED  the reader gave a tile of the wrong length; else what the reader says
 * Cost: one tile, at most 127 node hashes. The hash is as good as the tile: check what is made of it against a root.
 */
RESULT tiles_node(struct tiles *tiles, unsigned level, uint64_t index, struct hash *out);

/* The root over leaves [low, high), low < high <= size, low a multiple of the largest power of two <= high - low. */
RESULT tiles_range(struct tiles *tiles, uint64_t low, uint64_t high, struct hash *out);

/* The tree as tree_append() would have left it, to go on appending; its root is for the caller to compare. */
RESULT tiles_tree(struct tiles *tiles, struct tree *out);

/* Told of each level-0 tile in order, `count` 1 … 256 leaf hashes from leaf `first`. A failure ends the walk. */
struct tile_visit {
    RESULT (*leaves)(void *context, uint64_t first, const struct hash *leaves, size_t count);
    void *context;
};

struct tiles_report {
    uint64_t tiles;     /* read */
    bool named;         /* `bad` is set */
    struct tile_at bad; /* the first tile found changed */
};

/**
 * Check every tile of a log: hash all level-0 tiles up to the root and compare every stored hash above with it.
 *
 * @param size    0 … TREE_SIZE_MAX, from a verified checkpoint
 * @param root    of that checkpoint
 * @param visit   NULL, or who compares the leaf hashes with entries: they are proved good only when this returns OK
 * @param report  filled on failure too
 * @return TAMPERED  a tile was changed, or the root is not of these tiles: stop and alarm; the text names the tile.
 *                   A wrong root and a changed last level-0 tile cannot be told apart, and the text says so.
 *         else      what the reader or the visitor says
 * Cost: each tile once, one node hash a leaf, 8 KiB a level of memory.
 * Source: C2SP tlog-tiles; CVE-2026-56865 (a reference client left tiles unchecked).
 */
RESULT tiles_check(struct crypto *crypto, const struct tile_reader *reader, uint64_t size,
                   const struct hash *root, const struct tile_visit *visit, struct tiles_report *report);

/* Append one entry, at most ENTRY_BYTES_MAX bytes, to a bundle: its length in two bytes, then its bytes. */
void bundle_put(struct buf *out, struct slice entry);

/* Cut a bundle into `count` entries, 1 … 256, borrowed from it; `out` takes as many. CORRUPT if there are more or less. */
RESULT bundle_get(struct slice bundle, unsigned count, struct slice *out);

#endif

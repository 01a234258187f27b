#include "prove/tile.h"

#include "prove/prove_priv.h"

#include <assert.h>
#include <string.h>

enum { GROUP_DIGITS = 3, GROUPS_MAX = 7, GROUP = 1000 };

unsigned tile_width(uint64_t size, unsigned level, uint64_t n)
{
    if (level >= TILE_LEVELS || n > TILE_N_MAX) return 0;
    uint64_t hashes = size >> (TILE_HEIGHT * level), first = n * TILE_WIDTH;
    if (hashes <= first) return 0;
    return hashes - first >= TILE_WIDTH ? TILE_WIDTH : (unsigned)(hashes - first);
}

void tile_path_put(struct buf *out, const struct tile_at *at)
{
    assert(at->width > 0 && at->width <= TILE_WIDTH && at->level <= TILE_PATH_LEVEL_MAX &&
           at->n <= TILE_N_MAX);
    assert(!at->entries || at->level == 0);
    unsigned groups[GROUPS_MAX];
    size_t count = 0;
    uint64_t rest = at->n;
    do {
        groups[count++] = (unsigned)(rest % GROUP);
        rest /= GROUP;
    } while (rest > 0);
    if (at->entries) {
        buf_text(out, "tile/entries/");
    } else {
        buf_print(out, "tile/%u/", at->level);
    }
    while (count > 1) buf_print(out, "x%03u/", groups[--count]);
    buf_print(out, "%03u", groups[0]);
    if (at->width < TILE_WIDTH) buf_print(out, ".p/%u", at->width);
}

/* Cut text up to the first `end` off `rest`, and the end too; everything if there is none. */
static struct slice until(struct slice *rest, char end)
{
    const uint8_t *at = rest->len > 0 ? memchr(rest->at, end, rest->len) : NULL;
    struct slice part = at ? slice_part(*rest, 0, (size_t)(at - rest->at)) : *rest;
    *rest = slice_from(*rest, part.len + 1);
    return part;
}

static bool group_get(struct slice text, uint64_t *n)
{
    if (text.len != GROUP_DIGITS) return false;
    unsigned group = 0;
    for (size_t i = 0; i < GROUP_DIGITS; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return false;
        group = group * 10 + (unsigned)(text.at[i] - '0');
    }
    if (*n > (TILE_N_MAX - group) / GROUP) return false;
    *n = *n * GROUP + group;
    return true;
}

/* Reads every spelling that could be meant; tile_path_get() then admits the one that writing gives. */
static bool path_read(struct slice rest, struct tile_at *at)
{
    uint64_t level = 0, width = TILE_WIDTH;
    if (!slice_is(until(&rest, '/'), "tile")) return false;
    struct slice name = until(&rest, '/');
    at->entries = slice_is(name, "entries");
    if (!at->entries && (!decimal_get(name, &level) || level > TILE_PATH_LEVEL_MAX)) return false;
    for (int i = 0; slice_starts(rest, "x"); i++) {
        if (i == GROUPS_MAX || !group_get(slice_from(until(&rest, '/'), 1), &at->n)) return false;
    }
    if (!group_get(until(&rest, '.'), &at->n)) return false;
    if (rest.len > 0) {
        if (!slice_is(until(&rest, '/'), "p") || !decimal_get(rest, &width) || width == 0) return false;
        if (width >= TILE_WIDTH) return false;
    }
    at->level = (unsigned)level;
    at->width = (unsigned)width;
    return true;
}

RESULT tile_path_get(struct slice path, struct tile_at *out)
{
    assert(out);
    struct tile_at at = {0};
    SCOPED(buf_done) struct buf again = {0};
    if (path.len > TILE_PATH_BYTES_MAX || !path_read(path, &at)) {
        return FAIL(INVALID,
                    "tile path: not of the form tile/LEVEL/N or tile/entries/N, with .p/WIDTH if partial");
    }
    tile_path_put(&again, &at);
    if (!slice_equal(path, buf_slice(&again)))
        return FAIL(INVALID, "tile path: not the one spelling of this tile");
    *out = at;
    return OK;
}

static RESULT named_failure(const struct tile_at *at, const char *what)
{
    SCOPED(buf_done) struct buf path = {0};
    tile_path_put(&path, at);
    return FAIL(TAMPERED, "%s: %s; stop, raise the alarm, and compare with a backup", buf_c(&path), what);
}

static RESULT tile_read(const struct tile_reader *reader, const struct tile_at *at, struct buf *out)
{
    assert(at->width > 0 && out->len == 0);
    TRY(reader->read(reader->context, at->level, at->n, at->width, out));
    if (out->len != (size_t)at->width * HASH_BYTES) return named_failure(at, "not as long as its width says");
    return OK;
}

static const struct hash *hashes_in(const struct buf *bytes)
{
    return (const struct hash *)bytes->at;
}

struct tiles tiles_of(struct crypto *crypto, const struct tile_reader *reader, uint64_t size)
{
    assert(crypto && reader && size <= TREE_SIZE_MAX);
    return (struct tiles){.crypto = crypto, .reader = reader, .size = size};
}

void tiles_done(struct tiles *tiles)
{
    for (size_t i = 0; i < TILES_HELD_MAX; i++) buf_done(&tiles->held[i].bytes);
    *tiles = (struct tiles){0};
}

static RESULT tiles_hold(struct tiles *tiles, unsigned level, uint64_t n, const struct hash **out)
{
    for (size_t i = 0; i < TILES_HELD_MAX; i++) {
        struct tile_held *held = &tiles->held[i];
        if (held->at.width > 0 && held->at.level == level && held->at.n == n) {
            *out = hashes_in(&held->bytes);
            return OK;
        }
    }
    SCOPED(buf_done) struct buf bytes = {0};
    struct tile_at at = {.level = level, .n = n, .width = tile_width(tiles->size, level, n)};
    TRY(tile_read(tiles->reader, &at, &bytes));
    struct tile_held *held = &tiles->held[tiles->next++ % TILES_HELD_MAX];
    buf_done(&held->bytes);
    held->at = at;
    held->bytes = TAKE(bytes);
    *out = hashes_in(&held->bytes);
    return OK;
}

RESULT tiles_node(struct tiles *tiles, unsigned level, uint64_t index, struct hash *out)
{
    assert(tiles && out && level < TREE_LEVELS - 1);
    assert(index < tiles->size >> level);
    unsigned rise = level % TILE_HEIGHT;
    uint64_t first = index << rise;
    const struct hash *hashes = NULL;
    TRY(tiles_hold(tiles, level / TILE_HEIGHT, first / TILE_WIDTH, &hashes));
    merkle_root(tiles->crypto, hashes + first % TILE_WIDTH, (size_t)1 << rise, out);
    return OK;
}

RESULT tiles_range(struct tiles *tiles, uint64_t low, uint64_t high, struct hash *out)
{
    assert(low < high && high <= tiles->size);
    struct hash parts[TREE_LEVELS];
    size_t count = 0;
    while (low < high) {
        unsigned level = 63 - (unsigned)__builtin_clzll(high - low);
        assert(count < TREE_LEVELS && (low & (((uint64_t)1 << level) - 1)) == 0);
        TRY(tiles_node(tiles, level, low >> level, &parts[count++]));
        low += (uint64_t)1 << level;
    }
    hashes_fold(tiles->crypto, parts, count, out);
    return OK;
}

RESULT tiles_tree(struct tiles *tiles, struct tree *out)
{
    struct tree tree = {.size = tiles->size};
    for (unsigned level = 0; level < TREE_LEVELS - 1; level++) {
        uint64_t nodes = tiles->size >> level;
        if (nodes & 1) TRY(tiles_node(tiles, level, nodes - 1, &tree.peaks[level]));
    }
    *out = tree;
    return OK;
}

void bundle_put(struct buf *out, struct slice entry)
{
    assert(entry.len <= ENTRY_BYTES_MAX);
    buf_be16(out, (uint16_t)entry.len);
    buf_slice_put(out, entry);
}

RESULT bundle_get(struct slice bundle, unsigned count, struct slice *out)
{
    assert(count > 0 && count <= TILE_WIDTH);
    struct cursor cursor = {bundle, false};
    struct slice entries[TILE_WIDTH];
    for (unsigned i = 0; i < count; i++) entries[i] = cursor_take(&cursor, cursor_be16(&cursor));
    if (cursor.bad || cursor.rest.len > 0) {
        return FAIL(TAMPERED, "entry bundle: does not hold exactly %u entries; stop and raise the alarm",
                    count);
    }
    memcpy(out, entries, count * sizeof entries[0]);
    return OK;
}

/* The walk of tiles_check(): level-0 tiles stream through `tree`, one tile of each level above is held beside it. */
struct walk {
    const struct tile_reader *reader;
    uint64_t size;
    struct tiles_report *report;
    struct tile_held above[TILE_LEVELS];
    struct result failed;
    struct tile_at differs; /* the first stored tile that is not what its leaves hash to; width 0: none */
    uint64_t differs_index; /* of the hash within its level */
};

static void walk_done(struct walk *walk)
{
    for (size_t i = 0; i < TILE_LEVELS; i++) buf_done(&walk->above[i].bytes);
}

static RESULT walk_read(struct walk *walk, const struct tile_at *at, struct buf *out)
{
    buf_clear(out);
    walk->report->tiles++;
    struct result result = tile_read(walk->reader, at, out);
    if (result.code == CODE_CORRUPT) {
        walk->report->named = true;
        walk->report->bad = *at;
    }
    return result;
}

static RESULT walk_above(struct walk *walk, unsigned level, uint64_t n, const struct tile_held **out)
{
    struct tile_held *held = &walk->above[level];
    if (held->at.width == 0 || held->at.n != n) {
        struct tile_at at = {.level = level, .n = n, .width = tile_width(walk->size, level, n)};
        held->at = (struct tile_at){0};
        TRY(walk_read(walk, &at, &held->bytes));
        held->at = at;
    }
    *out = held;
    return OK;
}

static void walk_compare(void *context, unsigned level, uint64_t index, const struct hash *node)
{
    struct walk *walk = context;
    if (level == 0 || level % TILE_HEIGHT != 0 || walk->failed.code != CODE_OK || walk->differs.width > 0)
        return;
    const struct tile_held *held = NULL;
    walk->failed = walk_above(walk, level / TILE_HEIGHT, index / TILE_WIDTH, &held);
    if (walk->failed.code != CODE_OK) return;
    if (!hash_equal(node, &hashes_in(&held->bytes)[index % TILE_WIDTH])) {
        walk->differs = held->at;
        walk->differs_index = index;
    }
}

/*
 * A stored tile and the leaves under it disagree: one of the two was changed. A full tile is judged by its own parent;
 * a partial one stands on the right edge and is judged by the root, which was recomputed from the leaves alone.
 */
static RESULT walk_blame(struct crypto *crypto, struct walk *walk, bool root_good)
{
    const struct tile_at *above = &walk->differs;
    bool above_good = !root_good;
    if (above->width == TILE_WIDTH) {
        SCOPED(buf_done) struct buf bytes = {0};
        const struct tile_held *parent = NULL;
        struct hash root = {{0}};
        TRY(walk_read(walk, above, &bytes));
        TRY(walk_above(walk, above->level + 1, above->n / TILE_WIDTH, &parent));
        merkle_root(crypto, hashes_in(&bytes), TILE_WIDTH, &root);
        above_good = hash_equal(&root, &hashes_in(&parent->bytes)[above->n % TILE_WIDTH]);
    }
    struct tile_at below = {.level = above->level - 1, .n = walk->differs_index, .width = TILE_WIDTH};
    walk->report->named = true;
    walk->report->bad = above_good ? below : *above;
    return named_failure(&walk->report->bad,
                         above_good ? "does not hash to its parent" : "is not what its tiles hash to");
}

static RESULT walk_verdict(struct crypto *crypto, struct walk *walk, const struct hash *got,
                           const struct hash *want)
{
    bool root_good = hash_equal(got, want);
    if (walk->differs.width > 0) return walk_blame(crypto, walk, root_good);
    if (root_good) return OK;
    struct tile_at last = {.n = walk->size / TILE_WIDTH,
                           .width = tile_width(walk->size, 0, walk->size / TILE_WIDTH)};
    if (last.width == 0) {
        return FAIL(
            TAMPERED,
            "checkpoint: its root is not of these tiles; stop, raise the alarm, and compare with a pin");
    }
    walk->report->named = true;
    walk->report->bad = last;
    return named_failure(&last, "does not hash to the checkpoint's root, or the root is another log's");
}

RESULT tiles_check(struct crypto *crypto, const struct tile_reader *reader, uint64_t size,
                   const struct hash *root, const struct tile_visit *visit, struct tiles_report *report)
{
    assert(crypto && reader && root && report && size <= TREE_SIZE_MAX);
    *report = (struct tiles_report){0};
    SCOPED(walk_done) struct walk walk = {.reader = reader, .size = size, .report = report, .failed = OK};
    SCOPED(buf_done) struct buf bytes = {0};
    struct tree_emit emit = {walk_compare, &walk};
    struct tree tree = {0};
    for (uint64_t n = 0; tree.size < size; n++) {
        struct tile_at at = {.n = n, .width = tile_width(size, 0, n)};
        TRY(walk_read(&walk, &at, &bytes));
        if (visit) TRY(visit->leaves(visit->context, tree.size, hashes_in(&bytes), at.width));
        for (unsigned i = 0; i < at.width; i++) tree_append(crypto, &tree, &hashes_in(&bytes)[i], &emit);
        TRY(walk.failed);
    }
    struct hash got = {{0}};
    tree_root(crypto, &tree, &got);
    return walk_verdict(crypto, &walk, &got, root);
}

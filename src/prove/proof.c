#include "prove/proof.h"

#include "prove/prove_priv.h"

#include <assert.h>
#include <string.h>

static const char file_head[] = "c2sp.org/tlog-proof@v1";

static void reversed(const struct hash *hashes, size_t count, struct proof *out)
{
    assert(count <= PROOF_HASHES_MAX);
    out->count = count;
    for (size_t i = 0; i < count; i++) out->hashes[i] = hashes[count - 1 - i];
}

RESULT proof_inclusion(struct crypto *crypto, const struct tile_reader *reader, uint64_t size, uint64_t index,
                       struct proof *out)
{
    assert(index < size && out);
    SCOPED(tiles_done) struct tiles tiles = tiles_of(crypto, reader, size);
    struct hash from_top[PROOF_HASHES_MAX];
    size_t count = 0;
    uint64_t low = 0, high = size;
    while (high - low > 1) {
        assert(count < PROOF_HASHES_MAX);
        uint64_t middle = low + tree_split(high - low);
        if (index < middle) {
            TRY(tiles_range(&tiles, middle, high, &from_top[count++]));
            high = middle;
        } else {
            TRY(tiles_range(&tiles, low, middle, &from_top[count++]));
            low = middle;
        }
    }
    reversed(from_top, count, out);
    return OK;
}

RESULT proof_consistency(struct crypto *crypto, const struct tile_reader *reader, uint64_t old, uint64_t size,
                         struct proof *out)
{
    assert(old <= size && out);
    SCOPED(tiles_done) struct tiles tiles = tiles_of(crypto, reader, size);
    struct hash from_top[PROOF_HASHES_MAX];
    size_t count = 0;
    uint64_t low = 0, high = old == 0 ? 0 : size;
    while (high != old) {
        assert(count < PROOF_HASHES_MAX);
        uint64_t middle = low + tree_split(high - low);
        if (old <= middle) {
            TRY(tiles_range(&tiles, middle, high, &from_top[count++]));
            high = middle;
        } else {
            TRY(tiles_range(&tiles, low, middle, &from_top[count++]));
            low = middle;
        }
    }
    assert(count < PROOF_HASHES_MAX);
    if (low > 0) TRY(tiles_range(&tiles, low, high, &from_top[count++]));
    reversed(from_top, count, out);
    return OK;
}

/* The place of a node and of the last node, climbing from a level to the next. */
struct climb {
    uint64_t at, last;
};

/* The sibling lies to the left; then levels without a sibling are climbed too. */
static bool climb_left(struct climb *climb)
{
    if (!(climb->at & 1) && climb->at != climb->last) return false;
    while (climb->at != 0 && !(climb->at & 1)) {
        climb->at >>= 1;
        climb->last >>= 1;
    }
    return true;
}

static void climb_up(struct climb *climb)
{
    climb->at >>= 1;
    climb->last >>= 1;
}

RESULT proof_inclusion_check(struct crypto *crypto, uint64_t index, uint64_t size, const struct hash *leaf,
                             const struct proof *proof, const struct hash *root)
{
    assert(crypto && leaf && proof && root);
    if (index >= size) return FAIL(PROOF_BAD, "inclusion proof: the index is not below the size");
    if (proof->count > PROOF_HASHES_MAX) return FAIL(PROOF_BAD, "inclusion proof: too long");
    struct climb climb = {index, size - 1};
    struct hash hash = *leaf;
    for (size_t i = 0; i < proof->count; i++) {
        if (climb.last == 0) return FAIL(PROOF_BAD, "inclusion proof: longer than the tree is high");
        if (climb_left(&climb)) {
            node_hash(crypto, &proof->hashes[i], &hash, &hash);
        } else {
            node_hash(crypto, &hash, &proof->hashes[i], &hash);
        }
        climb_up(&climb);
    }
    if (climb.last != 0 || !hash_equal(&hash, root)) {
        return FAIL(PROOF_BAD, "inclusion proof: the entry is not in the log at this index");
    }
    return OK;
}

/* Both roots that a consistency proof leads to. */
struct two_roots {
    struct hash old, new;
};

static bool climb_both(struct crypto *crypto, struct climb climb, const struct hash *hashes, size_t count,
                       struct two_roots *roots)
{
    for (size_t i = 0; i < count; i++) {
        if (climb.last == 0) return false;
        if (climb_left(&climb)) {
            node_hash(crypto, &hashes[i], &roots->old, &roots->old);
            node_hash(crypto, &hashes[i], &roots->new, &roots->new);
        } else {
            node_hash(crypto, &roots->new, &hashes[i], &roots->new);
        }
        climb_up(&climb);
    }
    return climb.last == 0;
}

RESULT proof_consistency_check(struct crypto *crypto, uint64_t old, uint64_t size,
                               const struct hash *old_root, const struct hash *root,
                               const struct proof *proof)
{
    assert(crypto && old_root && root && proof);
    bool trivial = old == 0 || old == size;
    if (old > size || proof->count > PROOF_HASHES_MAX || trivial != (proof->count == 0)) {
        return FAIL(PROOF_BAD, "consistency proof: not of the length that these sizes need");
    }
    if (trivial) {
        if (old == size && !hash_equal(old_root, root)) {
            return FAIL(PROOF_BAD, "consistency proof: one size, two roots; the log was rewritten");
        }
        return OK;
    }
    bool perfect = (old & (old - 1)) == 0; /* then the old root is itself the first node */
    const struct hash *first = perfect ? old_root : &proof->hashes[0];
    size_t skip = perfect ? 0 : 1;
    struct two_roots roots = {*first, *first};
    struct climb climb = {old - 1, size - 1};
    while (climb.at & 1) climb_up(&climb);
    if (!climb_both(crypto, climb, proof->hashes + skip, proof->count - skip, &roots) ||
        !hash_equal(&roots.old, old_root) || !hash_equal(&roots.new, root)) {
        return FAIL(PROOF_BAD, "consistency proof: the larger log is not a continuation of the smaller");
    }
    return OK;
}

void proof_lines_put(struct buf *out, const struct proof *proof)
{
    assert(proof->count <= PROOF_HASHES_MAX);
    for (size_t i = 0; i < proof->count; i++) {
        hash_text_put(out, &proof->hashes[i]);
        buf_byte(out, '\n');
    }
}

RESULT proof_lines_get(struct slice lines, struct proof *out)
{
    struct proof proof = {0};
    struct slice line = {0};
    while (line_next(&lines, &line)) {
        if (proof.count == PROOF_HASHES_MAX)
            return FAIL(INVALID, "proof: more than %d hashes", PROOF_HASHES_MAX);
        if (!hash_text_get(line, &proof.hashes[proof.count++]))
            return FAIL(INVALID, "proof: a line is not a hash");
    }
    if (lines.len > 0) return FAIL(INVALID, "proof: does not end in a newline");
    *out = proof;
    return OK;
}

void tlog_proof_done(struct tlog_proof *file)
{
    buf_done(&file->extra);
    *file = (struct tlog_proof){0};
}

void tlog_proof_put(struct buf *out, const struct tlog_proof *file)
{
    assert(file->index < TREE_SIZE_MAX && file->extra.len <= PROOF_EXTRA_BYTES_MAX);
    buf_text(out, file_head);
    buf_byte(out, '\n');
    if (file->extra.len > 0) {
        buf_text(out, "extra ");
        base64_put(out, buf_slice(&file->extra));
        buf_byte(out, '\n');
    }
    buf_text(out, "index ");
    buf_decimal(out, file->index);
    buf_byte(out, '\n');
    proof_lines_put(out, &file->proof);
    buf_byte(out, '\n');
    buf_slice_put(out, file->checkpoint);
}

static RESULT extra_get(struct slice text, struct buf *out)
{
    if (text.len == 0 || text.len > ((size_t)PROOF_EXTRA_BYTES_MAX + 2) / 3 * 4) {
        return FAIL(INVALID, "proof file: its extra data is empty or above %d bytes", PROOF_EXTRA_BYTES_MAX);
    }
    TRY(base64_get(text, out));
    if (out->len > PROOF_EXTRA_BYTES_MAX) return FAIL(INVALID, "proof file: its extra data is too long");
    return OK;
}

RESULT tlog_proof_get(struct slice bytes, struct tlog_proof *out)
{
    assert(out);
    SCOPED(tlog_proof_done) struct tlog_proof file = {0};
    struct slice rest = bytes, line = {0};
    if (bytes.len > PROOF_FILE_BYTES_MAX)
        return FAIL(INVALID, "proof file: above %d bytes", PROOF_FILE_BYTES_MAX);
    if (!line_next(&rest, &line) || !slice_is(line, file_head)) {
        return FAIL(INVALID, "proof file: does not begin with %s", file_head);
    }
    bool more = line_next(&rest, &line);
    if (more && slice_starts(line, "extra ")) {
        TRY(extra_get(slice_from(line, strlen("extra ")), &file.extra));
        more = line_next(&rest, &line);
    }
    if (!more || !slice_starts(line, "index ") ||
        !decimal_get(slice_from(line, strlen("index ")), &file.index)) {
        return FAIL(INVALID, "proof file: no valid index line");
    }
    const uint8_t *hashes = rest.at;
    size_t hashes_len = 0;
    do {
        if (!line_next(&rest, &line)) return FAIL(INVALID, "proof file: no empty line before its checkpoint");
        hashes_len += line.len + 1;
    } while (line.len > 0);
    TRY(proof_lines_get((struct slice){hashes, hashes_len - 1}, &file.proof));
    struct note note = {0};
    TRY(note_parse(rest, &note));
    file.checkpoint = rest;
    *out = TAKE(file);
    return OK;
}

RESULT tlog_proof_check(struct crypto *crypto, const struct tlog_proof *file, const struct hash *leaf,
                        struct note_check *checks, size_t count, struct checkpoint *out)
{
    assert(crypto && file && leaf && out);
    assert(count > 0 && count <= NOTE_CHECKS_MAX);
    struct checkpoint checkpoint = {0};
    struct note_check seen[NOTE_CHECKS_MAX];
    memcpy(seen, checks, count * sizeof *checks);
    TRY(checkpoint_open(crypto, file->checkpoint, seen, count, &checkpoint));
    TRY(proof_inclusion_check(crypto, file->index, checkpoint.size, leaf, &file->proof, &checkpoint.root));
    memcpy(checks, seen, count * sizeof *checks);
    *out = checkpoint;
    return OK;
}

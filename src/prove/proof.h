/*
 * Proofs: that an entry is in a log, and that a log only grew. Made from tiles, checked against roots, and kept in the
 * `.tlog-proof` files that public tools read (C2SP tlog-proof).
 *
 * Must never take a leaf hash from a proof file: it comes from the entry in hand. Main calls: proof_inclusion(),
 * proof_consistency(), tlog_proof_check(). Example:
 *     TRY(proof_inclusion(crypto, &reader, size, index, &proof));
 *     TRY(proof_inclusion_check(crypto, index, size, &leaf, &proof, &root));
 */
#ifndef AMN_PROVE_PROOF_H
#define AMN_PROVE_PROOF_H

#include "prove/checkpoint.h"
#include "prove/tile.h"

enum { PROOF_EXTRA_BYTES_MAX = 65536, PROOF_FILE_BYTES_MAX = NOTE_BYTES_MAX };

/**
 * Inclusion proof of leaf `index` in the tree of the first `size` leaves, read from tiles.
 *
 * @param reader  gives the tiles of any size up to the log's
 * @param size    1 … TREE_SIZE_MAX
 * @param index   below `size`
 * @param out     0 … 63 hashes, leaf's sibling first; untouched on failure
 * @return TAMPERED  a tile has the wrong length; else what the reader says
 * Cost: at most two tiles a level, each read once. A changed tile shows only when the proof is checked.
 * Source: RFC 6962 section 2.1.1; C2SP tlog-tiles.
 */
RESULT proof_inclusion(struct crypto *crypto, const struct tile_reader *reader, uint64_t size, uint64_t index,
                       struct proof *out);

/* The same that the tree of `old` leaves is the start of that of `size`; old <= size. Empty for 0 and for `size`. */
RESULT proof_consistency(struct crypto *crypto, const struct tile_reader *reader, uint64_t old, uint64_t size,
                         struct proof *out);

/* OK iff `leaf` is leaf `index` of the tree (size, root); PROOF_BAD otherwise. RFC 9162 section 2.1.3.2. */
RESULT proof_inclusion_check(struct crypto *crypto, uint64_t index, uint64_t size, const struct hash *leaf,
                             const struct proof *proof, const struct hash *root);

/* OK iff the tree (old, old_root) is the start of the tree (size, root); PROOF_BAD otherwise. RFC 9162 2.1.4.2. */
RESULT proof_consistency_check(struct crypto *crypto, uint64_t old, uint64_t size,
                               const struct hash *old_root, const struct hash *root,
                               const struct proof *proof);

/* Append one line of base64 for each hash; read `lines` until they end, at most PROOF_HASHES_MAX (INVALID). */
void proof_lines_put(struct buf *out, const struct proof *proof);
RESULT proof_lines_get(struct slice lines, struct proof *out);

/* A proof file. Everything in it but the signed checkpoint is the sender's word. */
struct tlog_proof {
    struct buf extra; /* owned; 0 … PROOF_EXTRA_BYTES_MAX bytes, unauthenticated: an entry may travel here */
    uint64_t index;
    struct proof proof;
    struct slice checkpoint; /* the signed note, borrowed */
};

void tlog_proof_done(struct tlog_proof *file);

/* Append the file. The checkpoint is a whole signed note. */
void tlog_proof_put(struct buf *out, const struct tlog_proof *file);

/* Read a file; file->checkpoint borrows from `bytes`. INVALID: not a proof file; `out` is untouched then. */
RESULT tlog_proof_get(struct slice bytes, struct tlog_proof *out);

/**
 * Check a proof file: signatures, origin, and that `leaf` is in the log at file->index.
 *
 * @param leaf    leaf_hash() of the entry in hand
 * @param checks  as in checkpoint_open(): the log's key, then witnesses'; whether enough of them are good is the
 *                caller's rule
 * @param count   1 … NOTE_CHECKS_MAX
 * @param out     the checkpoint; untouched on failure, as are the checks
 * @return INVALID, NOT_FOUND, PROOF_BAD  as checkpoint_open(); PROOF_BAD too when the leaf is not in the tree
 * Source: C2SP tlog-proof.
 */
RESULT tlog_proof_check(struct crypto *crypto, const struct tlog_proof *file, const struct hash *leaf,
                        struct note_check *checks, size_t count, struct checkpoint *out);

#endif

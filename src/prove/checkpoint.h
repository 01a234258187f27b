/*
 * Checkpoints (C2SP tlog-checkpoint): the signed note that says how large a log is and what its root is.
 *
 * This file only reads and writes them. Must never be signed before its entries and the new (size, root) are durable,
 * nor a second one for a size with another root: that is the ledger's duty. Main calls: checkpoint_sign(),
 * checkpoint_open(). Example:
 *     TRY(checkpoint_open(crypto, bytes, &log_check, &checkpoint));  // origin, size and root are the log's word
 */
#ifndef AMN_PROVE_CHECKPOINT_H
#define AMN_PROVE_CHECKPOINT_H

#include "prove/note.h"
#include "prove/tree.h"

enum { ORIGIN_BYTES_MAX = 200 };

struct checkpoint {
    char origin[ORIGIN_BYTES_MAX + 1];
    uint64_t size; /* 0 … TREE_SIZE_MAX */
    struct hash root;
};

/* A URL without scheme and last slash: 1 … 200 visible ASCII characters without '+'. It is the log's key name too. */
bool origin_good(struct slice origin);

/* Append the three lines of `checkpoint`, whose origin is good. */
void checkpoint_text_put(struct buf *out, const struct checkpoint *checkpoint);

/**
 * Read a checkpoint's text: origin, size, root, then extension lines, which may not be empty and are not kept.
 *
 * @return INVALID  not a checkpoint: among others a size like "0300", an empty line, an origin that is not good, size 0
 *                  with another root than SHA-256(""); `out` is untouched
 * Source: C2SP tlog-checkpoint v1.0.0.
 */
RESULT checkpoint_text_get(struct slice text, struct checkpoint *out);

/* Append the whole signed note. `key` is the log's (type 0x01), its name the origin. */
void checkpoint_sign(struct signer *signer, const struct note_key *key, const struct checkpoint *checkpoint,
                     struct buf *out);

/**
 * Read a signed checkpoint and verify it under the log's key.
 *
 * @param bytes   the note, with any cosignatures
 * @param checks  the log's key first, witnesses' behind it; good and time_s are set, only on success
 * @param count   1 … NOTE_CHECKS_MAX
 * @return INVALID    malformed
 *         PROOF_BAD  a signature of a given key is wrong, or the origin is not the log key's name
 *         NOT_FOUND  not signed by the log's key
 */
RESULT checkpoint_open(struct crypto *crypto, struct slice bytes, struct note_check *checks, size_t count,
                       struct checkpoint *out);

#endif

/*
 * A file of evidence as it lies on disk: a head with a key of its own, sealed under the key of its incident, then chunks,
 * each sealed under that key and bound to its place and to whether it is the last. So a file that was cut short, put
 * together anew, or is another one does not open. Must never hold more than one chunk in clear.
 *
 *   head    "AMNEVI01" ‖ box of the file's key, bound to incident and file id
 *   chunk   box of SEALED_CHUNK_BYTES of text; the last one of 0 to as many
 *
 * Main calls: sealed_head_new(), sealed_chunk_put(), sealed_head_open(), sealed_chunk_get(). Example:
 *     TRY(sealed_head_new(shop->crypto, incident->box, incident->no, id, &box, &head));
 */
#ifndef AMN_ANSWER_INCIDENT_SEALED_FILE_H
#define AMN_ANSWER_INCIDENT_SEALED_FILE_H

#include "crypto/crypto.h"

enum {
    SEALED_ID_BYTES = 16,
    SEALED_CHUNK_BYTES = 512 * 1024,
    SEALED_BOX_BYTES = SEALED_CHUNK_BYTES + AEAD_EXTRA_BYTES,
    SEALED_HEAD_BYTES = 8 + SECRET_BYTES + AEAD_EXTRA_BYTES
};

/* A new key for a file: its head is appended to `head`, and `out` is keyed with it. */
RESULT sealed_head_new(struct crypto *crypto, struct aead *incident, uint64_t no,
                       const uint8_t id[SEALED_ID_BYTES], struct aead **out, struct buf *head);

/* CORRUPT when the head is not that of this file of this incident. */
RESULT sealed_head_open(struct crypto *crypto, struct aead *incident, uint64_t no,
                        const uint8_t id[SEALED_ID_BYTES], struct slice head, struct aead **out);

/* Append the box of a chunk. `text` has SEALED_CHUNK_BYTES, or at most that many when it is the last. */
void sealed_chunk_put(struct aead *box, uint64_t index, bool last, struct slice text, struct buf *out);

/* Append its text; CORRUPT, and `out` as before, for any other box, place or end. */
RESULT sealed_chunk_get(struct aead *box, uint64_t index, bool last, struct slice chunk, struct buf *out);

/* Where a chunk stands in a file of that many bytes, and whether it is the last. CORRUPT when there is none. */
RESULT sealed_chunk_at(uint64_t file_bytes, uint64_t index, uint64_t *at, size_t *len, bool *last);

#endif

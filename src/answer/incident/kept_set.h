/*
 * Sets of people as they are kept beside an incident: named by their own hash, in chunks. Main calls: set_hash(),
 * set_keep(). Example: set_hash(crypto, &people, &hash);  TRY(set_keep(batch_write(batch), &people, &hash));
 */
#ifndef AMN_ANSWER_INCIDENT_KEPT_SET_H
#define AMN_ANSWER_INCIDENT_KEPT_SET_H

#include "base/set.h"
#include "crypto/crypto.h"
#include "store/exposure.h"

/* The name of a set: SHA-256("amanah set 1" ‖ for each chunk be64 number ‖ be32 length ‖ its stored bytes). */
void set_hash(struct crypto *crypto, struct set *set, struct hash *out);

/* The same bytes from chunks as they are stored: appended to `out`, then hashed. */
void set_hash_begin(struct buf *out);
void set_hash_chunk(uint64_t chunk, struct slice bytes, struct buf *out);

/* Write a set under its name, inside the open transaction, unless it is there already. */
RESULT set_keep(struct store *store, struct set *set, const struct hash *hash);

/* Unite a kept set with `out`. TAMPERED when it has not so many, CORRUPT for a chunk that is none. */
RESULT set_load(struct store *store, const uint8_t name[SET_HASH_BYTES], uint64_t count, struct set *out);

#endif

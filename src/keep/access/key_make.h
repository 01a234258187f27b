/*
 * Making, ending and keeping up keys: what the verbs and upkeep share.
 *
 * Main calls: key_make(), key_end(), keys_upkeep(). Example: TRY(key_end(batch, reader, key->id, &receipt));
 */
#ifndef AMN_KEEP_ACCESS_KEY_MAKE_H
#define AMN_KEEP_ACCESS_KEY_MAKE_H

#include "keep/batch.h"

/* After a rotation the old key ends when this much has passed, or sooner: once its successor was used. */
#define KEY_OVERLAP_US DAY_US
#define KEY_OVERLAP_USED_US HOUR_US

/*
 * Give a new key (id and times set) what it proves itself by: a public key, a certificate, or, when both are empty, a
 * secret whose text is appended to `text`. And its probe. INVALID, or CONFLICT when the proof was registered before.
 */
RESULT key_make(struct shop *shop, struct slice public_key, struct slice certificate, struct key *key,
                struct buf *text);
/* Write its row and entry, and answer with id, secret (if any), role, end, and whose
 * place it takes. */
RESULT key_put_new(struct batch *batch, const struct reader *reader, const struct key *key, struct slice text,
                   struct answer *out);

/* The key that took this one's place and has not ended; NULL. */
const struct key *key_successor(const struct access *access, uint32_t id);

/*
 * Issue the successor of a live key without one: same role, name and networks, and those of its holders who work here and
 * are not suspended. The old one ends within a day. Answers as key_put_new().
 */
RESULT key_succeed(struct batch *batch, const struct reader *reader, uint32_t id, struct slice public_key,
                   struct slice certificate, struct answer *out);

/* End a key that is there, and its sessions, now. */
RESULT key_end(struct batch *batch, const struct reader *reader, uint32_t id, struct receipt *receipt);

/* Bring a key's end forward to `until_us`, never back. */
RESULT key_end_by(struct batch *batch, const struct reader *reader, uint32_t id, int64_t until_us);

/* The key of a public id; lives until keys change. ID_MALFORMED, NOT_FOUND. */
RESULT key_named(struct shop *shop, struct slice id, const struct key **out);

/* Queue mails to the holders of a key that ends in 14, 7 or 1 days, or for want of use in 7 or 1: each mark once. */
RESULT key_tell(struct batch *batch, const struct key *key);

/*
 * In a batch of upkeep: end keys that are over or were unused for too long, so that no clock put back lets them in
 * again; shorten the overlap of those whose successor is in use; tell holders of an end that is near.
 */
RESULT keys_upkeep(struct batch *batch);

#endif

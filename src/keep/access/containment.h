/*
 * Containments: what an incident does to the rest of the house. Keys and people that it suspends are let in no more and
 * see what somebody sees whose key has ended; nothing is loosened, and no credential is made but by the operator, while
 * one stands. An authority row each, so that it holds after a restart and nobody lifts it in the database. It knows the
 * incident as a number only: why, and who may know, is for answer/incident/.
 *
 * Main calls: containment_has(), containment_ask(), containment_put(). Example:
 *     if (containment_has(&shop->access, READER_KEY, key->id)) return FAIL(CREDENTIAL_UNKNOWN, ...);
 */
#ifndef AMN_KEEP_ACCESS_CONTAINMENT_H
#define AMN_KEEP_ACCESS_CONTAINMENT_H

#include "keep/access/authority.h"

enum { CONTAINED_KEYS_MAX = PROBES_MAX, CONTAINED_STAFF_MAX = 64 };

struct containment {
    uint32_t id;
    uint64_t incident;
    int64_t since_us, lifted_us; /* lifted 0: it stands */
    uint32_t keys[CONTAINED_KEYS_MAX], before[CONTAINED_KEYS_MAX],
        after[CONTAINED_KEYS_MAX]; /* enum probe_seen */
    size_t key_count;
    size_t settled; /* so many of the keys were probed and rotated after they were suspended */
    uint32_t staff[CONTAINED_STAFF_MAX];
    size_t staff_count;
};

/* Is that key, or member of staff, suspended now? Cost: a walk over the containments that stand. */
bool containment_has(const struct access *access, enum reader_kind kind, uint32_t id);

/* Does any stand? */
bool containment_stands(const struct access *access);

/* FROZEN while one stands: for what loosens, or hands out credentials. The operator may do the latter. */
RESULT containment_ask(const struct access *access);
RESULT containment_ask_of(const struct access *access, const struct reader *reader);

/* The one of an incident; NULL. */
const struct containment *containment_of(const struct access *access, uint64_t incident);

void containment_body_write(const struct containment *containment, struct buf *out);
RESULT containment_take(struct access *access, uint32_t id, struct slice body);
RESULT containment_put(struct batch *batch, const struct reader *reader,
                       const struct containment *containment, struct receipt *out);

#endif

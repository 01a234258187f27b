/*
 * The register of the shop's own secrets: signing keys, database and cloud credentials, whatever would still open a
 * door after its holder left. Amanah never holds the secret itself: it keeps what it is for, who owns it, everyone who
 * ever held it, how old it is, and what showed that the old one is dead after a rotation. Names and proofs are sealed.
 *
 * Whoever leaves opens each secret they ever held since its last rotation; it stays open until somebody rotated it and
 * said how the old one was shown dead. Main calls: secrets_open_for(), secret_take().
 */
#ifndef AMN_KEEP_ACCESS_SECRET_H
#define AMN_KEEP_ACCESS_SECRET_H

#include "keep/access/authority.h"

enum {
    SECRET_HOLDERS_MAX = 64,
    SECRET_NAME_BYTES_MAX = 100,
    SECRET_PROOF_BYTES_MAX = 1000,
    SECRET_PRINT_BYTES_MAX = 128,
    SECRET_ROTATE_DAYS = 90 /* where the shop says nothing else */
};

enum secret_kind {
#define SECRET_KIND(NAME, number, name) SECRET_##NAME = (number),
#include "keep/access/secret_kinds.def"
#undef SECRET_KIND
};

struct secret_row {
    uint32_t id;
    uint32_t kind, owner;                 /* owner: a member of staff; 0: nobody */
    uint32_t holders[SECRET_HOLDERS_MAX]; /* everyone who held it since its last rotation */
    size_t holder_count;
    uint32_t ever[SECRET_HOLDERS_MAX]; /* everyone who ever held it */
    size_t ever_count;
    int64_t made_us, rotated_us; /* rotated 0: never */
    uint64_t rotate_days;
    int64_t open_us;   /* since when it must be rotated because a holder left; 0: it need not */
    struct buf sealed; /* name, fingerprint, proof of the last rotation, how the old one was shown dead */
};

/* Did this member of staff hold the secret as it is now? */
bool secret_held_by(const struct secret_row *secret, uint32_t staff);

/*
 * Open every secret that the member of staff holds: each must be rotated now.
 * @param count  how many are open because of it
 */
RESULT secrets_open_for(struct batch *batch, const struct reader *reader, uint32_t staff, size_t *count);

/* Must it be rotated: has a holder left since its last rotation, or is it too old? */
bool secret_due(const struct secret_row *secret, int64_t now_us);

/* What it is called and its id: for who must act on it. CORRUPT when its sealed part does not open. */
RESULT secret_name(struct shop *shop, const struct secret_row *secret, struct buf *out);

/*
 * In upkeep: when a rotation has been open for a week, and each week again, its owner gets a mail; without an owner who
 * is still there, everybody who may approve. @param noted  set true when one was queued
 */
RESULT secrets_tell(struct batch *batch, bool *noted);

/* Append one secret as a map, as GET /v1/secrets lists it. CORRUPT when its sealed part does not open. */
RESULT secret_put(struct shop *shop, const struct secret_row *secret, int64_t now_us, struct buf *out);

#endif

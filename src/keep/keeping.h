/*
 * Keepings: what places outside the vault keep for an incident, such as logs that are not rotated while it is open, and
 * when each was last proved to be as it was. An authority row each, so that nobody who can write the database makes an
 * old proof a new one. What is kept where is sealed; this knows a number and times.
 *
 * Main calls: keeping_put(), keepings_silent(). Example: TRY(keeping_put(batch, &row, &receipt));
 */
#ifndef AMN_KEEP_KEEPING_H
#define AMN_KEEP_KEEPING_H

#include "keep/access/authority.h"

enum { KEEPING_SILENT_H = 3 /* proofs come every hour */, KEEPING_BYTES_MAX = 64 * 1024 };

struct keeping {
    uint32_t id;
    uint64_t cause;    /* what it is for: the number of an incident */
    int64_t proved_us; /* when it was last proved */
    bool ended;        /* nothing is kept there any more */
    bool silent;       /* no proof came for too long, and that was told */
    struct buf sealed; /* what is kept, of answer/incident/held.h */
};
void keeping_done(struct keeping *keeping);

RESULT keeping_take(struct access *access, uint32_t id, struct slice body);

/* Write a row, as `row` says; its id is one more than there are, or that of one to replace. */
RESULT keeping_put(struct batch *batch, const struct keeping *row, struct receipt *out);

/* The next one after row `after` (0: from the first) that stands, was not proved for too long, and was not told. NULL. */
const struct keeping *keepings_silent(const struct access *access, int64_t now_us, uint32_t after);

#endif

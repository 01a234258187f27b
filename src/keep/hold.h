/*
 * Legal hold: while one stands nothing is erased and nothing that may be evidence is swept. Who asks for an erasure is
 * told that it waits and why; it is an entry, and it is carried out by itself once the last hold has ended. An authority
 * row each, known by a number only: what it is for is not said here.
 *
 * Main calls: hold_stands(), hold_set(), hold_wait(), holds_due(). Example: if (hold_stands(&shop->access)) return hold_wait(...);
 */
#ifndef AMN_KEEP_HOLD_H
#define AMN_KEEP_HOLD_H

#include "keep/access/authority.h"

enum { HOLD_ERASE_A_TURN = 4 /* nobody else is served meanwhile: see keep/erase.h */ };

struct hold {
    uint32_t id;
    uint64_t cause;             /* what it is for: the number of an incident */
    int64_t since_us, until_us; /* until 0: it stands */
};

bool hold_stands(const struct access *access);

/* Begin, or end, the hold for `cause`. Writes nothing when it is so already. */
RESULT hold_set(struct batch *batch, uint64_t cause, bool stands);
RESULT hold_take(struct access *access, uint32_t id, struct slice body);

/*
 * Put an erasure on the list. Asking again changes nothing.
 * @param out  receipt of the entry that says that it was asked
 * SUBJECT_UNKNOWN and SUBJECT_ERASED as an erasure; UNAVAILABLE when it could not be written.
 */
RESULT hold_wait(struct batch *batch, const struct reader *reader, struct subject_no no, struct slice reason,
                 struct receipt *out);

/* Where none stands any more: carry out some of those that waited. For upkeep, in a batch without looks. */
RESULT holds_due(struct batch *batch, bool *due);

#endif

/*
 * Rotating the keys that wrap the customers' data keys. `rotate` begins a new kek epoch and wraps every data key anew;
 * with `rekey` every customer gets a new data key and is sealed anew under it, for when the keys may be out. It goes in
 * slices between batches, each an entry with its set; once no record needs an older epoch those are taken out of the
 * keyring for good, unless a legal hold stands.
 *
 * Must never destroy an epoch that a record needs: a whole pass over all records has to find none. What was proved under
 * the key before stays provable (keep/record.h, struct eras). Main calls: verb_rotate(), rotation_turn(). Example:
 *     if (rotation_waits(shop)) TRY(rotation_turn(&batch, &more));
 */
#ifndef AMN_KEEP_ROTATE_H
#define AMN_KEEP_ROTATE_H

#include "keep/batch.h"
#include "store/rotation.h"

enum {
    ROTATE_SLICE = 512, /* records moved in one batch, about 5 ms */
    ROTATE_SCAN = 8192  /* records looked at in one batch */
};

/* As object_kind of an entry REKEY. In signed bytes: never reuse one. */
enum rekey_entry { REKEY_BEGAN = 1, REKEY_WRAPPED, REKEY_RENEWED, REKEY_DESTROYED };

/* When the shop is opened for writing: is one under way? */
RESULT rotation_open(struct shop *shop);

/* Is there something to do now? */
bool rotation_waits(const struct shop *shop);

/*
 * The next slice, in a batch of its own. `more`: another can follow at once. A record that does not open is left as it
 * is and counted; older epochs are kept then.
 */
RESULT rotation_turn(struct batch *batch, bool *more);

/*
 * Was a record that was made at `created_us` and is under `epoch` now ever under `was`? Rotations move every record, so
 * it was unless it is older or younger. `rows`: those of the store, ascending.
 */
bool rotation_passed(const struct rotation_row *rows, size_t count, uint16_t was, uint16_t epoch,
                     int64_t created_us);

#endif

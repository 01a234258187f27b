/*
 * Logs of systems outside the vault: what the lines come to is taken in by chunks, each one OBSERVED entry with its set,
 * the readers' names sealed, the file's position and the index of who saw whom, in one batch. So a file is read exactly
 * once, whatever dies in between, and `ledger verify` counts all of it again.
 *
 * A subject's ref is looked for by the blind index inside the vault. That is no lookup of its own in the ledger: the
 * chunk's OBSERVED entry names who asked, holds whoever was found in its set, and stands in their history; what is told
 * back are sums. Whom the shop does not hold stays a count for ever, and so does what names nobody.
 *
 * Main call: verb_observe(). Who asks what they told: outside.h beside this.
 */
#ifndef AMN_KEEP_OBSERVE_H
#define AMN_KEEP_OBSERVE_H

#include "keep/batch.h"
#include "keep/observe/outside.h"

/*
 * Two members of a map about the subject at `position` of an OBSERVED entry's set: "source", the file and the first line
 * in words, and "observed", the first hundred observations; readers by name only if `names`.
 */
RESULT observed_put(struct shop *shop, const struct aside_read *aside, size_t position, bool names,
                    struct buf *out);

#endif

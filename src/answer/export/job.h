/*
 * Exports at work, a slice at a time between the keeper's batches. First the ledger: whoever is chosen goes, at most
 * SET_SUBJECTS_MAX an entry, into entries with their sets, charged and durable. Then the file: each entry's people again,
 * in an order by chance, opened and written into a stream that only the asker can open. So no value is opened before its
 * entry is durable. The export's row says how far the ledger is; the file is begun anew after a restart.
 *
 * Must never write a value anywhere but into that stream. Main calls: export_turn(), export_drop(), exports_tidy().
 */
#ifndef AMN_ANSWER_EXPORT_JOB_H
#define AMN_ANSWER_EXPORT_JOB_H

#include "keep/batch.h"
#include "keep/export/export.h"

enum {
    EXPORT_SLICE = 256, /* people a turn: opened, or made leaves of; about 2 ms */
    EXPORT_SCAN = 4096, /* records a turn that are only looked at */
    EXPORT_AGAIN_S = 10 /* after a failure below */
};

/*
 * Go on with the oldest export that is approved: one slice, in the open batch.
 * @param more  there is more to do, now
 * A failure undoes the batch; then export_drop() and another turn after a while begin where its row says.
 */
RESULT export_turn(struct batch *batch, bool *more);

/* Is there one to go on with? A look at the rows. */
bool export_waits(const struct shop *shop);

/* Forget what is kept in memory of the one at hand; `failed`: it went wrong, for those who ask after it. */
void export_drop(struct shop *shop, bool failed);

/* What is to be told of one: people so far, failures since the start. */
struct export_progress {
    uint64_t done, failures;
};
void export_progress(const struct shop *shop, const struct export *export, struct export_progress *out);

/* Remove what is no export's file any more: over, ended, or a part that a crash left. */
RESULT exports_tidy(struct shop *shop, int64_t now_us);

/* Can its file be had now? */
bool export_held(const struct export *export, int64_t now_us);

/* At most `len` bytes of the file from byte `from` on, appended. CORRUPT: it is gone, or not as written. */
RESULT export_piece(struct shop *shop, const struct export *export, uint64_t from, size_t len,
                    struct buf *out);

#endif

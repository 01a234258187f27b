/*
 * Erasure: the data key goes, and with it every field, in the database and, as key epochs are destroyed, in backups.
 * What stays is a tombstone, and the leaves of past entries, which nobody can link any more. Main call:
 * subject_erase_now(), of the verb and of the replay after a restore.
 */
#ifndef AMN_KEEP_ERASE_H
#define AMN_KEEP_ERASE_H

#include "keep/batch.h"

/**
 * Erase one subject within the open batch: intent entry, a row in the list of erasures outside the database, leaves
 * of past entries kept, texts about the person dropped, tags forgotten, and the tombstone with its entry.
 *
 * @param reason  may be empty; stands beside the intent entry
 * @param out     receipt of the confirming entry
 * @return SUBJECT_UNKNOWN or SUBJECT_ERASED  there is nothing to erase
 *         CONFLICT     its newest entry is not durable yet: again in the next batch
 *         UNAVAILABLE  a write failed; the batch must be rolled back
 * Cost: 2 us a look at the subject, 1 us more for each with a reason (its bundle is sealed anew), and reading the bundles
 * of the hours in which it was seen. Nobody else is served meanwhile: about 0.6 s after 200,000 looks. It is not cut
 * into slices because leaves, texts and tombstone must change at once.
 */
RESULT subject_erase_now(struct batch *batch, const struct reader *reader, struct subject_no no,
                         struct slice reason, struct receipt *out);

enum { MISS_DAYS = 30, MISS_BUNDLES_MAX = 64 };

/*
 * Forget values that were looked up and found nobody, MISS_DAYS after: they may be somebody's, and no erasure would ever
 * find them. Within the open batch, of upkeep. Goes on where it stopped; examines at most MISS_BUNDLES_MAX bundles and
 * seals at most one anew: 0.5 ms, or 20 ms where there are no misses.
 */
RESULT misses_expire(struct batch *batch);

#endif

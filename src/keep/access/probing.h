/*
 * Trying keys from outside, before and after they are ended: what leaves and containments report was seen, not meant.
 * Main calls: probing_want(), probing_seen(). Example: see leave_now() in keep/access/leave.c.
 */
#ifndef AMN_KEEP_ACCESS_PROBING_H
#define AMN_KEEP_ACCESS_PROBING_H

#include "keep/batch.h"

/* Ask for the probes of these keys to be tried, PROBES_MAX at most. `wanted` false: nobody would, or there are none. */
RESULT probing_want(struct batch *batch, const uint32_t *keys, size_t count, bool *wanted);

/* What was seen of a key; PROBE_NOT_TRIED when it was not among them, or nothing was tried (NULL). */
enum probe_seen probing_seen(const struct probes *probed, uint32_t key);

/* "not tried", "let in", "refused", "no answer" */
const char *probing_name(enum probe_seen seen);

#endif

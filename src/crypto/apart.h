/*
 * Work apart: in a copy of this process, whose memory ends with it. For a library that keeps copies of what it is handed,
 * in places that nobody can wipe. What the work changes is not changed here; only its bytes or its failure come back.
 *
 * Must be called before the process has threads that could hold a lock of such a library. Main call: apart_run().
 * Example: TRY(apart_run(unseal, &what, &key_bytes));
 */
#ifndef AMN_CRYPTO_APART_H
#define AMN_CRYPTO_APART_H

#include "base/bytes.h"

enum { APART_BYTES_MAX = 4096 };

/**
 * @param work  puts at most APART_BYTES_MAX bytes into `out`; its failure is given back as it is, with its text
 * @param out   appended; untouched on failure
 * @return UNAVAILABLE  no process could be made, or it ended before its work did
 */
RESULT apart_run(struct result (*work)(void *context, struct buf *out), void *context, struct buf *out);

#endif

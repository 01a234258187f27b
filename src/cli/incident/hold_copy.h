/*
 * Files as they are now against as they were known, and copies that grow with them. Main calls: hold_measure(),
 * hold_grow(). Example: TRY(hold_measure(path, &known, &now));  if (hold_good(&known, &now)) TRY(hold_grow(...));
 */
#ifndef AMN_CLI_HOLD_COPY_H
#define AMN_CLI_HOLD_COPY_H

#include "crypto/crypto.h"

/* As it was known: nothing of a file that was never proved. */
struct hold_known {
    uint64_t bytes;
    struct hash hash; /* of nothing: SHA-256 of no bytes */
    bool there;
};

struct hold_now {
    bool gone;
    uint64_t bytes;
    struct hash hash,
        before; /* before: of as many first bytes as were known, or of all when there are fewer */
};

/*
 * Read a file once. One that is not there is told in `out`, which is no failure.
 * UNAVAILABLE: it is there, but cannot be read, or is no plain file. Cost: reading and hashing it.
 */
RESULT hold_measure(struct crypto *crypto, const char *path, const struct hold_known *known,
                    struct hold_now *out);

/* Is it as it was, or longer? */
bool hold_good(const struct hold_known *known, const struct hold_now *now);

/* Bring a copy of `from` bytes up to the first `to` of the file, durably; what it has beyond `from` is written anew. */
RESULT hold_grow(const char *path, const char *copy, uint64_t from, uint64_t to);

/* Run a program; what it writes is appended to `copy`, durably. UNAVAILABLE: it cannot be run, or did not end with 0. */
RESULT hold_run(const char *const *words, const char *copy);

#endif

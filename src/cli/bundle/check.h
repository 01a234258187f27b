/*
 * Is a bundle (docs/bundle.md) what it says it is? Without any key but the verifier key of the ledger, and without the
 * vault. Everything in it but what a signature or a hash below one binds is the word of who made it.
 *
 * Main call: bundle_check(). Example: TRY(bundle_check(crypto, fd, vkeys, &found));
 */
#ifndef AMN_CLI_BUNDLE_CHECK_H
#define AMN_CLI_BUNDLE_CHECK_H

#include "prove/checkpoint.h"

enum { BUNDLE_KEPT_BYTES_MAX = 96 * 1024 * 1024 };

/* A member of the archive. */
struct bundle_file {
    struct buf name, bytes; /* bytes stay empty of an export's file, which may be of any size */
    struct hash hash;
    bool listed; /* in SHA256SUMS, with this hash */
};

struct bundle_found {
    struct bundle_file *files;
    size_t count, cap;
    bool vkey_from_file;                     /* then it proves nothing against somebody who could make both */
    struct note_check keys[NOTE_CHECKS_MAX]; /* the log's first, then witnesses' */
    size_t key_count;
    struct checkpoint checkpoint;
    uint64_t number, lines, said_size; /* of the incident, as the manifest has it */
    uint64_t cosigned;                 /* checkpoints whose witness's line was checked, by a key of `keys` */
    uint64_t newest_cosigned;          /* the largest of their sizes */
    bool personal;
    struct buf incident, made;
};
void bundle_found_done(struct bundle_found *found);

/* The member of that name; NULL. */
const struct bundle_file *bundle_file(const struct bundle_found *found, const char *name);

/**
 * @param fd     at the beginning of an archive, which may be a pipe
 * @param vkeys  one a line: the log's, then witnesses'; empty: those of the bundle
 * @return INVALID, CORRUPT  it is no bundle, or was cut
 *         NOT_FOUND         not signed by this key
 *         PROOF_BAD         a signature, hash or proof does not hold: says which
 * Cost: 63 us a signature, and some 40 hashes a line.
 */
RESULT bundle_check(struct crypto *crypto, int fd, struct slice vkeys, struct bundle_found *out);

/* The second half of it: lines, their proofs, and what is told of them. For bundle_check() alone. */
RESULT bundle_lines_check(struct crypto *crypto, const struct bundle_found *found);

/* Its promises, each line against its entry. For bundle_check() alone. */
RESULT bundle_promises_check(struct crypto *crypto, const struct bundle_found *found);

#endif

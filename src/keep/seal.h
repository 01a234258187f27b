/*
 * How a home's root key lies on the disk: the file HOME/home. By a passphrase (Argon2id); by the machine's TPM, and then
 * by a passphrase too, as boards die; or plain, for who tries things out.
 *
 *     format 1 · kind 1 · plain:       root 32
 *                         passphrase:  salt 16 · KiB 4 · passes 4 · commitment 32 · box 60
 *                         TPM:         length 2 · what the TPM made (crypto/tpm.h) · then as by a passphrase
 *
 * Main calls: seal_write(), seal_open(). Example: TRY(seal_open(path, phrase, &root));
 */
#ifndef AMN_KEEP_SEAL_H
#define AMN_KEEP_SEAL_H

#include "crypto/crypto.h"

enum seal_kind { SEAL_PLAIN, SEAL_PASSPHRASE, SEAL_TPM, SEAL_KINDS };

struct seal_how {
    enum seal_kind kind;
    struct slice passphrase; /* but for SEAL_PLAIN; at least 8 bytes */
    uint32_t pcrs;           /* of SEAL_TPM: which must be as now (crypto/tpm.h) */
};

const char *seal_name(enum seal_kind kind); /* "plain", "passphrase", "tpm" */
bool seal_named(struct slice name, enum seal_kind *out);

/* Replace the file at `path`. CONFIG for a passphrase of no such length; as tpm_seal(). */
RESULT seal_write(const char *path, const struct seal_how *how, const struct secret *root);

/* How the file at `path` does it. NOT_FOUND: there is none; CORRUPT: of no version that is known. */
RESULT seal_read(const char *path, struct buf *file, enum seal_kind *kind);

/*
 * The root key. By the passphrase where one is given; empty: by the TPM, or plain.
 * SEALED for a wrong or missing one, and where the TPM does not give it out.
 */
RESULT seal_open(const char *path, struct slice passphrase, struct secret *root);

#endif

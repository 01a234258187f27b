/*
 * A key that only this machine's TPM 2.0 gives out: sealed under its storage root key, if wanted only while chosen PCRs
 * are as they were. What goes over the bus is encrypted to that root key, whose name is kept: another one is refused.
 *
 * Must never be the only way to a key: boards die, and firmware changes PCRs. Main calls: tpm_seal(), tpm_unseal().
 * Example: `TRY(tpm_seal(0, &root, &box));  TRY(tpm_unseal(buf_slice(&box), &root));`
 */
#ifndef AMN_CRYPTO_TPM_H
#define AMN_CRYPTO_TPM_H

#include "crypto/crypto.h"

enum { TPM_PCRS = 24 };

/**
 * @param pcrs  bit n: PCR n of the SHA-256 bank must be as it is now; 0: none
 * @param out   appended: at most 512 bytes, of use to this TPM alone
 * @return UNAVAILABLE  there is no TPM, or it refused; the text has its code. The environment variable AMANAH_TPM names
 *                      another one than /dev/tpmrm0: device:PATH, or swtpm:path=SOCKET for the simulator
 */
RESULT tpm_seal(uint32_t pcrs, const struct secret *key, struct buf *out);

/* SEALED: this TPM does not give it out: another one, or its PCRs changed. UNAVAILABLE: there is none. CORRUPT: no such box. */
RESULT tpm_unseal(struct slice box, struct secret *key);

#endif

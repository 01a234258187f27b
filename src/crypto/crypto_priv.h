/* Inside crypto/ only: what several files know of a keyed hash. */
#ifndef AMN_CRYPTO_PRIV_H
#define AMN_CRYPTO_PRIV_H

#include "crypto/crypto.h"

#include <openssl/sha.h>

struct prf {
    SHA256_CTX inner, outer; /* each behind one block: the key and its pad */
    bool quick; /* the processor has SHA instructions: asking it takes microseconds on virtual machines */
    bool wide;  /* and AVX-512 */
};

bool sha_instructions(void);
bool sha_wide(void);

extern const uint32_t sha256_constants[64];

/* prf_run() of {first, input} for each of these, of up to PRF_SHORT_BYTES each; where sha_wide() says so. */
enum { PRF_WIDE = 16, PRF_SHORT_BYTES = 54 };
void prf_run_wide(const struct prf *prf, uint8_t first, const struct slice inputs[PRF_WIDE],
                  struct hash out[PRF_WIDE]);

#endif

/* Inside crypto/ only: what several files know of a keyed hash. */
#ifndef AMN_CRYPTO_PRIV_H
#define AMN_CRYPTO_PRIV_H

#include "crypto/crypto.h"

#include <openssl/sha.h>

struct prf {
    SHA256_CTX inner, outer; /* each behind one block: the key and its pad */
    bool quick; /* the processor has SHA instructions: asking it takes microseconds on virtual machines */
};

bool sha_instructions(void);

#endif

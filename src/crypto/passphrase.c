#include "crypto/crypto.h"

#include <argon2.h>

RESULT passphrase_stretch(struct slice passphrase, const uint8_t salt[16], uint32_t memory_kib,
                          uint32_t passes, uint8_t out[64])
{
    if (memory_kib < 64 || memory_kib > 4194304 || passes < 1 || passes > 64) {
        return FAIL(INVALID, "seal: Argon2id parameters out of range (64 to 4194304 KiB, 1 to 64 passes)");
    }
    int done = argon2id_hash_raw(passes, memory_kib, 1, passphrase.at, passphrase.len, salt, 16, out, 64);
    if (done == ARGON2_OK) return OK;
    return FAIL(UNAVAILABLE, "seal: Argon2id: %s", argon2_error_message(done));
}

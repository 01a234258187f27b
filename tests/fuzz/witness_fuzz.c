#include "prove/witness.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte picks the status. A line that is kept is the witness's own and verifies together with the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const long statuses[] = {200, 409, 400, 403, 404, 422, 500};
    struct slice vkey =
        SLICE_TEXT("witness.example/w1+04d2d833+BD1AF8PoQ4lakrcKp00bfrycmCzPLsSWjMDNVfEq9GYM");
    struct slice checkpoint =
        SLICE_TEXT("vault.example/amanah\n300\nkJcpqcb0qWKBKkZXnxPSra0Dz30AFtViQ/5FhNC14Dw=\n\n"
                   "\xe2\x80\x94 vault.example/amanah AAAAAAA=\n");
    if (size == 0 || size > WITNESS_ANSWER_BYTES_MAX) return 0;
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(witness_answer_done) struct witness_answer answer = {0};
    struct note_key key = {0};
    if (crypto_new(&crypto).code != CODE_OK || vkey_get(crypto, vkey, &key).code != CODE_OK) abort();
    long status = statuses[data[0] % COUNT_OF(statuses)];
    struct slice body = {data + 1, size - 1};
    struct result got = witness_answer_get(crypto, &key, checkpoint, status, body, &answer);
    if (got.code != CODE_OK) {
        if (answer.line.len > 0 || answer.size > 0 || answer.time_s != 0) abort();
        return 0;
    }
    if (status != 200 && status != 409) abort();
    if (answer.state == WITNESS_SIGNED && answer.line.len == 0) abort();
    return 0;
}

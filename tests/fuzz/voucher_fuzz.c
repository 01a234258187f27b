#include "answer/redress/code.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A typed code that is read holds only numerals in range, and is not read with any one symbol changed. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct ff1_halves before = {UINT64_MAX, UINT64_MAX};
    struct ff1_halves numerals = before, other = before;
    if (code_typed((struct slice){data, size}, &numerals) != TYPED_CODE) {
        if (numerals.a != before.a || numerals.b != before.b) abort();
        return 0;
    }
    if (numerals.a >> 35 || numerals.b >> 40 || size > VOUCHER_TYPED_BYTES_MAX) abort();
    uint8_t text[VOUCHER_TYPED_BYTES_MAX];
    memcpy(text, data, size);
    for (size_t i = 0; i < size; i++) {
        uint8_t was = text[i];
        if (was == ' ' || was == '-') continue;
        text[i] = was == '7' ? '8' : '7';
        if (code_typed((struct slice){text, size}, &other) != TYPED_SLIP) abort();
        text[i] = was;
    }
    return 0;
}

#include "watch/breaker.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is let in is what the program writes, byte for byte; what is not touches nothing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct breaker breaker = {0};
    SCOPED(buf_done) struct buf again = {0};
    if (breaker_get((struct slice){data, size}, &breaker).code != CODE_OK) {
        if (breaker.since_us != 0 || breaker.last_us != 0 || breaker.trips != 0 || breaker.used != 0) abort();
        return 0;
    }
    breaker_put(&again, &breaker);
    if (!slice_equal(buf_slice(&again), (struct slice){data, size})) abort();
    return 0;
}

#include "keep/access/network.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read as a range is written as one, and read back the same; it holds its own first address. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct network_range range = {.bits = 1}, back = {0};
    SCOPED(buf_done) struct buf text = {0};
    if (network_range_get((struct slice){data, size}, &range).code != CODE_OK) {
        if (range.bits != 1) abort(); /* failure touches no output */
        return 0;
    }
    if (!network_in(&range, 1, range.at)) abort();
    network_range_put(&range, &text);
    if (network_range_get(buf_slice(&text), &back).code != CODE_OK) abort();
    if (memcmp(&range, &back, sizeof range) != 0) abort();
    return 0;
}

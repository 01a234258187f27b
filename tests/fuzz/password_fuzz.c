/* A line of a list of leaked passwords: any bytes are refused, or are 40 digits and a count that come back as they were. */
#include "keep/passwords.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct password_seen seen = {.times = 0};
    SCOPED(buf_done) struct buf hex = {0};
    if (!password_line_get((struct slice){data, len}, &seen)) {
        if (seen.times != 0 || seen.sha1[0] != 0) __builtin_trap(); /* refused: untouched */
        return 0;
    }
    hex_put(&hex, SLICE_OF(seen.sha1));
    for (size_t i = 0; i < hex.len; i++) {
        if ((data[i] | 32) != hex.at[i]) __builtin_trap();
    }
    return 0;
}

/* Ledger entries: what is read has one spelling, and a failure touches nothing. */
#include "prove/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct entry entry = {.reader = 77};
    SCOPED(buf_done) struct buf again = {0};
    if (entry_read((struct slice){data, len}, &entry).code != CODE_OK) {
        if (entry.reader != 77 || entry.kind != 0) __builtin_trap();
        return 0;
    }
    entry_write(&entry, &again);
    if (!slice_equal(buf_slice(&again), (struct slice){data, len})) __builtin_trap();
    return 0;
}

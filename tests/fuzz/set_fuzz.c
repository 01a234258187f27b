#include "base/set.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A chunk that is let in holds what it says, takes part in sums, and comes back from its own stored form. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED(set_done) struct set set = {0}, again = {0}, other = {0};
    if (set_chunk_put(&set, 1, (struct slice){data, size}).code != CODE_OK) {
        if (set_chunk_count(&set) != 0) abort();
        return 0;
    }
    uint64_t count = set_count(&set), chunk = 0;
    for (uint64_t i = 0; i < 9; i++)
        (void)set_add(&other, SET_CHUNK_NUMBERS + i * 7); /* some are there, some not */
    SCOPED(buf_done) struct buf bytes = {0};
    set_chunk_get(&set, 0, &chunk, &bytes);
    if (set_chunk_put(&again, chunk, buf_slice(&bytes)).code != CODE_OK || !set_equal(&set, &again)) abort();
    set_union_in(&set, &other);
    set_minus_in(&again, &other);
    set_intersect_in(&other, &set);
    if (count == 0 || set_count(&set) < count || set_count(&other) != 9) abort();
    set_union_in(&again, &other);
    if (!set_equal(&again, &set)) abort();
    return 0;
}

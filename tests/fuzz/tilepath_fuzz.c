#include "prove/tile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each tile has one path, and a bundle is its entries and nothing else. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = {data, size};
    struct tile_at at = {0};
    SCOPED(buf_done) struct buf again = {0}, bundle = {0};
    if (tile_path_get(bytes, &at).code == CODE_OK) {
        tile_path_put(&again, &at);
        if (!slice_equal(bytes, buf_slice(&again)) || at.width == 0) abort();
    } else if (at.width != 0) {
        abort();
    }
    if (size == 0) return 0;
    unsigned count = data[0] + 1U;
    struct slice entries[TILE_WIDTH];
    if (bundle_get(slice_from(bytes, 1), count, entries).code != CODE_OK) return 0;
    for (unsigned i = 0; i < count; i++) bundle_put(&bundle, entries[i]);
    if (!slice_equal(slice_from(bytes, 1), buf_slice(&bundle))) abort();
    return 0;
}

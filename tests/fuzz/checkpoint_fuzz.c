#include "prove/checkpoint.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A text that is taken is written back as it was, but for extension lines; one that is not touches no output. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {data, size};
    struct checkpoint checkpoint = {0};
    SCOPED(buf_done) struct buf again = {0};
    if (checkpoint_text_get(text, &checkpoint).code != CODE_OK) {
        if (checkpoint.size != 0 || checkpoint.origin[0] != 0 || checkpoint.root.bytes[0] != 0) abort();
        return 0;
    }
    checkpoint_text_put(&again, &checkpoint);
    if (!slice_equal(slice_part(text, 0, again.len), buf_slice(&again))) abort();
    return 0;
}

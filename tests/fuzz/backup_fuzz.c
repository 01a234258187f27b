/* The archive inside a backup, and its manifest: any bytes. The first byte cuts the rest into pieces. */
#include "keep/backup/manifest.h"

#include <stdlib.h>

static RESULT begin(void *context, struct slice name, uint64_t bytes)
{
    (void)context, (void)bytes;
    if (!tar_name_good(name)) abort();
    return OK;
}

static RESULT take(void *context, struct slice bytes)
{
    buf_slice_put(context, bytes);
    return OK;
}

static RESULT end(void *context)
{
    (void)context;
    return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED(buf_done) struct buf bytes = {0};
    SCOPED(manifest_done) struct manifest manifest = {0};
    const struct tar_events events = {begin, take, end, &bytes};
    struct tar tar = {0};
    if (size == 0) return 0;
    struct slice rest = {data + 1, size - 1};
    struct result took = OK;
    while (rest.len > 0 && took.code == CODE_OK) {
        took = tar_take(&tar, slice_part(rest, 0, (size_t)data[0] + 1), &events);
        rest = slice_from(rest, (size_t)data[0] + 1);
    }
    if (took.code == CODE_OK) took = tar_whole(&tar);
    struct result got = manifest_get(
        took.code == CODE_OK ? buf_slice(&bytes) : (struct slice){data + 1, size - 1}, &manifest);
    if (got.code == CODE_OK) {
        SCOPED(buf_done) struct buf again = {0};
        manifest_put(&again, &manifest);
    }
    return 0;
}

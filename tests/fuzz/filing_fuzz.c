/* A stored report, and the elements of a new one, compared: any bytes are read or refused. */
#include "answer/report/filing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    SCOPED(buf_done) struct buf out = {0};
    struct slice whole = {data, len}, half = slice_part(whole, 0, len / 2);
    struct result result = filing_changes(whole, slice_from(whole, len / 2), &out);
    if (result.code != CODE_OK && result.cause != CAUSE_CORRUPT) __builtin_trap();
    result = filing_changes(half, whole, &out);
    if (result.code != CODE_OK && result.cause != CAUSE_CORRUPT) __builtin_trap();
    return 0;
}

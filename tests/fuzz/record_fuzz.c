/* Sealed records: parsing never runs past the bytes, and what it gives lies within them. */
#include "keep/record.h"

static bool within(struct slice part, struct slice whole)
{
    return part.len == 0 || (part.at >= whole.at && part.len <= (size_t)(whole.at + whole.len - part.at));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct slice bytes = {data, len};
    struct record record;
    if (record_parse(bytes, &record).code != CODE_OK) return 0;
    if (!within(record.wrapped, bytes)) __builtin_trap();
    if (record.state != SUBJECT_ERASED && record.wrapped.len != WRAPPED_KEY_BYTES) __builtin_trap();
    if (record.country[2] != 0 || record.lang[3] != 0) __builtin_trap();
    for (unsigned i = 0; i < FIELD_MAX; i++) {
        bool held = record.held >> i & 1;
        if (held != (record.fields[i].box.len > 0) || !within(record.fields[i].box, bytes)) __builtin_trap();
        if (held && record.fields[i].box.len < AEAD_EXTRA_BYTES + 16) __builtin_trap();
    }
    return 0;
}

/* Any text: read or refused; what was read renders, and no longer than its values allow. */
#include "mail/mustache.h"

#define TEXT(literal)                                   \
    {                                                   \
        (const uint8_t *)(literal), sizeof(literal) - 1 \
    }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const struct mustache_value inner[] = {{"b", TEXT("inner"), NULL, 0}};
    static const struct mustache_frame items[] = {{inner, 1}};
    static const struct mustache_value values[] = {{"a", TEXT("a value"), NULL, 0}, {"list", {0}, items, 1}};
    static const struct mustache_frame frame = {values, COUNT_OF(values)};
    SCOPED(mustache_free) struct mustache *mustache = NULL;
    SCOPED(buf_done) struct buf out = {0};
    if (mustache_parse((struct slice){data, len}, "a b list", "fuzz", &mustache).code != CODE_OK) return 0;
    mustache_render(mustache, &frame, &out);
    if (out.len > len * 8) __builtin_trap();
    return 0;
}

/* What a place says of a file it keeps: any text is refused, or read as what it says and judged without a change for the worse. */
#include "answer/incident/held.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct held_said said = {0};
    struct held_file file = {.bytes = 4096, .state = HELD_AS_IT_WAS};
    if (held_said_read((struct slice){data, len}, &said).code != CODE_OK) {
        if (said.path.at) __builtin_trap();
        return 0;
    }
    if (said.path.len == 0 || said.path.at < data || said.path.at + said.path.len > data + len)
        __builtin_trap();
    enum held_state state = held_judge(&said, &file);
    if (state != HELD_AS_IT_WAS && file.bytes != 4096) __builtin_trap(); /* only a good one is taken over */
    if (file.bytes < 4096) __builtin_trap();
    return 0;
}

#include "base/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte chooses the verb. What is let in fits its wire form; what is refused says where, or is not JSON. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    enum verb verb = (enum verb)(data[0] % VERB_COUNT);
    struct slice text = {data + 1, size - 1};
    SCOPED(arena_done) struct arena arena = {0};
    struct json_errors errors = {0};
    union any_ask ask = {0};
    struct result checked = json_check(text);
    struct result read = json_to_ask(text, verb_row(verb)->members, 0, &arena, &ask, &errors);
    if (checked.code != CODE_OK) {
        if (read.code == CODE_OK || errors.count != 0) abort();
    } else if (read.code == CODE_OK) {
        struct ask_head head = {.id = 1, .verb = verb};
        SCOPED(buf_done) struct buf frame = {0};
        struct result written = ask_write(&head, &ask, &frame);
        if (written.code == CODE_OK && frame.len < 4) abort();
    }
    return 0;
}

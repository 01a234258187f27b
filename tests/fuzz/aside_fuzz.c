/* What stands beside an entry: bounded, and read again it is the same. */
#include "prove/entry.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    SCOPED(aside_read_done) struct aside_read read = {0}, back = {0};
    SCOPED(buf_done) struct buf again = {0};
    if (aside_read((struct slice){data, len}, &read).code != CODE_OK) {
        if (read.set || read.set_count != 0 || read.text_count != 0) __builtin_trap();
        return 0;
    }
    if (read.set_count > SET_SUBJECTS_MAX || read.text_count > COMMITMENTS_MAX) __builtin_trap();
    struct aside aside = {read.set, read.set_count, read.texts, read.text_count, read.more};
    aside_write(&aside, &again);
    if (aside_read(buf_slice(&again), &back).code != CODE_OK) __builtin_trap();
    if (back.set_count != read.set_count || back.text_count != read.text_count) __builtin_trap();
    for (size_t i = 0; i < read.set_count; i++) {
        if (memcmp(&back.set[i], &read.set[i], sizeof back.set[i]) != 0) __builtin_trap();
    }
    if (!slice_equal(back.more, read.more) || back.observed.set_count != read.observed.set_count)
        __builtin_trap();
    if (read.more.len > 0) {
        SCOPED(buf_done) struct buf more = {0};
        SCOPED(observed_done) struct observed once = {0};
        observed_write(&read.observed, &more);
        if (observed_read(buf_slice(&more), read.set_count, &once).code != CODE_OK) __builtin_trap();
    }
    for (size_t i = 0; i < read.text_count; i++) {
        if (!slice_equal(back.texts[i].text, read.texts[i].text)) __builtin_trap();
        if (read.texts[i].kind < COMMIT_REASON || read.texts[i].kind > COMMIT_LAST) __builtin_trap();
        if (memcmp(&back.texts[i], &read.texts[i], offsetof(struct aside_text, text)) != 0) __builtin_trap();
    }
    return 0;
}

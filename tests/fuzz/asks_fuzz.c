#include "base/asks.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What ask_read() takes, ask_write() gives back; answers and import rows never read past their end. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice frame = {data, size};
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(buf_done) struct buf first = {0}, second = {0};
    struct ask_head head = {0};
    union any_ask ask = {0};
    if (ask_read(frame, &arena, &head, &ask).code == CODE_OK) {
        if (ask_write(&head, &ask, &first).code != CODE_OK) abort();
        if (ask_read(slice_from(buf_slice(&first), 4), &arena, &head, &ask).code != CODE_OK) abort();
        if (ask_write(&head, &ask, &second).code != CODE_OK) abort();
        if (!slice_equal(buf_slice(&first), buf_slice(&second))) abort();
        struct cursor rows = {head.verb == VERB_IMPORT ? ask.import.rows : (struct slice){0}, false};
        static const struct import_value none;
        struct import_value values[IMPORT_TARGETS_MAX] = {none};
        uint64_t line = 0;
        for (size_t count = 0; import_row_read(&rows, &line, values, &count);) {
            if (count >= IMPORT_TARGETS_MAX) abort();
        }
    }
    struct answer_head answer = {0};
    struct slice body = {0};
    if (answer_read(frame, &answer, &body).code == CODE_OK && body.len + ANSWER_HEAD_BYTES != size) abort();
    return 0;
}

#include "answer/redress/bank_line.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A line that is read is, written in one way, read as the same; one that is refused leaves nothing behind. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct payment_line before = {{data, size}, true, UINT32_MAX};
    struct payment_line line = before, again = {.paid = false};
    SCOPED(buf_done) struct buf text = {0};
    if (payment_line_read((struct slice){data, size}, &line).code != CODE_OK) {
        if (line.id.len != size || !line.paid || line.reason != UINT32_MAX) abort();
        return 0;
    }
    if (line.id.len == 0 || line.id.len > PAYMENT_ID_BYTES_MAX + 1 || (line.reason != 0) == line.paid)
        abort();
    if (memchr(line.id.at, ',', line.id.len)) abort();
    buf_slice_put(&text, line.id);
    buf_text(&text, line.paid ? ",paid" : ",returned,");
    payment_reason_put(line.reason, &text);
    if (payment_line_read(buf_slice(&text), &again).code != CODE_OK) abort();
    if (!slice_equal(again.id, line.id) || again.paid != line.paid || again.reason != line.reason) abort();
    return 0;
}

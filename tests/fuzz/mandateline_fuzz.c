#include "answer/desk/mandate.h"
#include "base/text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a line of counsel's list says can stand in a line of a certificate: no cell of it ends one, or is beyond its bound. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct mandate_line before = {.who = {data, size}};
    struct mandate_line line = before;
    if (mandate_line_read((struct slice){data, size}, &line).code != CODE_OK) {
        if (line.who.at != data || line.who.len != size || line.reference.len != 0) abort();
        return 0;
    }
    const struct slice cells[] = {line.who, line.day, line.reference, line.digest};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        if (!text_plain(cells[i]) || cells[i].len > 128) abort();
    }
    if (line.who.len == 0 || line.reference.len == 0 || line.reference.len > MANDATE_REFERENCE_MAX ||
        line.day.len != 10 || (line.digest.len != 0 && line.digest.len != 64))
        abort();
    return 0;
}

#include "answer/desk/mandate.h"
#include "answer/redress/bank_line.h"
#include "base/clock.h"
#include "base/text.h"

enum { DIGEST_BYTES = 32, WHO_BYTES_MAX = 128 };

RESULT mandate_line_read(struct slice line, struct mandate_line *out)
{
    struct slice rest = line;
    uint8_t digest[DIGEST_BYTES];
    int64_t day = 0;
    struct mandate_line read = {.who = line_cell(&rest)};
    read.day = line_cell(&rest);
    read.reference = line_cell(&rest);
    read.digest = line_cell(&rest);
    bool good = read.who.len > 0 && read.who.len <= WHO_BYTES_MAX && read.reference.len > 0 &&
                read.reference.len <= MANDATE_REFERENCE_MAX && rest.len == 0;
    if (!good || !text_plain(line) || date_get(read.day, &day).code != CODE_OK)
        return FAIL(INVALID, "line: WHO,DAY,REFERENCE[,SHA256], the day as 2027-01-31");
    if (read.digest.len > 0 &&
        (read.digest.len != sizeof digest * 2 || !hex_get(read.digest, digest, sizeof digest)))
        return FAIL(INVALID, "line: the digest is SHA-256, 64 hex digits");
    *out = read;
    return OK;
}

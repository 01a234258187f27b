#include "answer/redress/bank_line.h"

#include <string.h>

enum { REASON_CHARS = 4 };
#define REASON_NONE 0x4d533033U /* MS03: the bank does not say why */

struct slice line_cell(struct slice *rest)
{
    const uint8_t *comma = rest->len > 0 ? memchr(rest->at, ',', rest->len) : NULL;
    struct slice one = comma ? slice_part(*rest, 0, (size_t)(comma - rest->at)) : *rest;
    *rest = comma ? slice_from(*rest, one.len + 1) : (struct slice){0};
    while (one.len > 0 && (one.at[0] == ' ' || one.at[0] == '"')) one = slice_from(one, 1);
    while (one.len > 0 && (one.at[one.len - 1] <= ' ' || one.at[one.len - 1] == '"')) one.len--;
    return one;
}

RESULT payment_line_read(struct slice line, struct payment_line *out)
{
    struct slice rest = line;
    struct payment_line read = {.id = line_cell(&rest)};
    struct slice said = line_cell(&rest), why = line_cell(&rest);
    read.paid = slice_is(said, "paid");
    if (read.id.len == 0 || read.id.len > PAYMENT_ID_BYTES_MAX + 1 ||
        (!read.paid && !slice_is(said, "returned")))
        return FAIL(INVALID, "line: ID,paid or ID,returned,REASON");
    if (!read.paid && why.len != 0 && why.len != REASON_CHARS)
        return FAIL(INVALID, "line: a reason has four letters or digits, such as AC04");
    for (size_t i = 0; i < why.len && !read.paid; i++) {
        bool good = (why.at[i] >= '0' && why.at[i] <= '9') || (why.at[i] >= 'A' && why.at[i] <= 'Z');
        if (!good) return FAIL(INVALID, "line: a reason has four letters or digits, such as AC04");
        read.reason = read.reason << 8 | why.at[i];
    }
    if (!read.paid && why.len == 0) read.reason = REASON_NONE;
    *out = read;
    return OK;
}

void payment_reason_put(uint32_t reason, struct buf *out)
{
    for (int shift = 24; reason > 0 && shift >= 0; shift -= 8) buf_byte(out, (uint8_t)(reason >> shift));
}

#include "prove/prove_priv.h"

#include <string.h>

enum { DECIMAL_DIGITS_MAX = 19 }; /* of 2^63 - 1; 19 digits fit 64 bits */

bool line_next(struct slice *rest, struct slice *line)
{
    const uint8_t *end = rest->len > 0 ? memchr(rest->at, '\n', rest->len) : NULL;
    if (!end) return false;
    size_t len = (size_t)(end - rest->at);
    *line = (struct slice){rest->at, len};
    *rest = slice_from(*rest, len + 1);
    return true;
}

bool decimal_get(struct slice text, uint64_t *out)
{
    if (text.len == 0 || text.len > DECIMAL_DIGITS_MAX || (text.at[0] == '0' && text.len > 1)) return false;
    uint64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return false;
        number = number * 10 + (uint64_t)(text.at[i] - '0');
    }
    if (number > (uint64_t)INT64_MAX) return false;
    *out = number;
    return true;
}

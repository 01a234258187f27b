/* Small text readers shared by the formats of this folder: lines and decimals, strict. */
#ifndef AMN_PROVE_PROVE_PRIV_H
#define AMN_PROVE_PROVE_PRIV_H

#include "base/bytes.h"

/* Cut the next line, without its newline, off `rest`. False, and nothing changed, if no newline is left. */
bool line_next(struct slice *rest, struct slice *line);

/* Decimal digits without leading zeros, at most 2^63 - 1. False, and `out` untouched, for anything else. */
bool decimal_get(struct slice text, uint64_t *out);

#endif

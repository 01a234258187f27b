/*
 * Money: integer minor units of an ISO 4217 currency, and how people write them. Must never round. Main calls:
 * currency_find(), amount_get(), amount_put(). Example: TRY(amount_get(SLICE_TEXT("12.50"), 2, &cents));
 */
#ifndef AMN_ANSWER_REDRESS_MONEY_H
#define AMN_ANSWER_REDRESS_MONEY_H

#include "base/bytes.h"

enum { CURRENCY_CHARS = 3 };

/* Digits of its minor unit: KRW 0, IDR 2, USD 2. INVALID: not one of currencies.def. */
RESULT currency_find(struct slice code, unsigned *digits);

/* "12.50" with 2 digits is 1250, "5000" with none 5000; fewer digits behind the point are fine, more are INVALID. */
RESULT amount_get(struct slice text, unsigned digits, uint64_t *out);
void amount_put(struct buf *out, uint64_t amount, unsigned digits);

#endif

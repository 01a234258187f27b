#include "answer/redress/money.h"

#include "answer/redress/account.h"

RESULT currency_find(struct slice code, unsigned *digits)
{
    static const struct {
        const char *code;
        unsigned digits;
    } rows[] = {
#define CURRENCY(code, digits) {code, digits},
#include "answer/redress/currencies.def"
#undef CURRENCY
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!slice_is(code, rows[i].code)) continue;
        *digits = rows[i].digits;
        return OK;
    }
    return FAIL(INVALID, "currency: a code of ISO 4217 in capitals, such as KRW, IDR or USD");
}

RESULT amount_get(struct slice text, unsigned digits, uint64_t *out)
{
    uint64_t amount = 0;
    unsigned behind = 0;
    size_t seen = 0;
    bool point = false, good = text.len > 0 && text.len <= 20;
    for (size_t i = 0; i < text.len && good; i++) {
        if (text.at[i] == '.' && !point && seen > 0) {
            point = true;
            continue;
        }
        good = text.at[i] >= '0' && text.at[i] <= '9' && amount <= AMOUNT_MAX;
        amount = amount * 10 + (uint64_t)(text.at[i] - '0');
        seen++;
        behind += point;
    }
    good = good && behind <= digits && (!point || behind > 0);
    for (; good && behind < digits && amount <= AMOUNT_MAX; behind++) amount *= 10;
    if (!good || amount > AMOUNT_MAX)
        return FAIL(INVALID, "amount: digits, and at most %u behind a point for this currency", digits);
    *out = amount;
    return OK;
}

void amount_put(struct buf *out, uint64_t amount, unsigned digits)
{
    uint64_t unit = 1;
    for (unsigned i = 0; i < digits; i++) unit *= 10;
    buf_decimal(out, amount / unit);
    if (digits > 0) buf_print(out, ".%0*llu", (int)digits, (unsigned long long)(amount % unit));
}

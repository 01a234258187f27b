#include "mail/retry.h"

#include <assert.h>

static int64_t row_or_last(const int64_t *rows, size_t count, unsigned number)
{
    assert(number > 0);
    return rows[number < count ? number - 1 : count - 1];
}

int64_t mail_retry_us(unsigned attempts)
{
    static const int64_t waits[] = {MINUTE_US,   5 * MINUTE_US, 30 * MINUTE_US, 2 * HOUR_US,
                                    4 * HOUR_US, 8 * HOUR_US,   12 * HOUR_US};
    return row_or_last(waits, COUNT_OF(waits), attempts);
}

int64_t mail_pause_us(unsigned failures)
{
    static const int64_t pauses[] = {5 * SECOND_US, 15 * SECOND_US, MINUTE_US, 5 * MINUTE_US, 15 * MINUTE_US};
    return row_or_last(pauses, COUNT_OF(pauses), failures);
}

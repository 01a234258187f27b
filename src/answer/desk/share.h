/*
 * Shares of a pool among those who were granted something: all of it where the pool reaches, else each in proportion, by
 * largest remainder, so that they add up to the pool to the unit. Numbers only. Main call: shares_of(). Example:
 *     shares_of(100, (uint64_t[]){100, 100, 100}, 3, out);   -> 34, 33, 33
 */
#ifndef AMN_ANSWER_DESK_SHARE_H
#define AMN_ANSWER_DESK_SHARE_H

#include <stddef.h>
#include <stdint.h>

enum { SHARES_MAX = 20000 };
#define SHARE_AMOUNT_MAX ((uint64_t)1000000000000000)

/*
 * @param granted  count amounts, at most SHARES_MAX, each at most SHARE_AMOUNT_MAX, as is the pool
 * @param out      as many; none above what was granted. Of equal remainders the earlier one is rounded up.
 * Cost: a sort.
 */
void shares_of(uint64_t pool, const uint64_t *granted, size_t count, uint64_t *out);

#endif

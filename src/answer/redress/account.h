/*
 * The arithmetic of compensation: a part's budget in double entry, what is left of one voucher, and one redemption from
 * reservation to refund. Numbers only: no store, no clock, no campaign. Every change is a posting from one account to
 * another, refused as a whole when anything would fall below zero; so at every moment
 *
 *     budget = open + reserved + used - refunded + expired       and       worth = left + reserved + used (of a voucher)
 *
 * `open` was promised and not used; `used` and `refunded` only grow. Main calls: take_reserve(), take_capture(),
 * take_void(), take_refund(), account_expire(). Example:
 *     enum may may = take_reserve(&account, &voucher, amount, now_us, due_us, &taking);
 */
#ifndef AMN_ANSWER_REDRESS_ACCOUNT_H
#define AMN_ANSWER_REDRESS_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#define AMOUNT_MAX ((uint64_t)1000000000000000) /* minor units of anything; no sum of ours comes near 2^63 */

enum account_name {
    ACCOUNT_BUDGET, /* where all comes from: never positive, the others add up to what it is below zero */
    ACCOUNT_OPEN,
    ACCOUNT_RESERVED,
    ACCOUNT_USED,
    ACCOUNT_REFUNDED, /* never positive: what of `used` came back */
    ACCOUNT_EXPIRED,
    ACCOUNT_COUNT
};

struct account {
    int64_t at[ACCOUNT_COUNT];
};

/* What there is, as people count it: never below zero. */
uint64_t account_sum(const struct account *account, enum account_name name);
/* Does it add up, and is nothing on the wrong side of zero? */
bool account_holds(const struct account *account);

struct voucher {
    uint64_t worth, used, reserved; /* used: less what was refunded */
    int64_t from_us, until_us;      /* good from, and before */
};
uint64_t voucher_left(const struct voucher *voucher);

/* Numbers are stored: never reuse one. */
enum redemption_state { TAKING_RESERVED = 1, TAKING_CAPTURED, TAKING_VOIDED, TAKING_LAPSED };
struct taking {
    enum redemption_state state;
    uint64_t reserved, captured, refunded; /* reserved: what it was made with */
    int64_t made_us, due_us;               /* due: when it lapses; 0: it is no reservation any more */
};

/* Do its voucher and its account hold what it says? Else a row was changed. */
bool taking_is_held(const struct taking *taking, const struct voucher *voucher,
                    const struct account *account);

/* Numbers are stored: never reuse one. */
enum voucher_act {
    ACT_VOUCHER_RESERVE = 1,
    ACT_VOUCHER_CAPTURE,
    ACT_VOUCHER_VOID,
    ACT_VOUCHER_REDEEM, /* reserve and capture at once */
    ACT_VOUCHER_REFUND,
    ACT_VOUCHER_LAPSE,
    ACT_VOUCHER_EXPIRE, /* of a whole part */
    ACT_VOUCHER_FUND,   /* the same */
    ACT_VOUCHER_COUNT
};

/* Why not. */
enum may {
    MAY_DO,
    MAY_NOT_AMOUNT, /* zero, or more than any amount */
    MAY_NOT_YET,
    MAY_NOT_MORE, /* it is over */
    MAY_NOT_LEFT, /* the voucher has less left */
    MAY_NOT_BUDGET,
    MAY_NOT_STATE, /* the redemption is not where this can be done */
    MAY_NOT_TAKEN  /* more than was reserved, or captured and not yet refunded */
};

/* Each changes all of its arguments, or none. */
enum may account_fund(struct account *account, uint64_t amount);
enum may take_reserve(struct account *account, struct voucher *voucher, uint64_t amount, int64_t now_us,
                      int64_t due_us, struct taking *out);
/* What was reserved and is not captured goes back. */
enum may take_capture(struct account *account, struct voucher *voucher, struct taking *taking,
                      uint64_t amount, int64_t now_us);
enum may take_void(struct account *account, struct voucher *voucher, struct taking *taking);
enum may take_lapse(struct account *account, struct voucher *voucher, struct taking *taking, int64_t now_us);
/* What comes back can be used until `again_us` at least. */
enum may take_refund(struct account *account, struct voucher *voucher, struct taking *taking, uint64_t amount,
                     int64_t again_us);
/* The part is over: what is open expires, but for `kept`, which is still good for some. How much did. */
uint64_t account_expire(struct account *account, uint64_t kept);

#endif

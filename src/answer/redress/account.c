#include "answer/redress/account.h"

#include <assert.h>

uint64_t account_sum(const struct account *account, enum account_name name)
{
    int64_t at = account->at[name];
    return (uint64_t)(at < 0 ? -at : at);
}

bool account_holds(const struct account *account)
{
    int64_t sum = 0;
    for (int name = 0; name < ACCOUNT_COUNT; name++) {
        bool below = name == ACCOUNT_BUDGET || name == ACCOUNT_REFUNDED;
        if (below ? account->at[name] > 0 : account->at[name] < 0) return false;
        sum += account->at[name];
    }
    return sum == 0 && account_sum(account, ACCOUNT_REFUNDED) <= account_sum(account, ACCOUNT_USED);
}

bool taking_is_held(const struct taking *taking, const struct voucher *voucher, const struct account *account)
{
    uint64_t reserved = taking->state == TAKING_RESERVED ? taking->reserved : 0;
    uint64_t used = taking->captured - taking->refunded;
    return voucher->reserved >= reserved && voucher->used >= used &&
           account_sum(account, ACCOUNT_RESERVED) >= reserved &&
           account_sum(account, ACCOUNT_USED) - account_sum(account, ACCOUNT_REFUNDED) >= used;
}

/* The only place where a balance changes: what one loses another gets. */
static void post(struct account *account, enum account_name from, enum account_name to, uint64_t amount)
{
    account->at[from] -= (int64_t)amount;
    account->at[to] += (int64_t)amount;
    assert(account_holds(account));
}

uint64_t voucher_left(const struct voucher *voucher)
{
    uint64_t gone = voucher->used + voucher->reserved;
    return gone < voucher->worth ? voucher->worth - gone : 0;
}

enum may account_fund(struct account *account, uint64_t amount)
{
    if (amount > AMOUNT_MAX || account_sum(account, ACCOUNT_BUDGET) + amount > AMOUNT_MAX)
        return MAY_NOT_AMOUNT;
    post(account, ACCOUNT_BUDGET, ACCOUNT_OPEN, amount);
    return MAY_DO;
}

enum may take_reserve(struct account *account, struct voucher *voucher, uint64_t amount, int64_t now_us,
                      int64_t due_us, struct taking *out)
{
    if (amount == 0 || amount > AMOUNT_MAX) return MAY_NOT_AMOUNT;
    if (now_us < voucher->from_us) return MAY_NOT_YET;
    if (now_us >= voucher->until_us) return MAY_NOT_MORE;
    if (amount > voucher_left(voucher)) return MAY_NOT_LEFT;
    if (amount > account_sum(account, ACCOUNT_OPEN)) return MAY_NOT_BUDGET;
    post(account, ACCOUNT_OPEN, ACCOUNT_RESERVED, amount);
    voucher->reserved += amount;
    *out = (struct taking){.state = TAKING_RESERVED, .reserved = amount, .made_us = now_us, .due_us = due_us};
    return MAY_DO;
}

/* End a reservation: `amount` of it is used, the rest is open again. */
static void release(struct account *account, struct voucher *voucher, struct taking *taking, uint64_t amount,
                    enum redemption_state state)
{
    assert(voucher->reserved >= taking->reserved && amount <= taking->reserved);
    if (amount > 0) post(account, ACCOUNT_RESERVED, ACCOUNT_USED, amount);
    if (amount < taking->reserved) post(account, ACCOUNT_RESERVED, ACCOUNT_OPEN, taking->reserved - amount);
    voucher->reserved -= taking->reserved;
    voucher->used += amount;
    taking->captured = amount;
    taking->due_us = 0;
    taking->state = state;
}

enum may take_capture(struct account *account, struct voucher *voucher, struct taking *taking,
                      uint64_t amount, int64_t now_us)
{
    if (taking->state != TAKING_RESERVED) return MAY_NOT_STATE;
    if (now_us >= taking->due_us) return MAY_NOT_MORE;
    if (amount == 0) return MAY_NOT_AMOUNT;
    if (amount > taking->reserved) return MAY_NOT_TAKEN;
    release(account, voucher, taking, amount, TAKING_CAPTURED);
    return MAY_DO;
}

enum may take_void(struct account *account, struct voucher *voucher, struct taking *taking)
{
    if (taking->state != TAKING_RESERVED) return MAY_NOT_STATE;
    release(account, voucher, taking, 0, TAKING_VOIDED);
    return MAY_DO;
}

enum may take_lapse(struct account *account, struct voucher *voucher, struct taking *taking, int64_t now_us)
{
    if (taking->state != TAKING_RESERVED || now_us < taking->due_us) return MAY_NOT_STATE;
    release(account, voucher, taking, 0, TAKING_LAPSED);
    return MAY_DO;
}

enum may take_refund(struct account *account, struct voucher *voucher, struct taking *taking, uint64_t amount,
                     int64_t again_us)
{
    if (taking->state != TAKING_CAPTURED) return MAY_NOT_STATE;
    if (amount == 0) return MAY_NOT_AMOUNT;
    if (amount > taking->captured - taking->refunded) return MAY_NOT_TAKEN;
    post(account, ACCOUNT_REFUNDED, ACCOUNT_OPEN, amount);
    voucher->used -= amount;
    taking->refunded += amount;
    if (again_us > voucher->until_us) voucher->until_us = again_us;
    return MAY_DO;
}

uint64_t account_expire(struct account *account, uint64_t kept)
{
    uint64_t open = account_sum(account, ACCOUNT_OPEN), gone = open > kept ? open - kept : 0;
    if (gone > 0) post(account, ACCOUNT_OPEN, ACCOUNT_EXPIRED, gone);
    return gone;
}

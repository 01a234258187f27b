/* The arithmetic of compensation against a model that keeps a list of what happened; money in and out; unfair terms. */
#include "prop.h"

#include "answer/redress/account.h"
#include "answer/redress/money.h"
#include "answer/redress/terms.h"

enum { VOUCHERS = 6, TAKINGS = 64, STEPS = 400 };

/* What a careful clerk would write down: nothing but what was agreed to. */
struct clerk {
    uint64_t budget, expired;
    struct {
        int voucher;
        uint64_t held, taken, back; /* held: now */
        int64_t due;
    } at[TAKINGS];
    size_t count;
};

static uint64_t clerk_gone(const struct clerk *clerk, int voucher)
{
    uint64_t gone = 0;
    for (size_t i = 0; i < clerk->count; i++) {
        if (voucher >= 0 && clerk->at[i].voucher != voucher) continue;
        gone += clerk->at[i].held + clerk->at[i].taken - clerk->at[i].back;
    }
    return gone;
}

static void same_as_clerk(const struct clerk *clerk, const struct account *account,
                          const struct voucher *vouchers)
{
    assert_true(account_holds(account));
    assert_int_equal(account_sum(account, ACCOUNT_BUDGET), clerk->budget);
    assert_int_equal(account_sum(account, ACCOUNT_EXPIRED), clerk->expired);
    assert_int_equal(account_sum(account, ACCOUNT_OPEN),
                     clerk->budget - clerk->expired - clerk_gone(clerk, -1));
    for (int i = 0; i < VOUCHERS; i++)
        assert_int_equal(voucher_left(&vouchers[i]), vouchers[i].worth - clerk_gone(clerk, i));
}

static void one_step(struct prop_rng *rng, struct clerk *clerk, struct account *account,
                     struct voucher *vouchers, struct taking *takings, int64_t now)
{
    size_t which = clerk->count > 0 ? prop_below(rng, clerk->count) : 0;
    int voucher = clerk->count > 0 ? clerk->at[which].voucher : 0;
    uint64_t amount = prop_below(rng, 60);
    switch (prop_below(rng, 5)) {
    case 0: {
        if (clerk->count == TAKINGS) return;
        int fresh = (int)prop_below(rng, VOUCHERS);
        struct voucher *at = &vouchers[fresh];
        bool may = amount > 0 && now >= at->from_us && now < at->until_us &&
                   amount <= at->worth - clerk_gone(clerk, fresh) &&
                   amount <= clerk->budget - clerk->expired - clerk_gone(clerk, -1);
        enum may got = take_reserve(account, at, amount, now, now + 20, &takings[clerk->count]);
        assert_int_equal(got == MAY_DO, may);
        if (!may) return;
        clerk->at[clerk->count].voucher = fresh;
        clerk->at[clerk->count].held = amount;
        clerk->at[clerk->count++].due = now + 20;
        return;
    }
    case 1: {
        bool may = clerk->count > 0 && clerk->at[which].held > 0 && now < clerk->at[which].due &&
                   amount > 0 && amount <= clerk->at[which].held;
        if (clerk->count == 0) return;
        enum may got = take_capture(account, &vouchers[voucher], &takings[which], amount, now);
        assert_int_equal(got == MAY_DO, may);
        if (!may) return;
        clerk->at[which].held = 0;
        clerk->at[which].taken = amount;
        return;
    }
    case 2:
    case 3: {
        bool lapse = prop_below(rng, 2) == 0;
        if (clerk->count == 0) return;
        bool may = clerk->at[which].held > 0 && (!lapse || now >= clerk->at[which].due);
        enum may got = lapse ? take_lapse(account, &vouchers[voucher], &takings[which], now)
                             : take_void(account, &vouchers[voucher], &takings[which]);
        assert_int_equal(got == MAY_DO, may);
        if (may) clerk->at[which].held = 0;
        return;
    }
    default: {
        if (clerk->count == 0) return;
        bool may = amount > 0 && clerk->at[which].held == 0 &&
                   amount <= clerk->at[which].taken - clerk->at[which].back;
        enum may got = take_refund(account, &vouchers[voucher], &takings[which], amount, now + 50);
        assert_int_equal(got == MAY_DO, may);
        if (!may) return;
        clerk->at[which].back += amount;
        assert_true(vouchers[voucher].until_us >= now + 50);
    }
    }
}

static void adds_up_whatever_is_asked_in_whatever_order(void **state)
{
    (void)state;
    PROPERTY(300, rng) {
        struct clerk clerk = {.budget = 50 + prop_below(&rng, 400)};
        struct account account = {{0}};
        struct voucher vouchers[VOUCHERS];
        struct taking takings[TAKINGS] = {{0}};
        int64_t now = 100;
        for (int i = 0; i < VOUCHERS; i++)
            vouchers[i] = (struct voucher){.worth = 100, .from_us = 110, .until_us = 600};
        assert_int_equal(account_fund(&account, clerk.budget), MAY_DO);
        for (int step = 0; step < STEPS; step++) {
            now += (int64_t)prop_below(&rng, 4);
            one_step(&rng, &clerk, &account, vouchers, takings, now);
            if (prop_below(&rng, 100) == 0) {
                uint64_t kept = prop_below(&rng, 50);
                clerk.expired += account_expire(&account, kept);
                assert_true(account_sum(&account, ACCOUNT_OPEN) <= kept);
            }
            same_as_clerk(&clerk, &account, vouchers);
        }
    }
}

static void what_is_refused_changes_nothing(void **state)
{
    (void)state;
    struct account account = {{0}}, before;
    struct voucher voucher = {.worth = 10, .from_us = 5, .until_us = 9}, was;
    struct taking taking = {0};
    assert_int_equal(account_fund(&account, 8), MAY_DO);
    before = account;
    was = voucher;
    const struct {
        uint64_t amount;
        int64_t now;
        enum may why;
    } rows[] = {{0, 6, MAY_NOT_AMOUNT}, {AMOUNT_MAX + 1, 6, MAY_NOT_AMOUNT},
                {1, 4, MAY_NOT_YET},    {1, 9, MAY_NOT_MORE},
                {11, 6, MAY_NOT_LEFT},  {9, 6, MAY_NOT_BUDGET}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(take_reserve(&account, &voucher, rows[i].amount, rows[i].now, 7, &taking),
                         rows[i].why);
        assert_memory_equal(&account, &before, sizeof account);
        assert_memory_equal(&voucher, &was, sizeof voucher);
    }
    assert_int_equal(account_fund(&account, AMOUNT_MAX), MAY_NOT_AMOUNT);
    assert_memory_equal(&account, &before, sizeof account);
}

static void money_is_read_and_written_by_its_currency(void **state)
{
    (void)state;
    static const struct {
        const char *currency, *text, *again;
        bool good;
        uint64_t amount;
    } rows[] = {{"KRW", "20000", "20000", true, 20000},
                {"KRW", "20000.0", NULL, false, 0},
                {"IDR", "150000", "150000.00", true, 15000000},
                {"USD", "12.5", "12.50", true, 1250},
                {"USD", "12.505", NULL, false, 0},
                {"USD", ".5", NULL, false, 0},
                {"USD", "5.", NULL, false, 0},
                {"USD", "1.2.3", NULL, false, 0},
                {"USD", "-1", NULL, false, 0},
                {"USD", "", NULL, false, 0},
                {"BHD", "0.001", "0.001", true, 1},
                {"KRW", "99999999999999999999", NULL, false, 0},
                {"USD", "10000000000000.01", NULL, false, 0}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        unsigned digits = 9;
        uint64_t amount = 7;
        SCOPED(buf_done) struct buf text = {0};
        assert_ok(currency_find(slice_text(rows[i].currency), &digits));
        struct result got = amount_get(slice_text(rows[i].text), digits, &amount);
        if ((got.code == CODE_OK) != rows[i].good) fail_msg("%s %s", rows[i].currency, rows[i].text);
        assert_int_equal(amount, rows[i].good ? rows[i].amount : 7);
        if (!rows[i].good) continue;
        amount_put(&text, amount, digits);
        assert_string_equal(buf_c(&text), rows[i].again);
    }
    unsigned digits = 0;
    assert_code(CODE_INVALID, currency_find(SLICE_TEXT("WON"), &digits));
}

static void terms_that_take_something_away_are_flagged(void **state)
{
    (void)state;
    static const struct {
        const char *language, *text;
        uint32_t flags, conditions;
    } rows[] = {
        {"en", "Valid for a year.", 0, 1},
        {"en", "By using the voucher you WAIVE\nyour right to damages.", 1U << TERMS_WAIVER, 2},
        {"en", "This does not waive any right. You need no account to use it.", 0, 2},
        {"en", "You agree not to sue the company.", 1U << TERMS_WAIVER, 1},
        {"en", "Former members must sign up; members only. Orders over 30 dollars.",
         1U << TERMS_REREGISTER | 1U << TERMS_SPEND, 3},
        {"en", "By redeeming you agree to receive our newsletter. The remainder is forfeited.",
         1U << TERMS_CONSENT | 1U << TERMS_REMAINDER, 2},
        {"en", "Worth 12.50 dollars, see shop.example. It ends on 1.2.2030.", 0, 2},
        {"id", "Dengan memakai voucher ini Anda melepaskan hak untuk menuntut. Minimal belanja Rp50.000.",
         1U << TERMS_WAIVER | 1U << TERMS_SPEND, 2},
        {"id", "Ini bukan pelepasan hak.", 0, 1},
        {"ko", "이 보상권을 쓰면 모든 권리를 포기하는 것으로 봅니다.\n탈퇴한 회원은 재가입해야 합니다.",
         1U << TERMS_WAIVER | 1U << TERMS_REREGISTER, 2},
        {"ko", "권리를 포기하는 것이 아닙니다. 마케팅 수신 동의가 필요합니다.", 1U << TERMS_CONSENT, 2},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct terms_found found = {0};
        terms_check(slice_text(rows[i].language), slice_text(rows[i].text), &found);
        if (found.flags != rows[i].flags || found.conditions != rows[i].conditions)
            fail_msg("%s: flags %x, %u conditions", rows[i].text, found.flags, found.conditions);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_up_whatever_is_asked_in_whatever_order),
        cmocka_unit_test(what_is_refused_changes_nothing),
        cmocka_unit_test(money_is_read_and_written_by_its_currency),
        cmocka_unit_test(terms_that_take_something_away_are_flagged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

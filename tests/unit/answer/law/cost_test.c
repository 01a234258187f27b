/* Maxima by formula: each rule with and without what it needs, and the figures of the laws themselves. */
#include "answer/law/cost.h"
#include "prop.h"

static int open_law(void **state)
{
    struct law *law = NULL;
    struct result result = law_load(NULL, &law);
    *state = law;
    return result.code == CODE_OK ? 0 : -1;
}

static int close_law(void **state)
{
    struct law *law = *state;
    law_free(&law);
    return 0;
}

static const struct law_fine *fine_of(const struct law *law, const char *regime, const char *id)
{
    const struct law_regime *found = law_regime(law, regime);
    assert_non_null(found);
    for (uint32_t i = 0; found && i < found->fines_count; i++) {
        if (strcmp(found->fines[i].id, id) == 0) return &found->fines[i];
    }
    fail_msg("%s has no %s", regime, id);
    return NULL;
}

static void works_out_each_rule(void **state)
{
    static const struct {
        const char *regime, *fine;
        struct law_turnover turnover;
        uint64_t people;
        struct law_cost want;
    } rows[] = {
        {"kr-pipa", "fine", {0}, 0, {LAW_COST_AMOUNT, 30000000, 0, "KRW", NULL}},
        {"kr-pipa",
         "surcharge",
         {"KRW", 41000000000000},
         0,
         {LAW_COST_AMOUNT, 1230000000000, 0, "KRW", NULL}},
        {"kr-pipa",
         "surcharge",
         {"KRW", 0},
         0,
         {LAW_COST_AMOUNT, 2000000000, 0, "KRW", NULL}}, /* none at all */
        {"kr-pipa", "surcharge", {0}, 0, {LAW_COST_TURNOVER, 2000000000, 0, "KRW", NULL}},
        {"kr-pipa", "surcharge-aggravated", {"KRW", 100}, 0, {LAW_COST_AMOUNT, 10, 0, "KRW", NULL}},
        {"kr-pipa", "statutory-damages", {0}, 0, {LAW_COST_PEOPLE, 3000000, 0, "KRW", NULL}},
        {"kr-pipa", "statutory-damages", {0}, 1000, {LAW_COST_AMOUNT, 3000000000, 0, "KRW", NULL}},
        {"id-pdp", "administrative", {"IDR", 50000000000}, 0, {LAW_COST_AMOUNT, 1000000000, 0, "IDR", NULL}},
        {"id-pdp", "administrative", {0}, 0, {LAW_COST_TURNOVER, 0, 0, NULL, NULL}},
        {"id-pdp", "damages", {"IDR", 1}, 5, {LAW_COST_TEXT, 0, 0, NULL, NULL}},
        {"eu-gdpr", "art83-4", {"EUR", 400000000}, 0, {LAW_COST_AMOUNT, 10000000, 0, "EUR", NULL}},
        {"eu-gdpr", "art83-4", {"EUR", 600000000}, 0, {LAW_COST_AMOUNT, 12000000, 0, "EUR", NULL}},
        {"eu-gdpr", "art83-4", {"KRW", 1000000}, 0, {LAW_COST_EITHER, 10000000, 20000, "EUR", "KRW"}},
        {"eu-nis2", "important", {"EUR", 1000000000}, 0, {LAW_COST_AMOUNT, 14000000, 0, "EUR", NULL}},
        {"sg-pdpa", "financial-penalty", {"SGD", 10000000}, 0, {LAW_COST_AMOUNT, 1000000, 0, "SGD", NULL}},
        {"sg-pdpa", "financial-penalty", {"SGD", 10000010}, 0, {LAW_COST_AMOUNT, 1000001, 0, "SGD", NULL}},
        {"sg-pdpa", "financial-penalty", {"IDR", 100}, 0, {LAW_COST_EITHER, 1000000, 10, "SGD", "IDR"}},
        {"in-dpdp", "penalty", {0}, 0, {LAW_COST_AMOUNT, 2000000000, 0, "INR", NULL}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct law_cost got = {0};
        const struct law_cost *want = &rows[i].want;
        assert_ok(
            law_cost(fine_of(*state, rows[i].regime, rows[i].fine), &rows[i].turnover, rows[i].people, &got));
        bool same = got.kind == want->kind && got.amount == want->amount &&
                    got.other_amount == want->other_amount &&
                    slice_equal(slice_text(got.currency), slice_text(want->currency)) &&
                    slice_equal(slice_text(got.other_currency), slice_text(want->other_currency));
        if (!same)
            fail_msg("%s/%s, row %zu: kind %d, %llu", rows[i].regime, rows[i].fine, i, (int)got.kind,
                     (unsigned long long)got.amount);
    }
}

static void keeps_within_its_numbers(void **state)
{
    struct law_cost cost = {0};
    const struct law_turnover most = {"KRW", LAW_TURNOVER_MAX}, more = {"KRW", LAW_TURNOVER_MAX + 1};
    assert_ok(law_cost(fine_of(*state, "kr-pipa", "surcharge"), &most, 0, &cost));
    assert_int_equal(cost.amount, LAW_TURNOVER_MAX / 100 * 3);
    assert_code(CODE_INVALID, law_cost(fine_of(*state, "kr-pipa", "surcharge"), &more, 0, &cost));
    assert_ok(law_cost(fine_of(*state, "kr-pipa", "statutory-damages"), &most, LAW_PERSONS_MAX, &cost));
    assert_code(CODE_INVALID,
                law_cost(fine_of(*state, "kr-pipa", "statutory-damages"), &most, UINT64_MAX, &cost));
}

static void a_share_is_that_share(void **state) /* a property, against long division in 128 bits */
{
    const struct law_fine *fine = fine_of(*state, "eu-nis2", "important");
    PROPERTY(2000, rng) {
        struct law_cost cost = {0};
        const struct law_turnover turnover = {"KRW", prop_u64(&rng) % (LAW_TURNOVER_MAX + 1)};
        assert_ok(law_cost(fine, &turnover, 0, &cost)); /* 1.4 % */
        __extension__ unsigned __int128 exact = (unsigned __int128)turnover.amount * 14000 / 1000000;
        assert_int_equal(cost.other_amount, (uint64_t)exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(works_out_each_rule),
                                       cmocka_unit_test(keeps_within_its_numbers),
                                       cmocka_unit_test(a_share_is_that_share)};
    return cmocka_run_group_tests(tests, open_law, close_law);
}

#include "answer/evidence/verdict.h"

#include "prop.h"

/* What each mixture of numbers is taken for. */
static void decides_by_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct verdict_numbers numbers;
        enum verdict_kind kind;
        enum verdict_sure sure;
    } cases[] = {
        {"nothing to look up", {0}, VERDICT_UNDECIDED, SURE_LOW},
        {"nobody", {.keyed = 1000}, VERDICT_ANOTHERS, SURE_HIGH},
        {"nobody of a few", {.keyed = 5}, VERDICT_ANOTHERS, SURE_LOW},
        {"all, with own numbers", {1000, 1000, 0, 500, 500, 500, 490, 500, 495, 0}, VERDICT_OURS, SURE_HIGH},
        {"all, nothing own", {1000, 1000, 0, 500, 500, 500, 490, 0, 0, 0}, VERDICT_OURS, SURE_MEDIUM},
        {"addresses and passwords alone", {1000, 990, 0, 0, 0, 0, 0, 0, 0, 0}, VERDICT_OURS, SURE_LOW},
        {"all, a canary", {1000, 1000, 0, 0, 0, 0, 0, 0, 0, 1}, VERDICT_OURS, SURE_HIGH},
        {"all of five", {5, 5, 0, 5, 5, 5, 5, 0, 0, 0}, VERDICT_UNDECIDED, SURE_LOW},
        {"all of five, with own numbers", {5, 5, 0, 5, 5, 5, 5, 5, 5, 0}, VERDICT_OURS, SURE_HIGH},
        {"a third, with own numbers",
         {3000, 1000, 0, 500, 500, 500, 490, 500, 495, 0},
         VERDICT_PARTLY,
         SURE_HIGH},
        {"a third, with a canary", {3000, 1000, 0, 0, 0, 0, 0, 0, 0, 2}, VERDICT_PARTLY, SURE_HIGH},
        {"two thirds, as in any list of a large shop",
         {3000, 2000, 0, 500, 500, 500, 490, 0, 0, 0},
         VERDICT_ANOTHERS,
         SURE_MEDIUM},
        {"hardly anybody", {100000, 200, 0, 200, 190, 200, 190, 0, 0, 0}, VERDICT_ANOTHERS, SURE_HIGH},
        {"numbers of their own that are no numbers of ours",
         {3000, 1000, 0, 500, 490, 500, 490, 500, 2, 0},
         VERDICT_ANOTHERS,
         SURE_MEDIUM},
        {"names of others", {1000, 1000, 0, 500, 10, 500, 10, 0, 0, 0}, VERDICT_MADE_UP, SURE_HIGH},
        {"values of different people",
         {1000, 1000, 900, 500, 400, 0, 0, 0, 0, 0},
         VERDICT_MADE_UP,
         SURE_HIGH},
        {"names of others, but a canary",
         {1000, 1000, 0, 500, 10, 500, 10, 0, 0, 1},
         VERDICT_OURS,
         SURE_HIGH},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct verdict got = verdict_of(&cases[i].numbers);
        if (got.kind != cases[i].kind || got.sure != cases[i].sure)
            fail_msg("%s: %s, %s", cases[i].name, verdict_name(got.kind), verdict_sure_name(got.sure));
        assert_true(got.reasons != 0);
    }
}

/* More of the shop's own marks never make it less ours; and no share of common customers alone makes a part of it ours. */
static void never_claims_by_share_alone(void **state)
{
    (void)state;
    PROPERTY(2000, rng) {
        struct verdict_numbers numbers = {.keyed = 1 + prop_below(&rng, 100000)};
        numbers.hit = prop_below(&rng, (size_t)(numbers.keyed * 9 / 10) + 1);
        numbers.compared = numbers.hit < 2000 ? numbers.hit : 2000;
        numbers.agreeing = numbers.names_agreeing = numbers.names_compared = numbers.compared;
        struct verdict got = verdict_of(&numbers);
        assert_true(got.kind == VERDICT_ANOTHERS || numbers.hit * 1000 / numbers.keyed >= 900);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_by_numbers),
        cmocka_unit_test(never_claims_by_share_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "prop.h"

#include "watch/detect/measure/statistic.h"
#include "watch/detect/rule/enumeration.h"

#include <math.h>

enum { CUSTOMERS = 100000 };

static struct params params_now(void)
{
    struct params params;
    params_default(&params);
    return params;
}

static double ask(struct enumeration *state, const struct params *params, const uint64_t *subjects,
                  size_t count)
{
    struct look look = {.subjects = subjects, .count = count};
    return enumeration_look(state, params, &look, (struct enumeration_shop){CUSTOMERS, CUSTOMERS});
}

/* Steps of the whole story, one after the other; the greatest score of runs alone. */
static double runs_of(const uint64_t *subjects, size_t count, const struct params *params)
{
    double run = 0, steady = 0, greatest = 0;
    int64_t before = 0;
    for (size_t i = 1; i < count; i++) {
        int64_t step = (int64_t)subjects[i] - (int64_t)subjects[i - 1];
        run = (step > 0) == (before > 0) && before != 0 ? run + 1 : 1;
        steady = step == before ? steady + 1 : 1;
        before = step;
        if (run >= params->at[PARAM_ENUMERATION_RUN])
            greatest = fmax(greatest, run / params->at[PARAM_ENUMERATION_RUN]);
        if (steady >= params->at[PARAM_ENUMERATION_STEADY])
            greatest = fmax(greatest, steady / params->at[PARAM_ENUMERATION_STEADY]);
    }
    return greatest;
}

static void sees_runs_as_the_model_in_asks_of_any_size(void **state)
{
    (void)state;
    struct params params = params_now();
    params.at[PARAM_ENUMERATION_RUN] = 4; /* so that chance makes some */
    params.at[PARAM_ENUMERATION_STEADY] = 3;
    params.at[PARAM_ENUMERATION_BITS] = 0.1;
    PROPERTY(300, rng) {
        uint64_t subjects[60], range = 3 + prop_below(&rng, 40);
        size_t count = 0;
        subjects[count++] = 1 + prop_below(&rng, range);
        while (count < 60) {
            uint64_t next = 1 + prop_below(&rng, range);
            if (next != subjects[count - 1]) subjects[count++] = next;
        }
        struct enumeration enumeration = {0};
        double greatest = 0;
        for (size_t from = 0; from < count;) {
            size_t some = 1 + prop_below(&rng, count - from);
            greatest = fmax(greatest, ask(&enumeration, &params, subjects + from, some));
            from += some;
        }
        assert_true(fabs(greatest - runs_of(subjects, count, &params)) < 1e-9);
    }
}

static void goes_through_a_list(void **state)
{
    (void)state;
    struct params params = params_now();
    static const struct {
        const char *name;
        int64_t step;
    } cases[] = {{"upwards", 1}, {"downwards", -1}, {"every third", 3}, {"in steps of a page", 100}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct enumeration enumeration = {0};
        unsigned asked = 0;
        for (uint64_t subject = 50000;; subject += (uint64_t)cases[i].step) {
            asked++;
            if (ask(&enumeration, &params, &subject, 1) >= 1) break;
            assert_true(asked < 100);
        }
        if (asked != 11) fail_msg("%s: after %u people", cases[i].name, asked); /* ten equal steps */
    }
}

/* A thousand people from 20,000 on, page after page, each page in random order. */
static void pages_make(struct prop_rng *rng, size_t page, uint64_t out[1000])
{
    for (size_t i = 0; i < 1000; i++) out[i] = 20000 + i;
    for (size_t from = 0; from < 1000; from += page) {
        for (size_t i = page - 1; i > 0; i--) {
            size_t j = prop_below(rng, i + 1);
            uint64_t other = out[from + j];
            out[from + j] = out[from + i];
            out[from + i] = other;
        }
    }
}

static void sees_a_list_that_was_shuffled_in_pages(void **state)
{
    (void)state;
    struct params params = params_now();
    static const size_t pages[] = {1, 2, 4, 20, 100, 500, 1000};
    PROPERTY(10, rng) {
        for (size_t i = 0; i < COUNT_OF(pages); i++) {
            struct enumeration enumeration = {0};
            uint64_t subjects[1000];
            pages_make(&rng, pages[i], subjects);
            size_t asked = 0;
            while (asked < 1000 && ask(&enumeration, &params, &subjects[asked], 1) < 1) asked++;
            if (asked > 65) fail_msg("pages of %zu: %zu people", pages[i], asked);
        }
    }
}

static void random_order_is_no_list(void **state)
{
    (void)state;
    struct params params = params_now();
    static const uint64_t sizes[] = {800, 100000, 30000000};
    PROPERTY(3, rng) {
        for (size_t size = 0; size < COUNT_OF(sizes); size++) {
            struct enumeration enumeration = {0};
            struct enumeration_shop shop = {sizes[size], UINT64_MAX};
            for (unsigned i = 0; i < 100000; i++) {
                uint64_t subject = 1 + prop_below(&rng, sizes[size]);
                struct look look = {.subjects = &subject, .count = 1};
                assert_true(enumeration_look(&enumeration, &params, &look, shop) < 1);
            }
        }
    }
}

static void who_works_on_few_people_has_no_list(void **state)
{
    (void)state;
    struct params params = params_now();
    struct enumeration enumeration = {0};
    for (unsigned i = 0; i < 10000; i++) {
        uint64_t subject = 1 + i % 3;
        assert_true(ask(&enumeration, &params, &subject, 1) < 1);
    }
}

static void the_newest_come_in_order(void **state)
{
    (void)state;
    struct params params = params_now();
    struct enumeration enumeration = {0};
    for (uint64_t subject = CUSTOMERS + 1; subject < CUSTOMERS + 1000; subject++)
        assert_true(ask(&enumeration, &params, &subject, 1) == 0);
}

static void many_values_count_against_the_usual(void **state)
{
    (void)state;
    struct params params = params_now();
    struct enumeration enumeration = {0};
    assert_true(enumeration_values(&enumeration, &params, 299, 10, 30) == 0);
    assert_true(enumeration_values(&enumeration, &params, 1e6, -1, 3) == 0); /* a new reader without peers */
    assert_true(enumeration_values(&enumeration, &params, 600, 10, 3) == 2);
    assert_true(enumeration_values(&enumeration, &params, 1200, 100, 3) == 1200 / 1000.0);
    enumeration_learn(&enumeration, &params, 1000, 1);
    assert_true(enumeration.usual_values == 1000);
    for (unsigned i = 0; i < 7; i++) enumeration_learn(&enumeration, &params, 1e9, 1);
    assert_true(fabs(enumeration.usual_values - 1100) < 1); /* ten percent a week at most */
    enumeration_calm(&enumeration);
    assert_true(enumeration.last == 0 && enumeration.usual_values > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_runs_as_the_model_in_asks_of_any_size),
        cmocka_unit_test(goes_through_a_list),
        cmocka_unit_test(sees_a_list_that_was_shuffled_in_pages),
        cmocka_unit_test(random_order_is_no_list),
        cmocka_unit_test(who_works_on_few_people_has_no_list),
        cmocka_unit_test(the_newest_come_in_order),
        cmocka_unit_test(many_values_count_against_the_usual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

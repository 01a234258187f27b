#include "prop.h"

#include "watch/detect/table.h"

#include <math.h>

static void every_detector_has_a_row_and_a_name_of_its_own(void **state)
{
    (void)state;
    unsigned rows = 0;
    for (unsigned i = 0; i < DETECTORS_END + 3; i++) {
        const struct detector_row *row = detector_row(i);
        if (!row) continue;
        rows++;
        assert_int_equal(detector_by_name(slice_text(row->name)), i);
        assert_non_null(severity_name(row->severity));
    }
    assert_int_equal(rows, DETECTORS_END - 1);
    assert_null(detector_row(0));
    assert_int_equal(detector_by_name(SLICE_TEXT("")), 0);
    assert_int_equal(detector_by_name(SLICE_TEXT("canar")), 0);
}

static void values_lie_within_their_bounds(void **state)
{
    (void)state;
    struct params params;
    params_default(&params);
    for (size_t i = 0; i < PARAM_COUNT; i++) {
        const struct param_row *row = param_row((enum param)i);
        assert_true(row->least <= row->value && row->value <= row->most && row->least < row->most);
        assert_true(params.at[i] == row->value);
        for (size_t j = 0; j < i; j++) assert_string_not_equal(row->name, param_row((enum param)j)->name);
    }
    assert_true(detector_trip(&params, DETECTOR_CANARY) > 0);
}

static void sets_only_what_is_within_bounds(void **state)
{
    (void)state;
    struct params params;
    params_default(&params);
    struct params before = params;
    assert_int_equal(params_set(&params, SLICE_TEXT("riding.days"), 0).code, CODE_INVALID);
    assert_int_equal(params_set(&params, SLICE_TEXT("riding.days"), NAN).code, CODE_INVALID);
    assert_int_equal(params_set(&params, SLICE_TEXT("riding.dayz"), 3).code, CODE_INVALID);
    assert_memory_equal(&params, &before, sizeof params);
    assert_int_equal(params_set(&params, SLICE_TEXT("riding.days"), 9).code, CODE_OK);
    assert_true(params.at[PARAM_RIDING_DAYS] == 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_detector_has_a_row_and_a_name_of_its_own),
        cmocka_unit_test(values_lie_within_their_bounds),
        cmocka_unit_test(sets_only_what_is_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "cli/progress.h"

#include "prop.h"

static void says_share_speed_and_time_left(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf line = {0};
    progress_put(&line, 200000, 12345678, 24691356, 2000000);
    assert_string_equal(buf_c(&line), "[############............]  50 %  200,000 rows, 100,000 a second, "
                                      "12.3 of 24.6 MB, 0:02 left");
}

static void says_less_of_a_stream(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf line = {0};
    progress_put(&line, 10, 500000, 0, 1000000);
    assert_string_equal(buf_c(&line), "10 rows, 10 a second, 0.5 MB");
}

static void survives_any_numbers(void **state) /* a property: a file may grow or be empty while it is read */
{
    (void)state;
    PROPERTY(500, rng) {
        SCOPED(buf_done) struct buf line = {0};
        uint64_t bytes = prop_u64(&rng) >> (16 + prop_below(&rng, 48)),
                 total = prop_u64(&rng) >> (16 + prop_below(&rng, 48));
        progress_put(&line, prop_u64(&rng) >> 8, bytes, total, (int64_t)prop_below(&rng, 1000000));
        assert_true(line.len > 0 && line.len < 200);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_share_speed_and_time_left),
        cmocka_unit_test(says_less_of_a_stream),
        cmocka_unit_test(survives_any_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

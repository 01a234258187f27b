/* Detectors over logs of systems outside: in the log's own time, alert only, and blinded by no wrong clock. */
#include "keep/watch/outside_watch.h"
#include "prop.h"

#include "prove/entry.h"

enum { CUSTOMERS = 20000, READER = 7, SYSTEM = 3, LIST = 40, NOW_HOUR = 490000 };

static int64_t now(void)
{
    return (int64_t)NOW_HOUR * HOUR_US + HOUR_US / 2;
}

/* Somebody else sees the newest customer: the order of those before is not the order of signing up. */
static void newest_give(struct outside_watch *outside, uint32_t hour)
{
    const uint64_t newest = CUSTOMERS;
    const struct outside_looks looks = {OUTSIDE_USER, READER + 1, SYSTEM, hour, 2, &newest, 1};
    outside_watch_look(outside, &looks, now());
}

static struct outside_watch *detectors(void)
{
    struct outside_watch *outside = NULL;
    struct params params;
    params_default(&params);
    assert_ok(outside_watch_new(&params, CUSTOMERS, &outside));
    newest_give(outside, NOW_HOUR);
    newest_give(outside, NOW_HOUR - 5000);
    return outside;
}

/* One hour in which `count` people from `first` on were seen one after another. */
static void list_give(struct outside_watch *outside, enum outside_line line, uint32_t hour, uint64_t first,
                      size_t count)
{
    uint64_t subjects[LIST];
    struct outside_looks looks = {.line = line,
                                  .reader = READER,
                                  .system = SYSTEM,
                                  .hour = hour,
                                  .fields = 2,
                                  .subjects = subjects,
                                  .count = count};
    for (size_t i = 0; i < count; i++) subjects[i] = first + i;
    outside_watch_look(outside, &looks, now());
    outside_watch_hour(outside, hour, now(), CUSTOMERS);
}

static size_t found(struct outside_watch *outside, enum detector detector, struct finding *out)
{
    struct finding all[WATCH_FINDINGS_MAX];
    size_t count = outside_watch_findings(outside, now(), all, WATCH_FINDINGS_MAX), of = 0;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(all[i].reader, reader_no(READER_OUTSIDE, READER));
        assert_false(all[i].trips);
        if (all[i].detector != detector) continue;
        *out = all[i];
        of++;
    }
    return of;
}

static void a_list_is_found_and_stops_nobody(void **state)
{
    (void)state;
    SCOPED(outside_watch_free) struct outside_watch *outside = detectors();
    struct finding finding = {0};
    list_give(outside, OUTSIDE_USER, NOW_HOUR, 100, 3);
    assert_int_equal(found(outside, DETECTOR_ENUMERATION, &finding), 0);
    list_give(outside, OUTSIDE_USER, NOW_HOUR, 200, LIST);
    assert_int_equal(found(outside, DETECTOR_ENUMERATION, &finding), 1);
    assert_int_equal(finding.at_us, now()); /* of today: when it was found */
}

static void the_past_is_told_in_the_logs_own_time(void **state)
{
    (void)state;
    SCOPED(outside_watch_free) struct outside_watch *outside = detectors();
    struct finding finding = {0};
    list_give(outside, OUTSIDE_ADDRESS, NOW_HOUR - 4000, 200, LIST);
    assert_int_equal(found(outside, DETECTOR_ENUMERATION, &finding), 1);
    assert_int_equal(finding.at_us, (int64_t)(NOW_HOUR - 4000) * HOUR_US);
    outside_watch_saved(outside);
    list_give(outside, OUTSIDE_ADDRESS, NOW_HOUR - 4000, 300, LIST);
    assert_false(outside_watch_changed(outside)); /* only today is kept */
}

static void of_a_whole_system_order_says_nothing(void **state)
{
    (void)state;
    SCOPED(outside_watch_free) struct outside_watch *outside = detectors();
    struct finding finding = {0};
    list_give(outside, OUTSIDE_SYSTEM, NOW_HOUR, 200, LIST);
    assert_int_equal(found(outside, DETECTOR_ENUMERATION, &finding), 0);
    list_give(outside, OUTSIDE_NETWORK, NOW_HOUR, 200, LIST);
    assert_int_equal(found(outside, DETECTOR_ENUMERATION, &finding), 1);
}

/* Three weeks of five people a day, then three days of `many`. */
static size_t rise(struct outside_watch *outside, uint32_t first_hour, size_t many)
{
    struct finding finding = {0};
    size_t times = 0;
    for (uint32_t day = 0; day < 24; day++) {
        uint32_t hour = first_hour + day * 24;
        size_t count = day < 21 ? 5 : many;
        uint64_t subjects[LIST];
        for (size_t i = 0; i < count; i++) subjects[i] = (uint64_t)(day * 977 + i * i * 7919 % 9973) + 1;
        const struct outside_looks looks = {OUTSIDE_SYSTEM, READER, SYSTEM, hour, 2, subjects, count};
        outside_watch_look(outside, &looks, now());
        outside_watch_hour(outside, hour, now(), CUSTOMERS);
        times += found(outside, DETECTOR_SLOW_RISE, &finding);
    }
    return times;
}

static void a_rise_is_found_and_a_habit_is_none(void **state)
{
    (void)state;
    SCOPED(outside_watch_free) struct outside_watch *outside = detectors(), *quiet = detectors();
    assert_int_equal(rise(quiet, NOW_HOUR - 3000, 5), 0);
    assert_true(rise(outside, NOW_HOUR - 3000, LIST) > 0);
}

static void an_older_log_is_judged_from_its_own_beginning(void **state)
{
    (void)state;
    SCOPED(outside_watch_free) struct outside_watch *outside = detectors(), *late = detectors();
    assert_int_equal(rise(outside, NOW_HOUR - 2000, 5), 0);
    assert_ok(outside_watch_file(outside, NOW_HOUR - 5000, CUSTOMERS));
    assert_true(rise(outside, NOW_HOUR - 5000, LIST) > 0); /* as if nothing had been read before */
    assert_int_equal(rise(late, NOW_HOUR - 2000, 5), 0);
    assert_int_equal(rise(late, NOW_HOUR - 5000, LIST), 0); /* days that are over are not opened again */
}

static void a_clock_ahead_blinds_nobody(void **state)
{
    (void)state;
    SCOPED(outside_watch_free) struct outside_watch *outside = detectors();
    struct finding finding = {0};
    list_give(outside, OUTSIDE_USER, NOW_HOUR + 24 * 365, 200, LIST);
    assert_int_equal(found(outside, DETECTOR_ENUMERATION, &finding), 0);
    list_give(outside, OUTSIDE_USER, UINT32_MAX, 200, LIST);
    assert_int_equal(found(outside, DETECTOR_ENUMERATION, &finding), 0);
    list_give(outside, OUTSIDE_USER, NOW_HOUR, 200, LIST);
    assert_int_equal(found(outside, DETECTOR_ENUMERATION, &finding), 1);
}

static void what_was_learned_of_today_survives_a_restart(void **state)
{
    (void)state;
    SCOPED(outside_watch_free) struct outside_watch *outside = detectors(), *again = detectors();
    SCOPED(buf_done) struct buf bytes = {0}, back = {0};
    struct finding finding = {0};
    list_give(outside, OUTSIDE_USER, NOW_HOUR, 200, 20);
    assert_true(outside_watch_changed(outside));
    outside_watch_save(outside, &bytes);
    outside_watch_saved(outside);
    assert_false(outside_watch_changed(outside));
    assert_ok(outside_watch_load(again, buf_slice(&bytes)));
    outside_watch_save(again, &back);
    assert_true(slice_equal(buf_slice(&bytes), buf_slice(&back)));
    list_give(again, OUTSIDE_USER, NOW_HOUR, 220, 10); /* the list goes on where it was */
    assert_int_equal(found(again, DETECTOR_ENUMERATION, &finding), 1);
    assert_code(CODE_INVALID, outside_watch_load(again, slice_part(buf_slice(&bytes), 0, bytes.len / 2)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_found_and_stops_nobody),
        cmocka_unit_test(the_past_is_told_in_the_logs_own_time),
        cmocka_unit_test(of_a_whole_system_order_says_nothing),
        cmocka_unit_test(a_rise_is_found_and_a_habit_is_none),
        cmocka_unit_test(an_older_log_is_judged_from_its_own_beginning),
        cmocka_unit_test(a_clock_ahead_blinds_nobody),
        cmocka_unit_test(what_was_learned_of_today_survives_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

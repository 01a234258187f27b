#include "prop.h"

#include "watch/detect/detect.h"
#include "watch/detect/measure/sketch.h"

#include <math.h>

enum { CUSTOMERS = 100000, FIRST_DAY = 20000 };
#define NOON (FIRST_DAY * DAY_US + 12 * HOUR_US)

static struct watch *watch_made(uint32_t readers_max, int32_t offset_s)
{
    struct watch_options options = {.customers = CUSTOMERS, .readers_max = readers_max, .offset_s = offset_s};
    params_default(&options.params);
    struct watch *watch = NULL;
    assert_ok(watch_new(&options, &watch));
    return watch;
}

static struct look look_of(uint64_t reader, int64_t now_us, const uint64_t *subjects, size_t count)
{
    return (struct look){.kind = LOOK_REVEAL,
                         .now_us = now_us,
                         .reader = reader,
                         .peers = 1,
                         .network = reader,
                         .country = 0x4944,
                         .fields = 1,
                         .subjects = subjects,
                         .count = count};
}

/* So many different people, at random, in one look; the same day and seed give the same. */
static void look_at(struct watch *watch, uint64_t reader, int64_t now_us, size_t count)
{
    uint64_t subjects[4096];
    struct prop_rng rng = {reader * 1000003 + (uint64_t)(now_us / DAY_US)};
    for (size_t i = 0; i < count; i++) subjects[i] = 1 + prop_below(&rng, CUSTOMERS);
    struct look look = look_of(reader, now_us, subjects, count);
    watch_look(watch, &look);
}

/* All that waits; how many are of `detector`, the latest of them into `out`. */
static size_t found(struct watch *watch, enum detector detector, struct finding *out)
{
    struct finding findings[7];
    size_t count = 0;
    for (size_t n = 0; (n = watch_findings(watch, findings, COUNT_OF(findings))) > 0;) {
        for (size_t i = 0; i < n; i++) {
            if (findings[i].detector != detector) continue;
            count++;
            if (out) *out = findings[i];
        }
    }
    return count;
}

/* `days` days of `readers` readers, some people each a day. */
static int64_t habits(struct watch *watch, uint64_t readers, unsigned days, size_t people, int64_t from_us)
{
    for (unsigned day = 0; day < days; day++, from_us += DAY_US) {
        for (uint64_t reader = 1; reader <= readers; reader++) look_at(watch, reader, from_us, people);
        watch_minute(watch, from_us + MINUTE_US, CUSTOMERS);
    }
    return from_us;
}

static void a_canary_trips_at_once_and_is_told_once_a_minute(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(0, 0);
    uint64_t subject = 5;
    struct look look = look_of(3, NOON, &subject, 1);
    struct finding finding = {0};
    look.canaries = 2;
    watch_look(watch, &look);
    assert_int_equal(found(watch, DETECTOR_CANARY, &finding), 1);
    assert_true(finding.trips && finding.score == 2 && finding.times == 1 && finding.reader == 3 &&
                finding.people == 1);
    look.canaries = 1;
    for (unsigned i = 0; i < 100; i++) {
        look.now_us += SECOND_US / 10;
        watch_look(watch, &look);
    }
    assert_int_equal(found(watch, DETECTOR_CANARY, NULL), 0);
    watch_minute(watch, look.now_us, CUSTOMERS);
    assert_int_equal(found(watch, DETECTOR_CANARY, NULL), 0);
    watch_minute(watch, NOON + MINUTE_US, CUSTOMERS);
    assert_int_equal(found(watch, DETECTOR_CANARY, &finding), 1);
    assert_int_equal(finding.times, 100);
    watch_minute(watch, NOON + 9 * MINUTE_US, CUSTOMERS);
    assert_int_equal(found(watch, DETECTOR_CANARY, NULL), 0);
}

static void findings_that_find_no_room_are_counted(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(0, 0);
    for (uint64_t reader = 1; reader <= WATCH_FINDINGS_MAX + 10; reader++) {
        struct look look = look_of(reader, NOON, NULL, 0);
        look.canaries = 1;
        watch_look(watch, &look);
    }
    assert_int_equal(watch_counts(watch).dropped, 10);
    assert_int_equal(found(watch, DETECTOR_CANARY, NULL), WATCH_FINDINGS_MAX);
}

static void counts_different_people_as_a_set_does(void **state)
{
    (void)state;
    PROPERTY(5, rng) {
        SCOPED(watch_free) struct watch *watch = watch_made(0, 0);
        bool seen[4][3000] = {{0}}, today[4][3000] = {{0}};
        int64_t now_us = NOON;
        for (unsigned i = 0; i < 20000; i++) {
            uint64_t subject = 1 + prop_below(&rng, 2999), reader = prop_below(&rng, 4);
            struct look look = look_of(reader + 1, now_us, &subject, 1);
            look.passed = prop_below(&rng, 3) == 0;
            watch_look(watch, &look);
            if (!look.passed) seen[reader][subject] = true;
            today[reader][subject] = true;
            if (i == 9999) {
                memset(today, 0, sizeof today);
                now_us += DAY_US;
            }
        }
        for (size_t reader = 0; reader < 4; reader++) {
            double ever = 0, day = 0;
            for (size_t i = 0; i < 3000; i++) {
                ever += seen[reader][i];
                day += today[reader][i];
            }
            struct watch_view view;
            assert_true(watch_view(watch, reader + 1, &view));
            assert_true(fabs((double)view.people_ever / ever - 1) < 0.1);
            assert_true(fabs((double)view.people_today / day - 1) < 0.1);
        }
    }
}

static void a_rise_is_found_within_the_day(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(0, 0);
    int64_t now_us = habits(watch, 5, 20, 100, NOON);
    (void)found(watch, DETECTOR_SLOW_RISE, NULL);
    struct finding finding = {0};
    look_at(watch, 2, now_us, 2400);
    watch_minute(watch, now_us + MINUTE_US, CUSTOMERS);
    assert_int_equal(found(watch, DETECTOR_SLOW_RISE, &finding), 1);
    assert_true(finding.reader == 2 && finding.trips && finding.people > 2200 && finding.people < 2600);
    struct watch_view view;
    assert_true(watch_view(watch, 2, &view) && view.alerted && fabs(view.baseline - 100) < 10);
    watch_calm(watch, 2); /* people looked into it; what is past does not stop it again */
    watch_accept(watch, 2);
    look_at(watch, 2, now_us + DAY_US, 2400);
    watch_minute(watch, now_us + DAY_US + MINUTE_US, CUSTOMERS);
    assert_int_equal(found(watch, DETECTOR_SLOW_RISE, NULL), 0);
}

static void a_sale_is_no_rise(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(0, 0);
    int64_t now_us = habits(watch, 5, 20, 100, NOON);
    (void)habits(watch, 5, 5, 500, now_us);
    assert_int_equal(found(watch, DETECTOR_SLOW_RISE, NULL), 0);
}

static void a_new_reader_is_held_against_its_peers(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(0, 0);
    int64_t now_us = habits(watch, 5, 20, 100, NOON);
    (void)found(watch, DETECTOR_SLOW_RISE, NULL);
    look_at(watch, 9, now_us, 100);
    watch_minute(watch, now_us + MINUTE_US, CUSTOMERS);
    assert_int_equal(found(watch, DETECTOR_SLOW_RISE, NULL), 0);
    look_at(watch, 9, now_us + HOUR_US, 4000);
    watch_minute(watch, now_us + HOUR_US + MINUTE_US, CUSTOMERS);
    assert_int_equal(found(watch, DETECTOR_SLOW_RISE, NULL), 1);
}

static void coverage_is_compared_with_the_others(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(0, 0);
    struct finding finding = {0};
    int64_t now_us = NOON;
    unsigned day = 0;
    for (; day < 60;
         day++, now_us += DAY_US) { /* reader 6 has seen ten times the people from its first day on */
        for (uint64_t reader = 1; reader <= 6; reader++)
            look_at(watch, reader, now_us, reader == 6 ? 1000 : 100);
        watch_minute(watch, now_us + MINUTE_US, CUSTOMERS);
        if (found(watch, DETECTOR_COVERAGE, &finding) > 0) break;
    }
    assert_int_equal(finding.reader, 6);
    assert_in_range(day, 6, 8); /* peers are a measure after a week */
}

static void lookups_that_miss_are_found_in_the_path(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(0, 0);
    struct finding finding = {0};
    unsigned tries = 0;
    while (found(watch, DETECTOR_FRUITLESS, &finding) == 0) {
        struct look look = look_of(1, NOON + tries * SECOND_US, NULL, 0);
        look.kind = LOOK_MISSED;
        look.value = ++tries;
        watch_look(watch, &look);
        assert_true(tries < 100);
    }
    assert_int_equal(tries, 20);
    assert_true(finding.trips);
}

static void lookups_of_many_values_are_found(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(0, 0);
    for (unsigned day = 0; day < 12; day++) {
        int64_t now_us = NOON + day * DAY_US;
        for (uint64_t i = 0; i < (day == 11 ? 3000 : 200); i++) {
            struct look look = look_of(1, now_us, &i, 1);
            uint64_t subject = 1 + sketch_mix(day * 10000 + i) % CUSTOMERS; /* in no order */
            look.subjects = &subject;
            look.kind = LOOK_FOUND;
            look.value = day * 100000 + i + 1;
            watch_look(watch, &look);
        }
        watch_minute(watch, now_us + MINUTE_US, CUSTOMERS);
        assert_int_equal(found(watch, DETECTOR_ENUMERATION, NULL), day == 11);
    }
}

/* After a start no look has told yet which customer is the newest: whoever goes upwards would always be there. */
static void a_list_is_found_before_anybody_looked_at_the_newest(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(0, 0);
    size_t count = 0;
    watch_minute(watch, NOON, CUSTOMERS);
    for (uint64_t subject = 1; subject <= 40; subject++) {
        struct look look = look_of(1, NOON, &subject, 1);
        watch_look(watch, &look);
        count += found(watch, DETECTOR_ENUMERATION, NULL);
    }
    assert_true(count > 0);
}

static void what_is_granted_or_passed_has_no_order(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(0, 0);
    uint64_t subjects[100];
    for (uint64_t i = 0; i < 100; i++) subjects[i] = 1000 + i;
    struct look look = look_of(1, NOON, subjects, 100);
    look.granted = true;
    watch_look(watch, &look);
    look.granted = false;
    look.passed = true;
    watch_look(watch, &look);
    assert_int_equal(found(watch, DETECTOR_ENUMERATION, NULL), 0);
    look.passed = false;
    uint64_t newest = 5000; /* so that those asked for are not of the newest */
    struct look other = look_of(2, NOON, &newest, 1);
    watch_look(watch, &other);
    watch_look(watch, &look);
    assert_int_equal(found(watch, DETECTOR_ENUMERATION, NULL), 1);
}

static void an_unknown_pass_and_a_refusal_show_nobody(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(0, 0);
    uint64_t subjects[50];
    for (uint64_t i = 0; i < 50; i++) subjects[i] = 1000 + i;
    struct look look = look_of(1, NOON, subjects, 50);
    struct finding finding = {0};
    for (unsigned i = 0; i < 20; i++) {
        look.kind = i % 2 ? LOOK_PASS_UNKNOWN : LOOK_REFUSED;
        watch_look(watch, &look);
    }
    struct watch_view view;
    assert_true(watch_view(watch, 1, &view) && view.people_today == 0 && view.people_ever == 0);
    assert_int_equal(found(watch, DETECTOR_PASSES, &finding), 1);
    assert_false(finding.trips);
}

static void days_are_local(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(0, 7 * 3600); /* Jakarta */
    struct watch_view view;
    look_at(watch, 1, FIRST_DAY * DAY_US + 16 * HOUR_US, 50); /* 23:00 */
    look_at(watch, 1, FIRST_DAY * DAY_US + 17 * HOUR_US - 1, 50);
    assert_true(watch_view(watch, 1, &view) && view.days == 0 && view.people_today >= 49);
    look_at(watch, 1, FIRST_DAY * DAY_US + 17 * HOUR_US, 10);
    assert_true(watch_view(watch, 1, &view) && view.days == 1 && view.people_today <= 11);
}

static void a_clock_that_is_put_back_empties_nothing(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(0, 0);
    struct watch_view view;
    look_at(watch, 1, NOON, 60);
    look_at(watch, 1, NOON - 400 * DAY_US, 1);
    assert_true(watch_view(watch, 1, &view) && view.days == 0 && view.people_today >= 59);
    look_at(watch, 1, -5 * DAY_US - 1, 1); /* before 1970, too */
    assert_true(watch_view(watch, 1, &view) && view.days == 0 && view.people_today >= 59);
    struct look look = look_of(1, NOON, NULL, 0);
    look.canaries = 1;
    watch_look(watch, &look);
    look.now_us -= HOUR_US;
    watch_look(watch, &look);
    assert_true(found(watch, DETECTOR_CANARY, NULL) >= 1); /* and hides nothing */
}

static void the_quietest_goes_first(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(10, 0);
    struct watch_view view;
    for (uint64_t reader = 1; reader <= 10; reader++)
        look_at(watch, reader, NOON + (int64_t)reader * SECOND_US, 1);
    struct look bad = look_of(1, NOON, NULL, 0);
    bad.canaries = 1;
    watch_look(watch, &bad); /* alerted: stays, although it is as quiet */
    for (uint64_t reader = 11; reader <= 15; reader++) look_at(watch, reader, NOON + HOUR_US, 1);
    struct watch_counts counts = watch_counts(watch);
    assert_true(counts.readers == 10 && counts.evicted == 5);
    assert_true(watch_view(watch, 1, &view));
    for (uint64_t reader = 2; reader <= 6; reader++) assert_false(watch_view(watch, reader, &view));
    for (uint64_t reader = 7; reader <= 15; reader++) assert_true(watch_view(watch, reader, &view));
    watch_forget(watch, 12);
    watch_forget(watch, 12);
    assert_false(watch_view(watch, 12, &view));
    assert_int_equal(watch_counts(watch).readers, 9);
}

static void finds_every_reader_after_any_coming_and_going(void **state)
{
    (void)state;
    PROPERTY(10, rng) {
        SCOPED(watch_free) struct watch *watch = watch_made(0, 0);
        bool there[500] = {0};
        size_t count = 0;
        for (unsigned i = 0; i < 3000; i++) {
            uint64_t reader = 1 + prop_below(&rng, 499);
            if (prop_below(&rng, 2) == 0) {
                look_at(watch, reader, NOON, 1);
                count += !there[reader];
                there[reader] = true;
            } else {
                watch_forget(watch, reader);
                count -= there[reader];
                there[reader] = false;
            }
        }
        struct watch_view view;
        for (uint64_t reader = 1; reader < 500; reader++)
            assert_int_equal(watch_view(watch, reader, &view), there[reader]);
        assert_int_equal(watch_counts(watch).readers, count);
    }
}

static void more_groups_than_there_is_room_for_do_no_harm(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(0, 0);
    for (int64_t day = 0; day < 3; day++) {
        for (uint64_t reader = 1; reader <= WATCH_GROUPS_MAX + 50; reader++) {
            uint64_t subject = reader;
            struct look look = look_of(reader, NOON + day * DAY_US, &subject, 1);
            look.peers = reader;
            watch_look(watch, &look);
        }
        watch_minute(watch, NOON + day * DAY_US + MINUTE_US, CUSTOMERS);
    }
    assert_int_equal(watch_counts(watch).readers, WATCH_GROUPS_MAX + 50);
}

static void refuses_options_out_of_bounds(void **state)
{
    (void)state;
    struct watch *watch = NULL;
    struct watch_options options = {.readers_max = WATCH_READERS_MAX + 1};
    params_default(&options.params);
    assert_int_equal(watch_new(&options, &watch).code, CODE_INVALID);
    options = (struct watch_options){.params = options.params, .offset_s = 90000};
    assert_int_equal(watch_new(&options, &watch).code, CODE_INVALID);
    assert_null(watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_canary_trips_at_once_and_is_told_once_a_minute),
        cmocka_unit_test(findings_that_find_no_room_are_counted),
        cmocka_unit_test(counts_different_people_as_a_set_does),
        cmocka_unit_test(a_rise_is_found_within_the_day),
        cmocka_unit_test(a_sale_is_no_rise),
        cmocka_unit_test(a_new_reader_is_held_against_its_peers),
        cmocka_unit_test(coverage_is_compared_with_the_others),
        cmocka_unit_test(lookups_that_miss_are_found_in_the_path),
        cmocka_unit_test(lookups_of_many_values_are_found),
        cmocka_unit_test(a_list_is_found_before_anybody_looked_at_the_newest),
        cmocka_unit_test(what_is_granted_or_passed_has_no_order),
        cmocka_unit_test(an_unknown_pass_and_a_refusal_show_nobody),
        cmocka_unit_test(days_are_local),
        cmocka_unit_test(a_clock_that_is_put_back_empties_nothing),
        cmocka_unit_test(the_quietest_goes_first),
        cmocka_unit_test(finds_every_reader_after_any_coming_and_going),
        cmocka_unit_test(more_groups_than_there_is_room_for_do_no_harm),
        cmocka_unit_test(refuses_options_out_of_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

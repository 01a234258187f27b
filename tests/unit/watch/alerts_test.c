#include "prop.h"

#include "watch/alerts.h"

static struct alerts *alerts_made(void)
{
    struct params params;
    struct alerts *alerts = NULL;
    params_default(&params);
    assert_ok(alerts_new(&params, &alerts));
    return alerts;
}

static struct finding finding_of(enum detector detector, uint64_t reader, int64_t at_us)
{
    return (struct finding){detector, reader, at_us, 10, 1, 1.5, false};
}

static enum alerts_event note(struct alerts *alerts, enum detector detector, uint64_t reader, int64_t at_us)
{
    struct finding finding = finding_of(detector, reader, at_us);
    return alerts_note(alerts, &finding, NULL);
}

static void one_thing_is_told_once(void **state)
{
    (void)state;
    SCOPED(alerts_free) struct alerts *alerts = alerts_made();
    struct alert alert = {0};
    assert_int_equal(note(alerts, DETECTOR_RIDING, 7, DAY_US), ALERTS_NEW);
    for (unsigned i = 1; i <= 20; i++)
        assert_int_equal(note(alerts, DETECTOR_RIDING, 7, DAY_US + i * HOUR_US), ALERTS_FOLDED);
    struct finding finding = finding_of(DETECTOR_RIDING, 7, DAY_US + 21 * HOUR_US);
    finding.trips = true;
    finding.times = 5;
    finding.people = 99;
    finding.score = 3;
    assert_int_equal(alerts_note(alerts, &finding, &alert), ALERTS_TRIPPED);
    assert_true(alert.number == 1 && alert.count == 26 && alert.folded == 20 && alert.people == 99 &&
                alert.trips && alert.score == 3 && alert.first_us == DAY_US &&
                alert.last_us == finding.at_us);
    assert_int_equal(alerts_note(alerts, &finding, &alert), ALERTS_FOLDED); /* it trips still: no news */
    for (unsigned i = 22; i < 45; i++)
        assert_int_equal(note(alerts, DETECTOR_RIDING, 7, DAY_US + i * HOUR_US), ALERTS_FOLDED);
    assert_int_equal(note(alerts, DETECTOR_RIDING, 7, DAY_US + 45 * HOUR_US), ALERTS_AGAIN);
    assert_int_equal(alerts_count(alerts), 1);
}

static void is_over_when_nothing_came_for_hours(void **state)
{
    (void)state;
    SCOPED(alerts_free) struct alerts *alerts = alerts_made();
    struct alert over[4];
    (void)note(alerts, DETECTOR_RIDING, 7, 0);
    (void)note(alerts, DETECTOR_RIDING, 8, HOUR_US);
    assert_int_equal(alerts_over(alerts, 6 * HOUR_US - 1, over, 4), 0);
    assert_int_equal(alerts_over(alerts, 6 * HOUR_US, over, 4), 1);
    assert_true(over[0].reader == 7 && over[0].number == 1);
    assert_int_equal(note(alerts, DETECTOR_RIDING, 8, 6 * HOUR_US), ALERTS_FOLDED);
    assert_int_equal(note(alerts, DETECTOR_RIDING, 7, 6 * HOUR_US), ALERTS_NEW);
    assert_int_equal(alerts_over(alerts, 100 * HOUR_US, over, 1), 1);
    assert_int_equal(alerts_over(alerts, 100 * HOUR_US, over, 4), 1);
    assert_int_equal(alerts_count(alerts), 0);
}

/* A list that is searched from its start, for the same stream. */
static void rules_never_hide_each_other(void **state)
{
    (void)state;
    PROPERTY(10, rng) {
        SCOPED(alerts_free) struct alerts *alerts = alerts_made();
        struct {
            uint64_t reader, count;
            enum detector detector;
            int64_t last_us;
        } model[600];
        size_t count = 0;
        for (unsigned i = 0; i < 4000; i++) {
            struct finding finding = finding_of((enum detector)(1 + prop_below(&rng, 10)),
                                                prop_below(&rng, 50), (int64_t)(i + 1) * MINUTE_US);
            struct alert alert = {0};
            size_t at = 0;
            while (at < count &&
                   (model[at].reader != finding.reader || model[at].detector != finding.detector))
                at++;
            if (at == count) {
                model[count].reader = finding.reader;
                model[count].detector = finding.detector;
                model[count++].count = 0;
            }
            model[at].last_us = finding.at_us;
            enum alerts_event event = alerts_note(alerts, &finding, &alert);
            assert_int_equal(event == ALERTS_NEW, model[at].count == 0);
            assert_int_equal(alert.count, ++model[at].count);
            struct alert over[3];
            size_t ended = alerts_over(alerts, finding.at_us, over, 3);
            for (size_t j = 0; j < ended; j++) {
                size_t k = 0;
                while (model[k].reader != over[j].reader || model[k].detector != over[j].detector) k++;
                assert_true(over[j].count == model[k].count &&
                            finding.at_us - model[k].last_us >= 6 * HOUR_US);
                model[k] = model[--count];
            }
            assert_int_equal(alerts_count(alerts), count);
        }
    }
}

static void the_least_makes_room(void **state)
{
    (void)state;
    SCOPED(alerts_free) struct alerts *alerts = alerts_made();
    struct finding finding = finding_of(DETECTOR_RIDING, 1, 1);
    finding.trips = true;
    (void)alerts_note(alerts, &finding, NULL); /* medium, but it trips */
    (void)note(alerts, DETECTOR_RIDING, 2, 1);
    for (uint64_t reader = 3; reader <= ALERTS_MAX; reader++)
        (void)note(alerts, DETECTOR_COVERAGE, reader, 1);
    assert_int_equal(alerts_count(alerts), ALERTS_MAX);
    assert_int_equal(note(alerts, DETECTOR_DORMANT, 5, 2), ALERTS_NEW);
    assert_int_equal(alerts_count(alerts), ALERTS_MAX);
    assert_int_equal(alerts_lost(alerts), 1);
    assert_int_equal(note(alerts, DETECTOR_RIDING, 1, 3), ALERTS_FOLDED);
    for (uint64_t reader = 3; reader <= ALERTS_MAX; reader++)
        assert_int_equal(note(alerts, DETECTOR_COVERAGE, reader, 3), ALERTS_FOLDED);
    assert_int_equal(note(alerts, DETECTOR_RIDING, 2, 3), ALERTS_NEW); /* it was the one */
}

static void a_mute_keeps_it_from_being_told(void **state)
{
    (void)state;
    SCOPED(alerts_free) struct alerts *alerts = alerts_made();
    struct alert alert = {0};
    struct alerts_mute listed[4];
    struct alerts_mute one = {.reader = 7, .detector = DETECTOR_RIDING, .until_us = HOUR_US};
    struct alerts_mute all = {.reader = 9, .until_us = HOUR_US},
                       rule = {.detector = DETECTOR_DORMANT, .until_us = HOUR_US};
    assert_ok(alerts_mute(alerts, 0, one, SLICE_TEXT("a campaign until noon")));
    assert_ok(alerts_mute(alerts, 0, all, SLICE_TEXT("load test")));
    assert_ok(alerts_mute(alerts, 0, rule, SLICE_TEXT("everybody comes back from holiday")));
    assert_int_equal(note(alerts, DETECTOR_RIDING, 7, 1), ALERTS_MUTED);
    assert_int_equal(note(alerts, DETECTOR_COVERAGE, 7, 1), ALERTS_NEW);
    assert_int_equal(note(alerts, DETECTOR_RIDING, 8, 1), ALERTS_NEW);
    assert_int_equal(note(alerts, DETECTOR_COVERAGE, 9, 1), ALERTS_MUTED);
    assert_int_equal(note(alerts, DETECTOR_DORMANT, 1, 1), ALERTS_MUTED);
    struct finding late = finding_of(DETECTOR_RIDING, 7, HOUR_US);
    assert_int_equal(alerts_note(alerts, &late, &alert), ALERTS_NEW); /* it is over, and the alert lasts */
    assert_true(alert.count == 2 && alert.muted == 1 && alert.folded == 1 && alert.number == 1);
    assert_true(alerts_unmute(alerts, 9, 0));
    assert_false(alerts_unmute(alerts, 9, 0));
    assert_int_equal(note(alerts, DETECTOR_COVERAGE, 9, 2), ALERTS_NEW);
    assert_int_equal(alerts_mutes(alerts, 2, listed, 4), 2);
    assert_int_equal(alerts_mutes(alerts, HOUR_US, listed, 4), 0);
}

static void refuses_mutes_without_aim_reason_or_end(void **state)
{
    (void)state;
    SCOPED(alerts_free) struct alerts *alerts = alerts_made();
    char reason[ALERTS_REASON_MAX + 1];
    memset(reason, 'a', sizeof reason);
    struct alerts_mute good = {.reader = 1, .until_us = DAY_US}, bad = {.until_us = DAY_US};
    assert_int_equal(alerts_mute(alerts, 0, bad, SLICE_TEXT("why")).code, CODE_INVALID);
    assert_int_equal(alerts_mute(alerts, 0, good, SLICE_TEXT("")).code, CODE_INVALID);
    assert_int_equal(alerts_mute(alerts, 0, good, SLICE_TEXT("\xff")).code, CODE_INVALID);
    assert_int_equal(alerts_mute(alerts, 0, good, SLICE_OF(reason)).code, CODE_INVALID);
    assert_int_equal(alerts_mute(alerts, DAY_US, good, SLICE_TEXT("why")).code, CODE_INVALID);
    bad = (struct alerts_mute){.reader = 1, .detector = 99, .until_us = DAY_US};
    assert_int_equal(alerts_mute(alerts, 0, bad, SLICE_TEXT("why")).code, CODE_INVALID);
    bad = (struct alerts_mute){.reader = 1, .until_us = 91 * DAY_US};
    assert_int_equal(alerts_mute(alerts, 0, bad, SLICE_TEXT("why")).code, CODE_INVALID);
    for (uint64_t i = 1; i <= ALERTS_MUTES_MAX; i++) {
        good.reader = i;
        assert_ok(alerts_mute(alerts, 0, good, SLICE_TEXT("why")));
        assert_ok(alerts_mute(alerts, 0, good, SLICE_TEXT("again")));
    }
    good.reader++;
    assert_int_equal(alerts_mute(alerts, 0, good, SLICE_TEXT("why")).code, CODE_INVALID);
    good.until_us = 3 * DAY_US;
    assert_ok(alerts_mute(alerts, 2 * DAY_US, good, SLICE_TEXT("why"))); /* those that are over made room */
}

static void lasts_over_a_restart(void **state)
{
    (void)state;
    SCOPED(alerts_free) struct alerts *before = alerts_made(), *after = alerts_made();
    struct alert alert = {0};
    for (uint64_t reader = 1; reader <= 30; reader++) (void)note(before, DETECTOR_RIDING, reader, 5);
    for (size_t i = 0; i < alerts_count(before); i++) {
        alerts_at(before, i, &alert);
        alerts_restore(after, &alert);
        alerts_restore(after, &alert);
    }
    assert_int_equal(alerts_count(after), 30);
    assert_int_equal(note(after, DETECTOR_RIDING, 30, 6), ALERTS_FOLDED);
    struct finding fresh = finding_of(DETECTOR_RIDING, 31, 6);
    assert_int_equal(alerts_note(after, &fresh, &alert), ALERTS_NEW);
    assert_int_equal(alert.number, 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_thing_is_told_once),
        cmocka_unit_test(is_over_when_nothing_came_for_hours),
        cmocka_unit_test(rules_never_hide_each_other),
        cmocka_unit_test(the_least_makes_room),
        cmocka_unit_test(a_mute_keeps_it_from_being_told),
        cmocka_unit_test(refuses_mutes_without_aim_reason_or_end),
        cmocka_unit_test(lasts_over_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

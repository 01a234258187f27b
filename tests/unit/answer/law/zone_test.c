/* Local time by POSIX rules, against the zone database of the machine, and spans in it. */
#include "answer/law/law.h"
#include "answer/law/zone.h"
#include "base/clock.h"
#include "prop.h"

#include <time.h>

static int64_t at(const char *text)
{
    int64_t us = 0;
    assert_ok(time_get(slice_text(text), &us));
    return us;
}

static struct zone zone_of(const char *rule)
{
    struct zone zone = {0};
    assert_ok(zone_parse(slice_text(rule), &zone));
    return zone;
}

/* What the database says of an instant; ours must be the same. */
static long compare(const char *name, const struct zone *zone, time_t t)
{
    struct tm local = {0};
    assert_non_null(localtime_r(&t, &local));
    int32_t offset = zone_offset(zone, (int64_t)t * SECOND_US);
    if (offset != (int32_t)local.tm_gmtoff)
        fail_msg("%s: %d, the database says %ld at %lld", name, offset, local.tm_gmtoff, (long long)t);
    return local.tm_gmtoff;
}

static void agrees_with_the_zone_database(void **state)
{
    SCOPED(law_free) struct law *law = NULL;
    (void)state;
    assert_ok(law_load(NULL, &law));
    for (size_t i = 0; law_country_at(law, i); i++) {
        const struct law_country *country = law_country_at(law, i);
        struct zone zone = zone_of(country->rule);
        char path[128];
        (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", country->zone);
        FILE *there = fopen(path, "rb");
        if (!there) fail_msg("%s is not installed; packages.debian names tzdata", path);
        (void)fclose(there);
        assert_int_equal(setenv("TZ", country->zone, 1), 0);
        tzset();
        long before = 0;
        for (time_t t = 1451606400 /* 2016 */; t < 2145916800 /* 2038 */; t += 21600) {
            long now = compare(country->zone, &zone, t);
            for (int hours = 1; now != before && hours < 6; hours++)
                (void)compare(country->zone, &zone, t - (time_t)hours * 3600); /* when it turned */
            before = now;
        }
    }
    assert_int_equal(unsetenv("TZ"), 0);
    tzset();
}

static void refuses_other_rules(void **state)
{
    static const char *const rules[] = {"",
                                        "K",
                                        "KST",
                                        "KST-25",
                                        "KST-9 ",
                                        "CET-1CEST",
                                        "<+08-8",
                                        "<>-8",
                                        "CET-1CEST,M3.5.0",
                                        "CET-1CEST,J60,J300",
                                        "CET-1CEST,M13.5.0,M10.5.0",
                                        "CET-1CEST,M3.6.0,M10.5.0",
                                        "CET-1CEST,M3.5.7,M10.5.0",
                                        "KST-9:60"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        struct zone zone = {0};
        if (zone_parse(slice_text(rules[i]), &zone).code != CODE_INVALID) fail_msg("%s: taken", rules[i]);
        assert_int_equal(zone.standard, 0);
    }
}

static void days_and_dates_are_inverse(void **state)
{
    (void)state;
    assert_int_equal(date_days(1970, 1, 1), 0);
    assert_int_equal(date_days(2000, 3, 1), 11017);
    assert_int_equal(date_days(1, 1, 1), -719162);
    for (int64_t days = -719162; days < 2932896 /* 9999-12-31 */; days += 13) {
        int year = 0, month = 0, day = 0;
        date_of(days, &year, &month, &day);
        if (date_days(year, month, day) != days) fail_msg("%lld", (long long)days);
    }
}

static void spans_end_when_they_should(void **state)
{
    static const char korea[] = "KST-9", berlin[] = "CET-1CEST,M3.5.0,M10.5.0/3", singapore[] = "<+08>-8";
    static const struct {
        const char *rule, *span;
        enum law_count count;
        const char *from, *end;
    } rows[] = {
        {korea, "72h", LAW_COUNT_HOURS, "2025-11-17T16:00:00+09:00", "2025-11-20T16:00:00+09:00"},
        {korea, "24h", LAW_COUNT_HOURS, "2025-11-18T22:52:00+09:00", "2025-11-19T22:52:00+09:00"},
        /* 72 hours are 72 hours, over the change of clocks too: an hour less, or more, on the wall */
        {berlin, "72h", LAW_COUNT_HOURS, "2026-03-27T12:00:00+01:00", "2026-03-30T13:00:00+02:00"},
        {berlin, "72h", LAW_COUNT_HOURS, "2026-10-23T12:00:00+02:00", "2026-10-26T11:00:00+01:00"},
        /* a leap day counts */
        {korea, "72h", LAW_COUNT_HOURS, "2028-02-27T10:00:00+09:00", "2028-03-01T10:00:00+09:00"},
        {korea, "72h", LAW_COUNT_HOURS, "2027-02-26T10:00:00+09:00", "2027-03-01T10:00:00+09:00"},
        /* Singapore: the end of the third day after the day, whatever the hour */
        {singapore, "3d", LAW_COUNT_DAYS_AFTER, "2026-11-22T00:00:00+08:00", "2026-11-26T00:00:00+08:00"},
        {singapore, "3d", LAW_COUNT_DAYS_AFTER, "2026-11-22T23:59:59+08:00", "2026-11-26T00:00:00+08:00"},
        {singapore, "3d", LAW_COUNT_DAYS_AFTER, "2026-11-22T20:00:00Z", "2026-11-27T00:00:00+08:00"},
        {singapore, "3d", LAW_COUNT_DAYS_AFTER, "2028-02-27T09:00:00+08:00", "2028-03-02T00:00:00+08:00"},
        /* Japan: the day of knowledge is the first */
        {"JST-9", "3d", LAW_COUNT_DAYS_WITHIN, "2026-11-22T15:00:00+09:00", "2026-11-25T00:00:00+09:00"},
        {"JST-9", "30d", LAW_COUNT_DAYS_WITHIN, "2028-02-01T15:00:00+09:00", "2028-03-02T00:00:00+09:00"},
        /* a month later, in a shorter month its last day; the same time on the wall over the change of clocks */
        {berlin, "1mo", LAW_COUNT_HOURS, "2027-01-31T08:30:00+01:00", "2027-02-28T08:30:00+01:00"},
        {berlin, "1mo", LAW_COUNT_HOURS, "2028-01-31T08:30:00+01:00", "2028-02-29T08:30:00+01:00"},
        {berlin, "1mo", LAW_COUNT_HOURS, "2026-03-15T08:30:00+01:00", "2026-04-15T08:30:00+02:00"},
        {berlin, "1mo", LAW_COUNT_HOURS, "2026-12-31T08:30:00+01:00", "2027-01-31T08:30:00+01:00"},
        {berlin, "1mo", LAW_COUNT_HOURS, "2026-02-28T02:30:00+01:00", "2026-03-28T02:30:00+01:00"},
        {berlin, "1mo", LAW_COUNT_HOURS, "2026-02-28T23:30:00-01:00", "2026-04-01T01:30:00+02:00"},
        {korea, "2y", LAW_COUNT_HOURS, "2028-02-29T10:00:00+09:00", "2030-02-28T10:00:00+09:00"},
        {korea, "30d", LAW_COUNT_HOURS, "2026-11-22T10:00:00+09:00", "2026-12-22T10:00:00+09:00"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        SCOPED(buf_done) struct buf got = {0}, want = {0};
        struct zone zone = zone_of(rows[i].rule);
        struct span span = {0};
        assert_ok(span_get(slice_text(rows[i].span), &span));
        zone_put(&got, &zone, span_end(span, rows[i].count, at(rows[i].from), &zone));
        zone_put(&want, &zone, at(rows[i].end));
        if (!slice_equal(buf_slice(&got), buf_slice(&want)))
            fail_msg("%s of %s: %s, not %s", rows[i].span, rows[i].from, buf_c(&got), buf_c(&want));
    }
}

static void local_instants_lead_back(void **state)
{
    static const char *const rules[] = {"KST-9", "CET-1CEST,M3.5.0,M10.5.0/3", "IST-5:30",
                                        "EST5EDT,M3.2.0,M11.1.0", "AEST-10AEDT,M10.1.0,M4.1.0/3"};
    (void)state;
    PROPERTY(2000, rng) {
        struct zone zone = zone_of(rules[prop_below(&rng, COUNT_OF(rules))]);
        int64_t us = at("2016-01-01T00:00:00Z") + (int64_t)prop_below(&rng, 700000000) * SECOND_US;
        int64_t day = zone_day(&zone, us);
        int64_t of_day = us / SECOND_US + zone_offset(&zone, us) - day * 86400;
        int64_t back = zone_instant(&zone, day, (int32_t)of_day);
        assert_in_range(of_day, 0, 86399);
        if (back != us && back != us - HOUR_US)
            fail_msg("%lld", (long long)us); /* an hour that comes twice */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_zone_database), cmocka_unit_test(refuses_other_rules),
        cmocka_unit_test(days_and_dates_are_inverse),    cmocka_unit_test(spans_end_when_they_should),
        cmocka_unit_test(local_instants_lead_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

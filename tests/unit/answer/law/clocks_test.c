/* Which rules apply and what is due when: each regime by a table, and the leaks of the seed cases replayed. */
#include "answer/law/clocks.h"
#include "base/clock.h"
#include "prop.h"

#define FACT(name) LAW_BIT(LAW_FACT_##name)
#define KIND_BIT(name) LAW_BIT(LAW_KIND_##name)

static int64_t at(const char *text)
{
    int64_t us = 0;
    assert_ok(time_get(slice_text(text), &us));
    return us;
}

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

static const struct law_clock *clock_of(const struct law_clocks *clocks, const char *regime, const char *duty)
{
    for (size_t i = 0; i < clocks->count; i++) {
        const struct law_clock *one = &clocks->at[i];
        if (strcmp(one->applied.regime->id, regime) == 0 && strcmp(one->duty->id, duty) == 0) return one;
    }
    return NULL;
}

/* One regime's duty, on facts of its own. */
struct row {
    const char *regime, *duty, *country;
    uint64_t people;
    const char *aware;
    uint64_t yes, no, kinds;
    int risk; /* -1: not known */
    enum law_answer owed;
    const char *due; /* NULL: no number, or it waits */
};

static void row_run(const struct law *law, const struct row *row)
{
    SCOPED(law_clocks_done) struct law_clocks clocks = {0};
    SCOPED(buf_done) struct buf due = {0};
    const struct law_people people[] = {{row->country, row->people}};
    const struct law_instant instants[] = {{LAW_FROM_AWARE, at(row->aware), NULL, NULL}};
    struct law_case facts = {.people = people,
                             .people_count = 1,
                             .yes = row->yes,
                             .no = row->no,
                             .kinds = row->kinds,
                             .kinds_known = true,
                             .risk_known = row->risk >= 0,
                             .risk = row->risk >= 0 ? (enum law_risk)row->risk : LAW_RISK_NONE,
                             .instants = instants,
                             .instant_count = 1,
                             .now_us = at(row->aware)};
    assert_ok(law_clocks(law, &facts, true, &clocks));
    const struct law_clock *clock = clock_of(&clocks, row->regime, row->duty);
    enum law_answer owed = clock ? clock->owed : LAW_NO;
    if (owed != row->owed)
        fail_msg("%s/%s: owed %d, not %d", row->regime, row->duty, (int)owed, (int)row->owed);
    if (!clock || owed == LAW_NO) return;
    if (!row->due) {
        if (clock->duty->due && clock->count > 0 && clock->at[0].state != LAW_STATE_WAITS)
            fail_msg("%s/%s: has a due instant", row->regime, row->duty);
        return;
    }
    if (clock->count == 0) fail_msg("%s/%s: waits", row->regime, row->duty);
    zone_put(&due, &clock->zone, clock->at[0].due_us);
    if (strcmp(buf_c(&due), row->due) != 0)
        fail_msg("%s/%s: due %s, not %s", row->regime, row->duty, buf_c(&due), row->due);
}

#define ALL_KR (FACT(LEAK_CONFIRMED) | FACT(OUTSIDE_ACCESS) | FACT(INTRUSION))
#define NOV "2026-11-22T10:00:00Z"

static void indonesia(void **state)
{
    static const struct row rows[] = {
        {"id-pdp", "authority", "ID", 1, NOV, 0, 0, 0, -1, LAW_YES, "2026-11-25T17:00:00+07:00"},
        {"id-pdp", "persons", "ID", 1, NOV, 0, 0, 0, -1, LAW_YES, "2026-11-25T17:00:00+07:00"},
        /* no exception for encrypted data */
        {"id-pdp", "persons", "ID", 1, NOV, FACT(UNINTELLIGIBLE), 0, 0, 0, LAW_YES,
         "2026-11-25T17:00:00+07:00"},
        {"id-pdp", "persons", "ID", 1, NOV, FACT(STATE_INTEREST), 0, 0, 0, LAW_NO, NULL},
        {"id-pdp", "authority", "ID", 1, NOV, FACT(STATE_INTEREST), 0, 0, 0, LAW_YES,
         "2026-11-25T17:00:00+07:00"},
        {"id-pdp", "public", "ID", 1, NOV, 0, 0, 0, -1, LAW_MAYBE, NULL},
        {"id-pdp", "public", "ID", 1, NOV, FACT(PUBLIC_INTEREST), 0, 0, -1, LAW_YES, NULL},
        {"id-pdp", "public", "ID", 1, NOV, 0, FACT(PUBLIC_INTEREST), 0, -1, LAW_NO, NULL},
        {"id-pdp", "authority", "KR", 1, NOV, 0, 0, 0, -1, LAW_NO, NULL},
        {"id-pp33", "authority", "ID", 1, NOV, 0, 0, 0, -1, LAW_NO, NULL},
        {"id-pp33", "authority", "ID", 1, "2027-01-15T16:59:59Z", 0, 0, 0, -1, LAW_NO, NULL},
        {"id-pp33", "authority", "ID", 1, "2027-01-15T17:00:00Z", 0, 0, 0, -1, LAW_YES,
         "2027-01-19T00:00:00+07:00"},
        {"id-pp33", "persons", "ID", 1, "2027-02-26T00:00:00Z", 0, 0, 0, -1, LAW_YES,
         "2027-03-01T07:00:00+07:00"},
        {"id-pp71", "persons", "ID", 1, NOV, 0, 0, 0, -1, LAW_YES, "2026-11-23T17:00:00+07:00"}, /* policy */
        {"id-pp71", "authority", "ID", 1, NOV, FACT(BY_OTHERS), 0, 0, -1, LAW_MAYBE,
         "2026-11-23T17:00:00+07:00"},
        {"id-pp71", "authority", "ID", 1, NOV, FACT(BY_OTHERS) | FACT(SERIOUS_DISTURBANCE), 0, 0, -1, LAW_YES,
         "2026-11-23T17:00:00+07:00"},
        {"id-mr20", "persons", "ID", 1, NOV, 0, 0, 0, -1, LAW_YES, "2026-12-06T17:00:00+07:00"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) row_run(*state, &rows[i]);
}

static void korea(void **state)
{
    static const struct row rows[] = {
        {"kr-pipa", "persons", "KR", 1, NOV, FACT(LEAK_CONFIRMED), 0, 0, -1, LAW_YES,
         "2026-11-25T19:00:00+09:00"},
        {"kr-pipa", "persons", "KR", 1, NOV, 0, 0, 0, -1, LAW_MAYBE, "2026-11-25T19:00:00+09:00"},
        {"kr-pipa", "persons", "KR", 1, NOV, FACT(LEAK_CONFIRMED) | FACT(UNINTELLIGIBLE), 0, 0, -1, LAW_YES,
         "2026-11-25T19:00:00+09:00"}, /* no exception for encrypted data */
        {"kr-pipa", "persons", "KR", 1, NOV, FACT(LEAK_CONFIRMED) | FACT(PSEUDONYMISED), 0, 0, -1, LAW_NO,
         NULL},
        {"kr-pipa", "authority", "KR", 999, NOV, FACT(LEAK_CONFIRMED), FACT(OUTSIDE_ACCESS), 0, -1, LAW_NO,
         NULL},
        {"kr-pipa", "authority", "KR", 1000, NOV, FACT(LEAK_CONFIRMED), FACT(OUTSIDE_ACCESS), 0, -1, LAW_YES,
         "2026-11-25T19:00:00+09:00"},
        {"kr-pipa", "authority", "KR", 1, NOV, FACT(LEAK_CONFIRMED) | FACT(OUTSIDE_ACCESS), 0, 0, -1, LAW_YES,
         "2026-11-25T19:00:00+09:00"},
        {"kr-pipa", "authority", "KR", 1, NOV, FACT(LEAK_CONFIRMED), 0, 0, -1, LAW_MAYBE,
         "2026-11-25T19:00:00+09:00"},
        {"kr-pipa", "authority", "KR", 1, NOV, FACT(LEAK_CONFIRMED), FACT(OUTSIDE_ACCESS),
         KIND_BIT(UNIQUE_ID), -1, LAW_YES, "2026-11-25T19:00:00+09:00"},
        {"kr-pipa", "authority", "KR", 5000, NOV, ALL_KR | FACT(PATH_KNOWN) | FACT(RECOVERED), 0, 0, -1,
         LAW_NO, NULL},
        {"kr-pipa", "authority", "KR", 5000, NOV, ALL_KR | FACT(RECOVERED), 0, 0, -1, LAW_YES,
         "2026-11-25T19:00:00+09:00"},
        /* the version is that of the day of knowing, in Seoul */
        {"kr-pipa", "persons", "KR", 1, "2026-09-10T14:59:59Z", ALL_KR, 0, 0, -1, LAW_NO, NULL},
        {"kr-pipa-2023", "persons", "KR", 1, "2026-09-10T14:59:59Z", ALL_KR, 0, 0, -1, LAW_YES,
         "2026-09-13T23:59:59+09:00"},
        {"kr-pipa", "persons", "KR", 1, "2026-09-10T15:00:00Z", ALL_KR, 0, 0, -1, LAW_YES,
         "2026-09-14T00:00:00+09:00"},
        {"kr-pipa-2023", "persons", "KR", 1, "2026-09-10T15:00:00Z", ALL_KR, 0, 0, -1, LAW_NO, NULL},
        {"kr-pipa-2023", "persons", "KR", 1, "2023-09-14T14:59:59Z", ALL_KR, 0, 0, -1, LAW_NO, NULL},
        {"kr-pipa-possible", "persons", "KR", 1, NOV,
         FACT(OUTSIDE_ACCESS) | FACT(LEAK_SUSPECTED) | FACT(PERSONS_NOT_SINGLED_OUT),
         FACT(LEAK_CONFIRMED) | FACT(NOT_LEAKED), 0, -1, LAW_YES, "2026-11-25T19:00:00+09:00"},
        {"kr-pipa-possible", "persons", "KR", 1, NOV, ALL_KR, 0, 0, -1, LAW_NO, NULL},
        {"kr-network", "authority", "KR", 1, NOV, FACT(INTRUSION), 0, 0, -1, LAW_YES,
         "2026-11-23T19:00:00+09:00"},
        {"kr-network", "authority", "KR", 1, NOV, 0, FACT(INTRUSION), 0, -1, LAW_NO, NULL},
        {"kr-network", "users", "KR", 1, NOV, FACT(INTRUSION), 0, 0, -1, LAW_YES, NULL},
        {"kr-network-2024", "authority", "KR", 1, "2026-09-30T14:59:59Z", ALL_KR, 0, 0, -1, LAW_YES,
         "2026-10-01T23:59:59+09:00"},
        {"kr-network", "authority", "KR", 1, "2026-09-30T15:00:00Z", ALL_KR, 0, 0, -1, LAW_YES,
         "2026-10-02T00:00:00+09:00"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) row_run(*state, &rows[i]);
}

static void europe(void **state)
{
    static const struct row rows[] = {
        {"eu-gdpr", "authority", "DE", 1, "2026-03-27T11:00:00Z", 0, 0, 0, LAW_RISK_SOME, LAW_YES,
         "2026-03-30T13:00:00+02:00"}, /* over the change of clocks: 72 hours all the same */
        {"eu-gdpr", "authority", "FI", 1, NOV, 0, 0, 0, LAW_RISK_HIGH, LAW_YES, "2026-11-25T12:00:00+02:00"},
        {"eu-gdpr", "authority", "PT", 1, NOV, 0, 0, 0, -1, LAW_MAYBE, "2026-11-25T10:00:00+00:00"},
        {"eu-gdpr", "authority", "DE", 1, NOV, 0, 0, 0, LAW_RISK_NONE, LAW_NO, NULL},
        {"eu-gdpr", "authority", "NO", 1, NOV, 0, 0, 0, LAW_RISK_SOME, LAW_YES, "2026-11-25T11:00:00+01:00"},
        {"eu-gdpr", "authority", "KR", 1, NOV, 0, 0, 0, LAW_RISK_HIGH, LAW_NO, NULL},
        {"eu-gdpr", "authority-omnibus", "DE", 1, NOV, 0, 0, 0, LAW_RISK_HIGH, LAW_NO, NULL},
        {"eu-gdpr", "persons", "DE", 1, NOV, 0, 0, 0, LAW_RISK_SOME, LAW_NO, NULL},
        {"eu-gdpr", "persons", "DE", 1, NOV, 0, 0, 0, LAW_RISK_HIGH, LAW_YES,
         "2026-11-25T11:00:00+01:00"}, /* policy */
        {"eu-gdpr", "persons", "DE", 1, NOV, FACT(UNINTELLIGIBLE), 0, 0, LAW_RISK_HIGH, LAW_NO, NULL},
        {"eu-gdpr", "persons", "DE", 1, NOV, FACT(RISK_REMOVED), 0, 0, LAW_RISK_HIGH, LAW_NO, NULL},
        /* by the seat alone, and where that is is not known */
        {"eu-nis2", "warning", "DE", 1, NOV, FACT(SIGNIFICANT_INCIDENT), 0, 0, 0, LAW_MAYBE,
         "2026-11-23T10:00:00+00:00"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) row_run(*state, &rows[i]);
}

static void the_other_regimes(void **state)
{
    static const struct row rows[] = {
        {"sg-pdpa", "assessment", "SG", 1, NOV, 0, 0, 0, 0, LAW_YES, "2026-12-22T18:00:00+08:00"},
        {"sg-pdpa", "authority", "SG", 499, NOV, 0, FACT(SIGNIFICANT_HARM), 0, 0, LAW_NO, NULL},
        {"sg-pdpa", "authority", "SG", 500, NOV, 0, 0, 0, 0, LAW_YES, NULL}, /* it waits for the assessment */
        {"sg-pdpa", "persons", "SG", 500, NOV, FACT(SIGNIFICANT_HARM) | FACT(UNINTELLIGIBLE), 0, 0, 0, LAW_NO,
         NULL},
        {"sg-pdpa", "authority", "SG", 500, NOV, FACT(UNINTELLIGIBLE), 0, 0, 0, LAW_YES, NULL},
        {"my-pdpa", "authority", "MY", 1000, NOV, 0, FACT(SIGNIFICANT_HARM), 0, 0, LAW_NO, NULL},
        {"my-pdpa", "authority", "MY", 1001, NOV, 0, FACT(SIGNIFICANT_HARM), 0, 0, LAW_YES,
         "2026-11-25T18:00:00+08:00"},
        {"my-pdpa", "persons", "MY", 1001, NOV, 0, FACT(SIGNIFICANT_HARM), 0, 0, LAW_NO,
         NULL}, /* scale: not to persons */
        {"my-pdpa", "persons", "MY", 1, NOV, FACT(SIGNIFICANT_HARM), 0, 0, 0, LAW_YES,
         NULL}, /* it waits for the report */
        {"th-pdpa", "authority", "TH", 1, NOV, 0, 0, 0, LAW_RISK_SOME, LAW_YES, "2026-11-25T17:00:00+07:00"},
        {"th-pdpa", "authority", "TH", 1, NOV, 0, 0, 0, LAW_RISK_NONE, LAW_NO, NULL},
        {"th-pdpa", "persons", "TH", 1, NOV, 0, 0, 0, LAW_RISK_SOME, LAW_NO, NULL},
        {"ph-dpa", "authority", "PH", 1, NOV, FACT(UNAUTHORISED_PERSON) | FACT(SERIOUS_HARM), 0,
         KIND_BIT(IDENTITY_FRAUD), 0, LAW_YES, "2026-11-25T18:00:00+08:00"},
        {"ph-dpa", "authority", "PH", 1, NOV, FACT(UNAUTHORISED_PERSON) | FACT(SERIOUS_HARM), 0,
         KIND_BIT(FINANCIAL), 0, LAW_NO, NULL},
        {"ph-dpa", "full", "PH", 1, NOV, FACT(UNAUTHORISED_PERSON) | FACT(SERIOUS_HARM), 0,
         KIND_BIT(SENSITIVE), 0, LAW_YES, "2026-11-27T18:00:00+08:00"},
        {"vn-pdpl", "authority", "VN", 1, NOV, 0, 0, 0, 0, LAW_YES, "2026-11-25T17:00:00+07:00"},
        {"vn-pdpl", "persons", "VN", 1, NOV, 0, 0, 0, 0, LAW_YES, NULL},
        {"jp-appi", "preliminary", "JP", 1000, NOV, 0, FACT(IMPROPER_PURPOSE), 0, 0, LAW_NO, NULL},
        {"jp-appi", "preliminary", "JP", 1001, NOV, 0, FACT(IMPROPER_PURPOSE), 0, 0, LAW_YES,
         "2026-11-25T00:00:00+09:00"},
        {"jp-appi", "final", "JP", 1001, NOV, 0, FACT(IMPROPER_PURPOSE), 0, 0, LAW_YES,
         "2026-12-22T00:00:00+09:00"},
        {"jp-appi", "final", "JP", 1, NOV, FACT(IMPROPER_PURPOSE), 0, 0, 0, LAW_NO, NULL},
        {"jp-appi", "final-improper", "JP", 1, NOV, FACT(IMPROPER_PURPOSE), 0, 0, 0, LAW_YES,
         "2027-01-21T00:00:00+09:00"},
        {"jp-appi", "persons", "JP", 1, NOV, FACT(IMPROPER_PURPOSE) | FACT(UNINTELLIGIBLE), 0, 0, 0, LAW_YES,
         NULL},
        {"in-dpdp", "authority", "IN", 1, NOV, 0, 0, 0, 0, LAW_NO, NULL},
        {"in-dpdp", "authority", "IN", 1, "2027-05-12T18:30:00Z", 0, 0, 0, 0, LAW_YES,
         "2027-05-16T00:00:00+05:30"},
        {"in-certin", "authority", "IN", 1, NOV, FACT(INTRUSION), 0, 0, 0, LAW_YES,
         "2026-11-22T21:30:00+05:30"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) row_run(*state, &rows[i]);
}

static const struct law_due *due_by(const struct law_clock *clock, const char *who)
{
    for (size_t i = 0; i < clock->count; i++) {
        if (clock->at[i].instant && strcmp(clock->at[i].instant->who, who) == 0) return &clock->at[i];
    }
    fail_msg("no candidate of %s", who);
    return NULL;
}

/* Korea, November 2025. Two moments of knowing: the government's and the company's own. */
static void coupang_is_late_by_one_clock_and_in_time_by_the_other(void **state)
{
    SCOPED(law_clocks_done) struct law_clocks clocks = {0};
    const struct law_people people[] = {{"KR", 33700000}};
    const struct law_instant instants[] = {
        {LAW_FROM_AWARE, at("2025-11-18T22:52:00+09:00"), "company", "its own report"},
        {LAW_FROM_AWARE, at("2025-11-17T16:00:00+09:00"), "government", "reported to the security chief"},
    };
    const struct law_done done[] = {
        {"kr-network-2024", "authority", at("2025-11-19T21:35:00+09:00"), at("2025-11-19T21:35:00+09:00")},
        /* the report to the PIPC, and the text message to about 4,500: of these the day alone is known */
        {"kr-pipa-2023", "authority", at("2025-11-20T00:00:00+09:00"), at("2025-11-20T23:59:59+09:00")},
    };
    const struct law_case facts = {.people = people,
                                   .people_count = 1,
                                   .seat = "KR",
                                   .yes = ALL_KR,
                                   .instants = instants,
                                   .instant_count = 2,
                                   .done = done,
                                   .done_count = 2,
                                   .now_us = at("2025-11-29T00:00:00+09:00")};
    assert_ok(law_clocks(*state, &facts, false, &clocks));
    const struct law_clock *report = clock_of(&clocks, "kr-network-2024", "authority");
    assert_non_null(report);
    assert_int_equal(report->owed, LAW_YES);
    assert_int_equal(report->count, 2);
    assert_string_equal(report->at[0].instant->who, "government"); /* the earliest counts */

    const struct law_due *government = due_by(report, "government"), *company = due_by(report, "company");
    assert_int_equal(government->after_us, 53 * HOUR_US + 35 * MINUTE_US);
    assert_int_equal(government->state, LAW_STATE_MISSED);
    assert_int_equal(government->by_us, 29 * HOUR_US + 35 * MINUTE_US);
    assert_int_equal(company->after_us, 22 * HOUR_US + 43 * MINUTE_US);
    assert_int_equal(company->state, LAW_STATE_MET);
    assert_int_equal(company->by_us, 1 * HOUR_US + 17 * MINUTE_US);

    const struct law_clock *pipc = clock_of(&clocks, "kr-pipa-2023", "authority");
    assert_non_null(pipc);
    assert_int_equal(due_by(pipc, "government")->due_us, at("2025-11-20T16:00:00+09:00"));
    assert_int_equal(due_by(pipc, "government")->state,
                     LAW_STATE_UNSAID); /* the hour is not known: it is not made up */
    assert_int_equal(due_by(pipc, "company")->state, LAW_STATE_MET);

    const struct law_clock *persons = clock_of(&clocks, "kr-pipa-2023", "persons");
    assert_non_null(persons); /* nobody told the 33.7 million before the 29th */
    assert_int_equal(persons->at[0].state, LAW_STATE_OVERDUE);
    assert_int_equal(persons->at[0].by_us, 8 * DAY_US + 8 * HOUR_US);
    assert_null(clock_of(&clocks, "kr-pipa", "persons")); /* the rules of 2026 were not there yet */
    assert_null(clock_of(&clocks, "kr-network", "authority"));
    assert_null(clock_of(&clocks, "kr-pipa-possible", "persons"));
}

/* The first message said that data was "viewed" on 18 November, not when it began, nor all that leaked. */
static void coupangs_first_notice_left_things_out(void **state)
{
    const struct law_duty *duty = law_duty(law_regime(*state, "kr-pipa-2023"), "persons");
    static const char *const held[] = {"how", "self_help", "actions", "relief", "desk"};
    const char *missing[LAW_ITEMS_MAX * 2];
    assert_int_equal(law_missing(duty, held, COUNT_OF(held), missing), 2);
    assert_string_equal(missing[0], "data_items");
    assert_string_equal(missing[1], "when");
    const struct law_duty *today = law_duty(law_regime(*state, "kr-pipa"), "persons");
    assert_int_equal(law_missing(today, held, COUNT_OF(held), missing), 3);
    assert_string_equal(missing[2], "rights"); /* asked for since September 2026 */
}

/* Indonesia, May 2020: before the law of 2022, under the regulations of 2016 and 2019 that the minister named. */
static void tokopedia_had_fourteen_days_to_tell_the_owners(void **state)
{
    SCOPED(law_clocks_done) struct law_clocks clocks = {0};
    const struct law_people people[] = {{"ID", 91000000}};
    const struct law_instant instants[] = {
        {LAW_FROM_AWARE, at("2020-05-02T00:00:00+07:00"), "monitor",
         "a free sample on a forum; the day alone is known"},
        {LAW_FROM_AWARE, at("2020-05-03T00:00:00+07:00"), "company", "its statement; the day alone is known"},
    };
    const struct law_case facts = {.people = people,
                                   .people_count = 1,
                                   .seat = "ID",
                                   .yes = FACT(BY_OTHERS),
                                   .instants = instants,
                                   .instant_count = 2,
                                   .now_us = at("2020-07-03T00:00:00+07:00")};
    assert_ok(law_clocks(*state, &facts, false, &clocks));
    const struct law_clock *owners = clock_of(&clocks, "id-mr20", "persons");
    assert_non_null(owners);
    assert_int_equal(due_by(owners, "monitor")->due_us, at("2020-05-16T00:00:00+07:00"));
    assert_int_equal(due_by(owners, "company")->due_us, at("2020-05-17T00:00:00+07:00"));
    assert_int_equal(due_by(owners, "company")->state,
                     LAW_STATE_OVERDUE); /* no notice to owners is on record */
    assert_int_equal(due_by(owners, "company")->by_us, 47 * DAY_US);
    const struct law_clock *written = clock_of(&clocks, "id-pp71", "persons");
    assert_non_null(written);
    assert_null(written->duty->due); /* no hour limit: what is shown is this program's aim */
    assert_true(written->policy);
    const struct law_clock *report = clock_of(&clocks, "id-pp71", "authority");
    assert_non_null(report);
    assert_int_equal(report->owed, LAW_MAYBE);
    assert_int_equal(report->open_facts, FACT(SERIOUS_DISTURBANCE));
    assert_null(clock_of(&clocks, "id-pdp", "persons")); /* there was no such law */
    assert_null(clock_of(&clocks, "id-pp33", "persons"));
}

/* SK Telecom, April 2025: fined for a notice later than 72 hours under the rules of 2023. */
static void sk_telecom_fell_under_the_rules_of_2023(void **state)
{
    SCOPED(law_clocks_done) struct law_clocks clocks = {0};
    const struct law_people people[] = {{"KR", 23244649}};
    const struct law_instant instants[] = {
        {LAW_FROM_AWARE, at("2025-04-20T00:00:00+09:00"), "x", NULL}}; /* a day in 2025 */
    const struct law_case facts = {.people = people,
                                   .people_count = 1,
                                   .seat = "KR",
                                   .yes = ALL_KR,
                                   .instants = instants,
                                   .instant_count = 1,
                                   .now_us = at("2025-04-21T00:00:00+09:00")};
    assert_ok(law_clocks(*state, &facts, false, &clocks));
    const struct law_clock *persons = clock_of(&clocks, "kr-pipa-2023", "persons");
    const struct law_clock *report = clock_of(&clocks, "kr-network-2024", "authority");
    assert_non_null(persons);
    assert_non_null(report);
    assert_int_equal(persons->at[0].due_us - persons->at[0].from_us, 72 * HOUR_US);
    assert_int_equal(report->at[0].due_us - report->at[0].from_us, 24 * HOUR_US);
    assert_ptr_equal(&clocks.at[0], report); /* the shortest first */
    assert_null(clock_of(&clocks, "kr-pipa", "persons"));
}

static void each_new_fact_has_a_clock_of_its_own(void **state)
{
    SCOPED(law_clocks_done) struct law_clocks clocks = {0};
    const struct law_people people[] = {{"KR", 10}};
    const struct law_instant instants[] = {{LAW_FROM_AWARE, at("2026-11-20T10:00:00+09:00"), NULL, NULL},
                                           {LAW_FROM_FACT, at("2026-11-21T09:00:00+09:00"), "first", NULL},
                                           {LAW_FROM_FACT, at("2026-11-23T09:00:00+09:00"), "second", NULL}};
    const struct law_done done[] = {
        {"kr-network", "supplement", at("2026-11-21T12:00:00+09:00"), at("2026-11-21T12:00:00+09:00")}};
    const struct law_case facts = {.people = people,
                                   .people_count = 1,
                                   .yes = ALL_KR,
                                   .instants = instants,
                                   .instant_count = 3,
                                   .done = done,
                                   .done_count = 1,
                                   .now_us = at("2026-11-23T10:00:00+09:00")};
    size_t met = 0, running = 0;
    assert_ok(law_clocks(*state, &facts, false, &clocks));
    for (size_t i = 0; i < clocks.count; i++) {
        const struct law_clock *one = &clocks.at[i];
        if (strcmp(one->applied.regime->id, "kr-network") != 0 || strcmp(one->duty->id, "supplement") != 0)
            continue;
        assert_int_equal(one->count, 1);
        met += one->at[0].state == LAW_STATE_MET && one->at[0].by_us == 21 * HOUR_US;
        running += one->at[0].state == LAW_STATE_RUNNING && one->at[0].by_us == 23 * HOUR_US;
    }
    assert_int_equal(met, 1);
    assert_int_equal(running, 1);
}

static void singapore_tells_persons_after_the_authority(void **state)
{
    const struct law_people people[] = {{"SG", 600}};
    const struct law_instant instants[] = {{LAW_FROM_AWARE, at("2026-11-20T10:00:00+08:00"), NULL, NULL},
                                           {LAW_FROM_ASSESSED, at("2026-11-22T23:00:00+08:00"), NULL, NULL}};
    const struct law_done wrong[] = {
        {"sg-pdpa", "persons", at("2026-11-23T10:00:00+08:00"), at("2026-11-23T10:00:00+08:00")},
        {"sg-pdpa", "authority", at("2026-11-23T11:00:00+08:00"), at("2026-11-23T11:00:00+08:00")}};
    struct law_case facts = {.people = people,
                             .people_count = 1,
                             .yes = FACT(SIGNIFICANT_HARM),
                             .instants = instants,
                             .instant_count = 2,
                             .done = wrong,
                             .done_count = 2,
                             .now_us = at("2026-11-24T00:00:00+08:00")};
    SCOPED(law_clocks_done) struct law_clocks clocks = {0}, alone = {0};
    assert_ok(law_clocks(*state, &facts, false, &clocks));
    assert_true(clock_of(&clocks, "sg-pdpa", "persons")->out_of_order);
    assert_false(clock_of(&clocks, "sg-pdpa", "authority")->out_of_order);
    assert_int_equal(clock_of(&clocks, "sg-pdpa", "authority")->at[0].due_us,
                     at("2026-11-26T00:00:00+08:00"));
    facts.done_count = 1; /* persons told, the authority not at all */
    assert_ok(law_clocks(*state, &facts, false, &alone));
    assert_true(clock_of(&alone, "sg-pdpa", "persons")->out_of_order);
}

static void what_follows_a_report_counts_from_it(void **state)
{
    const struct law_people people[] = {{"MY", 5}};
    const struct law_instant instants[] = {{LAW_FROM_OCCURRED, at("2026-11-20T10:00:00+08:00"), "logs", NULL},
                                           {LAW_FROM_AWARE, at("2026-11-22T10:00:00+08:00"), "staff", NULL}};
    const struct law_done done[] = {
        {"my-pdpa", "authority", at("2026-11-23T08:00:00+08:00"), at("2026-11-23T08:00:00+08:00")}};
    struct law_case facts = {.people = people,
                             .people_count = 1,
                             .yes = FACT(SIGNIFICANT_HARM),
                             .instants = instants,
                             .instant_count = 2,
                             .now_us = at("2026-11-22T12:00:00+08:00")};
    SCOPED(law_clocks_done) struct law_clocks before = {0}, after = {0};
    assert_ok(law_clocks(*state, &facts, false, &before));
    const struct law_clock *persons = clock_of(&before, "my-pdpa", "persons");
    assert_int_equal(persons->at[0].state, LAW_STATE_WAITS);
    assert_true(
        persons->at[0].supposed); /* as if the report came at the last moment, 72 hours after the breach */
    assert_int_equal(persons->at[0].due_us, at("2026-11-30T10:00:00+08:00"));
    facts.done = done;
    facts.done_count = 1;
    assert_ok(law_clocks(*state, &facts, false, &after));
    persons = clock_of(&after, "my-pdpa", "persons");
    assert_int_equal(persons->at[0].state, LAW_STATE_RUNNING);
    assert_int_equal(persons->at[0].due_us, at("2026-11-30T08:00:00+08:00"));
    const struct law_clock *report = clock_of(&after, "my-pdpa", "authority");
    assert_int_equal(report->count, 2); /* both candidates, the occurrence first */
    assert_string_equal(report->at[0].instant->who, "logs");
}

static void europes_final_report_is_a_month_after_the_notification(void **state)
{
    const struct law_people people[] = {{"FR", 5}};
    const struct law_instant instants[] = {{LAW_FROM_AWARE, at("2027-01-29T10:00:00+01:00"), NULL, NULL}};
    const struct law_done done[] = {
        {"eu-nis2", "notification", at("2027-01-31T10:00:00+01:00"), at("2027-01-31T10:00:00+01:00")}};
    const struct law_case facts = {.people = people,
                                   .people_count = 1,
                                   .seat = "FR",
                                   .yes = FACT(SIGNIFICANT_INCIDENT) | FACT(MARKETPLACE) |
                                          FACT(MEDIUM_OR_LARGER),
                                   .instants = instants,
                                   .instant_count = 1,
                                   .done = done,
                                   .done_count = 1,
                                   .now_us = at("2027-02-01T00:00:00Z")};
    SCOPED(law_clocks_done) struct law_clocks clocks = {0};
    assert_ok(law_clocks(*state, &facts, false, &clocks));
    assert_int_equal(clock_of(&clocks, "eu-nis2", "final")->at[0].due_us, at("2027-02-28T10:00:00+01:00"));
    assert_int_equal(clock_of(&clocks, "eu-nis2", "warning")->at[0].state, LAW_STATE_OVERDUE);
    assert_string_equal(clock_of(&clocks, "eu-nis2", "final")->zone_name, "Europe/Paris");
}

static void a_switch_changes_what_is_owed(void **state)
{
    const struct law_people people[] = {{"DE", 5}};
    const struct law_instant instants[] = {{LAW_FROM_AWARE, at(NOV), NULL, NULL}};
    const struct law_choice omnibus[] = {{"eu-gdpr", "omnibus", "in-force"}};
    const struct law_choice wrong[] = {{"eu-gdpr", "omnibus", "perhaps"}};
    struct law_case facts = {.people = people,
                             .people_count = 1,
                             .risk_known = true,
                             .risk = LAW_RISK_HIGH,
                             .instants = instants,
                             .instant_count = 1,
                             .choices = omnibus,
                             .choice_count = 1,
                             .now_us = at(NOV)};
    SCOPED(law_clocks_done) struct law_clocks clocks = {0}, none = {0};
    assert_ok(law_clocks(*state, &facts, false, &clocks));
    assert_null(clock_of(&clocks, "eu-gdpr", "authority"));
    assert_int_equal(clock_of(&clocks, "eu-gdpr", "authority-omnibus")->at[0].due_us,
                     at("2026-11-26T10:00:00Z"));
    facts.choices = wrong;
    assert_code(CODE_INVALID, law_clocks(*state, &facts, false, &none));
    assert_null(none.at);
}

static void two_versions_are_told_when_candidates_straddle(void **state)
{
    const struct law_people people[] = {{"KR", 5}};
    const struct law_instant instants[] = {{LAW_FROM_AWARE, at("2026-09-10T20:00:00+09:00"), NULL, NULL},
                                           {LAW_FROM_AWARE, at("2026-09-11T08:00:00+09:00"), NULL, NULL}};
    const struct law_case facts = {.people = people,
                                   .people_count = 1,
                                   .yes = ALL_KR,
                                   .instants = instants,
                                   .instant_count = 2,
                                   .now_us = at("2026-09-11T09:00:00+09:00")};
    struct law_applied before, after;
    law_applies(*state, law_regime(*state, "kr-pipa-2023"), &facts, &before);
    law_applies(*state, law_regime(*state, "kr-pipa"), &facts, &after);
    assert_true(before.straddles && before.answer == LAW_YES); /* the earliest instant chooses */
    assert_true(after.straddles && after.answer == LAW_MAYBE); /* and the other is not forgotten */
}

static void
unknown_facts_take_no_duty_away(void **state) /* a property: the less is known, the more is owed */
{
    const struct law *law = *state;
    static const char *const countries[] = {"KR", "ID", "DE", "SG", "MY", "TH", "PH", "VN", "JP", "IN", "TW"};
    PROPERTY(300, rng) {
        const struct law_people people[] = {
            {countries[prop_below(&rng, COUNT_OF(countries))], prop_below(&rng, 3000)}};
        const struct law_instant instants[] = {
            {LAW_FROM_AWARE, at("2019-01-01T00:00:00Z") + (int64_t)prop_below(&rng, 3600) * DAY_US, NULL,
             NULL}};
        uint64_t told = prop_u64(&rng), yes = prop_u64(&rng), mask = LAW_BIT(LAW_FACT_COUNT) - 1;
        struct law_case known = {.people = people,
                                 .people_count = 1,
                                 .yes = yes & mask,
                                 .no = ~yes & mask,
                                 .kinds = prop_below(&rng, 16),
                                 .kinds_known = true,
                                 .risk_known = true,
                                 .risk = (enum law_risk)prop_below(&rng, LAW_RISK_COUNT),
                                 .instants = instants,
                                 .instant_count = 1,
                                 .now_us = instants[0].us};
        struct law_case less = known;
        less.yes &= told;
        less.no &= told;
        less.risk_known = prop_below(&rng, 2) == 0;
        less.kinds_known = prop_below(&rng, 2) == 0;
        SCOPED(law_clocks_done) struct law_clocks all = {0}, some = {0};
        assert_ok(law_clocks(law, &known, false, &all));
        assert_ok(law_clocks(law, &less, false, &some));
        for (size_t i = 0; i < all.count; i++) {
            const struct law_clock *one = &all.at[i];
            if (!clock_of(&some, one->applied.regime->id, one->duty->id))
                fail_msg("%s/%s is lost when less is known [AMN_SEED=%llu]", one->applied.regime->id,
                         one->duty->id, (unsigned long long)prop_seed());
        }
    }
}

static void what_no_rule_covers_is_said(void **state)
{
    assert_true(law_uncovered(*state, "TW")); /* where 200,000 of the Coupang accounts were */
    assert_false(law_uncovered(*state, "KR"));
    assert_false(law_uncovered(*state, "NO"));
}

static void refuses_cases_that_name_nothing(void **state)
{
    SCOPED(law_clocks_done) struct law_clocks clocks = {0};
    const struct law_done done[] = {{"kr-pipa", "nothing", 0, 0}},
                          backwards[] = {{"kr-pipa", "persons", 2, 1}};
    struct law_instant many[LAW_CANDIDATES_MAX + 1];
    for (size_t i = 0; i < COUNT_OF(many); i++)
        many[i] = (struct law_instant){LAW_FROM_AWARE, (int64_t)i, NULL, NULL};
    struct law_case facts = {.done = done, .done_count = 1};
    assert_code(CODE_INVALID, law_clocks(*state, &facts, false, &clocks));
    facts = (struct law_case){.done = backwards, .done_count = 1};
    assert_code(CODE_INVALID, law_clocks(*state, &facts, false, &clocks));
    facts = (struct law_case){.instants = many, .instant_count = COUNT_OF(many)};
    assert_code(CODE_INVALID, law_clocks(*state, &facts, false, &clocks));
    facts.instant_count--;
    assert_ok(law_clocks(*state, &facts, false, &clocks));
    facts = (struct law_case){.yes = 1, .no = 1};
    assert_code(CODE_INVALID, law_case_check(*state, &facts));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(indonesia),
        cmocka_unit_test(korea),
        cmocka_unit_test(europe),
        cmocka_unit_test(the_other_regimes),
        cmocka_unit_test(coupang_is_late_by_one_clock_and_in_time_by_the_other),
        cmocka_unit_test(coupangs_first_notice_left_things_out),
        cmocka_unit_test(tokopedia_had_fourteen_days_to_tell_the_owners),
        cmocka_unit_test(sk_telecom_fell_under_the_rules_of_2023),
        cmocka_unit_test(each_new_fact_has_a_clock_of_its_own),
        cmocka_unit_test(singapore_tells_persons_after_the_authority),
        cmocka_unit_test(what_follows_a_report_counts_from_it),
        cmocka_unit_test(europes_final_report_is_a_month_after_the_notification),
        cmocka_unit_test(a_switch_changes_what_is_owed),
        cmocka_unit_test(two_versions_are_told_when_candidates_straddle),
        cmocka_unit_test(unknown_facts_take_no_duty_away),
        cmocka_unit_test(what_no_rule_covers_is_said),
        cmocka_unit_test(refuses_cases_that_name_nothing),
    };
    return cmocka_run_group_tests(tests, open_law, close_law);
}

/* The three forms of an alert, byte for byte, and that none of them can be broken out of. */
#include "send/alert.h"

#include "base/json.h"
#include "prop.h"

static const struct alert_names names = {.id = {(const uint8_t *)"evt_1", 5},
                                         .alert = {(const uint8_t *)"alert_9", 7},
                                         .reader = {(const uint8_t *)"key_7", 5},
                                         .shop = {(const uint8_t *)"toko", 4},
                                         .host = {(const uint8_t *)"box", 3},
                                         .time_us = 1763782200000000};
static const struct alert_names bare = {
    .id = {(const uint8_t *)"evt_2", 5}, .shop = {(const uint8_t *)"toko", 4}, .time_us = 1763782200000000};
static const struct alert_text opened = {.event = ALERT_OPENED,
                                         .severity = ALERT_HIGH,
                                         .detector = {(const uint8_t *)"slow_rise", 9},
                                         .alert = 9,
                                         .reader = 7,
                                         .people = 212,
                                         .count = 3,
                                         .entry = 41,
                                         .first_us = 1763780000000000,
                                         .last_us = 1763782199500000,
                                         .stopped = true};
static const struct alert_text test = {.event = ALERT_TEST};
static const struct alert_text more = {.event = ALERT_MORE, .count = 17};

static void says_what_happened_in_json(void **state)
{
    (void)state;
    static const struct {
        const struct alert_text *text;
        const struct alert_names *names;
        const char *want;
    } cases[] = {
        {&opened, &names,
         "{\"id\":\"evt_1\",\"event\":\"alert.opened\",\"shop\":\"toko\",\"time\":\"2025-11-22T03:30:00Z\","
         "\"alert\":\"alert_9\",\"detector\":\"slow_rise\",\"severity\":\"high\",\"reader\":\"key_7\","
         "\"people\":212,"
         "\"count\":3,\"first\":\"2025-11-22T02:53:20Z\",\"last\":\"2025-11-22T03:29:59.500000Z\",\"entry\":"
         "41,"
         "\"stopped\":true}"},
        {&test, &bare,
         "{\"id\":\"evt_2\",\"event\":\"test\",\"shop\":\"toko\",\"time\":\"2025-11-22T03:30:00Z\"}"},
        {&more, &bare,
         "{\"id\":\"evt_2\",\"event\":\"more\",\"shop\":\"toko\",\"time\":\"2025-11-22T03:30:00Z\",\"count\":"
         "17}"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        buf_text(&out, "{"); /* what stands before is none of its business */
        alert_json(cases[i].text, cases[i].names, &out);
        assert_string_equal(buf_c(&out) + 1, cases[i].want);
    }
}

static void says_what_happened_to_syslog(void **state)
{
    (void)state;
    static const struct {
        const struct alert_text *text;
        const struct alert_names *names;
        const char *want;
    } cases[] = {
        {&opened, &names,
         "<82>1 2025-11-22T03:30:00Z box amanah - alert.opened [amanah@32473 id=\"evt_1\" shop=\"toko\" "
         "alert=\"alert_9\" detector=\"slow_rise\" severity=\"high\" reader=\"key_7\" people=\"212\" "
         "count=\"3\" "
         "first=\"2025-11-22T02:53:20Z\" last=\"2025-11-22T03:29:59.500000Z\" entry=\"41\" stopped=\"true\"] "
         "slow_rise: key_7, 212 customers, stopped"},
        {&test, &bare,
         "<86>1 2025-11-22T03:30:00Z - amanah - test [amanah@32473 id=\"evt_2\" shop=\"toko\"] a test of "
         "this sink"},
        {&more, &bare,
         "<86>1 2025-11-22T03:30:00Z - amanah - more [amanah@32473 id=\"evt_2\" shop=\"toko\" count=\"17\"] "
         "17 more alerts that could not be told one by one; see them in the vault"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        alert_syslog(cases[i].text, cases[i].names, &out);
        const char *line = strchr(buf_c(&out), ' ') + 1;
        assert_int_equal(strtoul(buf_c(&out), NULL, 10), strlen(line));
        assert_string_equal(line, cases[i].want);
    }
}

static void each_severity_has_its_syslog_number(void **state)
{
    (void)state;
    static const struct {
        enum alert_severity severity;
        const char *name, *begins;
    } cases[] = {
        {ALERT_INFO, "info", "<86>"},         {ALERT_LOW, "low", "<85>"},
        {ALERT_MEDIUM, "medium", "<84>"},     {ALERT_HIGH, "high", "<82>"},
        {ALERT_CRITICAL, "critical", "<81>"}, {(enum alert_severity)99, "?", "<86>"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        struct alert_text text = opened;
        text.severity = cases[i].severity;
        alert_syslog(&text, &names, &out);
        assert_non_null(strstr(buf_c(&out), cases[i].begins));
        assert_string_equal(alert_severity_name(cases[i].severity), cases[i].name);
        if (cases[i].name[0] != '?')
            assert_int_equal(alert_severity_find(slice_text(cases[i].name)), cases[i].severity);
    }
    assert_int_equal(alert_severity_find(SLICE_TEXT("grave")), 0);
}

static void says_what_happened_in_ocsf(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf out = {0};
    alert_ocsf(&opened, &names, &out);
    assert_string_equal(
        buf_c(&out),
        "{\"category_uid\":2,\"category_name\":\"Findings\",\"class_uid\":2004,\"class_name\":\"Detection "
        "Finding\","
        "\"activity_id\":1,\"activity_name\":\"Create\",\"type_uid\":200401,\"severity_id\":4,\"severity\":"
        "\"High\","
        "\"time\":1763782200000,\"count\":3,\"finding_info\":{\"uid\":\"alert_9\",\"title\":\"slow_rise: "
        "key_7, 212 "
        "customers, stopped\",\"types\":[\"slow_rise\"],\"first_seen_time\":1763780000000,\"last_seen_time\":"
        "1763782199500,\"analytic\":{\"name\":\"slow_rise\",\"type_id\":2,\"type\":\"Behavioral\"}},"
        "\"metadata\":{"
        "\"version\":\"1.3.0\",\"product\":{\"name\":\"Amanah\",\"vendor_name\":\"Amanah\",\"version\":"
        "\"" AMN_VERSION "\"},\"uid\":\"evt_1\",\"tenant_uid\":\"toko\"},\"unmapped\":{\"event\":\"alert."
        "opened\",\"reader\":\"key_7\","
        "\"people\":212,\"entry\":41,\"stopped\":true}}\n");
    buf_clear(&out);
    alert_ocsf(&test, &bare, &out);
    assert_non_null(strstr(buf_c(&out), "\"type_uid\":200499"));
    assert_non_null(
        strstr(buf_c(&out), "\"finding_info\":{\"uid\":\"evt_2\",\"title\":\"a test of this sink\"}"));
}

/* One telling is one JSON object, one line, one counted message, whatever stands in the names. */
static void cannot_be_broken_out_of(void **state)
{
    (void)state;
    static const char symbols[] = "ab\"]\\[}{,: 7";
    PROPERTY(300, rng) {
        char id[12], host[12];
        for (size_t i = 0; i < sizeof id; i++) id[i] = symbols[prop_below(&rng, sizeof symbols - 1)];
        for (size_t i = 0; i < sizeof host; i++) host[i] = (char)prop_below(&rng, 128);
        struct alert_names odd = names;
        struct alert_text text = opened;
        odd.id = odd.reader = odd.alert = text.detector = (struct slice){(const uint8_t *)id, sizeof id};
        odd.host = (struct slice){(const uint8_t *)host, sizeof host};
        SCOPED(buf_done) struct buf json = {0}, ocsf = {0}, line = {0};
        alert_json(&text, &odd, &json);
        alert_ocsf(&text, &odd, &ocsf);
        alert_syslog(&text, &odd, &line);
        assert_ok(json_check(buf_slice(&json)));
        assert_ok(json_check(slice_part(buf_slice(&ocsf), 0, ocsf.len - 1)));
        assert_ptr_equal(memchr(ocsf.at, '\n', ocsf.len), ocsf.at + ocsf.len - 1);
        size_t blanks = 0, at = 0;
        for (; at < line.len && blanks < 5; at++) blanks += line.at[at] == ' ';
        assert_int_equal(
            blanks, 5); /* length, priority, time, host, app: the head has no more blanks than it should */
        assert_true(json.len < ALERT_SAID_BYTES_MAX && ocsf.len < ALERT_SAID_BYTES_MAX &&
                    line.len < ALERT_SAID_BYTES_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_happened_in_json),
        cmocka_unit_test(says_what_happened_to_syslog),
        cmocka_unit_test(each_severity_has_its_syslog_number),
        cmocka_unit_test(says_what_happened_in_ocsf),
        cmocka_unit_test(cannot_be_broken_out_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

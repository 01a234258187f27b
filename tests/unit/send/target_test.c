/* Where a sink may lead, and how long a failing one is left alone. */
#include "send/target.h"

#include "prop.h"

static void knows_where_a_webhook_may_lead(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool good;
    } cases[] = {
        {"https://siem.example/hook", true},
        {"https://siem.example", true},
        {"https://siem.example:8443?x=1", true},
        {"https://10.0.0.7/in", true},
        {"https://[2001:db8::1]:443/in", true},
        {"http://127.0.0.1:9000/in", true},
        {"http://localhost/in", true},
        {"http://[::1]:9000/", true},
        {"http://siem.example/in", false},
        {"http://127.0.0.1.example/in", false},
        {"https://", false},
        {"https:///in", false},
        {"https://user@siem.example/", false},
        {"https://user:pass@siem.example/", false},
        {"https://siem.example:0/", false},
        {"https://siem.example:65536/", false},
        {"https://siem.example:/", false},
        {"https://siem.example/a b", false},
        {"https://siem.example/a#b", false},
        {"https://siem.example/\r\nX: y", false},
        {"https://siem.example\\@evil.example/", false},
        {"https://si\xc3\xa9m.example/", false},
        {"ftp://siem.example/", false},
        {"file:///etc/passwd", false},
        {"", false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (target_web(slice_text(cases[i].url)) != cases[i].good) fail_msg("%s", cases[i].url);
    }
}

static void knows_where_a_line_may_lead(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool good, tls;
    } cases[] = {
        {"tcp://loghost:601", true, false},   {"tls://log.example:6514", true, true},
        {"tls://[::1]:6514", true, true},     {"tcp://loghost", false, false},
        {"tcp://loghost:601/", false, false}, {"udp://loghost:514", false, false},
        {"tcp://log host:601", false, false}, {"tls://:6514", false, false},
        {"tls://a:99999", false, false},      {"", false, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool tls = false;
        if (target_line(slice_text(cases[i].url), &tls) != cases[i].good || tls != cases[i].tls)
            fail_msg("%s", cases[i].url);
    }
}

static void knows_which_files_may_be_written(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool good, absolute;
    } cases[] = {
        {"alerts.jsonl", true, false},
        {"a", true, false},
        {"/var/log/amanah/alerts.jsonl", true, true},
        {"/a", true, true},
        {"", false, false},
        {"../keyring", false, false},
        {"a/b", false, false},
        {".hidden", false, false},
        {"a b", false, false},
        {"/var/../etc/passwd", false, true},
        {"/var/./x", false, true},
        {"/var//x", false, true},
        {"/", false, true},
        {"/var/log/", false, true},
        {"/a\nb", false, true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool absolute = false;
        bool good = target_file(slice_text(cases[i].path), &absolute);
        if (good != cases[i].good || (good && absolute != cases[i].absolute)) fail_msg("%s", cases[i].path);
    }
}

static void waits_longer_each_time_and_an_hour_at_most(void **state)
{
    (void)state;
    int64_t before = 0;
    for (unsigned failures = 1; failures < 20; failures++) {
        int64_t wait = send_wait_us(failures);
        assert_true(wait >= before && wait <= HOUR_US);
        before = wait;
    }
    assert_int_equal(send_wait_us(1), SECOND_US);
    assert_int_equal(before, HOUR_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_where_a_webhook_may_lead),
        cmocka_unit_test(knows_where_a_line_may_lead),
        cmocka_unit_test(knows_which_files_may_be_written),
        cmocka_unit_test(waits_longer_each_time_and_an_hour_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

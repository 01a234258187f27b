/* Cookies of browsers: which one is ours, and whether the request is the page's own. */
#include "prop.h"

#include "serve/cookie.h"

static void our_cookie_is_found_among_others(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        bool secure;
        const char *bearer; /* "" none */
    } cases[] = {
        {"amanah=ams_1", false, "web:ams_1"},
        {"theme=dark; amanah=ams_1; x=y", false, "web:ams_1"},
        {"theme=dark;amanah=ams_1;x=y", false, "web:ams_1"},
        {"__Host-amanah=ams_1", true, "web:ams_1"},
        {"__Host-amanah=ams_1", false, ""}, /* the other kind is not looked at */
        {"amanah=ams_1", true, ""},
        {"xamanah=ams_1", false, ""},
        {"amanah2=ams_1", false, ""},
        {"amanah=ams_1:x", false, ""}, /* no token has such a byte */
        {"amanah=\"ams_1\"", false, ""},
        {"amanah=", false, ""},
        {"amanah", false, ""},
        {"; ;=", false, ""},
        {"", false, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf got = {0};
        struct cookie_headers headers = {.cookie = cases[i].header};
        assert_ok(cookie_bearer(&headers, cases[i].secure, true, &got));
        if (!slice_is(buf_slice(&got), cases[i].bearer)) fail_msg("%s", cases[i].header);
    }
}

static void what_may_change_something_shows_its_second_token(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf got = {0}, none = {0};
    struct cookie_headers headers = {.cookie = "amanah=ams_1"};
    assert_why(CAUSE_SESSION_CSRF, cookie_bearer(&headers, false, false, &none));
    headers.csrf = "";
    assert_why(CAUSE_SESSION_CSRF, cookie_bearer(&headers, false, false, &none));
    assert_int_equal(none.len, 0);
    headers.csrf = "abc";
    assert_ok(cookie_bearer(&headers, false, false, &got));
    assert_string_equal(buf_c(&got), "web:ams_1:abc");
}

static void another_sites_page_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *site, *origin, *host;
        bool good;
    } cases[] = {
        {NULL, NULL, "vault.example", true},
        {"same-origin", NULL, "vault.example", true},
        {"none", NULL, "vault.example", true},
        {"same-origin", "https://vault.example", "vault.example", true},
        {NULL, "https://vault.example:8443", "vault.example:8443", true},
        {"same-site", NULL, "vault.example", false},
        {"cross-site", NULL, "vault.example", false},
        {"", NULL, "vault.example", false},
        {"same-origin", "https://evil.test", "vault.example", false},
        {NULL, "https://vault.example.evil.test", "vault.example", false},
        {NULL, "https://vault.example", "vault.example:8443", false},
        {NULL, "null", "vault.example", false},
        {NULL, "https://vault.example", NULL, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf got = {0};
        struct cookie_headers headers = {"amanah=ams_1", NULL, cases[i].site, cases[i].origin, cases[i].host};
        enum cause want = cases[i].good ? CAUSE_OK : CAUSE_SESSION_CSRF;
        assert_why(want, cookie_site(&headers));
        assert_why(want, cookie_bearer(&headers, false, true, &got));
    }
}

static void a_cookie_is_kept_from_scripts_and_other_hosts(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf near = {0}, far = {0}, gone = {0};
    cookie_put(SLICE_TEXT("ams_1"), false, false, &near);
    cookie_put(SLICE_TEXT("ams_1"), false, true, &far);
    cookie_put((struct slice){0}, false, true, &gone);
    assert_string_equal(buf_c(&near), "amanah=ams_1; Path=/; HttpOnly; SameSite=Strict");
    assert_string_equal(buf_c(&far), "__Host-amanah=ams_1; Path=/; HttpOnly; SameSite=Strict; Secure");
    assert_string_equal(buf_c(&gone), "__Host-amanah=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_cookie_is_found_among_others),
        cmocka_unit_test(what_may_change_something_shows_its_second_token),
        cmocka_unit_test(another_sites_page_is_refused),
        cmocka_unit_test(a_cookie_is_kept_from_scripts_and_other_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "prop.h"
#include "serve/address.h"

#include <unistd.h>

static void addresses_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint16_t port;
        bool loopback;
    } cases[] = {
        {"127.0.0.1:8420", 8420, true}, {"localhost:0", 0, true},      {"[::1]:8443", 8443, true},
        {"127.9.9.9:1", 1, true},       {"0.0.0.0:443", 443, false},   {"[::]:443", 443, false},
        {"192.0.2.1:80", 80, false},    {"[2001:db8::1]:9", 9, false}, {"[::ffff:127.0.0.1]:9", 9, true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct address address = {0};
        assert_ok(address_parse(cases[i].text, &address));
        assert_int_equal(address.port, cases[i].port);
        if (address_loopback(address.ip) != cases[i].loopback) fail_msg("%s", cases[i].text);
    }
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        ":",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:x",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "::1:80",
        "[::1]",
        "[127.0.0.1]:80",
        "shop.example:80",
        "127.0.0.1:80x",
        "256.0.0.1:80",
        "[::1:80",
        "127.1:80",
        " 127.0.0.1:80",
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct address address = {0};
        if (address_parse(cases[i], &address).cause != CAUSE_CONFIG) fail_msg("taken: %s", cases[i]);
    }
}

static void a_free_port_is_found_and_told(void **state)
{
    (void)state;
    struct address address = {0};
    char text[ADDRESS_BYTES];
    int fd = -1;
    assert_ok(address_parse("127.0.0.1:0", &address));
    assert_ok(address_bind(&address, &fd));
    assert_ok(address_text(fd, text));
    assert_ok(address_parse(text, &address));
    assert_true(address.port > 0);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(a_free_port_is_found_and_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

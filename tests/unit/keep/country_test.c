/* Countries of networks, by a database made with tests/scenario/mmdb.py: 192.0.2.0/24 KR, 198.51.100.0/25 ID, 2001:db8::/32 DE. */
#include "prop.h"

#include "keep/country.h"

#include <arpa/inet.h>

static void network_of(const char *text, uint8_t out[NETWORK_BYTES])
{
    char six[64];
    (void)snprintf(six, sizeof six, "%s%s", strchr(text, ':') ? "" : "::ffff:", text);
    assert_int_equal(inet_pton(AF_INET6, six, out), 1);
}

static void finds_the_country_of_a_network(void **state)
{
    (void)state;
    static const struct {
        const char *network, *country;
    } cases[] = {
        {"192.0.2.0", "KR"},       {"192.0.2.255", "KR"}, {"192.0.3.0", ""},   {"198.51.100.127", "ID"},
        {"198.51.100.128", ""},    {"2001:db8::1", "DE"}, {"2001:db9::1", ""}, {"192.0.2.7", "KR"},
        {"2001:db8:ffff::", "DE"}, {"::1", ""},
    };
    SCOPED(countries_free) struct countries *countries = NULL;
    assert_ok(countries_open(COUNTRIES, &countries));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t network[NETWORK_BYTES];
        network_of(cases[i].network, network);
        const char *want = cases[i].country;
        uint16_t code = (uint16_t)(*want ? want[0] << 8 | want[1] : 0);
        if (country_of(countries, network) != code) fail_msg("%s", cases[i].network);
        if (country_of(countries, network) != code) fail_msg("%s again", cases[i].network);
        assert_int_equal(country_of(NULL, network), 0);
    }
}

static void refuses_what_is_no_database(void **state)
{
    (void)state;
    struct countries *countries = NULL;
    assert_code(CODE_INVALID, countries_open(COUNTRIES ".gone", &countries));
    assert_code(CODE_INVALID, countries_open(__FILE__, &countries));
    assert_null(countries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_country_of_a_network),
        cmocka_unit_test(refuses_what_is_no_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* How many connections each source holds: against a list that is searched, and what counts as one source. */
#include "prop.h"
#include "serve/address.h"
#include "serve/sources.h"

enum { STEPS = 4000, HELD_MAX = 300 };

static void network_of(const char *text, uint8_t out[NETWORK_BYTES])
{
    assert_true(address_ip(slice_text(text), out));
}

static void counts_as_a_plain_list_would(void **state)
{
    (void)state;
    PROPERTY(20, rng) {
        struct sources sources = {.seed = prop_below(&rng, UINT32_MAX)};
        struct {
            struct source *source;
            uint8_t network[NETWORK_BYTES];
        } held[HELD_MAX] = {{0}};
        size_t count = 0;
        for (int step = 0; step < STEPS; step++) {
            if (count < HELD_MAX && prop_below(&rng, 2) == 0) {
                uint8_t network[NETWORK_BYTES] = {[10] = 0xff, [11] = 0xff, [12] = 10};
                network[15] = (uint8_t)prop_below(&rng, 40);
                size_t before = 0;
                for (size_t i = 0; i < count; i++)
                    before += memcmp(held[i].network, network, NETWORK_BYTES) == 0;
                assert_int_equal(sources_count(&sources, network), before);
                memcpy(held[count].network, network, NETWORK_BYTES);
                held[count++].source = sources_add(&sources, network);
            } else if (count > 0) {
                size_t at = prop_below(&rng, (uint32_t)count);
                sources_drop(&sources, &held[at].source);
                held[at] = held[--count];
            }
        }
        while (count > 0) sources_drop(&sources, &held[--count].source);
        for (size_t i = 0; i < SOURCES_ROWS; i++) assert_null(sources.rows[i]);
    }
}

static void an_ipv6_network_is_one_source_and_an_ipv4_address_too(void **state)
{
    (void)state;
    struct sources sources = {.seed = 1};
    uint8_t one[NETWORK_BYTES], other[NETWORK_BYTES], elsewhere[NETWORK_BYTES], four[NETWORK_BYTES];
    network_of("2001:db8:7:1::1", one);
    network_of("2001:db8:7:1:ffff::9", other);
    network_of("2001:db8:7:2::1", elsewhere);
    network_of("192.0.2.1", four);
    struct source *six = sources_add(&sources, one);
    assert_int_equal(sources_count(&sources, other), 1);
    assert_int_equal(sources_count(&sources, elsewhere), 0);
    struct source *ipv4 = sources_add(&sources, four);
    network_of("192.0.2.2", four);
    assert_int_equal(sources_count(&sources, four), 0);
    sources_drop(&sources, &six);
    sources_drop(&sources, &ipv4);
    assert_null(six);
    sources_drop(&sources, &six); /* nobody's */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_as_a_plain_list_would),
        cmocka_unit_test(an_ipv6_network_is_one_source_and_an_ipv4_address_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Ranges of networks: what is one, what is in it, and that each is written as it was read. */
#include "prop.h"

#include "keep/access/network.h"

static bool ip(const char *text, uint8_t out[NETWORK_BYTES]) /* a range of one address is the address */
{
    struct network_range range = {0};
    bool good = network_range_get(slice_text(text), &range).code == CODE_OK && range.bits == NETWORK_BITS;
    memcpy(out, range.at, NETWORK_BYTES);
    return good;
}

static void takes_addresses_and_ranges_only(void **state)
{
    (void)state;
    static const struct {
        const char *text, *back; /* back NULL: refused */
    } cases[] = {
        {"192.0.2.0/24", "192.0.2.0/24"},
        {"192.0.2.7", "192.0.2.7"},
        {"192.0.2.7/32", "192.0.2.7"},
        {"0.0.0.0/0", "0.0.0.0/0"},
        {"::/0", "::/0"},
        {"2001:db8::/32", "2001:db8::/32"},
        {"2001:0DB8:0:0::1", "2001:db8::1"},
        {"::ffff:192.0.2.0/120", "192.0.2.0/24"},
        {"", NULL},
        {"/24", NULL},
        {"192.0.2.0/", NULL},
        {"192.0.2.0/33", NULL},
        {"192.0.2.0/024", NULL},
        {"192.0.2.0/+4", NULL},
        {"192.0.2.0/24 ", NULL},
        {"192.0.2.0/24/24", NULL},
        {"192.0.2.1/24", NULL},
        {"10.0.0.0/7", "10.0.0.0/7"},
        {"11.0.0.0/7", NULL},
        {"192.0.2", NULL},
        {"192.0.2.256", NULL},
        {"2001:db8::/129", NULL},
        {"2001:db8::1/64", NULL},
        {"fe80::1%eth0", NULL},
        {"localhost", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct network_range range = {.bits = 7};
        SCOPED(buf_done) struct buf back = {0};
        struct result got = network_range_get(slice_text(cases[i].text), &range);
        if ((got.code == CODE_OK) != (cases[i].back != NULL)) fail_msg("%s: %d", cases[i].text, got.code);
        if (got.code != CODE_OK) {
            assert_int_equal(range.bits, 7);
            continue;
        }
        network_range_put(&range, &back);
        assert_string_equal(buf_c(&back), cases[i].back);
    }
    assert_code(CODE_INVALID,
                network_range_get((struct slice){(const uint8_t *)"::1\0", 4}, &(struct network_range){0}));
}

static void a_range_holds_what_is_in_it(void **state)
{
    (void)state;
    static const struct {
        const char *range, *address;
        bool in;
    } cases[] = {
        {"192.0.2.0/24", "192.0.2.255", true},
        {"192.0.2.0/24", "192.0.3.0", false},
        {"192.0.2.0/25", "192.0.2.127", true},
        {"192.0.2.0/25", "192.0.2.128", false},
        {"0.0.0.0/0", "203.0.113.9", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "203.0.113.9", true},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::", false},
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.6", false},
        {"::ffff:0:0/96", "192.0.2.6", true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct network_range ranges[2] = {{{0}}};
        uint8_t address[NETWORK_BYTES];
        assert_ok(network_range_get(SLICE_TEXT("2001:db8:ffff:ffff::1"), &ranges[0]));
        assert_ok(network_range_get(slice_text(cases[i].range), &ranges[1]));
        assert_true(ip(cases[i].address, address));
        if (network_in(ranges, 2, address) != cases[i].in)
            fail_msg("%s: %s", cases[i].range, cases[i].address);
        assert_false(network_in(ranges, 1, address));
        assert_true(network_in(NULL, 0, address)); /* bound to none: good from anywhere */
    }
}

static void is_as_bits_are(void **state) /* a property: against the definition, bit by bit */
{
    (void)state;
    PROPERTY(2000, rng) {
        struct network_range range = {.bits = (uint8_t)prop_below(&rng, NETWORK_BITS + 1)}, back = {0};
        uint8_t network[NETWORK_BYTES];
        SCOPED(buf_done) struct buf text = {0};
        for (size_t i = 0; i < NETWORK_BYTES; i++) network[i] = (uint8_t)prop_u64(&rng);
        for (unsigned bit = 0; bit < range.bits; bit++)
            range.at[bit / 8] |= (uint8_t)(network[bit / 8] & 0x80 >> bit % 8);
        network_range_put(&range, &text);
        assert_ok(network_range_get(buf_slice(&text), &back));
        assert_memory_equal(back.at, range.at, NETWORK_BYTES);
        assert_int_equal(back.bits, range.bits);
        assert_true(network_in(&range, 1, network));
        if (range.bits == 0) continue;
        unsigned flip = (unsigned)prop_below(&rng, range.bits);
        network[flip / 8] ^= (uint8_t)(0x80 >> flip % 8);
        assert_false(network_in(&range, 1, network));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_addresses_and_ranges_only),
        cmocka_unit_test(a_range_holds_what_is_in_it),
        cmocka_unit_test(is_as_bits_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

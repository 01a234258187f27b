#include "base/text.h"
#include "prop.h"

static void every_code_point_comes_back(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x10ffff; point++) {
        if (point >= 0xd800 && point < 0xe000) continue;
        uint8_t room[UTF8_BYTES_MAX] = {0};
        struct buf out = {room, 0, sizeof room}; /* never grows, so nothing to free */
        utf8_put(&out, point);
        struct slice rest = buf_slice(&out);
        if (!utf8_valid(rest) || utf8_next(&rest) != point || rest.len != 0) fail_msg("U+%04X", point);
    }
}

static void malformed_text_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"\x80",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xe0\x80\x80",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xf0\x80\x80\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "\xc3",
                                      "\xe6\xb0",
                                      "\xf0\x90\x85",
                                      "\xc3\x41",
                                      "12345678\x80",
                                      "1234567\xe6\xb0",
                                      "\xe6\xb0\xb4 and \xfe"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) assert_false(utf8_valid(slice_text(bad[i])));
    static const char *const good[] = {"",          "a",    "12345678",
                                       "123456789", "김수", "a\xf0\x90\x85\x91z and more text"};
    for (size_t i = 0; i < COUNT_OF(good); i++) assert_true(utf8_valid(slice_text(good[i])));
    assert_true(text_ascii(SLICE_TEXT("seventeen letters")));
    assert_false(text_ascii(SLICE_TEXT("seventeen letter\xc3\xa9")));
    assert_int_equal(utf8_count(SLICE_TEXT("a김수z")), 4);
}

static void random_bytes_are_read_to_their_end(void **state)
{
    (void)state;
    PROPERTY(2000, rng) {
        uint8_t bytes[40];
        struct slice in = {bytes, prop_fill(&rng, bytes, sizeof bytes)}, rest = in;
        SCOPED(buf_done) struct buf back = {0};
        bool bad = false;
        while (rest.len > 0) {
            uint32_t point = utf8_next(&rest);
            if (point == UTF8_BAD) {
                bad = true;
            } else {
                utf8_put(&back, point);
            }
        }
        assert_int_equal(bad, !utf8_valid(in));
        if (!bad) assert_true(slice_equal(in, buf_slice(&back)));
    }
}

/* Texts of any length, most of them with one byte changed: all at once says what one character after the other says. */
static void is_as_valid_as_its_characters(void **state)
{
    (void)state;
    static const uint32_t least[] = {0x20, 0x80, 0x800, 0xac00, 0xd000, 0xe000, 0x10000};
    static const uint32_t most[] = {0x7e, 0x7ff, 0xfff, 0xcfff, 0xd7ff, 0xffff, 0x10ffff};
    PROPERTY(20000, rng) {
        SCOPED(buf_done) struct buf text = {0};
        size_t len = prop_below(&rng, 200), kinds = 1 + prop_below(&rng, COUNT_OF(least));
        while (text.len < len) {
            size_t kind = prop_below(&rng, kinds);
            utf8_put(&text, least[kind] + (uint32_t)prop_below(&rng, most[kind] - least[kind] + 1));
        }
        if (text.len > 0 && prop_below(&rng, 4) > 0)
            text.at[prop_below(&rng, text.len)] ^= (uint8_t)(1U << prop_below(&rng, 8));
        if (text.len > 0 && prop_below(&rng, 4) == 0)
            text.len -= prop_below(&rng, text.len < 3 ? text.len : 3);
        bool good = true;
        for (struct slice rest = buf_slice(&text); rest.len > 0;) good &= utf8_next(&rest) != UTF8_BAD;
        assert_int_equal(utf8_valid(buf_slice(&text)), good);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_comes_back),
        cmocka_unit_test(malformed_text_is_refused),
        cmocka_unit_test(random_bytes_are_read_to_their_end),
        cmocka_unit_test(is_as_valid_as_its_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

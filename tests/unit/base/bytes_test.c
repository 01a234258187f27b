#include "base/bytes.h"
#include "base/clock.h"
#include "prop.h"

static void base64_comes_back_and_has_one_text_per_value(void **state)
{
    (void)state;
    PROPERTY(500, rng) {
        uint8_t bytes[65];
        struct slice in = {bytes, prop_fill(&rng, bytes, sizeof bytes)};
        SCOPED(buf_done) struct buf text = {0}, back = {0};
        base64_put(&text, in);
        assert_ok(base64_get(buf_slice(&text), &back));
        assert_true(slice_equal(in, buf_slice(&back)));
    }
    static const char *const bad[] = {
        "A", "AB", "ABC", "AB==AB==", "A===", "QR==", "QUF=", "Q U=", "QQ=A", "_-AA"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        SCOPED(buf_done) struct buf out = {0};
        assert_code(CODE_INVALID, base64_get(slice_text(bad[i]), &out));
        assert_int_equal(out.len, 0);
    }
}

static void base32_comes_back_and_refuses_other_texts(void **state)
{
    (void)state;
    PROPERTY(500, rng) {
        uint8_t bytes[40], back[40];
        struct slice in = {bytes, prop_fill(&rng, bytes, sizeof bytes)};
        SCOPED(buf_done) struct buf text = {0};
        base32_put(&text, in);
        assert_int_equal(text.len, base32_len(in.len));
        assert_true(base32_get(buf_slice(&text), back, in.len));
        assert_memory_equal(back, bytes, in.len);
    }
    uint8_t out[1];
    assert_false(base32_get(SLICE_TEXT("00a"), out, 1));
    assert_false(base32_get(SLICE_TEXT("0u"), out, 1));
    assert_false(base32_get(SLICE_TEXT("01"), out, 1)); /* left-over bit set */
    assert_true(base32_get(SLICE_TEXT("ZW"), out, 1));
    assert_int_equal(out[0], 0xff);
}

static void varints_have_one_encoding(void **state)
{
    (void)state;
    PROPERTY(500, rng) {
        uint64_t number = prop_u64(&rng) >> prop_below(&rng, 64);
        SCOPED(buf_done) struct buf text = {0};
        buf_varint(&text, number);
        struct cursor cursor = {buf_slice(&text), false};
        assert_true(cursor_varint(&cursor) == number);
        assert_false(cursor.bad);
        assert_int_equal(cursor.rest.len, 0);
    }
    struct cursor padded = {SLICE_TEXT("\x80\x00"), false};
    (void)cursor_varint(&padded); /* only whether it is refused counts */
    assert_true(padded.bad);
}

static void times_come_back_and_bad_ones_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t us;
    } good[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2024-02-29T12:00:00Z", 1709208000 * SECOND_US},
        {"2025-11-19T21:35:00+09:00", 1763555700 * SECOND_US},
        {"2025-06-24T00:00:00.25Z", 1750723200 * SECOND_US + 250000},
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        int64_t us = 0, again = 0;
        SCOPED(buf_done) struct buf text = {0};
        assert_ok(time_get(slice_text(good[i].text), &us));
        assert_true(us == good[i].us);
        time_put(&text, us);
        assert_ok(time_get(buf_slice(&text), &again));
        assert_true(us == again);
    }
    static const char *const bad[] = {"",
                                      "2025-02-29T00:00:00Z",
                                      "2025-1-1T00:00:00Z",
                                      "2025-01-01T24:00:00Z",
                                      "2025-01-01T00:00:00",
                                      "2025-01-01T00:00:00.Z",
                                      "2025-01-01T00:00:00Zx"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int64_t us = 7;
        assert_code(CODE_INVALID, time_get(slice_text(bad[i]), &us));
        assert_true(us == 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_comes_back_and_has_one_text_per_value),
        cmocka_unit_test(base32_comes_back_and_refuses_other_texts),
        cmocka_unit_test(varints_have_one_encoding),
        cmocka_unit_test(times_come_back_and_bad_ones_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

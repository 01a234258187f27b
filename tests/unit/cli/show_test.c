#include "cli/show.h"

#include "prop.h"

static void groups_digits_by_three(void **state)
{
    (void)state;
    static const struct {
        uint64_t number;
        const char *want;
    } cases[] = {{0, "0"},
                 {999, "999"},
                 {1000, "1,000"},
                 {20000, "20,000"},
                 {33700000, "33,700,000"},
                 {UINT64_MAX, "18,446,744,073,709,551,615"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        count_put(&out, cases[i].number);
        assert_string_equal(buf_c(&out), cases[i].want);
    }
}

static void says_times_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *json, *want;
    } cases[] = {{"\"2026-11-22T03:24:00Z\"", "2026-11-22 03:24:00 UTC"},
                 {"\"2026-11-22T03:24:00.123456Z\"", "2026-11-22 03:24:00 UTC"},
                 {"1", "1970-01-01 00:00:00 UTC"},
                 {"\"never\"", "never"},
                 {"0", ""},
                 {"null", ""}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf cbor = {0}, out = {0};
        assert_ok(doc_from_json(slice_text(cases[i].json), &cbor));
        time_words_put(&out, doc_of(buf_slice(&cbor)));
        assert_string_equal(buf_c(&out), cases[i].want);
    }
}

static void lists_items_with_commas(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf cbor = {0}, out = {0};
    assert_ok(doc_from_json(SLICE_TEXT("[\"a\",1000,true,null,-1]"), &cbor));
    item_words_put(&out, doc_of(buf_slice(&cbor)));
    assert_string_equal(buf_c(&out), "a, 1,000, yes, , ");
}

static void keeps_control_characters_from_the_terminal(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf cbor = {0}, out = {0};
    cbor_text(&cbor, SLICE_TEXT("a\033[2Jb\xc2\x9b\xe2\x80\xae\n"));
    item_words_put(&out, doc_of(buf_slice(&cbor)));
    assert_null(memchr(out.at, 033, out.len));
    assert_string_equal(buf_c(&out), "a\xef\xbf\xbd[2Jb\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

static void counts_hangul_as_two_columns(void **state)
{
    (void)state;
    assert_int_equal(text_width(SLICE_TEXT("kim")), 3);
    assert_int_equal(text_width(SLICE_TEXT("\xea\xb9\x80")), 2);
    assert_int_equal(text_width(SLICE_TEXT("e\xcc\x81")), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_digits_by_three),
        cmocka_unit_test(says_times_in_words),
        cmocka_unit_test(lists_items_with_commas),
        cmocka_unit_test(keeps_control_characters_from_the_terminal),
        cmocka_unit_test(counts_hangul_as_two_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

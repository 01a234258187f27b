#include "base/text.h"
#include "keep/mask.h"
#include "prop.h"

static void masks_show_what_their_row_says(void **state)
{
    (void)state;
    static const struct {
        enum mask kind;
        const char *value, *want;
    } rows[] = {
        {MASK_TEXT, "anything at all", "***"},
        {MASK_TEXT, "", ""},
        {MASK_NAME, "김철수", "김*수"},
        {MASK_NAME, "김수", "김*"},
        {MASK_NAME, "남궁철수", "남**수"},
        {MASK_NAME, "김", "***"},
        {MASK_NAME, "王小明", "王*明"},
        {MASK_NAME, "김철수A", "김***"},
        {MASK_NAME, "Budi Santoso", "B*** S***"},
        {MASK_NAME, "Sukarno", "S***"},
        {MASK_NAME, "Siti  N Rahma", "S*** *** R***"},
        {MASK_NAME, "e\xcc\x81mile", "e\xcc\x81***"}, /* a letter keeps its accent */
        {MASK_NAME, "", ""},
        {MASK_NAME, "\xff\xfe", "***"},
        {MASK_EMAIL, "minsu@naver.com", "m***@naver.com"},
        {MASK_EMAIL, "m@naver.com", "m***@naver.com"},
        {MASK_EMAIL, "홍길동@xn--vv4b11d.kr", "홍***@xn--vv4b11d.kr"},
        {MASK_EMAIL, "nobody", "***"},
        {MASK_EMAIL, "@naver.com", "***"},
        {MASK_TAIL, "+821012345678", "***5678"},
        {MASK_TAIL, "1234567", "***"},
        {MASK_LAST4, "+821012345678", "5678"},
        {MASK_LAST4, "1234567", "***"},
        {MASK_DATE, "1990-01-31", "1990-**-**"},
        {MASK_DATE, "31 January", "***"},
        {MASK_ID, "9710131019902", "97***"},
        {MASK_ID, "M123", "***"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        SCOPED(buf_done) struct buf out = {0};
        mask(rows[i].kind, slice_text(rows[i].value), &out);
        if (!slice_is(buf_slice(&out), rows[i].want)) fail_msg("row %zu: %s", i, buf_c(&out));
    }
}

static void masks_are_utf8_and_never_the_value(void **state)
{
    (void)state;
    static const char *const pieces[] = {"김",          "철", "수", "a", "B",        " ",  "@",
                                         ".",           "1",  "9",  "-", "\xcc\x81", "王", "\xf0\x9f\x91\xa9",
                                         "\xe2\x80\x8d"};
    PROPERTY(5000, rng) {
        SCOPED(buf_done) struct buf value = {0}, out = {0};
        for (size_t i = 1 + prop_below(&rng, 14); i > 0; i--)
            buf_text(&value, pieces[prop_below(&rng, COUNT_OF(pieces))]);
        mask((enum mask)prop_below(&rng, MASK_COUNT), buf_slice(&value), &out);
        assert_true(utf8_valid(buf_slice(&out)));
        assert_false(slice_equal(buf_slice(&value), buf_slice(&out)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks_show_what_their_row_says),
        cmocka_unit_test(masks_are_utf8_and_never_the_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "cli/demo/page.h"

#include "cli/show.h"
#include "prop.h"

static void breaks_lines_at_blanks_behind_their_indent(void **state)
{
    (void)state;
    static const struct {
        const char *words, *want;
        size_t indent;
    } cases[] = {
        {"", "\n", 4},
        {"one", "one\n", 4},
        {"exactly so wide", "exactly so wide\n", PAGE_COLUMNS - 15},
        {"not quite so wide",
         "not quite so\n" /* 65 blanks */
         "                                                                 wide\n",
         PAGE_COLUMNS - 15},
        {"a/word/longer/than/its/line goes on",
         "a/word/longer/than/its/line\n"
         "                                                            goes on\n",
         PAGE_COLUMNS - 20},
        {"가나다 라마바", "가나다 라마바\n", PAGE_COLUMNS - 13}, /* Hangul takes two columns */
        {"가나다 라마바",
         "가나다\n                                                                    라마바\n",
         PAGE_COLUMNS - 12},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf line = {0};
        page_wrap(&line, slice_text(cases[i].words), cases[i].indent);
        assert_string_equal(buf_c(&line), cases[i].want);
    }
}

static void keeps_every_word_and_the_width(void **state) /* a property: any words, any indent */
{
    (void)state;
    PROPERTY(300, rng) {
        SCOPED(buf_done) struct buf words = {0}, out = {0}, again = {0};
        size_t indent = prop_below(&rng, PAGE_COLUMNS / 2), column = indent;
        for (size_t i = prop_below(&rng, 60) + 1; i > 0; i--) {
            for (size_t j = prop_below(&rng, 12) + 1; j > 0; j--)
                buf_byte(&words, (uint8_t)('a' + prop_below(&rng, 26)));
            if (i > 1) buf_byte(&words, ' ');
        }
        page_wrap(&out, buf_slice(&words), indent);
        for (size_t i = 0; i < out.len; i++) {
            bool indenting = column < indent;
            assert_true(column <= PAGE_COLUMNS);
            if (out.at[i] == '\n') {
                if (i + 1 < out.len) buf_byte(&again, ' ');
                column = 0;
                continue;
            }
            if (!indenting) buf_byte(&again, out.at[i]);
            assert_true(!indenting || out.at[i] == ' ');
            column++;
        }
        assert_true(slice_equal(buf_slice(&again), buf_slice(&words)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(breaks_lines_at_blanks_behind_their_indent),
        cmocka_unit_test(keeps_every_word_and_the_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* One-time codes: those of the RFC, each taken once, and what an app is told. */
#include "prop.h"
#include "vectors.h"

#include "base/clock.h"
#include "keep/access/totp.h"

static const struct totp published = {.secret = "12345678901234567890"};

static void gives_the_codes_of_the_rfc(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf file = {0};
    struct slice words[VECTOR_WORDS_MAX];
    size_t rows = 0;
    vector_read("rfc6238.txt", &file);
    struct slice rest = buf_slice(&file);
    for (; vector_row(&rest, words) == 2; rows++) {
        uint64_t seconds = vector_number(words[0]);
        char code[TOTP_DIGITS + 1];
        totp_code(published.secret, seconds / TOTP_STEP_S, code);
        assert_true(slice_is(words[1], code));
        struct totp totp = published;
        assert_true(totp_use(&totp, words[1], (int64_t)seconds * SECOND_US));
    }
    assert_int_equal(rows, 6);
}

static void a_step_is_taken_once_and_never_an_older_one(void **state)
{
    (void)state;
    PROPERTY(300, rng) {
        struct totp totp = {{0}};
        char code[TOTP_DIGITS + 1];
        prop_fill(&rng, totp.secret, sizeof totp.secret);
        uint64_t step = 1000000 + prop_below(&rng, 50000000);
        int64_t now_us = (int64_t)(step * TOTP_STEP_S + prop_below(&rng, TOTP_STEP_S)) * SECOND_US;
        uint64_t off = prop_below(&rng, 3);
        totp_code(totp.secret, step - 1 + off, code);
        assert_true(totp_use(&totp, slice_text(code), now_us));
        assert_int_equal(totp.step, step - 1 + off);
        assert_false(totp_use(&totp, slice_text(code), now_us));
        if (off == 0) continue;
        totp_code(totp.secret, step - 2 + off, code);
        assert_false(totp_use(&totp, slice_text(code), now_us));
    }
}

static void codes_outside_the_window_and_other_texts_are_refused(void **state)
{
    (void)state;
    const uint64_t step = 50000000;
    const int64_t now_us = (int64_t)(step * TOTP_STEP_S) * SECOND_US;
    static const int64_t far[] = {-3, -2, 2, 3};
    for (size_t i = 0; i < COUNT_OF(far); i++) {
        struct totp totp = published;
        char code[TOTP_DIGITS + 1];
        totp_code(totp.secret, step + (uint64_t)far[i], code);
        assert_false(totp_use(&totp, slice_text(code), now_us));
    }
    static const char *const texts[] = {"", "1", "12345", "1234567", "abcdef", "      "};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct totp totp = published;
        assert_false(totp_use(&totp, slice_text(texts[i]), now_us));
        assert_int_equal(totp.step, 0);
    }
}

static void an_app_is_told_in_its_own_form(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf uri = {0};
    totp_uri_put(&published, SLICE_TEXT("Amanah a&b"), SLICE_TEXT("kim+1@shop.example"), &uri);
    assert_string_equal(buf_c(&uri), "otpauth://totp/Amanah%20a%26b:kim%2B1%40shop.example?secret="
                                     "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Amanah%20a%26b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_codes_of_the_rfc),
        cmocka_unit_test(a_step_is_taken_once_and_never_an_older_one),
        cmocka_unit_test(codes_outside_the_window_and_other_texts_are_refused),
        cmocka_unit_test(an_app_is_told_in_its_own_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Sentences: that values find their places, and that every language has every one of them, with the same values. */
#include "mail/words.h"

#include "mail/mail_priv.h"
#include "mail/texts.h"
#include "prop.h"

static void puts_values_in(void **state)
{
    (void)state;
    static const struct {
        const char *language, *want;
        uint64_t n;
    } cases[] = {
        {"en", "0 customers", 0}, {"en", "1 customer", 1},  {"en", "41 customers", 41},
        {"fr", "1 customer", 1},  {"id", "1 pelanggan", 1}, {"id", "41 pelanggan", 41},
        {"ko", "고객 1명", 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        words_count(slice_text(cases[i].language), "customers", cases[i].n, &out);
        assert_string_equal(buf_c(&out), cases[i].want);
    }
    SCOPED(buf_done) struct buf out = {0};
    const struct mail_value values[] = {{"who", SLICE_TEXT("3 people")},
                                        {"customers", SLICE_TEXT("41 customers")}};
    words_put(SLICE_TEXT("en"), "looked", values, COUNT_OF(values), &out);
    assert_string_equal(buf_c(&out), "3 people looked at 41 customers.");
}

static size_t values_in(const char *text)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, "{{")) != NULL; at += 2) count++;
    return count;
}

static const char *text_of(const char *language, const char *key)
{
    for (const struct mail_source *at = mail_words; at->text; at++) {
        if (strcmp(at->language, language) == 0 && strcmp(at->name, key) == 0) return at->text;
    }
    return NULL;
}

static void same_values(const struct mail_source *row, const char *other)
{
    if (values_in(row->text) != values_in(other)) fail_msg("%s: %s: other values", row->language, row->name);
    for (const char *at = row->text; (at = strstr(at, "{{")) != NULL; at += 2) {
        char name[MAIL_VARIABLE_BYTES_MAX + 5];
        (void)snprintf(name, sizeof name, "%.*s", (int)(strstr(at, "}}") - at + 2), at);
        if (!strstr(other, name)) fail_msg("%s: %s: %s is not there", row->language, row->name, name);
    }
}

static void every_language_says_the_same(void **state)
{
    (void)state;
    size_t rows = 0;
    for (const struct mail_source *row = mail_words; row->text; row++, rows++) {
        bool one = strlen(row->name) > 2 && strcmp(row->name + strlen(row->name) - 2, ".1") == 0;
        for (size_t i = 0; mail_language(i) && !one; i++) {
            const char *other = text_of(mail_language(i), row->name);
            if (!other) fail_msg("%s: %s has no such sentence", row->name, mail_language(i));
            same_values(row, other);
        }
        for (const struct mail_source *twin = row + 1; twin->text; twin++) {
            if (strcmp(twin->language, row->language) == 0 && strcmp(twin->name, row->name) == 0)
                fail_msg("%s: %s stands there twice", row->language, row->name);
        }
    }
    assert_true(rows > 100);
    assert_true(words_has(SLICE_TEXT("ko"), "usual"));
    assert_false(words_has(SLICE_TEXT("ko"), "people.1"));
    assert_false(words_has(SLICE_TEXT("fr"), "usual"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_values_in),
        cmocka_unit_test(every_language_says_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

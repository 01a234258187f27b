/* Mustache: what a text becomes with its values, and which texts are refused. */
#include "mail/mustache.h"
#include "prop.h"

#define TEXT(literal)                                   \
    {                                                   \
        (const uint8_t *)(literal), sizeof(literal) - 1 \
    }

static const struct mustache_value first[] = {{"label", TEXT("e-mail"), NULL, 0}},
                                   second[] = {{"label", TEXT("phone"), NULL, 0}};
static const struct mustache_frame items[] = {{first, 1}, {second, 1}};
static const struct mustache_value values[] = {{"name", TEXT("Ana {{shop}}\x01<b>"), NULL, 0},
                                               {"shop", TEXT("Toko"), NULL, 0},
                                               {"none", TEXT(""), NULL, 0},
                                               {"items", {0}, items, 2},
                                               {"nobody", {0}, items, 0}};
static const struct mustache_frame frame = {values, COUNT_OF(values)};
static const char names[] = "name shop none items nobody label unset";

static void texts_become_what_the_specification_says(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"Hello {{name}}",
         "Hello Ana {{shop}} <b>"}, /* values are text: not read again, not escaped, no controls */
        {"{{{shop}}} {{& shop }} {{ shop }}", "Toko Toko Toko"},
        {"a{{! not said }}b", "ab"},
        {"{{#shop}}yes{{/shop}}{{#none}}no{{/none}}{{^none}}none{{/none}}", "yesnone"},
        {"{{#unset}}no{{/unset}}{{^unset}}unset{{/unset}}{{unset}}|", "unset|"},
        {"{{#items}}{{label}},{{/items}}", "e-mail,phone,"},
        {"{{#nobody}}x{{/nobody}}{{^nobody}}nobody{{/nobody}}", "nobody"},
        {"{{#items}}{{shop}}{{label}} {{/items}}", "Tokoe-mail Tokophone "},
        {"a\n{{#items}}\n- {{label}}\n{{/items}}\nb\n", "a\n- e-mail\n- phone\nb\n"},
        {"a\n  {{#shop}}  \nb\n  {{/shop}}\nc", "a\nb\nc"},
        {"  {{! alone }}\nx", "x"},
        {"x {{#shop}}\n{{/shop}} y\n", "x \n y\n"},
        {"{{#shop}}{{#items}}{{#label}}<{{label}}>{{/label}}{{/items}}{{/shop}}", "<e-mail><phone>"},
        {"{{shop}}\n{{shop}}", "Toko\nToko"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(mustache_free) struct mustache *mustache = NULL;
        SCOPED(buf_done) struct buf out = {0};
        assert_ok(mustache_parse(slice_text(cases[i].text), names, "text", &mustache));
        mustache_render(mustache, &frame, &out);
        if (strcmp(buf_c(&out), cases[i].want) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", cases[i].text, buf_c(&out), cases[i].want);
    }
}

static void what_is_no_text_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *line;
    } cases[] = {
        {"", "text: empty"},         {"a\nb {{name", "text:2:"},
        {"a\n\n{{who}}", "text:3:"}, {"{{#items}}", "text: a section does not end"},
        {"{{/items}}", "text:1:"},   {"{{#items}}{{#shop}}{{/items}}{{/shop}}", "text:1:"},
        {"{{> part}}", "text:1:"},   {"{{=<% %>=}}", "text:1:"},
        {"{{}}", "text:1:"},         {"\x01", "text: not UTF-8"},
        {"\xff", "text: not UTF-8"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct mustache *mustache = NULL;
        assert_code(CODE_INVALID, mustache_parse(slice_text(cases[i].text), names, "text", &mustache));
        assert_null(mustache);
        if (!strstr(result_text(), cases[i].line)) fail_msg("%s: %s", cases[i].text, result_text());
    }
}

static void it_knows_what_a_text_uses(void **state)
{
    (void)state;
    SCOPED(mustache_free) struct mustache *mustache = NULL;
    assert_ok(mustache_parse(SLICE_TEXT("{{#items}}{{label}}{{/items}}"), names, "text", &mustache));
    assert_true(mustache_uses(mustache, "items"));
    assert_true(mustache_uses(mustache, "label"));
    assert_false(mustache_uses(mustache, "shop"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_what_the_specification_says),
        cmocka_unit_test(what_is_no_text_is_refused_with_its_line),
        cmocka_unit_test(it_knows_what_a_text_uses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

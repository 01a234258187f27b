/* Shapes of answers: what is written in answers.def becomes JSON Schema, and what is no shape is refused. */
#include "serve/shape.h"

#include "prop.h"

#include <string.h>

static void puts_each_kind_of_type(void **state)
{
    (void)state;
    static const struct {
        const char *shape, *schema;
    } cases[] = {
        {"string", "{\"type\":\"string\"}"},
        {"[integer]", "{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}"},
        {"null|<any>", "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"object\",\"additionalProperties\":{}}]}"},
        {"{}", "{\"type\":\"object\",\"properties\":{},\"required\":[]}"},
        {"{id: string, at?: null|string, receipt: Receipt}",
         "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"},\"at\":{\"anyOf\":[{\"type\":"
         "\"null\"},{\"type\":\"string\"}]},\"receipt\":{\"$ref\":\"#/components/schemas/"
         "Receipt\"}},\"required\":[\"id\",\"receipt\"]}"},
        {"{items: [{n: integer, on?: boolean}], next: null|string}",
         "{\"type\":\"object\",\"properties\":{\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
         "\"properties\":{\"n\":{\"type\":\"integer\"},\"on\":{\"type\":\"boolean\"}},\"required\":[\"n\"]}},"
         "\"next\":{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}},\"required\":[\"items\","
         "\"next\"]}"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        assert_ok(shape_put(cases[i].shape, &out));
        assert_string_equal(buf_c(&out), cases[i].schema);
    }
}

static void refuses_what_is_no_shape(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "text",
        "{",
        "}",
        "[]",
        "[string",
        "{id}",
        "{id: }",
        "{id string}",
        "string string",
        "[string>",
        "null|",
        "{a: string",
        "<string]",
        "{,}x",
        "{a: [string, integer]}",
        "[[[[[[[[[[[[[string]]]]]]]]]]]]]",
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        struct result got = shape_put(cases[i], &out);
        if (got.code != CODE_INVALID) fail_msg("`%s` was taken", cases[i]);
    }
}

static void every_row_is_one(void **state)
{
    (void)state;
    size_t count = 0;
    for (int verb = 0; verb < VERB_COUNT; verb++) {
        SCOPED(buf_done) struct buf out = {0};
        const char *shape = answer_shape((enum verb)verb);
        if (!shape) continue;
        count++;
        struct result got = shape_put(shape, &out);
        if (got.code != CODE_OK) fail_msg("%s", result_text());
        assert_int_equal(shape[0], '{');
    }
    assert_true(count > 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_each_kind_of_type),
        cmocka_unit_test(refuses_what_is_no_shape),
        cmocka_unit_test(every_row_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

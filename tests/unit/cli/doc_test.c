#include "base/doc.h"

#include "base/json.h"
#include "prop.h"

static struct doc read_json(const char *text, struct buf *out)
{
    buf_clear(out);
    assert_ok(doc_from_json(slice_text(text), out));
    return doc_of(buf_slice(out));
}

static void finds_members_by_name(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf bytes = {0};
    struct doc doc =
        read_json("{\"id\":\"sub_1\",\"n\":42,\"open\":true,\"in\":{\"list\":[\"a\",\"b\"]}}", &bytes);
    assert_true(doc_is(doc_get(doc, "id"), "sub_1"));
    assert_int_equal(doc_number(doc_get(doc, "n")), 42);
    assert_true(doc_true(doc_get(doc, "open")));
    assert_int_equal(doc_count(doc_get(doc_get(doc, "in"), "list")), 2);
    struct docs items = docs_of(doc_get(doc_get(doc, "in"), "list"));
    struct doc item = {0};
    assert_true(docs_next(&items, &item) && doc_is(item, "a"));
    assert_true(docs_next(&items, &item) && doc_is(item, "b"));
    assert_false(docs_next(&items, &item));
}

static void reads_what_is_missing_as_empty(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf bytes = {0}, out = {0};
    struct doc doc = read_json("{\"id\":7}", &bytes), none = doc_get(doc, "other");
    assert_false(doc_there(none));
    assert_int_equal(doc_text(none).len, 0);
    assert_int_equal(doc_text(doc_get(doc, "id")).len, 0);
    assert_int_equal(doc_number(doc_get(none, "deeper")), 0);
    assert_int_equal(doc_count(none), 0);
    assert_false(doc_true(none));
    assert_false(doc_bytes(none, &out));
    assert_false(doc_there(doc_of((struct slice){0})));
}

static void reads_bytes_and_their_base64_alike(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf cbor = {0}, json = {0}, a = {0}, b = {0};
    cbor_bytes(&cbor, SLICE_TEXT("abc"));
    struct doc text = read_json("\"YWJj\"", &json);
    assert_true(doc_bytes(doc_of(buf_slice(&cbor)), &a));
    assert_true(doc_bytes(text, &b));
    assert_true(slice_equal(buf_slice(&a), buf_slice(&b)));
}

static void refuses_what_is_not_json(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "{",
        "}",
        "[1,]",
        "[,1]",
        "{\"a\":}",
        "{\"a\" 1}",
        "{a:1}",
        "[1 2]",
        "01",
        "1.5",
        "1e3",
        "-",
        "nul",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\n\"",
        "\"\xff\"",
        "{} {}",
        "[1]]",
        "[[[[[[[[[1]]]]]]]]]",
        "99999999999999999999",
        "{\"a\":1,}",
        "[\"a\":1]",
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        if (doc_from_json(slice_text(cases[i]), &out).code != CODE_INVALID) fail_msg("%s", cases[i]);
    }
}

static void reads_escapes(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf bytes = {0};
    assert_true(
        doc_is(read_json("\"\\u00e9\\n\\\"\\ud83d\\ude00\"", &bytes), "\xc3\xa9\n\"\xf0\x9f\x98\x80"));
}

static void writes_back_what_it_read(void **state) /* through base/json.h, in the other direction */
{
    (void)state;
    static const char *const cases[] = {"{}", "[]", "{\"a\":[1,-2,{\"b\":null}],\"c\":\"\"}",
                                        "[true,false,[[]]]"};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf cbor = {0}, json = {0};
        struct doc doc = read_json(cases[i], &cbor);
        assert_ok(json_from_cbor(doc.item, &json));
        assert_string_equal(buf_c(&json), cases[i]);
    }
}

static void survives_any_bytes(void **state) /* a property, over JSON and over CBOR */
{
    (void)state;
    PROPERTY(3000, rng) {
        static const char pieces[] = "{}[]\",:\\u0d8123e-trufalsn \xed\xa0";
        uint8_t text[64];
        size_t len = prop_below(&rng, sizeof text);
        for (size_t i = 0; i < len; i++) text[i] = (uint8_t)pieces[prop_below(&rng, sizeof pieces - 1)];
        SCOPED(buf_done) struct buf out = {0};
        if (doc_from_json((struct slice){text, len}, &out).code == CODE_OK) {
            assert_int_equal(doc_of(buf_slice(&out)).item.len, out.len);
        }
        len = prop_fill(&rng, text, sizeof text);
        struct doc doc = doc_of((struct slice){text, len}), value = {0};
        struct docs pairs = docs_of(doc);
        struct slice name = {0};
        assert_true(doc.item.len <= len);
        while (docs_pair(&pairs, &name, &value)) assert_true(value.item.at + value.item.len <= text + len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_members_by_name),
        cmocka_unit_test(reads_what_is_missing_as_empty),
        cmocka_unit_test(reads_bytes_and_their_base64_alike),
        cmocka_unit_test(refuses_what_is_not_json),
        cmocka_unit_test(reads_escapes),
        cmocka_unit_test(writes_back_what_it_read),
        cmocka_unit_test(survives_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

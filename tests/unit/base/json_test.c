#include "base/json.h"
#include "prop.h"

static struct result read_ask(enum verb verb, const char *text, union any_ask *ask, struct arena *arena,
                              struct json_errors *errors)
{
    memset(ask, 0, sizeof *ask);
    memset(errors, 0, sizeof *errors);
    return json_to_ask(slice_text(text), verb_row(verb)->members, 0, arena, ask, errors);
}

static void reads_a_reveal(void **state)
{
    (void)state;
    SCOPED(arena_done) struct arena arena = {0};
    struct json_errors errors = {0};
    union any_ask ask = {0};
    assert_ok(read_ask(VERB_REVEAL,
                       "{\"subjects\":[\"sub_1\",\"sub_2\"], \"fields\":[\"name\",\"email.mask\"],"
                       "\"purpose\":\"shipping\",\"reason\":\"caf\\u00e9 \\ud83d\\ude00\\n\"}",
                       &ask, &arena, &errors));
    assert_int_equal(ask.reveal.subjects.count, 2);
    assert_true(slice_is(ask.reveal.subjects.at[1], "sub_2"));
    assert_true(slice_is(ask.reveal.fields.at[1], "email.mask"));
    assert_true(slice_is(ask.reveal.purpose, "shipping"));
    assert_true(slice_is(ask.reveal.reason, "café 😀\n"));
}

static void reads_bytes_from_base64(void **state)
{
    (void)state;
    SCOPED(arena_done) struct arena arena = {0};
    struct json_errors errors = {0};
    union any_ask ask = {0};
    assert_ok(read_ask(VERB_OBSERVE,
                       "{\"system\":\"s\",\"first\":\"AAEC\",\"hash\":\"\",\"to\":1,\"lines_to\":1}", &ask,
                       &arena, &errors));
    assert_true(slice_equal(ask.observe.first, SLICE_TEXT("\0\1\2")));
    assert_int_equal(ask.observe.hash.len, 0);
    static const char *const bad[] = {"\"AAE\"", "\"A A=\"", "7", "null",
                                      "\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g\""}; /* 33 bytes */
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        SCOPED(buf_done) struct buf text = {0};
        buf_print(&text, "{\"system\":\"s\",\"first\":%s,\"hash\":\"\",\"to\":1,\"lines_to\":1}", bad[i]);
        assert_int_not_equal(read_ask(VERB_OBSERVE, buf_c(&text), &ask, &arena, &errors).code, CODE_OK);
        assert_string_equal(errors.at[0].pointer, "/first");
    }
}

static void assert_value(const struct value *value, const char *name, const char *group, unsigned item,
                         const char *text)
{
    assert_true(slice_is(value->name, name));
    assert_true(slice_is(value->group, group));
    assert_int_equal(value->item, item);
    assert_int_equal(value->kind, text ? VALUE_TEXT : VALUE_REMOVE);
    assert_true(slice_is(value->text, text ? text : ""));
}

static void flattens_fields(void **state)
{
    (void)state;
    SCOPED(arena_done) struct arena arena = {0};
    struct json_errors errors = {0};
    union any_ask ask = {0};
    assert_ok(read_ask(VERB_SUBJECT_CREATE,
                       "{\"ref\":\"c1\",\"fields\":{\"name\":\"Kim\",\"points\":120,\"note\":null,"
                       "\"addresses\":[{\"recipient\":\"A\",\"door_code\":\"77#\"},{\"address\":null}],"
                       "\"orders\":[],\"tag\":[\"x\",\"y\"]}}",
                       &ask, &arena, &errors));
    const struct values *values = &ask.subject_create.fields;
    assert_int_equal(values->count, 9);
    assert_value(&values->at[0], "name", "", 0, "Kim");
    assert_value(&values->at[1], "points", "", 0, "120");
    assert_value(&values->at[2], "note", "", 0, NULL);
    assert_value(&values->at[3], "recipient", "addresses", 0, "A");
    assert_value(&values->at[4], "door_code", "addresses", 0, "77#");
    assert_value(&values->at[5], "address", "addresses", 1, NULL);
    assert_value(&values->at[6], "", "orders", 0, NULL);
    assert_value(&values->at[7], "tag", "", 0, "x");
    assert_value(&values->at[8], "tag", "", 1, "y");
}

static void names_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        enum verb verb;
        const char *text;
        enum cause cause;
        const char *pointer;
    } cases[] = {
        {VERB_LOOKUP, "{\"field\":\"email\",\"value\":\"v\"}", CAUSE_MEMBER_MISSING, "/purpose"},
        {VERB_LOOKUP, "{\"field\":\"email\",\"value\":7,\"purpose\":\"p\"}", CAUSE_INVALID, "/value"},
        {VERB_LOOKUP, "{\"field\":\"e\",\"value\":\"v\",\"purpose\":\"p\",\"x\":1}", CAUSE_MEMBER_UNKNOWN,
         "/x"},
        {VERB_LOOKUP, "{\"field\":\"e\",\"value\":\"v\",\"purpose\":\"p\",\"a@b.example\":1}",
         CAUSE_MEMBER_UNKNOWN, "/?"},
        {VERB_LOOKUP, "{\"field\":\"e\",\"value\":\"v\",\"purpose\":\"p\",\"field\":\"e\"}", CAUSE_INVALID,
         "/field"},
        {VERB_REVEAL, "{\"subjects\":[\"s\",3],\"fields\":[],\"purpose\":\"p\"}", CAUSE_INVALID,
         "/subjects/1"},
        {VERB_REVEAL, "{\"subjects\":\"s\",\"fields\":[],\"purpose\":\"p\"}", CAUSE_INVALID, "/subjects"},
        {VERB_SUBJECT_CREATE, "{\"ref\":\"r\",\"fields\":{\"addresses\":[{\"city\":[]}]}}", CAUSE_INVALID,
         "/addresses/0/city"},
        {VERB_SUBJECT_CREATE, "{\"ref\":\"r\",\"fields\":{\"phone\":1.5}}", CAUSE_INVALID, "/phone"},
        {VERB_SUBJECT_CREATE, "{\"ref\":\"r\",\"fields\":{\"phone\":9007199254740992}}", CAUSE_INVALID,
         "/phone"},
        {VERB_SUBJECT_CREATE, "{\"ref\":\"r\",\"fields\":{\"a\":\"1\",\"a\":\"2\"}}", CAUSE_INVALID, "/a"},
        {VERB_SUBJECT_CREATE, "{\"ref\":\"r\",\"fields\":{\"a\":[{}]}}", CAUSE_INVALID, "/a/0"},
        {VERB_KEY_ISSUE, "{\"role\":\"r\",\"days\":91}", CAUSE_INVALID, "/days"},
        {VERB_KEY_ISSUE, "{\"role\":\"r\",\"days\":-1}", CAUSE_INVALID, "/days"},
        {VERB_SUBJECT_ERASE, "{\"id\":\"i\",\"dry_run\":\"yes\"}", CAUSE_INVALID, "/dry_run"},
    };
    SCOPED(arena_done) struct arena arena = {0};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_errors errors = {0};
        union any_ask ask = {0};
        struct result got = read_ask(cases[i].verb, cases[i].text, &ask, &arena, &errors);
        if (got.cause != cases[i].cause || errors.count == 0 ||
            !strstr(errors.at[0].pointer, cases[i].pointer)) {
            fail_msg("%s: %s, %s", cases[i].text, cause_row(got.cause)->slug, errors.at[0].pointer);
        }
    }
}

static void refuses_what_is_not_json(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        " ",
        "{",
        "}",
        "[]x",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "[1,]",
        "[01]",
        "[1.]",
        "[.5]",
        "[+1]",
        "[-]",
        "[1e]",
        "[1e+]",
        "nul",
        "truee",
        "\"a",
        "\"a\nb\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\xff",
        "\"\xc0\x80\"",
        "{} {}",
        "[[[[[[[[[1]]]]]]]]]",
        "/**/1",
        "'a'",
        "[1,2",
        "{\"a\":",
        "{\"a\"",
        "{\"a\":1 \"b\":2}",
        "[1}",
        "NaN",
        "Infinity",
        "1111111111111111111111111111111111111111111",
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (json_check(slice_text(cases[i])).code == CODE_OK) fail_msg("taken: %s", cases[i]);
    }
    static const uint8_t zero[] = {'"', 0, '"'};
    assert_code(CODE_INVALID, json_check(SLICE_OF(zero)));
    static const uint8_t escaped_zero[] = {'"', '\\', 0, '"'};
    assert_code(CODE_INVALID, json_check(SLICE_OF(escaped_zero)));
}

static void takes_what_is_json(void **state)
{
    (void)state;
    static const char *const cases[] = {"1",
                                        "-0",
                                        "0.5e-7",
                                        "[]",
                                        "{}",
                                        "\"\\u00e9\\\"\\/\"",
                                        " [ 1 , { } , [ ] ] \r\n",
                                        "[[[[[[[[1]]]]]]]]",
                                        "{\"a\":{\"b\":[true,false,null]}}"};
    for (size_t i = 0; i < COUNT_OF(cases); i++) assert_ok(json_check(slice_text(cases[i])));
}

static void bounds_the_counts(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf values = {0}, members = {0};
    buf_text(&values, "[0");
    for (int i = 0; i < JSON_VALUES_MAX; i++) buf_text(&values, ",0");
    buf_text(&values, "]");
    assert_int_equal(json_check(buf_slice(&values)).cause, CAUSE_TOO_MANY);
    buf_text(&members, "{\"a\":0");
    for (int i = 0; i < JSON_MEMBERS_MAX; i++) buf_print(&members, ",\"%d\":0", i);
    buf_text(&members, "}");
    assert_code(CODE_INVALID, json_check(buf_slice(&members)));
}

static void a_taken_member_is_not_the_bodys(void **state)
{
    (void)state;
    SCOPED(arena_done) struct arena arena = {0};
    struct json_errors errors = {0};
    union any_ask ask = {0};
    const struct member *members = verb_row(VERB_SUBJECT_CLOSE)->members;
    assert_ok(json_to_ask(slice_text("{}"), members, 1, &arena, &ask, &errors));
    struct result got = json_to_ask(slice_text("{\"id\":\"x\"}"), members, 1, &arena, &ask, &errors);
    assert_int_equal(got.cause, CAUSE_MEMBER_UNKNOWN);
}

static void writes_texts_that_read_back(void **state)
{
    (void)state;
    PROPERTY(500, rng) {
        SCOPED(buf_done) struct buf text = {0}, json = {0};
        SCOPED(arena_done) struct arena arena = {0};
        buf_text(&json, "{\"name\":");
        for (size_t i = prop_below(&rng, 60); i > 0; i--)
            buf_byte(&text, (uint8_t)(1 + prop_below(&rng, 0x7e)));
        json_text(&json, buf_slice(&text));
        buf_text(&json, ",\"email\":\"e\"}");
        union any_ask ask = {0};
        struct json_errors errors = {0};
        assert_ok(json_to_ask(buf_slice(&json), verb_row(VERB_STAFF_ADD)->members, 0, &arena, &ask, &errors));
        assert_true(slice_equal(ask.staff_add.name, buf_slice(&text)));
    }
}

static void turns_cbor_into_json(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf cbor = {0}, json = {0};
    cbor_map(&cbor, 4);
    cbor_text(&cbor, SLICE_TEXT("a"));
    cbor_array(&cbor, 3);
    cbor_uint(&cbor, 18446744073709551615U);
    cbor_int(&cbor, -5);
    cbor_bytes(&cbor, SLICE_TEXT("\x01\x02"));
    cbor_text(&cbor, SLICE_TEXT("b"));
    cbor_map(&cbor, 0);
    cbor_text(&cbor, SLICE_TEXT("c"));
    cbor_array(&cbor, 0);
    cbor_text(&cbor, SLICE_TEXT("d"));
    cbor_array(&cbor, 3);
    cbor_bool(&cbor, true);
    cbor_bool(&cbor, false);
    cbor_null(&cbor);
    assert_ok(json_from_cbor(buf_slice(&cbor), &json));
    assert_string_equal(
        buf_c(&json), "{\"a\":[18446744073709551615,-5,\"AQI=\"],\"b\":{},\"c\":[],\"d\":[true,false,null]}");
    assert_ok(json_check(buf_slice(&json)));
}

static void refuses_cbor_without_json(void **state)
{
    (void)state;
    const struct {
        const char *name;
        struct slice cbor;
    } cases[] = {
        {"nothing", {0}},
        {"a number as key", SLICE_TEXT("\xa1\x01\x01")},
        {"cut", SLICE_TEXT("\x82\x01")},
        {"more after it", SLICE_TEXT("\x01\x01")},
        {"too deep", SLICE_TEXT("\x81\x81\x81\x81\x81\x81\x81\x81\x81\x01")},
        {"a float", SLICE_TEXT("\xf9\x3c\x00")},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf json = {0};
        if (json_from_cbor(cases[i].cbor, &json).code != CODE_INVALID) fail_msg("taken: %s", cases[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_reveal),
        cmocka_unit_test(reads_bytes_from_base64),
        cmocka_unit_test(flattens_fields),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(refuses_what_is_not_json),
        cmocka_unit_test(takes_what_is_json),
        cmocka_unit_test(bounds_the_counts),
        cmocka_unit_test(a_taken_member_is_not_the_bodys),
        cmocka_unit_test(writes_texts_that_read_back),
        cmocka_unit_test(turns_cbor_into_json),
        cmocka_unit_test(refuses_cbor_without_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

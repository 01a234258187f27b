/* Values on their way in: what is wrong with each is said without saying it, and the index follows every change. */
#include "people.h"

/* Does the newest answer's body hold these bytes? */
static bool says(const struct people *people, const char *text)
{
    return memmem(people->body.at, people->body.len, text, strlen(text)) != NULL;
}

static enum cause make(struct people *people, const char *ref, const char *country,
                       const struct value *values, size_t count)
{
    struct subject_create_ask ask = {
        .ref = slice_text(ref), .country = slice_text(country), .fields = {values, count}};
    return people_once(people, VERB_SUBJECT_CREATE, &ask);
}

/* How many have this value now: 0 when nobody has. */
static size_t found(struct people *people, const char *field, const char *value)
{
    struct lookup_ask ask = {slice_text(field), slice_text(value), SLICE_TEXT("support"), {0}};
    enum cause cause = people_once(people, VERB_LOOKUP, &ask);
    if (cause == CAUSE_SUBJECT_UNKNOWN) return 0;
    assert_int_equal(cause, CAUSE_OK);
    struct cbor reader = cbor_reader(buf_slice(&people->body));
    struct slice name = {0};
    size_t pairs = 0, count = 0;
    assert_ok(cbor_read_map(&reader, &pairs));
    assert_ok(cbor_read_text(&reader, &name));
    assert_ok(cbor_read_array(&reader, &count));
    return count;
}

static enum cause patch(struct people *people, const char *id, uint64_t version, const struct value *values,
                        size_t count)
{
    struct subject_patch_ask ask = {.id = slice_text(id), .version = version, .fields = {values, count}};
    return people_once(people, VERB_SUBJECT_PATCH, &ask);
}

static void bad_values_are_named_and_not_repeated(void **state)
{
    static const struct {
        const char *name, *group, *text;
        uint16_t item;
        enum cause want;
        const char *pointer;
    } cases[] = {
        {"email", "", "mallory-at-example", 0, CAUSE_FIELD_FORMAT, "/fields/email"},
        {"phone", "", "not a number at all", 0, CAUSE_FIELD_FORMAT, "/fields/phone"},
        {"birth_date", "", "1990-02-31", 0, CAUSE_FIELD_FORMAT, "/fields/birth_date"},
        {"shoe_size", "", "forty-two and a half", 0, CAUSE_FIELD_UNKNOWN, "/fields"},
        {"ref", "", "another-ref-here", 0, CAUSE_FIELD_UNKNOWN, "/fields/ref"},
        {"door_code", "", "secret-door-1234", 0, CAUSE_FIELD_UNKNOWN, "/fields/addresses/0/door_code"},
        {"email", "addresses", "kim@elsewhere.example", 1, CAUSE_FIELD_UNKNOWN, "/fields/email"},
        {"name", "", "bell \x07 in the name", 0, CAUSE_FIELD_FORMAT, "/fields/name"},
        {"name", "", "broken \xff\xfe bytes", 0, CAUSE_FIELD_FORMAT, "/fields/name"},
        {"postcode", "addresses", "0123456789 0123456789", 3, CAUSE_FIELD_TOO_LONG,
         "/fields/addresses/3/postcode"},
    };
    struct people *people = *state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct value values[] = {{.name = SLICE_TEXT("name"), .text = SLICE_TEXT("Fine")},
                                       {.name = slice_text(cases[i].name),
                                        .group = slice_text(cases[i].group),
                                        .text = slice_text(cases[i].text),
                                        .item = cases[i].item}};
        uint64_t size = ledger_durable(people->shop->ledger);
        enum cause got = make(people, "bad", "", values + (strcmp(cases[i].name, "name") == 0),
                              2 - (strcmp(cases[i].name, "name") == 0));
        if (got != cases[i].want) fail_msg("case %zu: %s", i, cause_row(got)->slug);
        if (!says(people, cases[i].pointer)) fail_msg("case %zu: does not point at %s", i, cases[i].pointer);
        if (says(people, cases[i].text)) fail_msg("case %zu: repeats the value", i);
        assert_int_equal(ledger_durable(people->shop->ledger), size);
        assert_int_equal(found(people, "ref", "bad"), 0);
    }
}

static void every_bad_value_is_listed_and_the_first_decides(void **state)
{
    struct people *people = *state;
    const struct value values[] = {{.name = SLICE_TEXT("name"), .text = SLICE_TEXT("Fine")},
                                   {.name = SLICE_TEXT("phone"), .text = SLICE_TEXT("nonsense")},
                                   {.name = SLICE_TEXT("shoe"), .text = SLICE_TEXT("42")},
                                   {.name = SLICE_TEXT("email"), .text = SLICE_TEXT("nonsense")}};
    assert_int_equal(make(people, "bad", "", values, COUNT_OF(values)), CAUSE_FIELD_FORMAT);
    assert_true(says(people, "/fields/phone") && says(people, "/fields/email") &&
                says(people, "field.unknown"));
    assert_int_equal(make(people, "bad", "K1", values, 1), CAUSE_FIELD_FORMAT);
    assert_true(says(people, "/country"));
}

static void values_are_found_in_their_normal_form(void **state)
{
    struct people *people = *state;
    const struct value values[] = {
        {.name = SLICE_TEXT("email"), .text = SLICE_TEXT("  Kim.Min-Su+Shop@GMAIL.com ")},
        {.name = SLICE_TEXT("phone"), .text = SLICE_TEXT("010-2345-6789")}};
    assert_int_equal(make(people, "normal", "kr", values, COUNT_OF(values)), CAUSE_OK);
    static const struct {
        const char *field, *value;
        size_t want;
    } cases[] = {
        {"email", "kim.min-su+shop@gmail.com", 1},
        {"email", "KIM.MIN-SU+SHOP@gmail.com", 1},
        {"email", "kimmin-su@gmail.com", 0}, /* the canonical form is for evidence only */
        {"email", "kim.min-su@gmail.com", 0},
        {"phone", "+821023456789", 1},
        {"phone", "+82 10-2345-6789", 1},
        {"phone", "+82 10-2345-6780", 0},
        {"ref", "normal", 1},
        {"ref", "Normal", 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t got = found(people, cases[i].field, cases[i].value);
        if (got != cases[i].want) fail_msg("%s %s: %zu", cases[i].field, cases[i].value, got);
    }
    struct lookup_ask ask = {SLICE_TEXT("name"), SLICE_TEXT("Kim"), SLICE_TEXT("support"), {0}};
    assert_int_equal(people_once(people, VERB_LOOKUP, &ask), CAUSE_FIELD_UNKNOWN); /* names have no index */
}

static void the_index_follows_every_change(void **state)
{
    struct people *people = *state;
    char one[ID_BYTES_MAX + 1], two[ID_BYTES_MAX + 1];
    people_make(people, "follow-1", one);
    people_make(people, "follow-2", two);
    const struct value other[] = {{.name = SLICE_TEXT("email"), .text = SLICE_TEXT("shared@mail.example")}};
    const struct value gone[] = {{.name = SLICE_TEXT("email"), .kind = VALUE_REMOVE}};
    assert_int_equal(found(people, "email", "follow-1@example.com"), 1);
    assert_int_equal(patch(people, one, 1, other, 1), CAUSE_OK);
    assert_int_equal(patch(people, two, 1, other, 1), CAUSE_OK);
    assert_int_equal(found(people, "email", "follow-1@example.com"), 0);
    assert_int_equal(found(people, "email", "shared@mail.example"), 2);
    assert_int_equal(patch(people, one, 2, gone, 1), CAUSE_OK);
    assert_int_equal(found(people, "email", "shared@mail.example"), 1);
    assert_int_equal(patch(people, one, 3, other, 1), CAUSE_OK); /* and back again */
    assert_int_equal(found(people, "email", "shared@mail.example"), 2);
    struct subject_patch_ask renamed = {.id = slice_text(one), .version = 4, .ref = SLICE_TEXT("follow-3")};
    assert_int_equal(people_once(people, VERB_SUBJECT_PATCH, &renamed), CAUSE_OK);
    assert_int_equal(found(people, "ref", "follow-1"), 0);
    assert_int_equal(found(people, "ref", "follow-3"), 1);
    renamed.version = 5;
    renamed.ref = SLICE_TEXT("follow-2");
    assert_int_equal(people_once(people, VERB_SUBJECT_PATCH, &renamed), CAUSE_REF_TAKEN);
}

/* The addresses of one subject as the answer of a reveal has them. */
static void see_addresses(struct people *people, const char *id)
{
    const struct slice subject = slice_text(id), field = SLICE_TEXT("addresses");
    struct reveal_ask ask = {
        .subjects = {&subject, 1}, .fields = {&field, 1}, .purpose = SLICE_TEXT("support")};
    ask.reason = SLICE_TEXT("test");
    assert_int_equal(people_once(people, VERB_REVEAL, &ask), CAUSE_OK);
}

static void a_new_address_keeps_nothing_of_the_old_one(void **state)
{
    struct people *people = *state;
    const struct slice group = SLICE_TEXT("addresses");
    const struct value before[] = {
        {.name = SLICE_TEXT("address"), .group = group, .text = SLICE_TEXT("1 Old Street"), .item = 0},
        {.name = SLICE_TEXT("door_code"), .group = group, .text = SLICE_TEXT("1234#"), .item = 0},
        {.name = SLICE_TEXT("address"), .group = group, .text = SLICE_TEXT("2 Older Street"), .item = 1}};
    const struct value after[] = {
        {.name = SLICE_TEXT("address"), .group = group, .text = SLICE_TEXT("3 New Street"), .item = 0}};
    const struct value none[] = {{.group = group, .kind = VALUE_REMOVE}};
    assert_int_equal(make(people, "moves", "", before, COUNT_OF(before)), CAUSE_OK);
    char id[ID_BYTES_MAX + 1] = "";
    struct slice text = people_text(people, "id");
    memcpy(id, text.at, text.len);
    see_addresses(people, id);
    assert_true(says(people, "1 Old Street") && says(people, "1234#") && says(people, "2 Older Street"));
    assert_int_equal(patch(people, id, 1, after, 1), CAUSE_OK);
    see_addresses(people, id);
    assert_true(says(people, "3 New Street"));
    assert_false(says(people, "Old") || says(people, "door_code"));
    assert_int_equal(patch(people, id, 2, none, 1), CAUSE_OK);
    see_addresses(people, id);
    assert_false(says(people, "Street"));
    assert_int_equal(patch(people, id, 3, none, 1), CAUSE_OK); /* nothing to remove: no new version */
    assert_int_equal(people->head.version, 3);
}

static int set_up(void **state)
{
    static struct people people;
    people_begin(&people);
    *state = &people;
    return 0;
}

static int tear_down(void **state)
{
    people_end(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_values_are_named_and_not_repeated),
        cmocka_unit_test(every_bad_value_is_listed_and_the_first_decides),
        cmocka_unit_test(values_are_found_in_their_normal_form),
        cmocka_unit_test(the_index_follows_every_change),
        cmocka_unit_test(a_new_address_keeps_nothing_of_the_old_one),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

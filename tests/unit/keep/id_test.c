/* Public ids: each leads back to its number in its own shop as its own kind, and nothing else is one. */
#include "two_shops.h"

static const enum id_kind kinds[] = {ID_SUBJECT, ID_KEY, ID_STAFF};
static const char *const prefixes[] = {"sub_", "key_", "staff_"};
enum { SYMBOLS = 26 };

static uint64_t draw_number(struct prop_rng *rng)
{
    return prop_u64(rng) >> prop_below(rng, 64); /* of every magnitude */
}

static void refused(struct shop *shop, enum id_kind kind, struct slice text)
{
    uint64_t number = 7;
    struct result got = id_get(shop, kind, text, &number);
    assert_int_equal(got.cause, CAUSE_ID_MALFORMED);
    assert_int_equal(number, 7);
}

static void leads_back_to_its_number(void **state)
{
    const struct two_shops *two = *state;
    PROPERTY(1000, rng) {
        uint64_t number = draw_number(&rng), back = 0;
        size_t kind = prop_below(&rng, COUNT_OF(kinds));
        SCOPED(buf_done) struct buf text = {0}, again = {0};
        id_put(two->shops[0], kinds[kind], number, &text);
        assert_true(slice_starts(buf_slice(&text), prefixes[kind]));
        assert_int_equal(text.len, strlen(prefixes[kind]) + SYMBOLS);
        assert_ok(id_get(two->shops[0], kinds[kind], buf_slice(&text), &back));
        assert_int_equal(back, number);
        id_put(two->shops[0], kinds[kind], number, &again);
        assert_true(slice_equal(buf_slice(&text), buf_slice(&again))); /* one text per number */
    }
}

static void leads_nowhere_when_changed(void **state)
{
    const struct two_shops *two = *state;
    PROPERTY(1000, rng) {
        size_t kind = prop_below(&rng, COUNT_OF(kinds)), prefix = strlen(prefixes[kind]);
        SCOPED(buf_done) struct buf text = {0};
        id_put(two->shops[0], kinds[kind], draw_number(&rng), &text);
        refused(two->shops[0], kinds[kind], slice_part(buf_slice(&text), 0, prop_below(&rng, text.len)));
        size_t at = prefix + prop_below(&rng, SYMBOLS);
        uint8_t kept = text.at[at];
        text.at[at] = other_symbol(&rng, kept);
        refused(two->shops[0], kinds[kind], buf_slice(&text));
        text.at[at] = kept;
        text.at[prop_below(&rng, prefix)] ^= 1;
        refused(two->shops[0], kinds[kind], buf_slice(&text));
    }
}

static void keeps_kinds_apart(void **state)
{
    const struct two_shops *two = *state;
    PROPERTY(300, rng) {
        uint64_t number = draw_number(&rng);
        for (size_t i = 0; i < COUNT_OF(kinds); i++) {
            SCOPED(buf_done) struct buf text = {0};
            id_put(two->shops[0], kinds[i], number, &text);
            for (size_t j = 0; j < COUNT_OF(kinds); j++) {
                if (i == j) continue;
                SCOPED(buf_done) struct buf dressed = {0};
                refused(two->shops[0], kinds[j], buf_slice(&text));
                buf_text(&dressed, prefixes[j]); /* nor does another prefix make it one */
                buf_slice_put(&dressed, slice_from(buf_slice(&text), strlen(prefixes[i])));
                refused(two->shops[0], kinds[j], buf_slice(&dressed));
            }
        }
    }
}

static void keeps_shops_apart(void **state)
{
    const struct two_shops *two = *state;
    for (uint64_t number = 0; number < 300; number++) {
        SCOPED(buf_done) struct buf text = {0};
        enum id_kind kind = kinds[number % COUNT_OF(kinds)];
        id_put(two->shops[number % SHOPS], kind, number, &text);
        refused(two->shops[(number + 1) % SHOPS], kind, buf_slice(&text));
    }
}

static void refuses_what_is_no_id(void **state)
{
    const struct two_shops *two = *state;
    static const char *const texts[] = {
        "",
        "sub_",
        "sub",
        "1",
        "sub_1",
        "sub_00000000000000000000000000",
        "sub_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        "sub_0000000000000000000000000u",
        "sub_00000000000000000000000 00",
        "sub_0000000000000000000000000=",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) refused(two->shops[0], ID_SUBJECT, slice_text(texts[i]));
    SCOPED(buf_done) struct buf text = {0};
    id_put(two->shops[0], ID_SUBJECT, 1, &text);
    buf_byte(&text, '0');
    refused(two->shops[0], ID_SUBJECT, buf_slice(&text));
}

static void neighbours_do_not_look_alike(void **state)
{
    const struct two_shops *two = *state;
    for (uint64_t number = 0; number < 200; number++) {
        SCOPED(buf_done) struct buf one = {0}, next = {0};
        size_t same = 0;
        id_put(two->shops[0], ID_SUBJECT, number, &one);
        id_put(two->shops[0], ID_SUBJECT, number + 1, &next);
        for (size_t i = strlen(prefixes[0]); i < one.len; i++) same += one.at[i] == next.at[i];
        assert_true(same < SYMBOLS / 2); /* of 26 symbols of 32 kinds, 13 agree by chance once in 10^13 */
    }
}

static void names_readers(void **state)
{
    const struct two_shops *two = *state;
    static const struct {
        enum reader_kind kind;
        const char *starts;
    } cases[] = {{READER_SYSTEM, "system"},
                 {READER_OPERATOR, "operator"},
                 {READER_KEY, "key_"},
                 {READER_STAFF, "staff_"},
                 {READER_PASS, "pass_9"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf text = {0};
        reader_put(two->shops[0], reader_no(cases[i].kind, 9), &text);
        assert_true(slice_starts(buf_slice(&text), cases[i].starts));
    }
    SCOPED(buf_done) struct buf text = {0};
    uint64_t number = 0;
    reader_put(two->shops[0], reader_no(READER_KEY, 9), &text);
    assert_ok(id_get(two->shops[0], ID_KEY, buf_slice(&text), &number));
    assert_int_equal(number, 9);
}

static int begin(void **state)
{
    static struct two_shops two;
    two_shops_begin(&two);
    *state = &two;
    return 0;
}

static int end(void **state)
{
    two_shops_end(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leads_back_to_its_number),
        cmocka_unit_test(leads_nowhere_when_changed),
        cmocka_unit_test(keeps_kinds_apart),
        cmocka_unit_test(keeps_shops_apart),
        cmocka_unit_test(refuses_what_is_no_id),
        cmocka_unit_test(neighbours_do_not_look_alike),
        cmocka_unit_test(names_readers),
    };
    return cmocka_run_group_tests(tests, begin, end);
}

/* Suspicions: what is none is refused, what is one comes back from its bytes. */
#include "prop.h"

#include "answer/scope/suspicion.h"

static struct suspicion sound(void)
{
    return (struct suspicion){.from_us = 5, .to_us = 9, .fields = 6, .readers = {3, 8}, .reader_count = 2};
}

static void comes_back_from_its_bytes(void **state)
{
    (void)state;
    static struct suspicion drawn, back;
    PROPERTY(200, rng) {
        SCOPED(buf_done) struct buf bytes = {0}, again = {0};
        drawn = sound();
        drawn.to_us = 10 + (int64_t)(prop_u64(&rng) >> 2);
        drawn.fields = 1 + (prop_u64(&rng) >> 1);
        for (size_t i = prop_below(&rng, 5); i > 0; i--) {
            drawn.readers[drawn.reader_count] =
                drawn.readers[drawn.reader_count - 1] + 1 + prop_below(&rng, 9);
            drawn.reader_count++;
            struct network_range *range = &drawn.networks[drawn.network_count++];
            range->bits = (uint8_t)prop_below(&rng, NETWORK_BITS + 1);
            memset(range->at, (int)i, sizeof range->at);
            drawn.purposes[drawn.purpose_count] = (uint32_t)(drawn.purpose_count + 1);
            drawn.purpose_count++;
            drawn.cases[drawn.case_count++] =
                (struct suspicion_case){.rule = RULE_KEK, .epoch = (uint32_t)i, .fields = prop_u64(&rng)};
            struct suspicion_outside *outside = &drawn.outside[drawn.outside_count++];
            (void)snprintf(outside->name, sizeof outside->name, "system %zu", i);
            outside->fields = i;
        }
        for (size_t i = prop_below(&rng, 3); i > 0; i--) drawn.found[drawn.found_count++] = (uint32_t)i;
        drawn.found_alone = drawn.found_count > 0 && prop_below(&rng, 2) == 0;
        suspicion_write(&drawn, &bytes);
        assert_ok(suspicion_read(buf_slice(&bytes), &back));
        suspicion_write(&back, &again);
        assert_true(slice_equal(buf_slice(&bytes), buf_slice(&again)));
        assert_int_equal(back.reader_count, drawn.reader_count);
        assert_int_equal(back.fields, drawn.fields);
        assert_int_equal(back.found_count, drawn.found_count);
        assert_int_equal(back.found_alone, drawn.found_alone);

        back = (struct suspicion){.fields = 77};
        struct slice cut = {bytes.at, prop_below(&rng, bytes.len)};
        assert_true(suspicion_read(cut, &back).code != CODE_OK);
        assert_int_equal(back.fields, 77); /* a failure touches nothing */
    }
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct suspicion_case at;
        bool good;
    } cases[] = {
        {"a gap", {.rule = RULE_GAP, .from_us = 1, .to_us = 2}, true},
        {"a gap that ends before it begins", {.rule = RULE_GAP, .from_us = 2, .to_us = 2}, false},
        {"a copy", {.rule = RULE_COPY, .from_us = 1}, true},
        {"a copy of no time", {.rule = RULE_COPY}, false},
        {"a kek", {.rule = RULE_KEK, .epoch = 1}, true},
        {"a kek of no epoch", {.rule = RULE_KEK}, false},
        {"an index", {.rule = RULE_INDEX, .field = 2, .epoch = 1}, true},
        {"an index of a field there cannot be", {.rule = RULE_INDEX, .field = FIELD_MAX, .epoch = 1}, false},
        {"no rule", {.rule = (enum scope_rule)99}, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct suspicion suspicion = sound();
        suspicion.cases[suspicion.case_count++] = cases[i].at;
        if ((suspicion_check(&suspicion).code == CODE_OK) != cases[i].good) fail_msg("%s", cases[i].name);
    }
    struct suspicion suspicion = sound();
    suspicion.to_us = suspicion.from_us;
    assert_code(CODE_INVALID, suspicion_check(&suspicion));
    suspicion = sound();
    suspicion.fields = 0;
    assert_code(CODE_INVALID, suspicion_check(&suspicion));
    suspicion = sound();
    suspicion.readers[1] = 3; /* twice */
    assert_code(CODE_INVALID, suspicion_check(&suspicion));
}

static void rules_have_names_of_their_own(void **state)
{
    (void)state;
    static const enum scope_rule all[] = {
#define RULE(NAME, number, name, needs, why, source) RULE_##NAME,
#include "answer/scope/rules.def"
#undef RULE
    };
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        const struct rule *rule = rule_of(all[i]);
        assert_non_null(rule);
        assert_ptr_equal(rule_find(slice_text(rule->name)), rule);
    }
    assert_null(rule_of((enum scope_rule)0));
    assert_null(rule_find(SLICE_TEXT("guess")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_from_its_bytes),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(rules_have_names_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
